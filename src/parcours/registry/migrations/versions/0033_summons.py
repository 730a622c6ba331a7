"""a sum undue may be followed by a summons, and bear a surcharge once its month is over

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
TABLE = "claims_undue"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("summoned_on", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("pay_by", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("surcharge", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        for name in ("surcharge", "pay_by", "summoned_on"):
            table.drop_column(name)
