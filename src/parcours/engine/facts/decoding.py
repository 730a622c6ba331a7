"""From the integers of the rules back to the facts as people write them."""

from collections.abc import Callable, Mapping
from typing import Any

from parcours.engine.facts.encoding import EncodedAct
from parcours.engine.facts.vocabulary import BY_NAME, FACTS, Fact, slug, slugs_of
from parcours.engine.results import euros, ips_letter
from parcours.law.codes import Ips, Status
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.rules.types import Act

OF_AN_ACT = tuple(item for item in FACTS if item.name != "act" and item.name in Act._fields)
"""Facts that the rules read as they are."""


def decode(encoded: EncodedAct, flat: FlatLaw) -> dict[str, Any]:
    """The encoded act as people write it, without what is simply absent."""
    facts: dict[str, Any] = {
        "patient_id": encoded.patient_id,
        "professional_id": encoded.professional_id,
        "act": encoded.act_key,
    }
    for item in OF_AN_ACT:
        facts[item.name] = decoded(item, getattr(encoded.act, item.name), flat.names_of_specialties)
    if flat.default.rows[-1].acte_coefficient[encoded.act.act]:
        facts["quantity"] = euros(encoded.act.quantity)
    return {name: facts[name] for name in BY_NAME if facts.get(name) is not None}


def decoded(item: Fact, value: int, specialties: Mapping[int, str]) -> Any:
    """One encoded value as people write it; None when there is none."""
    if item.kind == "codes" and item.codes is not None:
        return slugs_of(item.codes, value)
    if item.codes is not None:
        return None if item.name == "convention" and not value else slug(item.codes, value)
    if item.kind == "specialty":
        return specialties.get(value)
    decoder = DECODERS.get(item.kind)
    return decoder(value) if decoder else value


DECODERS: dict[str, Callable[[int], Any]] = {
    "date": lambda day: iso(day) if day else None,
    "money": lambda cents: euros(cents) if cents >= 0 else None,
    "boolean": bool,
    "days": lambda days: days or None,
    "ips": lambda ips: None if ips == Ips.NOT_GIVEN else ips_letter(ips),
    "status": lambda status: Status(status).name if status else None,
}
