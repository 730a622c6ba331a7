"""State, correct and read the synthesis: three different things are *filled*, *nothing known* and *not asked*."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law.days import number_of
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import not_found
from parcours.registry.people.models import Insured
from parcours.registry.people.service import get_insured
from parcours.registry.record import problems
from parcours.registry.record.models import Origin, RecordStatement, Section, Status
from parcours.registry.store.clock import now_utc, paris_date, paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice
from parcours.rules import due

STALE_MONTHS = 24
"""A line that nobody confirmed for so long is marked."""
IN_EMERGENCY = (
    Section.PROBLEMS, Section.ALLERGIES, Section.VIGILANCE, Section.TREATMENT, Section.DEVICES, Section.DIRECTIVES,
)  # fmt: skip
"""What a doctor without a relation reads in an emergency."""


@dataclass(frozen=True)
class NewStatement:
    """What is stated."""

    section: str
    status: str = "active"
    text: str = ""
    origin: str = "entered"
    stated_on: date | None = None
    corrects: str | None = None


@dataclass(frozen=True)
class SectionState:
    """A section of the synthesis."""

    section: Section
    state: str
    """`filled`, `nothing_known`, `not_asked`."""
    lines: tuple[RecordStatement, ...]
    since: date | None
    """Of *nothing known*: the day it was said."""


def writable(session: Session, insured_id: str) -> Insured:
    """A person whose record may be written. Raises `Refused`: the person died."""
    insured = get_insured(session, insured_id, lock=True)
    if insured.died_on is not None:
        raise problems.dead()
    return insured


def state(
    session: Session, insured_id: str, author_id: str, new: NewStatement, *, at: datetime | None = None
) -> RecordStatement:
    """Add a statement, or the correction of one: what was said before stays in the history."""
    at = at or now_utc()
    insured = writable(session, insured_id)
    author = get_professional(session, author_id)
    require_active(author, paris_date(at), "author_id")
    section, status = check_choice("section", new.section, Section), check_choice("status", new.status, Status)
    if bool(new.text) == (status is Status.NOTHING_KNOWN):
        raise problems.needs_text()
    before = None if new.corrects is None else get(session, RecordStatement, new.corrects, "corrects")
    if before is not None:
        check_correction(session, before, insured.id, section)
    row = RecordStatement(
        insured_id=insured.id,
        section=section,
        status=status,
        text=new.text,
        origin=check_choice("origin", new.origin, Origin),
        author_id=author.id,
        stated_on=new.stated_on or paris_date(at),
        corrects_id=before.id if before else None,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def check_correction(session: Session, before: RecordStatement, insured_id: str, section: Section) -> None:
    """A correction is of the same person and section, and of a line not yet corrected."""
    if before.insured_id != insured_id:
        raise not_found("corrects")
    if before.section is not section:
        raise problems.other_section(section.value, section=before.section.value)
    if session.scalar(select(RecordStatement.id).where(RecordStatement.corrects_id == before.id).limit(1)):
        raise problems.already_corrected()


def history_of(session: Session, insured_id: str) -> list[RecordStatement]:
    """Everything that was stated, oldest first."""
    query = select(RecordStatement).where(RecordStatement.insured_id == insured_id)
    return listed(session, query.order_by(RecordStatement.recorded_at, RecordStatement.id))


def last_author(session: Session, insured_id: str) -> str | None:
    """Who stated something last."""
    rows = history_of(session, insured_id)
    return rows[-1].author_id if rows else None


def written_by(session: Session, insured_id: str, professional_id: str) -> list[RecordStatement]:
    """What one professional stated."""
    return [row for row in history_of(session, insured_id) if row.author_id == professional_id]


def synthesis(session: Session, insured_id: str, sections: tuple[Section, ...] = tuple(Section)) -> list[SectionState]:
    """The synthesis of the day: what holds now, section by section."""
    rows = history_of(session, insured_id)
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    current = [row for row in rows if row.id not in replaced]
    return [section_of(section, [row for row in current if row.section is section]) for section in sections]


def section_of(section: Section, rows: list[RecordStatement]) -> SectionState:
    """What a section says: its lines; that nothing is known, on a day; or that nobody asked."""
    lines = tuple(row for row in rows if row.status is Status.ACTIVE)
    if lines:
        return SectionState(section, "filled", lines, None)
    nothing = [row for row in rows if row.status is Status.NOTHING_KNOWN]
    if nothing:
        return SectionState(section, "nothing_known", (), max(row.stated_on for row in nothing))
    return SectionState(section, "not_asked", (), None)


def is_stale(row: RecordStatement, on: date | None = None) -> bool:
    """Was it stated too long ago to go without a confirmation?"""
    return due.months_after(number_of(row.stated_on), STALE_MONTHS) <= number_of(on or paris_today())
