"""log out at the provider, and trace repeated answers

Answers kept for repetition do not say which records they show: they are forgotten (their requests, when repeated, are
done anew or refused as done already).

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM idempotent_replies")
    with op.batch_alter_table("idempotent_replies") as table:
        table.add_column(sa.Column("about", sa.Text(), nullable=False))
    op.add_column("account_sessions", sa.Column("id_token", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account_sessions") as table:
        table.drop_column("id_token")
    with op.batch_alter_table("idempotent_replies") as table:
        table.drop_column("about")
