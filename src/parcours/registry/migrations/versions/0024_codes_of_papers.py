"""codes of papers

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "papers_codes",
        sa.Column("id", UUID, nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_papers_codes_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_papers_codes_code")),
    )
    op.create_index(op.f("ix_papers_codes_insured_id"), "papers_codes", ["insured_id"])


def downgrade() -> None:
    op.drop_table("papers_codes")
