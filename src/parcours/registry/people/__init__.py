"""Insured persons, their affiliation, rights and family."""
