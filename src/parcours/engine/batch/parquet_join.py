"""Joins Parquet files made in memory into one file: their pages are copied as they are, their footers merged.

So several workers encode at once, an interrupted file goes on where it stopped, and nothing is written twice. Only
the footer is decoded, as what it is: a structure in Thrift's compact protocol (Parquet format, `parquet.thrift`).
"""

import struct
from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
NUM_ROWS, ROW_GROUPS, KEY_VALUES = 3, 4, 5
"""Fields of FileMetaData."""
COLUMNS, GROUP_OFFSET, ORDINAL = 1, 5, 7
"""Fields of RowGroup."""
META_DATA = 3
"""Field of ColumnChunk that holds ColumnMetaData."""
CHUNK_OFFSETS = (2, 4, 6)
META_OFFSETS = (9, 10, 11, 14)
"""Fields of ColumnChunk and of ColumnMetaData that are positions in the file."""

Struct = dict[int, tuple[int, Any]]
"""A decoded structure: field id -> (type, value)."""


@dataclass(frozen=True)
class Part:
    """A Parquet file in memory: its pages, and its footer."""

    pages: memoryview
    footer: Struct

    @classmethod
    def of(cls, content: memoryview) -> "Part":
        """Take a whole Parquet file apart."""
        content = content.cast("B")
        length = struct.unpack("<i", content[-8:-4])[0]
        footer, _ = read_struct(content[-8 - length : -8], 0)
        return cls(content[len(MAGIC) : -8 - length], footer)


def groups_at(part: Part, position: int, ordinal: int) -> list[tuple[int, Any]]:
    """The row groups of a part whose pages are copied at that position of the file."""
    shift = position - len(MAGIC)
    groups: list[tuple[int, Any]] = part.footer[ROW_GROUPS][1]
    for number, (_, group) in enumerate(groups, start=ordinal):
        _shift(group, (GROUP_OFFSET,), shift)
        group[ORDINAL] = (I16, number)
        for _, chunk in group[COLUMNS][1]:
            _shift(chunk, CHUNK_OFFSETS, shift)
            _shift(chunk[META_DATA][1], META_OFFSETS, shift)
    return groups


def _shift(fields: Struct, ids: tuple[int, ...], shift: int) -> None:
    for field in ids:
        if field in fields and fields[field][1] > 0:
            fields[field] = (fields[field][0], fields[field][1] + shift)


def footer(first: Struct, groups: list[tuple[int, Any]], rows: int, metadata: dict[str, str]) -> bytes:
    """The end of the joined file: the schema of the first part, every row group, more metadata, length and magic."""
    merged = dict(first)
    merged[ROW_GROUPS] = (LIST, groups)
    merged[NUM_ROWS] = (I64, rows)
    pairs = [(STRUCT, {1: (BINARY, key.encode()), 2: (BINARY, value.encode())}) for key, value in metadata.items()]
    merged[KEY_VALUES] = (LIST, [*merged.get(KEY_VALUES, (LIST, []))[1], *pairs])
    content = write_struct(merged)
    return content + struct.pack("<i", len(content)) + MAGIC


# --- Thrift's compact protocol -------------------------------------------------------------------------------------


def read_struct(data: memoryview | bytes, at: int) -> tuple[Struct, int]:
    """A structure, and the position after it."""
    fields: Struct = {}
    last = 0
    while True:
        head = data[at]
        at += 1
        if not head:
            return fields, at
        kind = head & 15
        if head >> 4:
            last += head >> 4
        else:
            number, at = _read_varint(data, at)
            last = _unzigzag(number)
        value, at = _read_value(kind, data, at)
        fields[last] = (kind, value)


def _read_value(kind: int, data: memoryview | bytes, at: int) -> tuple[Any, int]:
    if kind in (TRUE, FALSE):
        return kind == TRUE, at
    if kind == BYTE:
        return data[at], at + 1
    if kind in (I16, I32, I64):
        number, at = _read_varint(data, at)
        return _unzigzag(number), at
    if kind == DOUBLE:
        return bytes(data[at : at + 8]), at + 8
    if kind == BINARY:
        length, at = _read_varint(data, at)
        return bytes(data[at : at + length]), at + length
    if kind == STRUCT:
        return read_struct(data, at)
    if kind == LIST:
        return _read_list(data, at)
    msg = f"not a Parquet footer: type {kind} of Thrift is not used there"
    raise ValueError(msg)


def _read_list(data: memoryview | bytes, at: int) -> tuple[list[tuple[int, Any]], int]:
    head = data[at]
    at += 1
    size, kind = head >> 4, head & 15
    if size == 15:
        size, at = _read_varint(data, at)
    items = []
    for _ in range(size):
        if kind in (TRUE, FALSE):
            value, at = data[at] == TRUE, at + 1
        else:
            value, at = _read_value(kind, data, at)
        items.append((kind, value))
    return items, at


def _read_varint(data: memoryview | bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7


def _unzigzag(number: int) -> int:
    return number >> 1 ^ -(number & 1)


def write_struct(fields: Struct) -> bytes:
    """A structure in the compact protocol."""
    content = bytearray()
    last = 0
    for field in sorted(fields):
        kind, value = fields[field]
        if kind in (TRUE, FALSE):
            kind = TRUE if value else FALSE
        if 0 < field - last < 16:
            content.append((field - last) << 4 | kind)
        else:
            content.append(kind)
            content += _varint(_zigzag(field))
        last = field
        content += _value(kind, value)
    return bytes(content) + b"\0"


def _value(kind: int, value: Any) -> bytes:
    if kind in (TRUE, FALSE):
        return b""
    if kind == BYTE:
        return bytes([value])
    if kind in (I16, I32, I64):
        return _varint(_zigzag(value))
    if kind == DOUBLE:
        return bytes(value)
    if kind == BINARY:
        return _varint(len(value)) + bytes(value)
    if kind == STRUCT:
        return write_struct(value)
    return _list(value)


def _list(items: list[tuple[int, Any]]) -> bytes:
    kind = items[0][0] if items else STRUCT
    content = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([15 << 4 | kind]) + _varint(len(items))
    if kind in (TRUE, FALSE):
        return content + bytes(TRUE if value else FALSE for _, value in items)
    return content + b"".join(_value(kind, value) for _, value in items)


def _varint(number: int) -> bytes:
    content = bytearray()
    while number > 127:
        content.append(number & 127 | 128)
        number >>= 7
    content.append(number)
    return bytes(content)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1
