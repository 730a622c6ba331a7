"""What the smaller files share: lines by the names of their columns, many at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeVar

from parcours.registry.directory.importing.files import columns
from parcours.registry.directory.importing.run import Asked

Rows = Iterator[list[str]]
T = TypeVar("T")
BLOCK = 2000
"""Lines that are held at once."""


def named(
    rows: Rows, wanted: Mapping[str, tuple[str, ...]], asked: Asked, counts: Counter[str]
) -> Iterator[dict[str, str]]:
    """Lines by the names of their columns."""
    at = columns([one.strip('"') for one in next(rows, [])], wanted, asked.given)
    for row in rows:
        counts["rows"] += 1
        if len(row) <= max(at.values()):
            counts["refused:short_line"] += 1
            continue
        yield {name: row[place].strip().strip('"') for name, place in at.items()}


def blocks(several: Iterator[T], size: int = BLOCK) -> Iterator[list[T]]:
    """So many at once."""
    while block := list(islice(several, size)):
        yield block
