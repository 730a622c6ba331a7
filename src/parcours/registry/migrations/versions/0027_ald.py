"""protocols of long-term conditions: what is asked, the opinion, the decision

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
STATES = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ald_protocols",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("plan_id", UUID, nullable=False),
        sa.Column("kind", STATES, nullable=False),
        sa.Column("condition", sa.LargeBinary(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("asked_from", sa.Date(), nullable=False),
        sa.Column("asked_until", sa.Date(), nullable=True),
        sa.Column("renews_id", UUID, nullable=True),
        sa.Column("doctor_by", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("opinion_by", sa.Date(), nullable=True),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("observation", sa.LargeBinary(), nullable=True),
        sa.Column("tacit", sa.Boolean(), nullable=False),
        sa.Column("granted_from", sa.Date(), nullable=True),
        sa.Column("granted_until", sa.Date(), nullable=True),
        sa.Column("right_id", UUID, nullable=True),
        sa.Column("refusal", sa.LargeBinary(), nullable=True),
        sa.Column("appeal_by", sa.Date(), nullable=True),
        sa.Column("renewal_told_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_ald_protocols_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_ald_protocols_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plans.id"], name=op.f("fk_ald_protocols_plan_id_care_plans")),
        sa.ForeignKeyConstraint(
            ["renews_id"], ["ald_protocols.id"], name=op.f("fk_ald_protocols_renews_id_ald_protocols")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["people_rights.id"], name=op.f("fk_ald_protocols_right_id_people_rights")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ald_protocols")),
    )
    op.create_index(op.f("ix_ald_protocols_insured_id"), "ald_protocols", ["insured_id"])
    op.create_index(op.f("ix_ald_protocols_state"), "ald_protocols", ["state"])
    op.create_table(
        "ald_steps",
        sa.Column("id", UUID, nullable=False),
        sa.Column("protocol_id", UUID, nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["ald_protocols.id"], name=op.f("fk_ald_steps_protocol_id_ald_protocols")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ald_steps")),
    )
    op.create_index(op.f("ix_ald_steps_protocol_id"), "ald_steps", ["protocol_id"])
    op.create_table(
        "ald_proposals",
        sa.Column("id", UUID, nullable=False),
        sa.Column("protocol_id", UUID, nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_ald_proposals_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["ald_protocols.id"], name=op.f("fk_ald_proposals_protocol_id_ald_protocols")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ald_proposals")),
    )
    op.create_index(op.f("ix_ald_proposals_protocol_id"), "ald_proposals", ["protocol_id"])


def downgrade() -> None:
    for table in (
        "ald_proposals",
        "ald_steps",
        "ald_protocols",
    ):
        op.drop_table(table)
