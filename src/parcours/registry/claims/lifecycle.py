"""The states of a claim: each change is an event that stays, and the state is the last of them."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.claims import problems
from parcours.registry.claims.models import NEXT, Claim, ClaimEvent, ClaimState
from parcours.registry.claims.words import STATES
from parcours.registry.store.bulk import insert_unless_known, insert_values
from parcours.registry.store.ids import new_id

EVENT = ("id", "claim_id", "number", "state", "day", "known_at", "why")


def move(session: Session, claim: Claim, state: ClaimState, *, day: date, at: datetime, why: str = "") -> None:
    """Change a claim, and keep that it changed. Raises Conflict: this state does not follow that one."""
    allowed = [one for one, after in NEXT.items() if state in after]
    if claim.state not in allowed:
        raise problems.claim_state(STATES[claim.state], states=[STATES[one] for one in allowed])
    claim.state = state
    if why:
        claim.reason = why
    note(session, claim, day=day, at=at, why=why)


def note(session: Session, claim: Claim, *, day: date, at: datetime, why: str = "") -> None:
    """Write down the state that a claim has now."""
    session.flush()
    count = select(func.count()).select_from(ClaimEvent).where(ClaimEvent.claim_id == claim.id)
    write(session, claim, (session.scalar(count) or 0) + 1, day=day, at=at, why=why)


def begin(session: Session, claim: Claim, *, day: date, at: datetime) -> bool:
    """Write a new claim, and the state in which it begins; False: its sheet is known."""
    if not insert_unless_known(session, claim, "sheet_key"):
        return False
    first = (new_id(), claim.id, 1, claim.state, day, at, "")
    insert_values(session, ClaimEvent, EVENT, [first])
    return True


def write(session: Session, claim: Claim, number: int, *, day: date, at: datetime, why: str) -> None:
    """Write one event of a claim."""
    session.add(ClaimEvent(claim_id=claim.id, number=number, state=claim.state, day=day, known_at=at, why=why))
    session.flush()


def first_day(session: Session, claim_id: str, state: ClaimState) -> date | None:
    """The first day on which a claim came to a state; None when it never did."""
    query = select(func.min(ClaimEvent.day)).where(ClaimEvent.claim_id == claim_id, ClaimEvent.state == state)
    return session.scalar(query)


def last_day(session: Session, claim_id: str, state: ClaimState) -> date | None:
    """The last day on which a claim came to a state; None when it never did."""
    query = select(func.max(ClaimEvent.day)).where(ClaimEvent.claim_id == claim_id, ClaimEvent.state == state)
    return session.scalar(query)


def history(session: Session, claim_id: str) -> list[ClaimEvent]:
    """What happened to a claim, in order."""
    return list(session.scalars(select(ClaimEvent).where(ClaimEvent.claim_id == claim_id).order_by(ClaimEvent.number)))
