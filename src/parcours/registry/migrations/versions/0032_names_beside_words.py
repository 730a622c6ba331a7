"""the words of a name stand beside each of them: a name of two words is found in one look

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
TABLE = "directory_tokens"
KEY = "fk_directory_tokens_professional_id_people_professionals"


def upgrade() -> None:
    joined = "string_agg" if op.get_bind().dialect.name == "postgresql" else "group_concat"
    op.add_column(TABLE, sa.Column("names", sa.String(), nullable=False, server_default=""))
    op.execute(
        f"UPDATE {TABLE} SET names = "  # noqa: S608 - words of ours
        f"(SELECT {joined}(' ' || other.token, '') FROM {TABLE} AS other"
        f" WHERE other.professional_id = {TABLE}.professional_id)"
    )
    _index(["token", "professional_id", "names"], ["professional_id"])
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(KEY, type_="foreignkey")


def downgrade() -> None:
    _index(["token", "professional_id"], ["professional_id", "token"])
    with op.batch_alter_table(TABLE) as table:
        table.drop_column("names")
        table.create_foreign_key(KEY, "people_professionals", ["professional_id"], ["id"])


def _index(by_word: list[str], by_person: list[str]) -> None:
    for name, columns in (("token", by_word), ("professional_id", by_person)):
        op.drop_index(f"ix_{TABLE}_{name}", TABLE)
        op.create_index(f"ix_{TABLE}_{name}", TABLE, columns)
