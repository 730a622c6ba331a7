"""A doctor leaves: what ends declarations is proposed to each fund concerned, decided there, and can be undone.

Who writes the directory knows that a doctor leaves; whether the people of a fund lose their médecin traitant is for a
person of that fund to say. The day is bounded in the past (`PARCOURS_DEPARTURE_DAYS`).
"""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.declarations import problems
from parcours.registry.declarations.models import Departure, DepartureState, EndReason, State, Tenure
from parcours.registry.declarations.moves import leave_practices, reason_of_move
from parcours.registry.declarations.service import depart
from parcours.registry.declarations.timeline import end_tenure, get_declaration, history, patients_of
from parcours.registry.declarations.words import DEPARTURES
from parcours.registry.directory.models import Practice, Professional
from parcours.registry.directory.service import get_professional, main_practice
from parcours.registry.people.service import affiliation_on
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.ids import get, parse_id
from parcours.registry.store.periods import known, replace

DAYS_VARIABLE = "PARCOURS_DEPARTURE_DAYS"
_DEFAULT_DAYS = 90
_MOST_DAYS = 366


@dataclass(frozen=True)
class Leaving:
    """Who leaves, why, on which day, and where to."""

    professional_id: str
    reason: str
    on: date
    new_organisation_id: str | None = None


def longest_past() -> int:
    """How many days ago a departure may be at most. Raises `Misconfigured`."""
    text = os.environ.get(DAYS_VARIABLE, str(_DEFAULT_DAYS))
    if not text.isascii() or not text.isdigit() or int(text) > _MOST_DAYS:
        raise problems.departure_days(text[:20], variable=DAYS_VARIABLE, most=_MOST_DAYS)
    return int(text)


