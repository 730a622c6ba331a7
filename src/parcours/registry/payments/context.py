"""Payments: an order is for a person or a professional, by an opaque id."""

from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.access.manifest import Context, Personal, Shared
from parcours.registry.payments.invariants import INVARIANTS
from parcours.registry.payments.models import Order, StatementLine
from parcours.registry.payments.service import orders_of


def _export(session: Session, insured_id: str) -> dict[str, list[dict[str, Any]]]:
    return {
        "payments_orders": [
            {"day": one.day, "book": one.book, "cents": one.cents, "state": one.state, "reference": one.reference}
            for one in orders_of(session, insured_id)
        ]
    }


CONTEXT = Context(
    name="payments",
    tables={
        Order: Shared("a party is an insured person or a professional, by an opaque id"),
        StatementLine: Personal(by=("insured_id", "payee_id")),
    },
    export=_export,
    invariants=INVARIANTS,
)
