"""what an objection disputes, as a word of a list

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claims_objections", sa.Column("ground", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("claims_objections", "ground")
