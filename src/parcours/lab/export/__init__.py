"""The shapes of the outputs of the lab."""
