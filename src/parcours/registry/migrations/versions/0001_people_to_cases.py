"""people, declarations, referrals, plans and cases

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OVERLAP = (
    "EXISTS (SELECT 1 FROM declarations_contracts other WHERE other.insured_id = NEW.insured_id"
    " AND other.superseded_at IS NULL AND other.id <> NEW.id"
    " AND (NEW.ends_on IS NULL OR NEW.starts_on < NEW.ends_on)"
    " AND (other.ends_on IS NULL OR other.starts_on < other.ends_on)"
    " AND (NEW.ends_on IS NULL OR other.starts_on < NEW.ends_on)"
    " AND (other.ends_on IS NULL OR NEW.starts_on < other.ends_on))"
)
_MESSAGE = "two contracts of one insured person overlap"

# PostgreSQL locks the row of the person first, so that two transactions cannot both find the way free.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION declarations_contracts_refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM people_insured WHERE id = NEW.insured_id FOR UPDATE;
  IF {_OVERLAP} THEN
    RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER declarations_contracts_no_overlap BEFORE INSERT OR UPDATE ON declarations_contracts
FOR EACH ROW WHEN (NEW.superseded_at IS NULL) EXECUTE FUNCTION declarations_contracts_refuse_overlap()
"""

OVERLAP_TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER declarations_contracts_no_overlap_{verb.lower()} BEFORE {verb} ON declarations_contracts "
        f"WHEN NEW.superseded_at IS NULL AND {_OVERLAP} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        for verb in ("INSERT", "UPDATE")
    ),
    "postgresql": (_FUNCTION, _TRIGGER),
}


