"""A line of a settled file of bills, as an explanation reads it: its facts, the amounts and the cases that were kept.

Nothing is settled again: what the other lines of its bill, and the bills before, made of it is in its row.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from parcours.engine.bill.explain import BillExplanation, explain_bill
from parcours.engine.bill.settle import BillAnswer, prepare
from parcours.engine.bill.vocabulary import BORNE, LINE_KEYS, NOT_ON_A_BILL
from parcours.engine.facts.vocabulary import BY_NAME, RENAMED, given, hundredths
from parcours.engine.results import AMOUNTS, CASE_CODES
from parcours.law.bill.book import STAGES
from parcours.law.codes import UNKNOWN, Ips, Pathway, Status
from parcours.rules.bill.types import SettledLine
from parcours.rules.types import Settlement

OF_ANOTHER_LINE = ("supplement_of", "session")
CODES = {"status": Status, "ips": Ips, "pathway": Pathway, **CASE_CODES, **STAGES}


def is_line_of_bill(row: Mapping[str, Any]) -> bool:
    """Is a settled row a line of a bill?"""
    return all(given(row.get(stage)) for stage in STAGES) and given(row.get("code"))


def explain_line(
    row: Mapping[str, Any], readings: Mapping[str, str], lang: str, *, quiet: bool = False
) -> BillExplanation:
    """Explain one line. Raises `FactError` for a row that is not of the vocabulary."""
    ready = prepare(bill_of(row), readings)
    settlement = settlement_of(row)
    own = settlement.participation_forfaitaire
    one = SettledLine(settlement, own, *(code_of(stage, row[stage]) for stage in STAGES))
    answer = BillAnswer({}, ready.lines[:1], [one], ready.question, ready.shared, readings)
    return explain_bill(answer, lang, quiet=quiet, alone=True)


def bill_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts and the line that a row holds, as a bill of one line."""
    said = {name: row.get(RENAMED.get(name, name)) for name in (*BY_NAME, *LINE_KEYS, *BORNE, "territory")}
    said = {name: plain(value) for name, value in said.items() if given(value)}
    line = {name: said[name] for name in LINE_KEYS if name in said and name not in OF_ANOTHER_LINE}
    facts = {name: value for name, value in said.items() if name not in line and name not in NOT_ON_A_BILL}
    return {**{name: facts[name] for name in facts if name not in OF_ANOTHER_LINE}, "lines": [line]}


def plain(value: Any) -> Any:
    """A value of a column as a bill says it."""
    return value if isinstance(value, (str, int, bool, Decimal)) else str(value)


def settlement_of(row: Mapping[str, Any]) -> Settlement:
    """The settlement that a row holds."""
    amounts = {name: hundredths(row[name]) or 0 for name in AMOUNTS if given(row.get(name))}
    codes = {name: code_of(name, row.get(name)) for name in Settlement._fields if name in CODES}
    unsaid = dict.fromkeys(Settlement._fields, 0) | {"max_fee": UNKNOWN}
    return Settlement(**{**unsaid, **amounts, **codes, "rate": int(row.get("rate") or 0)})


def code_of(name: str, value: Any) -> int:
    """The code of a column: its slug, or its letter; 0 for nothing."""
    members = CODES[name].__members__
    return int(members[str(value).strip().upper()]) if given(value) and str(value).strip().upper() in members else 0
