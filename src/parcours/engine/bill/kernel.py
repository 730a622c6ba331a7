"""The rules of a bill compiled: one loop over the bills of each patient, calling the very functions of `rules/`.

A row of a file is a line of a bill. What its facts say is in two tables that many rows share: the pattern of its act,
as for a row alone, and the pattern of its line. The loop puts the lines of one bill side by side in a few rows of
memory, settles them, and carries the counters of the caps from each bill of a patient to the next.
"""

import importlib
import pkgutil
from typing import Any

import numpy as np

import parcours.rules.bill
from parcours.engine.batch.kernel import (
    PSYCHOLOGUE,
    REFUSED_MISSING,
    SESSIONS,
    _act,
    _cap,
    _era,
    _from_source,
    _refusal,
    _slot,
    _write,
    tuple_of,
)
from parcours.engine.batch.layout import CODE_RESULTS, CONTRACT, DECLARED_IPS, DECLARED_STATUS, VARIANT_FACTS
from parcours.engine.batch.loops import Loop, functions
from parcours.engine.bill.vocabulary import MOST_LINES
from parcours.law.bill.codes import Nature
from parcours.rules.bill.bill import settle_bill
from parcours.rules.bill.types import EurosContract, Line, SettledLine
from parcours.rules.participations import contributions
from parcours.rules.types import Act, Contract, Counters

ROW_FIELDS = ("session", "professional", "joins", "tariff")
"""What a line has of its own, row by row."""
TABLE_FIELDS = tuple(name for name in Line._fields[1:] if name not in ROW_FIELDS)
"""What rows of one pattern of lines share."""
LINE_FACTS = (*Act._fields, *Line._fields[1:])
"""Columns of a line: the facts of its act, then how it stands among the others."""
CASES = tuple(name for name in SettledLine._fields if name.startswith("case_"))
BILL_CODE_RESULTS = (*CODE_RESULTS, *CASES)
"""Codes of a settled line of a bill: those of its act, then the case of each level."""
ACTS = np.dtype([(name, np.int64) for name in Act._fields])
LINES = np.dtype([("act", ACTS), *((name, np.int64) for name in Line._fields[1:])])
"""A line as the rules read it: the same names as `Line`."""
COUNTERS = np.dtype([(name, np.int64) for name in Counters._fields])
YEAR, YEAR_CENTS = -6, -7
"""Stand for a professional in the memory: what was borne in a civil year of refund, in number and in cents."""
ACT_NATURE = int(Nature.ACT)
NATURE = LINE_FACTS.index("nature")
VARIED = np.array([Act._fields.index(name) for name in VARIANT_FACTS], np.int64)
"""Columns of the facts that may be missing."""
FACTS_MISSING = len(VARIED)


class Scratch:
    """Room for the lines of one bill: as cells that the loop fills, and as the records that the rules read."""

    def __init__(self) -> None:
        self.cells = np.zeros((MOST_LINES, len(LINE_FACTS)), np.int64)
        self.lines = self.cells.view(LINES).reshape(-1)
        self.counted = np.zeros((MOST_LINES, len(Counters._fields)), np.int64)
        self.before = self.counted.view(COUNTERS).reshape(-1)
        self.eras = np.zeros((2, MOST_LINES), np.int64)
        self.kept = np.zeros((MOST_LINES, 4), np.int64)


_contract = tuple_of("contract", Contract, 0)
_euros = tuple_of("euros", EurosContract, len(Contract._fields))
_fill = _from_source(
    "def fill(cells, k, act, table, kind, own):\n"
    + "".join(f"    cells[k, {place}] = act.{name}\n" for place, name in enumerate(Act._fields))
    + "".join(
        f"    cells[k, {LINE_FACTS.index(name)}] = table[kind, {place}]\n" for place, name in enumerate(TABLE_FIELDS)
    )
    + "".join(f"    cells[k, {LINE_FACTS.index(name)}] = own[{place}]\n" for place, name in enumerate(ROW_FIELDS))
)
_write_cases = _from_source(
    "def write_cases(codes, i, one): "
    + "; ".join(f"codes[{len(CODE_RESULTS) + place}, i] = one.{name}" for place, name in enumerate(CASES))
)


def _start(counted: Any, k: Any, initial: Any, i: Any) -> None:
    """The counters before a line, from what was borne before the file."""
    for place in range(counted.shape[1]):
        counted[k, place] = initial[i, place] if len(initial) else 0


def _vary(cells: Any, k: Any, mask: Any, variants: Any, v: Any) -> None:
    """Other values of the facts that a line misses."""
    for place in range(FACTS_MISSING):
        if mask >> place & 1 and variants[v, place] >= 0:
            cells[k, VARIED[place]] = variants[v, place]


