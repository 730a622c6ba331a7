"""Every decision, settled again from what it kept: the same cents, or it is named (I8)."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.adjudicate import AMOUNTS, content_kept
from parcours.registry.claims.models import Decision
from parcours.registry.claims.settling import own_readings, settle_facts
from parcours.rules.types import Counters

BLOCK = 500


def differing(session: Session) -> Iterator[str]:
    """Ids of the decisions whose facts, law, readings and counters give other amounts now than those that are kept."""
    after = None
    while True:
        query = select(Decision).order_by(Decision.id).limit(BLOCK)
        rows = list(session.scalars(query.where(Decision.id > after) if after else query))
        for row in rows:
            if not same(row):
                yield row.id
        if len(rows) < BLOCK:
            return
        after = rows[-1].id
        session.expunge_all()


def same(row: Decision) -> bool:
    """Does a decision give the same amounts again?"""
    kept = content_kept(row)
    _, readings = own_readings(kept["readings"])
    again = settle_facts(kept["facts"], kept["sources"], row.insurer, Counters(**kept["counters"]), readings)
    return all(getattr(row, column) == again.total(name) for column, name in AMOUNTS.items())
