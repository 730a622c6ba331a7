"""Files of acts as a stream of Arrow tables: Parquet, Arrow IPC, CSV and NDJSON; a file, a folder or a glob.

Text files are read as text, and each value by the reader of a single case: a CSV and a Parquet of the same acts
settle alike.
"""

import csv
import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from parcours.engine.batch.damaged import _unreadable, broken, not_utf8
from parcours.engine.batch.french import Style, plain, separator_in, style_of
from parcours.engine.batch.patterns import CODED
from parcours.engine.batch.reading import without_views
from parcours.engine.batch.textfiles import BLOCK, LONGEST_LINE, too_long
from parcours.engine.facts.jsonio import dumps, loads
from parcours.engine.facts.vocabulary import RENAMED
from parcours.text import Text

PARQUET, ARROW, CSV, NDJSON = "parquet", "arrow", "csv", "ndjson"
FORMATS = {
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".arrow": ARROW,
    ".feather": ARROW,
    ".ipc": ARROW,
    ".csv": CSV,
    ".ndjson": NDJSON,
    ".jsonl": NDJSON,
}
COLUMN_BUFFER = 256 * 1024
"""Bytes of a Parquet column read at once: a group of rows of any size is never held whole."""
LINES = 50_000


@dataclass(frozen=True)
class Unread:
    """A row that could not be read at all: its number in the source (the first is 1), what was given, what is
    expected.
    """

    row: int
    given: str
    allowed: Mapping[str, str]


@dataclass(frozen=True)
class Block:
    """Rows of one file, the number of each in the source, those that could not be read, and the number after the last
    one.
    """

    table: pa.Table
    numbers: npt.NDArray[np.int64]
    unread: list[Unread]
    end: int


def files_of(source: str) -> list[Path]:
    """The files of a path, a folder or a glob, in order of name. Raises `UnreadableInput`."""
    path = Path(source)
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in FORMATS and file.is_file())
        found = [
            file for file in found if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
        ]
    elif path.exists():
        found = [path]
    else:
        found = [Path(name) for name in sorted(glob.glob(source, recursive=True))]  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise _unreadable(source, "il n'y a rien de ce nom", "there is no such file")
    kinds = {format_of(file) for file in found}
    if len(kinds) > 1:
        mixed = ", ".join(sorted(kinds))
        raise _unreadable(source, f"des fichiers de plusieurs formats : {mixed}", f"files of several formats: {mixed}")
    return found


