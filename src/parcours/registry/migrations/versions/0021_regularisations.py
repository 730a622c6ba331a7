"""corrections that one officer proposes and another decides

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "claims_regularisations",
        sa.Column("id", UUID, nullable=False),
        sa.Column("claim_id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", UUID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", UUID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims_claims.id"], name=op.f("fk_claims_regularisations_claim_id_claims_claims")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_claims_regularisations_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_regularisations")),
    )
    op.create_index(op.f("ix_claims_regularisations_claim_id"), "claims_regularisations", ["claim_id"])
    op.create_index(op.f("ix_claims_regularisations_state"), "claims_regularisations", ["state"])


def downgrade() -> None:
    op.drop_table("claims_regularisations")
