"""What waits at a fund, queue by queue, in the order in which it is due.

The database sorts and cuts: a page of a queue reads its own rows, whatever else waits. Each queue is one strand or
several, already in order, and a page merges them. A row has ids, codes, amounts and days; never what the sheet says of
the care.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from heapq import merge
from itertools import islice
from operator import add, attrgetter

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased, defer

from parcours.law import thresholds
from parcours.law.workdays import working_days_after, working_days_between
from parcours.registry.claims.models import (
    DECIDED,
    Agreement,
    AgreementState,
    Claim,
    ClaimState,
    Decision,
    Objection,
    ObjectionState,
    Regularisation,
    RegularisationState,
    SheetKind,
    Undue,
)
from parcours.registry.claims.sheets import PAPERS
from parcours.registry.complementary.models import Link, LinkEvent, LinkState
from parcours.registry.directory.models import Professional
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account, LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import TO_PAY as TO_PAY_ONLY
from parcours.registry.messages.models import Message
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.notices import TO_PAY
from parcours.registry.payments.strands import Strand, Waiting, by_age, by_deadline, never, read_place
from parcours.registry.people.models import Affiliation
from parcours.registry.store.periods import holding

UNREAD = defer(Claim.content)
"""No desk decrypts what a sheet says."""
PAYABLE = (Account.A_PAYER_INSURED, Account.A_PAYER_PROFESSIONAL)
UNDUE = (Account.INDU_INSURED, Account.INDU_PROFESSIONAL)
FUND, PRACTICE, INSURED = "fund", "practice", "insured"
"""Whose turn it is."""
AGREED = (ClaimState.ADJUDICATED, ClaimState.ORDERED)
"""Decided, and not paid yet."""
PAPER_DAYS = 15
"""Working days to decide what came on paper: a setting."""
CHOICE_DAYS = 7
"""Days to handle the choice between two contracts: a setting, after the public pages of 2020."""


def queue(
    session: Session, fund_code: str, name: str, day: date, after: str = "", limit: int | None = None
) -> list[Waiting]:
    """What waits in a queue `after` a place, the nearest deadline first. Raises KeyError for a queue that is none."""
    place = read_place(after)
    strands = [one.rows(session, place, limit) for one in QUEUES[name](fund_code, day)]
    return list(islice(merge(*strands, key=attrgetter("place")), limit))


def queue_size(session: Session, fund_code: str, name: str, day: date) -> int:
    """How many wait in a queue, unread."""
    strands = QUEUES[name](fund_code, day)
    return session.scalar(select(reduce(add, (one.count() for one in strands)))) or 0


def queue_sizes(session: Session, fund_code: str, day: date) -> dict[str, int]:
    """How many wait in each queue."""
    return {name: queue_size(session, fund_code, name, day) for name in QUEUES}


# --- sheets ----------------------------------------------------------------------------------------------------------


def in_state(
    name: str, fund_code: str, state: ClaimState, owner: str, *where: ColumnElement[bool],
    until: Callable[[date], date] = never,
) -> Strand:  # fmt: skip
    """Sheets of a fund in a state, from the day they came to it: of one kind, an index holds them in order."""
    query = select(Claim, Claim.waits_since).options(UNREAD)
    query = query.where(Claim.fund_code == fund_code, Claim.state == state, *where)

    def row(claim: Claim, day: date) -> Waiting:
        deadline = None if until is never else until(day)
        return Waiting(name, claim.id, day, owner, deadline, claim.reason or "", claim.id, claim.insured_id,
                       claim.professional_id, claim.fee)  # fmt: skip

    return by_age(query, Claim.waits_since, Claim.id, row, until)


def working(count: int) -> Callable[[date], date]:
    """So many working days after."""
    return lambda since: working_days_after(since, count)


def to_adjudicate(fund_code: str, _day: date) -> list[Strand]:
    """Arrived or received: decided on the next working day, what is on paper within its days."""
    return [
        in_state("to_adjudicate", fund_code, state, FUND, Claim.kind == kind,
                 until=working(PAPER_DAYS if kind in PAPERS else 1))
        for state in (ClaimState.ACKNOWLEDGED, ClaimState.RECEIVED)
        for kind in SheetKind
    ]  # fmt: skip


def held(fund_code: str, _day: date) -> list[Strand]:
    """An officer decides: a duplicate, an amount, a day that the law does not know."""
    return [in_state("held", fund_code, ClaimState.HELD, FUND, Claim.kind == kind) for kind in SheetKind]


def proof_missing(fund_code: str, day: date) -> list[Strand]:
    """A degraded sheet whose signed paper has not come."""
    days = thresholds.whole("delais.feuille_tiers_payant_jours", day)
    return [
        in_state("proof_missing", fund_code, ClaimState.WAITING_FOR_PROOF, PRACTICE, Claim.kind == kind,
                 until=working(days))
        for kind in SheetKind
    ]  # fmt: skip


def reversals(fund_code: str, _day: date) -> list[Strand]:
    """Taken back, and somebody still owes: what is left to recover, not what the sheet billed."""
    left = open_undue(fund_code)
    query = select(Claim, Claim.waits_since, left.c.cents).options(UNREAD).join(left, left.c.claim_id == Claim.id)
    query = query.where(Claim.fund_code == fund_code, Claim.state == ClaimState.REVERSED)

    def row(claim: Claim, day: date, cents: int) -> Waiting:
        return Waiting("reversals", claim.id, day, FUND, None, claim.reason or "", claim.id, claim.insured_id,
                       claim.professional_id, cents)  # fmt: skip

    return [by_age(query, Claim.waits_since, Claim.id, row)]


def open_undue(fund_code: str) -> Subquery:
    """What is still owed to a fund, by claim."""
    return ledger.left_of_claims(f"amo:{fund_code}", UNDUE)


def late_tiers_payant(fund_code: str, day: date) -> list[Strand]:
    """Tiers payant received and not paid: by the last day of the guarantee, counted again once a transfer came back."""
    back = came_back()
    return [
        by_age(
            not_paid(back, Claim.fund_code == fund_code, Claim.state == state, where), since, Claim.id,
            lambda claim, decision, back: guaranteed(claim, decision, back, day), guarantee,
        )
        for state in AGREED
        for since, where in (
            (Claim.received_on, Claim.id.not_in(select(back.c.claim_id))),
            (back.c.day, back.c.day.is_not(None)),
        )
    ]  # fmt: skip


def unpaid(session: Session, whose: ColumnElement[bool], day: date) -> Iterator[Waiting]:
    """Sheets under tiers payant that were received, decided, and not paid yet."""
    rows = session.execute(not_paid(came_back(), whose, Claim.state.in_(AGREED)))
    return (guaranteed(*row, day) for row in rows)


def guarantee(since: date) -> date:
    """The last day to pay tiers payant: after its reception, or after the day on which its transfer came back."""
    return working_days_after(since, thresholds.whole("delais.garantie_jours", since))


def guaranteed(claim: Claim, decision: Decision, back: date | None, day: date) -> Waiting:
    """A sheet to be paid by the last day of its guarantee."""
    since = back or claim.received_on or day
    late = working_days_between(since, day)
    return Waiting("late_tiers_payant", claim.id, since, FUND, guarantee(since), f"{'back' if back else 'day'} {late}",
                   claim.id, claim.insured_id, claim.professional_id, decision.amo + decision.deferred)  # fmt: skip


def not_paid(back: Subquery, *whose: ColumnElement[bool]) -> Select[Claim, Decision, date | None]:
    """Tiers payant received and decided: each sheet, its decision, the day on which its transfer came back."""
    return (
        select(Claim, Decision, back.c.day)
        .options(UNREAD, defer(Decision.content))
        .join(Decision, (Decision.claim_id == Claim.id) & Decision.current)
        .join(back, back.c.claim_id == Claim.id, isouter=True)
        .where(*whose, Decision.to_professional, Claim.received_on.is_not(None))
    )


def came_back() -> Subquery:
    """The last day on which a transfer of the fund came back, by claim that it paid."""
    return (
        select(LedgerPosting.claim_id, func.max(Order.settled_on).label("day"))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .join(Order, Order.id == LedgerTransaction.cause_id)
        .where(Order.state == OrderState.RETURNED, Order.book.startswith("amo:"), LedgerTransaction.kind == "returned",
               LedgerPosting.account == Account.A_PAYER_PROFESSIONAL, LedgerPosting.claim_id.is_not(None))
        .group_by(LedgerPosting.claim_id)
        .subquery()
    )  # fmt: skip


# --- what is disputed, asked, owed -----------------------------------------------------------------------------------


def undue(fund_code: str, _day: date) -> list[Strand]:
    """Sums asked back that are not back yet."""
    left = open_undue(fund_code)
    query = select(Undue, left.c.cents).join(left, left.c.claim_id == Undue.claim_id)

    def row(one: Undue, cents: int) -> Waiting:
        owner = PRACTICE if one.professional_id else INSURED
        turn = FUND if one.contested_on or one.observed_on else owner
        reason = "contested" if one.contested_on else "observed" if one.observed_on else one.cause
        return Waiting("undue", one.id, one.notified_on, turn, one.answer_by, reason, one.claim_id, one.insured_id,
                       one.professional_id, cents)  # fmt: skip

    return [by_deadline(query, Undue.answer_by, Undue.notified_on, Undue.id, row)]


def objections(fund_code: str, _day: date) -> list[Strand]:
    """Open objections: a silence at their last day means no."""
    asked_back = aliased(Claim)
    code = func.coalesce(Claim.fund_code, asked_back.fund_code)
    query = (
        select(Objection)
        .join(Claim, Claim.id == Objection.claim_id, isouter=True)
        .join(Undue, Undue.id == Objection.undue_id, isouter=True)
        .join(asked_back, asked_back.id == Undue.claim_id, isouter=True)
        .where(Objection.state == ObjectionState.OPEN, or_(code == fund_code, code.is_(None)))
    )

    def row(one: Objection) -> Waiting:
        return Waiting("objections", one.id, one.filed_on, FUND, one.answer_by, "", one.claim_id, one.insured_id,
                       one.professional_id)  # fmt: skip

    return [by_deadline(query, Objection.answer_by, Objection.filed_on, Objection.id, row), to_correct(fund_code)]


def to_correct(fund_code: str) -> Strand:
    """Objections of the insured that were accepted, whose decision nobody has corrected or proposed to correct."""
    proposed = select(Regularisation.id).where(
        Regularisation.claim_id == Objection.claim_id, Regularisation.state == RegularisationState.PROPOSED
    )
    corrected = select(Decision.id).where(
        Decision.claim_id == Objection.claim_id, Decision.number > 1, Decision.decided_on >= Objection.filed_on
    )
    query = (
        select(Objection, Objection.ended_on)
        .join(Claim, Claim.id == Objection.claim_id)
        .where(Objection.state.in_((ObjectionState.ACCEPTED, ObjectionState.PARTLY)), Claim.fund_code == fund_code,
               Objection.insured_id.is_not(None), Claim.state.in_(DECIDED), ~proposed.exists(), ~corrected.exists())
    )  # fmt: skip

    def row(one: Objection, day: date) -> Waiting:
        return Waiting("objections", one.id, day, FUND, None, "accepted", one.claim_id, one.insured_id)

    return by_age(query, Objection.ended_on, Objection.id, row)


def agreements(fund_code: str, _day: date) -> list[Strand]:
    """Prior agreements that are asked for: a silence after their last day agrees."""
    query = select(Agreement).where(Agreement.state == AgreementState.ASKED, Agreement.fund_code == fund_code)

    def row(one: Agreement) -> Waiting:
        return Waiting("agreements", one.id, one.asked_on, FUND, one.answer_by, one.code, None, one.insured_id,
                       one.professional_id)  # fmt: skip

    return [by_deadline(query, Agreement.answer_by, Agreement.asked_on, Agreement.id, row)]


def returned_payments(fund_code: str, _day: date) -> list[Strand]:
    """Transfers that the bank gave back, and that no other order has paid since."""
    books = (f"amo:{fund_code}", f"c2s:{fund_code}")
    query = select(Order, Professional.id).join(Professional, Professional.id == Order.party, isouter=True)
    query = query.where(Order.state == OrderState.RETURNED, Order.book.in_(books), waits_again())

    def row(one: Order, professional: str | None) -> Waiting:
        return Waiting("returned_payments", one.id, one.settled_on or one.day, FUND, None, one.reference,
                       insured_id=None if professional else one.party, professional_id=professional,
                       cents=one.cents)  # fmt: skip

    return [by_age(query, func.coalesce(Order.settled_on, Order.day), Order.id, row)]


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


def notices(fund_code: str, _day: date) -> list[Strand]:
    """Notices of sums to pay, the last of each person: nobody has paid them yet."""
    owing = ledger.left_of(Message.insured_id, f"amo:{fund_code}", DEFERRED).correlate(Message)
    later = aliased(Message)
    newer = select(later.id).where(
        later.insured_id == Message.insured_id, later.subject == TO_PAY,
        or_(later.day > Message.day, and_(later.day == Message.day, later.id > Message.id)),
    )  # fmt: skip
    query = select(Message, owing).options(defer(Message.body)).where(TO_PAY_ONLY, owing > 0, ~newer.exists())

    def row(one: Message, cents: int) -> Waiting:
        return Waiting("notices", one.id, one.day, INSURED, None, one.subject, None, one.insured_id, cents=cents)

    told = select(func.count(Message.insured_id.distinct())).where(
        TO_PAY_ONLY, ledger.owes(Message.insured_id, f"amo:{fund_code}", DEFERRED)
    )
    return [replace(by_age(query, Message.day, Message.id, row), size=told.scalar_subquery())]


def overlaps(fund_code: str, day: date) -> list[Strand]:
    """People with two contracts at once: each chooses, then it is handled within a week; one row a person."""
    known = select(Affiliation.id).where(
        Affiliation.insured_id == Link.insured_id, Affiliation.fund_code == fund_code, holding(Affiliation, day)
    )
    chosen_first = (Link.state != LinkState.CHOSEN, Link.id)
    ranked = (
        select(Link.id, func.row_number().over(partition_by=Link.insured_id, order_by=chosen_first).label("rank"))
        .where(Link.state.in_((LinkState.SUSPENDED, LinkState.CHOSEN)), known.exists())
        .subquery()
    )
    since = select(func.max(LinkEvent.day)).where(LinkEvent.link_id == Link.id).scalar_subquery()
    query = select(Link, since).options(defer(Link.contract))
    query = query.where(Link.id.in_(select(ranked.c.id).where(ranked.c.rank == 1)))

    def row(link: Link, since: date) -> Waiting:
        chosen = link.state is LinkState.CHOSEN
        return Waiting("overlaps", link.id, since, FUND if chosen else INSURED, handled(since) if chosen else None,
                       link.state.value, None, link.insured_id)  # fmt: skip

    return [
        by_age(query.where(Link.state == LinkState.CHOSEN), since, Link.id, row, handled),
        by_age(query.where(Link.state == LinkState.SUSPENDED), since, Link.id, row),
    ]


def handled(since: date) -> date:
    """The day by which a choice between two contracts is handled."""
    return since + timedelta(days=CHOICE_DAYS)


QUEUES: dict[str, Callable[[str, date], list[Strand]]] = {
    one.__name__: one
    for one in (
        to_adjudicate, held, proof_missing, reversals, undue, objections, agreements, returned_payments, notices,
        overlaps, late_tiers_payant,
    )
}  # fmt: skip
"""The queues of a fund, by name."""
