"""For how long what was said of prevention is kept: what counts as a contact, and its end."""

from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from parcours.registry.prevention.models import PreventionProfile, PreventionReminder, PreventionStatement
from parcours.registry.store.clock import paris_date

TABLES = (PreventionStatement, PreventionProfile, PreventionReminder)


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which something was said of the prevention of somebody."""
    query = select(func.max(PreventionStatement.recorded_at)).where(PreventionStatement.insured_id == insured_id)
    found = session.scalar(query)
    return None if found is None else paris_date(found)


def people(session: Session) -> set[str]:
    """Everybody of whom something is kept."""
    return {one for table in TABLES for one in session.scalars(select(table.insured_id).distinct())}


def destroy(session: Session, insured_id: str, _on: date) -> dict[str, int]:
    """Delete all of it."""
    counts = {}
    for table in TABLES:
        of_person = table.insured_id == insured_id
        counts[table.__tablename__] = session.scalar(select(func.count()).select_from(table).where(of_person)) or 0
        session.execute(delete(table).where(of_person))
    return counts
