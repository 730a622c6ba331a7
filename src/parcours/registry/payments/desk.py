"""What waits at each desk: the sheets and lots of a practice, the queues of a fund, the lines of an insurer.

A row has ids, codes, amounts and days; never what the sheet says of the care.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, defer

from parcours.law import thresholds
from parcours.law.workdays import working_days_after, working_days_between
from parcours.registry.claims.models import (
    Agreement,
    AgreementState,
    Claim,
    ClaimEvent,
    ClaimState,
    Decision,
    Lot,
    Objection,
    ObjectionState,
    Undue,
)
from parcours.registry.claims.sheets import PAPERS
from parcours.registry.complementary.models import Link, LinkEvent, LinkState
from parcours.registry.directory.models import Professional
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.notices import TO_PAY
from parcours.registry.payments.service import DEFERRED
from parcours.registry.people.models import Affiliation
from parcours.registry.store.periods import holding

UNREAD = defer(Claim.content)
"""No desk decrypts what a sheet says."""
PAYABLE = (Account.A_PAYER_INSURED, Account.A_PAYER_PROFESSIONAL)
FUND, PRACTICE, INSURED, BANK = "fund", "practice", "insured", "bank"
"""Whose turn it is."""
UNPAID = "late_tiers_payant"
OF_SHEETS = {
    "to_adjudicate": (ClaimState.ACKNOWLEDGED, ClaimState.RECEIVED),
    "held": (ClaimState.HELD,),
    "proof_missing": (ClaimState.WAITING_FOR_PROOF,),
}
"""Queues that are all the sheets of some states."""
PAPER_DAYS = 15
"""Working days to decide what came on paper: a setting."""
CHOICE_DAYS = 7
"""Days to handle the choice between two contracts: a setting, after the public pages of 2020."""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits in a queue of a fund."""

    queue: str
    id: str
    """Of the claim, the objection, the sum, the order, the link or the message."""
    since: date
    owner: str
    deadline: date | None = None
    reason: str = ""
    claim_id: str | None = None
    insured_id: str | None = None
    professional_id: str | None = None
    cents: int = 0

    def age(self, today: date) -> int:
        """Days since it waits."""
        return (today - self.since).days

    @property
    def place(self) -> str:
        """Where it stands: the nearest deadline first, then what waits longest; a page goes on after a place."""
        return f"{self.deadline or date.max} {self.since} {self.id}"

    def left(self, today: date) -> int | None:
        """Days left, below zero once they are over; None when nothing counts them."""
        return None if self.deadline is None else (self.deadline - today).days


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


# --- a fund ----------------------------------------------------------------------------------------------------------


def queue(session: Session, fund_code: str, name: str, day: date, after: str = "") -> list[Waiting]:
    """What waits in a queue `after` a place, the nearest deadline first. Raises KeyError for a queue that is none."""
    found = (one for one in QUEUES[name](session, fund_code, day) if one.place > after)
    return sorted(found, key=attrgetter("place"))


def queue_sizes(session: Session, fund_code: str, day: date) -> dict[str, int]:
    """How many wait in each queue; those of sheets, which may be many, are counted and not read."""
    whose = Claim.fund_code == fund_code
    late = not_paid(whose).with_only_columns(func.count())
    sizes = {UNPAID: session.scalar(late) or 0}
    for name, states in OF_SHEETS.items():
        sizes[name] = session.scalar(select(func.count()).select_from(Claim).where(whose, Claim.state.in_(states))) or 0
    return {name: sizes[name] if name in sizes else len(queue(session, fund_code, name, day)) for name in QUEUES}


def in_state(session: Session, fund_code: str, state: ClaimState) -> Iterator[tuple[Claim, date]]:
    """Claims of a fund in a state, each with the day it came to it."""
    since = select(func.max(ClaimEvent.day)).where(ClaimEvent.claim_id == Claim.id, ClaimEvent.state == state)
    query = select(Claim, since.scalar_subquery()).options(UNREAD)
    query = query.where(Claim.fund_code == fund_code, Claim.state == state)
    for row in session.execute(query):
        yield row[0], row[1]


def of_claim(queue: str, claim: Claim, since: date, owner: str, deadline: date | None) -> Waiting:
    """A claim that waits."""
    return Waiting(queue, claim.id, since, owner, deadline, claim.reason or "", claim.id, claim.insured_id,
                   claim.professional_id, claim.fee)  # fmt: skip


