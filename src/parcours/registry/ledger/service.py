"""Post an entry, and read balances. Balances are sums: nothing is stored beside the postings.

    post(session, Entry(book="amo:01C991", kind="decision", key=f"decision:{id}", …, lines=(Line(…), …)))

An entry is written once under its key: the same again changes nothing, another content is refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, Subquery, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.registry.ledger import problems, seals
from parcours.registry.ledger.models import (
    NEVER_CREDIT,
    NEVER_DEBIT,
    Account,
    Cause,
    LedgerLeft,
    LedgerPosting,
    LedgerTransaction,
)
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.ids import get, new_ids
from parcours.registry.store.turns import take_turn

GUARDED = (*NEVER_DEBIT, *NEVER_CREDIT)


class Line(NamedTuple):
    """Cents to post: debit above zero, credit below."""

    account: Account
    party: str
    cents: int
    claim_id: str | None = None
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One movement to post."""

    book: str
    kind: str
    key: str
    cause: Cause
    cause_id: str
    at: date
    known_at: datetime
    lines: tuple[Line, ...]
    claim_id: str | None = None
    reverses_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """Hash of what the entry says; not of when it was known, which a repeated request changes."""
        said = [self.book, self.kind, self.cause.value, self.cause_id, self.at.isoformat(), self.claim_id,
                self.reverses_id, [[one.account.value, one.party, one.cents, one.claim_id, one.year]
                                   for one in self.lines]]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def post(session: Session, entry: Entry) -> str:
    """Write an entry and return its id; the id of the first time when it was written already.

    It is known at the instant said, or with the last entry on an account that it may take from, if that came later.
    Lines of zero are left out; one that leaves nothing is written nowhere and has no id: the empty text.
    Raises `Invalid`: it does not balance. Raises `Conflict`: the key has another content, an account would be on its
    wrong side, a reversal is reversed.
    """
    entry = replace(entry, lines=tuple(one for one in entry.lines if one.cents))
    total = sum(one.cents for one in entry.lines)
    if total:
        raise problems.unbalanced(cents=total)
    if not entry.lines:
        return ""
    _lock_parties(session, entry)
    if (known := _written(session, entry)) is not None:
        return known
    if entry.reverses_id is not None:
        _check_reversed(session, entry.reverses_id)
    entry = replace(entry, known_at=_known_after(session, entry))
    try:
        with session.begin_nested():
            (written,) = _write(session, [entry])
    except IntegrityError:
        if (known := _written(session, entry)) is None:
            raise
        return known
    _check_sides(session, entry)
    return written


def post_new(session: Session, entries: Sequence[Entry]) -> None:
    """Write entries under keys that are new, each of whose lines adds to an account on its own side: nothing is read.

    Raises `Invalid`: one does not balance. Raises `Conflict`: a line takes away. The database refuses a known key.
    """
    for entry in entries:
        if total := sum(one.cents for one in entry.lines):
            raise problems.unbalanced(cents=total)
        for one in entry.lines:
            _check_side(one.account, one.cents)
    _write(session, [entry for entry in entries if any(one.cents for one in entry.lines)])


def reverse(session: Session, transaction_id: str, *, key: str, cause_id: str, at: date, known_at: datetime) -> str:
    """Post the exact negation of an entry, linked to it, by an officer's act. Raises `Conflict` as `post` does."""
    row = get(session, LedgerTransaction, transaction_id, "transaction_id")
    lines = session.scalars(
        select(LedgerPosting).where(LedgerPosting.transaction_id == row.id).order_by(LedgerPosting.id)
    )
    negated = tuple(Line(one.account, one.party, -one.cents, one.claim_id, one.year) for one in lines)
    return post(session, Entry(
        book=row.book, kind="reversal", key=key, cause=Cause.OFFICER, cause_id=cause_id, at=at, known_at=known_at,
        lines=negated, claim_id=row.claim_id, reverses_id=row.id,
    ))  # fmt: skip


def _written(session: Session, entry: Entry) -> str | None:
    query = select(LedgerTransaction.id, LedgerTransaction.fingerprint).where(LedgerTransaction.key == entry.key)
    row = session.execute(query).first()
    if row is None:
        return None
    if row.fingerprint != entry.fingerprint:
        raise problems.key_with_other_content()
    return str(row.id)


