"""The rules compiled: one loop over the acts of each patient, calling the very functions of `rules/` (see `loops.py`).

Facts that differ from row to row (dates, ages, amounts) are a matrix of integers; the coded ones are a pattern that
many rows share.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from parcours.engine.batch.layout import (
    AGES,
    AMOUNT_RESULTS,
    CODE_RESULTS,
    CONTRACT,
    DECLARED_IPS,
    DECLARED_STATUS,
    HALF,
    HIGH,
    MISSING,
    PATTERN_COLUMNS,
    PATTERN_FACTS,
    ROW_FACTS,
    VARIANT_FACTS,
)
from parcours.engine.batch.loops import Loop
from parcours.engine.results import ASKING, COMPARED
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.codes import Profession
from parcours.rules.participations import bears_franchise, contributions
from parcours.rules.rate import is_auxiliaire
from parcours.rules.settlement import settle
from parcours.rules.types import Act, Contract, Counters

SESSIONS, ALL_TRANSPORT, ALL_AUXILIAIRES, NO_CAP = -2, -3, -4, -5
"""Stand for a professional in the memory: sessions of a civil year, the daily caps that all professionals share."""
OPINION = 0
"""Stands for a day in the memory: the last one-off opinion of a consultant."""
PSYCHOLOGUE, TRANSPORTEUR = int(Profession.PSYCHOLOGUE), int(Profession.TRANSPORTEUR)
NOWHERE = (-1, -1, -1, -1)
"""Places of an act whose patient has no other: nothing is remembered."""
LARGEST = 999_999_999
"""The largest amount a file holds, in cents (nine digits)."""


class Refusal(IntEnum):
    """Why an act that could be encoded is not settled."""

    NONE = 0
    MISSING = 1
    UNKNOWN = 2
    DECLARED = 3
    TOO_LARGE = 4


REFUSED_MISSING, REFUSED_UNKNOWN, REFUSED_DECLARED, REFUSED_TOO_LARGE = (int(reason) for reason in tuple(Refusal)[1:])


def _from_source(source: str, **more: Any) -> Callable[..., Any]:
    """A function written from the names of the tuples, so that a new fact or result needs no change here."""
    names: dict[str, Any] = {"Act": Act, "Contract": Contract, "int64": np.int64, **more}
    before = set(names)
    exec(source, names)  # noqa: S102 - the source is made above and below, of field names only
    function: Callable[..., Any] = names[(set(names) - before - {"__builtins__"}).pop()]
    return function


def tuple_of(name: str, kind: type, start: int) -> Callable[..., Any]:
    """A function that reads a tuple from a row of a matrix, from a column on."""
    fields = ", ".join(f"table[c, {start + place}]" for place in range(len(kind._fields)))  # type: ignore[attr-defined]
    return _from_source(f"def {name}(table, c): return {kind.__name__}({fields})", **{kind.__name__: kind})


def _cell(name: str) -> str:
    """Source of the expression that reads a fact of an act."""
    if name in AGES:
        return name
    if name == "exemption":
        low, high = PATTERN_COLUMNS.index(name), PATTERN_COLUMNS.index(HIGH)
        return f"int64(patterns[p, {low}]) + (int64(patterns[p, {high}]) << {HALF})"
    if name in PATTERN_FACTS:
        return f"int64(patterns[p, {PATTERN_COLUMNS.index(name)}])"
    return f"int64(rows[{ROW_FACTS.index(name)}, i])"


def _age(name: str) -> str:
    """Source of the statement that reads an age: the pattern's where it has one, else the row's."""
    own = f"int64(patterns[p, {PATTERN_COLUMNS.index(name)}])"
    return f"{name} = {own} if {own} >= 0 else int64(rows[{ROW_FACTS.index(name)}, i])"


def _contract_cells() -> str:
    return ", ".join(f"contracts[c, {column}]" for column in range(len(Contract._fields)))


def _writes() -> str:
    lines = [f"amounts[{row}, i] = answer.{name}" for row, name in enumerate(AMOUNT_RESULTS)]
    return "; ".join(lines + [f"codes[{row}, i] = answer.{name}" for row, name in enumerate(CODE_RESULTS)])


_act = _from_source(
    f"def act(rows, patterns, i, p):\n"
    f"    {_age(AGES[0])}\n"
    f"    {_age(AGES[1])}\n"
    f"    return Act({', '.join(map(_cell, Act._fields))})"
)
_contract = _from_source(f"def contract(contracts, c): return Contract({_contract_cells()})")
_write = _from_source(f"def write(amounts, codes, i, answer): {_writes()}")
_varied = _from_source(
    "def varied(act, variants, v):\n"
    + "".join(
        f"    {n} = variants[v, {k}] if variants[v, {k}] >= 0 else act.{n}\n" for k, n in enumerate(VARIANT_FACTS)
    )
    + f"    return Act({', '.join(n if n in VARIANT_FACTS else f'act.{n}' for n in Act._fields)})"
)
_same = _from_source(
    f"def same(one, other): return {' and '.join(f'one.{n} == other.{n}' for n in COMPARED)}"
    f" and one.notes | {ASKING} == other.notes | {ASKING}"
)


def _era(days: Any, day: Any, era: Any) -> Any:
    """Index of the law in force on that day, starting from the one of the last act."""
    while day < days[era]:
        era -= 1
    while era + 1 < len(days) and days[era + 1] <= day:
        era += 1
    return era


def _slot(memory: Any, patient: Any, day: Any, professional: Any) -> Any:
    """Place of this patient's day with this professional in the memory of daily caps (open addressing, emptied by
    patient).
    """
    mask = len(memory) - 1
    at = (day * 2_654_435_761 ^ professional * 2_654_404_609) & mask
    while memory[at, 0] == patient and (memory[at, 1] != day or memory[at, 2] != professional):
        at = (at + 1) & mask
    if memory[at, 0] != patient:
        memory[at, 0] = patient
        memory[at, 1] = day
        memory[at, 2] = professional
        memory[at, 3] = 0
        memory[at, 4] = 0
    return at


def _cap(act: Any) -> Any:
    """Which of the patient's daily caps of deductibles an act counts towards: a code below every other."""
    if act.profession == TRANSPORTEUR:
        return ALL_TRANSPORT
    return ALL_AUXILIAIRES if is_auxiliaire(act) else NO_CAP


