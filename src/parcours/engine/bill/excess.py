"""What is asked above what may be asked of this patient, line by line; and what the C2S pays up to a price not found.

The rules say it of a tariff that is owed (`unlawful_excess`). Here the prices of 100 % Santé join them: above the
highest price of its basket, nothing may be asked (R871-2); a C2S patient owes no more than the price that the
C2S sets (L861-3 3°).
"""

from collections.abc import Iterator
from typing import NamedTuple

from parcours.engine.bill.lines import ANY_FEE, BillLine
from parcours.engine.bill.notes import priced_by_c2s
from parcours.engine.bill.settle import BillAnswer
from parcours.law.bill.codes import CaseCover, Cover, Nature
from parcours.law.codes import UNKNOWN, Profession
from parcours.rules.bill.types import SettledLine


class Excess(NamedTuple):
    """What a line asks in excess, in cents."""

    line: BillLine
    most: int
    """The most that may be asked."""
    above: int
    borne: int
    """The part of it that the patient is left with."""
    certain: bool
    """Can no other line of the paper explain it?"""


def in_excess(answer: BillAnswer) -> Iterator[Excess]:
    """The lines that ask more than may be asked."""
    for line, one in zip(answer.lines, answer.settled, strict=True):
        if found := excess_of(line, one):
            yield found


def excess_of(line: BillLine, one: SettledLine) -> Excess | None:
    """What a line asks in excess; None where it asks no more than may be asked."""
    if line.line.nature != Nature.ACT:
        return None
    act, price = line.line.act, highest(line, one)
    most = one.settlement.max_fee if price == UNKNOWN else price
    above = 0 if most == UNKNOWN else max(0, act.fee - most)
    if not above:
        return None
    certain = price != UNKNOWN or bool(act.c2s) or act.profession == Profession.PSYCHOLOGUE
    return Excess(line, most, above, min(above, one.settlement.patient), certain)


def highest(line: BillLine, one: SettledLine) -> int:
    """The highest price of a device or a prosthesis for this patient, in cents; `UNKNOWN`: none that is known."""
    if one.case_cover == CaseCover.C2S_BASKET:
        return line.line.c2s_ceiling
    limited = line.line.cover == Cover.BASKET_FREE or line.code.own_price == 1
    return line.line.ceiling if limited and line.line.ceiling != ANY_FEE else UNKNOWN


def perhaps_paid(line: BillLine, one: SettledLine) -> int:
    """What of the patient's part of a line the C2S may pay, in cents: up to its price, which was not found."""
    if not priced_by_c2s(line, one):
        return 0
    above = excess_of(line, one)
    return max(0, one.settlement.patient - (above.borne if above else 0))
