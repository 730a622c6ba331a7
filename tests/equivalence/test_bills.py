"""A file of random bills = each bill alone, row by row.

`PARCOURS_EQUIVALENCE_ROWS` sets how many: a bill for each ten acts compared elsewhere.
"""

import os
from decimal import Decimal

import pytest

from parcours.engine.batch.bill_lines import line_of_row
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.law.bill.book import STAGES
from parcours.law.cache import flat_law
from tests.equivalence.bills import random_bills, table_of

ROWS = int(os.environ.get("PARCOURS_EQUIVALENCE_ROWS", "10000"))
ALONE = min(ROWS // 10, 10_000)
"""Bills settled one by one: a millisecond each."""
COMPARED = (
    "base",
    "amo",
    "amc",
    "patient",
    "participation_forfaitaire",
    "franchise",
    "forfait_acte_lourd",
    "majoration",
    "unlawful_excess",
    "advance",
    "deferred",
)


@pytest.mark.slow
def test_a_file_of_bills_gives_what_each_gives_alone() -> None:
    bills = random_bills(ALONE, 1)
    found = iter(settle_table(table_of(bills), run=Run.of()).to_pylist())
    flat, settled, refused = flat_law(), 0, 0
    for bill in bills:
        rows = [next(found) for _ in bill]
        said = [{name: value for name, value in row.items() if value is not None} for row in bill]
        whole = {name: said[0][name] for name in ("contract", "territory") if name in said[0]}
        lines = [line_of_row({**row, "territory": None}, flat) for row in said]
        try:
            answer = settle_bill({**whole, "lines": lines})
        except FactError:
            assert all(row["error"] for row in rows), said
            refused += 1
            continue
        for row, one in zip(rows, answer.settled, strict=True):
            assert row["error"] is None, (said, row["error"])
            amounts = {name: Decimal(getattr(one.settlement, name)).scaleb(-2) for name in COMPARED}
            assert {name: row[name] for name in COMPARED} == amounts, said
            cases = {stage: enum(getattr(one, stage)).name.lower() for stage, enum in STAGES.items()}
            assert {stage: row[stage] for stage in STAGES} == cases, said
        settled += 1
    assert settled > ALONE // 3
    assert refused > 0
