"""a sum undue may be followed by a summons and a surcharge; the card in an application, which may be lent

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
TABLE = "claims_undue"
UUID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("summoned_on", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("pay_by", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("surcharge", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "cards_apps",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("lent_to", UUID, nullable=True),
        sa.Column("lent_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_cards_apps_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_apps")),
    )
    op.create_index(op.f("ix_cards_apps_insured_id"), "cards_apps", ["insured_id"])
    op.create_table(
        "cards_app_events",
        sa.Column("id", UUID, nullable=False),
        sa.Column("app_id", UUID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lent_to", UUID, nullable=True),
        sa.Column("lent_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["cards_apps.id"], name=op.f("fk_cards_app_events_app_id_cards_apps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_app_events")),
        sa.UniqueConstraint("app_id", "number", name=op.f("uq_cards_app_events_app_id_number")),
    )


def downgrade() -> None:
    op.drop_table("cards_app_events")
    op.drop_table("cards_apps")
    with op.batch_alter_table(TABLE) as table:
        for name in ("surcharge", "pay_by", "summoned_on"):
            table.drop_column(name)
