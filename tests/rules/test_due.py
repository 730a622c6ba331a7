"""On which day something is due: the ages and intervals of the calendar, then each kind of programme, day by day."""

import pytest

from parcours.law.prevention.codes import DueKind, DueState, ScreeningTest
from parcours.rules import due
from parcours.rules.due import NO_CLOSING, Programme, Standing, standing

YEAR = 12
CYTOLOGY, HPV = int(ScreeningTest.CYTOLOGY), int(ScreeningTest.HPV)


def programme(kind: DueKind, **changes: int) -> Programme:
    """A programme of a kind: no tolerance, never overdue, over once its age is past."""
    values = {"kind": int(kind), "tolerance": 0, "grace": -1, "missed": int(DueState.NOT_CONCERNED),
              "season_opens": 0, "season_closes": 0}  # fmt: skip
    return Programme(**{**values, **changes})


def slot(opens: int, closes: int = NO_CLOSING, **more: int) -> tuple[int, ...]:
    """A slot by its ages in months, and what else it asks."""
    order = ("gap", "from_first", "interval", "first_interval", "test")
    minimum = more.pop("minimum", opens)
    return (opens, 0, closes, 0, minimum, 0, *(more.get(name, 0) for name in order))


def at(
    entry: Programme, slots: list[tuple[int, ...]], birth: int, on: int, *acts: int, tests: tuple[int, ...] = ()
) -> Standing:
    """Where somebody stands."""
    return standing(entry, slots, birth, acts, tests or (0,) * len(acts), on)


@pytest.mark.parametrize(
    ("birth", "months", "reached"),
    [
        (2026_02_28, 8, 2026_10_28),
        (2026_01_31, 1, 2026_03_01),  # February has no 31st
        (2024_01_31, 1, 2024_03_01),
        (2020_02_29, 6 * YEAR, 2026_03_01),
        (2020_02_29, 8 * YEAR, 2028_02_29),
        (1900_02_28, YEAR, 1901_02_28),
        (2026_08_31, 1, 2026_10_01),
        (2026_12_15, 1, 2027_01_15),
    ],
)
def test_an_age_is_reached_on_its_day_or_on_the_first_of_the_next_month(birth: int, months: int, reached: int) -> None:
    assert due.age_reached(birth, months, 0) == reached


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (2024_02_29, 24, 2026_02_28),
        (2024_02_29, 48, 2028_02_29),
        (2026_01_31, 1, 2026_02_28),
        (2026_11_30, 2, 2027_01_30),
    ],
)
def test_an_interval_after_an_act_clips_to_the_end_of_the_month(day: int, months: int, end: int) -> None:
    assert due.months_after(day, months) == end


@pytest.mark.parametrize(
    ("day", "days", "other"),
    [
        (2024_02_28, 1, 2024_02_29),
        (2100_02_28, 1, 2100_03_01),
        (2000_02_28, 1, 2000_02_29),
        (2026_12_31, 1, 2027_01_01),
        (2026_01_01, -1, 2025_12_31),
        (2026_03_01, -1, 2026_02_28),
        (2026_04_30, 62, 2026_07_01),
    ],
)
def test_days_cross_months_and_years(day: int, days: int, other: int) -> None:
    assert due.days_after(day, days) == other


def test_a_window_opens_closes_and_counts_an_act_a_little_early() -> None:
    month = programme(DueKind.WINDOWS, tolerance=7, missed=int(DueState.CLOSED))
    slots = [slot(8, 9)]
    assert at(month, slots, 2026_01_31, 2026_09_30) == (DueState.UPCOMING, 2026_10_01, 2026_10_30, 0, 0, 0, 0)
    assert at(month, slots, 2026_01_31, 2026_10_30).state == DueState.DUE
    assert at(month, slots, 2026_01_31, 2026_10_31).state == DueState.CLOSED
    assert at(month, slots, 2026_01_31, 2026_10_02, 2026_09_24).state == DueState.DONE
    assert at(month, slots, 2026_01_31, 2026_10_02, 2026_09_23).state == DueState.DUE
    assert at(month, slots, 2026_01_31, 2026_10_09, 2026_09_01, 2026_10_02, 2026_10_08).done == 2026_10_08
    assert at(month, slots, 2026_01_31, 2030_01_01, 2026_10_30).state == DueState.DONE
    assert at(month, slots, 2026_01_31, 2026_10_02, 2026_10_05).state == DueState.DUE, "an act to come is not done"


