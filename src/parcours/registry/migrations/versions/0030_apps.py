"""applications that people let into their records: registered, allowed, their codes and refresh tokens

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_apps",
        sa.Column("id", UUID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("redirects", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("created_by", UUID, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_apps")),
    )
    op.create_table(
        "account_app_accesses",
        sa.Column("id", UUID, nullable=False),
        sa.Column("app_id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("grant_id", UUID, nullable=False),
        sa.Column("session_id", UUID, nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("patient_id", UUID, nullable=True),
        sa.Column("redirect", sa.String(length=500), nullable=False),
        sa.Column("challenge", sa.String(length=128), nullable=False),
        sa.Column("allowed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_app_accesses_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["app_id"], ["account_apps.id"], name=op.f("fk_account_app_accesses_app_id_account_apps")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["account_grants.id"], name=op.f("fk_account_app_accesses_grant_id_account_grants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_app_accesses")),
    )
    op.create_index(op.f("ix_account_app_accesses_account_id"), "account_app_accesses", ["account_id"])
    op.create_index(op.f("ix_account_app_accesses_grant_id"), "account_app_accesses", ["grant_id"])
    op.create_table(
        "account_app_secrets",
        sa.Column("id", UUID, nullable=False),
        sa.Column("access_id", UUID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["access_id"], ["account_app_accesses.id"],
            name=op.f("fk_account_app_secrets_access_id_account_app_accesses"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_app_secrets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_app_secrets_token_hash")),
    )  # fmt: skip
    op.create_index(op.f("ix_account_app_secrets_access_id"), "account_app_secrets", ["access_id"])


def downgrade() -> None:
    for table in ("account_app_secrets", "account_app_accesses", "account_apps"):
        op.drop_table(table)
