"""Can a fact that nobody gave change an amount of the bill? Is every base and rate known?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from parcours.engine.bill.library import not_in, shape_of
from parcours.engine.bill.lines import BillLine, Shared
from parcours.engine.bill.together import BillQuestion, laws_of, settle_all
from parcours.engine.case import candidates
from parcours.engine.errors import UnknownTariff
from parcours.engine.facts.encoding import missing_fact
from parcours.law.bill.codes import Nature
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.days import iso
from parcours.rules.bill.types import SettledLine
from parcours.text import SEMICOLON, Text


def check_missing(
    lines: Sequence[BillLine], settled: Sequence[SettledLine], shared: Shared, question: BillQuestion
) -> None:
    """Raise `MissingFact` when a fact that was not given can change an amount of the bill."""
    missing = missing_of(lines)
    known = candidates()
    for name in missing:
        if name not in known:
            raise missing_fact(name, missing)
    if not missing:
        return
    amounts, laws = amounts_of(settled), laws_of(lines, shared, question)
    for values in variants(missing):
        replaced = [varied(line, values) for line in lines]
        if amounts_of(settle_all(replaced, shared, question, laws)) != amounts:
            raise missing_fact(culprit(lines, missing, amounts, shared, question), missing)


def missing_of(lines: Sequence[BillLine]) -> list[str]:
    """The facts that no line was given, and that some line may depend on."""
    return list(
        dict.fromkeys(name for line in lines if line.line.nature == Nature.ACT for name in line.encoded.missing)
    )


MOST_VARIANTS = 64
"""Combinations of missing facts that are all tried; beyond, each fact alone: a long bill must answer at once."""


def variants(missing: Sequence[str]) -> Iterator[dict[str, int]]:
    """Values of the missing facts that tell whether they change an amount."""
    known = candidates()
    if prod(len(known[name]) for name in missing) <= MOST_VARIANTS:
        for values in product(*(known[name] for name in missing)):
            yield dict(zip(missing, values, strict=True))
        return
    for name in missing:
        for value in known[name]:
            yield {name: value}


def culprit(
    lines: Sequence[BillLine], missing: Sequence[str], amounts: Any, shared: Shared, question: BillQuestion
) -> str:
    """The first missing fact that alone can change an amount; the first one where only several together can."""
    for name in missing:
        for value in candidates()[name]:
            if amounts_of(settle_all([varied(line, {name: value}) for line in lines], shared, question)) != amounts:
                return name
    return missing[0]


def varied(line: BillLine, values: Mapping[str, int]) -> BillLine:
    """A line with other values of the facts that it misses."""
    own = {name: value for name, value in values.items() if name in line.encoded.missing}
    return line.as_line(line.line._replace(act=line.line.act._replace(**own))) if own else line


def amounts_of(settled: Sequence[SettledLine]) -> list[tuple[int, ...]]:
    """The amounts that a missing fact must not be able to change: who pays what, line by line."""
    return [(one.settlement.base, one.settlement.amo, one.settlement.amc, one.settlement.patient) for one in settled]


def check_known(lines: Sequence[BillLine], settled: Sequence[SettledLine]) -> None:
    """Raise `UnknownTariff` where nothing known gives the base or the rate of a line."""
    for line, one in zip(lines, settled, strict=True):
        if line.line.nature != Nature.ACT:
            continue
        if one.settlement.case_base == CaseBase.UNKNOWN:
            day = iso(line.line.act.care_date)
            allowed = Text(
                f"aucun tarif connu le {day} pour ces faits ; donnez base",
                f"no known tariff on {day} for these facts; give base",
            )
            shapes = shape_of(line.text.split(" ")[0])
            allowed += SEMICOLON + not_in(shapes) if shapes and not line.library else ""
            raise UnknownTariff(f"lines[{line.number}].code", line.text, allowed)
        if one.settlement.case_rate == CaseRate.UNKNOWN:
            day = iso(line.line.act.care_date)
            allowed = Text(f"aucun taux connu le {day}", f"no known rate on {day}")
            raise UnknownTariff(f"lines[{line.number}].care_date", day, allowed)
