"""A row that waits at a fund, and an order of such rows that the database sorts and cuts."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, and_, func, literal, or_, select
from sqlalchemy.orm import Session

LONGEST = timedelta(days=90)
"""No deadline of a queue that follows from its first day is further from it."""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits in a queue of a fund."""

    queue: str
    id: str
    """Of the claim, the objection, the sum, the order, the link or the message."""
    since: date
    owner: str
    deadline: date | None = None
    reason: str = ""
    claim_id: str | None = None
    insured_id: str | None = None
    professional_id: str | None = None
    cents: int = 0

    def age(self, today: date) -> int:
        """Days since it waits."""
        return (today - self.since).days

    @property
    def place(self) -> str:
        """Where it stands: the nearest deadline first, then what waits longest; a page goes on after a place."""
        return f"{self.deadline or date.max} {self.since} {self.id}"

    def left(self, today: date) -> int | None:
        """Days left, below zero once they are over; None when nothing counts them."""
        return None if self.deadline is None else (self.deadline - today).days


FIRST = str(UUID(int=0))
"""Before every id."""
Place = tuple[date, date, str]
"""Deadline, first day, id."""
Rows = Select[*tuple[Any, ...]]
Column = SQLColumnExpression[Any]
Key = tuple[date | str, ...]


@dataclass(frozen=True)
class Strand:
    """Rows of a queue that the database sorts by some columns: their deadlines are in the same order."""

    query: Rows
    columns: tuple[Column, ...]
    row: Callable[..., Waiting]
    start: Callable[[Place], Key]
    """The columns of the last row that stands at a place or before it."""
    size: ScalarSelect[int] | None = None
    """How many wait, where it is asked with less work than the rows."""

    def rows(self, session: Session, place: Place | None, limit: int | None) -> Iterator[Waiting]:
        """What waits after a place, in order."""
        query = self.query.order_by(*self.columns).limit(limit)
        if place:
            query = query.where(beyond(self.columns, self.start(place)))
        return (self.row(*one) for one in session.execute(query))

    def count(self) -> ScalarSelect[int]:
        """How many wait, unread."""
        if self.size is not None:
            return self.size
        rows = self.query.with_only_columns(self.columns[-1]).subquery()
        return select(func.count()).select_from(rows).scalar_subquery()


def beyond(columns: tuple[Column, ...], key: Key) -> ColumnElement[bool]:
    """Rows whose columns, one after another, are after a key."""
    first, more = columns[0], columns[1:]
    return or_(first > key[0], and_(first == key[0], beyond(more, key[1:]))) if more else first > key[0]


def never(_since: date) -> date:
    """Nothing counts the days."""
    return date.max


def by_age(
    query: Rows, since: Column, id_: Column, row: Callable[..., Waiting],
    until: Callable[[date], date] = never,
) -> Strand:  # fmt: skip
    """A strand whose deadlines follow from the first day, and never run backwards: the oldest is the most urgent."""

    def start(place: Place) -> Key:
        deadline, day, last = place
        if until is never:
            return (day, last) if deadline == date.max else (date.min, FIRST)
        if deadline == date.max:
            return date.max, FIRST
        first = (deadline - LONGEST).toordinal()
        days = [date.fromordinal(one) for one in range(first, deadline.toordinal() + 2)]
        found = days[bisect_left(days[:-1], (deadline, day), key=lambda one: (until(one), one))]
        return found, last if (until(found), found) == (deadline, day) else FIRST

    return Strand(query, (since, id_), row, start)


def by_deadline(
    query: Rows, deadline: Column, since: Column, id_: Column,
    row: Callable[..., Waiting],
) -> Strand:  # fmt: skip
    """A strand whose deadlines are kept; those without one come last."""
    last = func.coalesce(deadline, literal(date.max))
    return Strand(query, (last, since, id_), row, lambda place: place)


def read_place(text: str) -> Place | None:
    """A place as a page wrote it; what is none begins the queue."""
    deadline, _, rest = text.partition(" ")
    since, _, last = rest.partition(" ")
    try:
        return date.fromisoformat(deadline), date.fromisoformat(since), str(UUID(last))
    except ValueError:
        return None
