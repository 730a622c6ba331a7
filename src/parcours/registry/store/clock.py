"""The clock of the registry: instants in UTC, days as in Paris."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now_utc() -> datetime:
    """This instant, aware, in UTC: the time at which something is recorded."""
    return datetime.now(UTC)


def paris_date(instant: datetime) -> date:
    """The civil day in France at an aware instant."""
    return instant.astimezone(PARIS).date()


def paris_today() -> date:
    """Today in France: a declaration signed at 00:30 in Paris is of that day, whatever UTC says."""
    return paris_date(now_utc())
