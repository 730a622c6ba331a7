"""Tables of the audit trail, and the triggers that refuse to change it."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import PublicId, UtcDateTime
from parcours.registry.store.db import Base
from parcours.registry.store.triggers import made_with

CHAINS = 16
"""Independent chains: writers about different people rarely wait for one another."""

GENESIS = "0" * 64
"""What the first row of a chain has as its previous hash."""


class AuditEvent(Base):
    """One thing that happened. Never changed, never removed."""

    __tablename__ = "audit_events"

    chain: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … without a gap within its chain."""
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime())
    tag: Mapped[str] = mapped_column(String(60))
    """Of the context that wrote it, like `people:person:read`."""
    actor_kind: Mapped[str] = mapped_column(String(20))
    """`account`, `client` (an API token), `system` (a command on the server) or `anonymous`."""
    actor_id: Mapped[str | None] = mapped_column(PublicId)
    role: Mapped[str | None] = mapped_column(String(20))
    acting_for: Mapped[str | None] = mapped_column(String(40))
    """The professional or the fund in whose name the actor works (id, or code of the fund)."""
    insured_id: Mapped[str | None] = mapped_column(PublicId)
    """The insured person whose data it is about."""
    record_kind: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[str | None] = mapped_column(PublicId)
    why: Mapped[str] = mapped_column(String(200))
    """The rule of the policy that allowed it, or the reason it was refused."""
    details: Mapped[str] = mapped_column(Text)
    """Canonical JSON: names of fields and codes, never their personal content; `app`: the application that acted."""
    request_id: Mapped[str | None] = mapped_column(PublicId)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(String(64))
    """Over the hash, under a key that is not in the database. None: written before rows were signed, under a seal."""

    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        Index(None, "insured_id", "occurred_at"),
        Index(None, "actor_id", "occurred_at"),
    )


class AuditHead(Base):
    """The last row of each chain, signed: a trail cut at its end no longer agrees with it."""

    __tablename__ = "audit_heads"

    chain: Mapped[int] = mapped_column(Integer, unique=True)
    sequence: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    sealed_sequence: Mapped[int | None] = mapped_column(Integer)
    """Up to this row the chain was verified whole when the keys last changed: older signatures are no longer needed."""
    sealed_hash: Mapped[str | None] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))
    archived_sequence: Mapped[int | None] = mapped_column(Integer)
    """Up to this row the chain is in an archive, no longer here: it goes on from this hash."""
    archived_hash: Mapped[str | None] = mapped_column(String(64))
    archived_seal: Mapped[str | None] = mapped_column(String(64))


_SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_REFUSE = "EXECUTE FUNCTION audit_events_refuse()"
_POSTGRESQL_TRIGGERS = (
    """CREATE OR REPLACE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    f"CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW {_REFUSE}",
    f"CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT {_REFUSE}",
)
APPEND_ONLY_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": _SQLITE_TRIGGERS,
    "postgresql": _POSTGRESQL_TRIGGERS,
}
"""Statements that make the trail append-only, by dialect: for `create_all` (below) and for migrations."""

made_with(AuditEvent, APPEND_ONLY_TRIGGERS)
