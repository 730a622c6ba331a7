"""Two times for every period: when it holds (`starts_on`, `ends_on`) and when we knew (`recorded_at`, `superseded_at`).

A row is never rewritten.  To change a period, the row is *superseded* and a new one is recorded: what was answered on
any earlier instant can be found again (`known_at`).  `ends_on` is the first day the period no longer holds.

A question asked at every visit is a statement built once, at import, with the two times left open::

    _RIGHTS_ON = select(Right).where(Right.insured_id == bindparam("insured_id"), holding(Right, ON, KNOWN_AT))
    session.scalars(_RIGHTS_ON, asked(on, known_at, insured_id=insured_id))
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, inspect, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from parcours.registry.store import problems
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import UtcDateTime

_NOT_COPIED = {"id", "recorded_at", "superseded_at"}

ON = bindparam("on", type_=Date())
KNOWN_AT = bindparam("known_at", type_=UtcDateTime())
_LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
"""What was ever superseded was so before it: known then is what we hold true now."""


class Period:
    """Columns of a period with its two times."""

    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    def holds(self, on: date) -> bool:
        """Is `on` inside the period?"""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)


P = TypeVar("P", bound=Period)
T = TypeVar("T")


def known(model: type[Period], known_at: datetime | BindParameter[datetime] | None = None) -> ColumnElement[bool]:
    """Rows we hold true now, or held true at an instant."""
    if known_at is None:
        return model.superseded_at.is_(None)
    return and_(
        model.recorded_at <= known_at,
        or_(model.superseded_at.is_(None), model.superseded_at > known_at),
    )


def holding(
    model: type[Period], on: date | BindParameter[date], known_at: datetime | BindParameter[datetime] | None = None
) -> ColumnElement[bool]:
    """Rows that hold on a day, as known now or at an instant."""
    return and_(
        model.starts_on <= on,
        or_(model.ends_on.is_(None), model.ends_on > on),
        known(model, known_at),
    )


def asked(on: date, known_at: datetime | None, **keys: Any) -> dict[str, Any]:
    """Parameters of a statement over `ON` and `KNOWN_AT`."""
    return {"on": on, "known_at": known_at or _LAST_INSTANT, **keys}


def check_period(starts_on: date, ends_on: date | None) -> None:
    """Refuse a period that ends before it starts."""
    if ends_on is not None and ends_on < starts_on:
        raise problems.period_reversed(ends_on, starts_on=starts_on)


def replace(session: Session, row: P, at: datetime, **changes: Any) -> P:
    """Supersede a row and record its corrected copy; answers given before `at` stay as they were.

    A writer may have read the clock, then waited for who recorded the row: it is never superseded before that.
    """
    if row.superseded_at is not None:
        raise problems.already_superseded(field=type(row).__name__)
    values = {
        column.key: getattr(row, column.key)
        for column in inspect(type(row)).column_attrs
        if column.key not in _NOT_COPIED
    }
    row.superseded_at = at = max(at, row.recorded_at)
    session.flush()
    copy = type(row)(**(values | changes | {"recorded_at": at}))
    check_period(copy.starts_on, copy.ends_on)
    session.add(copy)
    session.flush()
    return copy


def first(rows: Sequence[T]) -> T | None:
    """The first row, or None."""
    return rows[0] if rows else None
