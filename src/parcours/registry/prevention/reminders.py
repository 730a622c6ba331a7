"""Reminders of prevention: one digest a person and month at most, at a decent hour where the person lives.

The state is computed again before each one, so that what was done, refused or set aside meanwhile is not reminded; a
step whose time is past is dropped, never sent in a row; a key kept with the reminder makes it the only one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.engine.prevention.calendar import Item
from parcours.law import thresholds
from parcours.law.days import number_of
from parcours.law.prevention.codes import DueState
from parcours.registry.directory.models import Commune
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.family import in_force
from parcours.registry.people.models import Insured, Kinship
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.prevention.models import PreventionReminder
from parcours.registry.prevention.service import calendar_of, profile_of
from parcours.registry.store.columns import blind_indexes
from parcours.rules import due

KEY_CONTEXT = "prevention_reminders.key"
STEPS = (0, 6, 12)
"""Months after the due day: the invitation, then two reminders; each stands until the next one."""
MORNING, EVENING = 8, 20
PARIS = "Europe/Paris"
ZONES = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
}  # fmt: skip
"""Time zone by département, where it is not that of Paris."""


@dataclass(frozen=True)
class Outcome:
    """What became of the reminders of one person: sent with how many items, or why not."""

    sent: int
    why: str = ""


def zone_of(session: Session, insured: Insured) -> ZoneInfo:
    """The time zone where a person lives."""
    department = session.scalar(select(Commune.department).where(Commune.code == insured.commune_code))
    return ZoneInfo(ZONES.get(department or "", PARIS))


def remind(session: Session, insured_id: str, at: datetime) -> Outcome:
    """Send a person what is due, once: the same call again sends nothing."""
    insured = get_insured(session, insured_id, lock=True)
    local = at.astimezone(zone_of(session, insured))
    profile = profile_of(session, insured.id)
    if profile is not None and profile.opted_out:
        return Outcome(0, "opted_out")
    if not MORNING <= local.hour < EVENING:
        return Outcome(0, "quiet_hours")
    if sent_this_month(session, insured.id, local.date()):
        return Outcome(0, "one_a_month")
    by_parent = addressees(session, insured, local.date()) != [insured.id]
    items = [one.item for one in calendar_of(session, insured.id, local.date(), by_parent=by_parent)]
    new = {}
    for item in items:
        keys = keys_of(insured.id, item, local.date()) if reminded(item) else []
        if keys and not known(session, insured.id, keys):
            new[keys[0]] = item
    if not new:
        return Outcome(0, "nothing_due")
    for key in new:
        session.add(PreventionReminder(insured_id=insured.id, key=key, sent_on=local.date(), sent_at=at))
    for recipient in addressees(session, insured, local.date()):
        send(
            session, MessageKind.NOTIFICATION, "prevention", recipient, {"text": "you_have_a_message"}, at=at,
            day=local.date(), insured_id=insured.id,
        )  # fmt: skip
    session.flush()
    return Outcome(len(new))


def addressees(session: Session, insured: Insured, on: date) -> list[str]:
    """The person from 16 on; below, everybody who acts for the child: both parents, when both are known."""
    if age_on(insured.birth_date, on) >= thresholds.age_of_choice(on):
        return [insured.id]
    query = select(Kinship.holder_id).where(Kinship.child_id == insured.id, in_force(on)).order_by(Kinship.holder_id)
    return list(session.scalars(query)) or [insured.id]


def reminded(item: Item) -> bool:
    """Is it worth a reminder: due, not optional, not something that one may only wish?"""
    return item.state in (DueState.DUE, DueState.OVERDUE) and not item.programme.optional


def step_of(item: Item, on: date) -> int:
    """The present step: the last one whose time has come."""
    since = number_of(item.since or on)
    return max(step for step in STEPS if due.months_after(since, step) <= max(number_of(on), since))


def keys_of(insured_id: str, item: Item, on: date) -> list[str]:
    """The one reminder of a person, a programme, a cycle and a step, under the newest key, then under older ones."""
    cycle = item.since.isoformat() if item.since else ""
    return blind_indexes(f"{insured_id}|{item.programme.id}|{cycle}|{step_of(item, on)}", KEY_CONTEXT)


def known(session: Session, insured_id: str, keys: list[str]) -> bool:
    """Was it sent already, under any key?"""
    query = select(PreventionReminder.id).where(
        PreventionReminder.insured_id == insured_id, PreventionReminder.key.in_(keys)
    )
    return session.scalar(query.limit(1)) is not None


def sent_this_month(session: Session, insured_id: str, on: date) -> bool:
    """Did a digest go out in the civil month?"""
    query = select(PreventionReminder.id).where(
        PreventionReminder.insured_id == insured_id, PreventionReminder.sent_on >= on.replace(day=1)
    )
    return session.scalar(query.limit(1)) is not None
