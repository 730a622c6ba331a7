"""The ledger: it knows ids only, and nobody reads it but through what it was written for."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access.manifest import Context, Shared
from parcours.registry.ledger.invariants import INVARIANTS, SEALED
from parcours.registry.ledger.models import LedgerHead, LedgerLeft, LedgerPosting, LedgerTransaction
from parcours.registry.ledger.seals import Tag, resign


def _export(session: Session, insured_id: str) -> dict[str, list[dict[str, Any]]]:
    query = (
        select(
            LedgerTransaction.at, LedgerTransaction.book, LedgerTransaction.kind, LedgerPosting.claim_id,
            LedgerPosting.account, LedgerPosting.cents, LedgerPosting.year,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerPosting.party == insured_id)
        .order_by(LedgerTransaction.at, LedgerPosting.id)
    )  # fmt: skip
    return {"ledger_postings": [dict(row) for row in session.execute(query).mappings()]}


CONTEXT = Context(
    name="ledger",
    tables={
        LedgerTransaction: Shared("an entry moves cents between several parties"),
        LedgerHead: Shared("the signed end of a book: a count and a keyed sum"),
        LedgerLeft: Shared("sums of postings, by the same opaque ids"),
        LedgerPosting: Shared("a party is an insured person or a professional, by an opaque id"),
    },
    export=_export,
    invariants=INVARIANTS,
    proofs=(SEALED,),
    tags=Tag,
    resign={LedgerHead.__tablename__: resign},
)
