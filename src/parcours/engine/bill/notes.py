"""What a bill should not hold, or holds only within limits: ages, pairs, quotas, and a base that is not the tariff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.prices import unit_price
from parcours.law import codes
from parcours.law.bill.book import BillLaw
from parcours.law.bill.codes import Nature
from parcours.law.codes import UNKNOWN
from parcours.rules.bill.types import SettledLine
from parcours.text import Text


@dataclass(frozen=True)
class Note:
    """Something to look at: the lines, the sentence, the articles."""

    lines: tuple[int, ...]
    text: Text
    references: tuple[str, ...]


def notes_of(
    lines: Sequence[BillLine], settled: Sequence[SettledLine], territory: str, bill: BillLaw
) -> Iterator[Note]:
    """Every note of a bill: what the rules noticed of each act, then what its lines show together."""
    yield from noticed(lines, settled, bill)
    for entry in bill.notes["ages"].values():
        yield from ages(lines, entry)
    for entry in bill.notes["pairs"].values():
        yield from pairs(lines, entry)
    for entry in bill.notes["most"].values():
        yield from quotas(lines, entry)
    yield from given_bases(lines, territory, bill)


def noticed(lines: Sequence[BillLine], settled: Sequence[SettledLine], bill: BillLaw) -> Iterator[Note]:
    """The notes of the acts, one for all the lines that share it."""
    for code in codes.Note:
        shared = [line.number for line, one in zip(lines, settled, strict=True) if one.settlement.notes & 1 << code]
        if shared:
            entry = bill.notes["noticed"][code.name.lower()]
            yield Note(tuple(shared), Text(entry["fr"], entry["en"]), tuple(entry["references"]))


def note(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Note:
    """The note of an entry of the data, about some lines."""
    return Note(tuple(line.number for line in lines), Text(entry["fr"], entry["en"]), tuple(entry["references"]))


def ages(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of a code that is not for the patient's age."""
    for line in lines:
        if line.code.key not in entry["codes"] or "age" in line.encoded.missing:
            continue
        age = line.line.act.age
        if age < entry.get("from", 0) or age >= entry.get("before", age + 1):
            yield note([line], entry)


def same_scope(scope: str, one: BillLine, other: BillLine) -> bool:
    """Are two lines of one session, or of one day?"""
    if scope == "session":
        return one.line.session == other.line.session
    return one.line.act.care_date == other.line.act.care_date


def pairs(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """Lines of two codes that do not go together."""
    for one in lines:
        if one.code.key in entry["first"]:
            for other in lines:
                if other.code.key in entry["second"] and same_scope(entry["scope"], one, other):
                    yield note([one, other], entry)


def quotas(lines: Sequence[BillLine], entry: Mapping[str, Any]) -> Iterator[Note]:
    """More lines of some codes than are paid."""
    concerned = [line for line in lines if line.code.key in entry["codes"]]
    seen: set[int] = set()
    for one in concerned:
        together = [other for other in concerned if same_scope(entry["scope"], one, other)]
        if len(together) > entry["most"] and together[0].number not in seen:
            seen.add(together[0].number)
            yield note(together, entry)


def given_bases(lines: Sequence[BillLine], territory: str, bill: BillLaw) -> Iterator[Note]:
    """A base that the bill gives, where the tables give another."""
    for line in lines:
        if not line.line.given or line.line.nature != Nature.ACT or line.code.fee_per_box or line.code.coefficient:
            continue
        act = line.line.act
        known = unit_price(line.code, act.care_date, line.said, act.age, territory, bill)
        if known not in {UNKNOWN, line.line.tariff}:
            text = Text(
                f"La base donnée l'emporte sur le tarif connu de {line.code.key}.",
                f"The given base wins over the known tariff of {line.code.key}.",
            )
            yield Note((line.number,), text, line.code.references)
