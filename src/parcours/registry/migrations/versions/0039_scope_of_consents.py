"""what of a record a consent opens, who noted it; who informed a person of the sharing, when and how

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
NOTER = "fk_record_consents_recorded_by_people_professionals"
TABLE = "record_information_acts"
OPENED = "record_emergency_accesses"


def upgrade() -> None:
    with op.batch_alter_table("record_consents") as consents:
        consents.add_column(sa.Column("scope", sa.String(length=40), nullable=False, server_default="all"))
        consents.add_column(sa.Column("named", sa.String(length=64), nullable=True))
        consents.add_column(sa.Column("recorded_by", UUID, nullable=True))
        consents.create_foreign_key(op.f(NOTER), "people_professionals", ["recorded_by"], ["id"])
    with op.batch_alter_table("record_consents") as consents:
        consents.alter_column("scope", server_default=None)
    op.create_table(
        TABLE,
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=True),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f(f"fk_{TABLE}_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["people_professionals.id"],
            name=op.f(f"fk_{TABLE}_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{TABLE}_insured_id"), TABLE, ["insured_id"])
    op.create_index(op.f(f"ix_{OPENED}_account_id"), OPENED, ["account_id"])


def downgrade() -> None:
    op.drop_index(op.f(f"ix_{OPENED}_account_id"), OPENED)
    op.drop_table(TABLE)
    with op.batch_alter_table("record_consents") as consents:
        consents.drop_constraint(op.f(NOTER), type_="foreignkey")
        for column in ("recorded_by", "named", "scope"):
            consents.drop_column(column)
