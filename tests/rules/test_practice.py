"""What a fund owes a practice beside its acts: late payments, the flat fee of the médecin traitant."""

import pytest

from parcours.rules.practice import flat_fee, late_penalty


@pytest.mark.parametrize(("days", "penalty"), [(0, 0), (7, 0), (8, 1_00), (9, 1_00), (10, 2_10), (30, 2_10)])
def test_a_late_payment_costs_a_flat_sum_then_a_tenth(days, penalty):
    assert late_penalty(21_00, days, 7, 10, 1_00, 1000) == penalty


def test_the_tenth_is_rounded_to_the_cent():
    assert late_penalty(10_05, 10, 7, 10, 1_00, 1000) == 1_01


def test_the_flat_fee_is_so_much_a_patient():
    assert flat_fee(3, 15_00) == 45_00
    assert flat_fee(0, 15_00) == 0
