"""Complementary insurers as organizations: known by the contracts that the funds were told of."""

import hashlib
from functools import lru_cache

from sqlalchemy import select

from parcours.fhir.kinds import Ask, Resource, by_id
from parcours.fhir.personal import reference
from parcours.fhir.site import CORE, HL7, concept, meta
from parcours.registry.complementary.models import Link

PREFIX = "ins-"
"""Comes after every other id: those of the registry are hexadecimal."""


@lru_cache(maxsize=4096)
def id_of(name: str) -> str:
    """The id of an insurer: they have no table of their own."""
    return f"{PREFIX}{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def insurer(name: str) -> Resource:
    """The reference to an insurer."""
    return reference("Organization", id_of(name), name)


def insurers(ask: Ask) -> list[Resource]:
    """Every insurer, in the order of the ids."""
    names = ask.by.session.scalars(select(Link.insurer).distinct())
    return sorted((organization(one) for one in names), key=by_id)


def organization(name: str) -> Resource:
    """An insurer."""
    return {
        "resourceType": "Organization", "id": id_of(name), "meta": meta(f"{CORE}/fr-core-organization"),
        "active": True, "type": [concept(f"{HL7}organization-type", "ins")], "name": name,
    }  # fmt: skip
