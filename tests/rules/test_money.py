"""Exact money: one rounding, half up to the cent."""

import pytest

from parcours.rules.money import euro_above, nearest_euro, share


@pytest.mark.parametrize(
    ("cents", "points", "expected"),
    [
        (30_00, 70_00, 21_00),
        (122_55, 70_00, 85_79),  # 85.785 goes up
        (1, 50_00, 1),
        (1, 49_99, 0),
        (61, 70_00, 43),
        (1_22, 70_00, 85),
        (0, 70_00, 0),
        (26_50, 40_00, 10_60),
        (100, 100_00, 100),
        (3, 100_00, 3),
    ],
)
def test_a_share_is_rounded_half_up_to_the_cent(cents: int, points: int, expected: int) -> None:
    assert share(cents, points) == expected


@pytest.mark.parametrize(
    ("cents", "expected"), [(37_49, 37_00), (37_50, 38_00), (35_25, 35_00), (0, 0), (49, 0), (50, 1_00)]
)
def test_the_nearest_euro_is_half_up(cents: int, expected: int) -> None:
    assert nearest_euro(cents) == expected


@pytest.mark.parametrize(("cents", "expected"), [(37_00, 37_00), (37_01, 38_00), (36_99, 37_00), (0, 0), (1, 1_00)])
def test_the_euro_above_leaves_whole_euros(cents: int, expected: int) -> None:
    assert euro_above(cents) == expected
