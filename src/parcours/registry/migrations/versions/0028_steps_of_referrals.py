"""one state machine of referrals; what a report says besides its conclusion

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
STATES = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "referrals_steps",
        sa.Column("id", UUID, nullable=False),
        sa.Column("referral_id", UUID, nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by_id", UUID, nullable=True),
        sa.Column("booked_for", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people_professionals.id"], name=op.f("fk_referrals_steps_by_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referrals_steps_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals_steps")),
    )
    op.create_index(op.f("ix_referrals_steps_referral_id"), "referrals_steps", ["referral_id"])
    op.add_column("referrals_reports", sa.Column("details", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("referrals_reports", "details")
    for table in ("referrals_steps",):
        op.drop_table(table)
