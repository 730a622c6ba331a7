"""a login at a provider leads back to an address as long as any other login does

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _resize(300, 2000)


def downgrade() -> None:
    op.execute("DELETE FROM account_oidc_attempts WHERE length(return_to) > 300")
    _resize(2000, 300)


def _resize(before: int, after: int) -> None:
    with op.batch_alter_table("account_oidc_attempts") as table:
        table.alter_column("return_to", existing_type=sa.String(length=before), type_=sa.String(length=after))
