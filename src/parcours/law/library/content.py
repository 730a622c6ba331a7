"""What a reader makes of a distribution: one entry a code, a few tables, the day, what it has to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from parcours.text import Text

OPEN = 0
"""Last day of what has none."""


class Entry(NamedTuple):
    """One code of a nomenclature, with its history."""

    code: str
    label: str
    first: int
    """First day, YYYYMMDD."""
    last: int
    """Last day, included; `OPEN` when there is none."""
    record: Mapping[str, Any]
    """What its nomenclature says of it over time, in plain values."""


@dataclass
class Content:
    """A distribution, read."""

    entries: Sequence[Entry]
    day: int
    """Day of the distribution, YYYYMMDD."""
    version: str = ""
    """As its files number it."""
    tables: Mapping[str, Any] = field(default_factory=dict)
    """What is not of one code: modifiers, grids, rules."""
    said: list[Text] = field(default_factory=list)
    """What whoever imports should know."""


def steps(pairs: Sequence[tuple[int, Any]]) -> list[list[Any]]:
    """Values by first day, in order, without those that repeat the one before."""
    kept: list[list[Any]] = []
    for day, value in sorted(pairs, key=lambda pair: pair[0]):
        if kept and kept[-1][0] == day:
            kept[-1][1] = value
        elif not kept or kept[-1][1] != value:
            kept.append([day, value])
    return kept


def on(series: Sequence[Sequence[Any]], day: int) -> Any:
    """The value in force on a day; None before the first."""
    value = None
    for first, one in series:
        if first > day:
            break
        value = one
    return value


def day_after(day: int) -> int:
    """The day after a day."""
    from datetime import date, timedelta

    after = date(day // 10_000, day // 100 % 100, day % 100) + timedelta(days=1)
    return after.year * 10_000 + after.month * 100 + after.day