def to_adjudicate(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Arrived or received: decided on the next working day, what is on paper within its days."""
    for state in OF_SHEETS["to_adjudicate"]:
        for claim, since in in_state(session, fund_code, state):
            days = PAPER_DAYS if claim.kind in PAPERS else 1
            yield of_claim("to_adjudicate", claim, since, FUND, working_days_after(since, days))


def held(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """An officer decides: a duplicate, an amount, a day that the law does not know."""
    for claim, since in in_state(session, fund_code, ClaimState.HELD):
        yield of_claim("held", claim, since, FUND, None)


def proof_missing(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """A degraded sheet whose signed paper has not come."""
    days = thresholds.whole("delais.feuille_tiers_payant_jours", _day)
    for claim, since in in_state(session, fund_code, ClaimState.WAITING_FOR_PROOF):
        yield of_claim("proof_missing", claim, since, PRACTICE, working_days_after(since, days))


def reversals(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Taken back, and somebody still owes."""
    owed = {one.claim_id for one in open_undue(session, fund_code)}
    for claim, since in in_state(session, fund_code, ClaimState.REVERSED):
        if claim.id in owed:
            yield of_claim("reversals", claim, since, FUND, None)


def open_undue(session: Session, fund_code: str) -> list[ledger.Open]:
    """What is still owed to a fund, claim by claim."""
    return ledger.open_items(session, f"amo:{fund_code}", (Account.INDU_INSURED, Account.INDU_PROFESSIONAL))


def undue(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Sums asked back that are not back yet."""
    left = {one.claim_id: one.cents for one in open_undue(session, fund_code) if one.claim_id}
    for one in session.scalars(select(Undue).where(Undue.claim_id.in_(left))):
        owner = PRACTICE if one.professional_id else INSURED
        turn = FUND if one.contested_on or one.observed_on else owner
        reason = "contested" if one.contested_on else "observed" if one.observed_on else one.cause
        yield Waiting("undue", one.id, one.notified_on, turn, one.answer_by, reason, one.claim_id, one.insured_id,
                      one.professional_id, left[one.claim_id or ""])  # fmt: skip


def objections(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Open objections: a silence at their last day means no."""
    query = select(Objection, Claim.fund_code).join(Claim, Claim.id == Objection.claim_id, isouter=True)
    for one, known in session.execute(query.where(Objection.state == ObjectionState.OPEN)):
        code = known or fund_of_undue(session, one.undue_id)
        if code in (fund_code, None):
            yield Waiting("objections", one.id, one.filed_on, FUND, one.answer_by, "", one.claim_id, one.insured_id,
                          one.professional_id)  # fmt: skip


def fund_of_undue(session: Session, undue_id: str | None) -> str | None:
    """The fund that asks a sum back."""
    query = select(Claim.fund_code).join(Undue, Undue.claim_id == Claim.id).where(Undue.id == undue_id)
    return session.scalar(query)


def agreements(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Prior agreements that are asked for: a silence after their last day agrees."""
    query = select(Agreement).where(Agreement.state == AgreementState.ASKED, Agreement.fund_code == fund_code)
    for one in session.scalars(query):
        yield Waiting("agreements", one.id, one.asked_on, FUND, one.answer_by, one.code, None, one.insured_id,
                      one.professional_id)  # fmt: skip


def returned_payments(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Transfers that the bank gave back, and that no other order has paid since."""
    books = (f"amo:{fund_code}", f"c2s:{fund_code}")
    query = select(Order, Professional.id).join(Professional, Professional.id == Order.party, isouter=True)
    query = query.where(Order.state == OrderState.RETURNED, Order.book.in_(books), waits_again())
    for one, professional in session.execute(query):
        yield Waiting("returned_payments", one.id, one.settled_on or one.day, FUND, None, one.reference,
                      insured_id=None if professional else one.party, professional_id=professional,
                      cents=one.cents)  # fmt: skip


def waits_again() -> ColumnElement[bool]:
    """Is something of what a returned order paid still due to its party?"""
    back, since = (aliased(LedgerPosting) for _ in range(2))
    act, later = (aliased(LedgerTransaction) for _ in range(2))
    due = (
        select(func.sum(since.cents))
        .join(later, later.id == since.transaction_id)
        .where(later.book == Order.book, since.claim_id == back.claim_id, since.party == Order.party,
               since.account.in_(PAYABLE))
    )  # fmt: skip
    given = select(back.id).join(act, act.id == back.transaction_id)
    given = given.where(act.cause_id == Order.id, act.kind == "returned", back.account.in_(PAYABLE))
    return given.where(due.correlate(back, Order).scalar_subquery() != 0).correlate(Order).exists()


def notices(session: Session, fund_code: str, _day: date) -> Iterator[Waiting]:
    """Notices of sums to pay: nobody has paid them yet."""
    owing: dict[str, int] = {}
    for owed in ledger.open_items(session, f"amo:{fund_code}", DEFERRED):
        owing[owed.party] = owing.get(owed.party, 0) + owed.cents
    query = select(Message).options(defer(Message.body)).where(
        Message.kind == MessageKind.AVIS, Message.subject == TO_PAY, Message.insured_id.in_(owing)
    )  # fmt: skip
    latest = {one.insured_id or "": one for one in session.scalars(query.order_by(Message.day, Message.id))}
    for who, one in latest.items():
        yield Waiting("notices", one.id, one.day, INSURED, None, one.subject, None, who, cents=owing[who])


def overlaps(session: Session, fund_code: str, day: date) -> Iterator[Waiting]:
    """People with two contracts at once: each chooses, then it is handled within a week; one row a person."""
    last = select(func.max(LinkEvent.day)).where(LinkEvent.link_id == Link.id).scalar_subquery()
    query = (
        select(Link, last)
        .options(defer(Link.contract))
        .join(Affiliation, Affiliation.insured_id == Link.insured_id)
        .where(Link.state.in_((LinkState.SUSPENDED, LinkState.CHOSEN)), Affiliation.fund_code == fund_code,
               holding(Affiliation, day))
    )  # fmt: skip
    of_person: dict[str, tuple[Link, date]] = {}
    for link, since in session.execute(query.order_by(Link.id)):
        known = of_person.get(link.insured_id)
        if known is None or (link.state is LinkState.CHOSEN and known[0].state is not LinkState.CHOSEN):
            of_person[link.insured_id] = link, since
    for link, since in of_person.values():
        chosen = link.state is LinkState.CHOSEN
        deadline = date.fromordinal(since.toordinal() + CHOICE_DAYS) if chosen else None
        yield Waiting("overlaps", link.id, since, FUND if chosen else INSURED, deadline, link.state.value, None,
                      link.insured_id)  # fmt: skip


def late_tiers_payant(session: Session, fund_code: str, day: date) -> Iterator[Waiting]:
    """Tiers payant that a fund has received and not paid: the last day of the guarantee, then the penalty runs."""
    return unpaid(session, Claim.fund_code == fund_code, day)


def late_for_practice(session: Session, professional_id: str, day: date) -> list[Waiting]:
    """The same for one practice: its sheets whose guaranteed day is over, the oldest first."""
    found = unpaid(session, Claim.professional_id == professional_id, day)
    return sorted((one for one in found if (one.left(day) or 0) < 0), key=lambda one: (one.since, one.id))


def unpaid(session: Session, whose: ColumnElement[bool], day: date) -> Iterator[Waiting]:
    """Sheets under tiers payant that were received, decided, and not paid yet."""
    for claim, decision in session.execute(not_paid(whose).options(UNREAD, defer(Decision.content))):
        received = claim.received_on or day
        last = working_days_after(received, thresholds.whole("delais.garantie_jours", received))
        late = working_days_between(received, day)
        yield Waiting(UNPAID, claim.id, received, FUND, last, f"day {late}", claim.id, claim.insured_id,
                      claim.professional_id, decision.amo + decision.deferred)  # fmt: skip


def not_paid(whose: ColumnElement[bool]) -> Select[Claim, Decision]:
    """The same, each with its decision."""
    return (
        select(Claim, Decision)
        .join(Decision, (Decision.claim_id == Claim.id) & Decision.current)
        .where(whose, Claim.state.in_((ClaimState.ADJUDICATED, ClaimState.ORDERED)),
               Decision.to_professional, Claim.received_on.is_not(None))
    )  # fmt: skip


QUEUES: dict[str, Callable[[Session, str, date], Iterator[Waiting]]] = {
    one.__name__: one
    for one in (
        to_adjudicate, held, proof_missing, reversals, undue, objections, agreements, returned_payments, notices,
        overlaps, late_tiers_payant,
    )
}  # fmt: skip
"""The queues of a fund, by name."""


# --- an insurer ------------------------------------------------------------------------------------------------------


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
