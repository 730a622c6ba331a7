"""The CapabilityStatement, made from the table of types and operations that the routes are made from."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import parcours
from parcours.fhir import groups, papers, pathway, person, professionals, sheets, transfers
from parcours.fhir.kinds import Kind
from parcours.fhir.operations import OPERATIONS, definition_of
from parcours.fhir.personal import OF_PERSON
from parcours.fhir.public import OWN_PARAMS, PUBLIC
from parcours.fhir.query import COMMON, Filter
from parcours.fhir.r4 import definitions
from parcours.fhir.site import HL7, Site
from parcours.fhir.terminology import PUBLISHED
from parcours.registry.directory.context import DIRECTORY, Action
from parcours.text import Text

KINDS: dict[str, Kind] = {
    one.name: one
    for one in (
        *person.KINDS, *professionals.KINDS, *pathway.KINDS, *sheets.KINDS, *transfers.KINDS, *papers.KINDS,
        groups.KIND, *PUBLIC,
    )
}  # fmt: skip
"""Every served type, by its name."""
PURPOSE = Text(
    "Le parcours de soins coordonnés en FHIR R4 : une estimation avant les soins, les remboursements et leurs raisons.",
    "The French coordinated care pathway in FHIR R4: an estimate before care, refunds and their reasons.",
)


def about(kind: Kind, person: str) -> Filter:
    """The filter for what is about a person."""
    name = next((one for one in OF_PERSON if one in kind.params), "_id")
    return Filter(name, "", (person,))


def directory_of() -> tuple[Any, Any]:
    """What anybody with a login may read."""
    return Action.READ_DIRECTORY, DIRECTORY


@lru_cache(maxsize=8)
def capability(site: Site) -> dict[str, Any]:
    """What this server serves."""
    typed = {one.type for one in OPERATIONS} - KINDS.keys() - {""}
    return {
        "resourceType": "CapabilityStatement", "id": "parcours", "url": f"{site.base}/metadata",
        "version": parcours.__version__, "name": "Parcours", "title": "parcours", "status": "active",
        "experimental": True, "date": PUBLISHED, "publisher": "parcours", "description": PURPOSE.fr,
        "kind": "instance", "software": {"name": "parcours", "version": parcours.__version__},
        "implementation": {"description": PURPOSE.en, "url": site.base}, "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": security(site),
                "resource": [
                    *(resource_of(site, one) for one in KINDS.values()),
                    *({"type": name, "operation": operations_of(site, name)} for name in sorted(typed)),
                ],
                **({"operation": own} if (own := operations_of(site, "")) else {}),
            }
        ],
    }  # fmt: skip


def security(site: Site) -> dict[str, Any]:
    """How who asks is known."""
    said = Text(
        "SMART on FHIR, jeton d'un client de l'API, ou cookie d'une session ; une estimation n'en demande pas.",
        "SMART on FHIR, token of an API client, or cookie of a session; an estimate needs none.",
    )
    uris = {
        "authorize": f"{site.base.removesuffix('/fhir')}/authorize", "token": f"{site.base}/auth/token",
        "revoke": f"{site.base}/auth/revoke", "manage": f"{site.base.removesuffix('/fhir')}/account/apps",
    }  # fmt: skip
    parts = [{"url": name, "valueUri": address} for name, address in uris.items()]
    return {
        "extension": [
            {"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", "extension": parts}
        ],
        "service": [{"coding": [{"system": f"{HL7}restful-security-service", "code": "SMART-on-FHIR"}]}],
        "description": said.en,
    }


def resource_of(site: Site, one: Kind) -> dict[str, Any]:
    """A served type."""
    interactions = ["read", *(["search-type"] if one.searched else []), *(["create", "update"] if one.creates else [])]
    said: dict[str, Any] = {
        "type": one.name,
        "interaction": [{"code": name} for name in interactions],
        "versioning": "versioned",
        "conditionalRead": "not-match",
    }
    if one.searched:
        said["searchParam"] = [
            *(param_of(site, one.name, name, param.kind) for name, param in one.params.items()),
            *({"name": name, "type": kind} for name, kind in COMMON.items() if name in {"_id", "_lastUpdated"}),
        ]
    if one.profile:
        said["supportedProfile"] = [one.profile]
    if one.creates:
        said["conditionalCreate"] = True
    references = [name for name, param in one.params.items() if param.kind == "reference"]
    if references:
        said["searchInclude"] = [f"{one.name}:{name}" for name in references]
    pointing = list(pointing_to(one.name))
    if pointing:
        said["searchRevInclude"] = pointing
    operations = operations_of(site, one.name)
    return said | ({"operation": operations} if operations else {})


def param_of(site: Site, type_: str, name: str, kind: str) -> dict[str, Any]:
    """A search parameter, with its definition when it is ours."""
    own = OWN_PARAMS.get((type_, name))
    return {"name": name, "type": kind} | ({"definition": site.parameter(type_, name)} if own else {})


def pointing_to(target: str) -> Iterator[str]:
    """The references of other types that may point to a type."""
    for one in KINDS.values():
        for name, param in one.params.items():
            own = (definitions()[one.name].get(path) for path in param.paths)
            if param.kind == "reference" and any(part is not None and target in part.targets for part in own):
                yield f"{one.name}:{name}"


def operations_of(site: Site, type_: str) -> list[dict[str, Any]]:
    """The operations of a type, or of the server."""
    return [{"name": one.name, "definition": definition_of(site, one)} for one in OPERATIONS if one.type == type_]
