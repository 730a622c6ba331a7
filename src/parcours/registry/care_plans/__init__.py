"""Care plans: content and rhythm of iterative care, sequences, ALD protocols."""
