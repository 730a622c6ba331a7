"""What a visit to somebody of the directory would cost a person the registry knows: their own facts, three ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.directory.cards import Card
from parcours.registry.directory.prices import Price, fee_said, prices
from parcours.registry.visits.facts import VisitFacts, visit_facts

OF_THE_PERSON = (
    "age", "scheme", "medecin_traitant", "medecin_traitant_left_on", "exemption", "c2s", "ame", "contract",
)  # fmt: skip
"""Facts that hold whoever is visited; the three ways say the others."""
OWN_ROLES = frozenset({"medecin_traitant", "cabinet_secondaire", "designe_conjointement", "nouveau_medecin_traitant"})


@dataclass(frozen=True)
class OwnPrices:
    """The three ways, which of them is this person's today, and the facts that were used."""

    ways: tuple[Price, ...]
    today: str
    """Of `WAYS`: how a visit today would count."""
    facts: Mapping[str, Any]


def own_prices(session: Session, insured_id: str, card: Card, on: date, *, related_to: str | None = None) -> OwnPrices:
    """The prices of a card for a person. `related_to`: `ald` where the care is for the person's ALD; else it is not."""
    place = card.places[0]
    visit = visit_facts(
        session, insured_id, card.professional.id, on, organisation_id=place.organisation.id,
        related_to=related_to or "none",
    )  # fmt: skip
    facts = visit.values()
    person = {name: facts[name] for name in OF_THE_PERSON if name in facts}
    ways = prices(card.trades[0], card.sector, on, person, fee_said(place.said))
    return OwnPrices(ways, way_of(visit), person)


def way_of(visit: VisitFacts) -> str:
    """How a visit today would count: as the médecin traitant, with a letter that is there, or directly."""
    facts = visit.values()
    if facts["role"] in OWN_ROLES:
        return "as_medecin_traitant"
    if facts.get("referral", "none") != "none" or facts["role"] == "correspondant":
        return "with_a_letter"
    return "directly"
