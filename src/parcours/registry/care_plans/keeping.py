"""For how long the content of a plan is kept: what counts as a contact, and its end."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.care_plans.models import CarePlan


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which a plan of somebody began."""
    return session.scalar(select(func.max(CarePlan.starts_on)).where(CarePlan.insured_id == insured_id))


def people(session: Session) -> list[str]:
    """Everybody of whom the content of a plan is kept."""
    return list(session.scalars(select(CarePlan.insured_id).where(CarePlan.destroyed_on.is_(None)).distinct()))


def destroy(session: Session, insured_id: str, on: date) -> dict[str, int]:
    """Empty every plan of a person; that there was one, with whom and until when, stays."""
    query = select(CarePlan).where(CarePlan.insured_id == insured_id, CarePlan.destroyed_on.is_(None))
    plans = list(session.scalars(query))
    for plan in plans:
        plan.content, plan.ald_number, plan.destroyed_on = "", None, on
    session.flush()
    return {CarePlan.__tablename__: len(plans)}
