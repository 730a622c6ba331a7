"""What a visit to somebody who was found would cost this visitor, settled by the engine: three ways to go there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from parcours.engine.errors import FactError
from parcours.engine.say.sitting import Sitting
from parcours.law.loader import load
from parcours.registry.directory.trades import OTHERS

WAYS: Mapping[str, Mapping[str, Any]] = {
    "as_medecin_traitant": {"medecin_traitant": True, "role": "medecin_traitant"},
    "with_a_letter": {"medecin_traitant": True, "role": "correspondant", "referral": "avis_ponctuel"},
    "directly": {"medecin_traitant": True, "role": "autre", "referral": "none"},
}
"""As the médecin traitant; sent by them; on one's own."""
ADULT = 40
"""Age while the visitor says none."""


@dataclass(frozen=True)
class Price:
    """What is paid and what comes back, in cents, one way to go there."""

    way: str
    fee: int
    refund: int
    """By the compulsory insurance."""
    left: int
    """Before any complementary insurance."""
    at_least: bool
    """The fee is free and not known: it is that of the refund's base, which it may pass."""


def prices(trade: int, sector: str | None, on: date, age: int = ADULT, fee: int | None = None) -> tuple[Price, ...]:
    """The three ways with a doctor; none for another profession, an unknown sector, or where a fact is missing."""
    if trade >= OTHERS or sector in (None, "sans_objet", "non_conventionne") or trade not in load().specialties:
        return ()
    return _prices(trade, str(sector), on, age, fee)


@lru_cache(maxsize=4096)
def _prices(trade: int, sector: str, on: date, age: int, fee: int | None) -> tuple[Price, ...]:
    found = []
    for way, said in WAYS.items():
        slug = load().specialties[trade].slug
        facts: dict[str, Any] = {"profession": "medecin", "specialty": slug, "convention": sector}
        facts |= {"care_date": on.isoformat(), "age": age, **said}
        try:
            charged = fee or Sitting(facts).tariff()
            answer = Sitting({**facts, "fee": f"{charged // 100}.{charged % 100:02d}"}).settle() if charged else None
        except FactError:
            continue
        if answer is not None:
            settled = answer.settlement
            open_fee = fee is None and sector != "secteur_1"
            found.append(Price(way, charged, settled.amo, charged - settled.amo, open_fee))
    return tuple(found)
