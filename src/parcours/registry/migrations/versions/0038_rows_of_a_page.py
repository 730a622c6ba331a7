"""indexes by which a page finds its own rows

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INDEXES = (
    ("claims_events", ["day"]),
    ("claims_objections", ["insured_id"]),
    ("cases", ["insured_id"]),
    ("complementary_links", ["state"]),
    ("declarations_joint_doctors", ["professional_id"]),
    ("payments_orders", ["day"]),
    ("referrals_uses", ["professional_id"]),
)
INSURED = sa.text("insurer IS NOT NULL")


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{columns[0]}"), table, columns)
    op.create_index(
        op.f("ix_claims_decisions_insurer_id"), "claims_decisions", ["insurer", "id"],
        sqlite_where=INSURED, postgresql_where=INSURED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(op.f("ix_claims_decisions_insurer_id"), "claims_decisions")
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{columns[0]}"), table)
