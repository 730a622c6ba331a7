"""A case derived from the text of an article by a reader who did not write its rule: facts, reason, cents."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from parcours.engine.case import settle

ADULT = {"care_date": "2025-06-02", "age": 40, "medecin_traitant": True}
GP = {**ADULT, "profession": "medecin", "specialty": "generaliste", "convention": "secteur_1", "fee": 30}
OWN = {**GP, "role": "medecin_traitant", "referral": "none"}
OTHER = {**GP, "role": "autre", "referral": "none"}
"""Outside the pathway: 40 % of the specialist's 26.50 €, 10.60 € at most, leave the fund's part."""
SENT = {
    **ADULT,
    "profession": "medecin",
    "specialty": "dermatologie",
    "convention": "secteur_1",
    "role": "correspondant",
    "referral": "avis_ponctuel",
    "base": 26.50,
    "fee": 26.50,
}
ALONE = {**SENT, "role": "autre", "referral": "none"}
SECTOR_2 = {**SENT, "convention": "secteur_2", "base": 23, "fee": 60}
BOX = {**ADULT, "profession": "pharmacie", "base": 10, "fee": 10}
NURSE = {**ADULT, "profession": "infirmier", "base": 10, "fee": 10}
LAB = {**ADULT, "profession": "laboratoire", "base": 20, "fee": 20}
TRANSPORT = {**ADULT, "profession": "transporteur", "base": 50, "fee": 50}
DENTIST = {**ADULT, "profession": "chirurgien_dentiste", "convention": "secteur_1", "fee": 23}


class Derived(NamedTuple):
    """One expectation, written before it was run."""

    article: str
    reason: str
    facts: Mapping[str, Any]
    cents: Mapping[str, int]
    readings: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.article}: {self.reason}"


def case(article: str, reason: str, facts: Mapping[str, Any], readings: str = "", /, **cents: int) -> Derived:
    """A case; a reading is written `name=option`."""
    chosen = dict([readings.split("=")]) if readings else {}
    return Derived(article, reason, facts, cents, chosen)


def found(derived: Derived) -> dict[str, int]:
    """The same amounts, in cents, as the product gives them."""
    settlement = settle(derived.facts, derived.readings).settlement
    return {name: getattr(settlement, name) for name in derived.cents}
