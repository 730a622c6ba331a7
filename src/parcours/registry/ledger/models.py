"""Tables of the ledger. The migration holds their triggers: nothing is changed, removed, or left unbalanced."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base
from parcours.registry.store.triggers import made_with


class Account(StrEnum):
    """Where cents are. A debit is positive, a credit negative."""

    PRESTATIONS = "prestations"
    """What the insurance grants, before anything is taken."""
    MAJORATION = "majoration"
    PF = "pf"
    FR = "fr"
    """Kept from the insured by law: majoration, contributions, deductibles."""
    A_PAYER_INSURED = "a_payer:insured"
    A_PAYER_PROFESSIONAL = "a_payer:professional"
    DIFFERE_TMT = "differe:tmt"
    DIFFERE_PF = "differe:pf"
    DIFFERE_FR = "differe:fr"
    """Owed by the insured after tiers payant, to be taken on later refunds."""
    INDU_INSURED = "indu:insured"
    INDU_PROFESSIONAL = "indu:professional"
    VIREMENTS = "virements"
    BANQUE = "banque"
    PENALITE = "penalite"
    PENALITE_DUE = "penalite:due"
    """Due to a practice, paid in the next half-year."""
    FORFAIT = "forfait"
    ABANDON = "abandon"
    PRODUITS = "produits"
    """What is asked beside the benefits themselves: the surcharge of a sum that is not given back."""


DEFERRED = (Account.DIFFERE_TMT, Account.DIFFERE_PF, Account.DIFFERE_FR)
"""In the order in which they are taken for one day of care."""
NEVER_DEBIT = (Account.A_PAYER_INSURED, Account.A_PAYER_PROFESSIONAL)
NEVER_CREDIT = (*DEFERRED, Account.INDU_INSURED, Account.INDU_PROFESSIONAL)
"""Accounts whose balance has one side only."""


class Cause(StrEnum):
    """What a transaction follows from."""

    DECISION = "decision"
    ORDER = "order"
    OFFICER = "officer"


class LedgerTransaction(Base):
    """One movement, whole: written after its postings, which it seals."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        CheckConstraint("cause IN ('decision', 'order', 'officer')", name="cause"),
        Index(None, "claim_id"),
        Index(None, "cause_id"),
    )

    book: Mapped[str] = mapped_column(String(60))
    """`amo:FUND`, `amc:INSURER`, `c2s:FUND`."""
    kind: Mapped[str] = mapped_column(String(40))
    claim_id: Mapped[str | None] = mapped_column(PublicId)
    cause: Mapped[Cause] = mapped_column(text_enum(Cause))
    cause_id: Mapped[str] = mapped_column(PublicId)
    """The decision, the payment order or the act of an officer."""
    reverses_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("ledger_transactions.id"), unique=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    at: Mapped[date]
    """Day of value."""
    known_at: Mapped[datetime] = mapped_column(UtcDateTime())


