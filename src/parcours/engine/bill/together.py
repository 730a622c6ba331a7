"""Settles the lines of one bill together: each under the law of its day, all under the same caps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.engine.bill.lines import BillLine, Shared
from parcours.engine.case import law_on
from parcours.law.bill.book import bill_law
from parcours.law.bill.record import BillRecord
from parcours.law.in_use import per_reform
from parcours.law.record import LawRecord
from parcours.rules.bill.bill import settle_bill as settle_lines
from parcours.rules.bill.costly import costly_stay
from parcours.rules.bill.links import joined
from parcours.rules.bill.memory import borne_before
from parcours.rules.bill.session import in_session, tariff_before
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, SettledLine
from parcours.rules.types import Contract, Counters, Readings

NOTHING_BORNE = Counters(0, 0, 0, 0, 0, 0, 0)
"""What a patient has borne of whom the bill says nothing."""


@dataclass(frozen=True)
class Laws:
    """The law of each line: rows of the law, and which one each line reads."""

    rows: Sequence[LawRecord]
    eras: Sequence[int]
    bill_rows: Sequence[BillRecord]


@dataclass(frozen=True)
class BillQuestion:
    """What the rules of a bill read, beside its lines."""

    contract: Contract
    euros: EurosContract
    borne: Borne
    chosen: Mapping[str, str]
    readings: Readings
    bill_readings: BillReadings


def laws_of(lines: Sequence[BillLine], shared: Shared, question: BillQuestion) -> Laws:
    """The law of each line: one row for each day of care."""
    days = sorted({line.line.act.care_date for line in lines})
    rows = [law_on(day, shared.law, question.chosen) for day in days]
    return Laws(rows, [days.index(line.line.act.care_date) for line in lines], [bill_record(day) for day in days])


@per_reform
def bill_record(day: int) -> BillRecord:
    """The general values of bills on a day."""
    law = bill_law()
    return BillRecord(*(law.value(name, day) for name in BillRecord._fields))


def settle_all(
    lines: Sequence[BillLine], shared: Shared, question: BillQuestion, laws: Laws | None = None
) -> list[SettledLine]:
    """The rules, over all lines."""
    laws = laws or laws_of(lines, shared, question)
    acts = [line.line for line in lines]
    before = [NOTHING_BORNE] * len(acts)
    if any(question.borne):
        rows = enumerate(laws.eras)
        before = [borne_before(acts, i, question.borne, laws.rows[era], question.readings) for i, era in rows]
    return settle_lines(
        acts,
        laws.eras,
        laws.rows,
        laws.eras,
        laws.bill_rows,
        question.contract,
        question.euros,
        before,
        question.readings,
        question.bill_readings,
    )


def is_costly(stay: Mapping[str, Any], lines: Sequence[BillLine], shared: Shared, question: BillQuestion) -> bool:
    """Does the stay hold a costly act, or directly follow one that did?  As it says, or as its lines show."""
    if stay.get("linked_stay"):
        return True
    if "heavy_act" in stay or not lines:
        return bool(stay.get("heavy_act", 0))
    laws = laws_of(lines, shared, question)
    acts = [line.line for line in lines]
    before = [tariff_before(line, laws.rows[era], question.readings) for line, era in zip(acts, laws.eras, strict=True)]
    joins = [joined(acts, i) for i in range(len(acts))]
    tariffs = [in_session(acts, before, joins, i, laws.bill_rows[laws.eras[i]])[0] for i in range(len(acts))]
    return any(costly_stay(acts, tariffs, line.stay, laws.rows[0], laws.bill_rows[0]) for line in acts if line.stay)
