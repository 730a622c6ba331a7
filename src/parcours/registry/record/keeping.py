"""What the record itself says of how long it is kept: its last writing, and its end."""

from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from parcours.registry.record.models import (
    RecordAction,
    RecordActionNote,
    RecordDocument,
    RecordProject,
    RecordStatement,
)
from parcours.registry.store.clock import paris_date

TABLES = (RecordActionNote, RecordAction, RecordProject, RecordStatement, RecordDocument)
"""What is destroyed, what hangs on another first."""


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which something was written in the record of somebody."""
    instants = [
        session.scalar(select(func.max(table.recorded_at)).where(table.insured_id == insured_id))
        for table in (RecordStatement, RecordDocument, RecordActionNote, RecordProject)
    ]
    return max((paris_date(one) for one in instants if isinstance(one, datetime)), default=None)


def people(session: Session) -> set[str]:
    """Everybody of whom some clinical text is kept."""
    tables = (RecordStatement, RecordDocument, RecordProject)
    return {one for table in tables for one in session.scalars(select(table.insured_id).distinct())}


def destroy(session: Session, insured_id: str, _on: date) -> dict[str, int]:
    """Delete all of it."""
    counts = {}
    for table in TABLES:
        of_person = table.insured_id == insured_id
        counts[table.__tablename__] = session.scalar(select(func.count()).select_from(table).where(of_person)) or 0
        session.execute(delete(table).where(of_person))
    return counts
