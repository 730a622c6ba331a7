"""A price that is to the cent a visit and the supplements of its day: the paper has several lines, all refunded.

Such a price is no overrun: the page says how it splits, what is then left, and opens the bill. A split that takes for
true what nobody said (a visit at home, an hour, who sent the patient) is a possibility and never the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.say.receipt import receipt
from parcours.text import euros, listed, plain_euros
from parcours.web.i18n import N_
from parcours.web.pages import Page, text
from parcours.web.quote.state import State
from parcours.web.quote.supplements import UNCALLED, name_of, supposed, tariff, uncalled, visit_code, ways, who_of

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
    certain: bool
    """Does it follow from what was answered?"""

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


def split_of(page: Page, state: State, settled: Answer, pairs: Pairs) -> tuple[Split | None, list[Split]]:
    """The visit and the supplements that make a price above its tariff, to the cent, by what was answered; where none
    do, how the price would split if what nobody said were so.
    """
    possible = []
    for one in splits(page, state, settled, pairs):
        if one.certain:
            return one, []
        possible.append(one)
    return None, possible


def splits(page: Page, state: State, settled: Answer, pairs: Pairs) -> Iterator[Split]:
    """Every way in which a price above its tariff is lawful lines to the cent."""
    visit, said = state.sitting.tariff(), dict(pairs)
    if not 0 < visit < settled.act.fee or said.get("act"):
        return
    who = who_of(state.given)
    for codes in ways(state.given, state.day):
        costs = [tariff(code, state.day, who) for code in codes]
        if min(costs) <= 0 or visit + sum(costs) != settled.act.fee:
            continue
        lines = [(visit_code(code_of(said), codes[0]), visit), *zip(codes, costs, strict=True)]
        settled_lines = settled_as(state, lines)
        if settled_lines is None:
            continue
        unsaid = list(supposed(codes, state.given, state.day))
        needed = [text(one, page.lang) for one in (*unsaid, *([UNCALLED] if uncalled(codes, state.given) else []))]
        words = words_of(lines, settled_lines, needed, page.lang)
        yield Split(words, page.address("/bill", bill_pairs(pairs, lines)), settled_lines, certain=not unsaid)


def words_of(lines: Sequence[tuple[str, int]], settled: BillAnswer, needed: Sequence[str], lang: str) -> str:
    """How a price splits, and under which conditions."""
    words = N_("This price is to the cent several lawful lines, all refunded: {lines}. Read so, {left} is left to you.")
    if needed:
        words = N_("If {unsaid}, this price is lawful and refunded: {lines}. {left} is then left to you.")
    named = listed([f"{code} {name_of(code, lang)} {euros(cents, lang)}" for code, cents in lines], lang)
    return text(words, lang, lines=named, left=euros(settled.totals["patient"], lang), unsaid=listed(needed, lang))


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
