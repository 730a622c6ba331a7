"""The one state machine of referrals: whoever writes, from whichever face, a state changes here and nowhere else.

Each step is sent as secure mail (simulated) to whom it concerns: a box that does not exist gives the mail back. What a
minor keeps from those who act for them is in no message about the minor.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.law.workdays import working_days_after
from parcours.registry.directory.service import workplaces_on
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.referrals import problems
from parcours.registry.referrals.covering import uses_of
from parcours.registry.referrals.models import Referral, ReferralState, ReferralStep, Report, SequenceProvider
from parcours.registry.referrals.words import STATES
from parcours.registry.store.clock import now_utc, paris_date

STATE = ReferralState
OPEN = (STATE.SENT, STATE.RECEIVED, STATE.BOOKED)
AFTER: dict[ReferralState, tuple[ReferralState, ...]] = {
    STATE.SENT: (),
    STATE.RECEIVED: (STATE.SENT,),
    STATE.BOOKED: (STATE.SENT, STATE.RECEIVED, STATE.BOOKED, STATE.DID_NOT_COME),
    STATE.SEEN: (*OPEN, STATE.SEEN, STATE.REPORTED, STATE.ACKNOWLEDGED, STATE.DID_NOT_COME),
    STATE.REPORTED: (STATE.SEEN, STATE.REPORTED, STATE.ACKNOWLEDGED),
    STATE.ACKNOWLEDGED: (STATE.REPORTED,),
    STATE.DECLINED: OPEN,
    STATE.DID_NOT_COME: OPEN,
    STATE.CANCELLED: (*OPEN, STATE.SEEN, STATE.REPORTED, STATE.ACKNOWLEDGED, STATE.DID_NOT_COME),
}
"""For each state, those after which it comes. `expired` is never written: the last day of validity says it."""
TO_AUTHOR = (STATE.RECEIVED, STATE.BOOKED, STATE.SEEN, STATE.REPORTED, STATE.DECLINED, STATE.DID_NOT_COME)
RECEIVED_IN, UNREAD_AFTER, REPORT_AFTER = 2, 7, 15
"""Working days to receive a letter, days to read a report, days to write one: habits of this house."""


@dataclass(frozen=True)
class Alert:
    """What the author of a referral, or its patient, should look at."""

    referral: Referral
    what: str
    """`not_received`, `not_booked`, `no_report`, `report_unread`, `expires`."""
    since: date


def steps_of(session: Session, referral_id: str) -> list[ReferralStep]:
    """The steps of a referral, in order."""
    query = select(ReferralStep).where(ReferralStep.referral_id == referral_id)
    return list(session.scalars(query.order_by(ReferralStep.recorded_at, ReferralStep.id)))


def state_of(session: Session, referral: Referral, on: date | None = None) -> ReferralState:
    """Where a referral is, on a day: one that waits after its last day is expired."""
    steps = steps_of(session, referral.id)
    state = steps[-1].state if steps else inferred(session, referral)
    waits = state in OPEN or state is STATE.DID_NOT_COME
    return STATE.EXPIRED if on is not None and waits and on > referral.valid_until else state


def inferred(session: Session, referral: Referral) -> ReferralState:
    """Of one written before the steps were kept: what its rows tell."""
    if referral.cancelled_at is not None:
        return STATE.CANCELLED
    if session.scalar(select(Report.id).where(Report.referral_id == referral.id).limit(1)):
        return STATE.REPORTED
    return STATE.SEEN if uses_of(session, referral.id) else STATE.SENT


def step(
    session: Session, referral: Referral, state: ReferralState, *, at: datetime | None = None, by: str | None = None,
    booked_for: date | None = None, reason: str = "",
) -> ReferralStep:  # fmt: skip
    """Move a referral on. Raises `Conflict`: it is not at that step; `Invalid`: no reason, no day of appointment."""
    at = at or now_utc()
    before = steps_of(session, referral.id)
    now = before[-1].state if before else inferred(session, referral)
    if state is not STATE.SENT and now not in AFTER[state] and (before or now is not state):
        raise problems.not_at_that_step(STATES[now], states=[STATES[one] for one in AFTER[state]])
    if state is STATE.DECLINED and not reason.strip():
        raise problems.no_reason()
    if state is STATE.BOOKED and booked_for is None:
        raise problems.no_day()
    row = ReferralStep(
        referral_id=referral.id, state=state, day=paris_date(at), by_id=by, booked_for=booked_for,
        reason=reason or None, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, referral, row)
    return row


def tell(session: Session, referral: Referral, row: ReferralStep) -> None:
    """Secure mail to the other side, and a word to the patient where the referral is taken back or declined."""
    addressees = named(session, referral)
    recipients = [referral.author_id] if row.state in TO_AUTHOR else addressees
    for to in dict.fromkeys(recipients):
        if to != row.by_id:
            mail(session, referral, row, to)
    if row.state in (STATE.CANCELLED, STATE.DECLINED):
        send(
            session, MessageKind.NOTIFICATION, f"referral_{row.state.value}", referral.insured_id,
            {"text": "you_have_a_message"}, at=row.recorded_at, day=row.day, insured_id=about(referral),
        )  # fmt: skip


def about(referral: Referral) -> str | None:
    """The person whom a message is about: nobody, where a minor keeps the referral from those who act for them."""
    return None if referral.withheld else referral.insured_id


def mail(session: Session, referral: Referral, row: ReferralStep, to: str) -> None:
    """One mail, one patient. Without a box at the other end it comes back to who sent it."""
    boxed = bool(workplaces_on(session, to, row.day, None))
    sender = row.by_id or referral.author_id
    send(
        session, MessageKind.SECURE, "mail" if boxed else "mail_returned", to if boxed else sender,
        {"subject": "XDM/1.0/DDM", "referral": referral.id, "state": row.state.value, "from": sender},
        at=row.recorded_at, day=row.day, insured_id=about(referral),
    )  # fmt: skip


def named(session: Session, referral: Referral) -> list[str]:
    """The professionals to whom a referral is sent by name."""
    query = select(SequenceProvider.professional_id).where(
        SequenceProvider.referral_id == referral.id, SequenceProvider.professional_id.is_not(None)
    )
    return [one for one in (referral.addressee_id, *session.scalars(query.order_by(SequenceProvider.rank))) if one]


def of_professional(session: Session, professional_id: str) -> list[Referral]:
    """Referrals that a professional wrote or is named in, newest first."""
    in_sequence = select(SequenceProvider.referral_id).where(SequenceProvider.professional_id == professional_id)
    query = select(Referral).where(
        or_(
            Referral.author_id == professional_id,
            Referral.addressee_id == professional_id,
            Referral.id.in_(in_sequence),
        )
    )
    return list(session.scalars(query.order_by(Referral.issued_on.desc(), Referral.id.desc()).limit(500)))


def waiting(session: Session, professional_id: str, on: date) -> list[tuple[Referral, ReferralState]]:
    """Referrals that wait for something, for their author and for whom they are sent to."""
    ended = (STATE.ACKNOWLEDGED, STATE.CANCELLED, STATE.DECLINED, STATE.EXPIRED)
    found = [(one, state_of(session, one, on)) for one in of_professional(session, professional_id)]
    return [(one, state) for one, state in found if state not in ended]


def alerts(session: Session, professional_id: str, on: date) -> list[Alert]:
    """What the author of referrals should look at: the letter nobody received, the report that never came."""
    mine = [one for one in of_professional(session, professional_id) if one.author_id == professional_id]
    found = [alert_of(session, one, on) for one in mine]
    return sorted((one for one in found if one is not None), key=lambda one: (one.since, one.referral.id))


def alert_of(session: Session, referral: Referral, on: date) -> Alert | None:
    """The alert of one referral on a day."""
    from parcours.registry.referrals.service import letter_of

    steps, state = steps_of(session, referral.id), state_of(session, referral, on)
    last = steps[-1].day if steps else referral.issued_on
    letter = letter_of(referral)
    target = date.fromisoformat(letter.target_date) if letter.target_date else None
    by_day = last if letter.urgency == "urgent" else working_days_after(last, RECEIVED_IN)
    if state is STATE.SENT and on > by_day:
        return Alert(referral, "not_received", by_day)
    if state in OPEN and state is not STATE.BOOKED and target is not None and on >= target:
        return Alert(referral, "not_booked", target)
    if state is STATE.SEEN and on >= last + timedelta(days=REPORT_AFTER):
        return Alert(referral, "no_report", last + timedelta(days=REPORT_AFTER))
    if state is STATE.REPORTED and on >= last + timedelta(days=UNREAD_AFTER):
        return Alert(referral, "report_unread", last + timedelta(days=UNREAD_AFTER))
    return None
