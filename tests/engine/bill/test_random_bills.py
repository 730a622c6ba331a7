"""Random bills by the rules alone: every line adds up, every case of every stage is met."""

import random

from parcours.law.bill.book import STAGES
from parcours.rules.bill.types import BillReadings
from parcours.rules.types import Readings
from tests.support.random_bills import RESULTS, interpreted, random_bill

BILLS = 3_000
PARTS = tuple(RESULTS.index(name) for name in ("amo", "amc", "patient"))


def test_every_line_adds_up_and_every_case_is_met() -> None:
    draw = random.Random(0)
    met: dict[str, set[int]] = {stage: set() for stage in STAGES}
    for _ in range(BILLS):
        bill = random_bill(draw)
        settled = interpreted(bill, Readings(), BillReadings())
        for line, row in zip(bill[0], settled, strict=True):
            assert sum(row[at] for at in PARTS) == line.act.fee
            for place, stage in enumerate(STAGES, len(RESULTS) - len(STAGES)):
                met[stage].add(row[place])
    for stage, enum in STAGES.items():
        assert {case.name for case in enum} <= {enum(case).name for case in met[stage] if case}, stage
