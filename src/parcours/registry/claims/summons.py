"""After the notice of a sum undue: the summons to pay within a month, and the surcharge of what is unpaid then.

A professional bears it once the month is over (L133-4, R133-9-1); in case of fraud it comes with the notice, whoever
owes (L133-4, L133-4-1).
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import months_after
from parcours.registry.claims import problems
from parcours.registry.claims.models import Claim, Objection, ObjectionState, Undue
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.rules.practice import surcharge_of
from parcours.text import plain_euros

FRAUD = "fraud"
RATE, FRAUD_RATE = "indu.majoration_taux", "indu.majoration_fraude_taux"


def account_of(undue: Undue) -> Account:
    """Where a sum undue stands in the books."""
    return Account.INDU_PROFESSIONAL if undue.professional_id else Account.INDU_INSURED


def debtor_of(undue: Undue) -> str:
    """Who owes it."""
    return undue.professional_id or undue.insured_id or ""


def left_of(session: Session, book: str, undue: Undue) -> int:
    """Cents of a sum undue that were neither paid nor set off yet, its surcharge among them."""
    items = ledger.open_items(session, book, (account_of(undue),), party=debtor_of(undue))
    return sum(one.cents for one in items if one.claim_id == undue.claim_id)


def is_disputed(session: Session, undue: Undue) -> bool:
    """Is an objection to it still without an answer?"""
    query = select(Objection.id).where(Objection.undue_id == undue.id, Objection.state == ObjectionState.OPEN)
    return session.scalar(query.limit(1)) is not None


def summon(session: Session, book: str, undue: Undue, *, day: date, at: datetime) -> Undue:
    """Send the summons to pay what is left within a month.

    Raises Refused: the time to answer the notice runs, or the commission has not decided. Raises Conflict: nothing is
    left to pay.
    """
    if undue.answer_by is None or day <= undue.answer_by or is_disputed(session, undue):
        raise problems.summons_early(day, day=undue.answer_by or "—")
    left = left_of(session, book, undue)
    if not left:
        raise problems.nothing_left()
    undue.summoned_on = day
    summons_received(undue, day=day)
    body = {"undue": plain_euros(left), "pay_by": str(undue.pay_by), "remedies": ["cra"]}
    send(session, MessageKind.NOTIFICATION, "summons", debtor_of(undue), body, at=at, day=day,
         insured_id=undue.insured_id, claim_id=undue.claim_id)  # fmt: skip
    return undue


def summons_received(undue: Undue, *, day: date) -> Undue:
    """The month runs from the reception of the summons. Raises Conflict: none was sent."""
    if undue.summoned_on is None:
        raise problems.no_summons()
    undue.pay_by = months_after(day, thresholds.whole("delais.mise_en_demeure_mois", day))
    return undue


def surcharge(session: Session, book: str, undue: Undue, *, day: date, at: datetime, parameter: str = RATE) -> int:
    """Post the surcharge of what is still unpaid, once; its cents."""
    rate = thresholds.value_on(parameter, day)
    left = left_of(session, book, undue)
    cents = surcharge_of(left, int(rate.value * 100)) if rate is not None and not undue.surcharge else 0
    if not cents:
        return 0
    undue.surcharge = cents
    party = debtor_of(undue)
    ledger.post(session, Entry(
        book=book, kind="surcharge", key=f"surcharge:{undue.id}", claim_id=undue.claim_id, cause=Cause.OFFICER,
        cause_id=undue.id, at=day, known_at=at,
        lines=(Line(account_of(undue), party, cents, undue.claim_id), Line(Account.PRODUITS, party, -cents)),
    ))  # fmt: skip
    body = {"surcharge": plain_euros(cents), "undue": plain_euros(left + cents)}
    send(session, MessageKind.NOTIFICATION, "surcharge", party, body, at=at, day=day, insured_id=undue.insured_id,
         claim_id=undue.claim_id)  # fmt: skip
    return cents


def pursue(session: Session, book: str, undue: Undue, *, day: date, at: datetime) -> str:
    """What a day brings to the sum that a professional owes: the summons, the surcharge, or nothing; which of them.

    Observations wait for an officer, who answers them by a summons.
    """
    if undue.professional_id is None or undue.answer_by is None or is_disputed(session, undue):
        return ""
    if undue.pay_by is not None:
        late = day > undue.pay_by and surcharge(session, book, undue, day=day, at=at)
        return "surcharges" if late else ""
    if day <= undue.answer_by or undue.observed_on is not None or not left_of(session, book, undue):
        return ""
    summon(session, book, undue, day=day, at=at)
    return "summonses"


def pursue_all(session: Session, fund_code: str, *, day: date, at: datetime) -> dict[str, int]:
    """The same for every sum that professionals owe a fund; how many summonses and surcharges."""
    query = (
        select(Undue)
        .join(Claim, Claim.id == Undue.claim_id)
        .where(Claim.fund_code == fund_code, Undue.professional_id.is_not(None), Undue.answer_by < day,
               Undue.surcharge == 0)
    )  # fmt: skip
    counts = {"summonses": 0, "surcharges": 0}
    for one in session.scalars(query.order_by(Undue.id)).all():
        if done := pursue(session, f"amo:{fund_code}", one, day=day, at=at):
            counts[done] += 1
    return counts
