"""Writing and reading the audit trail.

`record` puts an event beside the work of a session; the events are chained and written when that session commits, in
the same transaction: a change and its trace stand or fall together.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, event, false, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from parcours.registry.access.model import Tag, Who
from parcours.registry.audit import problems
from parcours.registry.audit.chain import HASHED, SIGNATURE, canonical, head_text, is_signed, row_hash, sign, sign_row
from parcours.registry.audit.models import CHAINS, GENESIS, AuditEvent, AuditHead
from parcours.registry.audit.witness import End, witness_of
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Base, whole_of
from parcours.registry.store.ids import new_id

_PENDING = "parcours.audit.pending"
_APPENDED = "parcours.audit.appended"
_LOG = logging.getLogger("parcours.audit")


def system(command: str) -> Who:
    """A command run on the server itself (`parcours admin …`)."""
    return Who("system", role=command[:20])


@dataclass(frozen=True)
class Event:
    """One event to record, before it has a place in a chain."""

    tag: Tag
    who: Who
    insured_id: str | None = None
    record_kind: str | None = None
    record_id: str | None = None
    why: str = ""
    details: Mapping[str, Any] | None = None

    @property
    def chain(self) -> int:
        return chain_of(self.insured_id, self.who.id)


def chain_of(insured_id: str | None, actor_id: str | None) -> int:
    """Events about one patient share a chain; the others follow their actor."""
    owner = insured_id or actor_id or ""
    return int(owner[-1], 16) % CHAINS if owner else 0


# --- writing ---------------------------------------------------------------------------------------------------------


def record(
    session: Session,
    tag: Tag,
    who: Who,
    *,
    insured_id: str | None = None,
    record: tuple[str, str | None] | None = None,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note an event; it is written when `session` commits, and forgotten if it rolls back.

    `details` may name fields and codes; it must not hold their personal content.
    """
    _note(session, tag, who, insured_id, record or (None, None), why, details)


def _note(
    session: Session,
    tag: Tag,
    who: Who,
    insured_id: str | None,
    record: tuple[str | None, str | None],
    why: str,
    details: Mapping[str, Any] | None,
) -> None:
    pending: list[Event] = session.info.setdefault(_PENDING, [])
    pending.append(Event(tag, who, insured_id, *record, why[:200], details))


def add(session: Session, events: Iterable[Event]) -> None:
    """Note events that were made before; written when `session` commits."""
    for one in events:
        record = (one.record_kind or "", one.record_id)
        _note(session, one.tag, one.who, one.insured_id, record, one.why, one.details)


def is_pending(session: Session) -> bool:
    """Will something be written to the trail when this session commits?"""
    return bool(session.info.get(_PENDING))


@event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pending: list[Event] = session.info.pop(_PENDING, [])
    if pending:
        session.flush()
        _append(session, pending)


@event.listens_for(Session, "after_commit")
def _remember(session: Session) -> None:
    """Tell the witness, once nothing can take the rows back: a unit of a larger transaction leaves it to that one."""
    if appended := session.info.pop(_APPENDED, None):
        witness, ends = appended
        if (whole := whole_of(session)) is None:
            witness.note(ends)
        else:
            _, before = whole.info.get(_APPENDED, (witness, {}))
            whole.info[_APPENDED] = (witness, {**before, **ends})


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(_PENDING, None)
    session.info.pop(_APPENDED, None)


def _append(session: Session, events: list[Event]) -> None:
    """Chain the events and write them; chains are locked in ascending order, so two writers cannot block each other."""
    by_chain: dict[int, list[Event]] = {}
    ends: dict[int, End] = {}
    witness = witness_of(session)
    for one in events:
        by_chain.setdefault(one.chain, []).append(one)
    heads = _locked_heads(session, sorted(by_chain))
    rows, moved = [], []
    for chain, head in heads.items():
        witness.check(session, chain, *head)
        sequence, previous = head
        for one in by_chain[chain]:
            sequence += 1
            row = _row(one, chain, sequence, previous)
            previous = row["hash"]
            rows.append(row)
        ends[chain] = End(sequence, previous)
        signature = sign(chain, sequence, previous)
        moved.append({"of": chain, "at": sequence, "last": previous, "signed": signature})
    insert_values(session, AuditEvent, _COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])
    session.connection().execute(_MOVE, moved)
    session.info[_APPENDED] = (witness, ends)


