"""Payment orders, and the lines of statements.

The simulated bank file is rebuilt from orders, so that a crash sends once. The lines are written by the database in the
transaction that posts them, whoever posts: a statement reads them and nothing else. On PostgreSQL it does so with the
rights of the tables' owner, so that who posts needs none on the lines.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.ledger.models import Account
from parcours.registry.store.columns import PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base
from parcours.registry.store.triggers import made_with


class OrderState(StrEnum):
    """Where an order is."""

    PREPARED = "prepared"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"


class Order(Base):
    """One transfer to one party, of one cent at least."""

    __tablename__ = "payments_orders"
    __table_args__ = (CheckConstraint("cents > 0", name="cents"), Index(None, "party", "day"), Index(None, "day"),
                      Index(None, "state"))  # fmt: skip

    book: Mapped[str] = mapped_column(String(60))
    party: Mapped[str] = mapped_column(PublicId)
    """The insured person or the professional for whom it is due."""
    payee: Mapped[str] = mapped_column(PublicId)
    """Whose bank account it goes to: a child's refund goes to the parent whose card was read."""
    cents: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    reference: Mapped[str] = mapped_column(String(35), unique=True)
    """End-to-end reference of the simulated transfer."""
    state: Mapped[OrderState] = mapped_column(text_enum(OrderState))
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime())
    settled_on: Mapped[date | None]


class StatementLine(Base):
    """A posting of the book of a fund that a person's statement shows, and what is said of its claim."""

    __tablename__ = "payments_lines"
    __table_args__ = (
        Index(None, "insured_id", "at", "account", "id"),
        Index(
            None, "payee_id", "at", "account", "id",
            sqlite_where=text("payee_id IS NOT NULL"), postgresql_where=text("payee_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(PublicId, ForeignKey("ledger_postings.id"), primary_key=True, sort_order=-1)
    """That of the posting."""
    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    payee_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    """Somebody else who owes or is owed it: the parent of a child."""
    at: Mapped[date]
    account: Mapped[Account] = mapped_column(text_enum(Account))
    cents: Mapped[int] = mapped_column(BigInteger)
    claim_id: Mapped[str | None] = mapped_column(PublicId)
    care_date: Mapped[date | None]
    profession: Mapped[str | None]
    """Of who gave the care: it names a deduction."""


STATED = """
SELECT p.id, i.id AS insured_id, (SELECT o.id FROM people_insured o WHERE o.id = p.party AND o.id <> i.id) AS payee_id,
  t.at, p.account, p.cents, p.claim_id, c.care_date, d.profession
FROM {added} t JOIN ledger_postings p ON p.transaction_id = t.id LEFT JOIN claims_claims c ON c.id = p.claim_id
LEFT JOIN people_professionals d ON d.id = c.professional_id
JOIN people_insured i ON i.id = COALESCE(c.insured_id, p.party)
WHERE t.book LIKE 'amo:%' AND (p.claim_id IS NOT NULL OR p.account = 'virements') AND (
  t.kind = 'decision' AND p.account = 'a_payer:professional' OR t.kind IN ('set_off', 'order') AND p.account IN
  ('a_payer:insured', 'virements', 'differe:tmt', 'differe:pf', 'differe:fr', 'indu:insured'))"""
"""What a statement shows of some entries: what a payment moves, and what a decision pays to a professional."""
_INTO = (
    "INSERT INTO payments_lines (id, insured_id, payee_id, at, account, cents, claim_id, care_date, profession)"
    f"{STATED}"
)
_SQLITE = (
    f"""CREATE TRIGGER payments_lines_stated AFTER INSERT ON ledger_transactions
    BEGIN {_INTO.format(added="ledger_transactions")} AND t.id = NEW.id; END""",
)
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION payments_state() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    {_INTO.format(added="added")}; RETURN NULL; END $$""",
    "REVOKE EXECUTE ON FUNCTION payments_state() FROM PUBLIC",
    """CREATE TRIGGER payments_lines_stated AFTER INSERT ON ledger_transactions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments_state()""",
)
made_with(StatementLine, {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})
