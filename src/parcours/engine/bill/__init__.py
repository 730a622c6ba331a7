"""A whole bill: facts in, settle, say, check."""