def format_of(path: Path) -> str:
    """The format of a file, by its extension. Raises `UnreadableInput`."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        raise _unreadable(str(path), f"extension inconnue ; attendu : {known}", f"unknown extension; expected: {known}")
    return kind


def rows_in(files: Sequence[Path]) -> int | None:
    """How many rows there are, where the format says it; None for text."""
    try:
        if format_of(files[0]) == PARQUET:
            return sum(int(pq.read_metadata(file).num_rows) for file in files)
        if format_of(files[0]) == ARROW:
            return None
    except (pa.ArrowException, OSError) as error:
        raise broken(files[0], error) from None
    return None


def columns_of(path: Path) -> list[str]:
    """The names of the columns of a file. Raises `UnreadableInput`."""
    names: list[str] = READERS[format_of(path)].columns(path)
    return names


def blocks(path: Path, size: int, first: int, skip: int = 0) -> Iterator[Block]:
    """The rows of a file by blocks of at most `size`; `first` is the number of its first row. Rows up to `skip` are
    left out.
    """
    try:
        yield from READERS[format_of(path)].blocks(path, size, first, skip)
    except (pa.ArrowException, OSError) as error:
        raise broken(path, error) from None


def _part(table: pa.Table, start: int, skip: int) -> Block:
    """Rows numbered from `start`, less those up to `skip`."""
    late = min(max(0, skip - start + 1), len(table))
    end = start + len(table)
    return Block(table.slice(late), np.arange(start + late, end, dtype=np.int64), [], end)


class ParquetReader:
    """Columnar files: groups of rows that are skipped are not read."""

    @staticmethod
    def columns(path: Path) -> list[str]:
        """Names of the schema."""
        try:
            with pq.ParquetFile(path) as file:
                names: list[str] = file.schema_arrow.names
                return names
        except (pa.ArrowException, OSError) as error:
            raise broken(path, error) from None

    @staticmethod
    def blocks(path: Path, size: int, first: int, skip: int) -> Iterator[Block]:
        """Blocks of rows, coded text as dictionaries."""
        with pq.ParquetFile(
            path,
            read_dictionary=_dictionary_columns(path),
            buffer_size=COLUMN_BUFFER,
            pre_buffer=False,  # what is read ahead is kept until the end of the file
            page_checksum_verification=True,  # of the pages that carry one
        ) as file:
            at, group = first, 0
            while group < file.num_row_groups and at + file.metadata.row_group(group).num_rows - 1 <= skip:
                at += file.metadata.row_group(group).num_rows
                group += 1
            yield _part(file.schema_arrow.empty_table(), at, skip)
            if group == file.num_row_groups:
                return
            for batch in file.iter_batches(batch_size=size, row_groups=range(group, file.num_row_groups)):
                for column in batch.columns:
                    if pa.types.is_dictionary(column.type):
                        column.validate(full=True)  # a damaged index would lead outside the dictionary
                yield _part(pa.Table.from_batches([batch]), at, skip)
                at += len(batch)


def _dictionary_columns(path: Path) -> list[str]:
    with pq.ParquetFile(path) as file:
        return [item.name for item in file.schema_arrow if item.name in CODED and pa.types.is_string(item.type)]


class ArrowReader:
    """Arrow IPC: files (with a footer) and streams."""

    @staticmethod
    def columns(path: Path) -> list[str]:
        """Names of the schema."""
        try:
            with _open_arrow(path) as reader:
                names: list[str] = reader.schema.names
                return names
        except (pa.ArrowException, OSError) as error:
            raise broken(path, error) from None

    @staticmethod
    def blocks(path: Path, size: int, first: int, skip: int) -> Iterator[Block]:
        """Blocks of rows, memory-mapped."""
        with _open_arrow(path) as reader:
            count = getattr(reader, "num_record_batches", None)
            batches = (reader.get_batch(k) for k in range(count)) if count is not None else iter(reader)
            at = first
            for batch in batches:
                table = without_views(pa.Table.from_batches([batch]))
                for start in range(0, len(table), size):
                    part = table.slice(start, size)
                    yield _part(part, at, skip)
                    at += len(part)


def _open_arrow(path: Path) -> Any:
    source = pa.memory_map(str(path))
    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source)


class CsvReader:
    """Text with a header, separated by commas, semicolons or tabulations."""

    @staticmethod
    def columns(path: Path) -> list[str]:
        """Names of the header."""
        header = _first_line(path)
        names = [name.strip() for name in next(csv.reader([header], delimiter=separator_in(header)), [])]
        if not names:
            raise _unreadable(str(path), "le fichier est vide", "the file is empty")
        return names

    @staticmethod
    def blocks(path: Path, size: int, first: int, skip: int) -> Iterator[Block]:
        """Blocks of text cells; a line with another number of cells is left out and named."""
        names = CsvReader.columns(path)
        unread: dict[int, Unread] = {}

        def left_out(row: Any) -> str:
            counts = Text(
                f"{row.actual_columns} cellules pour {row.expected_columns} colonnes",
                f"{row.actual_columns} cells for {row.expected_columns} columns",
            )
            unread[row.number] = Unread(first + row.number - 2, row.text, counts)
            return "skip"

        style = style_of(path)
        reader = pyarrow.csv.open_csv(
            path,
            pyarrow.csv.ReadOptions(
                block_size=BLOCK, use_threads=False, skip_rows=1, column_names=names, encoding=style.encoding
            ),
            pyarrow.csv.ParseOptions(
                delimiter=separator_in(_first_line(path)), newlines_in_values=True, invalid_row_handler=left_out
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
        blocks = (plain(pa.Table.from_batches([batch]), style) for batch in reader)
        yield from _numbered(blocks, unread, size, first, skip)


def _numbered(
    tables: Iterator[pa.Table], unread: dict[int, Unread], size: int, first: int, skip: int
) -> Iterator[Block]:
    """Give each row its number in the source, counting the lines that were left out."""
    at = first
    for table in tables:
        out = {item.row for item in unread.values()}
        numbers = np.arange(at, at + len(table) + len(out), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, list(out))][: len(table)]
        for start in range(0, len(table), size):
            part = numbers[start : start + size]
            at = int(part[-1]) + 1
            kept = part > skip
            yield Block(table.slice(start, size).filter(pa.array(kept)), part[kept], _until(unread, at, skip), at)
    last = max((item.row + 1 for item in unread.values()), default=at)
    yield Block(pa.table({}), np.array([], np.int64), _until(unread, last, skip), last)


def _until(unread: dict[int, Unread], end: int, skip: int) -> list[Unread]:
    """Take out the lines that were left out before the row `end`, less those up to `skip`."""
    named = [unread.pop(key) for key in sorted(unread) if unread[key].row < end]
    return [item for item in named if item.row > skip]


class NdjsonReader:
    """One JSON object a line."""

    @staticmethod
    def columns(path: Path) -> list[str]:
        """Every key of the first lines, in order of appearance."""
        with path.open("rb") as stream:
            lines = (line for line in islice(_bounded(stream), LINES) if line.strip())
            rows = [row for row in map(_object, lines) if isinstance(row, dict)]
        if not rows:
            raise _unreadable(str(path), "aucun objet JSON", "no JSON object")
        return list(dict.fromkeys(chain.from_iterable(rows)))

    @staticmethod
    def blocks(path: Path, size: int, first: int, skip: int) -> Iterator[Block]:
        """Blocks of text cells; blank lines are passed over, a line that is no object is named."""
        names = NdjsonReader.columns(path)
        with path.open("rb") as stream:
            lines = (line for line in _bounded(stream) if line.strip())
            at = first + sum(1 for _ in islice(lines, max(0, skip - first + 1)))
            while part := list(islice(lines, size)):
                yield _block_of_lines(part, names, at)
                at += len(part)
            yield Block(pa.table({}), np.array([], np.int64), [], at)


def _bounded(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only the start, which no memory is lost on."""
    while line := stream.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)


