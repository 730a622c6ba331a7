"""declarations by person and doctor

Nine hundred people declare the same doctor: a look-up by both must not walk through those of the doctor.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_declarations_insured_id", table_name="declarations")
    op.create_index("ix_declarations_insured_id", "declarations", ["insured_id", "professional_id"])


def downgrade() -> None:
    op.drop_index("ix_declarations_insured_id", table_name="declarations")
    op.create_index("ix_declarations_insured_id", "declarations", ["insured_id"])
