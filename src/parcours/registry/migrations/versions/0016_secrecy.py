"""referrals that a minor keeps from those who act for them

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("referrals") as table:
        table.add_column(sa.Column("withheld", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("referrals") as table:
        table.alter_column("withheld", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("referrals") as table:
        table.drop_column("withheld")
