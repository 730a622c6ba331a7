"""whether anybody opposes is asked at each search: the oppositions in force are found by an index

Revision ID: 0026
Revises: 0025
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_directory_oppositions_withdrawn_on", "directory_oppositions", ["withdrawn_on"])


def downgrade() -> None:
    op.drop_index("ix_directory_oppositions_withdrawn_on", "directory_oppositions")
