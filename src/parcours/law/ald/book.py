"""Reads the list of this folder and checks all of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from parcours.law import problems
from parcours.law.checks import check_ids
from parcours.law.data import CONFIDENCES, both_languages, grounds, read_all
from parcours.law.days import LawDataError
from parcours.law.loader import load
from parcours.text import Text

FOLDER = Path(__file__).parent
FILE = "conditions.yaml"
OFF_THE_LIST = 31
"""The first number that is not of the list: a serious illness off it, then several illnesses together."""


@dataclass(frozen=True)
class Duration:
    """For how many years full cover is proposed, from a day on; None where no duration was read."""

    first_day: date
    years: int | None
    renewal_years: int | None
    sources: tuple[str, ...]
    confidence: str


@dataclass(frozen=True)
class Condition:
    """An entry of the list, or a part of one that has its own duration."""

    id: str
    number: int
    label: Text
    durations: tuple[Duration, ...]
    removed: date | None
    """The day it left the list: who was admitted before keeps it."""
    until: Text | None
    """An end that is no date."""
    references: tuple[str, ...]
    verified_on: date

    @property
    def listed(self) -> bool:
        """Is it an entry of the list itself?"""
        return self.number < OFF_THE_LIST and self.id == str(self.number)

    def duration_on(self, day: date) -> Duration | None:
        """The duration of the text in force on a day."""
        return next((one for one in reversed(self.durations) if one.first_day <= day), None)

    def years_on(self, day: date, *, renewal: bool = False) -> int | None:
        """Years proposed on a day, at first or at a renewal; None: the end is to be said."""
        found = self.duration_on(day)
        if found is None:
            return None
        return found.renewal_years if renewal and found.renewal_years else found.years

    def open_on(self, day: date) -> bool:
        """May somebody be admitted on a day?"""
        return self.removed is None or day < self.removed


@cache
def ald_law() -> Mapping[str, Condition]:
    """Every condition by its id, in the order of the list. Raises `LawDataError`."""
    files, book = read_all(FOLDER), load()
    sources = {**files.mapping("sources.yaml"), **book.sources}
    found: dict[str, Condition] = {}
    for key, entry in files.mapping(FILE).items():
        on = grounds(FILE, key, entry)
        check_ids(FILE, key, on["references"], book.references, "reference")
        until = entry.get("until")
        found[key] = Condition(
            id=key, number=entry["number"], label=Text(**both_languages(FILE, key, entry.get("label"))),
            durations=tuple(durations_of(key, entry["versions"], sources)), removed=entry.get("removed"),
            until=None if until is None else Text(**both_languages(FILE, key, until)), **on,
        )  # fmt: skip
    return found


def durations_of(key: str, raw: Any, sources: Mapping[str, Any]) -> Iterator[Duration]:
    """The versions of a duration, in the order of their days, each with a source and a confidence."""
    before: date | None = None
    for entry in raw:
        day = entry["from"]
        if before is not None and day <= before:
            raise LawDataError(FILE, key, problems.out_of_order.format(day=day, before=before))
        before = day
        check_ids(FILE, key, tuple(entry["sources"]), sources, "source")
        check_ids(FILE, key, (entry.get("confidence"),), dict.fromkeys(CONFIDENCES), "confidence")
        yield Duration(day, entry["years"], entry.get("renewal_years"), tuple(entry["sources"]), entry["confidence"])