def _check_reversed(session: Session, transaction_id: str) -> None:
    row = get(session, LedgerTransaction, transaction_id, "reverses_id")
    if row.reverses_id is not None:
        raise problems.reversal_of_reversal()
    again = select(LedgerTransaction.id).where(LedgerTransaction.reverses_id == row.id)
    if session.scalar(again) is not None:
        raise problems.already_reversed()


_POSTING = ("id", "transaction_id", "account", "party", "claim_id", "cents", "year")
_TRANSACTION = ("id", "book", "kind", "claim_id", "cause", "cause_id", "reverses_id", "key", "fingerprint", "at",
                "known_at")  # fmt: skip


def _write(session: Session, entries: Sequence[Entry]) -> list[str]:
    """The postings first, then the transactions: their trigger adds them up and closes them. Their ids."""
    numbers = new_ids(len(entries))
    posted = [(number, one) for number, entry in zip(numbers, entries, strict=True) for one in entry.lines if one.cents]
    insert_values(session, LedgerPosting, _POSTING, [
        (posting, number, one.account, one.party, one.claim_id, one.cents, one.year)
        for posting, (number, one) in zip(new_ids(len(posted)), posted, strict=True)
    ])  # fmt: skip
    insert_values(session, LedgerTransaction, _TRANSACTION, [
        (number, one.book, one.kind, one.claim_id, one.cause, one.cause_id, one.reverses_id, one.key, one.fingerprint,
         one.at, one.known_at) for number, one in zip(numbers, entries, strict=True)
    ])  # fmt: skip
    for number, one in zip(numbers, entries, strict=True):
        row = seals.Entered(
            number, one.book, one.kind, one.claim_id, one.cause, one.cause_id, one.reverses_id, one.key, one.at,
            one.known_at,
        )  # fmt: skip
        seals.note(session, row, [(a.account, a.party, a.claim_id, a.cents, a.year) for a in one.lines if a.cents])
    return numbers


def _lock_parties(session: Session, entry: Entry) -> None:
    for party in sorted({one.party for one in entry.lines if one.account in GUARDED}):
        lock(session, entry.book, party)


def lock(session: Session, book: str, party: str) -> None:
    """Two writers never read the same balance at once."""
    take_turn(session, f"{book}|{party}")


def _known_after(session: Session, entry: Entry) -> datetime:
    """When an entry is known: never before those that made the balances it takes from.

    A writer reads the clock, then waits for its turn: what others wrote meanwhile was known first.
    """
    guarded = {(one.account, one.party) for one in entry.lines if one.account in GUARDED}
    if not guarded:
        return entry.known_at
    query = select(func.max(LedgerTransaction.known_at)).join(
        LedgerPosting, LedgerPosting.transaction_id == LedgerTransaction.id
    )
    accounts, parties = zip(*guarded, strict=True)
    last = session.scalar(query.where(
        LedgerTransaction.book == entry.book, LedgerPosting.account.in_(set(accounts)),
        LedgerPosting.party.in_(set(parties)),
    ))  # fmt: skip
    return entry.known_at if last is None else max(entry.known_at, last)


def _check_sides(session: Session, entry: Entry) -> None:
    for account, party in sorted({(one.account, one.party) for one in entry.lines if one.account in GUARDED}):
        _check_side(account, balance(session, entry.book, account, party))


def _check_side(account: Account, cents: int) -> None:
    if account in NEVER_DEBIT and cents > 0:
        raise problems.wrong_side(field=account.value, cents=cents, sign=problems.CREDIT)
    if account in NEVER_CREDIT and cents < 0:
        raise problems.wrong_side(field=account.value, cents=cents, sign=problems.DEBIT)


# --- reading ---------------------------------------------------------------------------------------------------------


def balance(session: Session, book: str, account: Account, party: str) -> int:
    """Cents of one account of one party in a book."""
    return balances(session, book=book, account=account, party=party).get((book, account, party), 0)


