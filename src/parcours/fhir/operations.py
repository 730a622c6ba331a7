"""The operations that are served: each by its name, on what, with which parameters."""

from functools import lru_cache
from typing import Any, NamedTuple

from parcours.fhir.site import Site, meta
from parcours.text import Text

HL7_OPERATIONS = "http://hl7.org/fhir/OperationDefinition/"


class Operation(NamedTuple):
    """An operation."""

    name: str
    type: str
    """The type it is of; nothing: the whole server."""
    levels: tuple[str, ...]
    """`system`, `type`, `instance`."""
    meaning: Text
    takes: tuple[tuple[str, int, str], ...] = ()
    """(parameter, how many at least, type)."""
    definition: str = ""
    """Of HL7, where it is theirs."""
    changes: bool = False

    @property
    def id(self) -> str:
        return f"{self.type or 'server'}-{self.name}"


BULK = (("_type", 0, "string"), ("_since", 0, "instant"), ("_outputFormat", 0, "string"))
OPERATIONS = (
    Operation(
        "submit", "Claim", ("type",),
        Text("Estimer avant les soins, ou envoyer une feuille", "Estimate before care, or submit a sheet"),
        (("resource", 1, "Resource"),), "Claim-submit", changes=True,
    ),
    Operation(
        "cancel", "Claim", ("instance",),
        Text("Reprendre une feuille avant la décision", "Take a sheet back before it is decided"), changes=True,
    ),
    Operation(
        "submit", "CoverageEligibilityRequest", ("type",), Text("Les droits d'un jour", "The rights of a day"),
        (("resource", 1, "Resource"),), "CoverageEligibilityRequest-submit",
    ),
    Operation(
        "everything", "Patient", ("instance",),
        Text("Tout ce qu'on peut lire d'une personne", "All that one may read of a person"),
        (("_type", 0, "code"), ("_since", 0, "instant"), ("_count", 0, "integer")), "Patient-everything",
    ),
    Operation("export", "Patient", ("type",), Text("Export de masse", "Bulk export"), BULK),
    Operation("export", "Group", ("instance",), Text("Export de masse d'une caisse", "Bulk export of a fund"), BULK),
    Operation("export", "", ("system",), Text("Export de masse", "Bulk export"), BULK),
    Operation(
        "explain", "ExplanationOfBenefit", ("instance",), Text("Pourquoi chaque montant", "Why each amount"),
    ),
    Operation(
        "validate", "", ("type", "instance"),
        Text("Cette ressource est-elle bien formée ?", "Is this resource well formed?"),
        (("resource", 1, "Resource"),),
    ),
    Operation(
        "lookup", "CodeSystem", ("type",), Text("Ce que veut dire un code", "What a code means"),
        (("code", 1, "code"), ("system", 1, "uri")), "CodeSystem-lookup",
    ),
    Operation(
        "expand", "ValueSet", ("type", "instance"), Text("Les codes d'un jeu de valeurs", "The codes of a value set"),
        (("url", 0, "uri"), ("filter", 0, "string"), ("offset", 0, "integer"), ("count", 0, "integer")),
        "ValueSet-expand",
    ),
)  # fmt: skip


def definition_of(site: Site, one: Operation) -> str:
    """The canonical address of what defines an operation."""
    return f"{HL7_OPERATIONS}{one.definition}" if one.definition else f"{site.base}/OperationDefinition/{one.id}"


@lru_cache(maxsize=8)
def operation_definitions(site: Site) -> dict[str, dict[str, Any]]:
    """The definition of each operation, by id; one of HL7 names theirs as its base."""
    return {one.id: operation_definition(site, one) for one in OPERATIONS}


def operation_definition(site: Site, one: Operation) -> dict[str, Any]:
    """One definition."""
    parameters = [
        {"name": name, "use": "in", "min": least, "max": "1", "type": type_} for name, least, type_ in one.takes
    ]
    returned = {"name": "return", "use": "out", "min": 1, "max": "1", "type": "Resource"}
    said = {
        "resourceType": "OperationDefinition", "id": one.id, "meta": meta(),
        "url": f"{site.base}/OperationDefinition/{one.id}", "name": f"{one.type}{one.name.capitalize()}",
        "title": one.meaning.fr, "status": "active", "kind": "operation", "experimental": True,
        "description": one.meaning.en, "affectsState": one.changes, "code": one.name,
        "system": "system" in one.levels, "type": "type" in one.levels, "instance": "instance" in one.levels,
        "parameter": [*parameters, returned],
    }  # fmt: skip
    if one.type:
        said["resource"] = [one.type]
    if one.definition:
        said["base"] = f"{HL7_OPERATIONS}{one.definition}"
    return said
