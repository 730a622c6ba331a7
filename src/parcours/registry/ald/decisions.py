"""What the medical service and the fund do: observe, give an opinion or be silent, decide; and what time brings."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.ald import problems
from parcours.registry.ald.delays import later_by_months, renewal_from, resume, resumes_on
from parcours.registry.ald.models import Ending, Opinion, Protocol, ProtocolKind, ProtocolState
from parcours.registry.ald.service import check_follow_up, get_protocol, move
from parcours.registry.care_plans.service import approve, stop
from parcours.registry.declarations.relations import in_charge
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send as send_message
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import close_right, open_right
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.vocabulary import check_choice

OPINIONS = (ProtocolState.FAVOURABLE, ProtocolState.PARTIAL, ProtocolState.UNFAVOURABLE)
RIGHTS = {ProtocolKind.ALD: RightKind.ALD, ProtocolKind.FOLLOW_UP: RightKind.SUIVI_POST_ALD}


def observe(session: Session, protocol_id: str, text: str) -> Protocol:
    """The medical service makes an observation: both delays are suspended."""
    row = get_protocol(session, protocol_id, lock=True)
    move(session, row, (ProtocolState.SENT,), ProtocolState.MORE_ASKED)
    row.observed_on, row.observation = paris_today(), text
    tell(session, row, "ald_more_asked")
    return row


def reply(session: Session, protocol_id: str) -> Protocol:
    """The médecin traitant answers: the delays run again."""
    row = get_protocol(session, protocol_id, lock=True)
    move(session, row, (ProtocolState.MORE_ASKED,), ProtocolState.SENT)
    resume(row, paris_today())
    session.flush()
    return row


def opine(session: Session, protocol_id: str, opinion: str, *, tacit: bool = False) -> Protocol:
    """The opinion of the medical service."""
    row = get_protocol(session, protocol_id, lock=True)
    move(session, row, (ProtocolState.SENT,), ProtocolState(check_choice("opinion", opinion, Opinion).value))
    row.tacit = tacit
    session.flush()
    return row


def let_time_pass(session: Session, day: date) -> list[tuple[Protocol, str]]:
    """What a day brings: suspensions that end, silences that speak, renewals to prepare, periods that are over."""
    states = (ProtocolState.SENT, ProtocolState.MORE_ASKED, ProtocolState.GRANTED)
    rows = session.scalars(select(Protocol).where(Protocol.state.in_(states)).order_by(Protocol.id)).all()
    return [(row, what) for row in rows for what in (*before_opinion(session, row, day), after_grant(session, row, day))
            if what]  # fmt: skip


def before_opinion(session: Session, row: Protocol, day: date) -> list[str]:
    """A suspension that ends by itself; a silence that is an opinion."""
    found = []
    again = resumes_on(row)
    if again is not None and day >= again:
        move(session, row, (ProtocolState.MORE_ASKED,), ProtocolState.SENT)
        resume(row, again)
        found.append("resumed")
    if row.state is ProtocolState.SENT and row.opinion_by is not None and day > row.opinion_by:
        opine(session, row.id, Opinion.FAVOURABLE.value, tacit=True)
        found.append("tacit")
    return found


def after_grant(session: Session, row: Protocol, day: date) -> str:
    """A granted period: over, to be renewed, or neither."""
    first = renewal_from(row)
    if row.state is not ProtocolState.GRANTED or row.granted_until is None or first is None:
        return ""
    if day >= row.granted_until:
        move(session, row, (ProtocolState.GRANTED,), ProtocolState.ENDED)
        return "ended"
    if day >= first and row.renewal_told_on is None:
        row.renewal_told_on = day
        tell(session, row, "ald_renewal")
        return "renewal"
    return ""


def grant(session: Session, protocol_id: str, *, starts_on: date | None = None, until: date | None = None) -> Protocol:
    """The fund grants: the period is that of the decision, by default what was asked."""
    row = get_protocol(session, protocol_id, lock=True)
    first, last = starts_on or row.asked_from, until or row.asked_until
    if last is None:
        raise problems.no_end()
    row.asked_until = last
    check_follow_up(row, first)
    move(session, row, (ProtocolState.FAVOURABLE, ProtocolState.PARTIAL), ProtocolState.GRANTED)
    row.granted_from, row.granted_until = first, last
    right = open_right(
        session, row.insured_id, RIGHTS[row.kind].value, starts_on=first, ends_on=last, detail=row.condition,
        at=now_utc(),
    )  # fmt: skip
    row.right_id = right.id
    approve(session, row.plan_id, on=paris_today())
    tell(session, row, "ald_decision")
    return row


def refuse(session: Session, protocol_id: str, grounds: str) -> Protocol:
    """The fund refuses, with its grounds and the day until which to object."""
    row = get_protocol(session, protocol_id, lock=True)
    if not grounds.strip():
        raise problems.no_grounds()
    move(session, row, OPINIONS, ProtocolState.REFUSED)
    today = paris_today()
    row.refusal, row.appeal_by = grounds, later_by_months(today, thresholds.whole("delais.recours_mois", today))
    tell(session, row, "ald_decision")
    return row


def withdraw(session: Session, protocol_id: str) -> Protocol:
    """Who wrote it takes it back before the decision."""
    row = get_protocol(session, protocol_id, lock=True)
    open_states = (ProtocolState.PREPARED, ProtocolState.SENT, ProtocolState.MORE_ASKED, *OPINIONS)
    move(session, row, open_states, ProtocolState.WITHDRAWN)
    return row


def end(session: Session, protocol_id: str, why: str, *, on: date | None = None) -> Protocol:
    """A granted period ends before its day: the right and the plan end with it."""
    row = get_protocol(session, protocol_id, lock=True)
    check_choice("why", why, Ending)
    day = on or paris_today()
    move(session, row, (ProtocolState.GRANTED,), ProtocolState.ENDED)
    row.granted_until = day
    if row.right_id is not None:
        row.right_id = close_right(session, row.right_id, ends_on=day).id
    stop(session, row.plan_id, on=day)
    tell(session, row, "ald_decision")
    return row


def tell(session: Session, row: Protocol, subject: str) -> None:
    """The person and the doctor who wrote it are told that there is something to read; the message says no more."""
    for recipient in dict.fromkeys((row.insured_id, row.author_id, *session.scalars(in_charge(row.insured_id)))):
        send_message(
            session, MessageKind.NOTIFICATION, subject, recipient, {"text": "you_have_a_message"}, at=now_utc(),
            day=paris_today(), insured_id=row.insured_id,
        )  # fmt: skip
