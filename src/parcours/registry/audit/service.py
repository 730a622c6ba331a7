"""Writing, reading and verifying the audit trail.

``record`` puts an event beside the work of a session; the events are chained and written when that session commits, in
the same transaction: a change and its trace stand or fall together.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, event, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from parcours.registry.audit.models import CHAINS, GENESIS, AuditEvent, AuditHead
from parcours.registry.audit.tags import Tag
from parcours.registry.store.db import blind_index, blind_indexes, new_id, now_utc

__all__ = [
    "Anchor",
    "Event",
    "Finding",
    "Who",
    "anchor",
    "events_of_insured",
    "is_pending",
    "record",
    "resign",
    "system",
    "verify",
]

_PENDING: Final = "parcours.audit.pending"
_SIGNATURE: Final = "audit_heads.signature"
_ANCHOR: Final = "audit.anchor"

ActorKind = Literal["account", "client", "system", "anonymous"]


@dataclass(frozen=True)
class Who:
    """The one who acts, by opaque ids only."""

    kind: ActorKind
    id: str | None = None
    role: str | None = None
    acting_for: str | None = None
    request_id: str | None = None


def system(command: str) -> Who:
    """A command run on the server itself (``parcours admin …``)."""
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
        """Events about one patient share a chain; the others follow their actor."""
        owner = self.insured_id or self.who.id or ""
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
    """Note an event; it is written when ``session`` commits, and forgotten if it rolls back.

    ``details`` may name fields and codes; it must not hold their personal content.
    """
    kind, identifier = record or (None, None)
    pending: list[Event] = session.info.setdefault(_PENDING, [])
    pending.append(Event(tag, who, insured_id, kind, identifier, why[:200], details))


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


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(_PENDING, None)


def _append(session: Session, events: list[Event]) -> None:
    """Chain the events and write them; chains are locked in ascending order, so two writers cannot block each other."""
    by_chain: dict[int, list[Event]] = {}
    for one in events:
        by_chain.setdefault(one.chain, []).append(one)
    for chain in sorted(by_chain):
        head = _locked_head(session, chain)
        sequence, previous = head
        rows = []
        for one in by_chain[chain]:
            sequence += 1
            row = _row(one, chain, sequence, previous)
            previous = row["hash"]
            rows.append(row)
        session.execute(insert(AuditEvent), rows)
        session.execute(
            update(AuditHead)
            .where(AuditHead.chain == chain)
            .values(
                sequence=sequence,
                hash=previous,
                signature=_sign(chain, sequence, previous),
            )
        )


def _locked_head(session: Session, chain: int) -> tuple[int, str]:
    query = select(AuditHead.sequence, AuditHead.hash).where(AuditHead.chain == chain).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        _create_heads(session)
        row = session.execute(query).one()
    return row.sequence, row.hash


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
            "signature": _sign(chain, 0, GENESIS),
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
        "tag": one.tag,
        "actor_kind": one.who.kind,
        "actor_id": one.who.id,
        "role": one.who.role,
        "acting_for": one.who.acting_for,
        "insured_id": one.insured_id,
        "record_kind": one.record_kind,
        "record_id": one.record_id,
        "why": one.why,
        "details": _canonical(dict(one.details or {})),
        "request_id": one.who.request_id,
        "previous_hash": previous,
    }
    return row | {"hash": row_hash(row)}


_HASHED: Final = (
    "id", "chain", "sequence", "occurred_at", "tag", "actor_kind", "actor_id", "role", "acting_for", "insured_id",
    "record_kind", "record_id", "why", "details", "request_id", "previous_hash",
)  # fmt: skip


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical content of a row, the previous hash included."""
    content = {name: row[name] for name in _HASHED}
    content["occurred_at"] = row["occurred_at"].astimezone(UTC).isoformat(timespec="microseconds")
    content["tag"] = str(row["tag"])
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _head_text(chain: int, sequence: int, last_hash: str) -> str:
    return f"{chain}:{sequence}:{last_hash}"


def _sign(chain: int, sequence: int, last_hash: str) -> str:
    """A keyed signature: who can write to the database but has no key cannot make one."""
    return blind_index(_head_text(chain, sequence, last_hash), _SIGNATURE)


def _is_signed(text: str, signature: str, context: str) -> bool:
    return any(hmac.compare_digest(one, signature) for one in blind_indexes(text, context))


# --- reading ---------------------------------------------------------------------------------------------------------


