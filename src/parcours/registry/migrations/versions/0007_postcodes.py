"""postcodes and merged communes

A postcode serves several communes and a commune has several: one text in the commune could not say so. Arrondissements
name their commune; a centre may be unknown.

Revision ID: 0007
Revises: 0006
"""

import unicodedata
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


def upgrade() -> None:
    op.create_table(
        "directory_postcodes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["people_communes.code"], name=op.f("fk_directory_postcodes_commune_code_people_communes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_postcodes")),
        sa.UniqueConstraint("postcode", "commune_code", name=op.f("uq_directory_postcodes_postcode_commune_code")),
    )
    op.create_index("ix_directory_postcodes_commune_code", "directory_postcodes", ["commune_code"])
    op.create_table(
        "directory_old_communes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["people_communes.code"],
            name=op.f("fk_directory_old_communes_commune_code_people_communes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_old_communes")),
        sa.UniqueConstraint("code", name=op.f("uq_directory_old_communes_code")),
    )
    op.create_index("ix_directory_old_communes_search_name", "directory_old_communes", ["search_name"])
    keep_postcodes()
    with op.batch_alter_table("people_communes") as table:
        table.add_column(sa.Column("search_name", sa.String(), nullable=True))
        table.add_column(sa.Column("population", sa.Integer(), nullable=True))
        table.add_column(sa.Column("mother_code", sa.String(), nullable=True))
        table.alter_column("latitude_e5", existing_type=sa.Integer(), nullable=True)
        table.alter_column("longitude_e5", existing_type=sa.Integer(), nullable=True)
        table.drop_column("postal_code")
    fold_names()
    with op.batch_alter_table("people_communes") as table:
        table.alter_column("search_name", existing_type=sa.String(), nullable=False)
    op.create_index("ix_people_communes_search_name", "people_communes", ["search_name"])
    op.create_index("ix_people_communes_mother_code", "people_communes", ["mother_code"])


def keep_postcodes() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT code, postal_code FROM people_communes")).all()
    statement = sa.text("INSERT INTO directory_postcodes (id, postcode, commune_code) VALUES (:id, :postcode, :code)")
    statement = statement.bindparams(sa.bindparam("id", type_=sa.Uuid(as_uuid=False)))
    for code, postcode in rows:
        connection.execute(statement, {"id": str(uuid.uuid4()), "postcode": postcode, "code": code})


def fold_names() -> None:
    connection = op.get_bind()
    for code, name in connection.execute(sa.text("SELECT code, name FROM people_communes")).all():
        bare = unicodedata.normalize("NFKD", name.translate(LIGATURES)).upper()
        kept = "".join(one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in bare)
        connection.execute(
            sa.text("UPDATE people_communes SET search_name = :folded WHERE code = :code"),
            {"folded": " ".join(kept.split()), "code": code},
        )


def downgrade() -> None:
    op.drop_index("ix_people_communes_mother_code", table_name="people_communes")
    op.drop_index("ix_people_communes_search_name", table_name="people_communes")
    with op.batch_alter_table("people_communes") as table:
        table.add_column(sa.Column("postal_code", sa.String(), nullable=True))
    op.execute(
        "UPDATE people_communes SET postal_code = COALESCE((SELECT MIN(postcode) FROM directory_postcodes p "
        "WHERE p.commune_code = people_communes.code), '')"
    )
    op.execute("UPDATE people_communes SET latitude_e5 = 0, longitude_e5 = 0 WHERE latitude_e5 IS NULL")
    with op.batch_alter_table("people_communes") as table:
        table.alter_column("postal_code", existing_type=sa.String(), nullable=False)
        table.alter_column("latitude_e5", existing_type=sa.Integer(), nullable=False)
        table.alter_column("longitude_e5", existing_type=sa.Integer(), nullable=False)
        table.drop_column("search_name")
        table.drop_column("population")
        table.drop_column("mother_code")
    op.drop_table("directory_old_communes")
    op.drop_table("directory_postcodes")
