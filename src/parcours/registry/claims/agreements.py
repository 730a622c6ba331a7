"""Prior agreements: some care is refunded only once the medical control agrees; its silence agrees (L315-2, D315-5)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims import problems
from parcours.registry.claims.acts import NamedAct, acts_of, named
from parcours.registry.claims.models import Agreement, AgreementState, Claim, NoAgreement
from parcours.registry.claims.words import AGREEMENTS
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of, send
from parcours.registry.people.service import get_insured

ORTHODONTICS = "TO"
"""Its treatments are asked for (NGAP VII), not its examinations. Other acts say themselves that they were."""
AGREED = (AgreementState.AGREED, AgreementState.AGREED_BY_SILENCE)
ANSWERED = "agreement"
"""Subject of the messages that tell an answer."""


def ask(
    session: Session, insured_id: str, professional_id: str, code: str, *, fund_code: str, day: date,
    longer: bool = False, by: str | None = None,
) -> Agreement:  # fmt: skip
    """A request that the fund receives; `longer`: the list gives the act the longer silence; `by`: who asks it here.

    Raises FactError: no known code. Raises Conflict: the same one waits, or is agreed to today.
    """
    code = named(code).code
    if not_needed_again(session, insured_id, professional_id, code, day):
        raise problems.agreement_asked(code, code=code)
    silence = "delais.accord_prealable_long_jours" if longer else "delais.accord_prealable_jours"
    row = Agreement(
        insured_id=insured_id, professional_id=professional_id, fund_code=fund_code, code=code,
        asked_on=day, answer_by=day + timedelta(days=thresholds.whole(silence, day)), state=AgreementState.ASKED,
        asked_by=by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def not_needed_again(session: Session, insured_id: str, professional_id: str, code: str, day: date) -> bool:
    """Does the same request wait for its answer, or was it made and agreed to today?"""
    get_insured(session, insured_id, lock=True)  # two requests are written one after the other
    waits = and_(Agreement.state == AgreementState.ASKED, Agreement.answer_by >= day)
    query = select(Agreement.id).where(
        Agreement.insured_id == insured_id, Agreement.professional_id == professional_id, Agreement.code == code,
        or_(waits, and_(Agreement.asked_on == day, Agreement.state.in_(AGREED))),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def answer(
    session: Session, row: Agreement, *, agreed: bool, day: date, at: datetime, why: NoAgreement | None = None
) -> Agreement:
    """The medical control answers in time; a refusal states why and the remedies. Raises Conflict: it is answered."""
    session.refresh(row, with_for_update=True)  # two officers answer one after the other
    if state_on(row, day) is not AgreementState.ASKED:
        raise problems.agreement_answered(AGREEMENTS[state_on(row, day)])
    state = AgreementState.AGREED if agreed else AgreementState.REFUSED
    end(session, row, state, day=day, on=day, at=at, why=None if agreed else why)
    return row


def state_on(row: Agreement, day: date) -> AgreementState:
    """Where a request is on a day: a silence whose last day is over agrees, written down or not."""
    silent = row.state is AgreementState.ASKED and row.answer_by < day
    return AgreementState.AGREED_BY_SILENCE if silent else row.state


def let_silence_agree(session: Session, fund_code: str, *, day: date, at: datetime) -> int:
    """Requests whose last day to be answered is over are agreed, from the day after it; how many."""
    query = select(Agreement).where(
        Agreement.fund_code == fund_code, Agreement.state == AgreementState.ASKED, Agreement.answer_by < day
    )
    silent = session.scalars(query.order_by(Agreement.id).with_for_update()).all()
    for row in silent:
        end(session, row, AgreementState.AGREED_BY_SILENCE, day=day, on=row.answer_by + timedelta(days=1), at=at)
    return len(silent)


def end(
    session: Session, row: Agreement, state: AgreementState, *, day: date, on: date, at: datetime,
    why: NoAgreement | None = None,
) -> None:  # fmt: skip
    """Write an answer down and tell the insured and who asked."""
    row.state, row.ended_on = state, on
    remedies = {"remedies": ["cmra", "court"]} if state is AgreementState.REFUSED else {}
    body = {"agreement": row.id, "answer": state.value, "asked_on": row.asked_on.isoformat(), **remedies}
    body |= {"why": why.value} if why else {}
    for to in (row.insured_id, row.professional_id):
        send(session, MessageKind.NOTIFICATION, ANSWERED, to, body, at=at, day=day, insured_id=row.insured_id)


def agreements_of(session: Session, insured_id: str) -> list[Agreement]:
    """What was asked for a person, the oldest first."""
    query = select(Agreement).where(Agreement.insured_id == insured_id)
    return list(session.scalars(query.order_by(Agreement.asked_on, Agreement.id)))


def asked_by(
    session: Session, professional_id: str, *, insured_id: str | None = None, after: str | None = None, limit: int = 50
) -> list[Agreement]:
    """What a practice asked, for everybody or for one person, the newest first; pages by `after` (last id)."""
    query = select(Agreement).where(Agreement.professional_id == professional_id)
    if insured_id:
        query = query.where(Agreement.insured_id == insured_id)
    if after:
        query = query.where(Agreement.id < after)
    return list(session.scalars(query.order_by(Agreement.id.desc()).limit(limit)))


def refusals_of(session: Session, rows: Iterable[Agreement]) -> dict[str, NoAgreement]:
    """Why some requests were refused, by their id, as the message that told it says."""
    refused = {one.id: one.insured_id for one in rows if one.state is AgreementState.REFUSED}
    if not refused:
        return {}
    people = set(refused.values())
    told = select(Message).where(
        Message.subject == ANSWERED, Message.insured_id.in_(people), Message.recipient.in_(people)
    )
    bodies = [body_of(one) for one in session.scalars(told)]
    return {one["agreement"]: NoAgreement(one["why"]) for one in bodies if one["agreement"] in refused and "why" in one}


def is_agreed(session: Session, claim: Claim, content: Mapping[str, Any]) -> bool:
    """Was what a sheet says was asked for, or has to be, agreed to before its care: its act, for its professional?

    A silence whose last day is over agrees, written down or not. A sheet that names no act is not held to one.
    """
    needed = any(is_treatment(one, claim.care_date) for one in acts_of(content))
    if not content.get("agreement_on") and not needed:
        return True
    return agreement_of(session, claim, content) is not None


def agreement_of(session: Session, claim: Claim, content: Mapping[str, Any]) -> Agreement | None:
    """The agreement, given or silent, that a sheet rests on: of its acts, its professional, before its care."""
    said_on, acts, care = content.get("agreement_on"), list(acts_of(content)), claim.care_date
    needed = any(is_treatment(one, care) for one in acts)
    if not said_on and not needed:
        return None
    silent = and_(Agreement.state == AgreementState.ASKED, Agreement.answer_by < care)
    query = select(Agreement).where(
        Agreement.insured_id == claim.insured_id, Agreement.professional_id == claim.professional_id,
        or_(silent, and_(Agreement.state.in_(AGREED), Agreement.ended_on <= care)),
    )  # fmt: skip
    if said_on:
        query = query.where(Agreement.asked_on == date.fromisoformat(said_on))
    codes = {ORTHODONTICS} if needed else {one.code for one in acts}
    if codes:
        query = query.where(Agreement.code.in_(codes))
    return session.scalar(query.order_by(Agreement.asked_on.desc(), Agreement.id).limit(1))


def is_treatment(act: NamedAct, on: date) -> bool:
    """Is an act an orthodontic treatment, by its coefficient? One that is not written rejects nothing."""
    if act.code != ORTHODONTICS or act.coefficient is None:
        return False
    return act.coefficient > thresholds.whole("accord_prealable.orthodontie_examens", on)
