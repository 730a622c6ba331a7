"""The simulated reader of cards: in the demonstration it also holds cards of patients of other practices."""

from collections.abc import Sequence

from sqlalchemy import select

from parcours.edge import demonstration
from parcours.registry.cards import service as cards
from parcours.registry.cards.models import Card, CardState
from parcours.registry.people.models import Insured
from parcours.web.desk.room import Desk

STRANGERS = 3
LOOKED_AT = 200
"""Cards looked at to find these few."""


def strangers(desk: Desk, own: Sequence[Insured]) -> list[tuple[str, Insured]]:
    """A few cards of people who declared another doctor or none; nobody outside the demonstration."""
    if not demonstration.logins(desk.unit.services):
        return []
    mine = {one.id for one in own}
    query = select(Card.id, Insured).join(Insured, Insured.id == Card.insured_id)
    rows = desk.session.execute(query.where(Card.state == CardState.ACTIVE).order_by(Card.id).limit(LOOKED_AT))
    return [(row[0], row[1]) for row in rows if row[1].id not in mine][:STRANGERS]


def presented(desk: Desk, inserted: str) -> str:
    """The number of the card that a stranger presents: as typed, or as the demonstration's reader holds it."""
    if typed := desk.field("card", 64):
        return typed
    held = demonstration.logins(desk.unit.services) and cards.card_held(desk.session, inserted)
    return inserted if held else ""
