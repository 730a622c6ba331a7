"""The claims and objections of a person on a day, as they were known on another (the two times of the registry)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Objection, ObjectionState
from parcours.registry.claims.objections import objections_of
from parcours.registry.store.clock import paris_date


@dataclass(frozen=True)
class ClaimThen:
    """A claim, and the state that it had."""

    claim: Claim
    state: ClaimState


def claims_then(session: Session, insured_id: str, on: date, at: datetime | None, *, limit: int) -> list[ClaimThen]:
    """Claims of a person that there were on a day, as known at an instant, the latest care first."""
    events = select(ClaimEvent).join(Claim, Claim.id == ClaimEvent.claim_id)
    events = events.where(Claim.insured_id == insured_id, Claim.care_date <= on, ClaimEvent.day <= on)
    if at is not None:
        events = events.where(ClaimEvent.known_at <= at)
    last = {one.claim_id: one.state for one in session.scalars(events.order_by(ClaimEvent.number))}
    query = select(Claim).where(Claim.id.in_(last)).order_by(Claim.care_date.desc(), Claim.id.desc()).limit(limit)
    return [ClaimThen(one, last[one.id]) for one in session.scalars(query)]


@dataclass(frozen=True)
class ObjectionThen:
    """An objection, the state that it had and the day of its answer, if it was given."""

    id: str
    filed_on: date
    ended_on: date | None
    state: ObjectionState


def objections_then(session: Session, insured_id: str, on: date, at: datetime | None) -> Sequence[ObjectionThen]:
    """Objections of a person that there were on a day, as known at an instant, newest first."""
    until = on if at is None else min(on, paris_date(at))
    return [then(one, until) for one in objections_of(session, insured_id) if one.filed_on <= until]


def then(row: Objection, until: date) -> ObjectionThen:
    """An objection on a day: open while its answer was not given."""
    ended = row.ended_on is not None and row.ended_on <= until
    return ObjectionThen(
        row.id, row.filed_on, row.ended_on if ended else None, row.state if ended else ObjectionState.OPEN
    )
