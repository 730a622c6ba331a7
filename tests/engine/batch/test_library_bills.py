"""Bills of a file whose lines are codes of imported libraries: settled as `parcours bill` settles each."""

import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import parcours.spark
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.engine.batch.spark import as_spark
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.law.library.importing import import_library
from tests.engine.batch.test_bills import table_of
from tests.support import official

COMPARED = ("base", "amo", "amc", "patient", "participation_forfaitaire", "franchise")
FACTS = {
    "age": 40, "specialty": "generaliste", "medecin_traitant": True, "role": "medecin_traitant",
}  # fmt: skip
LINES: tuple[dict[str, Any], ...] = (
    {"code": "QZHA001"},
    {"code": "QZHA001", "activity": 4},
    {"code": "DEQP003 + U"},
    {"code": "DEQP003"},
    {"code": "LAPH001 phase 2"},
    {"code": "LAPH001 phase 1 + Y J"},
    {"code": "ZZZZ001"},
    {"code": "ZZZZ002"},
    {"code": "1104"},
    {"code": "9005"},
    {"code": "2900001"},
    {"code": "2900002 x 2"},
    {"code": "2900003"},
    {"code": "3400930000001"},
    {"code": "3400930000002", "generic": "refused"},
    {"code": "3400930000004"},
    {"code": "ZAI 2"},
    {"code": "G"},
    {"code": "FJ"},
)
DAYS = ("2014-06-02", "2017-06-01", "2024-12-31", "2025-01-01", "2025-11-05", "2026-11-25")


@pytest.fixture(scope="module", autouse=True)
def _imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("official")
    patch = pytest.MonkeyPatch()
    patch.setenv("PARCOURS_LIBRARY_DIR", str(folder / "library"))
    for name, files in official.write_all(folder).items():
        grids = {"secteur_1": 3, "secteur_2": 4} if name == "ccam" else None
        import_library(name, [files], 20261120 if name == "bdpm" else 0, grids)
    yield
    patch.undo()


def drawn(count: int) -> list[list[dict[str, Any]]]:
    draw = random.Random(13)
    bills = []
    for number in range(count):
        shared = {**FACTS, "care_date": draw.choice(DAYS), "convention": draw.choice(["secteur_1", "secteur_2"])}
        lines = draw.choices(LINES, k=draw.randrange(1, 5))
        bills.append([{**shared, **line, "fee": draw.choice(["9.00", "45.10"]), "bill_id": number} for line in lines])
    return bills


def settled_alone(rows: list[dict[str, Any]]) -> list[tuple[int, ...]] | None:
    lines = [{name: value for name, value in row.items() if name != "bill_id"} for row in rows]
    try:
        answer = settle_bill({"lines": lines})
    except FactError:
        return None
    return [tuple(getattr(one.settlement, name) for name in COMPARED) for one in answer.settled]


def test_a_table_of_codes_is_settled_as_each_bill_is() -> None:
    bills = drawn(1500)
    rows = [row for bill in bills for row in bill]
    out = settle_table(table_of(rows), run=Run.of()).to_pylist()
    place, settled, refused = 0, 0, 0
    for bill in bills:
        mine = out[place : place + len(bill)]
        place += len(bill)
        expected = settled_alone(bill)
        if expected is None:
            refused += 1
            assert all(row["error"] for row in mine), bill
            continue
        settled += 1
        found = [tuple(round(row[name] * 100) for name in COMPARED) for row in mine]
        assert found == expected, bill
    assert min(settled, refused) > 200


@pytest.mark.spark
@pytest.mark.slow
def test_spark_takes_the_libraries_of_the_driver(spark: Any, tmp_path: Path) -> None:
    rows = [{"patient_id": str(row["bill_id"]), "row": place, **row} for place, row in enumerate(chain(*drawn(150)))]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names})
    expected = as_spark(settle_table(table, run=Run.of())).sort_by("row")
    pq.write_table(table, tmp_path / "lines.parquet")
    frame = spark.read.parquet(str(tmp_path / "lines.parquet")).repartition(2)
    parcours.spark.settle(frame, partitions=2).write.parquet(str(tmp_path / "settled"))
    found = pq.read_table(tmp_path / "settled").sort_by("row")
    for name in (*COMPARED, "error"):
        assert found[name].to_pylist() == expected[name].to_pylist(), name
    assert sum(error is None for error in found["error"].to_pylist()) > 100
