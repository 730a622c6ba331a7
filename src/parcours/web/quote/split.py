"""A price that is to the cent a visit and the supplements of its day: the paper has several lines, all refunded.

Such a price is no overrun: the page says how it splits, what is then left, and opens the bill.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.say.receipt import receipt
from parcours.text import euros, listed, plain_euros
from parcours.web.pages import Page, text
from parcours.web.quote.state import State
from parcours.web.quote.supplements import name_of, tariff, visit_code, ways, who_of

OF_ONE_ACT = ("act", "fee", "base", "quantity", "status", "ips", "sure", "unsure")
ORDINARY_CODES = {"generaliste": "G", "psychiatrie": "CNPSY", "neurologie": "CNPSY"}
"""The code of an ordinary consultation; `CS` for the other specialties."""
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Split:
    """How a price splits, in words, and the bill of its lines."""

    words: str
    url: str
    settled: BillAnswer
    """These lines, settled together."""

    @property
    def totals(self) -> Mapping[str, int]:
        """Who pays what of these lines, in cents."""
        return self.settled.totals


def code_of(said: Mapping[str, str]) -> str:
    """The code of the act as a paper writes it; empty where it is not known."""
    return said.get("act") or ORDINARY_CODES.get(said.get("specialty", ""), "CS" if said.get("specialty") else "")


def bill_pairs(pairs: Pairs, lines: list[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
    """The address of a bill: the facts of the visit, then its lines."""
    said = [pair for code, cents in lines for pair in (("code", code), ("fee", plain_euros(cents)))]
    return (*(pair for pair in pairs if pair[0] not in OF_ONE_ACT), *said)


def receipt_of(settled: Answer, split: Split | None) -> dict[str, Any]:
    """The receipt of an answer: that of the act, or of the whole bill where its price splits."""
    return bill_receipt(split.settled) if split else receipt(settled)


def split_of(page: Page, state: State, settled: Answer, pairs: Pairs) -> Split | None:
    """The visit and the supplements that make a price above its tariff, to the cent; None where none do."""
    visit, said = state.sitting.tariff(), dict(pairs)
    if not 0 < visit < settled.act.fee or said.get("act"):
        return None
    who = who_of(state.given)
    for codes in ways(state.given, state.day):
        costs = [tariff(code, state.day, who) for code in codes]
        if min(costs) <= 0 or visit + sum(costs) != settled.act.fee:
            continue
        lines = [(visit_code(code_of(said), codes[0]), visit), *zip(codes, costs, strict=True)]
        settled_lines = settled_as(state, lines)
        if settled_lines is None:
            return None
        named = listed(
            [f"{code} {name_of(code, page.lang)} {euros(cents, page.lang)}" for code, cents in lines], page.lang
        )
        words = text(
            "This price is to the cent several lawful lines, all refunded: {lines}. Read so, {left} is left to you.",
            page.lang,
            lines=named,
            left=euros(settled_lines.totals["patient"], page.lang),
        )
        return Split(words, page.address("/bill", bill_pairs(pairs, lines)), settled_lines)
    return None


def settled_as(state: State, lines: list[tuple[str, int]]) -> BillAnswer | None:
    """These lines on one paper, settled; None where they cannot be."""
    facts = {
        name: value
        for name, value in state.given.items()
        if value and name not in OF_ONE_ACT and (name, value) != ("contract", "none")
    }
    said = [{"code": code, "fee": plain_euros(cents)} for code, cents in lines]
    try:
        return settle_bill({**facts, "lines": said}, state.readings)
    except FactError:
        return None
