"""The declaration of the médecin traitant: its life cycle, one in force at a time, its two-time history."""
