"""Asked before care: how much an insurer will pay of a sheet (CLC-like, simulated). Nothing is decided, nothing counts.

The amount is the engine's, with what the registry knows and the counters of the day.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from parcours.registry.claims.settling import contract_of, settle_claim
from parcours.registry.claims.sheets import Sheet, check_shape, claim_of
from parcours.registry.complementary.engaging import Known, known_on
from parcours.registry.complementary.service import link_on
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.text import plain_euros


@dataclass(frozen=True)
class Quote:
    """What an insurer answers."""

    known: Known
    amount: int | None
    """Cents that it will pay; None when nobody told what the contract guarantees."""
    rule: str | None
    """What the contract guarantees: its name in the library."""


def quote(session: Session, sheet: Sheet, *, day: date, at: datetime) -> Quote:
    """Ask the insurer of the care day how much it pays of a sheet that is not sent. Raises as `settle_claim`."""
    check_shape(sheet, max(day, sheet.care_date))
    known = known_on(session, sheet.professional_id, sheet.insured_id, sheet.care_date)
    link = link_on(session, sheet.insured_id, sheet.care_date)
    rule = contract_of(link) if known.known else None
    settled = settle_claim(session, claim_of(sheet), day=max(day, sheet.care_date), at=at, stated={}) if rule else None
    answer = Quote(known, settled.total("amc") if settled else None, rule)
    if known.insurer is not None:
        tell(session, sheet, answer, day=day, at=at)
    return answer


def tell(session: Session, sheet: Sheet, answer: Quote, *, day: date, at: datetime) -> None:
    """Keep the question to the insurer and its answer to the practice."""
    about = {"care_date": sheet.care_date.isoformat(), "expense": plain_euros(sum(sheet.lines))}
    asked = send(session, MessageKind.CLC, "asked", answer.known.insurer or "", about, at=at, day=day,
                 insured_id=sheet.insured_id)  # fmt: skip
    body = {
        **about, "insurer": answer.known.insurer, "engagement": answer.known.engagement, "rule": answer.rule,
        "amount": None if answer.amount is None else plain_euros(answer.amount),
    }  # fmt: skip
    subject = "unknown" if answer.amount is None else "amount"
    send(session, MessageKind.CLC, subject, sheet.professional_id, body, at=at, day=day, insured_id=sheet.insured_id,
         reply_to=asked.id)  # fmt: skip