def events_of_insured(
    session: Session,
    insured_id: str,
    *,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[AuditEvent]:
    """Newest first: everything that was read or changed about one person. ``before`` continues after a page."""
    return _page(session, AuditEvent.insured_id == insured_id, before, limit)


def events(
    session: Session,
    *,
    actor_id: str | None = None,
    sources: tuple[str, ...] = (),
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[AuditEvent]:
    """Newest first, of all, of one actor, or of some contexts (the first word of the tag)."""
    tags = [tag for tag in Tag if not sources or tag.source in sources]
    where = AuditEvent.tag.in_(tags)
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


# --- verifying -------------------------------------------------------------------------------------------------------

FindingCode = Literal[
    "removed",
    "altered",
    "broken_link",
    "truncated",
    "head_missing",
    "head_forged",
    "anchor_forged",
]


@dataclass(frozen=True)
class Finding:
    """Something wrong with the trail: which chain, at which row, and what."""

    code: FindingCode
    chain: int
    sequence: int

    def message(self, language: str = "en") -> str:
        fr, en = _FINDINGS[self.code]
        place = (
            f"chaîne {self.chain}, ligne {self.sequence}"
            if language == "fr"
            else (f"chain {self.chain}, row {self.sequence}")
        )
        return f"{place}: {fr if language == 'fr' else en}"


_FINDINGS: Final[dict[FindingCode, tuple[str, str]]] = {
    "removed": (
        "une ou plusieurs lignes manquent avant celle-ci",
        "one or more rows are missing before this one",
    ),
    "altered": ("le contenu a été modifié", "the content was altered"),
    "broken_link": (
        "ne suit pas la ligne précédente",
        "does not follow from the row before it",
    ),
    "truncated": (
        "la fin de la chaîne a été retirée ou ajoutée",
        "the end of the chain was removed or added",
    ),
    "head_missing": ("la tête signée a disparu", "the signed head is gone"),
    "head_forged": (
        "la signature de la tête est fausse",
        "the signature of the head is wrong",
    ),
    "anchor_forged": (
        "la signature de l'ancre est fausse",
        "the signature of the anchor is wrong",
    ),
}


@dataclass(frozen=True)
class Anchor:
    """The heads of all chains at an instant, signed, to be kept outside the database.

    It finds what the signed heads alone cannot: rows removed together with an older head put back.
    """

    taken_at: str
    heads: tuple[tuple[int, int, str], ...]
    signature: str

    @staticmethod
    def text(taken_at: str, heads: tuple[tuple[int, int, str], ...]) -> str:
        return _canonical({"taken_at": taken_at, "heads": [list(head) for head in heads]})

    def to_json(self) -> str:
        return json.dumps(
            {
                "taken_at": self.taken_at,
                "heads": self.heads,
                "signature": self.signature,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Anchor:
        """Raises ValueError when the text is not an anchor."""
        try:
            content = json.loads(text)
            heads = tuple((int(chain), int(sequence), str(last)) for chain, sequence, last in content["heads"])
            return cls(str(content["taken_at"]), heads, str(content["signature"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("not an anchor of the audit trail (expected: taken_at, heads, signature)") from error


def anchor(session: Session) -> Anchor:
    """The present heads, signed."""
    rows = session.execute(select(AuditHead.chain, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.chain))
    heads = tuple((row.chain, row.sequence, row.hash) for row in rows)
    taken_at = now_utc().isoformat(timespec="seconds")
    return Anchor(taken_at, heads, blind_index(Anchor.text(taken_at, heads), _ANCHOR))


def resign(session: Session) -> int:
    """Sign the heads again under the newest key (before an old key is dropped); the number of those that were not.

    A head whose signature is wrong is left as it is: signing it would hide what was done.
    """
    done = 0
    for head in session.scalars(select(AuditHead).with_for_update()):
        signature = _sign(head.chain, head.sequence, head.hash)
        sound = _is_signed(_head_text(head.chain, head.sequence, head.hash), head.signature, _SIGNATURE)
        if sound and head.signature != signature:
            head.signature = signature
            done += 1
    return done


@dataclass(frozen=True)
class Verification:
    """What a verification read and found."""

    rows: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(session: Session, against: Anchor | None = None) -> Verification:
    """Read the whole trail in bounded memory and find every removed, altered, added or cut row.

    The session must be fresh: the rows and the heads are read as of one instant, while others go on writing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    findings: list[Finding] = []
    tips: dict[int, tuple[int, str]] = {}
    wanted = {(chain, sequence): last for chain, sequence, last in against.heads} if against else {}
    if against and not _is_signed(Anchor.text(against.taken_at, against.heads), against.signature, _ANCHOR):
        findings.append(Finding("anchor_forged", 0, 0))
    rows = 0
    for row in _all_rows(session):
        rows += 1
        sequence, previous = tips.get(row["chain"], (0, GENESIS))
        findings += _check_row(row, sequence, previous)
        tips[row["chain"]] = (row["sequence"], row["hash"])
        place = (row["chain"], row["sequence"])
        if place in wanted and wanted.pop(place) != row["hash"]:
            findings.append(Finding("altered", *place))
    findings += [Finding("truncated", *place) for place in wanted if place[1] > 0]
    findings += _check_heads(session, tips)
    return Verification(rows, tuple(findings))


def _all_rows(session: Session, size: int = 2000) -> Iterator[Mapping[str, Any]]:
    columns = [getattr(AuditEvent, name) for name in (*_HASHED, "hash")]
    place: tuple[int, int] | None = None
    while True:
        query = select(*columns).order_by(AuditEvent.chain, AuditEvent.sequence).limit(size)
        if place is not None:
            query = query.where(tuple_(AuditEvent.chain, AuditEvent.sequence) > place)
        page = session.execute(query).mappings().all()
        yield from (dict(row) for row in page)
        if len(page) < size:
            return
        place = (page[-1]["chain"], page[-1]["sequence"])


def _check_row(row: Mapping[str, Any], sequence: int, previous: str) -> list[Finding]:
    place = (row["chain"], row["sequence"])
    if row["hash"] != row_hash(row):
        return [Finding("altered", *place)]
    if row["sequence"] != sequence + 1:
        return [Finding("removed", *place)]
    return [] if row["previous_hash"] == previous else [Finding("broken_link", *place)]


def _check_heads(session: Session, tips: Mapping[int, tuple[int, str]]) -> list[Finding]:
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    if not heads and not tips:
        return []
    findings = []
    for chain in sorted({*range(CHAINS), *heads, *tips}):  # a chain that should not be has no signed head
        head = heads.get(chain)
        sequence, last = tips.get(chain, (0, GENESIS))
        if head is None:
            findings.append(Finding("head_missing", chain, sequence))
        elif not _is_signed(_head_text(chain, head.sequence, head.hash), head.signature, _SIGNATURE):
            findings.append(Finding("head_forged", chain, head.sequence))
        elif (head.sequence, head.hash) != (sequence, last):
            findings.append(Finding("truncated", chain, sequence))
    return findings
