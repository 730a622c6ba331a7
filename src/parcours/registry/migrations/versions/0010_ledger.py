"""the ledger: append-only, balanced by the database

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("cause_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reverses_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause IN ('decision', 'order', 'officer')", name=op.f("ck_ledger_transactions_cause")),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["ledger_transactions.id"],
            name=op.f("fk_ledger_transactions_reverses_id_ledger_transactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transactions")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transactions_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_transactions_reverses_id")),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("transaction_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.CheckConstraint("cents <> 0", name=op.f("ck_ledger_postings_cents")),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name=op.f("fk_ledger_postings_transaction_id_ledger_transactions"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
    )
    for table, columns in (
        ("ledger_transactions", ("claim_id",)),
        ("ledger_transactions", ("cause_id",)),
        ("ledger_postings", ("transaction_id",)),
        ("ledger_postings", ("party", "account")),
        ("ledger_postings", ("claim_id",)),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("ledger_postings")
    op.drop_table("ledger_transactions")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("ledger_sealed", "ledger_balanced", "ledger_refuse"):
            op.execute(f"DROP FUNCTION {function}()")
