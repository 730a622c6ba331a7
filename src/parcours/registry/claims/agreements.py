"""Prior agreements: some care is refunded only once the medical control agrees; its silence agrees (L315-2, D315-5)."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims import problems
from parcours.registry.claims.models import Agreement, AgreementState, Claim
from parcours.registry.claims.words import AGREEMENTS
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send

ORTHODONTICS = "TO"
"""Asked for before the first semester (NGAP VII). Other acts say themselves that they were asked for."""
AGREED = (AgreementState.AGREED, AgreementState.AGREED_BY_SILENCE)


def ask(
    session: Session, insured_id: str, professional_id: str, code: str, *, fund_code: str, day: date,
    longer: bool = False,
) -> Agreement:  # fmt: skip
    """A request that the fund receives; `longer`: the list gives the act the longer silence."""
    silence = "delais.accord_prealable_long_jours" if longer else "delais.accord_prealable_jours"
    row = Agreement(
        insured_id=insured_id, professional_id=professional_id, fund_code=fund_code, code=code, asked_on=day,
        answer_by=day + timedelta(days=thresholds.whole(silence, day)), state=AgreementState.ASKED,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def answer(session: Session, row: Agreement, *, agreed: bool, day: date, at: datetime) -> Agreement:
    """The medical control answers in time; a refusal states the remedies. Raises Conflict: it is answered already."""
    if row.state is not AgreementState.ASKED or day > row.answer_by:
        raise problems.agreement_answered(AGREEMENTS[row.state])
    end(session, row, AgreementState.AGREED if agreed else AgreementState.REFUSED, day=day, on=day, at=at)
    return row


def let_silence_agree(session: Session, fund_code: str, *, day: date, at: datetime) -> int:
    """Requests whose time to be answered is over are agreed; how many."""
    silent = session.scalars(select(Agreement).where(
        Agreement.fund_code == fund_code, Agreement.state == AgreementState.ASKED, Agreement.answer_by < day
    )).all()  # fmt: skip
    for row in silent:
        end(session, row, AgreementState.AGREED_BY_SILENCE, day=day, on=row.answer_by, at=at)
    return len(silent)


def end(session: Session, row: Agreement, state: AgreementState, *, day: date, on: date, at: datetime) -> None:
    """Write an answer down and tell the insured and who asked."""
    row.state, row.ended_on = state, on
    remedies = {"remedies": ["cmra", "court"]} if state is AgreementState.REFUSED else {}
    body = {"agreement": row.id, "answer": state.value, "asked_on": row.asked_on.isoformat(), **remedies}
    for to in (row.insured_id, row.professional_id):
        send(session, MessageKind.NOTIFICATION, "agreement", to, body, at=at, day=day, insured_id=row.insured_id)


def agreements_of(session: Session, insured_id: str) -> list[Agreement]:
    """What was asked for a person, the oldest first."""
    query = select(Agreement).where(Agreement.insured_id == insured_id)
    return list(session.scalars(query.order_by(Agreement.asked_on, Agreement.id)))


def is_agreed(session: Session, claim: Claim, content: dict[str, Any]) -> bool:
    """Was what a sheet says was asked for, or has to be, agreed to before its care?"""
    said_on, needed = content.get("agreement_on"), ORTHODONTICS in codes_of(content)
    if not said_on and not needed:
        return True
    query = select(Agreement).where(
        Agreement.insured_id == claim.insured_id, Agreement.state.in_(AGREED), Agreement.ended_on <= claim.care_date
    )
    if said_on:
        query = query.where(Agreement.asked_on == date.fromisoformat(said_on))
    if needed:
        query = query.where(Agreement.code == ORTHODONTICS)
    return session.scalar(query.limit(1)) is not None


def codes_of(content: dict[str, Any]) -> set[str]:
    """The acts that a sheet names, without their coefficients."""
    named = [content["facts"].get("act"), *(one.get("code") for one in content.get("acts", ()))]
    return {str(one).partition(" ")[0].upper() for one in named if one}
