"""What a practice expects of tiers payant, what it received, what is left and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import current_decision
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.claims.money import amounts_of
from parcours.registry.claims.settling import settle_claim
from parcours.registry.claims.sheets import said
from parcours.registry.payments.models import Order, OrderState


@dataclass(frozen=True)
class PracticeView:
    """In cents; `to_correct`: rejected claims and why."""

    expected: int
    received: int
    to_correct: tuple[tuple[str, str], ...]

    @property
    def open(self) -> int:
        """What is still to come, or to be sent again."""
        return self.expected - self.received


def practice_view(session: Session, professional_id: str, *, day: date, at: datetime) -> PracticeView:
    """The sheets under tiers payant of a professional; one that was rejected is expected for what the engine says."""
    query = select(Claim).where(Claim.professional_id == professional_id).order_by(Claim.id)
    claims = [one for one in session.scalars(query) if said(one)["tiers_payant"] != "none"]
    expected = sum(expected_of(session, one, day=day, at=at) for one in claims)
    settled = select(func.sum(Order.cents)).where(
        Order.party == professional_id, Order.state == OrderState.SETTLED, Order.book.like("amo:%")
    )
    rejected = tuple((one.id, one.reason or "") for one in claims if one.state is ClaimState.REJECTED)
    return PracticeView(expected, int(session.scalar(settled) or 0), rejected)


def expected_of(session: Session, claim: Claim, *, day: date, at: datetime) -> int:
    """What the compulsory insurance pays the practice for a claim."""
    decision = current_decision(session, claim.id)
    if decision is not None:
        return amounts_of(decision).paid
    if claim.state is ClaimState.REVERSED:
        return 0
    settled = settle_claim(session, claim, day=day, at=at, stated={})
    return settled.total("amo") + settled.total("deferred")


def reconcile(session: Session, professional_id: str, claim_ids: Sequence[str], *, day: date, at: datetime) -> int:
    """A practice has found these claims in its returns; how many it had not yet. Others' claims are left alone."""
    query = select(Claim).where(
        Claim.id.in_(claim_ids), Claim.professional_id == professional_id, Claim.state == ClaimState.PAID
    )
    found = list(session.scalars(query.order_by(Claim.id)))
    for claim in found:
        lifecycle.move(session, claim, ClaimState.RECONCILED, day=day, at=at)
    return len(found)
