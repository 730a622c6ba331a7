"""attempts with unknown logins

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_unknown_logins",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_unknown_logins")),
    )


def downgrade() -> None:
    op.drop_table("account_unknown_logins")
