"""known devices, attempts of an address counted for all processes, notices of a lock

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_devices",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_devices_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_devices_token_hash")),
    )
    op.create_index(op.f("ix_account_devices_account_id"), "account_devices", ["account_id"])
    op.create_table(
        "account_attempt_buckets",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("source_index", sa.String(length=64), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_attempt_buckets")),
        sa.UniqueConstraint("source_index", name=op.f("uq_account_attempt_buckets_source_index")),
    )
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("told_locked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("told_locked_at")
    op.drop_table("account_attempt_buckets")
    op.drop_index(op.f("ix_account_devices_account_id"), table_name="account_devices")
    op.drop_table("account_devices")
