"""One machine = Spark, row by row, on random acts that reach every case and on random bills.

`PARCOURS_EQUIVALENCE_ROWS` sets how many acts (1 000 000 for a release).
"""

import os

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import parcours.spark
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.errors import WrongColumns
from parcours.engine.batch.frame import settle_table
from parcours.engine.batch.spark import as_spark, whole_patients
from tests.equivalence.acts import random_acts
from tests.equivalence.bills import random_bills, table_of

ROWS = int(os.environ.get("PARCOURS_EQUIVALENCE_ROWS", "20000"))
BILLS = ROWS // 10


def by_row(table: pa.Table) -> pa.Table:
    return table.sort_by("row").combine_chunks()


def differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where two columns differ; nothing is equal to nothing only."""
    values = pc.fill_null(pc.not_equal(one, other), fill_value=False)
    return pc.or_(values, pc.xor(pc.is_null(one), pc.is_null(other)))


@pytest.mark.spark
@pytest.mark.slow
def test_spark_settles_every_row_as_one_machine(spark, tmp_path) -> None:
    acts = random_acts(ROWS, 3)
    expected = by_row(as_spark(settle_table(acts, run=Run.of())))
    source, output = str(tmp_path / "acts.parquet"), str(tmp_path / "settled")
    pq.write_table(acts, source)
    frame = spark.read.parquet(source).repartition(3)
    parcours.spark.settle(frame, partitions=2).write.parquet(output)
    settled = by_row(pq.read_table(output))
    assert settled.num_rows == ROWS
    assert settled.column_names == expected.column_names
    for name in expected.column_names:
        different = differ(settled[name], expected[name])
        rows = settled["row"].filter(different).slice(0, 5).to_pylist()
        assert not rows, f"{name}: rows {rows}"


@pytest.mark.spark
@pytest.mark.slow
def test_spark_settles_every_bill_as_one_machine(spark, tmp_path) -> None:
    table = table_of(random_bills(BILLS, 2, patients=BILLS // 5, wrong=0.002))
    expected = by_row(as_spark(settle_table(table, run=Run.of())))
    source, output = str(tmp_path / "lines.parquet"), str(tmp_path / "settled")
    pq.write_table(table, source)
    frame = spark.read.parquet(source).repartition(3, "code")
    parcours.spark.settle(frame, partitions=2).write.parquet(output)
    settled = by_row(pq.read_table(output))
    assert settled.column_names == expected.column_names
    for name in expected.column_names:
        rows = settled["row"].filter(differ(settled[name], expected[name])).slice(0, 5).to_pylist()
        assert not rows, f"{name}: rows {rows}"


@pytest.mark.spark
def test_spark_names_a_missing_column(spark) -> None:
    frame = spark.createDataFrame(
        pa.table({"care_dat": ["2025-06-01"], "fee": [30.0], "age": [40], "specialty": ["orl"]})
    )
    with pytest.raises(WrongColumns, match="care_date is missing; the nearest name is 'care_dat'"):
        parcours.spark.settle(frame)


def test_a_partition_is_never_cut_inside_a_patient(monkeypatch) -> None:
    monkeypatch.setattr("parcours.engine.batch.spark.CHUNK", 3)
    patients = pa.table({"patient_id": [None, None, "a", "a", "a", "a", "b", "b", "c"]})
    parts = [table["patient_id"].to_pylist() for table in whole_patients(patients.to_batches(max_chunksize=2))]
    assert [name for part in parts for name in part] == patients["patient_id"].to_pylist()
    assert len(parts) > 1
    for name in "abc":
        assert sum(name in part for part in parts) == 1
