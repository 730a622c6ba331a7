"""Objections: two months to object, a silence of two months that means no, two months to go to the court (R142-1)."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import is_working_day, months_after, working_days_after
from parcours.registry.claims import lifecycle, problems
from parcours.registry.claims.models import (
    Claim,
    ClaimEvent,
    ClaimState,
    Finding,
    Ground,
    Objection,
    ObjectionState,
    Undue,
)
from parcours.registry.claims.words import OBJECTIONS
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.store.clock import now_utc


def months(day: date) -> date:
    """Two months later, by the law of that day."""
    return months_after(day, thresholds.whole("delais.recours_mois", day))


def act_by(told_on: date) -> date:
    """Last day to object to what one was told on a day, or to go to the court; the next working day when it is none."""
    last = months(told_on)
    return last if is_working_day(last) else working_days_after(last, 1)


def object_to(
    session: Session, *, day: date, notified_on: date, claim: Claim | None = None, undue: Undue | None = None,
    ground: Ground | None = None,
) -> Objection:  # fmt: skip
    """Object to a decision, or to a sum asked back. Raises Refused: too late. Raises Conflict: it is disputed."""
    last = act_by(notified_on)
    if day > last:
        raise problems.objection_late(day, day=last)
    if claim is not None:
        refuse_twice(session, Objection.claim_id == claim.id, Objection.insured_id == claim.insured_id)
    if undue is not None:
        undue.contested_on = day
    objection = Objection(
        claim_id=claim.id if claim else None, undue_id=undue.id if undue else None,
        insured_id=claim.insured_id if claim else undue.insured_id if undue else None,
        professional_id=undue.professional_id if undue else None,
        state=ObjectionState.OPEN, notified_on=notified_on, file_by=last, filed_on=day, answer_by=months(day),
        ground=ground,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    return objection


def contest(session: Session, claim: Claim, *, day: date, ground: Ground) -> Objection:
    """A practice disputes the rejection of its sheet. Raises Conflict: nothing is rejected, or it is disputed."""
    if claim.state is not ClaimState.REJECTED:
        raise problems.nothing_rejected()
    refuse_twice(session, Objection.claim_id == claim.id, Objection.professional_id == claim.professional_id)
    told = session.scalar(
        select(func.max(ClaimEvent.day)).where(ClaimEvent.claim_id == claim.id, ClaimEvent.state == ClaimState.REJECTED)
    )
    last = act_by(told or day)
    if day > last:
        raise problems.objection_late(day, day=last)
    objection = Objection(
        claim_id=claim.id, professional_id=claim.professional_id, ground=ground, state=ObjectionState.OPEN,
        notified_on=told or day, file_by=last, filed_on=day, answer_by=months(day),
    )  # fmt: skip
    session.add(objection)
    session.flush()
    return objection


def refuse_twice(session: Session, *whose: ColumnElement[bool]) -> None:
    """Raise Conflict where the same one disputes the same thing and has no answer yet."""
    open_ = session.scalar(select(Objection.filed_on).where(*whose, Objection.state == ObjectionState.OPEN))
    if open_ is not None:
        raise problems.disputed_already(day=open_)


def add_documents(session: Session, objection: Objection, *, day: date) -> Objection:
    """Documents come after the objection: the silence is counted from their reception (R142-6). Raises Conflict."""
    if objection.state is not ObjectionState.OPEN:
        raise problems.not_open(OBJECTIONS[objection.state])
    objection.answer_by = months(day)
    session.flush()
    return objection


def let_silence_speak(session: Session, day: date) -> list[Objection]:
    """Every open objection whose time to be answered is over is rejected by silence; the court is open from then."""
    query = select(Objection).where(Objection.state == ObjectionState.OPEN, Objection.answer_by < day)
    ended = list(session.scalars(query))
    for one in ended:
        one.state, one.ended_on, one.court_by = ObjectionState.IMPLICITLY_REJECTED, one.answer_by, act_by(one.answer_by)
        may_be_taken(session, one)
    session.flush()
    return ended


ANSWERS = (ObjectionState.ACCEPTED, ObjectionState.PARTLY, ObjectionState.REJECTED, ObjectionState.INADMISSIBLE)


ANSWERED = "objection_answered"
"""What the message that tells an answer is about."""


def answer(
    session: Session, objection: Objection, state: ObjectionState, *, day: date, at: datetime | None = None,
    finding: Finding | None = None,
) -> Objection:  # fmt: skip
    """The commission answers; the court is open unless it says yes to all. Raises Conflict: it is ended.

    Who objected is told, with the reason and the last day for the court (R142-1-A); a rejected sheet whose
    practice was right is received again, to be decided.
    """
    if objection.state is not ObjectionState.OPEN:
        raise problems.not_open(OBJECTIONS[objection.state])
    objection.state, objection.ended_on = state, day
    objection.court_by = None if state is ObjectionState.ACCEPTED else act_by(day)
    if state is not ObjectionState.ACCEPTED:
        may_be_taken(session, objection)
    session.flush()
    tell(session, objection, finding, day=day, at=at or now_utc())
    return objection


def may_be_taken(session: Session, objection: Objection) -> None:
    """An insured person's objection that failed holds no set-off back; a professional who objected is summoned."""
    undue = session.get(Undue, objection.undue_id) if objection.undue_id else None
    if undue is not None and undue.professional_id is None:
        undue.contested_on = None


def tell(session: Session, objection: Objection, finding: Finding | None, *, day: date, at: datetime) -> None:
    """What follows from an answer."""
    claim = session.get(Claim, objection.claim_id) if objection.claim_id else None
    body = {"objection": objection.id, "state": objection.state.value}
    body |= {"finding": finding.value} if finding else {}
    body |= {"court_by": objection.court_by.isoformat()} if objection.court_by else {}
    to = objection.insured_id or objection.professional_id
    if to is not None:
        send(session, MessageKind.AVIS, ANSWERED, to, body, at=at, day=day,
             insured_id=objection.insured_id, claim_id=objection.claim_id)  # fmt: skip
    if objection.insured_id is not None or claim is None:
        return
    if claim.state is ClaimState.REJECTED and objection.state is ObjectionState.ACCEPTED:
        lifecycle.move(session, claim, ClaimState.RECEIVED, day=day, at=at, why="objection accepted")
        claim.reason = None
        session.flush()


def on_claim(session: Session, claim_id: str) -> list[Objection]:
    """Who disputes what about a claim, oldest first."""
    return list(session.scalars(select(Objection).where(Objection.claim_id == claim_id).order_by(Objection.id)))


def objections_of(session: Session, insured_id: str) -> list[Objection]:
    """What a person disputes, newest first."""
    query = select(Objection).where(Objection.insured_id == insured_id)
    return list(session.scalars(query.order_by(Objection.filed_on.desc(), Objection.id.desc())))
