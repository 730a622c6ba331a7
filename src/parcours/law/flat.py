"""The flat law: what an engine needs to settle, one record of integers for each period between two changes.

`law/book.py` makes it from the YAML, `law/cache.py` keeps it; `FlatContent` names what passes
between them.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from parcours.law import problems
from parcours.law.days import LawDataError, iso, number_of
from parcours.law.in_use import Change
from parcours.law.record import LawRecord


class FlatContent(NamedTuple):
    """What is kept of the flat law: lists, tuples and dictionaries of plain values only."""

    default: list[tuple[Any, ...]]
    alternatives: dict[tuple[str, str], list[tuple[Any, ...]]]
    acts: dict[str, int]
    act_professions: dict[str, tuple[str, ...]]
    specialties: dict[str, int]
    statuses: dict[str, dict[str, str]]
    readings: dict[str, tuple[str, ...]]


@dataclass(frozen=True, repr=False)
class Records:
    """The flat law under one choice of readings: one record an era."""

    first_days: list[int]
    rows: list[LawRecord]

    def __repr__(self) -> str:
        return f"<Records: {len(self.rows)} eras from {iso(self.first_days[0])}>"

    def on(self, day: date | int) -> LawRecord:
        """The law in force on a day (a date, or the number YYYYMMDD)."""
        number = day if isinstance(day, int) else number_of(day)
        index = bisect_right(self.first_days, number) - 1
        if index < 0:
            first = iso(self.first_days[0])
            problem = problems.no_law.format(day=iso(number), first=first)
            raise LawDataError("law", "on", problem)
        return self.rows[index]


@dataclass(frozen=True, repr=False)
class FlatLaw:
    """All an engine needs to settle: the records, and the slugs of the tables they are indexed by."""

    default: Records
    alternatives: dict[tuple[str, str], Records]
    """Records under another option of a reading that changes a value."""
    acts: dict[str, int]
    act_professions: dict[str, tuple[str, ...]]
    """Professions that may bill an act; empty = anyone."""
    specialties: dict[str, int]
    statuses: dict[str, dict[str, str]]
    """Label of each status letter, in French (fr) and English (en)."""
    readings: dict[str, tuple[str, ...]]
    """Options of each reading, the default first."""
    digest: str
    build: Callable[[Mapping[str, str]], Records]
    """Makes the records under several readings at once."""
    reform: tuple[Change, ...] = ()
    """Changes of the law that this one was made with."""

    def __repr__(self) -> str:
        tried = ", ".join(map(str, self.reform)) or "no reform"
        return f"<FlatLaw {self.digest[:8]}: {tried}>"

    @cached_property
    def names_of_specialties(self) -> dict[int, str]:
        """National code of a specialty -> its slug."""
        return {code: name for name, code in self.specialties.items()}

    def on(self, day: date | int) -> LawRecord:
        """The law in force on a day, under the default readings."""
        return self.default.on(day)

    def under(self, readings: Mapping[str, str]) -> Records:
        """The records under the readings (name -> option) that change a value; two at once are built on demand."""
        chosen = [key for key in readings.items() if key in self.alternatives] if readings else []
        if not chosen:
            return self.default
        return self.alternatives[chosen[0]] if len(chosen) == 1 else self.build(dict(chosen))


def unpacked(
    content: FlatContent, digest: str, build: Callable[[Mapping[str, str]], Records], reform: tuple[Change, ...] = ()
) -> FlatLaw:
    """The flat law from what was kept of it."""
    kept = content._asdict() | {
        "default": records_of(content.default),
        "alternatives": {key: records_of(rows) for key, rows in content.alternatives.items()},
    }
    return FlatLaw(**kept, digest=digest, build=build, reform=reform)


def records_of(rows: list[tuple[Any, ...]]) -> Records:
    """Records from plain tuples, the first field of which is the first day."""
    return Records([row[0] for row in rows], [LawRecord(*row) for row in rows])
