"""The rules that look at more than one line of a bill."""
