"""letters and reports prepared for a doctor; a letter and a plan say since when their text is destroyed

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
ENDED = ("referrals", "care_plans")
DRAFTS = "referrals_drafts"
UUID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ENDED:
        op.add_column(table, sa.Column("destroyed_on", sa.Date()))
    op.create_table(
        DRAFTS,
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("referral_id", UUID),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_by", UUID),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_referrals_drafts_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_referrals_drafts_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referrals_drafts_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals_drafts")),
    )
    for column in ("author_id", "insured_id"):
        op.create_index(f"ix_{DRAFTS}_{column}", DRAFTS, [column])


def downgrade() -> None:
    op.drop_table(DRAFTS)
    for table in ENDED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("destroyed_on")
