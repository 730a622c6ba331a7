"""Interpreted = compiled, on every amount and every case of random bills that reach every case of a bill.

`PARCOURS_EQUIVALENCE_ROWS` sets how many acts are compared elsewhere: here a bill for each ten of them (100 000 for a
release).
"""

import os
import random

import numpy as np
import pytest

from parcours.engine.batch.bill_facts import NOTHING_TRIED, BillFacts
from parcours.engine.batch.bills import Bills, run_bills
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.layout import AMOUNT_RESULTS, HALF, PATTERN_FACTS, PATTERN_WIDTH, ROW_FACTS, matrix
from parcours.engine.batch.layout import lines as pattern_lines
from parcours.engine.batch.patterns import Patterns
from parcours.engine.bill.kernel import BILL_CODE_RESULTS, ROW_FIELDS, TABLE_FIELDS
from parcours.engine.facts.readings import encode_readings
from parcours.law.bill.book import STAGES
from parcours.rules.types import Act, Readings
from tests.support.random_bills import RESULTS, Bill, before, interpreted, random_bill

BILLS = int(os.environ.get("PARCOURS_EQUIVALENCE_ROWS", "30000")) // 10
SHARE = 5_000
"""Bills drawn from one seed."""
OTHERS = [
    {"majoration_seance": "par_ligne", "plafond_majoration": "fiche"},
    {"franchise_plafond_jour": "pratique", "pf_plafond_ligne": "ligne"},
]


def facts_of(bills: list[Bill], readings: Readings) -> tuple[BillFacts, Bills, np.ndarray]:
    """Bills as the compiled loop reads them, each of a patient of its own."""
    lines = [line for bill in bills for line in bill[0]]
    count, sizes = len(lines), [len(bill[0]) for bill in bills]
    ends = np.cumsum(sizes)
    contracts = list(dict.fromkeys((*bill[1], *bill[2]) for bill in bills))
    place = {contract: number for number, contract in enumerate(contracts)}
    chosen = np.repeat([place[*bill[1], *bill[2]] for bill in bills], sizes)
    rows = np.array([[getattr(line.act, name) for line in lines] for name in ROW_FACTS], np.int32)
    patterns = pattern_lines(
        [[*pattern_of(line.act), int(number), 0, 0, 0] for line, number in zip(lines, chosen, strict=True)],
        PATTERN_WIDTH,
        np.int16,
    )
    nobody = np.zeros(count, np.int64)
    facts = BillFacts(
        rows,
        np.arange(count, dtype=np.int32),
        Patterns(patterns, nobody, nobody, nobody, nobody == 0),
        np.array(contracts, np.int64),
        nobody,
        NOTHING_TRIED,
        np.array([[getattr(line, name) for name in TABLE_FIELDS] for line in lines], np.int64),
        np.arange(count),
        np.array([[getattr(line, name) for name in ROW_FIELDS] for line in lines], np.int64),
        nobody - 1,
    )
    number = np.arange(len(bills) + 1)
    tied = Bills(np.arange(count), ends - sizes, ends, np.zeros((len(bills), 2), np.int64), number, [])
    borne = [counters for bill in bills for counters in before(bill, readings)]
    return facts, tied, np.array(borne, np.int64)


def pattern_of(act: Act) -> list[int]:
    facts = [getattr(act, name) for name in PATTERN_FACTS]
    facts[PATTERN_FACTS.index("exemption")] = act.exemption & (1 << HALF) - 1
    return [*facts, -1, -1, act.exemption >> HALF]


def compiled(bills: list[Bill], run: Run) -> tuple[np.ndarray, np.ndarray]:
    """The results of every line, in the columns of `RESULTS`, and whether its bill is refused."""
    facts, tied, borne = facts_of(bills, encode_readings(run.readings))
    count = len(facts.kind)
    amounts, codes = matrix(AMOUNT_RESULTS, count, np.int32), matrix(BILL_CODE_RESULTS, count, np.int8)
    refusals = np.zeros(count, np.int8)
    run_bills(facts, tied, run, borne, amounts, codes, refusals, tied.patients)
    results = [
        amounts[AMOUNT_RESULTS.index(name)] if name in AMOUNT_RESULTS else codes[BILL_CODE_RESULTS.index(name)]
        for name in RESULTS
    ]
    return np.stack([column[:count] for column in results], axis=1), refusals != 0


def compare(count: int, seed: int, chosen: dict[str, str]) -> tuple[int, dict[str, set[int]]]:
    """Settle some bills both ways; how many lines were compared, and the cases that were met."""
    draw = random.Random(seed)
    bills = [random_bill(draw) for _ in range(count)]
    run = Run.of(chosen)
    found, refused = compiled(bills, run)
    expected = np.array(
        [row for bill in bills for row in interpreted(bill, encode_readings(run.readings), run.bills.readings)]
    )
    fees = np.array([line.act.fee for bill in bills for line in bill[0]])
    kept = ~refused
    different = np.argwhere((found != expected) & kept[:, None])
    assert not len(different), f"seed {seed}, row and column {different[:5].tolist()}"
    amo, amc, patient = (expected[:, RESULTS.index(name)] for name in ("amo", "amc", "patient"))
    assert (amo + amc + patient == fees).all()
    met = {
        stage: set(np.unique(expected[kept, len(RESULTS) - len(STAGES) + place]).tolist())
        for place, stage in enumerate(STAGES)
    }
    return int(kept.sum()), met


@pytest.mark.slow
def test_interpreted_equals_compiled_on_every_case() -> None:
    shares = max(1, BILLS // SHARE)
    results = [compare(BILLS // shares, seed, {}) for seed in range(shares)]
    assert sum(rows for rows, _ in results) > BILLS, "too few of the random lines can be settled"
    for stage, enum in STAGES.items():
        met = set().union(*(cases[stage] for _, cases in results))
        never = {case.name for case in enum} - {enum(case).name for case in met if case}
        assert not never, f"{stage}: no random bill reaches {never}"


@pytest.mark.parametrize("chosen", OTHERS, ids=lambda chosen: next(iter(chosen)))
def test_interpreted_equals_compiled_under_other_readings(chosen: dict[str, str]) -> None:
    compare(BILLS // 20, 7, chosen)
