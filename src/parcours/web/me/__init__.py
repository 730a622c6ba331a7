"""The account of an insured person."""
