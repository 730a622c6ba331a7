"""Working days in France (code du travail, L3133-1): every day but Saturdays, Sundays and public holidays."""

from datetime import date, timedelta
from functools import cache

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)
"""Days after Easter of its Monday, of Ascension, of Whit Monday."""
LOCAL = ((12, 26),)
"""Of Alsace-Moselle, with Good Friday."""
SATURDAY, SUNDAY = 5, 6


@cache
def easter(year: int) -> date:
    """Easter Sunday (the Gregorian computation of Butcher)."""
    century, of_century = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    shift = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, *, alsace_moselle: bool = False) -> frozenset[date]:
    """Public holidays of a year."""
    days = {date(year, month, day) for month, day in (*FIXED, *(LOCAL if alsace_moselle else ()))}
    moving = (*AFTER_EASTER, *((-2,) if alsace_moselle else ()))
    return frozenset(days | {easter(year) + timedelta(days=after) for after in moving})


def is_working_day(day: date) -> bool:
    """Is a day a working one?"""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def is_sunday_or_holiday(day: date) -> bool:
    """Is the day a Sunday, or a public holiday of the whole of France?"""
    return day.weekday() == SUNDAY or day in holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The count-th working day after a day."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days after the first day, up to the last one."""
    return sum(is_working_day(first + timedelta(days=one)) for one in range(1, (last - first).days + 1))


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last day of the month where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
