"""Who looked: the trail of a person for that person, the trail of the accounts for administrators."""

from datetime import datetime

from pydantic import Field
from sqlalchemy import select

from parcours.api.common import LISTING, READING, Cursor, Id, Limit, Out, Page, api_router, page
from parcours.edge import refusals
from parcours.edge.depends import ReadUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.registry.access.model import SYSTEM, Role, source_of
from parcours.registry.accounts.models import Account
from parcours.registry.audit import service as audit
from parcours.registry.audit.context import Action
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.contexts import Tag
from parcours.registry.directory.models import Fund, Professional
from parcours.registry.people.context import PATIENT
from parcours.registry.referrals.service import withheld_ids
from parcours.registry.store.ids import parse_id

router = api_router(tag="audit")

_PRACTICE = (Role.DOCTOR.value, Role.DELEGATE.value)


class AccessOut(Out):
    """One access to a person's data."""

    id: str
    occurred_at: datetime
    event: Tag
    role: str | None = Field(description="In which role; none for a command on the server.")
    by: str | None = Field(description="The professional, the fund or “yourself”; never an officer's name.")
    account: str | None = Field(description="The name of the account that acted for that professional, else its id.")
    record_kind: str | None
    record_id: str | None
    why: str = Field(description="The rule that allowed it, or why it was refused.")


@router.get("/people/{patient_id}/accesses", responses=problems(*READING))
def list_accesses(patient_id: Id, unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[AccessOut]:
    """Everything that was read or changed about a person, newest first: who, when, what and why."""
    record = unit.find(PATIENT, patient_id, Action.READ_TRAIL, AuditTag.AUDIT_READ)
    before = _place(unit, cursor, of=record.insured_id)
    insured_id = record.insured_id or ""
    for_oneself = unit.actor.role is not Role.INSURED or unit.actor.insured_id == insured_id
    hidden = frozenset() if for_oneself else withheld_ids(unit.session, insured_id)
    rows = audit.events_of_insured(unit.session, insured_id, before=before, limit=limit + 1, hidden=hidden)
    items = [_access(unit, row) for row in rows]
    return Page[AccessOut](**page(items, limit, lambda one: one.id))


class TrailOut(Out):
    """One event of the accounts, by opaque ids."""

    id: str
    occurred_at: datetime
    event: Tag
    actor_kind: str
    actor_id: str | None
    role: str | None
    record_kind: str | None
    record_id: str | None
    why: str


@router.get("/audit/accounts", responses=problems(*LISTING))
def list_account_events(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[TrailOut]:
    """The trail of the accounts and of refused accesses, newest first, without any health data."""
    unit.allow(Action.READ_ACCOUNT_TRAIL, SYSTEM, AuditTag.AUDIT_READ)
    rows = audit.events(unit.session, sources=("accounts", "access"), before=_place(unit, cursor), limit=limit + 1)
    items = [
        TrailOut(
            id=row.id, occurred_at=row.occurred_at, event=row.tag, actor_kind=row.actor_kind, actor_id=row.actor_id,
            role=row.role, record_kind=row.record_kind, why=row.why,
            record_id=row.record_id if source_of(row.tag) == "accounts" else None,
        )
        for row in rows
    ]  # fmt: skip
    return Page[TrailOut](**page(items, limit, lambda one: one.id))


def _access(unit: Unit, row: AuditEvent) -> AccessOut:
    return AccessOut(
        id=row.id, occurred_at=row.occurred_at, event=row.tag, role=row.role, by=_label(unit, row),
        account=_account(unit, row), record_kind=row.record_kind, record_id=row.record_id, why=row.why,
    )  # fmt: skip


def _label(unit: Unit, row: AuditEvent) -> str | None:
    """Whom the insured person may know of: the professional by name, the fund by name, oneself."""
    if row.actor_id is not None and row.actor_id == unit.actor.account_id:
        return "yourself"
    if row.role in _PRACTICE and row.acting_for:
        doctor = unit.session.get(Professional, row.acting_for)
        return f"{doctor.first_name} {doctor.family_name}" if doctor else None
    if row.acting_for:
        return unit.session.scalar(select(Fund.name).where(Fund.code == row.acting_for))
    return None


def _account(unit: Unit, row: AuditEvent) -> str | None:
    """Who really acted in the role of a professional: not the name that the role borrows."""
    if row.role not in _PRACTICE or row.actor_id is None:
        return None
    account = unit.session.get(Account, row.actor_id)
    return (account.display_name if account else "") or row.actor_id


def _place(unit: Unit, cursor: str | None, *, of: str | None = None) -> tuple[datetime, str] | None:
    """Where a page starts: after the event whose id the cursor holds; an event of another person is none."""
    if cursor is None:
        return None
    row = unit.session.get(AuditEvent, parse_id(cursor)) if parse_id(cursor) else None
    if row is None or (of is not None and row.insured_id != of):
        raise refusals.bad_cursor()
    return row.occurred_at, row.id
