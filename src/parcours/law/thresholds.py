"""What the law fixes and others than the rules compare with: ages, times, the form, general practice, on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from parcours.law import problems
from parcours.law.cache import flat_law
from parcours.law.days import LawDataError, number_of
from parcours.law.in_use import per_reform
from parcours.law.record import LawRecord
from parcours.law.workdays import months_after

if TYPE_CHECKING:
    from parcours.law.data import Value

AGES = tuple(name for name in LawRecord._fields if "age" in name.split("_") and name != "acces_direct_age")
"""Fields of the law that a rule compares with an age."""
QUARTER = 3
"""Months of a quarter of the year, of which some delays count the first day."""


def value_on(parameter: str, on: date) -> Value | None:
    """The value of a parameter on a day, under the default readings."""
    from parcours.law.loader import load  # what settles one case never parses YAML

    return load().parameters[parameter].default.value_on(number_of(on))


def series(parameter: str) -> list[tuple[date, int]]:
    """Every value of an amount under the default readings, in cents, each with its first day; the newest first."""
    from parcours.law.loader import load

    values = load().parameters[parameter].default.values
    return [(one.first_day, int(one.value * 100)) for one in reversed(values)]


def whole(parameter: str, on: date) -> int:
    """A whole number of the law on a day; the first one that is known for an earlier day (a kinship of 1980)."""
    from parcours.law.loader import load

    series = load().parameters[parameter].default
    value = series.value_on(number_of(on)) or series.values[0]
    return int(value.value)


def majority(on: date) -> int:
    """Age from which a person decides alone (Code civil, 414)."""
    return whole("majorite.age", on)


def age_of_choice(on: date) -> int:
    """Age from which a person chooses the médecin traitant, with a co-signature until the majority (L162-5-3)."""
    return whole("medecin_traitant.age_declaration", on)


def age_of_contributions(on: date) -> int:
    """Age to have reached on 1 January to owe the flat contribution and the deductibles (L160-15, R160-20)."""
    return whole("participation_forfaitaire.age_exemption", on)


def first_choice() -> date:
    """First day on which the law knows a médecin traitant."""
    from parcours.law.loader import load

    return load().parameters["medecin_traitant.age_declaration"].default.values[0].first_day


def child_has_doctor(on: date) -> bool:
    """May somebody younger than that age have a declared doctor, on a day? (L162-5-3; since the law of 2016)"""
    value = value_on("medecin_traitant.declaration_moins_16", on)
    return value is not None and bool(value.value)


def declaration_form(on: date) -> str | None:
    """The paper form of a declaration on a day; None before the first one that is known."""
    value = value_on("medecin_traitant.formulaire", on)
    return None if value is None else str(value.value)


def grace_until(left_on: date, on: date) -> date | None:
    """First day after the time without majoration that a departure opens, by the law of a day (L162-5-3, 5°).

    None where that law gives no time, or came into force after that time: a departure of 2019 opens none.
    """
    value = value_on("medecin_traitant.grace_depart_annees", on)
    if value is None or not value.value:
        return None
    until = years_after(left_on, int(value.value))
    return until if until > value.first_day else None


def years_after(day: date, years: int) -> date:
    """The same day some years later; 1 March after a 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def last_day_to_ask(care: date) -> date:
    """Last day to ask the refund of care: some years from the first day of the quarter after it (L160-11)."""
    first = months_after(date(care.year, 1, 1), ((care.month - 1) // QUARTER + 1) * QUARTER)
    return years_after(first, whole("remboursement.prescription_annees", care)) - timedelta(days=1)


@per_reform
def general_practice() -> frozenset[int]:
    """National codes of the specialties that count as general practice."""
    return frozenset(code for code, counts in enumerate(flat_law().default.rows[-1].generaliste) if counts)


@per_reform
def participation_age() -> int:
    """The age whose civil year ends the exemption from the participations: only there do two ages have to be told.

    One for every day of the law. Raises `LawDataError` once the law has two: the day will then have to be asked.
    """
    found = {row.participation_age for row in flat_law().default.rows}
    if len(found) != 1:
        raise LawDataError("parameters", "participation_forfaitaire.age_exemption", problems.one_age)
    return found.pop()


def ages_of(law: LawRecord) -> tuple[int, ...]:
    """The ages that a law compares with, in order."""
    return tuple(sorted({getattr(law, name) for name in AGES} - {-1}))


def telling_ages(law: LawRecord) -> tuple[int, ...]:
    """The youngest age of each group that no rule tells apart: on an age of the law, and just above it."""
    ages = ages_of(law)
    return tuple(sorted({0, *ages, *(age + 1 for age in ages)}))


@per_reform
def candidate_ages() -> tuple[int, ...]:
    """The telling ages of every day of the law."""
    return tuple(sorted({age for row in flat_law().default.rows for age in telling_ages(row)}))
