"""Where a form stands: the fact to ask next, and between what and what the patient's share lies.

The engine's answer is kept by what the law tells apart: two days of one era, or two ages between two thresholds, are
one question. So most steps of most people are answered from memory, exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import read_date, read_integer
from parcours.engine.say.questions import Known, Range, Space, frame_question, frame_range, known_of
from parcours.law import thresholds
from parcours.law.cache import flat_law
from parcours.law.codes import Convention
from parcours.law.days import iso

Given = dict[str, str | None]
"""Facts as the address gives them; None: answered by nothing."""

AGES: Final = ("10", "22", "40")
"""While the age is not said, the result spans these: a child, a young adult, an adult."""
DATED: Final = ("medecin_traitant_left_on", "installed_on")
"""Facts that are counted from the day of the care itself."""


@dataclass(frozen=True)
class Standing:
    """Where a form stands."""

    fact: str | None
    """The fact that matters next; None when nothing left to ask changes the result."""
    range: Range
    sector_1: Range | None
    """The range in sector 1, while the sector is open: there the tariff is known."""


def standing(given: Given, readings: Mapping[str, str]) -> Standing:
    """Where a form stands. Raises `FactError` for a wrong fact."""
    facts = dict(given)
    if not any(facts.get(name) for name in DATED):
        facts["care_date"] = first_day_of_era(facts.get("care_date"), readings)
        if facts.get("age"):
            facts["age"] = youngest_alike(str(facts["age"]), str(facts["care_date"]))
    return standing_of(tuple(sorted(facts.items())), tuple(sorted(readings.items())))


def first_day_of_era(day: str | None, readings: Mapping[str, str]) -> str | None:
    """The first day of the period in which the law is that of a day; the day itself when it has no law."""
    if day is None:
        return None
    number = read_date("care_date", day)
    first_days = flat_law().under(readings).first_days
    position = bisect_right(first_days, number) - 1
    return iso(first_days[position]) if position >= 0 else day


def youngest_alike(age: str, day: str) -> str:
    """The youngest age that no rule tells from this one."""
    years = read_integer("age", age)
    ages = age_thresholds(read_date("care_date", day))
    return str(ages[bisect_right(ages, years) - 1])


@lru_cache(maxsize=256)
def age_thresholds(day: int) -> tuple[int, ...]:
    """Ages at which some comparison of a rule may change, on a day of known law."""
    return thresholds.telling_ages(flat_law().default.on(day))


@lru_cache(maxsize=16384)
def standing_of(facts: tuple[tuple[str, str | None], ...], readings: tuple[tuple[str, str], ...]) -> Standing:
    """The engine's answer; the same facts always give the same one."""
    given, chosen = dict(facts), dict(readings)
    known = known_of(given, chosen)
    fact = frame_question(known)
    if fact == "age":
        spaces = [space for age in AGES for space in spaces_of({**given, "age": age}, chosen)]
        return Standing(fact, spread(space.range() for space in spaces), sector_1_of(spaces))
    if fact:
        return Standing(fact, frame_range(known), None)
    space = Space.of(known)
    return Standing(space.next_fact(), space.range(), sector_1_of([space]))


def spaces_of(given: Given, readings: Mapping[str, str]) -> Iterable[Space]:
    """The possibilities of some facts; none where they contradict each other."""
    try:
        known: Known = known_of(given, readings)
        yield Space.of(known)
    except FactError:
        return


def sector_1_of(spaces: list[Space]) -> Range | None:
    """The range over what happens in sector 1."""
    found = [
        share
        for space in spaces
        if "convention" in space.money_names
        for shares in space.shares.values()
        for values, share in shares.items()
        if values[space.money_names.index("convention")] == Convention.SECTEUR_1
    ]
    return Range(min(found), max(found)) if found else None


def spread(spans: Iterable[Range]) -> Range:
    """The range that holds several."""
    every = list(spans)
    highs = [span.high for span in every if span.high is not None]
    return Range(min(span.low for span in every), max(highs) if len(highs) == len(every) else None)
