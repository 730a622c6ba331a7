"""what each person is due, and the coordination record

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
STATES = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "prevention_profiles",
    "prevention_reminders",
    "prevention_statements",
    "record_consents",
    "record_documents",
    "record_emergency_accesses",
    "record_oppositions",
    "record_statements",
    "record_team_members",
)


def upgrade() -> None:
    op.create_table(
        "prevention_profiles",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_prevention_profiles_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prevention_profiles")),
        sa.UniqueConstraint("insured_id", name=op.f("uq_prevention_profiles_insured_id")),
    )
    op.create_table(
        "prevention_reminders",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_prevention_reminders_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prevention_reminders")),
        sa.UniqueConstraint("insured_id", "key", name=op.f("uq_prevention_reminders_insured_id_key")),
    )
    op.create_index(op.f("ix_prevention_reminders_insured_id"), "prevention_reminders", ["insured_id", "sent_on"])
    op.create_table(
        "prevention_statements",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("kind", STATES, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source", STATES, nullable=False),
        sa.Column("author_id", UUID, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["people_professionals.id"],
            name=op.f("fk_prevention_statements_author_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_prevention_statements_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prevention_statements")),
    )
    op.create_index(op.f("ix_prevention_statements_insured_id"), "prevention_statements", ["insured_id"])
    op.create_table(
        "record_consents",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=False),
        sa.Column("how", STATES, nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_consents_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_record_consents_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_consents")),
    )
    op.create_index(op.f("ix_record_consents_insured_id"), "record_consents", ["insured_id"])
    op.create_table(
        "record_documents",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("unique_id", sa.String(length=128), nullable=False),
        sa.Column("type_code", sa.String(length=20), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha1", sa.String(length=40), nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("visibility", STATES, nullable=False),
        sa.Column("hidden_until", sa.Date(), nullable=True),
        sa.Column("replaces_id", UUID, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_record_documents_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_documents_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["record_documents.id"], name=op.f("fk_record_documents_replaces_id_record_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_documents")),
        sa.UniqueConstraint("unique_id", name=op.f("uq_record_documents_unique_id")),
    )
    op.create_index(op.f("ix_record_documents_insured_id"), "record_documents", ["insured_id"])
    op.create_table(
        "record_emergency_accesses",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=True),
        sa.Column("reason", STATES, nullable=False),
        sa.Column("explanation", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("review_due_at", INSTANT, nullable=False),
        sa.Column("verdict", STATES, nullable=True),
        sa.Column("reviewed_by", UUID, nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_emergency_accesses_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_record_emergency_accesses_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_emergency_accesses")),
    )
    op.create_index(op.f("ix_record_emergency_accesses_insured_id"), "record_emergency_accesses", ["insured_id"])
    op.create_table(
        "record_oppositions",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("professional_id", UUID, nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_oppositions_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_record_oppositions_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_oppositions")),
    )
    op.create_index(op.f("ix_record_oppositions_insured_id"), "record_oppositions", ["insured_id"])
    op.create_table(
        "record_statements",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("section", STATES, nullable=False),
        sa.Column("status", STATES, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("origin", STATES, nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("corrects_id", UUID, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_record_statements_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["record_statements.id"], name=op.f("fk_record_statements_corrects_id_record_statements")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_statements_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_statements")),
    )
    op.create_index(op.f("ix_record_statements_insured_id"), "record_statements", ["insured_id", "section"])
    op.create_table(
        "record_team_members",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("professional_id", UUID, nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_team_members_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_record_team_members_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_team_members")),
    )
    op.create_index(op.f("ix_record_team_members_insured_id"), "record_team_members", ["insured_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
