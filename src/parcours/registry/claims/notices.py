"""What an adjudication tells: the insurer, the practice, the insured."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.models import Claim, Decision, DecisionLine
from parcours.registry.complementary.engaging import engagement
from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import WAITING, link_on
from parcours.registry.messages import feed
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import message_of, send
from parcours.registry.store.bulk import insert_all
from parcours.text import plain_euros

KEPT = (("TMT", "majoration"), ("PF", "pf"), ("FR", "fr"))
C2S = "c2s"


def tell_insurer(session: Session, claim: Claim, decision: Decision, action: str, *, day: date, at: datetime) -> bool:
    """Tell the insurer what was decided; nothing while two contracts overlap: the line waits, it is not lost."""
    feed.begin(session)
    link = link_on(session, claim.insured_id, claim.care_date)
    lines = session.scalars(select(DecisionLine).where(DecisionLine.decision_id == decision.id))
    ordered = sorted(lines, key=lambda one: one.number)
    message = to_insurer(claim, decision, action, link, ordered, day=day, at=at)
    if message is None:
        return False
    insert_all(session, [message])
    return True


def to_insurer(
    claim: Claim, decision: Decision, action: str, link: Link | None, lines: Sequence[DecisionLine], *, day: date,
    at: datetime,
) -> Message | None:  # fmt: skip
    """What the insurer of the care day is told of a decision, also once its contract has ended; nothing without one,
    nor while two overlap.
    """
    if decision.insurer in (None, C2S) or link is None or link.state in WAITING:
        return None
    body = {
        "action": action, "expense": plain_euros(decision.fee), "base": plain_euros(decision.base),
        "rate": decision.rate // 100, "gross": plain_euros(decision.gross), "paid": plain_euros(decision.amo),
        **{name: f"-{plain_euros(getattr(decision, field))}" for name, field in KEPT if getattr(decision, field)},
        "amc": plain_euros(decision.amc), "care_date": claim.care_date.isoformat(), "status": decision.status,
        "lines": [said_line(one) for one in lines],
    }  # fmt: skip
    return message_of(MessageKind.NOEMIE_OC, action, link.insurer, body, at=at, day=day,
                      insured_id=claim.insured_id, claim_id=claim.id)  # fmt: skip


def for_practice(
    claim: Claim, decision: Decision, link: Link | None, lines: Sequence[DecisionLine], *, day: date, at: datetime
) -> Message | None:
    """Under full tiers payant: what the practice asks the insurer of the care day, under the number of its promise."""
    if not decision.amc_to_professional or not decision.amc or decision.insurer in (None, C2S) or link is None:
        return None
    body = {
        "engagement": engagement(link, claim.professional_id, claim.care_date),
        "care_date": claim.care_date.isoformat(),
        "acts": [one.code for one in lines], "expense": plain_euros(decision.fee), "amc": plain_euros(decision.amc),
    }  # fmt: skip
    return message_of(MessageKind.DRE, "asked", link.insurer, body, at=at, day=day,
                      insured_id=claim.insured_id, claim_id=claim.id)  # fmt: skip


def said_line(line: DecisionLine) -> dict[str, object]:
    """One act of a sheet of several, as an insurer is told of it."""
    return {
        "act": line.code, "expense": plain_euros(line.fee), "base": plain_euros(line.base), "rate": line.rate // 100,
        "paid": plain_euros(line.amo), "amc": plain_euros(line.amc),
        **{name: f"-{plain_euros(getattr(line, field))}" for name, field in KEPT if getattr(line, field)},
    }  # fmt: skip


def tell_waiting(session: Session, link: Link, *, day: date, at: datetime) -> list[Claim]:
    """Once a link works again: the insurer of each care day is told of every decision that nobody was told of."""
    told = select(Message.claim_id).where(
        Message.kind == MessageKind.NOEMIE_OC, Message.insured_id == link.insured_id, Message.claim_id.is_not(None)
    )
    query = (
        select(Claim, Decision)
        .join(Decision, Decision.claim_id == Claim.id)
        .where(
            Claim.insured_id == link.insured_id,
            Decision.current.is_(True),
            Claim.id.not_in(told),
        )
        .order_by(Claim.id)
    )
    waiting = session.execute(query).all()
    return [claim for claim, decision in waiting if tell_insurer(session, claim, decision, "new", day=day, at=at)]


def to_practice(
    claim: Claim, signals: Sequence[str], transmitted: str, computed: int, *, day: date, at: datetime
) -> Message | None:
    """The practice transmitted another indicator than the one computed: the fund computes, both are kept."""
    if not any(one.startswith("SIM-IPS-DIFFERS") for one in signals):
        return None
    body = {"status": "paid", "transmitted": transmitted, "computed": computed, "signal": "SIM-IPS-DIFFERS"}
    return message_of(MessageKind.RSP, "signalled", claim.professional_id, body, at=at, day=day, claim_id=claim.id)


def notify_undue(session: Session, claim: Claim, cents: int, to: str, *, day: date, at: datetime) -> None:
    """A sum to be given back: the notice states the remedies and their delays."""
    body = {"undue": plain_euros(cents), "remedies": ["correction", "cra", "mediation"], "care": str(claim.care_date)}
    send(session, MessageKind.NOTIFICATION, "indu", to, body, at=at, day=day,
         insured_id=claim.insured_id, claim_id=claim.id)  # fmt: skip


def told_on(session: Session, claim: Claim, decision: Decision | None) -> date | None:
    """The day on which the insured was told of a decision: from it the time to object runs."""
    query = select(Message.day).where(Message.claim_id == claim.id, Message.recipient == claim.insured_id)
    told = session.scalar(query.order_by(Message.day.desc()).limit(1))
    return told or (decision.decided_on if decision else None)
