"""A day of a fund (simulated): adjudicate what was received before, pay what is due, let silences speak, cancel.

A few claims, or one payment, are a transaction: killed at any point, the day is run again and does what is left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from parcours.engine.errors import FactError
from parcours.law import thresholds
from parcours.law.workdays import is_working_day, months_after
from parcours.registry.cards.service import ask_to_update
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.bulk import Block, receive_together
from parcours.registry.claims.control import return_unproven
from parcours.registry.claims.models import Claim, ClaimState, Decision
from parcours.registry.claims.objections import let_silence_speak
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import NEVER_DEBIT, Account, Cause, LedgerPosting, LedgerTransaction
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.messages.models import Message
from parcours.registry.payments import service as payments
from parcours.registry.payments.notices import TO_PAY, tell_to_pay
from parcours.registry.payments.practices import next_half_year
from parcours.registry.store.db import Database

NO_LAW = "SIM-NO-LAW"
BLOCK = 2000
"""Claims of one transaction: killed in the middle, a block is done again whole."""
MANY = 20_000
"""Claims from which the rules are compiled: fewer are settled sooner as they are."""
NOTICE_MONTHS = 12
"""Months without a refund after which a notice is sent: a setting."""
Progress = Callable[[str, int, int], None]


@dataclass
class FundDay:
    """What a day did, by name."""

    day: date
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, count: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + count


def silent(_step: str, _done: int, _all: int) -> None:
    """Nobody looks on."""


def run_day(
    database: Database, fund_code: str, day: date, progress: Progress = silent,
    readings: Mapping[str, str] | None = None,
) -> FundDay:  # fmt: skip
    """Run a day of one fund; on a day off nothing is adjudicated or paid. Run again, it changes nothing.

    `readings`: those of the fund and of the law under which claims are settled. Raises as `checked_readings`.
    """
    done = FundDay(day)
    at = datetime.combine(day, time(12), UTC)
    if is_working_day(day):
        adjudicate_all(database, fund_code, day, at, done, progress, readings or {})
        penalties_due(database, fund_code, day, at, done)
        pay_all(database, fund_code, day, at, done, progress)
        notices_due(database, fund_code, day, at, done)
    with database.writing() as session:
        done.add("silences", len(let_silence_speak(session, day)))
        done.add("returned", return_unproven(session, fund_code, day=day, at=at))
        done.add("cards_to_update", ask_to_update(session, day=day, at=at))
    write_off_all(database, fund_code, day, at, done)
    return done


def adjudicate_all(
    database: Database, fund_code: str, day: date, at: datetime, done: FundDay, progress: Progress,
    readings: Mapping[str, str],
) -> None:  # fmt: skip
    """What was received before this day, oldest first; what the law does not know is held for an officer.

    What was acknowledged is received today: it waits for the next day.
    """
    waiting = in_state(database, fund_code, ClaimState.RECEIVED, Claim.received_on < day)
    compiled = len(waiting) >= MANY
    for start in range(0, len(waiting), BLOCK):
        ids, counts = waiting[start : start + BLOCK], FundDay(day)
        with database.writing() as session:
            block = Block(session, ids, day=day, at=at, readings=readings, compiled=compiled).run()
            counts.add(ClaimState.ADJUDICATED.value, len(ids) - len(block.left))
            for claim_id in block.left:
                one_claim(session, claim_id, day, at, counts, readings)
        for name, count in counts.counts.items():  # what is committed counts
            done.add(name, count)
        progress("adjudicate", start + len(ids), len(waiting))
    acknowledged = in_state(database, fund_code, ClaimState.ACKNOWLEDGED)
    for start in range(0, len(acknowledged), BLOCK):
        with database.writing() as session:
            count = receive_together(session, acknowledged[start : start + BLOCK], day=day, at=at)
        done.add("received", count)
        progress("receive", start + count, len(acknowledged))


def in_state(database: Database, fund_code: str, state: ClaimState, *more: ColumnElement[bool]) -> Sequence[str]:
    """Ids of the claims of a fund in a state, oldest first."""
    order = (Claim.received_on, Claim.care_date, Claim.sheet_number, Claim.id)
    query = select(Claim.id).where(Claim.fund_code == fund_code, Claim.state == state, *more).order_by(*order)
    with database.reading() as session:
        return session.scalars(query).all()


def one_claim(
    session: Session, claim_id: str, day: date, at: datetime, done: FundDay, readings: Mapping[str, str]
) -> None:
    """Adjudicate one claim, in the transaction of its block."""
    claim = session.get_one(Claim, claim_id)
    if claim.state is not ClaimState.RECEIVED or (claim.received_on or day) >= day:
        return
    try:
        with session.begin_nested():
            adjudicate(session, claim, day=day, at=at, readings=readings)
    except FactError as error:
        session.refresh(claim)
        lifecycle.move(session, claim, ClaimState.HELD, day=day, at=at, why=f"{NO_LAW} {error.field or error.code}")
    done.add(claim.state.value)


def pay_all(database: Database, fund_code: str, day: date, at: datetime, done: FundDay, progress: Progress) -> None:
    """Every party to whom something is due, in the books of the fund and of the insurers that the product plays."""
    with database.reading() as session:
        due = parties_due(session, fund_code)
    for number, (book, account, party) in enumerate(due, start=1):
        with database.writing() as session:
            professional = account is Account.A_PAYER_PROFESSIONAL
            run = payments.run(session, book, party, professional=professional, day=day, at=at)
        done.add("orders", run.order is not None)
        done.add("set_off", len(run.taken))
        progress("pay", number, len(due))


def parties_due(session: Session, fund_code: str) -> Sequence[tuple[str, Account, str]]:
    """(Book, account, party) of everything that is due."""
    total = func.sum(LedgerPosting.cents)
    query = (
        select(LedgerTransaction.book, LedgerPosting.account, LedgerPosting.party)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerPosting.account.in_(NEVER_DEBIT))
        .group_by(LedgerTransaction.book, LedgerPosting.account, LedgerPosting.party)
        .having(total < 0)
        .order_by(LedgerTransaction.book, LedgerPosting.party)
    )
    books = {f"amo:{fund_code}", f"c2s:{fund_code}"}
    return [
        (book, account, party)
        for book, account, party in session.execute(query)
        if book in books or book.startswith("amc:")
    ]


def penalties_due(database: Database, fund_code: str, day: date, at: datetime, done: FundDay) -> None:
    """Penalties of the half-years before become due to the practices."""
    book = f"amo:{fund_code}"
    with database.writing() as session:
        query = (
            select(LedgerPosting.claim_id, LedgerPosting.party, LedgerTransaction.at)
            .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
            .where(LedgerTransaction.book == book, LedgerPosting.account == Account.PENALITE_DUE)
        )
        since = {row[0]: row[2] for row in session.execute(query.order_by(LedgerTransaction.at.desc()))}
        for one in ledger.open_items(session, book, (Account.PENALITE_DUE,)):
            if one.claim_id is None or day < next_half_year(since[one.claim_id]):
                continue
            ledger.post(session, Entry(
                book=book, kind="penalty_due", key=f"penalty_due:{one.claim_id}", cause=Cause.ORDER,
                cause_id=one.claim_id, at=day, known_at=at, claim_id=one.claim_id,
                lines=(Line(Account.PENALITE_DUE, one.party, -one.cents, one.claim_id),
                       Line(Account.A_PAYER_PROFESSIONAL, one.party, one.cents, one.claim_id)),
            ))  # fmt: skip
            done.add("penalties")


def notices_due(database: Database, fund_code: str, day: date, at: datetime, done: FundDay) -> None:
    """Who owes, and had no refund and no notice for a year, is told what to pay."""
    book, before = f"amo:{fund_code}", months_after(day, -NOTICE_MONTHS)
    with database.reading() as session:
        owed: dict[str, list[ledger.Open]] = {}
        for one in ledger.open_items(session, book, payments.DEFERRED):
            owed.setdefault(one.party, []).append(one)
        since = {row[0]: row[1] for row in session.execute(
            select(LedgerPosting.party, func.max(LedgerTransaction.at))
            .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
            .where(LedgerPosting.party.in_(owed), LedgerTransaction.book == book,
                   LedgerTransaction.kind.in_(("decision", "set_off", "order")))
            .group_by(LedgerPosting.party)
        )}  # fmt: skip
        told = {row[0]: row[1] for row in session.execute(
            select(Message.recipient, func.max(Message.day)).where(
                Message.subject == TO_PAY, Message.recipient.in_(owed)
            ).group_by(Message.recipient)
        )}  # fmt: skip
    for party, items in sorted(owed.items()):
        if max(since.get(party, day), told.get(party, date.min)) <= before:
            with database.writing() as session:
                tell_to_pay(session, party, items, day=day, at=at)
            done.add("notices")


def write_off_all(database: Database, fund_code: str, day: date, at: datetime, done: FundDay) -> None:
    """What was not taken back within its time is cancelled, oldest first."""
    years = thresholds.whole("delais.recuperation_annees", day)
    with database.writing() as session:
        open_ones = {
            one.claim_id for one in ledger.open_items(session, f"amo:{fund_code}", payments.DEFERRED) if one.claim_id
        }
        query = select(Claim, func.min(Decision.decided_on)).join(Decision, Decision.claim_id == Claim.id)
        query = query.where(Claim.id.in_(open_ones)).group_by(Claim.id).order_by(func.min(Decision.decided_on))
        for claim, decided in session.execute(query):
            if thresholds.years_after(decided, years) < day:
                done.add("written_off", payments.write_off(session, claim, day=day, at=at) > 0)