def announce(session: Session, leaving: Leaving, *, by: str | None, at: datetime | None = None) -> list[Departure]:
    """Propose a departure to the funds whose people it would leave; done at once where it ends nothing.

    Raises `Invalid`: unknown reason, no new place, a day too long ago. Raises `Conflict`: proposed already.
    """
    at = at or now_utc()
    doctor = get_professional(session, leaving.professional_id)
    _check(leaving, paris_date(at))
    funds = {} if _ends_nothing(session, doctor, leaving) else concerned(session, doctor.id, paris_date(at))
    if not funds:
        depart(
            session, doctor.id, reason=leaving.reason, on=leaving.on, new_organisation_id=leaving.new_organisation_id,
            at=at,
        )  # fmt: skip
        return []
    pending = select(Departure.id).where(
        Departure.professional_id == doctor.id, Departure.state == DepartureState.PROPOSED
    )
    if session.scalar(pending.limit(1)) is not None:
        raise problems.departure_proposed()
    rows = [
        Departure(
            professional_id=doctor.id, reason=leaving.reason, leaves_on=leaving.on, fund_code=fund,
            new_organisation_id=leaving.new_organisation_id and parse_id(leaving.new_organisation_id),
            declarations=count, proposed_by=by, proposed_at=at,
        )
        for fund, count in sorted(funds.items())
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def concerned(session: Session, professional_id: str, on: date) -> Counter[str]:
    """How many people of each fund have this doctor as médecin traitant."""
    funds = (affiliation_on(session, one.insured_id, on) for one in patients_of(session, professional_id))
    return Counter(one.fund_code for one in funds if one is not None)


def confirm(session: Session, departure: Departure, *, by: str | None, at: datetime | None = None) -> list[Tenure]:
    """As the fund concerned: the doctor leaves its people; the tenures that ended. Raises `Conflict`: decided."""
    at = at or now_utc()
    _require(departure, DepartureState.PROPOSED)
    doctor = get_professional(session, departure.professional_id)
    if not _in_directory(session, departure):
        end_reason = leave_practices(
            session, doctor, reason=departure.reason, on=departure.leaves_on,
            new_organisation_id=departure.new_organisation_id, at=at,
        )  # fmt: skip
    else:
        end_reason = _reason(departure)
    ended = [
        end_tenure(session, tenure, max(departure.leaves_on, tenure.starts_on), end_reason, at)
        for tenure in patients_of(session, doctor.id, lock=True)
        if _fund_of(session, tenure, at) == departure.fund_code
    ]
    _decide(session, departure, DepartureState.CONFIRMED, by, at)
    return ended


def refuse(session: Session, departure: Departure, *, by: str | None, at: datetime | None = None) -> None:
    """As the fund concerned: its people keep their médecin traitant. Raises `Conflict`: decided."""
    _require(departure, DepartureState.PROPOSED)
    _decide(session, departure, DepartureState.REFUSED, by, at or now_utc())


def undo(session: Session, departure: Departure, *, by: str | None, at: datetime | None = None) -> list[Tenure]:
    """It was a mistake: the tenures that it ended go on, up to a later one. Raises `Conflict`: it was not confirmed."""
    at = at or now_utc()
    _require(departure, DepartureState.CONFIRMED)
    _decide(session, departure, DepartureState.UNDONE, by, at)
    if not _in_directory(session, departure):
        _return_to_practices(session, departure, at)
    ended = select(Tenure).where(
        Tenure.professional_id == departure.professional_id, known(Tenure), Tenure.end_reason == _reason(departure)
    )
    return [
        _resume(session, tenure, at)
        for tenure in session.scalars(ended.order_by(Tenure.insured_id)).all()
        if tenure.ends_on == max(departure.leaves_on, tenure.starts_on)
        and _fund_of(session, tenure, at) == departure.fund_code
    ]


def get_departure(session: Session, departure_id: str) -> Departure:
    """A departure by public id."""
    return get(session, Departure, departure_id, "departure_id")


def departures_of(session: Session, fund_code: str) -> list[Departure]:
    """What was proposed to a fund, the newest first."""
    query = select(Departure).where(Departure.fund_code == fund_code)
    return list(session.scalars(query.order_by(Departure.proposed_at.desc(), Departure.id).limit(100)))


def _check(leaving: Leaving, today: date) -> None:
    if leaving.reason not in {"retired", "deceased", "moved"}:
        raise problems.departure_reason(leaving.reason)
    first = today - timedelta(days=longest_past())
    if leaving.on < first:
        raise problems.departure_long_ago(leaving.on, first=first)


def _ends_nothing(session: Session, doctor: Professional, leaving: Leaving) -> bool:
    """A move inside the département ends no tenure; what is wrong with one is said when it is done."""
    if leaving.reason != "moved":
        return False
    old = main_practice(session, doctor.id, leaving.on)
    if old is None or leaving.new_organisation_id is None:
        return True
    return reason_of_move(session, old.organisation_id, leaving.new_organisation_id) is EndReason.MOVED


def _in_directory(session: Session, departure: Departure) -> bool:
    """Has another fund confirmed the same departure: has the doctor left the directory?"""
    query = select(Departure.id).where(
        Departure.professional_id == departure.professional_id, Departure.leaves_on == departure.leaves_on,
        Departure.state == DepartureState.CONFIRMED, Departure.id != departure.id,
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _reason(departure: Departure) -> EndReason:
    return EndReason.MOVED_DEPARTEMENT if departure.reason == "moved" else EndReason(departure.reason)


def _fund_of(session: Session, tenure: Tenure, at: datetime) -> str | None:
    affiliation = affiliation_on(session, tenure.insured_id, paris_date(at))
    return affiliation.fund_code if affiliation else None


def _require(departure: Departure, state: DepartureState) -> None:
    if departure.state is not state:
        raise problems.departure_decided(DEPARTURES[departure.state], state=DEPARTURES[state])


def _decide(session: Session, departure: Departure, state: DepartureState, by: str | None, at: datetime) -> None:
    departure.state, departure.decided_by, departure.decided_at = state, by, at
    session.flush()


def _return_to_practices(session: Session, departure: Departure, at: datetime) -> None:
    """The directory as before: the practices that ended that day go on; the one of a move never began."""
    doctor = get_professional(session, departure.professional_id)
    doctor.ceased_on = None
    practices = select(Practice).where(Practice.professional_id == doctor.id, known(Practice))
    for practice in session.scalars(practices).all():
        if practice.ends_on == departure.leaves_on:
            replace(session, practice, at, ends_on=None)
        elif departure.reason == "moved" and practice.starts_on == departure.leaves_on:
            practice.superseded_at = max(at, practice.recorded_at)
    session.flush()


def _resume(session: Session, tenure: Tenure, at: datetime) -> Tenure:
    later = [one for one in history(session, tenure.insured_id) if one.starts_on >= (tenure.ends_on or date.max)
             and one.id != tenure.id and one.starts_on != one.ends_on]  # fmt: skip
    if later:
        return tenure  # the person has chosen since: that choice stands
    resumed = replace(session, tenure, at, ends_on=None, end_reason=None, end_code=None)
    get_declaration(session, tenure.declaration_id).state = State.IN_FORCE
    session.flush()
    return resumed
