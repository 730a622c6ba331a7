"""cards shown to a practice

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "cards_readings",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_cards_readings_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_cards_readings_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_readings")),
    )
    op.create_index(
        op.f("ix_cards_readings_insured_id_professional_id_read_at"),
        "cards_readings",
        ["insured_id", "professional_id", "read_at"],
    )


def downgrade() -> None:
    op.drop_table("cards_readings")
