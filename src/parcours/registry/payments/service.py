"""A payment run for one party in one book: set off, order, settle, tell.

What is taken on a refund is the oldest first: by day of care, then majoration, contribution, deductible, then the
number of the sheet; sums undue come last, once their delay is over. A part may be taken, and a refund may vanish.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import current_decision
from parcours.registry.claims.later import may_set_off, undue_of
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account, Cause, LedgerPosting, LedgerTransaction
from parcours.registry.ledger.service import Entry, Line, Open
from parcours.registry.payments import problems
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.notices import answer_engagements, tell_practice, tell_statement
from parcours.registry.payments.practices import note_penalty
from parcours.registry.store.ids import new_id

PAID_BEFORE = (ClaimState.PAID, ClaimState.RECONCILED)
PAID_BACK = "paid_by_insured"
"""Kind of an entry by which somebody pays what they owe."""


@dataclass(frozen=True)
class Taken:
    """Cents of a refund that pay what is owed."""

    owed: Open
    cents: int


@dataclass(frozen=True)
class Run:
    """What a run did for one party."""

    due: tuple[Open, ...]
    taken: tuple[Taken, ...]
    order: Order | None


@dataclass(frozen=True)
class Plan:
    """What is due to a party, whose account it goes to, and what is taken on it."""

    due: tuple[Open, ...]
    known: dict[str | None, Claim]
    payee: str
    taken: tuple[Taken, ...]

    @property
    def left(self) -> int:
        """What reaches the bank."""
        return sum(one.cents for one in self.due) - sum(one.cents for one in self.taken)


def plan(
    session: Session, book: str, party: str, *, professional: bool = False, day: date,
    only: Iterable[str] | None = None,
) -> Plan | None:  # fmt: skip
    """What a run of a day would pay; nothing is written. None: nothing is due."""
    payable = Account.A_PAYER_PROFESSIONAL if professional else Account.A_PAYER_INSURED
    claims = set(only) if only is not None else None
    due = [
        replace(one, cents=-one.cents)
        for one in ledger.open_items(session, book, (payable,), party=party, day=day)
        if claims is None or one.claim_id in claims
    ]
    if not due:
        return None
    known = claims_of(session, due)
    due.sort(key=lambda one: place(one, known))
    payee = payee_of(due, known, party)
    taken = chosen(owed(session, book, payee, professional=professional, day=day), sum(one.cents for one in due))
    return Plan(tuple(due), known, payee, tuple(taken))


def run(
    session: Session, book: str, party: str, *, professional: bool, day: date, at: datetime,
    only: Iterable[str] | None = None,
) -> Run:  # fmt: skip
    """Pay a party what is due to it in a book, less what it owes; nothing is due: nothing is written.

    Only what was due on that day already, less what was owed then: a later decision is paid by a later order.
    `only`: these claims and no other.
    """
    ledger.lock(session, book, party)
    planned = plan(session, book, party, professional=professional, day=day, only=only)
    if planned is None:
        return Run((), (), None)
    due, known, payee, taken = planned.due, planned.known, planned.payee, planned.taken
    act = new_id()
    if taken:
        post_set_off(session, book, due, taken, act, day=day, at=at)
    left = [one for one in remaining(due, sum(one.cents for one in taken)) if one.cents]
    order = place_order(session, book, party, payee, left, day=day, at=at) if left else None
    done = Run(due, taken, order)
    before = {one.id for one in known.values() if one.state in PAID_BEFORE}
    if book.startswith("amo:"):
        for one in due if professional else ():
            if (claim := known.get(one.claim_id)) is not None:
                note_penalty(session, book, claim, one.cents, day=day, at=at)
        close(session, [known[one.claim_id] for one in due if one.claim_id in known], day=day, at=at)
    if professional:
        tell_practice(session, party, done.due, order, before, day=day, at=at)
        if not book.startswith("amo:"):
            answer_engagements(session, party, done.due, order, day=day, at=at)
    else:
        left_to_take = sum(one.cents for one in ledger.open_items(session, book, DEFERRED, party=payee))
        pairs = [(one.owed, one.cents) for one in taken]
        tell_statement(session, party, done.due, pairs, order, left_to_take, day=day, at=at)
    return done


def pay_claim(session: Session, claim: Claim, *, day: date, at: datetime) -> Run:
    """Pay what is due for one claim, less what its payee owes; nothing is due: nothing is written."""
    decision = current_decision(session, claim.id)
    professional = decision is not None and decision.to_professional
    party = claim.professional_id if professional else claim.insured_id
    book = f"amo:{claim.fund_code}"
    return run(session, book, party, professional=professional, day=day, at=at, only=[claim.id])


def claims_of(session: Session, items: Sequence[Open]) -> dict[str | None, Claim]:
    """The claims of some items."""
    ids = [one.claim_id for one in items if one.claim_id]
    return {one.id: one for one in session.scalars(select(Claim).where(Claim.id.in_(ids)))}


def place(item: Open, claims: dict[str | None, Claim]) -> tuple[date, int, int]:
    """Where an item stands in the order of the law: oldest care first."""
    claim = claims.get(item.claim_id)
    rank = DEFERRED.index(item.account) if item.account in DEFERRED else len(DEFERRED)
    return (claim.care_date, rank, claim.sheet_number) if claim else (date.max, rank, 0)


def payee_of(due: Sequence[Open], claims: dict[str | None, Claim], party: str) -> str:
    """Whose bank account a refund goes to, and who owes what is taken on it: the parent whose card was read."""
    first = claims.get(due[0].claim_id)
    return first.payee_id if first is not None and first.insured_id == party else party


def owed(session: Session, book: str, party: str, *, professional: bool, day: date) -> list[Open]:
    """What a party owes that may be taken today, in the order in which it is."""
    found: list[Open] = []
    if not professional:
        found = ledger.open_items(session, book, DEFERRED, party=party, day=day)
        claims = claims_of(session, found)
        found.sort(key=lambda one: place(one, claims))
    account = Account.INDU_PROFESSIONAL if professional else Account.INDU_INSURED
    notices = undue_of(
        session, insured_id=None if professional else party, professional_id=party if professional else None
    )
    allowed = {one.claim_id for one in notices if may_set_off(one, day)}
    undue = ledger.open_items(session, book, (account,), party=party, day=day)
    return found + [one for one in undue if one.claim_id in allowed]


def chosen(items: Sequence[Open], cents: int) -> list[Taken]:
    """What a refund of so many cents pays, in order; the last one maybe in part."""
    taken = []
    for one in items:
        part = min(one.cents, cents)
        if part:
            taken.append(Taken(one, part))
        cents -= part
    return taken


def remaining(due: Sequence[Open], taken: int) -> list[Open]:
    """What is left of what is due, the oldest refunds being used first."""
    left = []
    for one in due:
        used = min(one.cents, taken)
        taken -= used
        left.append(replace(one, cents=one.cents - used))
    return left


def post_set_off(
    session: Session, book: str, due: Sequence[Open], taken: Sequence[Taken], act: str, *, day: date, at: datetime
) -> None:
    """Refunds pay what is owed: one entry, each cent naming its claim on both sides."""
    total = sum(one.cents for one in taken)
    used = [replace(one, cents=one.cents - left.cents) for one, left in zip(due, remaining(due, total), strict=True)]
    lines = [Line(one.account, one.party, one.cents, one.claim_id) for one in used]
    lines += [Line(one.owed.account, one.owed.party, -one.cents, one.owed.claim_id) for one in taken]
    ledger.post(session, Entry(
        book=book, kind="set_off", key=f"set_off:{act}", cause=Cause.ORDER, cause_id=act, at=day, known_at=at,
        lines=tuple(lines),
    ))  # fmt: skip


def place_order(
    session: Session, book: str, party: str, payee: str, left: Sequence[Open], *, day: date, at: datetime
) -> Order:
    """Prepare an order in the transaction that posts it, send it and settle it: the bank is simulated."""
    number = new_id()
    order = Order(
        id=number, book=book, party=party, payee=payee, cents=sum(one.cents for one in left), day=day,
        reference=f"SIM{hashlib.sha256(number.encode()).hexdigest()[:30].upper()}", state=OrderState.PREPARED,
        prepared_at=at,
    )  # fmt: skip
    session.add(order)
    session.flush()
    lines = [Line(one.account, party, one.cents, one.claim_id) for one in left]
    post_order(session, order, "order", [*lines, Line(Account.VIREMENTS, party, -order.cents)], day, at)
    order.state = OrderState.SENT
    settle(session, order, day=day, at=at)
    return order


def settle(session: Session, order: Order, *, day: date, at: datetime) -> None:
    """The bank confirms an order."""
    lines = [Line(Account.VIREMENTS, order.party, order.cents), Line(Account.BANQUE, order.party, -order.cents)]
    post_order(session, order, "settled", lines, day, at)
    order.state, order.settled_on = OrderState.SETTLED, day
    session.flush()


def give_back(session: Session, order: Order, *, day: date, at: datetime) -> None:
    """The bank gives a transfer back: what it paid is due again; claims of the fund wait for another order.

    Raises Conflict: it is not out.
    """
    if order.state is not OrderState.SETTLED:
        raise problems.order_state()
    paid = paid_by(session, order)
    lines = [Line(one.account, one.party, -one.cents, one.claim_id) for one in paid]
    post_order(session, order, "returned", [*lines, Line(Account.BANQUE, order.party, order.cents)], day, at)
    order.state, order.settled_on = OrderState.RETURNED, day
    if not order.book.startswith("amo:"):
        return
    claims = select(Claim).where(Claim.id.in_([one.claim_id for one in paid if one.claim_id]))
    for claim in session.scalars(claims.order_by(Claim.id)):
        if claim.state in PAID_BEFORE:
            lifecycle.move(session, claim, ClaimState.ADJUDICATED, day=day, at=at, why="returned")


def paid_by(session: Session, order: Order) -> Sequence[LedgerPosting]:
    """What an order paid, claim by claim."""
    query = select(LedgerPosting).join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
    return session.scalars(query.where(
        LedgerTransaction.cause_id == order.id, LedgerTransaction.kind == "order",
        LedgerPosting.account != Account.VIREMENTS,
    ).order_by(LedgerPosting.id)).all()  # fmt: skip


def post_order(session: Session, order: Order, kind: str, lines: Sequence[Line], day: date, at: datetime) -> None:
    """An entry of an order, once."""
    ledger.post(session, Entry(
        book=order.book, kind=kind, key=f"{kind}:{order.id}", cause=Cause.ORDER, cause_id=order.id, at=day,
        known_at=at, lines=tuple(lines),
    ))  # fmt: skip


def close(session: Session, claims: Iterable[Claim], *, day: date, at: datetime) -> None:
    """What is ordered and settled is paid; a claim that was replaced since stays so."""
    for claim in claims:
        if claim.state is ClaimState.ADJUDICATED:
            lifecycle.move(session, claim, ClaimState.ORDERED, day=day, at=at)
            lifecycle.move(session, claim, ClaimState.PAID, day=day, at=at)


def orders_of(session: Session, party: str) -> list[Order]:
    """Orders for a party, oldest first."""
    return list(session.scalars(select(Order).where(Order.party == party).order_by(Order.day, Order.id)))


def pays_back(
    session: Session, book: str, party: str, cents: int, *, day: date, at: datetime, professional: bool = False
) -> int:
    """Somebody pays what they owe by themselves, the oldest first; what is left of the sum, which is not taken.

    A sum undue may be paid at any time, an instalment of it too.
    """
    act, account = new_id(), Account.INDU_PROFESSIONAL if professional else Account.INDU_INSURED
    ledger.lock(session, book, party)
    due = owed(session, book, party, professional=professional, day=day)
    due += [one for one in ledger.open_items(session, book, (account,), party=party, day=day) if one not in due]
    taken = chosen(due, cents)
    total = sum(one.cents for one in taken)
    lines = [Line(one.owed.account, one.owed.party, -one.cents, one.owed.claim_id) for one in taken]
    ledger.post(session, Entry(
        book=book, kind=PAID_BACK, key=f"{PAID_BACK}:{act}", cause=Cause.ORDER, cause_id=act, at=day,
        known_at=at, lines=(*lines, Line(Account.BANQUE, party, total)),
    ))  # fmt: skip
    return cents - total


def write_off(session: Session, claim: Claim, years: int, *, day: date, at: datetime) -> int:
    """What is still to take back of a claim so many years after its first decision is cancelled; how many cents.

    Nothing before: a fund may not waive it (D160-7).
    """
    decided = lifecycle.first_day(session, claim.id, ClaimState.ADJUDICATED)
    if decided is None or thresholds.years_after(decided, years) >= day:
        return 0
    book = f"amo:{claim.fund_code}"
    items = ledger.open_items(session, book, DEFERRED, claim_id=claim.id)
    total = sum(one.cents for one in items)
    lines = [Line(one.account, one.party, -one.cents, claim.id) for one in items]
    ledger.post(session, Entry(
        book=book, kind="write_off", key=f"write_off:{claim.id}:{day}", claim_id=claim.id, cause=Cause.OFFICER,
        cause_id=claim.id, at=day, known_at=at,
        lines=(*lines, Line(Account.ABANDON, claim.insured_id, total, claim.id)),
    ))  # fmt: skip
    return total
