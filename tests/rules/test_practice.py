"""What a fund owes a practice beside its acts: late payments, the flat fee of the médecin traitant."""

import pytest

from parcours.rules.practice import flat_fee, flat_fee_increase, late_penalty, surcharge_of


@pytest.mark.parametrize(("days", "penalty"), [(0, 0), (7, 0), (8, 1_00), (9, 1_00), (10, 2_10), (30, 2_10)])
def test_a_late_payment_costs_a_flat_sum_then_a_tenth(days, penalty):
    assert late_penalty(21_00, days, 7, 10, 1_00, 1000) == penalty


def test_the_tenth_is_rounded_to_the_cent():
    assert late_penalty(10_05, 10, 7, 10, 1_00, 1000) == 1_01


def test_the_flat_fee_is_so_much_a_patient():
    assert flat_fee(3, 15_00) == 45_00
    assert flat_fee(0, 15_00) == 0


def test_what_is_unpaid_after_a_summons_bears_a_tenth_more():
    assert surcharge_of(21_00, 1000) == 2_10
    assert surcharge_of(0, 1000) == 0


@pytest.mark.parametrize(
    ("aged_or_zone", "practice_year", "more"),
    [(0, 0, 0), (1, 0, 36_00), (1, 1, 180_00), (0, 2, 108_00), (1, 2, 108_00)],
)
def test_age_or_zone_raise_the_flat_fee_once(aged_or_zone, practice_year, more):
    assert flat_fee_increase(360_00, bool(aged_or_zone), practice_year, 1000, 5000, 3000) == more
