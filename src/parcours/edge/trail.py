"""Who looked at somebody's data, in the words that this person may know: for every face."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.edge.unit import Unit
from parcours.registry.access.model import Role
from parcours.registry.accounts.models import Account, App
from parcours.registry.audit import service as audit
from parcours.registry.audit.models import AuditEvent
from parcours.registry.contexts import withheld
from parcours.registry.directory.models import Fund, Professional
from parcours.registry.store.ids import parse_id

PRACTICE = (Role.DOCTOR.value, Role.DELEGATE.value)
YOURSELF = "yourself"


@dataclass(frozen=True)
class Access:
    """One access, and who it was."""

    row: AuditEvent
    by: str | None
    """The professional, the fund or `yourself`; never an officer's name, nor `yourself` for what an application did."""
    account: str | None
    """The name of the account that acted for that professional, else its id."""
    app: str | None
    """The name of the application that acted for them."""


def accesses(unit: Unit, insured_id: str, *, before: AuditEvent | None = None, limit: int = 50) -> list[Access]:
    """Everything that was read or changed about a person, newest first; not what a minor keeps from who looks."""
    for_oneself = unit.actor.role is not Role.INSURED or unit.actor.insured_id == insured_id
    hidden = frozenset() if for_oneself else withheld(unit.session, insured_id)
    place = (before.occurred_at, before.id) if before else None
    rows = audit.events_of_insured(unit.session, insured_id, before=place, limit=limit, hidden=hidden)
    return [access_of(unit, row) for row in rows]


def access_of(unit: Unit, row: AuditEvent) -> Access:
    """One event, in words."""
    app = app_of(unit.session, row)
    return Access(row, label(unit, row, by_app=app is not None), account_of(unit.session, row), app)


def app_of(session: Session, row: AuditEvent) -> str | None:
    """The application that acted for somebody, by name: what it does is not what they did."""
    key = parse_id(json.loads(row.details).get("app", ""))
    app = session.get(App, key) if key else None
    return app.name if app else None


def label(unit: Unit, row: AuditEvent, *, by_app: bool) -> str | None:
    """Whom the insured person may know of: the professional by name, the fund by name, oneself."""
    if row.actor_id is not None and row.actor_id == unit.actor.account_id:
        return None if by_app else YOURSELF
    if row.role in PRACTICE and row.acting_for:
        doctor = unit.session.get(Professional, row.acting_for)
        return f"{doctor.first_name} {doctor.family_name}" if doctor else None
    if row.acting_for:
        return unit.session.scalar(select(Fund.name).where(Fund.code == row.acting_for))
    return None


def account_of(session: Session, row: AuditEvent) -> str | None:
    """Who really acted in the role of a professional: not the name that the role borrows."""
    if row.role not in PRACTICE or row.actor_id is None:
        return None
    account = session.get(Account, row.actor_id)
    return (account.display_name if account else "") or row.actor_id
