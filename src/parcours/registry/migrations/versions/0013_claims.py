"""claims, their messages, cards, contracts and payments

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_orders",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("party", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("payee", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_payments_orders_cents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_orders")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_orders_reference")),
    )
    with op.batch_alter_table("payments_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_orders_party_day"), ["party", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_orders_state"), ["state"], unique=False)

    op.create_table(
        "cards_cards",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=True),
        sa.Column("opposed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_cards_cards_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_cards")),
    )
    with op.batch_alter_table("cards_cards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cards_cards_insured_id"), ["insured_id"], unique=False)

    op.create_table(
        "cards_european",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_cards_european_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_european")),
    )
    with op.batch_alter_table("cards_european", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cards_european_insured_id"), ["insured_id"], unique=False)

    op.create_table(
        "claims_claims",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("payee_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("fund_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sheet_key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sheet_number", sa.Integer(), nullable=False),
        sa.Column("care_date", sa.Date(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("original_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["people_funds.code"], name=op.f("fk_claims_claims_fund_code_people_funds")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_claims_claims_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["claims_claims.id"], name=op.f("fk_claims_claims_original_id_claims_claims")
        ),
        sa.ForeignKeyConstraint(
            ["payee_id"], ["people_insured.id"], name=op.f("fk_claims_claims_payee_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_claims_claims_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_claims")),
        sa.UniqueConstraint("sheet_key", name=op.f("uq_claims_claims_sheet_key")),
    )
    with op.batch_alter_table("claims_claims", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_claims_claims_insured_id_care_date"), ["insured_id", "care_date"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_claims_claims_professional_id_state"), ["professional_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_claims_claims_state_received_on"), ["state", "received_on"], unique=False)

    op.create_table(
        "complementary_links",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insurer", sa.String(length=40), nullable=False),
        sa.Column("contract", sa.LargeBinary(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_complementary_links_insured_id_people_insured")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complementary_links")),
    )
    with op.batch_alter_table("complementary_links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complementary_links_insured_id_starts_on"), ["insured_id", "starts_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_complementary_links_insurer"), ["insurer"], unique=False)

    op.create_table(
        "messages_messages",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("reply_to", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_messages_messages_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["reply_to"], ["messages_messages.id"], name=op.f("fk_messages_messages_reply_to_messages_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_messages")),
    )
    with op.batch_alter_table("messages_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_messages_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_messages_insured_id_day"), ["insured_id", "day"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_messages_recipient_day"), ["recipient", "day"], unique=False)

    op.create_table(
        "cards_events",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("card_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards_cards.id"], name=op.f("fk_cards_events_card_id_cards_cards")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_events")),
        sa.UniqueConstraint("card_id", "number", name=op.f("uq_cards_events_card_id_number")),
    )
    op.create_table(
        "claims_decisions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("care_date", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("majoration", sa.Integer(), nullable=False),
        sa.Column("pf", sa.Integer(), nullable=False),
        sa.Column("fr", sa.Integer(), nullable=False),
        sa.Column("pf_number", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("amo", sa.BigInteger(), nullable=False),
        sa.Column("amc", sa.BigInteger(), nullable=False),
        sa.Column("patient", sa.BigInteger(), nullable=False),
        sa.Column("advance", sa.BigInteger(), nullable=False),
        sa.Column("deferred", sa.BigInteger(), nullable=False),
        sa.Column("to_professional", sa.Boolean(), nullable=False),
        sa.Column("amc_to_professional", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.Column("insurer", sa.String(length=40), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims_claims.id"], name=op.f("fk_claims_decisions_claim_id_claims_claims")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_claims_decisions_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_claims_decisions_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_decisions")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claims_decisions_claim_id_number")),
    )
    with op.batch_alter_table("claims_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_decisions_insured_id_year"), ["insured_id", "year"], unique=False)

    op.create_table(
        "claims_events",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims_claims.id"], name=op.f("fk_claims_events_claim_id_claims_claims")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_events")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claims_events_claim_id_number")),
    )
    op.create_table(
        "claims_undue",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("set_off_from", sa.Date(), nullable=True),
        sa.Column("limit_on", sa.Date(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("contested_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims_claims.id"], name=op.f("fk_claims_undue_claim_id_claims_claims")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_claims_undue_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_claims_undue_professional_id_people_professionals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_undue")),
    )
    with op.batch_alter_table("claims_undue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_undue_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_undue_insured_id"), ["insured_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_undue_professional_id"), ["professional_id"], unique=False)

    op.create_table(
        "complementary_link_events",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("link_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["complementary_links.id"],
            name=op.f("fk_complementary_link_events_link_id_complementary_links"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complementary_link_events")),
        sa.UniqueConstraint("link_id", "number", name=op.f("uq_complementary_link_events_link_id_number")),
    )
    op.create_table(
        "claims_objections",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("insured_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("professional_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("claim_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("undue_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("file_by", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("court_by", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims_claims.id"], name=op.f("fk_claims_objections_claim_id_claims_claims")
        ),
        sa.ForeignKeyConstraint(
            ["insured_id"], ["people_insured.id"], name=op.f("fk_claims_objections_insured_id_people_insured")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["people_professionals.id"],
            name=op.f("fk_claims_objections_professional_id_people_professionals"),
        ),
        sa.ForeignKeyConstraint(
            ["undue_id"], ["claims_undue.id"], name=op.f("fk_claims_objections_undue_id_claims_undue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims_objections")),
    )
    with op.batch_alter_table("claims_objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_objections_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_objections_state_answer_by"), ["state", "answer_by"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("claims_objections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_objections_state_answer_by"))
        batch_op.drop_index(batch_op.f("ix_claims_objections_claim_id"))

    op.drop_table("claims_objections")
    op.drop_table("complementary_link_events")
    with op.batch_alter_table("claims_undue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_undue_professional_id"))
        batch_op.drop_index(batch_op.f("ix_claims_undue_insured_id"))
        batch_op.drop_index(batch_op.f("ix_claims_undue_claim_id"))

    op.drop_table("claims_undue")
    op.drop_table("claims_events")
    with op.batch_alter_table("claims_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_decisions_insured_id_year"))

    op.drop_table("claims_decisions")
    op.drop_table("cards_events")
    with op.batch_alter_table("messages_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_messages_recipient_day"))
        batch_op.drop_index(batch_op.f("ix_messages_messages_insured_id_day"))
        batch_op.drop_index(batch_op.f("ix_messages_messages_claim_id"))

    op.drop_table("messages_messages")
    with op.batch_alter_table("complementary_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complementary_links_insurer"))
        batch_op.drop_index(batch_op.f("ix_complementary_links_insured_id_starts_on"))

    op.drop_table("complementary_links")
    with op.batch_alter_table("claims_claims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_claims_state_received_on"))
        batch_op.drop_index(batch_op.f("ix_claims_claims_professional_id_state"))
        batch_op.drop_index(batch_op.f("ix_claims_claims_insured_id_care_date"))

    op.drop_table("claims_claims")
    with op.batch_alter_table("cards_european", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cards_european_insured_id"))

    op.drop_table("cards_european")
    with op.batch_alter_table("cards_cards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cards_cards_insured_id"))

    op.drop_table("cards_cards")
    with op.batch_alter_table("payments_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_orders_state"))
        batch_op.drop_index(batch_op.f("ix_payments_orders_party_day"))

    op.drop_table("payments_orders")
