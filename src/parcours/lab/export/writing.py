"""Files of a folder, written beside it and put in place together: nothing is left half-written."""

import csv
import gzip
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Self, TextIO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.lab.export.card import words_of

SUMS = "SHA256SUMS"
PART = "department"
"""By which the largest tables are cut, one file each, as readers of folders of Parquet expect."""


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
        paths = sorted(path for path in self.partial.rglob("*") if path.is_file())
        self.text(SUMS, "".join(f"{digest(path)}  {path.relative_to(self.partial).as_posix()}\n" for path in paths))
        if self.output.exists():
            shutil.rmtree(self.output)
        self.partial.rename(self.output)

    def add(self, name: str, table: pl.DataFrame | pa.Table) -> None:
        """More rows of a table of Parquet."""
        arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest()) if isinstance(table, pl.DataFrame) else table
        self.write(name, f"{name}.parquet", arrow)

    def add_parts(self, name: str, table: pa.Table, parts: pa.Array) -> None:
        """More rows of a table of Parquet that is cut by department; `parts` is that of each row."""
        for part in sorted(pc.unique(parts).to_pylist()):
            self.write(name, f"{name}/{PART}={part}/{name}.parquet", table.filter(pc.equal(parts, part)))
        self.columns[name] = [*(pair for pair in self.columns[name] if pair[0] != PART), (PART, "string")]

    def write(self, name: str, file: str, arrow: pa.Table) -> None:
        """More rows of a file, at once, so that nothing waits in memory."""
        if file not in self.writers:
            path = self.partial / file
            path.parent.mkdir(parents=True, exist_ok=True)
            self.writers[file] = pq.ParquetWriter(path, self.described(name, arrow.schema), compression="zstd")
        self.columns.setdefault(name, [(field.name, str(field.type)) for field in arrow.schema])
        self.writers[file].write_table(arrow.cast(self.writers[file].schema))
        self.rows[name] = self.rows.get(name, 0) + len(arrow)

    def described(self, name: str, schema: pa.Schema) -> pa.Schema:
        """A schema whose columns say what they hold, and that it is invented."""
        fields = []
        for field in schema:
            fr, en = words_of(name, field.name)
            fields.append(field.with_metadata({"fr": fr, "en": en, "synthetic": self.metadata["synthetic"]}))
        return pa.schema(fields, self.metadata)

    def text(self, name: str, content: str) -> None:
        """A file of text."""
        (self.partial / name).write_text(content, "utf-8")

    def csv(self, name: str, head: Iterable[str], rows: Iterable[Iterable[Any]], *, packed: bool = False) -> None:
        """A file of values separated by semicolons, as the national files are."""
        with packed_text(self.partial / name) if packed else (self.partial / name).open("w", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)

    def add_csv(self, name: str, table: pl.DataFrame) -> None:
        """More rows of a table, as a file of values."""
        path = self.partial / f"{name}.csv"
        first = not path.exists()
        with path.open("ab") as file:
            table.write_csv(file, include_header=first, separator=";")


@contextmanager
def packed_text(path: Path) -> Iterator[TextIO]:
    """A packed file of text; without the time in it, so that the same rows are the same bytes."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        yield text


def digest(path: Path) -> str:
    """The SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
