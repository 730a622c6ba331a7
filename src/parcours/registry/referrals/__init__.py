"""Referrals: the letter, who may use it and how often, the report back to the médecin traitant."""
