"""Cards (simulated): the card of the insured from its request to its end, and the European one."""
