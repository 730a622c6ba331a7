"""Working days: public holidays, and the days that delays count."""

from datetime import date

import pytest

from parcours.law.workdays import easter, holidays, months_after, working_days_after, working_days_between

EASTERS = [
    date(2000, 4, 23),
    date(2008, 3, 23),
    date(2011, 4, 24),
    date(2024, 3, 31),
    date(2026, 4, 5),
    date(2038, 4, 25),
]


@pytest.mark.parametrize("day", EASTERS, ids=str)
def test_easter(day):
    assert easter(day.year) == day


def test_eleven_holidays_a_year_and_two_more_in_alsace_moselle():
    assert len(holidays(2026)) == 11
    assert holidays(2026, alsace_moselle=True) - holidays(2026) == {date(2026, 4, 3), date(2026, 12, 26)}
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)} <= holidays(2026)


def test_working_days_skip_what_is_off():
    assert working_days_after(date(2026, 4, 3), 1) == date(2026, 4, 7)  # over Easter
    assert working_days_between(date(2026, 3, 2), date(2026, 3, 11)) == 7
    assert working_days_between(date(2026, 5, 13), date(2026, 5, 18)) == 2  # over Ascension


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 5, 6), 2, date(2026, 7, 6)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 31), 11, date(2026, 12, 31)),
    ],
)
def test_months_later(day, months, then):
    assert months_after(day, months) == then
