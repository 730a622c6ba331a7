"""Complementary insurance: the link between a fund and an insurer, person by person."""
