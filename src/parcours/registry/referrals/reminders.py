"""Reminders of referrals: to its author, what never came; to the patient, that a letter soon expires. Each once."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import send_once
from parcours.registry.referrals.models import Referral, ReferralState
from parcours.registry.referrals.states import OPEN, about, alert_of, state_of
from parcours.registry.store.apart import apart
from parcours.registry.store.clock import paris_date

EXPIRES_IN = 14
"""Days before its last day on which a patient is told that a letter expires: a habit of this house."""
LOOKED_BACK = 400
"""Days after its last day for which a letter is still looked at: a report that is a year late is no news."""


def remind(session: Session, at: datetime, failed: list[str] | None = None) -> list[Message]:
    """Everything that is to be told today, each letter apart. No message says what a letter is about."""
    today = paris_date(at)
    query = select(Referral).where(
        Referral.cancelled_at.is_(None), Referral.valid_until >= today - timedelta(days=LOOKED_BACK)
    )
    rows = session.scalars(query.order_by(Referral.issued_on, Referral.id))
    found = apart(session, rows, lambda row: (to_author(session, row, at), to_patient(session, row, at)), failed)
    return [one for one in found if one is not None]


def to_author(session: Session, row: Referral, at: datetime) -> Message | None:
    """Not received, not booked, no report, a report not read."""
    alert = alert_of(session, row, paris_date(at))
    if alert is None:
        return None
    body = {"referral": row.id, "what": alert.what, "since": alert.since.isoformat()}
    return send_once(
        session, MessageKind.NOTIFICATION, "referral_alert", row.author_id, body, at=at, day=paris_date(at),
        insured_id=about(row),
    )  # fmt: skip


def to_patient(session: Session, row: Referral, at: datetime) -> Message | None:
    """A letter not used yet, some days before its last day."""
    today = paris_date(at)
    waits = state_of(session, row, today) in (*OPEN, ReferralState.DID_NOT_COME)
    if not waits or today < row.valid_until - timedelta(days=EXPIRES_IN):
        return None
    body = {"referral": row.id, "until": row.valid_until.isoformat()}
    return send_once(
        session, MessageKind.NOTIFICATION, "referral_expires", row.insured_id, body, at=at, day=today,
        insured_id=about(row),
    )  # fmt: skip
