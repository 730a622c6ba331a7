"""Claims: a sheet from the desk to the decision, and what is known later. All of it is simulated."""
