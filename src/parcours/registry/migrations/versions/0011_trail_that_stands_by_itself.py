"""the trail: every row signed, chains sealed when keys change; the installation and its key check value

Revision ID: 0011
Revises: 0010
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("signature", sa.String(length=64), nullable=True))
    for column in (
        sa.Column("sealed_sequence", sa.Integer(), nullable=True),
        sa.Column("sealed_hash", sa.String(length=64), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=True),
    ):
        op.add_column("audit_heads", column)
    made = op.create_table(
        "installation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("key_check", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.execute(made.insert().values(id=str(uuid.uuid4())))


def downgrade() -> None:
    op.drop_table("installation")
    for name in ("seal", "sealed_hash", "sealed_sequence"):
        op.drop_column("audit_heads", name)
    op.drop_column("audit_events", "signature")
