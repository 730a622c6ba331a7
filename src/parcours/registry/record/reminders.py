"""Reminders of the record: an action that is due, a project to look at again, an emergency access nobody reviewed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law.prevention.codes import DueState
from parcours.registry.declarations.relations import in_charge
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import send_once
from parcours.registry.people.service import get_insured
from parcours.registry.prevention.reminders import addressees
from parcours.registry.prevention.service import profile_of
from parcours.registry.record.models import EmergencyAccess, RecordProject
from parcours.registry.record.projects import calendar
from parcours.registry.store.apart import apart
from parcours.registry.store.clock import paris_date

TOLD = (DueState.DUE, DueState.OVERDUE)


def remind(session: Session, at: datetime, failed: list[str] | None = None) -> list[Message]:
    """Everything that is to be told today, each once, each record apart; nothing in it says what it is about."""
    projects = select(RecordProject).where(RecordProject.ended_on.is_(None))
    projects = projects.order_by(RecordProject.insured_id, RecordProject.id)
    opened = select(EmergencyAccess).where(EmergencyAccess.verdict.is_(None), EmergencyAccess.review_due_at <= at)
    opened = opened.order_by(EmergencyAccess.review_due_at, EmergencyAccess.id)

    made = [
        *apart(session, session.scalars(projects), lambda row: actions_due(session, row, at), failed),
        *apart(session, session.scalars(projects), lambda row: review_due(session, row, at), failed),
        *apart(session, session.scalars(opened), lambda row: access_to_review(session, row, at), failed),
    ]
    return [one for one in made if one is not None]


def actions_due(session: Session, project: RecordProject, at: datetime) -> list[Message | None]:
    """To the person, an action that is due."""
    insured, today = get_insured(session, project.insured_id), paris_date(at)
    profile = profile_of(session, insured.id)
    if insured.died_on is not None or (profile is not None and profile.opted_out):
        return []
    bodies = [
        {"action": one.action.id, "since": one.since.isoformat(), "state": one.state.name.lower()}
        for one in calendar(session, insured.id, today)
        if one.state in TOLD and one.since is not None
    ]
    readers = addressees(session, insured, today) if bodies else []
    return [told(session, "follow_up", to, body, insured.id, at) for body in bodies for to in readers]


def review_due(session: Session, project: RecordProject, at: datetime) -> list[Message | None]:
    """To the médecin traitant, a project to look at again."""
    insured, today = get_insured(session, project.insured_id), paris_date(at)
    if insured.died_on is not None or project.review_on > today:
        return []
    body = {"project": project.id, "since": project.review_on.isoformat()}
    readers = list(session.scalars(in_charge(insured.id, today)))
    return [told(session, "project_review", to, body, insured.id, at) for to in readers]


def access_to_review(session: Session, row: EmergencyAccess, at: datetime) -> list[Message | None]:
    """To the médecin traitant, or to the person who has none: an emergency access past its time of review."""
    doctors = [one for one in session.scalars(in_charge(row.insured_id)) if one != row.professional_id]
    body = {"access": row.id, "since": paris_date(row.review_due_at).isoformat()}
    readers = doctors or [row.insured_id]
    return [told(session, "emergency_review", to, body, row.insured_id, at) for to in readers]


def told(
    session: Session, subject: str, to: str, body: dict[str, str], insured_id: str, at: datetime
) -> Message | None:
    """A message, once."""
    return send_once(
        session, MessageKind.NOTIFICATION, subject, to, body, at=at, day=paris_date(at), insured_id=insured_id
    )
