"""what is left of claims: only rows that became zero are removed; claims: no index that nothing needs

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KEPT = """
INSERT INTO ledger_left (id, book, account, party, claim_id, cents)
SELECT min(p.id::text)::uuid, t.book, p.account, p.party, p.claim_id, sum(p.cents)
FROM added t JOIN ledger_postings p ON p.transaction_id = t.id
WHERE p.claim_id IS NOT NULL AND p.account IN
('differe:tmt', 'differe:pf', 'differe:fr', 'indu:insured', 'indu:professional')
GROUP BY t.book, p.account, p.party, p.claim_id ORDER BY 2, 3, 4, 5
ON CONFLICT (claim_id, account, party, book) DO UPDATE SET cents = ledger_left.cents + excluded.cents"""
BY_ID = "DELETE FROM ledger_left WHERE id = ANY(spent)"
BY_CLAIM = """DELETE FROM ledger_left WHERE cents = 0 AND claim_id IN
(SELECT claim_id FROM ledger_postings WHERE transaction_id IN (SELECT id FROM added))"""
SPENT = """WITH kept AS ({added} RETURNING id, cents)
SELECT array_agg(id) FILTER (WHERE cents = 0) INTO spent FROM kept"""
MADE = """CREATE OR REPLACE FUNCTION ledger_keep_left() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$"""


LOT, STATE = "ix_claims_claims_lot_id", "ix_claims_claims_state_received_on"
IN_A_LOT = sa.text("lot_id IS NOT NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{MADE} DECLARE spent uuid[]; BEGIN {SPENT.format(added=KEPT)}; {BY_ID}; RETURN NULL; END $$")
    op.drop_index(STATE, "claims_claims")  # states are asked for within a fund: its index holds them
    op.drop_index(LOT, "claims_claims")
    op.create_index(LOT, "claims_claims", ["lot_id"], sqlite_where=IN_A_LOT, postgresql_where=IN_A_LOT)


def downgrade() -> None:
    op.drop_index(LOT, "claims_claims")
    op.create_index(LOT, "claims_claims", ["lot_id"])
    op.create_index(STATE, "claims_claims", ["state", "received_on"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{MADE} BEGIN {KEPT}; {BY_CLAIM}; RETURN NULL; END $$")