def upgrade() -> None:  # noqa: PLR0915 - one statement a table or an index
    op.create_table(
        "people_communes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("latitude_e5", sa.Integer(), nullable=False),
        sa.Column("longitude_e5", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_communes")),
        sa.UniqueConstraint("code", name=op.f("uq_people_communes_code")),
    )
    op.create_index("ix_people_communes_position", "people_communes", ["latitude_e5", "longitude_e5"], unique=False)
    op.create_table(
        "people_funds",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_funds")),
        sa.UniqueConstraint("code", name=op.f("uq_people_funds_code")),
    )
    op.create_table(
        "people_professionals",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.Column("profession", sa.String(), nullable=False),
        sa.Column("specialty", sa.Integer(), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("ceased_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_professionals")),
        sa.UniqueConstraint("rpps", name=op.f("uq_people_professionals_rpps")),
    )
    op.create_index(
        "ix_people_professionals_search_name", "people_professionals", ["search_name", "specialty"], unique=False
    )
    op.create_table(
        "people_conventions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("convention", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_people_conventions_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_conventions")),
    )
    op.create_index(
        "ix_people_conventions_professional_id", "people_conventions", ["professional_id", "starts_on"], unique=False
    )
    op.create_table(
        "people_deficit_zones",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["people_communes.code"],
            name=op.f("fk_people_deficit_zones_commune_code_people_communes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_deficit_zones")),
    )
    op.create_index(
        "ix_people_deficit_zones_commune_code", "people_deficit_zones", ["commune_code", "starts_on"], unique=False
    )
    op.create_table(
        "people_insured",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("family_name", sa.LargeBinary(), nullable=False),
        sa.Column("first_name", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["people_communes.code"], name=op.f("fk_people_insured_commune_code_people_communes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_insured")),
    )
    op.create_index("ix_people_insured_name_index", "people_insured", ["name_index"], unique=False)
    op.create_table(
        "people_organisations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("finess", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("special_setting", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["people_communes.code"],
            name=op.f("fk_people_organisations_commune_code_people_communes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_organisations")),
        sa.UniqueConstraint("finess", name=op.f("uq_people_organisations_finess")),
    )
    op.create_index("ix_people_organisations_commune_code", "people_organisations", ["commune_code"], unique=False)
    op.create_table(
        "care_plans",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("ald_number", sa.LargeBinary(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("insured_agreed_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_care_plans_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_care_plans_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plans")),
    )
    op.create_index("ix_care_plans_insured_id", "care_plans", ["insured_id", "starts_on"], unique=False)
    op.create_table(
        "declarations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("proposed_by", sa.String(length=40), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("insured_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doctor_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.String(length=40), nullable=True),
        sa.Column("refusal_reason", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_declarations_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["people_organisations.id"],
            name=op.f("fk_declarations_organisation_id_people_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["people_insured.id"], name=op.f("fk_declarations_parent_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_declarations_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations")),
    )
    op.create_index("ix_declarations_insured_id", "declarations", ["insured_id"], unique=False)
    op.create_index("ix_declarations_professional_id", "declarations", ["professional_id"], unique=False)
    op.create_table(
        "declarations_answered_visits",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("care_date", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"],
            ["people_insured.id"],
            name=op.f("fk_declarations_answered_visits_insured_id_people_insured"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["people_organisations.id"],
            name=op.f("fk_declarations_answered_visits_organisation_id_people_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_declarations_answered_visits_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations_answered_visits")),
    )
    op.create_index(
        "ix_declarations_answered_visits_insured_id",
        "declarations_answered_visits",
        ["insured_id", "care_date"],
        unique=False,
    )
    op.create_table(
        "identity_identifiers",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_identity_identifiers_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_identifiers")),
    )
    op.create_index(
        "ix_identity_identifiers_insured_id", "identity_identifiers", ["insured_id", "starts_on"], unique=False
    )
    op.create_index(
        "uq_identity_identifiers_value_index_known",
        "identity_identifiers",
        ["value_index"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "people_affiliations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["people_funds.code"], name=op.f("fk_people_affiliations_fund_code_people_funds")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_people_affiliations_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_affiliations")),
    )
    op.create_index(
        "ix_people_affiliations_insured_id", "people_affiliations", ["insured_id", "starts_on"], unique=False
    )
    op.create_table(
        "people_kinships",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("child_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("holder_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dependant", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["child_id"], ["people_insured.id"], name=op.f("fk_people_kinships_child_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["people_insured.id"], name=op.f("fk_people_kinships_holder_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_kinships")),
    )
    op.create_index("ix_people_kinships_child_id", "people_kinships", ["child_id"], unique=False)
    op.create_index("ix_people_kinships_holder_id", "people_kinships", ["holder_id"], unique=False)
    op.create_table(
        "people_practices",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("am_number", sa.String(), nullable=True),
        sa.Column("replaced_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("accepts_new_patients", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["people_organisations.id"],
            name=op.f("fk_people_practices_organisation_id_people_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_people_practices_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["replaced_id"],
            ["people_professionals.id"],
            name=op.f("fk_people_practices_replaced_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_practices")),
    )
    op.create_index(
        "ix_people_practices_organisation_id", "people_practices", ["organisation_id", "starts_on"], unique=False
    )
    op.create_index(
        "ix_people_practices_professional_id", "people_practices", ["professional_id", "starts_on"], unique=False
    )
    op.create_index(
        "uq_people_practices_main",
        "people_practices",
        ["professional_id"],
        unique=True,
        sqlite_where=sa.text("main AND ends_on IS NULL AND superseded_at IS NULL"),
        postgresql_where=sa.text("main AND ends_on IS NULL AND superseded_at IS NULL"),
    )
    op.create_table(
        "people_rights",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_people_rights_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_rights")),
    )
    op.create_index("ix_people_rights_insured_id", "people_rights", ["insured_id", "starts_on"], unique=False)
    op.create_table(
        "care_plans_actors",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("plan_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("specialty", sa.Integer(), nullable=True),
        sa.Column("acts", sa.LargeBinary(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plans.id"], name=op.f("fk_care_plans_actors_plan_id_care_plans")),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_care_plans_actors_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plans_actors")),
    )
    op.create_index("ix_care_plans_actors_plan_id", "care_plans_actors", ["plan_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("first_contact_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("declaration_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_cases_declaration_id_declarations")
        ),
        sa.ForeignKeyConstraint(["fund_code"], ["people_funds.code"], name=op.f("fk_cases_fund_code_people_funds")),
        sa.ForeignKeyConstraint(["insured_id"], ["people_insured.id"], name=op.f("fk_cases_insured_id_people_insured")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_fund_code", "cases", ["fund_code", "state"], unique=False)
    op.create_index(
        "uq_cases_one_open",
        "cases",
        ["insured_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "declarations_contracts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("declaration_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("end_code", sa.String(length=40), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_declarations_contracts_declaration_id_declarations")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_declarations_contracts_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_declarations_contracts_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations_contracts")),
    )
    op.create_index(
        "ix_declarations_contracts_declaration_id", "declarations_contracts", ["declaration_id"], unique=False
    )
    op.create_index(
        "ix_declarations_contracts_insured_id", "declarations_contracts", ["insured_id", "starts_on"], unique=False
    )
    op.create_index(
        "ix_declarations_contracts_professional_id",
        "declarations_contracts",
        ["professional_id", "starts_on"],
        unique=False,
    )
    op.create_index(
        "uq_declarations_contracts_one_in_force",
        "declarations_contracts",
        ["insured_id"],
        unique=True,
        sqlite_where=sa.text("ends_on IS NULL AND superseded_at IS NULL"),
        postgresql_where=sa.text("ends_on IS NULL AND superseded_at IS NULL"),
    )
    op.create_table(
        "declarations_joint_doctors",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("declaration_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declarations.id"],
            name=op.f("fk_declarations_joint_doctors_declaration_id_declarations"),
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_declarations_joint_doctors_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations_joint_doctors")),
        sa.UniqueConstraint(
            "declaration_id",
            "professional_id",
            name=op.f("uq_declarations_joint_doctors_declaration_id_professional_id"),
        ),
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("addressee_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("specialty", sa.Integer(), nullable=True),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("plan_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authored_by_medecin_traitant", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["addressee_id"], ["people_professionals.id"], name=op.f("fk_referrals_addressee_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_referrals_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_referrals_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plans.id"], name=op.f("fk_referrals_plan_id_care_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_addressee_id", "referrals", ["addressee_id"], unique=False)
    op.create_index("ix_referrals_author_id", "referrals", ["author_id"], unique=False)
    op.create_index("ix_referrals_insured_id", "referrals", ["insured_id", "issued_on"], unique=False)
    op.create_table(
        "cases_contacts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cases_contacts_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_cases_contacts_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_contacts")),
    )
    op.create_index("ix_cases_contacts_case_id", "cases_contacts", ["case_id"], unique=False)
    op.create_table(
        "referrals_reports",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("referral_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people_professionals.id"], name=op.f("fk_referrals_reports_author_id_people_professionals")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referrals_reports_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals_reports")),
    )
    op.create_index("ix_referrals_reports_referral_id", "referrals_reports", ["referral_id"], unique=False)
    op.create_table(
        "referrals_sequence_providers",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("referral_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("specialty", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_referrals_sequence_providers_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referrals_sequence_providers_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals_sequence_providers")),
        sa.UniqueConstraint("referral_id", "rank", name=op.f("uq_referrals_sequence_providers_referral_id_rank")),
    )
    op.create_table(
        "referrals_uses",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("referral_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("care_date", sa.Date(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_referrals_uses_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referrals_uses_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals_uses")),
    )
    op.create_index("ix_referrals_uses_referral_id", "referrals_uses", ["referral_id", "care_date"], unique=False)
    op.create_index(
        "uq_referrals_uses_single",
        "referrals_uses",
        ["referral_id"],
        unique=True,
        sqlite_where=sa.text("single AND cancelled_at IS NULL"),
        postgresql_where=sa.text("single AND cancelled_at IS NULL"),
    )
    op.create_table(
        "cases_reminders",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("contact_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cases_reminders_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["cases_contacts.id"], name=op.f("fk_cases_reminders_contact_id_cases_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases_reminders")),
    )
    op.create_index("ix_cases_reminders_due_on", "cases_reminders", ["due_on"], unique=False)
    for statement in OVERLAP_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:  # noqa: PLR0915
    op.drop_index("ix_cases_reminders_due_on", table_name="cases_reminders")
    op.drop_table("cases_reminders")
    op.drop_index(
        "uq_referrals_uses_single",
        table_name="referrals_uses",
        sqlite_where=sa.text("single AND cancelled_at IS NULL"),
        postgresql_where=sa.text("single AND cancelled_at IS NULL"),
    )
    op.drop_index("ix_referrals_uses_referral_id", table_name="referrals_uses")
    op.drop_table("referrals_uses")
    op.drop_table("referrals_sequence_providers")
    op.drop_index("ix_referrals_reports_referral_id", table_name="referrals_reports")
    op.drop_table("referrals_reports")
    op.drop_index("ix_cases_contacts_case_id", table_name="cases_contacts")
    op.drop_table("cases_contacts")
    op.drop_index("ix_referrals_insured_id", table_name="referrals")
    op.drop_index("ix_referrals_author_id", table_name="referrals")
    op.drop_index("ix_referrals_addressee_id", table_name="referrals")
    op.drop_table("referrals")
    op.drop_table("declarations_joint_doctors")
    op.drop_index(
        "uq_declarations_contracts_one_in_force",
        table_name="declarations_contracts",
        sqlite_where=sa.text("ends_on IS NULL AND superseded_at IS NULL"),
        postgresql_where=sa.text("ends_on IS NULL AND superseded_at IS NULL"),
    )
    op.drop_index("ix_declarations_contracts_professional_id", table_name="declarations_contracts")
    op.drop_index("ix_declarations_contracts_insured_id", table_name="declarations_contracts")
    op.drop_index("ix_declarations_contracts_declaration_id", table_name="declarations_contracts")
    op.drop_table("declarations_contracts")
    op.drop_index(
        "uq_cases_one_open",
        table_name="cases",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_cases_fund_code", table_name="cases")
    op.drop_table("cases")
    op.drop_index("ix_care_plans_actors_plan_id", table_name="care_plans_actors")
    op.drop_table("care_plans_actors")
    op.drop_index("ix_people_rights_insured_id", table_name="people_rights")
    op.drop_table("people_rights")
    op.drop_index(
        "uq_people_practices_main",
        table_name="people_practices",
        sqlite_where=sa.text("main AND ends_on IS NULL AND superseded_at IS NULL"),
        postgresql_where=sa.text("main AND ends_on IS NULL AND superseded_at IS NULL"),
    )
    op.drop_index("ix_people_practices_professional_id", table_name="people_practices")
    op.drop_index("ix_people_practices_organisation_id", table_name="people_practices")
    op.drop_table("people_practices")
    op.drop_index("ix_people_kinships_holder_id", table_name="people_kinships")
    op.drop_index("ix_people_kinships_child_id", table_name="people_kinships")
    op.drop_table("people_kinships")
    op.drop_index("ix_people_affiliations_insured_id", table_name="people_affiliations")
    op.drop_table("people_affiliations")
    op.drop_index(
        "uq_identity_identifiers_value_index_known",
        table_name="identity_identifiers",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index("ix_identity_identifiers_insured_id", table_name="identity_identifiers")
    op.drop_table("identity_identifiers")
    op.drop_index("ix_declarations_answered_visits_insured_id", table_name="declarations_answered_visits")
    op.drop_table("declarations_answered_visits")
    op.drop_index("ix_declarations_professional_id", table_name="declarations")
    op.drop_index("ix_declarations_insured_id", table_name="declarations")
    op.drop_table("declarations")
    op.drop_index("ix_care_plans_insured_id", table_name="care_plans")
    op.drop_table("care_plans")
    op.drop_index("ix_people_organisations_commune_code", table_name="people_organisations")
    op.drop_table("people_organisations")
    op.drop_index("ix_people_insured_name_index", table_name="people_insured")
    op.drop_table("people_insured")
    op.drop_index("ix_people_deficit_zones_commune_code", table_name="people_deficit_zones")
    op.drop_table("people_deficit_zones")
    op.drop_index("ix_people_conventions_professional_id", table_name="people_conventions")
    op.drop_table("people_conventions")
    op.drop_index("ix_people_professionals_search_name", table_name="people_professionals")
    op.drop_table("people_professionals")
    op.drop_table("people_funds")
    op.drop_index("ix_people_communes_position", table_name="people_communes")
    op.drop_table("people_communes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION declarations_contracts_refuse_overlap()")
