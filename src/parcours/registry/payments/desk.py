"""What waits at a practice and at an insurer: the sheets and lots of one, the lines of the other; what is still owed.

A row has ids, codes, amounts and days; never what the sheet says of the care.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from parcours.registry.claims.models import Claim, ClaimState, Decision, Lot
from parcours.registry.complementary.models import Link
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, LedgerPosting, LedgerTransaction
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.queues import PAYABLE, UNDUE, UNREAD, unpaid
from parcours.registry.payments.strands import Waiting

A_MONTH = timedelta(days=31)

# --- a practice ------------------------------------------------------------------------------------------------------


def claims_of_practice(
    session: Session, professional_id: str, *, states: Sequence[ClaimState] = (), after: str | None = None,
    limit: int = 50,
) -> list[Claim]:  # fmt: skip
    """Sheets of a professional with their state and reason, newest first; pages by `after` (last id)."""
    query = select(Claim).options(UNREAD).where(Claim.professional_id == professional_id)
    if states:
        query = query.where(Claim.state.in_(states))
    return list(session.scalars(_older(session, query, after).limit(limit)))


def _older(session: Session, query: Select[Any], after: str | None) -> Select[Any]:
    """By the day of care, the newest first; within a day the last written first."""
    if after:
        day = session.scalar(select(Claim.care_date).where(Claim.id == after))
        query = query.where((Claim.care_date < day) | ((Claim.care_date == day) & (Claim.id < after)))
    return query.order_by(Claim.care_date.desc(), Claim.id.desc())


def lots_of_practice(session: Session, professional_id: str, *, after: str | None = None, limit: int = 50) -> list[Lot]:
    """Lots of a professional, newest first; pages by `after` (last id)."""
    query = select(Lot).where(Lot.professional_id == professional_id)
    if after:
        query = query.where(Lot.id < after)
    return list(session.scalars(query.order_by(Lot.id.desc()).limit(limit)))


def lot_claims(session: Session, lot_id: str) -> list[Claim]:
    """The sheets whose last lot this is."""
    query = select(Claim).options(UNREAD).where(Claim.lot_id == lot_id)
    return list(session.scalars(query.order_by(Claim.sheet_number, Claim.id)))


def late_for_practice(session: Session, professional_id: str, day: date) -> list[Waiting]:
    """Tiers payant of one practice whose guaranteed day is over, the oldest first."""
    found = unpaid(session, Claim.professional_id == professional_id, day)
    return sorted((one for one in found if (one.left(day) or 0) < 0), key=lambda one: (one.since, one.id))


# --- what is still owed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owed:
    """Cents that a fund has still to get back."""

    deferred: int
    """To be taken on a later refund: what tiers payant left."""
    undue: int
    """Asked back."""


def owed_of(session: Session, fund_code: str, *, party: str | None = None, claim_id: str | None = None) -> Owed:
    """What somebody owes a fund, or what is owed of a claim."""
    items = ledger.open_items(session, f"amo:{fund_code}", (*DEFERRED, *UNDUE), party=party, claim_id=claim_id)
    return Owed(*(sum(one.cents for one in items if one.account in kept) for kept in (DEFERRED, UNDUE)))


def owed_then(session: Session, fund_code: str, party: str, on: date, at: datetime | None) -> Owed:
    """What somebody owed a fund on a day, as it was known at an instant."""
    found = ledger.balances(session, book=f"amo:{fund_code}", party=party, as_of=on, known_on=at)
    return Owed(*(sum(cents for key, cents in found.items() if key[1] in kept) for kept in (DEFERRED, UNDUE)))


# --- an insurer ------------------------------------------------------------------------------------------------------


def last_paid(session: Session, insurer: str, today: date) -> tuple[date, int] | None:
    """The last of 31 days on which an insurer ordered transfers, and their sum: the product plays the insurer."""
    query = (
        select(Order.day, func.sum(Order.cents))
        .where(Order.book == f"amc:{insurer}", Order.day.between(today - A_MONTH, today))
        .where(Order.state != OrderState.RETURNED)
        .group_by(Order.day)
        .order_by(Order.day.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return (found[0], int(found[1])) if found else None


def unpaid_of_insurer(session: Session, insurer: str, claim_ids: Sequence[str]) -> set[str]:
    """Claims of which something of an insurer's part has still to be paid."""
    query = (
        select(LedgerPosting.claim_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerTransaction.book == f"amc:{insurer}", LedgerPosting.account.in_(PAYABLE),
               LedgerPosting.claim_id.in_(claim_ids))
        .group_by(LedgerPosting.claim_id)
        .having(func.sum(LedgerPosting.cents) < 0)
    )  # fmt: skip
    return {one for one in session.scalars(query) if one}


def insurer_lines(
    session: Session, insurer: str, *, after: str | None = None, limit: int = 50, first: date | None = None,
    last: date | None = None,
) -> list[Decision]:  # fmt: skip
    """Decisions that stand on care of an insurer's own contracts, for their dates, newest first; pages by `after`."""
    covered = select(Link.id).where(
        Link.insured_id == Decision.insured_id, Link.insurer == insurer, Link.starts_on <= Decision.care_date,
        (Link.ends_on.is_(None)) | (Link.ends_on > Decision.care_date),
    )  # fmt: skip
    query = select(Decision).options(defer(Decision.content))
    query = query.where(Decision.insurer == insurer, Decision.current.is_(True), covered.exists())
    if first is not None:
        query = query.where(Decision.care_date >= first)
    if last is not None:
        query = query.where(Decision.care_date <= last)
    if after:
        query = query.where(Decision.id < after)
    return list(session.scalars(query.order_by(Decision.id.desc()).limit(limit)))
