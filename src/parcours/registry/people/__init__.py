"""Insured persons, their rights and family; professionals, their practices and conventions; funds and places."""
