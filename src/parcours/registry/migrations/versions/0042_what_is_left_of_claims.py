"""what is left of claims, kept by the database as it is posted; notices in their order; links that people ask for

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

LEFT = """
SELECT {id}, t.book, p.account, p.party, p.claim_id, sum(p.cents)
FROM {added} t JOIN ledger_postings p ON p.transaction_id = t.id
WHERE p.claim_id IS NOT NULL AND p.account IN
('differe:tmt', 'differe:pf', 'differe:fr', 'indu:insured', 'indu:professional')"""
BY_CLAIM = " GROUP BY t.book, p.account, p.party, p.claim_id"
ADDED = """
INSERT INTO ledger_left (id, book, account, party, claim_id, cents) {left}
ON CONFLICT (claim_id, account, party, book) DO UPDATE SET cents = ledger_left.cents + excluded.cents"""
SPENT = "DELETE FROM ledger_left WHERE cents = 0 AND claim_id IN (SELECT claim_id FROM ledger_postings WHERE {these})"
FIRST = {"sqlite": "min(p.id)", "postgresql": "min(p.id::text)::uuid"}
_ONE = LEFT.format(id=FIRST["sqlite"], added="ledger_transactions") + " AND t.id = NEW.id" + BY_CLAIM
_MANY = LEFT.format(id=FIRST["postgresql"], added="added") + BY_CLAIM + " ORDER BY 2, 3, 4, 5"
_SPENT_MANY = SPENT.format(these="transaction_id IN (SELECT id FROM added)")
_SQLITE = (
    f"""CREATE TRIGGER ledger_left_kept AFTER INSERT ON ledger_transactions BEGIN {ADDED.format(left=_ONE)};
    {SPENT.format(these="transaction_id = NEW.id")}; END""",
)
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ledger_keep_left() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    {ADDED.format(left=_MANY)}; {_SPENT_MANY}; RETURN NULL; END $$""",
    "REVOKE EXECUTE ON FUNCTION ledger_keep_left() FROM PUBLIC",
    """CREATE TRIGGER ledger_left_kept AFTER INSERT ON ledger_transactions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_left()""",
)
TO_PAY = sa.text("subject = 'avis_a_payer'")


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.create_table(
        "ledger_left",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_left")),
        sa.UniqueConstraint(
            "claim_id", "account", "party", "book", name=op.f("uq_ledger_left_claim_id_account_party_book")
        ),
    )
    op.execute(
        "INSERT INTO ledger_left (id, book, account, party, claim_id, cents)"
        f"{LEFT.format(id=FIRST[dialect], added='ledger_transactions')}{BY_CLAIM} HAVING sum(p.cents) <> 0"
    )
    op.create_index(op.f("ix_ledger_left_book_account_party"), "ledger_left", ["book", "account", "party"])
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[dialect]:
        op.execute(statement)
    op.create_index(
        "ix_messages_messages_to_pay", "messages_messages", ["day", "id"], sqlite_where=TO_PAY, postgresql_where=TO_PAY
    )
    op.create_table(
        "complementary_requests",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insurer", sa.String(length=40), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_complementary_requests_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complementary_requests")),
    )
    op.create_index(op.f("ix_complementary_requests_insured_id"), "complementary_requests", ["insured_id"])
    op.create_index(
        op.f("ix_complementary_requests_insurer_state_id"), "complementary_requests", ["insurer", "state", "id"]
    )


def downgrade() -> None:
    op.drop_table("complementary_requests")
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_index("ix_messages_messages_to_pay", "messages_messages")
    op.execute("DROP TRIGGER ledger_left_kept" + (" ON ledger_transactions" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION ledger_keep_left()")
    op.drop_table("ledger_left")
