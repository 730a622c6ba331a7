"""Deals rows into files by a hash of the patient, each small enough for memory; within one, a patient's rows are put
together.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.units import units

ROWS = 500_000
"""Rows of a bucket, about."""
MOST = 512
"""Buckets: files open at once."""
BYTES_OF_A_ROW = 120
"""Of a file that does not say how many rows it holds, about."""


class Buckets:
    """The buckets of a run, in a folder of their own."""

    def __init__(self, folder: Path, files: Sequence[Path], rows: int | None) -> None:
        self.folder = folder
        expected = rows or sum(file.stat().st_size for file in files) // BYTES_OF_A_ROW
        self.count = max(1, min(MOST, expected // ROWS + 1))

    @property
    def complete(self) -> bool:
        """Were all rows dealt?"""
        return (self.folder / "complete").exists()

    @property
    def rows(self) -> int:
        """Rows of the source, once dealt."""
        rows: int = json.loads((self.folder / "complete").read_text("utf-8"))["rows"]
        return rows

    def finish(self, rows: int) -> None:
        """All rows were dealt."""
        (self.folder / "complete").write_text(json.dumps({"rows": rows, "buckets": self.count}), "utf-8")

    @contextmanager
    def deal(self) -> Iterator[Callable[[pa.Table], None]]:
        """A function that deals a table into the buckets."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        writers: dict[int, Any] = {}

        def deal(table: pa.Table) -> None:
            if not len(table):
                return
            where = bucket_of(table, self.count)
            order = np.argsort(where, kind="stable")
            dealt = table.take(pa.array(order)).combine_chunks()
            cuts = np.searchsorted(where[order], np.arange(self.count + 1))
            for bucket in np.flatnonzero(np.diff(cuts)).tolist():
                if bucket not in writers:
                    writers[bucket] = pa.ipc.new_stream(str(self._path(bucket)), table.schema)
                writers[bucket].write_table(dealt.slice(cuts[bucket], cuts[bucket + 1] - cuts[bucket]))

        try:
            yield deal
        finally:
            for writer in writers.values():
                writer.close()

    def _path(self, bucket: int) -> Path:
        return self.folder / f"{bucket:04d}.arrows"

    def tables(self, after: int) -> Iterator[tuple[int, pa.Table]]:
        """Each bucket after a number, a patient's rows together."""
        for bucket in range(after + 1, self.count):
            path = self._path(bucket)
            if path.exists():
                with pa.memory_map(str(path)) as source:
                    yield bucket, together(pa.ipc.open_stream(source).read_all())


def bucket_of(table: pa.Table, count: int) -> npt.NDArray[np.int64]:
    """The bucket of each row: by its patient; a row without one anywhere."""
    anywhere = np.arange(len(table)) % count
    patients = units(table)
    if patients is None:
        return anywhere
    import polars as pl  # half a second, for those only whose rows come in any order

    hashed = (pl.Series(pl.from_arrow(patients)).hash(seed=0) % count).to_numpy().astype(np.int64)
    return np.where(patients.is_null().to_numpy(zero_copy_only=False), anywhere, hashed)


def together(table: pa.Table) -> pa.Table:
    """The rows of a patient put together, in the order of the source."""
    table = table.unify_dictionaries().combine_chunks()
    patients = units(table)
    if patients is None:
        return table
    codes = patients.dictionary_encode().indices
    order = np.argsort(codes.fill_null(-1).to_numpy(zero_copy_only=False), kind="stable")
    return table.take(pa.array(order))
