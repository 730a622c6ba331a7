"""the trail: up to where a chain was archived, under a seal

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("archived_sequence", sa.Integer(), nullable=True),
        sa.Column("archived_hash", sa.String(length=64), nullable=True),
        sa.Column("archived_seal", sa.String(length=64), nullable=True),
    ):
        op.add_column("audit_heads", column)


def downgrade() -> None:
    for name in ("archived_seal", "archived_hash", "archived_sequence"):
        op.drop_column("audit_heads", name)
