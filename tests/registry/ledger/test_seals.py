"""Books that somebody with the database and without the keys has changed, added to or cut: found, whatever follows."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from sqlalchemy import select, text

from parcours.registry.contexts import rotate_keys, verify
from parcours.registry.ledger import seals
from parcours.registry.ledger.models import Account, Cause, LedgerHead, LedgerPosting, LedgerTransaction
from parcours.registry.ledger.service import Entry, Line, post
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import new_key

BOOK, OTHER = "amo:01C991", "amc:mutuelle"
PARTY = new_id()


def entry(book=BOOK, cents=1000):
    lines = (Line(Account.PRESTATIONS, PARTY, cents), Line(Account.A_PAYER_INSURED, PARTY, -cents))
    return Entry(
        book=book, kind="decision", key=new_id(), cause=Cause.DECISION, cause_id=new_id(), at=date(2026, 3, 2),
        known_at=datetime(2026, 3, 2, 9, tzinfo=UTC), lines=lines,
    )  # fmt: skip


def write(database, *entries):
    with database.writing() as session:
        return [post(session, one) for one in entries]


def wrong(database):
    """The books that are not what was sealed (these entries have no claim: other promises are broken too)."""
    with database.reading() as session:
        (found,) = [one for one in verify(session) if one.invariant.name == "sealed"]
    return found.examples


@pytest.fixture
def kept(database):
    """Three entries of a book and one of another, and the heads as they were after the first."""
    first = write(database, entry())
    with database.reading() as session:
        old = session.execute(select(LedgerHead.book, LedgerHead.entries, LedgerHead.total, LedgerHead.signature)).all()
    written = first + write(database, entry(), entry(OTHER)) + write(database, entry())
    assert wrong(database) == ()
    return written, old


@pytest.fixture
def open_to_all(database):
    """What somebody does who owns the database: its triggers are dropped first."""

    def do(*statements):
        with database.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                for table in ("ledger_transactions", "ledger_postings"):
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            else:
                names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'"
                for name in connection.execute(text(names)).scalars().all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            for one in statements:
                connection.execute(one)

    return do


def altered(written, _old):
    of = LedgerPosting.__table__
    return [of.update().where(of.c.transaction_id == written[1], of.c.cents > 0).values(cents=9_999),
            of.update().where(of.c.transaction_id == written[1], of.c.cents < 0).values(cents=-9_999)]  # fmt: skip


def moved_in_time(written, _old):
    of = LedgerTransaction.__table__
    return [of.update().where(of.c.id == written[1]).values(at=date(2020, 1, 1))]


def removed(written, _old):
    return [
        LedgerPosting.__table__.delete().where(LedgerPosting.transaction_id == written[1]),
        LedgerTransaction.__table__.delete().where(LedgerTransaction.id == written[1]),
    ]


def cut_with_its_older_end(written, old):
    """Genuine rows, a genuine end: only the trail knows that there were more."""
    later = (written[1], written[3])
    return [
        LedgerPosting.__table__.delete().where(LedgerPosting.transaction_id.in_(later)),
        LedgerTransaction.__table__.delete().where(LedgerTransaction.id.in_(later)),
        *(LedgerHead.__table__.update().where(LedgerHead.book == one.book).values(one._asdict()) for one in old),
    ]


def an_end_removed(_written, _old):
    return [LedgerHead.__table__.delete().where(LedgerHead.book == BOOK)]


def every_end_removed(_written, _old):
    return [LedgerHead.__table__.delete()]


def a_book_of_ones_own(_written, _old):
    of = LedgerTransaction.__table__
    return [of.update().where(of.c.book == BOOK).values(book="amo:forged")]


@pytest.mark.parametrize(
    "forge",
    [altered, moved_in_time, removed, cut_with_its_older_end, an_end_removed, every_end_removed, a_book_of_ones_own],
)
def test_what_is_forged_without_the_keys_is_found_also_after_the_next_entry(database, kept, open_to_all, forge):
    open_to_all(*forge(*kept))
    assert BOOK in wrong(database)
    write(database, entry(), entry(OTHER))
    assert BOOK in wrong(database), "an ordinary entry signs nothing that was forged"


def test_an_entry_added_without_the_keys_is_found(database, kept, open_to_all):
    number, said = new_id(), replace(entry())
    row = {"id": number, "book": BOOK, "kind": said.kind, "cause": said.cause, "cause_id": said.cause_id,
           "key": said.key, "fingerprint": said.fingerprint, "at": said.at, "known_at": said.known_at}  # fmt: skip
    lines = [{"id": new_id(), "transaction_id": number, "account": one.account, "party": one.party,
              "cents": one.cents} for one in said.lines]  # fmt: skip
    open_to_all(LedgerPosting.__table__.insert().values(lines), LedgerTransaction.__table__.insert().values(row))
    assert wrong(database) == (BOOK,)


def test_what_a_savepoint_takes_back_is_not_counted(database, kept):
    with database.writing() as session:
        post(session, entry())
        part = session.begin_nested()
        post(session, entry())
        part.rollback()
        with session.begin_nested():
            post(session, entry(OTHER))
    assert wrong(database) == ()
    with database.writing() as session:
        post(session, entry())
        session.rollback()
    write(database, entry())
    assert wrong(database) == ()


def test_books_from_before_books_had_ends_are_sealed_by_the_upgrade(database, kept):
    with database.writing() as session:
        session.execute(LedgerHead.__table__.delete())
    with database.writing() as session:
        assert seals.seal(session) == 2
        assert seals.seal(session) == 0


def test_new_keys_seal_a_sound_book_and_never_a_forged_one(database, kept, open_to_all, monkeypatch):
    open_to_all(*altered(*kept))
    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{os.environ['PARCOURS_SECRET_KEYS']}")
    assert rotate_keys(database)["ledger_heads"] == 1
    assert wrong(database) == (BOOK,)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", newer)
    assert wrong(database) == (BOOK,)
    write(database, entry(), entry(OTHER))
    assert wrong(database) == (BOOK,)


def test_writers_at_the_same_time_leave_one_true_end(database):
    threads = [Thread(target=write, args=(database, entry(), entry(OTHER))) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong(database) == ()
    with database.reading() as session:
        assert sorted(session.scalars(select(LedgerHead.entries))) == [6, 6]
