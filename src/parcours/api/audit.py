"""Who looked: the trail of a person for that person, the trail of the accounts for administrators."""

from datetime import datetime

from pydantic import Field

from parcours.api.common import LISTING, READING, Cursor, Id, Limit, Out, Page, api_router, page
from parcours.edge import refusals, trail
from parcours.edge.depends import ReadUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.registry.access.model import SYSTEM, source_of
from parcours.registry.audit import service as audit
from parcours.registry.audit.context import Action
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.contexts import Tag
from parcours.registry.people.context import PATIENT
from parcours.registry.store.ids import parse_id

router = api_router(tag="audit")


class AccessOut(Out):
    """One access to a person's data."""

    id: str
    occurred_at: datetime
    event: Tag
    role: str | None = Field(description="In which role; none for a command on the server.")
    by: str | None = Field(description="The professional, the fund or “yourself”; never an officer's name.")
    account: str | None = Field(description="The name of the account that acted for that professional, else its id.")
    app: str | None = Field(description="The application that acted for them, when one did.")
    record_kind: str | None
    record_id: str | None
    why: str = Field(description="The rule that allowed it, or why it was refused.")


@router.get("/people/{patient_id}/accesses", responses=problems(*READING))
def list_accesses(patient_id: Id, unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[AccessOut]:
    """Everything that was read or changed about a person, newest first: who, when, what and why."""
    record = unit.find(PATIENT, patient_id, Action.READ_TRAIL, AuditTag.AUDIT_READ)
    before = _place(unit, cursor, of=record.insured_id)
    rows = trail.accesses(unit, record.insured_id or "", before=before, limit=limit + 1)
    items = [_access(one) for one in rows]
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
    after = _place(unit, cursor)
    place = (after.occurred_at, after.id) if after else None
    rows = audit.events(unit.session, sources=("accounts", "access"), before=place, limit=limit + 1)
    items = [
        TrailOut(
            id=row.id, occurred_at=row.occurred_at, event=row.tag, actor_kind=row.actor_kind, actor_id=row.actor_id,
            role=row.role, record_kind=row.record_kind, why=row.why,
            record_id=row.record_id if source_of(row.tag) == "accounts" else None,
        )
        for row in rows
    ]  # fmt: skip
    return Page[TrailOut](**page(items, limit, lambda one: one.id))


def _access(one: trail.Access) -> AccessOut:
    row = one.row
    return AccessOut(
        id=row.id, occurred_at=row.occurred_at, event=row.tag, role=row.role, by=one.by,
        account=one.account, app=one.app, record_kind=row.record_kind, record_id=row.record_id, why=row.why,
    )  # fmt: skip


def _place(unit: Unit, cursor: str | None, *, of: str | None = None) -> AuditEvent | None:
    """Where a page starts: after the event whose id the cursor holds; an event of another person is none."""
    if cursor is None:
        return None
    row = unit.session.get(AuditEvent, parse_id(cursor)) if parse_id(cursor) else None
    if row is None or (of is not None and row.insured_id != of):
        raise refusals.bad_cursor()
    return row
