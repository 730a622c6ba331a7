"""offers, claims, oppositions, imports; zones have a kind; a practice may say nothing of new patients

"Takes new patients" was true unless somebody said no: what was never said becomes unknown.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN_MAIN = sa.text("main AND ends_on IS NULL AND superseded_at IS NULL")


def upgrade() -> None:
    extend_places()
    forget_never_said()
    create_offers()
    create_tokens()
    create_claims()
    create_oppositions()
    create_imports()
    op.execute("UPDATE people_professionals SET search_name = REPLACE(REPLACE(search_name, 'Œ', 'OE'), 'Æ', 'AE')")


def extend_places() -> None:
    with op.batch_alter_table("people_deficit_zones") as table:
        table.add_column(sa.Column("kind", sa.String(length=40), nullable=False, server_default="zip"))
        table.add_column(sa.Column("decision", sa.String(), nullable=True))
    with op.batch_alter_table("people_deficit_zones") as table:
        table.alter_column("kind", existing_type=sa.String(length=40), server_default=None)
    with op.batch_alter_table("people_organisations") as table:
        for name in ("external_id", "source_commune", "address", "postcode"):
            table.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in ("latitude_e5", "longitude_e5"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
        table.add_column(sa.Column("precision", sa.String(length=40), nullable=True))
        table.create_unique_constraint(op.f("uq_people_organisations_external_id"), ["external_id"])


def forget_never_said() -> None:
    change_practices(nullable=True)
    op.execute(sa.text("UPDATE people_practices SET accepts_new_patients = NULL WHERE accepts_new_patients"))


def change_practices(*, nullable: bool) -> None:
    op.drop_index("uq_people_practices_main", table_name="people_practices")
    with op.batch_alter_table("people_practices") as table:
        table.alter_column("accepts_new_patients", existing_type=sa.Boolean(), nullable=nullable)
    op.create_index(
        "uq_people_practices_main",
        "people_practices",
        ["professional_id"],
        unique=True,
        sqlite_where=OPEN_MAIN,
        postgresql_where=OPEN_MAIN,
    )


def create_offers() -> None:
    op.create_table(
        "directory_offers",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=True),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("trade", sa.Integer(), nullable=False),
        sa.Column("savoir_faire", sa.String(), nullable=False),
        sa.Column("functions", sa.String(), nullable=False),
        sa.Column("sector", sa.Integer(), nullable=True),
        sa.Column("latitude_e5", sa.Integer(), nullable=True),
        sa.Column("longitude_e5", sa.Integer(), nullable=True),
        sa.Column("precision", sa.String(length=40), nullable=False),
        sa.Column("accepts_adults", sa.Boolean(), nullable=True),
        sa.Column("accepts_children", sa.Boolean(), nullable=True),
        sa.Column("accepts_until", sa.Date(), nullable=True),
        sa.Column("teleconsultation", sa.Boolean(), nullable=True),
        sa.Column("carte_vitale", sa.Boolean(), nullable=True),
        sa.Column("home_visits", sa.Boolean(), nullable=True),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("accessible", sa.String(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_directory_offers_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["people_organisations.id"],
            name=op.f("fk_directory_offers_organisation_id_people_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_offers")),
        sa.UniqueConstraint("key", name=op.f("uq_directory_offers_key")),
    )
    position = ["trade", "latitude_e5", "longitude_e5", "accepts_adults"]
    op.create_index("ix_directory_offers_position", "directory_offers", position)
    for name in ("professional_id", "organisation_id", "bucket"):
        op.create_index(f"ix_directory_offers_{name}", "directory_offers", [name])


def create_tokens() -> None:
    op.create_table(
        "directory_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_directory_tokens_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_tokens")),
    )
    op.create_index("ix_directory_tokens_token", "directory_tokens", ["token", "professional_id"])
    op.create_index("ix_directory_tokens_professional_id", "directory_tokens", ["professional_id"])


def create_claims() -> None:
    op.create_table(
        "directory_claims",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_directory_claims_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["people_organisations.id"],
            name=op.f("fk_directory_claims_organisation_id_people_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_claims")),
    )
    op.create_index("ix_directory_claims_professional_id", "directory_claims", ["professional_id", "attribute"])


def create_oppositions() -> None:
    op.create_table(
        "directory_oppositions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("rpps", sa.LargeBinary(), nullable=False),
        sa.Column("rpps_index", sa.String(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("opposed_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_oppositions")),
    )
    op.create_index("ix_directory_oppositions_rpps_index", "directory_oppositions", ["rpps_index"])


def create_imports() -> None:
    op.create_table(
        "directory_imports",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("snapshot_on", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_imports")),
    )
    op.create_index("ix_directory_imports_source", "directory_imports", ["source", "recorded_at"])


def downgrade() -> None:
    for name in ("imports", "oppositions", "claims", "tokens", "offers"):
        op.drop_table(f"directory_{name}")
    op.execute("UPDATE people_practices SET accepts_new_patients = (1 = 1) WHERE accepts_new_patients IS NULL")
    change_practices(nullable=False)
    with op.batch_alter_table("people_organisations") as table:
        table.drop_constraint(op.f("uq_people_organisations_external_id"), type_="unique")
        for name in (
            "external_id",
            "source_commune",
            "address",
            "postcode",
            "latitude_e5",
            "longitude_e5",
            "precision",
        ):
            table.drop_column(name)
    with op.batch_alter_table("people_deficit_zones") as table:
        table.drop_column("decision")
        table.drop_column("kind")