def balances(
    session: Session,
    *,
    book: str | None = None,
    account: Account | None = None,
    party: str | None = None,
    as_of: date | None = None,
    known_on: datetime | None = None,
) -> dict[tuple[str, Account, str], int]:
    """(Book, account, party) → cents, those that are not zero; by day of value, as known at an instant."""
    query = _summed(LedgerTransaction.book, LedgerPosting.account, LedgerPosting.party)
    for column, wanted in (
        (LedgerTransaction.book, book), (LedgerPosting.account, account), (LedgerPosting.party, party)
    ):  # fmt: skip
        if wanted is not None:
            query = query.where(column == wanted)
    if as_of is not None:
        query = query.where(LedgerTransaction.at <= as_of)
    if known_on is not None:
        query = query.where(LedgerTransaction.known_at <= known_on)
    return {(row[0], row[1], row[2]): int(row[3]) for row in session.execute(query)}


@dataclass(frozen=True)
class Open:
    """What is left of one claim in an account."""

    account: Account
    party: str
    claim_id: str | None
    cents: int


def open_items(
    session: Session,
    book: str,
    accounts: Iterable[Account],
    *,
    party: str | None = None,
    claim_id: str | None = None,
    day: date | None = None,
) -> list[Open]:
    """What is left in some accounts of a party, claim by claim; with a day, as much of it as was there on that day."""
    then = func.sum(LedgerPosting.cents if day is None else case((LedgerTransaction.at <= day, LedgerPosting.cents)))
    query = _summed(LedgerPosting.account, LedgerPosting.party, LedgerPosting.claim_id).add_columns(then)
    query = query.where(LedgerTransaction.book == book, LedgerPosting.account.in_(tuple(accounts)))
    if party is not None:
        query = query.where(LedgerPosting.party == party)
    if claim_id is not None:
        query = query.where(LedgerPosting.claim_id == claim_id)
    rows = ((row[0], row[1], row[2], lesser(int(row[3]), int(row[4] or 0))) for row in session.execute(query))
    return [Open(*row) for row in rows if row[3]]


def left_of_claims(book: str, accounts: Iterable[Account]) -> Subquery:
    """What is left in some accounts of a book, by claim: rows to join, not read."""
    left = select(LedgerLeft.claim_id, func.sum(LedgerLeft.cents).label("cents"))
    left = left.where(LedgerLeft.book == book, LedgerLeft.account.in_(tuple(accounts)))
    return left.group_by(LedgerLeft.claim_id).subquery()


def left_of(party: SQLColumnExpression[str | None], book: str, accounts: Iterable[Account]) -> ScalarSelect[int | None]:
    """What is left in some accounts of the party of a row; nothing when nothing is."""
    left = select(func.sum(LedgerLeft.cents)).where(
        LedgerLeft.book == book, LedgerLeft.account.in_(tuple(accounts)), LedgerLeft.party == party
    )
    return left.scalar_subquery()


def owes(party: SQLColumnExpression[str | None], book: str, accounts: Iterable[Account]) -> ColumnElement[bool]:
    """Is something left in some accounts of the party of a row? They have one side only: no sum is needed."""
    left = select(LedgerLeft.id).where(
        LedgerLeft.book == book, LedgerLeft.account.in_(tuple(accounts)), LedgerLeft.party == party
    )
    return left.exists()


def lesser(now: int, then: int) -> int:
    """What is in both balances: the nearer to zero, nothing when they are on different sides."""
    return max(0, min(now, then)) + min(0, max(now, then))


def is_written(session: Session, key: str) -> bool:
    """Was an entry written under a key?"""
    return session.scalar(select(LedgerTransaction.id).where(LedgerTransaction.key == key)) is not None


def by_account(session: Session, book: str, claim_id: str) -> Mapping[Account, int]:
    """What a claim has moved in a book, account by account."""
    query = _summed(LedgerPosting.account).where(LedgerTransaction.book == book, LedgerPosting.claim_id == claim_id)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _summed(*columns: Any) -> Select[Any]:
    total = func.sum(LedgerPosting.cents)
    return (
        select(*columns, total.label("cents"))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .group_by(*columns)
        .having(total != 0)
    )
