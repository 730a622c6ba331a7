"""`parcours.settle(frame)`: a table in memory, of any library, with the results beside the facts."""

import os
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.chunk import Run, Settled, reasons, settle_rows
from parcours.engine.batch.header import names_of
from parcours.engine.batch.reading import without_views
from parcours.engine.batch.results import output_table, result_columns
from parcours.engine.facts.vocabulary import RENAMED
from parcours.law.flat import FlatLaw, Records
from parcours.law.in_use import IN_USE, enacted

ERROR = "error"
"""Column of the reason why a row is not settled; null for the others."""


def settle(
    frame: Any,
    *,
    readings: Mapping[str, str] | None = None,
    law: FlatLaw | Records | None = None,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
    lang: str = "en",
) -> Any:
    """Settle every row of a table; a table of the same library, the same rows in the same order, results added.

    `frame` is a Polars DataFrame or LazyFrame, a pandas DataFrame, a PyArrow Table, or anything that exports an Arrow
    stream.
    Its columns bear the names of the facts (`care_date`, `fee`, `specialty` …); `columns` maps other names to
    facts.
    Caps run over the rows of one `patient_id` in the order of `reimbursement_date`, then `care_date`, then the table.

    Results are the amounts in euros (decimal, two places), the rate in basis points, the status letter and one
    `case_*` for
    each stage. A row that cannot be settled has no results and says why in `error`. `readings` chooses how a disputed
    point is read (`law/readings.yaml`); `law` replaces the law (`parcours.law(reform={…})`).

    Raises `WrongColumns` when a needed column is missing, `FactError` for an unknown reading.
    """
    if isinstance(law, FlatLaw):
        with enacted(law.reform):
            return settle(frame, readings=readings, columns=columns, threads=threads, lang=lang)
    native = frame.to_native() if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else frame
    if _is_lazy(native):
        return _settle_lazily(native, readings, law, columns, threads, lang)
    run = Run.of(readings, law)
    threads = threads or os.cpu_count() or 1
    table = settle_table(as_arrow(native), run=run, columns=columns, threads=threads, lang=lang)
    return _like(native, table)


def settle_table(
    table: pa.Table,
    *,
    run: Run,
    columns: Mapping[str, str] | None = None,
    threads: int = 1,
    lang: str = "en",
) -> pa.Table:
    """The same for an Arrow table."""
    names = names_of(table.column_names, columns or {}, error_column=True)
    facts = without_views(table).rename_columns(names)
    settled = settle_rows(facts, run, threads)
    if settled.rows is None:
        result = output_table(facts, settled)
        return result.append_column(ERROR, pa.nulls(len(result), pa.string()))
    return _with_errors(facts, settled, run, lang)


def _with_errors(facts: pa.Table, settled: Settled, run: Run, lang: str) -> pa.Table:
    """Every row in its place, the refused ones with nothing but their reason."""
    places = np.full(len(facts), -1, np.int64)
    places[settled.rows] = np.arange(settled.count)
    where = pa.array(places, mask=places < 0)
    columns = {RENAMED.get(name, name): facts[name] for name in facts.column_names}
    columns.update({name: pc.take(array, where) for name, array in result_columns(settled).items()})
    sentences: list[str | None] = [None] * len(facts)
    for item in reasons(facts, settled, run):
        sentences[item.position] = item.error.message[lang]
    return pa.table({**columns, ERROR: pa.array(sentences, pa.string())})


def as_arrow(frame: Any) -> pa.Table:
    """An Arrow table of any table, through the Arrow stream where the library exports one. Raises `TypeError`."""
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if type(frame).__module__.startswith("pandas"):
        return pa.Table.from_pandas(frame, preserve_index=False)
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    return nw.from_native(frame, eager_only=True).to_arrow()


def _is_lazy(frame: Any) -> bool:
    return type(frame).__module__.startswith("polars") and type(frame).__name__ == "LazyFrame"


def _settle_lazily(frame: Any, *arguments: Any) -> Any:
    """Part of the query of a Polars LazyFrame: nothing is settled before it is collected."""
    readings, law, columns, threads, lang = arguments
    reform = IN_USE.get()

    def settled(part: Any) -> Any:
        with enacted(reform):
            return settle(part, readings=readings, law=law, columns=columns, threads=threads, lang=lang)

    empty = settled(frame.collect_schema().to_frame())
    return frame.map_batches(settled, schema=empty.schema)


def _like(frame: Any, table: pa.Table) -> Any:
    """The table as one of the library that was given; pandas keeps its index."""
    library = type(frame).__module__.split(".")[0]
    if library == "pandas":
        result = table.to_pandas()
        result.index = frame.index
        return result
    if library == "polars":
        import polars as pl

        return pl.from_arrow(table)
    return (
        table
        if library == "pyarrow"
        else nw.from_arrow(table, backend=nw.from_native(frame).implementation).to_native()
    )
