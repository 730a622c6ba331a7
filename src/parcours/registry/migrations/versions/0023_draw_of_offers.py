"""a number of each professional from which the draw of a day is made, so that the database orders; who accepts, apart

Revision ID: 0023
Revises: 0022
"""

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SEEDS = 0x7FFFFFFF
AT_ONCE = 5000
OFFERS = sa.table(
    "directory_offers",
    sa.column("id", sa.Uuid(as_uuid=False)),
    sa.column("professional_id", sa.Uuid(as_uuid=False)),
    sa.column("seed", sa.BigInteger),
)


def upgrade() -> None:
    with op.batch_alter_table("directory_offers") as offers:
        offers.add_column(sa.Column("seed", sa.BigInteger(), nullable=False, server_default="0"))
    connection, last = op.get_bind(), None
    statement = OFFERS.update().where(OFFERS.c.id == sa.bindparam("offer")).values(seed=sa.bindparam("seed"))
    while True:
        rows = sa.select(OFFERS.c.id, OFFERS.c.professional_id).order_by(OFFERS.c.id).limit(AT_ONCE)
        found = connection.execute(rows.where(OFFERS.c.id > last) if last else rows).all()
        if not found:
            break
        values = [{"offer": key, "seed": crc32(person.encode()) & SEEDS} for key, person in found]
        connection.execute(statement, values)
        last = found[-1][0]
    with op.batch_alter_table("directory_offers") as offers:
        offers.alter_column("seed", server_default=None)
    op.create_index(
        "ix_directory_offers_accepting", "directory_offers", ["trade", "latitude_e5", "longitude_e5"],
        sqlite_where=sa.text("accepts_adults IS 1"), postgresql_where=sa.text("accepts_adults IS true"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_directory_offers_accepting", "directory_offers")
    with op.batch_alter_table("directory_offers") as offers:
        offers.drop_column("seed")
