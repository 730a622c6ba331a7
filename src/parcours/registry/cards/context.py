"""Cards: each is one person's."""

from __future__ import annotations

from typing import Final

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.cards.models import Card, CardEvent, EuropeanProof

CONTEXT: Final = Context(
    name="cards", tables={Card: Personal(), CardEvent: Personal(through="card_id"), EuropeanProof: Personal()}
)
