"""What anybody reads: code systems, value sets, extensions, operations."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from parcours.fhir import problems
from parcours.fhir.kinds import CANONICAL, Ask, Kind, Resource
from parcours.fhir.operations import operation_definitions
from parcours.fhir.query import Query
from parcours.fhir.site import Site, meta
from parcours.fhir.terminology import PUBLISHED, code_systems, value_sets
from parcours.text import Text

Source = Callable[[Site], Mapping[str, Resource]]
EXTENSIONS: dict[str, tuple[str, Text, tuple[str, ...]]] = {
    "other-reading": (
        "ExplanationOfBenefit",
        Text("Ce que donnerait une autre lecture d'un point disputé", "What another reading of a disputed point gives"),
        (),
    ),
    "taken-for": (
        "ExplanationOfBenefit.payment",
        Text("Acte pour lequel une somme est reprise", "Act for which a sum is taken"),
        ("Reference",),
    ),
    "link-state": (
        "Coverage", Text("État du lien avec la caisse (NOEMIE)", "State of the link with the fund (NOEMIE)"), ("code",)
    ),
}  # fmt: skip
"""Extension -> where it stands, what it says, the types of its value (none: a complex one)."""


@lru_cache(maxsize=8)
def extensions(site: Site) -> dict[str, Resource]:
    """Our extensions, by id."""
    return {name: extension(site, name, *one) for name, one in EXTENSIONS.items()}


def extension(site: Site, name: str, context: str, meaning: Text, types: tuple[str, ...]) -> Resource:
    """An extension, by what differs from the base one."""
    elements: list[dict[str, Any]] = [
        {"id": "Extension", "path": "Extension", "short": meaning.fr, "definition": meaning.en},
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": site.extension(name)},
    ]
    if types:
        elements.append({"id": "Extension.value[x]", "path": "Extension.value[x]", "type": [{"code": types[0]}]})
    return {
        "resourceType": "StructureDefinition", "id": name, "meta": meta(), "url": site.extension(name),
        "name": name.replace("-", "_").capitalize(), "title": meaning.fr, "status": "active", "experimental": True,
        "date": PUBLISHED, "publisher": "parcours", "description": meaning.en, "fhirVersion": "4.0.1",
        "kind": "complex-type", "abstract": False, "context": [{"type": "element", "expression": context}],
        "type": "Extension", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint", "differential": {"element": elements},
    }  # fmt: skip


def kind(name: str, source: Source) -> Kind:
    """A type whose resources are the same for everybody."""

    def search(ask: Ask, query: Query) -> list[Resource]:
        return list(source(ask.site).values())

    def read(ask: Ask, id_: str) -> Resource:
        found = source(ask.site).get(id_)
        if found is None:
            raise problems.not_found(field="id")
        return found

    return Kind(name, CANONICAL, search, read, public=True)


OWN_PARAMS: dict[tuple[str, str], tuple[str, str, Text]] = {
    ("ExplanationOfBenefit", "service-date"): (
        "date", "ExplanationOfBenefit.item.serviced", Text("jour des soins", "day of the care")
    ),
    ("ExplanationOfBenefit", "type"): ("token", "ExplanationOfBenefit.type", Text("sorte de soins", "kind of care")),
    ("ExplanationOfBenefit", "insurer"): ("reference", "ExplanationOfBenefit.insurer", Text("qui paie", "who pays")),
    ("PaymentReconciliation", "patient"): (
        "reference", "PaymentReconciliation.detail.request", Text("à qui va le virement", "to whom the transfer goes")
    ),
    ("PaymentNotice", "patient"): (
        "reference", "PaymentNotice.payment", Text("à qui va le virement", "to whom the transfer goes")
    ),
}  # fmt: skip
"""(type, name) -> type, expression and meaning of the search parameters that R4 has not."""


@lru_cache(maxsize=8)
def search_parameters(site: Site) -> dict[str, Resource]:
    """Our search parameters, by id."""
    return {
        f"{type_}-{name}": {
            "resourceType": "SearchParameter", "id": f"{type_}-{name}", "meta": meta(),
            "url": site.parameter(type_, name), "name": f"{type_}_{name}".replace("-", "_"), "status": "active",
            "experimental": True, "date": PUBLISHED, "publisher": "parcours",
            "description": f"{meaning.fr} / {meaning.en}", "code": name, "base": [type_], "type": kind_,
            "expression": expression,
        }
        for (type_, name), (kind_, expression, meaning) in OWN_PARAMS.items()
    }  # fmt: skip


PUBLIC = (
    kind("CodeSystem", code_systems),
    kind("ValueSet", value_sets),
    kind("StructureDefinition", extensions),
    kind("OperationDefinition", operation_definitions),
    kind("SearchParameter", search_parameters),
)
