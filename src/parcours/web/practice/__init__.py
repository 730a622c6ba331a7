"""The desk of a practice."""
