"""What the trail says of itself: who looked, what was refused."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Shared
from parcours.registry.audit.models import AuditEvent, AuditHead
from parcours.registry.audit.seals import resign
from parcours.registry.store import installation
from parcours.registry.store.installation import Installation


class Action(model.Action):
    """Reading the trail."""

    READ_TRAIL = "read_trail"
    READ_ACCOUNT_TRAIL = "read_account_trail"


class Scope(model.Scope):
    """What a program may ask of the trail."""

    AUDIT_READ = "audit:read"


class Tag(model.Tag):
    """Accesses as such."""

    ACCESS_REFUSE = "access:record:refuse"
    ACCESS_REPEAT = "access:reply:repeat"
    """An answer given before, given again to a repeated request: read once more."""
    ACCESS_EXPLAIN = "access:decision:explain"
    AUDIT_READ = "audit:trail:read"
    AUDIT_ARCHIVE = "audit:trail:archive"
    """What was past its time was taken out of the database, into a sealed archive."""
    AUDIT_ACCEPT = "audit:trail:accept"
    """After an inquiry: why the trail goes on although something of it is wrong."""


_SHOWN = ("occurred_at", "tag", "role", "acting_for", "record_kind", "record_id", "why")


def _export(session: Session, insured_id: str) -> dict[str, list[dict[str, Any]]]:
    query = select(AuditEvent).where(AuditEvent.insured_id == insured_id)
    events = session.scalars(query.order_by(AuditEvent.occurred_at, AuditEvent.id))
    return {"audit_events": [_shown(event) for event in events]}


def _shown(event: AuditEvent) -> dict[str, Any]:
    """An event as the person knows it; `app`: the id of the application that acted for somebody."""
    return {**{name: getattr(event, name) for name in _SHOWN}, "app": json.loads(event.details).get("app")}


CONTEXT = Context(
    name="audit",
    tables={
        AuditEvent: Shared("an event names who looked beside the person: the person sees a role, never an officer"),
        AuditHead: Shared("the last row of each chain, signed"),
        Installation: Shared("the name of the installation, and a value that its keys give"),
    },
    actions=Action,
    scopes=Scope,
    tags=Tag,
    resign={Installation.__tablename__: installation.resign, AuditHead.__tablename__: resign},
    export=_export,
)
