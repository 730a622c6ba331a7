"""The desk of an administrator."""
