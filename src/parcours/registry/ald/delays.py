"""The days of a protocol: what is awaited until when, what an observation suspends, when a renewal is prepared."""

from datetime import date

from parcours.law import thresholds
from parcours.law.days import iso, number_of
from parcours.registry.ald.models import Protocol, ProtocolState
from parcours.rules import due

OPEN = (ProtocolState.SENT, ProtocolState.FAVOURABLE, ProtocolState.PARTIAL, ProtocolState.UNFAVOURABLE)


def later_by_months(day: date, months: int) -> date:
    """An interval of months: the one count of renewals, screenings and follow-up."""
    return date.fromisoformat(iso(due.months_after(number_of(day), months)))


def suspended_days(row: Protocol, on: date) -> int:
    """How long an observation has suspended the delays, on a day; at most the time of the law."""
    if row.observed_on is None:
        return 0
    most = later_by_months(row.observed_on, thresholds.whole("ald.suspension_mois", row.observed_on))
    return (min(on, most) - row.observed_on).days


def resumes_on(row: Protocol) -> date | None:
    """The day on which suspended delays run again by themselves."""
    if row.state is not ProtocolState.MORE_ASKED or row.observed_on is None:
        return None
    return later_by_months(row.observed_on, thresholds.whole("ald.suspension_mois", row.observed_on))


def resume(row: Protocol, on: date) -> None:
    """The delays run again: both end later by what was suspended."""
    days = suspended_days(row, on)
    for name in ("opinion_by", "decide_by"):
        day = getattr(row, name)
        setattr(row, name, None if day is None else date.fromordinal(day.toordinal() + days))
    row.observed_on = None


def renewal_from(row: Protocol) -> date | None:
    """The first day on which a renewal is prepared."""
    if row.granted_until is None:
        return None
    return later_by_months(row.granted_until, -thresholds.whole("ald.renouvellement_mois", row.granted_until))


def standing(row: Protocol, on: date) -> str:
    """Where a protocol is on a day: its state, and for a granted one `upcoming`, `active`, `renewal_due`, `expired`."""
    if row.state is not ProtocolState.GRANTED or row.granted_from is None:
        return row.state.value
    if on < row.granted_from:
        return "upcoming"
    if row.granted_until is not None and on >= row.granted_until:
        return "expired"
    first = renewal_from(row)
    return "renewal_due" if first is not None and on >= first else "active"


def late(row: Protocol, on: date) -> bool:
    """Has the fund let its month pass? What its silence means is not decided here."""
    return row.state in OPEN and row.decide_by is not None and on > row.decide_by
