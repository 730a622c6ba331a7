"""roles: who confirmed them

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_grants") as table:
        table.add_column(sa.Column("confirmed_by", sa.Uuid(as_uuid=False), nullable=True))
        table.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE account_grants SET confirmed_at = granted_at")


def downgrade() -> None:
    op.execute(
        "UPDATE account_sessions SET grant_id = NULL WHERE grant_id IN"
        " (SELECT id FROM account_grants WHERE confirmed_at IS NULL)"
    )
    op.execute("DELETE FROM account_grants WHERE confirmed_at IS NULL")
    with op.batch_alter_table("account_grants") as table:
        table.drop_column("confirmed_at")
        table.drop_column("confirmed_by")
