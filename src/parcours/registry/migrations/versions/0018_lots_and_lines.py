"""lots of sheets, what was decided about each act of a sheet of several

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
STATES = sa.String(length=40)
SUBJECT = (
    "(role = 'insured' AND insured_id IS NOT NULL AND professional_id IS NULL AND fund_code IS NULL)"
    " OR (role IN ('doctor', 'delegate') AND professional_id IS NOT NULL AND insured_id IS NULL AND fund_code IS NULL)"
    " OR (role = 'officer' AND fund_code IS NOT NULL AND insured_id IS NULL AND professional_id IS NULL)"
    " OR (role = 'administrator' AND insured_id IS NULL AND professional_id IS NULL AND fund_code IS NULL)"
)
WITH_INSURER = (
    f"(({SUBJECT}) AND insurer IS NULL) OR (role = 'insurer_officer' AND insurer IS NOT NULL AND fund_code IS NULL"
    " AND insured_id IS NULL AND professional_id IS NULL)"
)
CENTS = ("fee", "base", "amo", "amc", "patient", "advance", "deferred")


def upgrade() -> None:
    op.create_table(
        "claims_lots",
        sa.Column("id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_claims_lots_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["people_funds.code"], name=op.f("fk_claims_lots_fund_code_people_funds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_lots")),
        sa.UniqueConstraint(
            "professional_id", "fund_code", "number", name=op.f("uq_claims_lots_professional_id_fund_code_number")
        ),
    )
    op.create_table(
        "claims_decision_lines",
        sa.Column("id", UUID, nullable=False),
        sa.Column("decision_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in CENTS),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rate", "majoration", "pf", "fr")),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["claims_decisions.id"],
            name=op.f("fk_claims_decision_lines_decision_id_claims_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_decision_lines")),
        sa.UniqueConstraint("decision_id", "number", name=op.f("uq_claims_decision_lines_decision_id_number")),
    )
    with op.batch_alter_table("claims_claims") as claims:
        claims.add_column(sa.Column("lot_id", UUID, nullable=True))
        claims.create_foreign_key(op.f("fk_claims_claims_lot_id_claims_lots"), "claims_lots", ["lot_id"], ["id"])
        claims.create_index(op.f("ix_claims_claims_lot_id"), ["lot_id"])
    with op.batch_alter_table("account_grants") as grants:
        grants.add_column(sa.Column("insurer", sa.String(length=40), nullable=True))
        grants.create_index(op.f("ix_account_grants_insurer"), ["insurer"])
        grants.drop_constraint(op.f("ck_account_grants_subject_of_role"), type_="check")
        grants.create_check_constraint(op.f("ck_account_grants_subject_of_role"), WITH_INSURER)


def downgrade() -> None:
    op.execute("DELETE FROM account_grants WHERE role = 'insurer_officer'")
    with op.batch_alter_table("account_grants") as grants:
        grants.drop_constraint(op.f("ck_account_grants_subject_of_role"), type_="check")
        grants.create_check_constraint(op.f("ck_account_grants_subject_of_role"), SUBJECT)
        grants.drop_index(op.f("ix_account_grants_insurer"))
        grants.drop_column("insurer")
    with op.batch_alter_table("claims_claims") as claims:
        claims.drop_index(op.f("ix_claims_claims_lot_id"))
        claims.drop_constraint(op.f("fk_claims_claims_lot_id_claims_lots"), type_="foreignkey")
        claims.drop_column("lot_id")
    op.drop_table("claims_decision_lines")
    op.drop_table("claims_lots")
