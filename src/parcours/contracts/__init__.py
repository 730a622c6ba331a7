"""Complementary contracts as data, and the audit of a contrat responsable."""
