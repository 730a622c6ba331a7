"""What claims say of how long clinical text is kept: care that was billed is a contact, an objection a dispute."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from parcours.registry.claims.models import Claim, Objection, ObjectionState


def last_care(session: Session, insured_id: str) -> date | None:
    """The last day on which care of somebody was billed."""
    return session.scalar(select(func.max(Claim.care_date)).where(Claim.insured_id == insured_id))


def disputed(session: Session, insured_id: str, on: date) -> bool:
    """Does an objection wait for its answer, or may it still go to the court?"""
    query = select(Objection.id).where(
        Objection.insured_id == insured_id, or_(Objection.state == ObjectionState.OPEN, Objection.court_by >= on)
    )
    return session.scalar(query.limit(1)) is not None
