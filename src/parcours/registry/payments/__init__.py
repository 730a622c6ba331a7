"""Payments (simulated): what is due is set off against what is owed, and the rest is ordered and settled once."""
