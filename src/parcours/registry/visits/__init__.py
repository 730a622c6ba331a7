"""Visits: their facts from the registry, what was answered, and what later knowledge changes."""