def _block_of_lines(lines: list[bytes], names: list[str], first: int) -> Block:
    unread, rows, numbers = [], [], []
    for number, line in enumerate(lines, start=first):
        row = _object(line)
        if isinstance(row, Unread):
            unread.append(Unread(number, row.given, row.allowed))
        elif new := [key for key in row if key not in names]:
            late = Text(
                f"une clé des {LINES} premières lignes (mettez {new[0]} dans la première, null au besoin)",
                f"a key of the first {LINES} lines (put {new[0]} in the first one, null if need be)",
            )
            unread.append(Unread(number, new[0], late))
        else:
            rows.append(row)
            numbers.append(number)
    columns = {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names}
    return Block(pa.table(columns), np.array(numbers, np.int64), unread, first + len(lines))


def _object(line: bytes) -> Any:
    if len(line) == LONGEST_LINE:
        return Unread(0, line[:200].decode("utf-8", "replace").strip("\0"), too_long().allowed)
    try:
        value = loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        shown = line[:200].decode("utf-8", "replace").strip()
        return Unread(0, shown, Text(f"un objet JSON ({error})", f"a JSON object ({error})"))
    if not isinstance(value, dict):
        return Unread(0, str(value)[:200], Text("un objet JSON", "a JSON object"))
    return value


def _text(value: Any) -> str | None:
    """A JSON value as the text of a cell; a structure stays JSON."""
    if value is None or isinstance(value, str):
        return value
    return dumps(value) if isinstance(value, (dict, list, bool)) else str(value)


def style_of_output(path: Path, names: Mapping[str, str]) -> Style:
    """How a file of text that comes from this one is written: as it is, by the names that its columns have there."""
    if format_of(path) != CSV:
        return Style()
    style = style_of(path)
    groups = (style.days, style.decimals, style.booleans)
    own = [[RENAMED.get(names[one], names[one]) for one in group] for group in groups]
    return Style(style.encoding, style.separator, *map(tuple, own))


READERS: dict[str, Any] = {PARQUET: ParquetReader, ARROW: ArrowReader, CSV: CsvReader, NDJSON: NdjsonReader}


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            line = stream.readline(1_000_000)
            return line.decode("utf-8-sig" if style_of(path).encoding == "utf-8" else "latin-1").rstrip("\r\n")
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    except OSError as error:
        raise broken(path, error) from None
