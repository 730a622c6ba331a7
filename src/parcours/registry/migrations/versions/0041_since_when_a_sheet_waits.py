"""the day since which a sheet waits, kept by the database as its events are written

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = ["fund_code", "state", "kind", "waits_since", "id"]
INDEX = "ix_claims_claims_fund_code_state_kind_waits_since_id"
_SQLITE = (
    """CREATE TRIGGER claims_events_waits AFTER INSERT ON claims_events
    WHEN NEW.state IN ('acknowledged', 'received', 'held', 'waiting_for_proof', 'reversed')
    BEGIN UPDATE claims_claims SET waits_since = NEW.day WHERE id = NEW.claim_id; END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION claims_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE claims_claims c SET waits_since = a.day FROM (SELECT DISTINCT ON (claim_id) claim_id, day FROM added
    WHERE state IN ('acknowledged', 'received', 'held', 'waiting_for_proof', 'reversed')
    ORDER BY claim_id, number DESC) a WHERE c.id = a.claim_id; RETURN NULL; END $$""",
    """CREATE TRIGGER claims_events_waits AFTER INSERT ON claims_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION claims_wait()""",
)


def upgrade() -> None:
    op.add_column("claims_claims", sa.Column("waits_since", sa.Date(), nullable=True))
    op.execute(
        "UPDATE claims_claims SET waits_since = (SELECT max(e.day) FROM claims_events e"
        " WHERE e.claim_id = claims_claims.id AND e.state = claims_claims.state)"
        " WHERE state IN ('acknowledged', 'received', 'held', 'waiting_for_proof', 'reversed')"
    )
    op.create_index(op.f(INDEX), "claims_claims", COLUMNS)
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER claims_events_waits" + (" ON claims_events" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION claims_wait()")
    op.drop_index(op.f(INDEX), "claims_claims")
    op.drop_column("claims_claims", "waits_since")
