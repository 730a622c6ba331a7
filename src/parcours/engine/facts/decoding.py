"""From the integers of the rules back to the facts as people write them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from parcours.engine.facts.encoding import EncodedAct
from parcours.engine.facts.vocabulary import BY_NAME, FACTS, Fact, slug, slugs_of
from parcours.engine.results import euros, ips_letter
from parcours.law.codes import Convention, Ips, Status
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
    act = encoded.act
    for name, decoder in DECODED:
        value = getattr(act, name)
        facts[name] = decoder(value) if decoder else value
    facts["specialty"] = flat.names_of_specialties.get(act.specialty)
    if flat.default.rows[-1].acte_coefficient[encoded.act.act]:
        facts["quantity"] = euros(encoded.act.quantity)
    return {name: facts[name] for name in BY_NAME if facts.get(name) is not None}


Decoder = Callable[[int], Any]
DECODERS: dict[str, Decoder] = {
    "date": lambda day: iso(day) if day else None,
    "money": lambda cents: euros(cents) if cents >= 0 else None,
    "boolean": bool,
    "days": lambda days: days or None,
    "ips": lambda ips: None if ips == Ips.NOT_GIVEN else ips_letter(ips),
    "status": lambda status: Status(status).name if status else None,
}


def decoder_of(item: Fact) -> Decoder | None:
    """How a value of a fact is written; None: as it is."""
    if item.codes is None:
        return DECODERS.get(item.kind)
    if item.kind == "codes":
        return partial(slugs_of, item.codes)
    if item.name == "convention":
        return lambda value: slug(Convention, value) if value else None
    return partial(slug, item.codes)


DECODED = tuple((item.name, decoder_of(item)) for item in OF_AN_ACT if item.kind != "specialty")
"""Every fact of an act but its specialty, which is named by the law, and how its value is written."""
