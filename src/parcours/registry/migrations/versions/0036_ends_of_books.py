"""the signed end of each book of the ledger

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_heads",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_heads")),
        sa.UniqueConstraint("book", name=op.f("uq_ledger_heads_book")),
    )


def downgrade() -> None:
    op.drop_table("ledger_heads")
