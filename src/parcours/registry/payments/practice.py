"""What a practice expects of tiers payant, what it received, what is left and why."""

from collections import Counter
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
from parcours.registry.ledger.models import Account, LedgerPosting, LedgerTransaction

PAID = ("order", "returned", "set_off")
"""Kinds of entries that pay what is due, or take a payment back."""


@dataclass(frozen=True)
class PracticeView:
    """In cents; `to_correct`: rejected claims and why."""

    expected: int
    received: int
    """For the acts; what pays no act is beside."""
    penalties: int
    flat_fee: int
    """Received beside the acts."""
    penalties_due: int
    """Noted, to come with the next half-year."""
    waiting: tuple[tuple[Claim, int], ...]
    """The sheets of which something is still to come, and how much."""
    to_correct: tuple[tuple[str, str], ...]

    @property
    def open(self) -> int:
        """What is still to come for the acts, or to be sent again."""
        return sum(cents for _, cents in self.waiting)


def practice_view(session: Session, professional_id: str, *, day: date, at: datetime) -> PracticeView:
    """The sheets under tiers payant of a professional; one that was rejected is expected for what the engine says."""
    query = select(Claim).where(Claim.professional_id == professional_id).order_by(Claim.id)
    claims = [one for one in session.scalars(query) if said(one)["tiers_payant"] != "none"]
    expected = {one.id: expected_of(session, one, day=day, at=at) for one in claims}
    granted, paid, penalised = posted(session, professional_id)
    received = {one: min(cents, granted[one]) for one, cents in paid.items() if one is not None}
    left = [(one, expected[one.id] - received.get(one.id, 0)) for one in claims]
    waiting = tuple((one, cents) for one, cents in left if cents > 0)
    rejected = tuple((one.id, one.reason or "") for one in claims if one.state is ClaimState.REJECTED)
    return PracticeView(
        sum(expected.values()), sum(received.values()), sum(paid[one] - received[one] for one in received), paid[None],
        penalised, waiting, rejected,
    )  # fmt: skip


def posted(session: Session, professional_id: str) -> tuple[Counter[str | None], Counter[str | None], int]:
    """By claim, what funds granted a practice for its acts and what they paid it; then the penalties to come.

    A penalty is paid under the claim that was late, after the act itself; the flat fee is under no claim.
    """
    query = (
        select(LedgerPosting.account, LedgerPosting.claim_id, LedgerTransaction.kind, func.sum(LedgerPosting.cents))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerTransaction.book.like("amo:%"), LedgerPosting.party == professional_id,
               LedgerPosting.account.in_((Account.A_PAYER_PROFESSIONAL, Account.PENALITE_DUE)))
        .group_by(LedgerPosting.account, LedgerPosting.claim_id, LedgerTransaction.kind)
    )  # fmt: skip
    granted, paid, penalised = Counter[str | None](), Counter[str | None](), 0
    for account, claim_id, kind, cents in session.execute(query):
        if account is Account.PENALITE_DUE:
            penalised -= int(cents)
        elif kind in PAID:
            paid[claim_id] += int(cents)
        elif kind != "penalty_due":
            granted[claim_id] -= int(cents)
    return granted, paid, penalised


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