class LedgerPosting(Base):
    """Cents of one account of one party, inside a transaction."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("cents <> 0", name="cents"),
        Index(None, "transaction_id"),
        Index(None, "party", "account"),
        Index(None, "claim_id"),
    )

    transaction_id: Mapped[str] = mapped_column(
        PublicId, ForeignKey("ledger_transactions.id", deferrable=True, initially="DEFERRED")
    )
    account: Mapped[Account] = mapped_column(text_enum(Account))
    party: Mapped[str] = mapped_column(PublicId)
    """An insured person or a professional."""
    claim_id: Mapped[str | None] = mapped_column(PublicId)
    cents: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int | None]
    """Civil year of the cap that a contribution or a deductible counts in."""


class LedgerLeft(Base):
    """What is left of a claim in an account whose balance has one side only, kept by the database as it is posted.

    A copy of sums, so that a queue reads what is open and not a whole book: `parcours ledger verify` compares them. On
    PostgreSQL it is written with the rights of the tables' owner, so that who posts needs none on it.
    """

    __tablename__ = "ledger_left"
    __table_args__ = (UniqueConstraint("claim_id", "account", "party", "book"), Index(None, "book", "account", "party"))

    book: Mapped[str] = mapped_column(String(60))
    account: Mapped[Account] = mapped_column(text_enum(Account))
    party: Mapped[str] = mapped_column(PublicId)
    claim_id: Mapped[str] = mapped_column(PublicId)
    cents: Mapped[int] = mapped_column(BigInteger)
    """Never zero: nothing left is no row."""


class LedgerHead(Base):
    """The end of a book: how many entries it holds and the keyed sum of them all, signed; the trail is told of it."""

    __tablename__ = "ledger_heads"

    book: Mapped[str] = mapped_column(String(60), unique=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))


_TABLES = ("ledger_transactions", "ledger_postings")
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
_EACH = "FOR EACH STATEMENT EXECUTE FUNCTION"
_CLOSED = "EXISTS (SELECT 1 FROM ledger_transactions WHERE id = NEW.transaction_id)"
_BALANCED = "(SELECT sum(cents) FROM ledger_postings WHERE transaction_id = NEW.id) IS NOT 0"
# Postings are written before the transaction that seals them: adding up needs no deferred trigger, on either database.
_SQLITE = (
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {_REFUSE}"
        for table in _TABLES
        for verb in ("UPDATE", "DELETE")
    ),
    f"""CREATE TRIGGER ledger_postings_sealed BEFORE INSERT ON ledger_postings WHEN {_CLOSED}
    BEGIN SELECT RAISE(ABORT, 'this entry of the ledger is closed'); END""",
    f"""CREATE TRIGGER ledger_transactions_balanced BEFORE INSERT ON ledger_transactions WHEN {_BALANCED}
    BEGIN SELECT RAISE(ABORT, 'an entry of the ledger balances'); END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    *(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION "
        "ledger_refuse()"
        for table in _TABLES
    ),
    """CREATE OR REPLACE FUNCTION ledger_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM added JOIN ledger_transactions t ON t.id = added.transaction_id) THEN
    RAISE EXCEPTION 'this entry of the ledger is closed'; END IF; RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM added LEFT JOIN ledger_postings p ON p.transaction_id = added.id
    GROUP BY added.id HAVING sum(p.cents) IS DISTINCT FROM 0) THEN
    RAISE EXCEPTION 'an entry of the ledger balances'; END IF; RETURN NULL; END $$""",
    f"""CREATE TRIGGER ledger_postings_sealed AFTER INSERT ON ledger_postings
    REFERENCING NEW TABLE AS added {_EACH} ledger_sealed()""",
    f"""CREATE TRIGGER ledger_transactions_balanced AFTER INSERT ON ledger_transactions
    REFERENCING NEW TABLE AS added {_EACH} ledger_balanced()""",
)

made_with(LedgerPosting, {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})

LEFT = """
SELECT {id}, t.book, p.account, p.party, p.claim_id, sum(p.cents)
FROM {added} t JOIN ledger_postings p ON p.transaction_id = t.id
WHERE p.claim_id IS NOT NULL AND p.account IN
('differe:tmt', 'differe:pf', 'differe:fr', 'indu:insured', 'indu:professional')"""
"""What some entries leave of claims, not yet grouped; `added`: the entries."""
BY_CLAIM = " GROUP BY t.book, p.account, p.party, p.claim_id"
_ADDED = """
INSERT INTO ledger_left (id, book, account, party, claim_id, cents) {left}
ON CONFLICT (claim_id, account, party, book) DO UPDATE SET cents = ledger_left.cents + excluded.cents"""
_SPENT = "DELETE FROM ledger_left WHERE cents = 0 AND claim_id IN (SELECT claim_id FROM ledger_postings WHERE {these})"
_ONE = LEFT.format(id="min(p.id)", added="ledger_transactions") + " AND t.id = NEW.id" + BY_CLAIM
_MANY = LEFT.format(id="min(p.id::text)::uuid", added="added") + BY_CLAIM + " ORDER BY 2, 3, 4, 5"
_LEFT_SQLITE = (
    f"""CREATE TRIGGER ledger_left_kept AFTER INSERT ON ledger_transactions BEGIN {_ADDED.format(left=_ONE)};
    {_SPENT.format(these="transaction_id = NEW.id")}; END""",
)
_KEPT = """WITH kept AS ({added} RETURNING id, cents)
SELECT array_agg(id) FILTER (WHERE cents = 0) INTO spent FROM kept"""
_SPENT_MANY = "DELETE FROM ledger_left WHERE id = ANY(spent)"
_LEFT_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ledger_keep_left() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$ DECLARE spent uuid[]; BEGIN
    {_KEPT.format(added=_ADDED.format(left=_MANY))}; {_SPENT_MANY}; RETURN NULL; END $$""",
    "REVOKE EXECUTE ON FUNCTION ledger_keep_left() FROM PUBLIC",
    """CREATE TRIGGER ledger_left_kept AFTER INSERT ON ledger_transactions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_left()""",
)
made_with(LedgerLeft, {"sqlite": _LEFT_SQLITE, "postgresql": _LEFT_POSTGRESQL})
