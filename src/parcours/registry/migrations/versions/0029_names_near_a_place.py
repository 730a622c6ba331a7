"""a name is searched near a place: both are read from the indexes of a professional

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
WIDER = {
    "directory_offers": ["professional_id", "latitude_e5", "longitude_e5"],
    "directory_tokens": ["professional_id", "token"],
}


def upgrade() -> None:
    for table, columns in WIDER.items():
        op.drop_index(f"ix_{table}_professional_id", table)
        op.create_index(f"ix_{table}_professional_id", table, columns)


def downgrade() -> None:
    for table in WIDER:
        op.drop_index(f"ix_{table}_professional_id", table)
        op.create_index(f"ix_{table}_professional_id", table, ["professional_id"])
