"""A day of a fund (simulated): adjudicate what was received before, pay what is due, let silences speak, cancel.

A few claims, or one payment, are a transaction: killed at any point, the day is run again and does what is left.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from multiprocessing import get_context

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from parcours.engine.errors import FactError
from parcours.law import thresholds
from parcours.law.workdays import is_working_day, months_after
from parcours.registry.cards.service import ask_to_update, end_with_rights
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.agreements import let_silence_agree
from parcours.registry.claims.bulk import Block, receive_together
from parcours.registry.claims.control import return_unproven
from parcours.registry.claims.models import Claim, ClaimState, Decision
from parcours.registry.claims.objections import let_silence_speak
from parcours.registry.claims.settling import check_readings, recovery_years
from parcours.registry.claims.summons import pursue_all
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, NEVER_DEBIT, Account, Cause, LedgerPosting, LedgerTransaction
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
    readings: Mapping[str, str] | None = None, workers: int = 1,
) -> FundDay:  # fmt: skip
    """Run a day of one fund; on a day off nothing is adjudicated or paid. Run again, it changes nothing.

    `readings`: those of the fund and of the law under which claims are settled. `workers`: processes that adjudicate,
    each the claims of its own people, on PostgreSQL. Raises as `check_readings`.
    """
    check_readings(readings or {})
    done = FundDay(day)
    at = datetime.combine(day, time(12), UTC)
    with database.writing() as session:
        done.add("agreed_by_silence", let_silence_agree(session, fund_code, day=day, at=at))
    if is_working_day(day):
        adjudicate_all(database, fund_code, day, at, done, progress, readings or {}, workers)
        penalties_due(database, fund_code, day, at, done)
        pay_all(database, fund_code, day, at, done, progress)
        notices_due(database, fund_code, day, at, done)
        with database.writing() as session:
            for name, count in pursue_all(session, fund_code, day=day, at=at).items():
                done.add(name, count)
    with database.writing() as session:
        done.add("silences", len(let_silence_speak(session, day)))
        done.add("returned", return_unproven(session, fund_code, day=day, at=at))
        done.add("cards_ended", end_with_rights(session, day=day, at=at))
        done.add("cards_to_update", ask_to_update(session, day=day, at=at))
    write_off_all(database, fund_code, day, at, done, recovery_years(readings or {}, day))
    return done


def adjudicate_all(
    database: Database, fund_code: str, day: date, at: datetime, done: FundDay, progress: Progress,
    readings: Mapping[str, str], workers: int = 1,
) -> None:  # fmt: skip
    """What was received before this day, oldest first; what the law does not know is held for an officer.

    What was acknowledged is received today: it waits for the next day.
    """
    waiting = in_state(database, fund_code, ClaimState.RECEIVED, Claim.received_on < day)
    work = Work(day, at, readings, compiled=len(waiting) >= MANY)
    alone = workers == 1 or len(waiting) <= BLOCK or database.engine.dialect.name == "sqlite"  # which has one writer
    for name, count in (work.through(database, waiting, progress) if alone else shared(
        database, waiting, work, workers)).counts.items():  # fmt: skip
        done.add(name, count)
    acknowledged = in_state(database, fund_code, ClaimState.ACKNOWLEDGED)
    for start in range(0, len(acknowledged), BLOCK):
        ids = [one for one, _ in acknowledged[start : start + BLOCK]]
        with database.writing() as session:
            done.add("received", receive_together(session, ids, day=day, at=at))
        progress("receive", start + len(ids), len(acknowledged))


@dataclass(frozen=True)
class Work:
    """How the claims of a day are adjudicated."""

    day: date
    at: datetime
    readings: Mapping[str, str]
    compiled: bool

    def through(self, database: Database, claims: Sequence[tuple[str, str]], progress: Progress = silent) -> FundDay:
        """Adjudicate claims, a block a transaction; what is committed counts."""
        done = FundDay(self.day)
        for start in range(0, len(claims), BLOCK):
            ids = [one for one, _ in claims[start : start + BLOCK]]
            with uncollected():
                counts = self.of_a_block(database, ids)
            for name, count in counts.items():
                done.add(name, count)
            progress("adjudicate", start + len(ids), len(claims))
        return done

    def of_a_block(self, database: Database, ids: Sequence[str]) -> dict[str, int]:
        """Adjudicate claims in one transaction; what it held is let go of before the collector looks again."""
        done = FundDay(self.day)
        with database.writing() as session:
            block = Block(session, ids, day=self.day, at=self.at, readings=self.readings, compiled=self.compiled)
            done.add(ClaimState.ADJUDICATED.value, len(ids) - len(block.run().left))
            for claim_id in block.left:
                one_claim(session, claim_id, self.day, self.at, done, self.readings)
        return done.counts

    def of_a_part(self, url: str, claims: Sequence[tuple[str, str]]) -> FundDay:
        """The same, in a process of its own."""
        database = Database.open(url)
        try:
            return self.through(database, claims)
        finally:
            database.close()


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector of cycles waits until a block is done: it would walk through all of its rows again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def shared(database: Database, claims: Sequence[tuple[str, str]], work: Work, workers: int) -> FundDay:
    """Adjudicate claims in several processes; the claims of one person are in one of them, in their order."""
    url = database.engine.url.render_as_string(hide_password=False)
    parts: list[list[tuple[str, str]]] = [[] for _ in range(workers)]
    for one in claims:
        parts[int(one[1][-8:], 16) % workers].append(one)
    done = FundDay(work.day)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for part in pool.map(work.of_a_part, [url] * workers, parts):
            for name, count in part.counts.items():
                done.add(name, count)
    return done


def in_state(
    database: Database, fund_code: str, state: ClaimState, *more: ColumnElement[bool]
) -> list[tuple[str, str]]:
    """The claims of a fund in a state, oldest first: their ids, and whose they are."""
    order = (Claim.received_on, Claim.care_date, Claim.sheet_number, Claim.id)
    query = select(Claim.id, Claim.insured_id).where(Claim.fund_code == fund_code, Claim.state == state, *more)
    with database.reading() as session:
        return [(row[0], row[1]) for row in session.execute(query.order_by(*order))]


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
        for one in ledger.open_items(session, book, DEFERRED):
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


def write_off_all(database: Database, fund_code: str, day: date, at: datetime, done: FundDay, years: int) -> None:
    """What was not taken back within its time is cancelled, oldest first."""
    with database.writing() as session:
        open_ones = {one.claim_id for one in ledger.open_items(session, f"amo:{fund_code}", DEFERRED) if one.claim_id}
        for claim in session.scalars(too_old(open_ones, thresholds.years_after(day, -years))):
            done.add("written_off", payments.write_off(session, claim, years, day=day, at=at) > 0)


def too_old(claims: Collection[str], before: date) -> Select[Claim]:
    """Claims first decided before a day, in that order."""
    first = func.min(Decision.decided_on)
    query = select(Claim).join(Decision, Decision.claim_id == Claim.id).where(Claim.id.in_(claims))
    return query.group_by(Claim.id).having(first <= before).order_by(first, Claim.id)
