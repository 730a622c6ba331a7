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
from parcours.registry.store.clock import paris_date

TOLD = (DueState.DUE, DueState.OVERDUE)


def remind(session: Session, at: datetime) -> list[Message]:
    """Everything that is to be told today, each once; nothing in it says what it is about."""
    return [*follow_up(session, at), *reviews(session, at)]


def follow_up(session: Session, at: datetime) -> list[Message]:
    """To the person, an action that is due; to the médecin traitant, a project to look at again."""
    today, made = paris_date(at), []
    query = select(RecordProject).where(RecordProject.ended_on.is_(None))
    for project in session.scalars(query.order_by(RecordProject.insured_id, RecordProject.id)):
        insured = get_insured(session, project.insured_id)
        if insured.died_on is not None:
            continue
        profile = profile_of(session, insured.id)
        quiet = profile is not None and profile.opted_out
        for one in () if quiet else calendar(session, insured.id, today):
            if one.state in TOLD and one.since is not None:
                body = {"action": one.action.id, "since": one.since.isoformat(), "state": one.state.name.lower()}
                made += [
                    told(session, "follow_up", to, body, insured.id, at) for to in addressees(session, insured, today)
                ]
        if project.review_on <= today:
            body = {"project": project.id, "since": project.review_on.isoformat()}
            made += [
                told(session, "project_review", to, body, insured.id, at)
                for to in session.scalars(in_charge(insured.id, today))
            ]
    return [one for one in made if one is not None]


def reviews(session: Session, at: datetime) -> list[Message]:
    """To the médecin traitant, or to the person who has none: an emergency access past its time of review."""
    query = select(EmergencyAccess).where(EmergencyAccess.verdict.is_(None), EmergencyAccess.review_due_at <= at)
    made = []
    for row in session.scalars(query.order_by(EmergencyAccess.review_due_at, EmergencyAccess.id)):
        doctors = [one for one in session.scalars(in_charge(row.insured_id)) if one != row.professional_id]
        body = {"access": row.id, "since": paris_date(row.review_due_at).isoformat()}
        readers = doctors or [row.insured_id]
        made += [told(session, "emergency_review", to, body, row.insured_id, at) for to in readers]
    return [one for one in made if one is not None]


def told(
    session: Session, subject: str, to: str, body: dict[str, str], insured_id: str, at: datetime
) -> Message | None:
    """A message, once."""
    return send_once(
        session, MessageKind.NOTIFICATION, subject, to, body, at=at, day=paris_date(at), insured_id=insured_id
    )
