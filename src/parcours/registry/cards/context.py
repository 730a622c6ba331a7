"""Cards: each is one person's."""

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.cards.models import Card, CardEvent, EuropeanProof

CONTEXT = Context(
    name="cards", tables={Card: Personal(), CardEvent: Personal(through="card_id"), EuropeanProof: Personal()}
)
