"""Conciliation: a patient without a médecin traitant and the fund that helps to find one."""
