"""Tables in dBase III: columns by name, whatever their order; values checked as they are read, row by row.

A value that is not of its column names the file, the record (from 1), the column, what was found and what is allowed.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import getitem
from typing import Any

from parcours.law.codes import UNKNOWN
from parcours.law.library import problems
from parcours.law.library.decode import encoding_of
from parcours.law.library.parts import Part, reading
from parcours.law.library.problems import place
from parcours.text import Text, same

DBASE = 0x03
PREFIX = struct.Struct("<BBBBIHH")
FIELD = 32
END_OF_FIELDS = 0x0D
END_OF_FILE = b"\x1a\0"
LIVE, DELETED = b" ", b"*"
BLOCK_ROWS = 4096
MOST_ROWS = 3_000_000
"""Three times the largest table of the CCAM."""
MOST_DIGITS = 12
CENTURY = 80


class Memo(dict[bytes, Any]):
    """What a column holds, read once for each value: official tables repeat themselves."""

    def __init__(self, read: Callable[[bytes], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, raw: bytes) -> Any:
        value = self[raw] = self.read(raw)
        return value


def read_day(raw: bytes) -> int:
    """A day as YYYYMMDD; 0 when it is blank. Raises `ValueError`."""
    text = raw.strip()
    if not text or text == b"00000000":
        return 0
    if len(text) != 8 or not text.isdigit():
        raise ValueError
    date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return int(text)


def scaled(raw: bytes, places: int) -> int:
    """A number of at most so many decimals, as a whole; `UNKNOWN` when it is blank. Raises `ValueError`."""
    text = raw.strip()
    if not text:
        return UNKNOWN
    whole, _, decimals = text.partition(b".")
    decimals = decimals.rstrip(b"0")
    if len(whole) > MOST_DIGITS:
        raise ValueError
    if (
        not (whole.isdigit() or (not whole and decimals))
        or not (decimals.isdigit() or not decimals)
        or len(decimals) > places
    ):
        raise ValueError
    unit: int = 10**places
    return int(whole or b"0") * unit + int(decimals.ljust(places, b"0") or b"0")


def read_word(raw: bytes) -> str:
    """A code: ASCII, without the spaces around it. Raises `ValueError`."""
    return raw.strip().decode("ascii")


@dataclass(frozen=True)
class Kind:
    """What a column holds."""

    read: Callable[[bytes], Any]
    expected: Text


DAY = Kind(read_day, Text("AAAAMMJJ ou rien", "YYYYMMDD or blank"))
CENTS = Kind(
    lambda raw: scaled(raw, 2), Text("un montant de deux décimales ou rien", "an amount of two decimals or blank")
)
RATE = Kind(
    lambda raw: scaled(raw, 4), Text("un nombre de quatre décimales ou rien", "a figure of four decimals or blank")
)
WHOLE = Kind(lambda raw: scaled(raw, 0), Text("un nombre entier ou rien", "a whole figure or blank"))
WORD = Kind(read_word, Text("un code en ASCII", "a code in ASCII"))
RAW = Kind(bytes, same("…"))


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class Table:
    """One table, its header read and checked."""

    part: Part
    rows: int
    start: int
    width: int
    columns: dict[str, Column]
    day: int
    """Day of its last change, as its header says; 0 when it says none."""

    def has(self, name: str) -> bool:
        """Does the table have a column of that name?"""
        return name in self.columns

    def blocks(self) -> Iterator[bytes]:
        """The rows, by whole blocks. Raises `LibraryError` where the file ends too early or too late."""
        left = self.rows
        with reading(self.part.name), self.part.open() as file:
            file.read(self.start)
            while left:
                count = min(left, BLOCK_ROWS)
                block = file.read(count * self.width)
                if len(block) < count * self.width:
                    whole = self.rows - left + len(block) // self.width
                    raise problems.truncated(field=place(self.part.name, whole + 1), rows=self.rows)
                left -= count
                yield block
            if file.read(64).strip(END_OF_FILE):
                raise problems.trailing(field=place(self.part.name, self.rows + 1), rows=self.rows)

    def encoding(self) -> str:
        """The encoding of its texts."""
        return encoding_of(self.part.name, self.blocks())

    def read(self, **kinds: Kind) -> Iterator[tuple[Any, ...]]:
        """The record number and the values of some columns, for every row in use. Raises `LibraryError`."""
        columns = [self.column(name) for name in kinds]
        memos: Sequence[Any] = [Memo(kind.read) for kind in kinds.values()]
        row = struct.Struct(layout(columns, self.width))
        order = [place for place, _ in sorted(enumerate(columns), key=lambda pair: pair[1].offset)]
        memos_in_order = [memos[index] for index in order]
        back = [order.index(index) for index in range(len(order))]
        straight = back == sorted(back)
        number = 0
        for block in self.blocks():
            for flag, *raw in row.iter_unpack(block):
                number += 1
                if flag != LIVE:
                    if flag != DELETED:
                        raise problems.not_deleted_or_live(flag, field=place(self.part.name, number))
                    continue
                try:
                    values = tuple(map(getitem, memos_in_order, raw))
                except ValueError:
                    self.refuse(number, [raw[index] for index in back], kinds)
                yield (number, *values) if straight else (number, *(values[index] for index in back))

    def refuse(self, number: int, raw: Sequence[bytes], kinds: dict[str, Kind]) -> None:
        """Say which value of a row is not of its column."""
        for value, (name, kind) in zip(raw, kinds.items(), strict=True):
            try:
                kind.read(value)
            except ValueError as error:
                shown = value.decode("ascii", errors="backslashreplace").strip()
                at = place(self.part.name, number, name)
                raise problems.wrong_value(shown, field=at, expected=kind.expected) from error

    def column(self, name: str) -> Column:
        """A column that must be there. Raises `LibraryError`."""
        if name not in self.columns:
            raise problems.no_column(field=place(self.part.name, 0, name), names=same(", ".join(self.columns)))
        return self.columns[name]


def layout(columns: Sequence[Column], width: int) -> str:
    """The format of one row: its flag, the columns that are read in the order of the file, the others skipped."""
    text, at = "1s", 1
    for column in sorted(columns, key=lambda one: one.offset):
        text += f"{column.offset - at}x{column.size}s"
        at = column.offset + column.size
    return f"{text}{width - at}x"


def table_of(part: Part) -> Table:
    """The table of a file. Raises `LibraryError`."""
    with reading(part.name), part.open() as file:
        head = file.read(PREFIX.size)
        if len(head) < PREFIX.size or head[0] != DBASE:
            raise problems.not_a_dbf(head[:1].hex() or "0", field=part.name, why=Text("premier octet", "first byte"))
        _, year, month, day, rows, start, width = PREFIX.unpack(head)
        head += file.read(max(0, start - len(head)))
    if len(head) != start or start <= FIELD:
        raise problems.not_a_dbf(len(head), field=part.name, why=Text("en-tête coupé", "header cut"))
    columns = columns_of(part, head)
    if 1 + sum(column.size for column in columns.values()) != width:
        raise problems.not_a_dbf(width, field=part.name, why=Text("largeur des lignes", "width of the rows"))
    if rows > MOST_ROWS:
        raise problems.not_a_dbf(rows, field=part.name, why=Text("nombre de lignes", "count of rows"))
    if part.size < start + rows * width:
        raise problems.truncated(field=place(part.name, (part.size - start) // width + 1), rows=rows)
    return Table(part, rows, start, width, columns, day_of(year, month, day))


def columns_of(part: Part, head: bytes) -> dict[str, Column]:
    """The columns that a header describes."""
    columns: dict[str, Column] = {}
    at, offset = FIELD, 1
    while at < len(head) and head[at] != END_OF_FIELDS:
        if at + FIELD > len(head):
            raise problems.not_a_dbf(len(head), field=part.name, why=Text("en-tête coupé", "header cut"))
        name = head[at : at + 11].split(b"\0")[0].decode("ascii", errors="backslashreplace").strip().upper()
        if name in columns:
            raise problems.two_columns(field=place(part.name, 0, name))
        columns[name] = Column(name, offset, head[at + 16])
        offset += head[at + 16]
        at += FIELD
    if at >= len(head) or not columns:
        raise problems.not_a_dbf(len(head), field=part.name, why=Text("en-tête coupé", "header cut"))
    return columns


def day_of(year: int, month: int, day: int) -> int:
    """The day of a header: the year counts from 1900, or from 2000 where it is small."""
    try:
        found = date(1900 + year if year >= CENTURY else 2000 + year, month, day)
    except ValueError:
        return 0
    return found.year * 10_000 + found.month * 100 + found.day
