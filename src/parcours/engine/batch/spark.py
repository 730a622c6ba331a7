"""The compiled rules inside Spark: rows are partitioned and sorted by patient, each partition streams through
`mapInArrow`.

    from parcours.spark import settle
    settled = settle(spark.read.parquet("claims/"))

Needs PySpark 4 or newer (extra `spark`). What runs in a task is what runs on one machine; results are the same, row
by row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.engine.batch.header import names_of
from parcours.engine.batch.reading import without_views
from parcours.engine.batch.units import PATIENT, units
from parcours.engine.facts.vocabulary import IDS
from parcours.law.library import problems
from parcours.law.library.installed import digests, placed_at, where

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CHUNK = 100_000
"""Rows settled at once in a task, at least: a patient is never cut."""


def settle(
    frame: "DataFrame",
    *,
    readings: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    partitions: int | None = None,
    lang: str = "en",
) -> "DataFrame":
    """Settle every row of a Spark DataFrame: results added as columns, `error` where a row cannot be settled.

    `columns` maps other names to facts. With a column `patient_id` the rows are shuffled once by patient into
    `partitions` (the
    session's number unless said); a frame without one is not shuffled. Rows of equal dates keep no order of their own
    in Spark: give each a distinct `reimbursement_date` or accept that caps fall on either.
    """
    names = names_of(frame.columns, columns or {}, error_column=True)
    renamed = frame.toDF(*names)
    together = grouping(renamed)
    if together is not None:
        by = [partitions, together] if partitions else [together]
        order = [name for name in ("reimbursement_date", "care_date", *ORDER) if name in names]
        renamed = renamed.repartition(*by).sortWithinPartitions(together, *order)
    return renamed.mapInArrow(task(dict(readings or {}), lang), _schema(renamed, readings, lang))


def grouping(frame: "DataFrame") -> Any:
    """What rows are put together by: the patient, else the bill (as `units.units`); None where neither is named."""
    from pyspark.sql import functions

    names = [name for name in (PATIENT, *IDS) if name in frame.columns]
    if not names:
        return None
    if len(names) == 1:
        return functions.col(names[0])
    texts = [functions.col(names[0]).cast("string")]
    for name in names[1:]:
        text = functions.col(name).cast("string")
        said = functions.when((functions.length(text) > 0), text)
        texts.append(functions.concat(functions.lit(f"{name}\0"), said))
    first = functions.when(functions.length(texts[0]) > 0, texts[0])
    return functions.coalesce(first, *texts[1:])


ORDER = ("row", "id", "claim_id")
"""Columns that tell rows of equal dates apart, where the frame has one."""


def task(readings: Mapping[str, str], lang: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a task does with the batches of its partition, with the imported libraries of the driver.

    Raises `LibraryError` on a machine that has not the same ones in the same folder.
    """
    folder, held = where(), digests()

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with placed_at(folder):
            if digests() != held:
                raise problems.not_the_same(field=", ".join(sorted(held)), folder=folder)
            run = Run.of(readings)
            for table in whole_patients(batches):
                yield from as_spark(settle_table(table, run=run, lang=lang)).to_batches()

    return run


def whole_patients(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables cut between two patients, from rows sorted by patient."""
    held: list[pa.Table] = []
    rows = 0
    for batch in batches:
        held.append(without_views(pa.Table.from_batches([batch])))
        rows += len(batch)
        if rows < CHUNK:
            continue
        table = pa.concat_tables(held).combine_chunks()
        cut = _last_patient(table)
        if cut:
            yield table.slice(0, cut)
        held, rows = [table.slice(cut)], len(table) - cut
    if rows:
        yield pa.concat_tables(held).combine_chunks()


def _last_patient(table: pa.Table) -> int:
    """Where the last patient starts (nulls sort first, and each stands alone)."""
    patients = units(table)
    if patients is None or not patients[-1].is_valid:
        return len(table)
    return int(pc.index(patients, patients[-1]).as_py())


def as_spark(table: pa.Table) -> pa.Table:
    """Dictionaries as text and small decimals as ordinary ones: what Spark reads."""
    for position, item in enumerate(table.schema):
        if pa.types.is_dictionary(item.type):
            table = table.set_column(position, item.name, table.column(position).cast(item.type.value_type))
        elif pa.types.is_decimal(item.type):
            wide = pa.decimal128(item.type.precision, item.type.scale)
            table = table.set_column(position, item.name, table.column(position).cast(wide))
    return table


def _schema(frame: "DataFrame", readings: Mapping[str, str] | None, lang: str) -> Any:
    """The columns of the result, from a settled table of no rows. Raises `FactError` for an unknown reading."""
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    empty = to_arrow_schema(frame.schema).empty_table()
    return from_arrow_schema(as_spark(settle_table(empty, run=Run.of(readings), lang=lang)).schema)
