"""Attempts at proving an identity, counted by their address in the database: one count for all processes."""

import time

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from parcours.registry.accounts.models import AttemptBucket
from parcours.registry.store.columns import blind_index
from parcours.registry.store.ids import new_id

_CONTEXT = "account_attempt_buckets.source"
FORGOTTEN_AFTER = 3600.0
"""A bucket is full again long before."""


def take(session: Session, source: str, per_minute: int, now: float | None = None) -> float:
    """0 when one more attempt of a source may pass, and is counted; else the seconds to wait."""
    now, rate = time.time() if now is None else now, per_minute / 60
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = AttemptBucket
    refilled = row.tokens + (now - row.seen_at) * rate
    full = case((refilled > per_minute, float(per_minute)), else_=refilled)
    statement = (
        make(row)
        .values(
            id=new_id(), source_index=blind_index(source, _CONTEXT), tokens=per_minute - 1.0, passed=True, seen_at=now
        )
        .on_conflict_do_update(
            index_elements=[row.source_index],
            set_={"tokens": case((full >= 1, full - 1), else_=full), "passed": full >= 1, "seen_at": now},
        )
        .returning(row.tokens, row.passed)
    )
    tokens, passed = session.execute(statement).one()
    return 0.0 if passed else max(0.0, (1 - float(tokens)) / rate)


def forget_old(session: Session) -> None:
    """Forget the sources that have tried nothing for an hour."""
    session.execute(delete(AttemptBucket).where(AttemptBucket.seen_at < time.time() - FORGOTTEN_AFTER))