def _recall(memory: Any, patient: Any, act: Any, professional: Any, apart: Any, counted: Any, k: Any) -> None:
    """The counters before a line, from the bills before. `apart`: daily caps by professional."""
    year = act.reimbursement_date // 10_000
    at = _slot(memory, patient, year, YEAR)
    counted[k, 1] += memory[at, 3]
    counted[k, 3] += memory[at, 4]
    counted[k, 0] += memory[_slot(memory, patient, year, YEAR_CENTS), 3]
    counted[k, 5] += memory[_slot(memory, patient, act.care_date // 10_000, SESSIONS), 3]
    if professional >= 0:
        counted[k, 2] += memory[_slot(memory, patient, act.care_date, professional), 3]
    if not apart:
        counted[k, 4] += memory[_slot(memory, patient, act.care_date, _cap(act)), 4]
    elif professional >= 0:
        counted[k, 4] += memory[_slot(memory, patient, act.care_date, professional), 4]


def _retain(memory: Any, patient: Any, act: Any, professional: Any, taken: Any, franchise: Any, law: Any) -> None:
    """What a line took, for the bills after."""
    number = contributions(taken, law)
    year = act.reimbursement_date // 10_000
    at = _slot(memory, patient, year, YEAR)
    memory[at, 3] += number
    memory[at, 4] += franchise
    memory[_slot(memory, patient, year, YEAR_CENTS), 3] += taken
    if act.profession == PSYCHOLOGUE:
        memory[_slot(memory, patient, act.care_date // 10_000, SESSIONS), 3] += act.quantity
    memory[_slot(memory, patient, act.care_date, _cap(act)), 4] += franchise
    if professional >= 0:
        at = _slot(memory, patient, act.care_date, professional)
        memory[at, 3] += number
        memory[at, 4] += franchise


def _keep(kept: Any, k: Any, answer: Any) -> None:
    """The amounts that a missing fact must not be able to change."""
    kept[k, 0] = answer.base
    kept[k, 1] = answer.amo
    kept[k, 2] = answer.amc
    kept[k, 3] = answer.patient


def _differs(kept: Any, k: Any, answer: Any) -> Any:
    """Does another value of a missing fact change them?"""
    return (
        kept[k, 0] != answer.base
        or kept[k, 1] != answer.amo
        or kept[k, 2] != answer.amc
        or kept[k, 3] != answer.patient
    )


def _settle_bills(  # noqa: C901, PLR0912, PLR0913, PLR0917 - columns, not objects: compiled, each part apart copies the law
    rows: Any,
    pattern: Any,
    patterns: Any,
    contracts: Any,
    unsaid: Any,
    variants: Any,
    table: Any,
    kind: Any,
    own: Any,
    known: Any,
    order: Any,
    starts: Any,
    ends: Any,
    choices: Any,
    patients: Any,
    laws: Any,
    days: Any,
    bill_laws: Any,
    bill_days: Any,
    readings: Any,
    bill_readings: Any,
    accepted: Any,
    initial: Any,
    memory: Any,
    cells: Any,
    lines: Any,
    counted: Any,
    before: Any,
    eras: Any,
    kept: Any,
    amounts: Any,
    codes: Any,
    refusals: Any,
) -> None:
    """Settle the bills of each patient in order, carrying the counters of the caps; see `BillFacts` for the columns."""
    era = 0
    bill_era = 0
    for patient in range(len(patients) - 1):
        for b in range(patients[patient], patients[patient + 1]):
            size = ends[b] - starts[b]
            for k in range(size):
                i = order[starts[b] + k]
                act = _act(rows, patterns, i, pattern[i])
                _fill(cells, k, act, table, kind[i], own[i])
                era = _era(days, act.care_date, era)
                bill_era = _era(bill_days, act.care_date, bill_era)
                eras[0, k] = era
                eras[1, k] = bill_era
                _start(counted, k, initial, i)
                _recall(memory, patient, act, known[i], readings.franchise_plafond_jour, counted, k)
            first = order[starts[b]]
            contract = _contract(contracts, patterns[pattern[first], CONTRACT])
            euros = _euros(contracts, patterns[pattern[first], CONTRACT])
            refusal = 0
            for v in range(choices[b, 0] - 1, choices[b, 1]):  # as it is said, then with each variant of what is not
                if v >= choices[b, 0]:
                    for k in range(size):
                        _vary(cells, k, unsaid[pattern[order[starts[b] + k]]], variants, v)
                found = settle_bill(
                    lines[:size], eras[0, :size], laws, eras[1, :size], bill_laws, contract, euros, before[:size],
                    readings, bill_readings,
                )  # fmt: skip
                if v < choices[b, 0]:
                    settled = found
                    for k in range(size):
                        answer = settled[k].settlement
                        _keep(kept, k, answer)
                        p = pattern[order[starts[b] + k]]
                        if cells[k, NATURE] == ACT_NATURE:
                            fault = _refusal(answer, patterns[p, DECLARED_IPS], patterns[p, DECLARED_STATUS], accepted)
                            refusal = max(refusal, fault)
                else:
                    for k in range(size):
                        i = order[starts[b] + k]
                        _fill(cells, k, _act(rows, patterns, i, pattern[i]), table, kind[i], own[i])
                        if _differs(kept, k, found[k].settlement):
                            refusal = REFUSED_MISSING
                if refusal:
                    break
            for k in range(size):
                i = order[starts[b] + k]
                refusals[i] = refusal
                if refusal:
                    continue
                one = settled[k]
                answer = one.settlement
                _write(amounts, codes, i, answer)
                _write_cases(codes, i, one)
                taken, franchise = one.contribution, answer.franchise
                _retain(memory, patient, lines[k].act, known[i], taken, franchise, laws[eras[0, k]])


FROM_ONE_ACT = (_act, _era, _slot, _refusal, _write, _cap)
OWN = (_contract, _euros, _fill, _write_cases, _start, _vary, _recall, _retain, _keep, _differs)


RULES = tuple(
    function
    for module in pkgutil.iter_modules(parcours.rules.bill.__path__)
    for function in functions(importlib.import_module(f"parcours.rules.bill.{module.name}"))
)
bill_kernel = Loop(_settle_bills, (*FROM_ONE_ACT, *OWN), RULES, allocates=True)
