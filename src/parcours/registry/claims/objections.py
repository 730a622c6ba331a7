"""Objections: two months to object, a silence of two months that means no, two months to go to the court (R142-1)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import is_working_day, months_after, working_days_after
from parcours.registry.claims import problems
from parcours.registry.claims.models import Claim, Objection, ObjectionState, Undue
from parcours.registry.claims.words import OBJECTIONS


def months(day: date) -> date:
    """Two months later, by the law of that day."""
    return months_after(day, thresholds.whole("delais.recours_mois", day))


def file_by(notified_on: date) -> date:
    """Last day to object to a decision received on a day; the next working day when it is none."""
    last = months(notified_on)
    return last if is_working_day(last) else working_days_after(last, 1)


def object_to(
    session: Session, *, day: date, notified_on: date, claim: Claim | None = None, undue: Undue | None = None
) -> Objection:
    """Object to a decision, or to a sum asked back. Raises Refused: too late."""
    last = file_by(notified_on)
    if day > last:
        raise problems.objection_late(day, day=last)
    if undue is not None:
        undue.contested_on = day
    objection = Objection(
        claim_id=claim.id if claim else None, undue_id=undue.id if undue else None,
        insured_id=claim.insured_id if claim else undue.insured_id if undue else None,
        professional_id=undue.professional_id if undue else None,
        state=ObjectionState.OPEN, notified_on=notified_on, file_by=last, filed_on=day, answer_by=months(day),
    )  # fmt: skip
    session.add(objection)
    session.flush()
    return objection


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
        one.state, one.ended_on, one.court_by = ObjectionState.IMPLICITLY_REJECTED, one.answer_by, months(one.answer_by)
        may_be_taken(session, one)
    session.flush()
    return ended


ANSWERS = (ObjectionState.ACCEPTED, ObjectionState.PARTLY, ObjectionState.REJECTED, ObjectionState.INADMISSIBLE)


def answer(session: Session, objection: Objection, state: ObjectionState, *, day: date) -> Objection:
    """The commission answers; the court is open unless it says yes to all. Raises Conflict: it is ended."""
    if objection.state is not ObjectionState.OPEN:
        raise problems.not_open(OBJECTIONS[objection.state])
    objection.state, objection.ended_on = state, day
    objection.court_by = None if state is ObjectionState.ACCEPTED else months(day)
    if state is not ObjectionState.ACCEPTED:
        may_be_taken(session, objection)
    session.flush()
    return objection


def may_be_taken(session: Session, objection: Objection) -> None:
    """An insured person's objection that failed holds no set-off back; a professional who objected is summoned."""
    undue = session.get(Undue, objection.undue_id) if objection.undue_id else None
    if undue is not None and undue.professional_id is None:
        undue.contested_on = None


def objections_of(session: Session, insured_id: str) -> list[Objection]:
    """What a person disputes, newest first."""
    query = select(Objection).where(Objection.insured_id == insured_id)
    return list(session.scalars(query.order_by(Objection.filed_on.desc(), Objection.id.desc())))
