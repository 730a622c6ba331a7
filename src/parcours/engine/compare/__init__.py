"""Two or more contracts over a year of care: who pays what, premiums included."""
