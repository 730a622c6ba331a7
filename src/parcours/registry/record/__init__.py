"""The coordination record: what the médecin traitant keeps and passes on. It holds no consultation notes."""
