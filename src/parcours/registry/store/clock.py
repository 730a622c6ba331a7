"""The clock of the registry: instants in UTC, days as in Paris."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_STOPPED: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now_utc() -> datetime:
    """This instant, aware, in UTC: the time at which something is recorded."""
    return _STOPPED.get() or datetime.now(UTC)


@contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """The clock of a story, which happens on the days it says; of this task alone."""
    token = _STOPPED.set(instant)
    try:
        yield
    finally:
        _STOPPED.reset(token)


def paris_date(instant: datetime) -> date:
    """The civil day in France at an aware instant."""
    return instant.astimezone(PARIS).date()


def paris_today() -> date:
    """Today in France: a declaration signed at 00:30 in Paris is of that day, whatever UTC says."""
    return paris_date(now_utc())