def test_once_in_each_band() -> None:
    bands = programme(DueKind.WINDOWS)
    slots = [slot(18 * YEAR, 26 * YEAR), slot(45 * YEAR, 51 * YEAR)]
    done = at(bands, slots, 2000_11_26, 2025_12_01, 2024_09_15)
    assert (done.state, done.done, done.following) == (DueState.DONE, 2024_09_15, 2045_11_26)
    between = at(bands, slots, 2000_11_26, 2026_11_26, 2024_09_15)
    assert (between.state, between.since) == (DueState.UPCOMING, 2045_11_26)
    assert at(bands, slots, 2000_11_26, 2051_11_26).state == DueState.NOT_CONCERNED


def test_an_interval_after_the_last_act_inside_a_range() -> None:
    breast = programme(DueKind.REPEATED, grace=6)
    slots = [slot(50 * YEAR, 75 * YEAR, interval=24)]
    assert at(breast, slots, 1976_11_26, 2026_11_25).state == DueState.UPCOMING
    assert at(breast, slots, 1976_11_26, 2026_11_26).state == DueState.DUE
    assert at(breast, slots, 1951_11_27, 2026_11_26).state == DueState.DUE, "late for nothing"
    assert at(breast, slots, 1951_11_26, 2026_11_26).state == DueState.NOT_CONCERNED
    assert at(breast, slots, 1952_03_10, 2026_11_26, 2024_11_15) == (
        DueState.DUE, 2026_11_15, 2027_03_09, 2024_11_15, 2026_11_15, 0, 0,
    )  # fmt: skip
    assert at(breast, slots, 1952_03_10, 2026_11_26, 2025_06_01).following == 0, "the next one would be after 75"
    assert at(breast, slots, 1960_03_10, 2026_05_14, 2023_11_15).state == DueState.DUE
    assert at(breast, slots, 1960_03_10, 2026_05_15, 2023_11_15).state == DueState.OVERDUE
    assert at(breast, slots, 1960_03_10, 2026_05_14, 2024_11_15, 2026_06_01).done == 2024_11_15, "one to come"
    early = at(breast, slots, 1977_06_01, 2027_07_01, 2026_12_01)
    assert (early.state, early.following) == (DueState.DONE, 2028_12_01), "an early test moves the cycle"
    assert at(programme(DueKind.REPEATED), [slot(16 * YEAR, interval=60)], 1980_01_01, 2026_01_01).by == 0


def test_smears_then_another_test() -> None:
    cervix = programme(DueKind.SMEARS, grace=6)
    slots = [
        slot(25 * YEAR, 30 * YEAR, interval=36, first_interval=12, test=CYTOLOGY),
        slot(30 * YEAR, 66 * YEAR, interval=60, first_interval=60, test=HPV),
    ]
    first = at(cervix, slots, 1998_05_05, 2023_05_05)
    assert (first.state, first.slot) == (DueState.DUE, 0)
    assert at(cervix, slots, 1998_05_05, 2020_01_01).slot == 0
    second = at(cervix, slots, 1998_05_05, 2025_06_01, 2025_01_10)
    assert (second.state, second.following, second.slot) == (DueState.DONE, 2026_01_10, 0)
    third = at(cervix, slots, 1998_05_05, 2026_11_26, 2025_01_10, 2026_01_20)
    assert (third.state, third.following, third.slot) == (DueState.DONE, 2029_01_20, 1), "at 30 it is an HPV test"
    late = at(cervix, slots, 1998_05_05, 2028_06_01, 2027_09_01)
    assert late.following == 2030_09_01, "three years after the last cytology, not one"
    later = at(cervix, slots, 1980_05_05, 2026_11_26, 2024_01_10)
    assert later.following == 2029_01_10, "a test at 43 is an HPV test unless it is said"
    said = at(cervix, slots, 1980_05_05, 2026_11_26, 2024_01_10, tests=(CYTOLOGY,))
    assert said.following == 2027_01_10
    assert at(cervix, slots, 1960_11_27, 2026_11_26).state == DueState.DUE, "65 until tomorrow"
    assert at(cervix, slots, 1960_11_26, 2026_11_26).state == DueState.NOT_CONCERNED


