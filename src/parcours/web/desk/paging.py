"""A list shown some rows at a time: one row more is read than is shown, and says whether another page follows."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

Row = TypeVar("Row")


def cut(rows: Sequence[Row], size: int, mark: Callable[[Row], str] = attrgetter("id")) -> tuple[list[Row], str]:
    """The rows of one page, and the mark after which the next one begins: empty on the last page."""
    return list(rows[:size]), mark(rows[size - 1]) if len(rows) > size else ""