_HEADS = (
    select(AuditHead.chain, AuditHead.sequence, AuditHead.hash, AuditHead.signature)
    .where(AuditHead.chain.in_(bindparam("chains", expanding=True)))
    .order_by(AuditHead.chain)
    .with_for_update()
)
_COLUMNS = (*HASHED, "hash", "signature")
_HEAD_ROWS = Base.metadata.tables[AuditHead.__tablename__]
_MOVE = (
    update(_HEAD_ROWS)
    .where(_HEAD_ROWS.c.chain == bindparam("of"))
    .values(sequence=bindparam("at"), hash=bindparam("last"), signature=bindparam("signed"))
)


def _locked_heads(session: Session, chains: list[int]) -> dict[int, tuple[int, str]]:
    """The last row of each chain, as its signed head says. Raises `Misconfigured`: a head is forged."""
    found = session.connection().execute(_HEADS, {"chains": chains}).all()
    if len(found) < len(chains):
        _create_heads(session)
        found = session.connection().execute(_HEADS, {"chains": chains}).all()
    for row in found:
        if not is_signed(head_text(row.chain, row.sequence, row.hash), row.signature, SIGNATURE):
            _LOG.error("audit trail: the head of chain %s is forged", row.chain)
            raise problems.head_forged(chain=row.chain)
    return {row.chain: (row.sequence, row.hash) for row in found}


def _create_heads(session: Session) -> None:
    """All heads at once, on first use: a head that is missing later was removed."""
    dialect = session.get_bind().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    rows = [
        {
            "id": new_id(),
            "chain": chain,
            "sequence": 0,
            "hash": GENESIS,
            "signature": sign(chain, 0, GENESIS),
        }
        for chain in range(CHAINS)
    ]
    session.execute(make(AuditHead).values(rows).on_conflict_do_nothing(index_elements=["chain"]))


def _row(one: Event, chain: int, sequence: int, previous: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": new_id(),
        "chain": chain,
        "sequence": sequence,
        "occurred_at": now_utc(),
        "tag": one.tag.value,
        "actor_kind": one.who.kind,
        "actor_id": one.who.id,
        "role": one.who.role,
        "acting_for": one.who.acting_for,
        "insured_id": one.insured_id,
        "record_kind": one.record_kind,
        "record_id": one.record_id,
        "why": one.why,
        "details": canonical({**(one.details or {}), **({"app": one.who.app} if one.who.app else {})}),
        "request_id": one.who.request_id,
        "previous_hash": previous,
    }
    row["hash"] = row_hash(row)
    row["signature"] = sign_row(row)
    return row


# --- reading ---------------------------------------------------------------------------------------------------------


def events_of_insured(
    session: Session,
    insured_id: str,
    *,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
    hidden: frozenset[str] = frozenset(),
) -> list[AuditEvent]:
    """Newest first: everything that was read or changed about one person. `before` continues after a page.

    `hidden`: records that who asks may not know of.
    """
    where = AuditEvent.insured_id == insured_id
    if hidden:
        where &= AuditEvent.record_id.is_(None) | AuditEvent.record_id.not_in(hidden)
    return _page(session, where, before, limit)


def events(
    session: Session,
    *,
    actor_id: str | None = None,
    sources: tuple[str, ...] = (),
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[AuditEvent]:
    """Newest first, of all, of one actor, or of some contexts (the first word of the tag)."""
    where = or_(true() if not sources else false(), *(AuditEvent.tag.startswith(f"{one}:") for one in sources))
    return _page(
        session,
        where if actor_id is None else where & (AuditEvent.actor_id == actor_id),
        before,
        limit,
    )


def _page(
    session: Session,
    where: ColumnElement[bool],
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[AuditEvent]:
    query = select(AuditEvent).where(where)
    if before is not None:
        instant, identifier = before
        query = query.where(
            (AuditEvent.occurred_at < instant) | ((AuditEvent.occurred_at == instant) & (AuditEvent.id < identifier))
        )
    return list(session.scalars(query.order_by(AuditEvent.occurred_at.desc(), AuditEvent.id.desc()).limit(limit)))
