"""the lines of statements, written by the database as they are posted; prior agreements

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

STATED = """
SELECT p.id, i.id AS insured_id, (SELECT o.id FROM people_insured o WHERE o.id = p.party AND o.id <> i.id) AS payee_id,
  t.at, p.account, p.cents, p.claim_id, c.care_date, d.profession
FROM {added} t JOIN ledger_postings p ON p.transaction_id = t.id LEFT JOIN claims_claims c ON c.id = p.claim_id
LEFT JOIN people_professionals d ON d.id = c.professional_id
JOIN people_insured i ON i.id = COALESCE(c.insured_id, p.party)
WHERE t.book LIKE 'amo:%' AND (p.claim_id IS NOT NULL OR p.account = 'virements') AND (
  t.kind = 'decision' AND p.account = 'a_payer:professional' OR t.kind IN ('set_off', 'order') AND p.account IN
  ('a_payer:insured', 'virements', 'differe:tmt', 'differe:pf', 'differe:fr', 'indu:insured'))"""
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
OF_A_PAYEE = sa.text("payee_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "claims_agreements",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.Uuid(as_uuid=False), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.{key}"], name=op.f(f"fk_claims_agreements_{name}_{table}"))
            for name, table, key in (
                ("insured_id", "people_insured", "id"),
                ("professional_id", "people_professionals", "id"),
                ("fund_code", "people_funds", "code"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_agreements")),
    )
    op.create_index(op.f("ix_claims_agreements_insured_id"), "claims_agreements", ["insured_id"])
    op.create_index(op.f("ix_claims_agreements_state_answer_by"), "claims_agreements", ["state", "answer_by"])
    op.create_table(
        "payments_lines",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("payee_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("at", sa.Date(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("care_date", sa.Date(), nullable=True),
        sa.Column("profession", sa.String(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_payments_lines_{name}_{table}"))
            for name, table in (
                ("id", "ledger_postings"),
                ("insured_id", "people_insured"),
                ("payee_id", "people_insured"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_lines")),
    )
    op.execute(_INTO.format(added="ledger_transactions"))
    op.create_index(
        op.f("ix_payments_lines_insured_id_at_account_id"), "payments_lines", ["insured_id", "at", "account", "id"]
    )
    op.create_index(
        op.f("ix_payments_lines_payee_id_at_account_id"), "payments_lines", ["payee_id", "at", "account", "id"],
        sqlite_where=OF_A_PAYEE, postgresql_where=OF_A_PAYEE,
    )  # fmt: skip
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TRIGGER payments_lines_stated"
        + (" ON ledger_transactions" if op.get_bind().dialect.name == "postgresql" else "")
    )
    op.drop_table("payments_lines")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION payments_state()")
    op.drop_table("claims_agreements")
