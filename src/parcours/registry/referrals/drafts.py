"""Papers that somebody prepares and the doctor signs: nothing leaves before, and nobody else sees it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory.service import get_professional
from parcours.registry.people.service import get_insured
from parcours.registry.referrals.models import Draft, DraftKind
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get


def prepare(
    session: Session, insured_id: str, author_id: str, said: Mapping[str, Any], *, kind: DraftKind = DraftKind.LETTER,
    prepared_by: str | None = None, referral_id: str | None = None, at: datetime | None = None,
) -> Draft:  # fmt: skip
    """Keep a paper, or the report on a referral, for the doctor who signs; there is one report for a referral."""
    row = report_on(session, referral_id, author_id) if referral_id else None
    if row is None:
        row = Draft(
            insured_id=get_insured(session, insured_id, lock=True).id,
            author_id=get_professional(session, author_id).id,
            kind=DraftKind.REPORT if referral_id else kind, referral_id=referral_id,
        )  # fmt: skip
        session.add(row)
    write(row, said, prepared_by=prepared_by, at=at)
    session.flush()
    return row


def write(row: Draft, said: Mapping[str, Any], *, prepared_by: str | None = None, at: datetime | None = None) -> None:
    """Write over what was prepared."""
    row.content = json.dumps(dict(said), ensure_ascii=False, sort_keys=True)
    row.prepared_by, row.prepared_at = prepared_by, at or now_utc()


def said_in(row: Draft) -> dict[str, Any]:
    """What was typed."""
    found: dict[str, Any] = json.loads(row.content)
    return found


def get_draft(session: Session, draft_id: str) -> Draft:
    """A draft by public id."""
    return get(session, Draft, draft_id, "draft_id")


def report_on(session: Session, referral_id: str, author_id: str) -> Draft | None:
    """The report that a doctor is to sign on a referral."""
    return session.scalar(select(Draft).where(Draft.referral_id == referral_id, Draft.author_id == author_id))


def to_sign(session: Session, professional_id: str) -> list[Draft]:
    """What waits for a doctor, oldest first."""
    query = select(Draft).where(Draft.author_id == professional_id)
    return listed(session, query.order_by(Draft.prepared_at, Draft.id))


def end(session: Session, row: Draft) -> None:
    """It was signed, or is no more wanted."""
    session.delete(row)
    session.flush()


def draft_ids(session: Session, insured_id: str) -> frozenset[str]:
    """Of a person: notes of a practice until they are signed, in nobody's copy."""
    return frozenset(session.scalars(select(Draft.id).where(Draft.insured_id == insured_id)))
