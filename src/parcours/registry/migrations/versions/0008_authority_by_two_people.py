"""authority over a person: its proof, who recorded it and who confirmed it

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people_kinships") as table:
        table.add_column(sa.Column("proof", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("proposed_by", sa.Uuid(as_uuid=False), nullable=True))
        table.add_column(sa.Column("confirmed_by", sa.Uuid(as_uuid=False), nullable=True))
        table.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    # A guardianship made by one person alone opens nothing until a second one has confirmed it.
    op.execute("UPDATE people_kinships SET confirmed_at = recorded_at WHERE kind = 'parent'")


def downgrade() -> None:
    op.execute("DELETE FROM people_kinships WHERE confirmed_at IS NULL")
    with op.batch_alter_table("people_kinships") as table:
        for name in ("confirmed_at", "confirmed_by", "proposed_by", "proof"):
            table.drop_column(name)
