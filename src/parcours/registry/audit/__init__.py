"""The audit trail: who did or read what, when and why, in hash-chained rows that nobody can change unseen."""
