"""What a visit to somebody who was found would cost this visitor, settled by the engine: three ways to go there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from parcours.engine.errors import FactError
from parcours.engine.say.sitting import Sitting
from parcours.law.loader import load
from parcours.registry.directory.claims import FEES, Said
from parcours.registry.directory.trades import OTHERS
from parcours.words import fold

WAYS: Mapping[str, Mapping[str, Any]] = {
    "as_medecin_traitant": {"medecin_traitant": True, "role": "medecin_traitant"},
    "with_a_letter": {"medecin_traitant": True, "role": "correspondant", "referral": "avis_ponctuel"},
    "directly": {"role": "autre", "referral": "none"},
}
"""As the médecin traitant; sent by them, which needs one that is declared; on one's own."""
ADULT = 40
"""Age while the visitor says none."""
CHIPS: Mapping[str, Mapping[str, Any]] = {
    "ald": {"exemption": "ald"},
    "c2s": {"c2s": True},
    "alsace_moselle": {"scheme": "alsace_moselle"},
    "nobody": {"medecin_traitant": False},
}
"""What a visitor may say of themselves with one touch: care for an ALD, the C2S, the local scheme, none declared."""


@dataclass(frozen=True)
class Price:
    """What is paid and what comes back, in cents, one way to go there."""

    way: str
    fee: int
    refund: int
    """By the compulsory insurance."""
    covered: int
    """By the complementary insurance, where the visitor's is known."""
    left: int
    at_least: bool
    """The fee is free and not known: it is that of the refund's base, which it may pass."""


def visitor(age: int = ADULT, chips: Iterable[str] = ()) -> dict[str, Any]:
    """The facts of a visitor whom nobody knows: an age, and what was touched."""
    facts: dict[str, Any] = {"medecin_traitant": True, "age": age}
    for name in chips:
        facts |= CHIPS[name]
    return facts


def prices(
    trade: int, sector: str | None, on: date, person: Mapping[str, Any], fee: int | None = None
) -> tuple[Price, ...]:
    """The ways with a doctor; none for another profession, an unknown sector, or where a fact is missing.

    `person`: facts of the visitor in the vocabulary of the engine. `fee`: in cents, as the doctor said it here.
    """
    if trade >= OTHERS or sector in (None, "sans_objet", "non_conventionne") or trade not in load().specialties:
        return ()
    return _prices(trade, str(sector), on, tuple(sorted(person.items())), fee)


@lru_cache(maxsize=4096)
def _prices(
    trade: int, sector: str, on: date, person: tuple[tuple[str, Any], ...], fee: int | None
) -> tuple[Price, ...]:
    specialty = load().specialties[trade].slug
    doctor = {"profession": "medecin", "specialty": specialty, "convention": sector, "care_date": on.isoformat()}
    facts = dict(person)
    ways = {way: said for way, said in WAYS.items() if way != "with_a_letter" or facts.get("medecin_traitant")}
    found = (_price(way, {**doctor, **facts, **said}, fee) for way, said in ways.items())
    return tuple(one for one in found if one is not None)


def _price(way: str, facts: dict[str, Any], fee: int | None) -> Price | None:
    try:
        charged = fee or Sitting(facts).tariff()
        answer = Sitting({**facts, "fee": f"{charged // 100}.{charged % 100:02d}"}).settle() if charged else None
    except FactError:
        return None
    if answer is None or charged is None:
        return None
    settled = answer.settlement
    covered = settled.amc if facts.get("c2s") or facts.get("contract") else 0
    open_fee = fee is None and facts["convention"] != "secteur_1" and not facts.get("c2s")
    return Price(way, charged, settled.amo, covered, charged - settled.amo - covered, open_fee)


def fee_said(said: Mapping[str, list[Said]]) -> int | None:
    """The fee of an ordinary visit in cents, where the professional typed it here."""
    for name in FEES:
        for one in said.get(name, ()):
            act, _, cents = one.value.rpartition(" ")
            if fold(act).startswith("consultation"):
                return int(cents)
    return None
