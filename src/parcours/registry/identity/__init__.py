"""Identifiers of people, professionals and places: their form, their check digits, their storage."""
