"""the therapeutic project of a person, its actions and what became of them

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

UUID = sa.Uuid(as_uuid=False)
WORD = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "record_projects",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("author_id", UUID, nullable=False),
        sa.Column("aims", sa.LargeBinary(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_record_projects_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_projects_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_projects")),
    )
    op.create_index(op.f("ix_record_projects_insured_id"), "record_projects", ["insured_id"])
    op.create_table(
        "record_actions",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("project_id", UUID, nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("rhythm", WORD, nullable=False),
        sa.Column("before_days", sa.Integer(), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("counted_from", WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_actions_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["record_projects.id"], name=op.f("fk_record_actions_project_id_record_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_actions")),
    )
    op.create_index(op.f("ix_record_actions_project_id"), "record_actions", ["project_id"])
    op.create_table(
        "record_action_notes",
        sa.Column("id", UUID, nullable=False),
        sa.Column("insured_id", UUID, nullable=False),
        sa.Column("action_id", UUID, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("author_id", UUID, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["record_actions.id"], name=op.f("fk_record_action_notes_action_id_record_actions")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["people_professionals.id"],
            name=op.f("fk_record_action_notes_author_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_record_action_notes_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_action_notes")),
    )
    op.create_index(op.f("ix_record_action_notes_action_id"), "record_action_notes", ["action_id"])


def downgrade() -> None:
    for table in ("record_action_notes", "record_actions", "record_projects"):
        op.drop_table(table)