def test_doses_have_ages_and_gaps() -> None:
    vaccine = programme(DueKind.DOSES, grace=1)
    slots = [slot(15 * YEAR, 27 * YEAR, gap=gap, from_first=start) for gap, start in ((0, 0), (1, 2), (3, 6))]
    assert at(vaccine, slots, 2002_01_10, 2025_12_09).state == DueState.OVERDUE
    one = at(vaccine, slots, 2002_01_10, 2025_12_20, 2025_12_15)
    assert (one.state, one.since, one.doses) == (DueState.UPCOMING, 2026_02_15, 1)
    two = at(vaccine, slots, 2002_01_10, 2026_02_20, 2025_12_15, 2026_02_15)
    assert (two.since, two.slot) == (2026_06_15, 2)
    slow = at(vaccine, slots, 2002_01_10, 2026_06_01, 2025_12_15, 2026_05_20)
    assert slow.since == 2026_08_20, "three months after the second"
    soon = at(vaccine, slots, 2002_01_10, 2026_01_02, 2025_12_15, 2026_01_01)
    assert soon.doses == 1, "too soon after the first: not counted"
    all_three = at(vaccine, slots, 2002_01_10, 2026_07_01, 2025_12_15, 2026_02_15, 2026_06_15)
    assert (all_three.state, all_three.doses) == (DueState.DONE, 3)
    assert at(vaccine, slots, 2002_01_10, 2029_01_09, 2025_12_15).state == DueState.OVERDUE
    assert at(vaccine, slots, 2002_01_10, 2029_01_10, 2025_12_15).state == DueState.NOT_CONCERNED
    baby = [slot(2, 72, minimum=1), slot(4, 72, gap=1)]
    assert at(vaccine, baby, 2026_01_31, 2026_03_05, 2026_02_27).doses == 0, "before its lowest age: not counted"
    assert at(vaccine, baby, 2026_01_31, 2026_03_05, 2026_03_01).doses == 1
    assert at(vaccine, baby, 2026_01_31, 2026_03_05, 2026_03_01, 2026_04_15).doses == 1, "a dose to come"


def test_a_season_may_cross_new_year() -> None:
    winter = programme(DueKind.SEASON, tolerance=30, season_opens=10_15, season_closes=2_01)
    slots = [slot(65 * YEAR)]
    assert at(winter, slots, 1950_01_01, 2026_11_26) == (DueState.DUE, 2026_10_15, 2027_01_31, 0, 0, 0, 0)
    assert at(winter, slots, 1950_01_01, 2027_01_31).since == 2026_10_15
    assert at(winter, slots, 1950_01_01, 2027_02_01) == (DueState.UPCOMING, 2027_10_15, 2028_01_31, 0, 0, 0, 0)
    done = at(winter, slots, 1950_01_01, 2027_01_15, 2026_09_20)
    assert (done.state, done.following) == (DueState.DONE, 2027_10_15)
    assert at(winter, slots, 1961_12_01, 2026_11_26).since == 2026_12_01, "65 in the middle of the season"
    summer = programme(DueKind.SEASON, season_opens=6_01, season_closes=9_01)
    assert at(summer, [slot(0, 2 * YEAR)], 2025_01_01, 2026_07_01).by == 2026_08_31
    assert at(summer, [slot(0, 2 * YEAR)], 2025_01_01, 2027_07_01).state == DueState.NOT_CONCERNED
