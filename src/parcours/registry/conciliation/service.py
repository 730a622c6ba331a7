"""Conciliation: a patient whom no doctor takes opens a case; the officer finds candidates, notes answers, closes.

Delays below are habits of this house (no text sets them): settings of the calls, with these defaults.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.registry.conciliation import problems
from parcours.registry.conciliation.models import (
    Case,
    CaseState,
    Contact,
    ContactOutcome,
    Outcome,
    Reminder,
    ReminderKind,
)
from parcours.registry.declarations.models import Declaration, State
from parcours.registry.declarations.timeline import as_of, get_declaration
from parcours.registry.declarations.words import STATES
from parcours.registry.directory.near import NearbyDoctor, doctors_near
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import not_found
from parcours.registry.people.service import affiliation_on, get_insured
from parcours.registry.store.clock import now_utc, paris_date, paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice

FIRST_CONTACT_DAYS = 7
ANSWER_DAYS = 10
CLOSING_DAYS = 45


def open_case(session: Session, insured_id: str, *, reason: str | None = None, at: datetime | None = None) -> Case:
    """A person without a médecin traitant asks their fund for help.

    Raises `Refused`: a médecin traitant is in force.
    Raises `Conflict`: a case is open already.
    """
    at = at or now_utc()
    today = paris_date(at)
    insured = get_insured(session, insured_id, lock=True)
    if (contract := as_of(session, insured.id, today)) is not None:
        raise problems.has_medecin_traitant(starts_on=contract.starts_on)
    if any(one.state is CaseState.OPEN for one in cases_of(session, insured.id)):
        raise problems.case_open()
    affiliation = affiliation_on(session, insured.id, today)
    if affiliation is None:
        raise problems.no_fund()
    case = Case(
        insured_id=insured.id,
        fund_code=affiliation.fund_code,
        opened_on=today,
        first_contact_due_on=today + timedelta(days=FIRST_CONTACT_DAYS),
        due_on=today + timedelta(days=CLOSING_DAYS),
        reason=reason,
        recorded_at=at,
    )
    session.add(case)
    try:
        session.flush()
    except IntegrityError as error:
        raise problems.case_open() from error
    _remind(session, case, ReminderKind.FIRST_CONTACT, case.first_contact_due_on)
    _remind(session, case, ReminderKind.CLOSING, case.due_on)
    return case


def candidates(
    session: Session, case_id: str, *, radius_km: float = 30, limit: int = 20, on: date | None = None
) -> list[NearbyDoctor]:
    """GPs near who accept new patients, nearest first, without those already asked."""
    case = get_case(session, case_id)
    insured = get_insured(session, case.insured_id)
    asked = {one.professional_id for one in contacts_of(session, case.id)}
    near = doctors_near(
        session, insured.commune_code, on=on or paris_today(), radius_km=radius_km, limit=limit + len(asked)
    )
    return [one for one in near if one.professional.id not in asked][:limit]


def contact(
    session: Session, case_id: str, professional_id: str, *, on: date | None = None, at: datetime | None = None
) -> Contact:
    """The officer asks a doctor; an answer is expected within ten days.

    Raises `Refused`: not a doctor, or no longer in activity.
    """
    at = at or now_utc()
    on = on or paris_date(at)
    case = _open_case(session, case_id)
    doctor = get_professional(session, professional_id)
    if doctor.profession != "medecin":
        raise problems.not_a_doctor(doctor.profession)
    require_active(doctor, on, "professional_id")
    row = Contact(case_id=case.id, professional_id=doctor.id, contacted_on=on, recorded_at=at)
    session.add(row)
    session.flush()
    _done(session, case.id, ReminderKind.FIRST_CONTACT, at)
    _remind(session, case, ReminderKind.ANSWER, row.contacted_on + timedelta(days=ANSWER_DAYS), row.id)
    return row


def answer(
    session: Session,
    contact_id: str,
    outcome: str,
    *,
    reason: str | None = None,
    on: date | None = None,
    at: datetime | None = None,
) -> Contact:
    """What the doctor answered: `accepted`, `refused` (with or without a reason), `no_answer`."""
    at = at or now_utc()
    row = get(session, Contact, contact_id, "contact_id")
    _open_case(session, row.case_id)
    row.outcome = check_choice("outcome", outcome, ContactOutcome)
    row.answered_on, row.reason = on or paris_date(at), reason
    _done(session, row.case_id, ReminderKind.ANSWER, at, row.id)
    session.flush()
    return row


def close(
    session: Session,
    case_id: str,
    outcome: str,
    *,
    declaration_id: str | None = None,
    at: datetime | None = None,
) -> Case:
    """Close a case; with `declaration`, the declaration of this person that is in force is named.

    Raises `Refused`: the declaration is not in force or is somebody else's.
    """
    at = at or now_utc()
    case = _open_case(session, case_id)
    chosen = check_choice("outcome", outcome, Outcome)
    declaration = _closing_declaration(session, case, chosen, declaration_id)
    case.outcome, case.state, case.closed_on = chosen, CaseState.CLOSED, paris_date(at)
    case.declaration_id = declaration.id if declaration else None
    for reminder in _reminders(session, case.id):
        reminder.done_at = at
    session.flush()
    return case


def get_case(session: Session, case_id: str) -> Case:
    """A case by public id."""
    return get(session, Case, case_id, "case_id")


def cases_of_fund(
    session: Session, fund_code: str, *, state: str = "open", after: str | None = None, limit: int = 100
) -> list[Case]:
    """Cases of a fund, the most pressing first; pages by `after` (last id)."""
    wanted = check_choice("state", state, CaseState)
    query = select(Case).where(Case.fund_code == fund_code, Case.state == wanted)
    if after:
        due = session.scalar(select(Case.due_on).where(Case.id == after))
        query = query.where((Case.due_on > due) | ((Case.due_on == due) & (Case.id > after)))
    return listed(session, query.order_by(Case.due_on, Case.id).limit(limit))


def count_open(session: Session, fund_code: str, day: date) -> tuple[int, int]:
    """How many cases of a fund are open, and how many of them are past their day."""
    late = func.count().filter(Case.due_on < day)
    query = select(func.count(), late).where(Case.fund_code == fund_code, Case.state == CaseState.OPEN)
    found = session.execute(query).one()
    return found[0], found[1]


def cases_of(session: Session, insured_id: str) -> list[Case]:
    """Cases of a person, newest first."""
    return listed(session, select(Case).where(Case.insured_id == insured_id).order_by(Case.opened_on.desc(), Case.id))


def contacts_of(session: Session, case_id: str) -> list[Contact]:
    """Doctors asked, in order."""
    return listed(session, select(Contact).where(Contact.case_id == case_id).order_by(Contact.contacted_on, Contact.id))


def reminders_due(session: Session, on: date | None = None, *, fund_code: str | None = None) -> list[Reminder]:
    """What is due on a day and not done, oldest first."""
    query = (
        select(Reminder)
        .join(Case, Case.id == Reminder.case_id)
        .where(Reminder.done_at.is_(None), Reminder.due_on <= (on or paris_today()))
        .order_by(Reminder.due_on, Reminder.id)
    )
    if fund_code is not None:
        query = query.where(Case.fund_code == fund_code)
    return list(session.scalars(query))


def _closing_declaration(
    session: Session, case: Case, outcome: Outcome, declaration_id: str | None
) -> Declaration | None:
    if (outcome is Outcome.DECLARATION) != (declaration_id is not None):
        raise problems.closing_declaration()
    if declaration_id is None:
        return None
    declaration = get_declaration(session, declaration_id)
    if declaration.insured_id != case.insured_id:
        raise not_found("declaration_id")
    if declaration.state is not State.IN_FORCE:
        raise problems.declaration_not_in_force(STATES[declaration.state])
    return declaration


def _open_case(session: Session, case_id: str) -> Case:
    case = get_case(session, case_id)
    get_insured(session, case.insured_id, lock=True)
    session.refresh(case)
    if case.state is not CaseState.OPEN:
        raise problems.case_closed()
    return case


def _remind(session: Session, case: Case, kind: ReminderKind, due_on: date, contact_id: str | None = None) -> None:
    session.add(Reminder(case_id=case.id, contact_id=contact_id, kind=kind, due_on=due_on))
    session.flush()


def _reminders(session: Session, case_id: str) -> list[Reminder]:
    return list(session.scalars(select(Reminder).where(Reminder.case_id == case_id, Reminder.done_at.is_(None))))


def _done(session: Session, case_id: str, kind: ReminderKind, at: datetime, contact_id: str | None = None) -> None:
    for reminder in _reminders(session, case_id):
        if reminder.kind is kind and (contact_id is None or reminder.contact_id == contact_id):
            reminder.done_at = at
