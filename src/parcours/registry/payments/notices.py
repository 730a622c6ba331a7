"""What a payment tells: the return that a practice reconciles, the statement of the insured."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.models import Claim
from parcours.registry.ledger.models import Account
from parcours.registry.ledger.service import Open
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of, send
from parcours.registry.payments.models import Order
from parcours.text import plain_euros

TO_PAY = "avis_a_payer"
"""A notice of sums to pay."""
LINES = {
    Account.DIFFERE_TMT: "TMT 1957",
    Account.DIFFERE_PF: "PFT 1952",
    Account.DIFFERE_FR: "FRT",
    Account.INDU_INSURED: "INDU",
    Account.INDU_PROFESSIONAL: "INDU",
}
"""Names of what is taken, as national lines have them; a deductible's number depends on who gave the care."""
FRT = {"pharmacie": "FRT 1972", "transporteur": "FRT 1974"}
FRT_AUXILIAIRES = "FRT 1976"


def tell_practice(
    session: Session, professional_id: str, due: Sequence[Open], order: Order | None, before: Collection[str], *,
    day: date, at: datetime,
) -> None:  # fmt: skip
    """The lines of a transfer: their sum is the transfer. `before`: claims that were paid already."""
    lines = [{"claim": one.claim_id, "paid": plain_euros(one.cents), **kind_of(one, before)} for one in due]
    total = plain_euros(order.cents if order else 0)
    body = {"transfer": total, "reference": order.reference if order else None, "lines": lines}
    send(session, MessageKind.RSP, "paid", professional_id, body, at=at, day=day)


def kind_of(item: Open, before: Collection[str]) -> dict[str, str]:
    """What a line of a transfer pays: an act, the penalty of one that was paid late, a part of the flat fee."""
    if item.claim_id is None:
        return {"status": "forfait", "line": "MTF 1173"}
    return {"status": "penalty", "line": "NRD 1167"} if item.claim_id in before else {"status": "paid"}


def answer_engagements(
    session: Session, professional_id: str, due: Sequence[Open], order: Order | None, *, day: date, at: datetime
) -> None:
    """A complementary insurer pays what practices asked of it: each line names the number it was engaged by."""
    ids = [one.claim_id for one in due if one.claim_id]
    asked = select(Message).where(Message.kind == MessageKind.DRE, Message.claim_id.in_(ids))
    numbers = {one.claim_id: body_of(one)["engagement"] for one in session.scalars(asked)}
    lines = [
        {"claim": one.claim_id, "engagement": numbers[one.claim_id], "paid": plain_euros(one.cents)}
        for one in due if one.claim_id in numbers
    ]  # fmt: skip
    if lines:
        body = {"reference": order.reference if order else None, "lines": lines}
        send(session, MessageKind.DRE_RSP, "paid", professional_id, body, at=at, day=day)


def tell_statement(
    session: Session, insured_id: str, due: Sequence[Open], taken: Sequence[tuple[Open, int]], order: Order | None,
    left: int, *, day: date, at: datetime,
) -> None:  # fmt: skip
    """What was refunded, what was taken on it and for which act, what was paid and what is left to take."""
    claims = {one.id: one for one in session.scalars(
        select(Claim).where(Claim.id.in_([one.claim_id for one, _ in taken if one.claim_id]))
    )}  # fmt: skip
    deductions = [
        {"line": line_of(session, one, claims), "care_date": claims[one.claim_id].care_date.isoformat(),
         "claim": one.claim_id, "cents": plain_euros(cents)}
        for one, cents in taken if one.claim_id in claims
    ]  # fmt: skip
    body = {
        "refunds": [{"claim": one.claim_id, "refund": plain_euros(one.cents)} for one in due],
        "deductions": deductions, "left": plain_euros(left), "paid": plain_euros(order.cents if order else 0),
        "reference": order.reference if order else None,
    }  # fmt: skip
    send(session, MessageKind.STATEMENT, "refund", insured_id, body, at=at, day=day, insured_id=insured_id)


def tell_to_pay(session: Session, insured_id: str, owed: Sequence[Open], *, day: date, at: datetime) -> None:
    """What is to be paid, and for which act: no refund came to take it from."""
    known = select(Claim).where(Claim.id.in_([one.claim_id for one in owed if one.claim_id]))
    claims = {one.id: one for one in session.scalars(known)}
    lines = [
        {"line": line_of(session, one, claims), "care_date": claims[one.claim_id].care_date.isoformat(),
         "claim": one.claim_id, "cents": plain_euros(one.cents)}
        for one in owed if one.claim_id in claims
    ]  # fmt: skip
    body = {"to_pay": plain_euros(sum(one.cents for one in owed)), "lines": lines}
    send(session, MessageKind.AVIS, TO_PAY, insured_id, body, at=at, day=day, insured_id=insured_id)


def line_of(session: Session, item: Open, claims: dict[str, Claim]) -> str:
    """Name of the line under which something is taken."""
    from parcours.registry.directory.service import get_professional

    if item.account is not Account.DIFFERE_FR or item.claim_id is None:
        return line_name(item.account, None)
    return line_name(item.account, get_professional(session, claims[item.claim_id].professional_id).profession)


def line_name(account: Account, profession: str | None) -> str:
    """National name of a deduction; a deductible's depends on who gave the care."""
    if account is Account.DIFFERE_FR and profession is not None:
        return FRT.get(profession, FRT_AUXILIAIRES)
    return LINES[account]
