"""Files of a folder, written beside it and put in place together: nothing is left half-written."""

import csv
import gzip
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

SUMS = "SHA256SUMS"


class Folder:
    """A folder of tables being written; use it as a context: what fails leaves the old folder as it was."""

    def __init__(self, output: Path, metadata: Mapping[str, str]) -> None:
        """Where it goes, and what every file says of itself."""
        self.output, self.metadata = output, dict(metadata)
        self.partial = output.with_name(f".{output.name}.partial")
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}
        self.columns: dict[str, list[tuple[str, str]]] = {}

    def __enter__(self) -> Self:
        """Begin with nothing."""
        shutil.rmtree(self.partial, ignore_errors=True)
        self.partial.mkdir(parents=True)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Put the folder in place, or remove what was begun."""
        for writer in self.writers.values():
            writer.close()
        if kind is not None:
            shutil.rmtree(self.partial, ignore_errors=True)

    def finish(self) -> None:
        """Close the tables, sign them, put the folder in place."""
        for writer in self.writers.values():
            writer.close()
        self.writers.clear()
        names = sorted(path.name for path in self.partial.iterdir())
        lines = [f"{hashlib.sha256((self.partial / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        self.text(SUMS, "".join(lines))
        if self.output.exists():
            shutil.rmtree(self.output)
        self.partial.rename(self.output)

    def add(self, name: str, table: pl.DataFrame | pa.Table) -> None:
        """More rows of a table of Parquet."""
        arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest()) if isinstance(table, pl.DataFrame) else table
        arrow = arrow.replace_schema_metadata(self.metadata)
        if name not in self.writers:
            self.writers[name] = pq.ParquetWriter(self.partial / f"{name}.parquet", arrow.schema, compression="zstd")
            self.rows[name] = 0
            self.columns[name] = [(field.name, str(field.type)) for field in arrow.schema]
        self.writers[name].write_table(arrow.cast(self.writers[name].schema))
        self.rows[name] += len(arrow)

    def text(self, name: str, content: str) -> None:
        """A file of text."""
        (self.partial / name).write_text(content, "utf-8")

    def csv(self, name: str, head: Iterable[str], rows: Iterable[Iterable[Any]], *, packed: bool = False) -> None:
        """A file of values separated by semicolons, as the national files are."""
        opener = gzip.open if packed else open
        with opener(self.partial / name, "wt", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)
