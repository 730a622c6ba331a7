"""A note of a bill, and which of its lines belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.text import Text


@dataclass(frozen=True)
class Note:
    """Something to look at: the lines, the sentence, the articles."""

    lines: tuple[int, ...]
    text: Text
    references: tuple[str, ...]


def note(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Note:
    """The note of an entry of the data, about some lines."""
    return Note(tuple(line.number for line in lines), Text(entry["fr"], entry["en"]), tuple(entry["references"]))


def same_scope(scope: str, one: BillLine, other: BillLine) -> bool:
    """Are two lines of one session, or of one day?"""
    if scope == "session":
        return one.line.session == other.line.session
    return one.line.act.care_date == other.line.act.care_date


def same_sheet(one: BillLine, other: BillLine) -> bool:
    """Are two lines of one professional, in one session?"""
    return one.line.professional == other.line.professional and same_scope("session", one, other)
