"""Lines that no bill can hold: codes that exclude each other, an age that a code never has. They are refused."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.note import Note
from parcours.engine.bill.notes import ages, never_together, pairs, quotas
from parcours.engine.errors import Impossible
from parcours.law.bill.book import BillLaw


def check_possible(lines: Sequence[BillLine], bill: BillLaw) -> None:
    """Raise `Impossible`, which names the last of the lines that cannot stand together."""
    for found in impossible(lines, bill):
        last = lines[found.lines[-1] - 1]
        raise Impossible(f"lines[{last.number}].code", last.text, found.text, found.references)


def impossible(lines: Sequence[BillLine], bill: BillLaw) -> Iterator[Note]:
    """What the texts, or the imported lists, leave no case for."""
    here = {line.code.key for line in lines}
    for kind, find in (("ages", ages), ("pairs", pairs), ("most", quotas)):
        for entry in bill.notes[kind].values():
            if entry.get("impossible") and not here.isdisjoint(entry.get("codes") or entry["second"]):
                yield from find(lines, entry)
    yield from never_together(lines)


class Watched(NamedTuple):
    """Codes that cannot stand together: one of each side, or two of the only side."""

    scope: str
    first: frozenset[str]
    second: frozenset[str]


def watched(bill: BillLaw) -> list[Watched]:
    """What a file of bills looks for among its rows."""
    pairs_of_codes = [entry for entry in bill.notes["pairs"].values() if entry.get("impossible")]
    single = [entry for entry in bill.notes["most"].values() if entry.get("impossible")]
    return [
        *(Watched(entry["scope"], frozenset(entry["first"]), frozenset(entry["second"])) for entry in pairs_of_codes),
        *(Watched(entry["scope"], frozenset(entry["codes"]), frozenset()) for entry in single),
    ]


def for_an_age(key: str, bill: BillLaw) -> bool:
    """Is a code impossible at some ages?"""
    return any(entry.get("impossible") and key in entry["codes"] for entry in bill.notes["ages"].values())
