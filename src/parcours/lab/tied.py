"""Numbers of contributions are tied to amounts: so many a day, so many a year. A reform moves them together.

The cap of a year is an amount; the number that fills it follows. The number of a day is the law's own: a reform that
changes the amount of a contribution says what becomes of the day, in euros or in number.
"""

from collections.abc import Sequence

from parcours.lab import problems
from parcours.law.book import LawBook
from parcours.law.days import number_of
from parcours.law.in_use import Change
from parcours.text import plain_euros

PREFIX = "participation_forfaitaire."
AMOUNT, DAY_CAP, YEAR_CAP, A_DAY, A_YEAR = (
    PREFIX + name for name in ("montant", "plafond_jour", "plafond_annee", "nombre_jour", "nombre_annee")
)


def derived(before: LawBook, after: LawBook, said: Sequence[Change], year: int) -> tuple[Change, ...]:
    """The numbers that follow from what a reform says, from each of its days. Raises `LabError` for a contradiction."""
    ours = [change for change in said if change.id.startswith(PREFIX)]
    days = sorted({change.first_day for change in ours} | ({f"{year}-01-01"} if ours else set()))
    found: list[Change] = []
    for day in days:
        if min(change.first_day for change in ours) <= day:
            found += on_day(before, after, [change for change in ours if change.first_day <= day], day)
    return tuple(found)


def on_day(before: LawBook, after: LawBook, said: Sequence[Change], day: str) -> list[Change]:
    """The numbers of one day."""
    from datetime import date

    number = number_of(date.fromisoformat(day))
    told = {change.id: change for change in said}
    unit, was = (book.parameters[AMOUNT].default.on(number) for book in (after, before))
    cap, cap_was = (book.parameters[YEAR_CAP].default.on(number) for book in (after, before))
    if unit <= 0:
        raise problems.contradicted(plain_euros(unit), field=AMOUNT, expected="> 0")
    found = []
    if DAY_CAP in told:
        cents = round(float(told[DAY_CAP].value) * 100)
        if cents % unit:
            raise problems.not_whole(told[DAY_CAP].value, field=DAY_CAP, unit=plain_euros(unit))
        if A_DAY in told and int(told[A_DAY].value) != cents // unit:
            raise problems.contradicted(told[A_DAY].value, field=A_DAY, expected=str(cents // unit))
        found.append(Change(A_DAY, str(cents // unit), day))
    elif unit != was and A_DAY not in told:
        raise problems.not_together(plain_euros(unit))
    filled = -(-cap // unit)
    if A_YEAR in told:
        if int(told[A_YEAR].value) < filled:
            raise problems.contradicted(told[A_YEAR].value, field=A_YEAR, expected=str(filled))
    elif unit != was or cap != cap_was:
        found.append(Change(A_YEAR, str(filled), day))
    return found
