"""The desk of an insurer."""