def _places(act: Any, professional: Any, memory: Any, patient: Any, law: Any, readings: Any) -> Any:
    """Where the memory holds this act's day with this professional, its daily cap of deductibles, its sessions, the
    consultant's last one-off opinion.
    """
    day = -1
    if professional >= 0 and (readings.franchise_plafond_jour or not bears_franchise(act)):
        day = _slot(memory, patient, act.care_date, professional)
    capped = day
    if not readings.franchise_plafond_jour:
        cap = _cap(act)
        capped = -1 if cap == NO_CAP else _slot(memory, patient, act.care_date, cap)
    sessions = -1
    if act.profession == PSYCHOLOGUE:
        sessions = _slot(memory, patient, act.care_date // 10_000, SESSIONS)
    opinion = -1
    if professional >= 0 and law.acte_avis[act.act]:
        opinion = _slot(memory, patient, OPINION, professional)
    return day, capped, sessions, opinion


def _counters(places: Any, memory: Any, participation_year: Any, number_year: Any, franchise_year: Any) -> Any:
    """The counters before an act."""
    day, capped, sessions, opinion = places
    number_today = memory[day, 3] if day >= 0 else 0
    franchise_today = memory[capped, 4] if capped >= 0 else 0
    held = memory[sessions, 3] if sessions >= 0 else 0
    last = memory[opinion, 3] if opinion >= 0 else 0
    return Counters(participation_year, number_year, number_today, franchise_year, franchise_today, held, last)


def _remember(places: Any, memory: Any, number: Any, franchise: Any, act: Any) -> None:
    """What an act took, at its places of the memory."""
    day, capped, sessions, opinion = places
    if day >= 0:
        memory[day, 3] += number
    if capped >= 0:
        memory[capped, 4] += franchise
    if sessions >= 0:
        memory[sessions, 3] += act.quantity
    if opinion >= 0:
        memory[opinion, 3] = act.care_date


def _refusal(answer: Any, declared_ips: Any, declared_status: Any, accepted: Any) -> Any:
    """Is the settlement of no use: no known tariff or rate, or another status than the one that was declared?"""
    if answer.case_base == CaseBase.UNKNOWN or answer.case_rate == CaseRate.UNKNOWN:
        return REFUSED_UNKNOWN
    if declared_status and declared_status != answer.status:
        return REFUSED_DECLARED
    if declared_ips and not accepted[declared_ips, answer.status]:
        return REFUSED_DECLARED
    if answer.max_fee > LARGEST:
        return REFUSED_TOO_LARGE
    return 0


def _settle_patients(  # noqa: PLR0913, PLR0917 - columns, not objects, for compiled code
    rows: Any,
    pattern: Any,
    patterns: Any,
    contracts: Any,
    missing: Any,
    variants: Any,
    order: Any,
    first: Any,
    professional: Any,
    laws: Any,
    days: Any,
    readings: Any,
    accepted: Any,
    memory: Any,
    amounts: Any,
    codes: Any,
    refusals: Any,
) -> None:
    """Settle the acts of each patient in order, carrying the counters of the caps.

    `order[first[p]:first[p + 1]]` are the rows of patient `p`, sorted by (reimbursement date, care date, row).
    `professional` is a code by row, -1 when not given: then the row counts as another professional's. `memory` has
    five columns and a power of two of rows, at least four times the acts of the patient who has most; its first column
    must start at -1. A pattern names a line of `contracts`, and one of `missing`: the first and the end of its
    `variants`. Where no row misses a fact `variants` is None, and the loop is compiled without them: half the code.
    What is refused takes nothing from the caps.
    """
    era = 0
    for patient in range(len(first) - 1):
        year = 0
        participation_year = 0
        number_year = 0
        franchise_year = 0
        alone = first[patient + 1] - first[patient] == 1
        for rank in range(first[patient], first[patient + 1]):
            i = np.uint64(order[rank])  # unsigned: no test for an index from the end
            p = np.uint64(pattern[i])
            act = _act(rows, patterns, i, p)
            if act.reimbursement_date // 10_000 != year:
                year = act.reimbursement_date // 10_000
                participation_year = 0
                number_year = 0
                franchise_year = 0
            era = _era(days, act.care_date, era)
            places = NOWHERE
            if not alone:
                places = _places(act, np.int64(professional[i]), memory, patient, laws[era], readings)
            counters = _counters(places, memory, participation_year, number_year, franchise_year)
            contract = _contract(contracts, np.uint64(patterns[p, CONTRACT]))
            answer = settle(act, contract, counters, laws[era], readings)
            refusal = _refusal(answer, patterns[p, DECLARED_IPS], patterns[p, DECLARED_STATUS], accepted)
            if variants is not None:
                for v in range(missing[patterns[p, MISSING], 0], missing[patterns[p, MISSING], 1]):
                    other = settle(_varied(act, variants, v), contract, counters, laws[era], readings)
                    if not _same(answer, other):
                        refusal = REFUSED_MISSING
                        break
            refusals[i] = refusal
            if refusal:
                continue
            _write(amounts, codes, i, answer)
            number = contributions(answer.participation_forfaitaire, laws[era])
            participation_year += answer.participation_forfaitaire
            number_year += number
            franchise_year += answer.franchise
            _remember(places, memory, number, answer.franchise, act)


def _sort_acts(order: Any, first: Any, rows: Any, scratch: Any) -> None:
    """Put the acts of each patient in the order of (reimbursement date, care date), those of equal dates as they are.

    By merging ever longer runs (bottom up): stable, and as quick for a patient of a million acts as for many of ten.
    """
    for patient in range(len(first) - 1):
        start = first[patient]
        end = first[patient + 1]
        width = 1
        while width < end - start and not _in_order(order, start, end, rows):
            for low in range(start, end, 2 * width):
                _merge(order, low, min(low + width, end), min(low + 2 * width, end), rows, scratch)
            width *= 2


def _before(rows: Any, i: Any, j: Any) -> Any:
    """Does act `i` come before act `j` for the caps?"""
    if rows[1, i] != rows[1, j]:
        return rows[1, i] < rows[1, j]
    return rows[0, i] < rows[0, j]


def _in_order(order: Any, start: Any, end: Any, rows: Any) -> Any:
    """Are these acts sorted?"""
    for rank in range(start + 1, end):  # noqa: SIM110 - compiled code has no generators
        if _before(rows, order[rank], order[rank - 1]):
            return False
    return True


def _merge(order: Any, low: Any, middle: Any, high: Any, rows: Any, scratch: Any) -> None:
    """Merge two sorted runs that follow each other."""
    left = low
    right = middle
    for rank in range(low, high):
        if left < middle and (right >= high or not _before(rows, order[right], order[left])):
            scratch[rank] = order[left]
            left += 1
        else:
            scratch[rank] = order[right]
            right += 1
    for rank in range(low, high):
        order[rank] = scratch[rank]


kernel = Loop(
    _settle_patients,
    (_act, _varied, _contract, _write, _same, _era, _slot, _cap, _places, _counters, _remember, _refusal),
)
sorter = Loop(_sort_acts, (_before, _in_order, _merge))
