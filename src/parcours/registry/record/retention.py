"""How long the clinical text of a record is kept, and its end: the text is destroyed, the trail of who looked stays.

The longest time applies: after the last contact, until a birthday, after death. An open dispute stops the clock.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.access.model import Who
from parcours.registry.audit.service import record as note
from parcours.registry.conciliation.models import Case, CaseState
from parcours.registry.people.models import Insured
from parcours.registry.record.context import Tag
from parcours.registry.record.models import (
    RecordAction,
    RecordActionNote,
    RecordDocument,
    RecordProject,
    RecordStatement,
)
from parcours.registry.referrals.models import Referral
from parcours.registry.store.clock import paris_date
from parcours.registry.visits.models import AnsweredVisit

TABLES = (RecordActionNote, RecordAction, RecordProject, RecordStatement, RecordDocument)
"""What is destroyed, what hangs on another first."""
YEARS, AGE, AFTER_DEATH = "dossier.conservation_annees", "dossier.conservation_age", "dossier.conservation_deces_annees"


@dataclass(frozen=True)
class Kept:
    """Until when the text of a record is kept, and why not less."""

    insured_id: str
    until: date
    frozen: bool
    """A dispute is open: it is not destroyed."""


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which something was written, seen or answered about somebody."""
    instants = [
        session.scalar(select(func.max(table.recorded_at)).where(table.insured_id == insured_id))
        for table in (RecordStatement, RecordDocument, RecordActionNote, RecordProject)
    ]
    days = [
        session.scalar(select(func.max(AnsweredVisit.care_date)).where(AnsweredVisit.insured_id == insured_id)),
        session.scalar(select(func.max(Referral.issued_on)).where(Referral.insured_id == insured_id)),
    ]
    found = [paris_date(one) for one in instants if isinstance(one, datetime)] + [one for one in days if one]
    return max(found, default=None)


def kept_until(session: Session, insured_id: str, on: date) -> Kept | None:
    """Until when the record of somebody is kept, by the law of a day; None: there is nothing."""
    last = last_contact(session, insured_id)
    if last is None:
        return None
    row = session.get_one(Insured, insured_id)
    ends = [
        thresholds.years_after(last, thresholds.whole(YEARS, on)),
        thresholds.years_after(row.birth_date, thresholds.whole(AGE, on)),
    ]
    if row.died_on is not None:
        ends.append(thresholds.years_after(row.died_on, thresholds.whole(AFTER_DEATH, on)))
    dispute = select(Case.id).where(Case.insured_id == insured_id, Case.state == CaseState.OPEN)
    return Kept(insured_id, max(ends), session.scalar(dispute.limit(1)) is not None)


def with_records(session: Session) -> list[str]:
    """Everybody of whom some clinical text is kept."""
    tables = (RecordStatement, RecordDocument, RecordProject)
    return sorted({one for table in tables for one in session.scalars(select(table.insured_id).distinct())})


def due_for_purge(session: Session, on: date) -> list[Kept]:
    """Whose record is past its time on a day; those that a dispute freezes are left out."""
    found = [kept_until(session, one, on) for one in with_records(session)]
    return [one for one in found if one is not None and not one.frozen and one.until <= on]


def purge(session: Session, who: Who, on: date) -> list[Kept]:
    """Destroy the clinical text of every record past its time; each is written in the trail, with how much it was."""
    found = due_for_purge(session, on)
    for one in found:
        counts = {}
        for table in TABLES:
            of_person = table.insured_id == one.insured_id
            counts[table.__tablename__] = session.scalar(select(func.count()).select_from(table).where(of_person)) or 0
            session.execute(delete(table).where(of_person))
        note(
            session, Tag.RECORD_PURGE, who, insured_id=one.insured_id, record=("patient", one.insured_id),
            details={name: count for name, count in counts.items() if count},
        )  # fmt: skip
    session.flush()
    return found
