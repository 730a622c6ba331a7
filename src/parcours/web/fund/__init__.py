"""The desk of a fund."""
