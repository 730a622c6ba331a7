"""departures of doctors, as proposed to funds

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declarations_departures",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("new_organisation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("declarations", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name="fk_declarations_departures_professional_id_people_professionals",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_declarations_departures"),
    )
    op.create_index("ix_declarations_departures_professional_id", "declarations_departures", ["professional_id"])
    op.create_index("ix_declarations_departures_fund_code", "declarations_departures", ["fund_code"])


def downgrade() -> None:
    op.drop_table("declarations_departures")
