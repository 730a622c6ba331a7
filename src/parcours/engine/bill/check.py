"""Settles worked bills from their inputs alone and compares every amount that they give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parcours.engine.bill.codetext import read_code
from parcours.engine.bill.say import effective_rate
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.bill.worked import RESULTS, WorkedBill, worked_bill
from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.facts.vocabulary import hundredths
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.rules.bill.types import SettledLine
from parcours.text import Text


@dataclass(frozen=True)
class Difference:
    """An amount that is not the expected one, in cents or basis points."""

    where: str
    name: str
    expected: int
    found: int


@dataclass
class Checked:
    """What came of one worked bill."""

    worked: WorkedBill
    answer: BillAnswer | None = None
    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    given_bases: list[int] = field(default_factory=list)
    """Lines whose base no table gives: it was taken from the bill, and is not counted as compared."""
    refused: FactError | None = None

    @property
    def equal(self) -> bool:
        """Is every amount the expected one?"""
        return self.refused is None and not self.differences


def check_bill(raw: Mapping[str, Any], readings: Mapping[str, str] | None = None) -> Checked:
    """Settle one worked bill and compare; a bill that cannot be read or settled is refused, not compared."""
    checked = Checked(WorkedBill(str(raw.get("id", "?")), {}, [], {}, doubtful=False))
    try:
        checked.worked = worked_bill(raw)
        checked.given_bases += checked.worked.unread
        checked.answer = settled(checked, readings)
        for where, expected, one, fee in matched(checked.worked, checked.answer):
            compare(checked, where, expected, found_amounts(one, fee))
        compare_total(checked)
    except FactError as error:
        checked.refused = error
    return checked


def settled(checked: Checked, readings: Mapping[str, str] | None) -> BillAnswer:
    """Settle, giving the base of the lines that no table knows, and only those."""
    worked = checked.worked
    while True:
        try:
            return settle_bill(worked.bill, readings)
        except UnknownTariff as error:
            place = line_number(error.field)
            if not place or place in checked.given_bases or "base" not in worked.expected[place - 1]:
                raise
            worked.bill["lines"][place - 1]["base"] = worked.expected[place - 1]["base"]
            checked.given_bases.append(place)


def line_number(name: str) -> int:
    """The line that an error names; 0 when it names none."""
    inside = name.partition("[")[2].partition("]")[0]
    return int(inside) if inside.isdecimal() and name.endswith(".code") else 0


Pair = tuple[str, Mapping[str, Any], SettledLine | None, int]


def matched(worked: WorkedBill, answer: BillAnswer) -> list[Pair]:
    """Expected and settled lines side by side: in order, or by code where the stay gives the lines."""
    fees = [line.line.act.fee for line in answer.lines]
    if not worked.from_stay:
        return [
            (f"line {place} ({expected['code']})", expected, one, fee)
            for place, (expected, one, fee) in enumerate(
                zip(worked.expected, answer.settled, fees, strict=False), start=1
            )
        ]
    found = {line.code.key: (one, fee) for line, one, fee in zip(answer.lines, answer.settled, fees, strict=True)}
    pairs: list[Pair] = []
    for place, expected in enumerate(worked.expected, start=1):
        key = key_among(read_code(str(expected["code"]), 0, flat_law(), bill_law()).key, found)
        one, fee = found.pop(key, (None, 0))
        pairs.append((f"line {place} ({expected['code']})", expected, one, fee))
    pairs += [(f"line not expected ({key})", {"fee": 0}, one, fee) for key, (one, fee) in found.items()]
    return pairs


def key_among(key: str, found: Mapping[str, Any]) -> str:
    """The code of a line of a stay, or the one that its kind of stay makes of it ("FJ": that of psychiatry)."""
    return next((one for one in (key, *found) if one in found and one.startswith(key)), key)


def found_amounts(one: SettledLine | None, fee: int) -> dict[str, int]:
    """The amounts of a settled line, by the names of worked bills."""
    if one is None:
        return dict.fromkeys(("fee", *RESULTS), 0)
    result = one.settlement
    gross = result.amo + result.majoration + result.participation_forfaitaire + result.franchise
    return {
        "fee": fee,
        "base": result.base,
        "rate": effective_rate(one),
        "gross": gross,
        "majoration": result.majoration,
        "pf": result.participation_forfaitaire,
        "franchise": result.franchise,
        "forfait_acte_lourd": result.forfait_acte_lourd,
        "amo": result.amo,
        "amc": result.amc,
        "patient": result.patient,
    }


def compare(checked: Checked, where: str, expected: Mapping[str, Any], found: Mapping[str, int]) -> None:
    """Compare every amount that is given."""
    for name, amount in amounts(expected):
        if name == "base" and any(where.startswith(f"line {place} ") for place in checked.given_bases):
            continue
        checked.compared += 1
        if found[name] != amount:
            checked.differences.append(Difference(where, name, amount, found[name]))


def amounts(expected: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The amounts of a line or of a total, in cents and basis points."""
    for name in ("fee", *RESULTS):
        if expected.get(name) is None:
            continue
        number = hundredths(expected[name])
        if number is None:
            raise FactError(name, expected[name], Text("un montant", "an amount"))
        yield name, number


def compare_total(checked: Checked) -> None:
    """The totals are the sums of the lines; rates have none."""
    if checked.answer is None or not checked.worked.total:
        return
    sums: dict[str, int] = {}
    for line, one in zip(checked.answer.lines, checked.answer.settled, strict=True):
        for name, amount in found_amounts(one, line.line.act.fee).items():
            sums[name] = sums.get(name, 0) + amount
    compare(checked, "total", checked.worked.total, sums)


def check_bills(raws: Sequence[Mapping[str, Any]], readings: Mapping[str, str] | None = None) -> list[Checked]:
    """Check every worked bill of a file."""
    return [check_bill(raw, readings) for raw in raws]
