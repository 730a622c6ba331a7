"""The end of each book at every commit: how many entries it holds and a keyed sum of them all, told to the audit trail.

Who writes to the database without the keys can drop its triggers and alter, add or remove entries that balance. Each
commit that posts moves the signed end of its books on and writes it in the trail, whose own end is kept outside the
database. The sum takes the entries in any order, so that adding to it reads nothing of the books; what was forged is
never in it, and is found by every later check.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.model import Who
from parcours.registry.audit.chain import is_signed
from parcours.registry.audit.models import AuditEvent
from parcours.registry.audit.service import chain_of, record
from parcours.registry.ledger.models import LedgerHead, LedgerPosting, LedgerTransaction
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.ids import new_id

ENTRY, HEAD = "ledger_transactions.entry", "ledger_heads.signature"
_BOOKS = uuid.UUID("3f2b4a0e-6f0c-5d0b-9a54-6f1f0d1a7c11")
_PENDING, _DOUBT = "parcours.ledger.pending", "parcours.ledger.doubt"
_MODULUS = 1 << 256
_PAGE = 2000
_NONE = "0" * 64


class Tag(model.Tag):
    """What the trail is told of the books."""

    BOOK_SEAL = "ledger:book:seal"


class Written(NamedTuple):
    """An entry that was just written: which, of which book, and what it adds to the sum."""

    id: str
    book: str
    mark: int


def content(row: Any, lines: Iterable[tuple[Any, ...]]) -> str:
    """Everything an entry says, its number and the instant it was known included: the one text that is signed."""
    at, known = row.at, row.known_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [row.id, row.book, row.kind, row.claim_id, str(row.cause), row.cause_id, row.reverses_id, row.key]
    posted = sorted(_line(*one) for one in lines)
    return json.dumps([*said, at.isoformat(), known, posted])


def _line(account: str, party: str, claim_id: str | None, cents: int, year: int | None) -> str:
    """A line as JSON writes it, some five times as quickly."""
    claim = "null" if claim_id is None else quoted(claim_id)
    return f"[{quoted(account)}, {quoted(party)}, {claim}, {cents}, {'null' if year is None else year}]"


class Entered(NamedTuple):
    """The columns of an entry, as it is written or read."""

    id: str
    book: str
    kind: str
    claim_id: str | None
    cause: str
    cause_id: str
    reverses_id: str | None
    key: str
    at: date
    known_at: datetime


COLUMNS = tuple(getattr(LedgerTransaction, name) for name in Entered._fields)
LINE = (LedgerPosting.account, LedgerPosting.party, LedgerPosting.claim_id, LedgerPosting.cents, LedgerPosting.year)


def note(session: Session, row: Entered, lines: Iterable[tuple[Any, ...]]) -> None:
    """An entry was written: it counts in the end of its book when the session commits."""
    mark = int(blind_index(content(row, lines), ENTRY), 16)
    session.info.setdefault(_PENDING, []).append(Written(row.id, row.book, mark))


@event.listens_for(Session, "after_soft_rollback")
def _doubt(session: Session, _previous: Any) -> None:
    if session.in_transaction():
        session.info[_DOUBT] = True  # some of what was noted may be gone with a savepoint
    else:
        session.info.pop(_PENDING, None)
        session.info.pop(_DOUBT, None)


@event.listens_for(Session, "before_commit", insert=True)
def _seal_pending(session: Session) -> None:
    """Before the trail writes its own, so that it tells of the books."""
    if session.in_nested_transaction():
        return
    pending: list[Written] = session.info.pop(_PENDING, [])
    if session.info.pop(_DOUBT, False):
        there: set[str] = set()
        for start in range(0, len(pending), _PAGE):
            ids = [one.id for one in pending[start : start + _PAGE]]
            there |= set(session.scalars(select(LedgerTransaction.id).where(LedgerTransaction.id.in_(ids))))
        pending = [one for one in pending if one.id in there]
    if pending:
        seal(session, pending)


def move(session: Session, book: str, entries: int, marks: int) -> None:
    """Move the end of a book on. A forged end is never signed over: it stays wrong, to be found."""
    session.flush()
    made = _make(session, book)
    if made:  # what is in the book: these entries too
        entries, marks = _sum(session, book)[0]
    head = session.scalars(select(LedgerHead).where(LedgerHead.book == book).with_for_update()).one()
    sound = made or is_believed(session, head)
    head.entries += entries
    head.total = f"{(int(head.total, 16) + marks) % _MODULUS:064x}"
    head.signature = blind_index(_text(head), HEAD) if sound else _NONE
    session.flush()
    _tell(session, head)


def seal(session: Session, written: Sequence[Written] = ()) -> int:
    """Move the ends of the books on; the first time, those of books from before books had ends too. How many."""
    books = {one.book for one in written}
    if session.scalar(select(LedgerHead.id).limit(1)) is None:
        books |= set(session.scalars(select(LedgerTransaction.book).distinct()))
    for book in sorted(books):
        mine = [one.mark for one in written if one.book == book]
        move(session, book, len(mine), sum(mine))
    return len(books)


def _tell(session: Session, head: LedgerHead) -> None:
    details = {"book": head.book, "entries": head.entries, "total": head.total}
    record(
        session, Tag.BOOK_SEAL, Who("system", _actor(head.book), "ledger"), record=("book", head.id), details=details
    )


def _make(session: Session, book: str) -> bool:
    """The end of a book that has none; False: it has. A book that the trail knows keeps the wrong of having lost it."""
    if session.scalar(select(LedgerHead.id).where(LedgerHead.book == book)) is not None:
        return False
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"id": new_id(), "book": book, "entries": 0, "total": _NONE, "signature": _NONE}
    made = session.execute(
        make(LedgerHead).values(values).on_conflict_do_nothing(index_elements=["book"]).returning(LedgerHead.id)
    ).first()
    return made is not None and told_of(session, book) is None


def _actor(book: str) -> str:
    """Under which id the trail tells of a book: its events are found by it, in one chain."""
    return str(uuid.uuid5(_BOOKS, book))


def _text(head: LedgerHead) -> str:
    return f"{head.book}:{head.entries}:{head.total}"


def _is_signed(head: LedgerHead) -> bool:
    return is_signed(_text(head), head.signature, HEAD)


# --- checked ---------------------------------------------------------------------------------------------------------


def told_of(session: Session, book: str, head_id: str | None = None) -> tuple[int, str] | None:
    """What the trail was last told of a book: entries, sum; None: nothing, or it is in an archive."""
    mine = AuditEvent.actor_id == _actor(book)
    if head_id is not None:  # from the end of its chain backwards: usually a few rows
        mine = (AuditEvent.chain == chain_of(None, _actor(book))) & (AuditEvent.record_id == head_id)
    query = select(AuditEvent.details).where(mine, AuditEvent.tag == Tag.BOOK_SEAL)
    found = session.scalar(query.order_by(AuditEvent.sequence.desc()).limit(1))
    if found is None:
        return told_of(session, book) if head_id is not None else None
    said = json.loads(found)
    return int(said["entries"]), str(said["total"])


def is_believed(session: Session, head: LedgerHead) -> bool:
    """Is an end signed, and the last that the trail was told? Else it was forged, or an older one put back."""
    told = told_of(session, head.book, head.id)
    return _is_signed(head) and told in (None, (head.entries, head.total))


def broken(session: Session) -> list[str]:
    """Books that are not what was sealed: altered, added to or cut without the keys."""
    heads = {one.book: one for one in session.scalars(select(LedgerHead))}
    books = set(session.scalars(select(LedgerTransaction.book).distinct()))
    unsealed = {one.book for one in session.info.get(_PENDING, [])}  # written here: their ends move when this commits
    return [book for book in sorted((books | set(heads)) - unsealed) if not is_whole(session, book, heads.get(book))]


def is_whole(session: Session, book: str, head: LedgerHead | None) -> bool:
    """Does a book hold what its signed end says, and what the trail was told? Before the first, none has."""
    if head is None:
        return told_of(session, book) is None and session.scalar(select(LedgerHead.id).limit(1)) is None
    if not is_believed(session, head):
        return False
    return (head.entries, head.total) in [(entries, f"{marks:064x}") for entries, marks in _sum(session, book)]


def _sum(session: Session, book: str) -> list[tuple[int, int]]:
    """How many entries a book holds and the sum of them: under the newest key, then under each older one."""
    count, sums = 0, [0] * len(blind_indexes("", ENTRY))
    for row, lines in entries_of(session, book):
        count += 1
        for place, mark in enumerate(blind_indexes(content(row, lines), ENTRY)):
            sums[place] = (sums[place] + int(mark, 16)) % _MODULUS
    return [(count, one) for one in sums]


def entries_of(session: Session, book: str) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    """Every entry of a book with its lines, in bounded memory."""
    last = ""
    while True:
        query = select(*COLUMNS).where(LedgerTransaction.book == book).order_by(LedgerTransaction.id).limit(_PAGE)
        rows = session.execute(query.where(LedgerTransaction.id > last) if last else query).all()
        lines: dict[str, list[tuple[Any, ...]]] = {row.id: [] for row in rows}
        posted = select(LedgerPosting.transaction_id, *LINE).where(LedgerPosting.transaction_id.in_(list(lines)))
        for number, *line in session.execute(posted):
            lines[number].append(tuple(line))
        yield from ((row, lines[row.id]) for row in rows)
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


def resign(session: Session) -> int:
    """The ends under the newest key; how many were not. A book that is not whole is left as it is: found later too."""
    done = 0
    for head in session.scalars(select(LedgerHead).order_by(LedgerHead.book).with_for_update()):
        if head.signature == blind_index(_text(head), HEAD) or not is_whole(session, head.book, head):
            continue
        head.total = f"{_sum(session, head.book)[0][1]:064x}"
        head.signature = blind_index(_text(head), HEAD)
        _tell(session, head)
        done += 1
    return done
