"""Output files: each chunk is encoded apart (by several workers at once) and appended in order; the end of the file
is written last.
"""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from parcours.engine.batch import parquet_join
from parcours.engine.batch.french import Style, as_written
from parcours.engine.batch.results import DICTIONARIES
from parcours.engine.batch.sources import ARROW, CSV, NDJSON, PARQUET, format_of
from parcours.engine.facts.vocabulary import SOURCE_ROW

LONGEST_HEADER = 1_000_000
SOUGHT = ("patient_id", "professional_id", "care_date", "reimbursement_date", SOURCE_ROW)
"""Columns that a reader may skip parts of a file by: only their least and greatest values are kept."""
METADATA = "parcours"
"""Key of the receipt of the run in the metadata of a file."""


@dataclass(frozen=True)
class Encoded:
    """A chunk as it goes into the body of the file, and what the end of the file must know of it."""

    body: Any
    end: Any = None


class Sink(ABC):
    """One format of output; text is written in a style."""

    start = b""
    """First bytes of the body."""

    def __init__(self, style: Style | None = None) -> None:
        self.style = style or Style()

    @abstractmethod
    def encode(self, table: pa.Table) -> Encoded:
        """A chunk. Called from worker threads."""

    def place(self, encoded: Encoded, position: int, count: int) -> tuple[Any, str]:
        """The bytes of a chunk to append at a position after `count` others, and what to remember of it."""
        del position, count
        return encoded.body, ""

    def finish(self, body: Path, remembered: Sequence[str], receipt: Mapping[str, Any], rows: int) -> Path:
        """Complete the file; the path of the whole one."""
        del remembered, receipt, rows
        return body


class ParquetSink(Sink):
    """Parquet, one row group a chunk, codes as dictionaries, amounts as decimals stored in 32 bits."""

    start = parquet_join.MAGIC

    def encode(self, table: pa.Table) -> Encoded:
        """A whole file in memory, taken apart."""
        names = table.column_names
        stream = pa.BufferOutputStream()
        pq.write_table(
            table,
            stream,
            row_group_size=max(len(table), 1),
            compression="lz4",
            write_page_checksum=True,
            store_decimal_as_integer=True,
            write_statistics=[name for name in SOUGHT if name in names],
            use_dictionary=[name for name in names if name != SOURCE_ROW],
            column_encoding={SOURCE_ROW: "DELTA_BINARY_PACKED"} if SOURCE_ROW in names else None,
        )
        part = parquet_join.Part.of(memoryview(stream.getvalue()))
        return Encoded(part.pages, part)

    def place(self, encoded: Encoded, position: int, count: int) -> tuple[Any, str]:
        """The pages, and the footer of the part, its positions moved to where its pages are now."""
        part: parquet_join.Part = encoded.end
        parquet_join.groups_at(part, position, count)
        return part.pages, base64.b64encode(parquet_join.write_struct(part.footer)).decode()

    def finish(self, body: Path, remembered: Sequence[str], receipt: Mapping[str, Any], rows: int) -> Path:
        """Append the merged footer."""
        footers = [parquet_join.read_struct(base64.b64decode(text), 0)[0] for text in remembered]
        groups = [group for footer in footers for group in footer[parquet_join.ROW_GROUPS][1]]
        with body.open("ab") as stream:
            stream.write(parquet_join.footer(footers[0], groups, rows, {METADATA: json.dumps(receipt)}))
        return body


class ArrowSink(Sink):
    """Arrow IPC: the body is a series of streams, made into one file at the end."""

    def encode(self, table: pa.Table) -> Encoded:
        """A stream in memory."""
        stream = pa.BufferOutputStream()
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        return Encoded(memoryview(stream.getvalue()).cast("B"))

    def finish(self, body: Path, remembered: Sequence[str], receipt: Mapping[str, Any], rows: int) -> Path:
        """Copy the batches into a file with its index; dictionaries that grow from chunk to chunk become text."""
        del remembered, rows
        whole = body.with_name("whole")
        with pa.memory_map(str(body)) as source:
            tables = _streams(source)
            head = next(tables)
            dictionaries = [f.name for f in head.schema if pa.types.is_dictionary(f.type) and not _closed(f)]
            schema = _plain(head, dictionaries).schema.with_metadata({METADATA: json.dumps(receipt)})
            with pa.ipc.new_file(str(whole), schema) as writer:
                for table in (head, *tables):
                    writer.write_table(_plain(table, dictionaries).cast(schema))
        return whole


def _closed(field: pa.Field) -> bool:
    """Is this dictionary the same in every chunk (a result)?"""
    return field.name in DICTIONARIES


def _plain(table: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        column = table[name]
        table = table.set_column(table.column_names.index(name), name, pc.cast(column, column.type.value_type))
    return table


def _streams(source: Any) -> Any:
    size = source.size()
    while source.tell() < size:
        yield pa.ipc.open_stream(source).read_all()


class CsvSink(Sink):
    """Text with a header, separated by commas unless the style says otherwise."""

    def encode(self, table: pa.Table) -> Encoded:
        """Lines, after a header."""
        stream = pa.BufferOutputStream()
        options = pyarrow.csv.WriteOptions(delimiter=self.style.separator)
        pyarrow.csv.write_csv(as_written(_writable(table), self.style), stream, options)
        content = memoryview(stream.getvalue()).cast("B")
        if self.style.encoding != "utf-8":
            content = memoryview(bytes(content).decode("utf-8").encode(self.style.encoding, "replace"))
        return Encoded(content, bytes(content[:LONGEST_HEADER]).index(b"\n") + 1)

    def place(self, encoded: Encoded, position: int, count: int) -> tuple[Any, str]:
        """The header only at the start of the file."""
        del count
        return encoded.body[encoded.end :] if position and encoded.end else encoded.body, ""

    def finish(self, body: Path, remembered: Sequence[str], receipt: Mapping[str, Any], rows: int) -> Path:
        """A text file has no metadata: the receipt goes beside it."""
        del remembered, rows
        body.with_name("receipt").write_text(json.dumps(receipt, indent=1) + "\n", "utf-8")
        return body


class NdjsonSink(CsvSink):
    """One JSON object a line, amounts as numbers with two decimals."""

    def encode(self, table: pa.Table) -> Encoded:
        """Lines."""
        from parcours.engine.facts.jsonio import dumps

        rows = _writable(table).to_pylist()
        return Encoded("".join(dumps(row) + "\n" for row in rows).encode())


def _writable(table: pa.Table) -> pa.Table:
    """Dictionaries as text, days as text, small decimals as ordinary ones: what a text file holds."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type):
            column = pc.cast(column, column.type.value_type)
        if pa.types.is_decimal(column.type):
            column = pc.cast(column, pa.decimal128(column.type.precision, column.type.scale))
        elif pa.types.is_temporal(column.type):
            column = pc.cast(column, pa.string())
        columns[name] = column
    return pa.table(columns)


SINKS: dict[str, type[Sink]] = {PARQUET: ParquetSink, ARROW: ArrowSink, CSV: CsvSink, NDJSON: NdjsonSink}


def sink_of(output: Path, style: Style | None = None) -> Sink:
    """The sink for a path, by its extension. Raises `UnreadableInput`."""
    return SINKS[format_of(output)](style)
