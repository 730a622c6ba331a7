"""The names of this server: where it is, its code systems, how an amount and a code are written."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from parcours.engine.results import euros

CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
HL7 = "http://terminology.hl7.org/CodeSystem/"
CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
TEST = {"system": f"{HL7}v3-ActReason", "code": "HTEST", "display": "test health data"}
"""Everything here is invented, and says so."""


@dataclass(frozen=True)
class Site:
    """A server by its base address: `https://…/fhir`."""

    base: str

    def system(self, name: str) -> str:
        """The address of one of our code systems."""
        return f"{self.base}/CodeSystem/{name}"

    def value_set(self, name: str) -> str:
        """The address of one of our value sets."""
        return f"{self.base}/ValueSet/{name}"

    def extension(self, name: str) -> str:
        """The address of one of our extensions."""
        return f"{self.base}/StructureDefinition/{name}"

    def parameter(self, type_: str, name: str) -> str:
        """The address of one of our search parameters."""
        return f"{self.base}/SearchParameter/{type_}-{name}"

    def concept(self, system: str, code: str, display: str = "") -> dict[str, Any]:
        """A code of ours."""
        return concept(self.system(system), code, display)


def concept(system: str, code: str, display: str = "") -> dict[str, Any]:
    """A code of a system."""
    coding = {"system": system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


@lru_cache(maxsize=8192)
def money(cents: int) -> dict[str, Any]:
    """An amount, written from integers. The same for all: it is never changed."""
    return {"value": euros(cents), "currency": "EUR"}


def meta(*profiles: str, version: int | None = None, updated: str | None = None) -> dict[str, Any]:
    """What is said of a resource itself."""
    said: dict[str, Any] = {}
    if version is not None:
        said["versionId"] = str(version)
    if updated is not None:
        said["lastUpdated"] = updated
    if profiles:
        said["profile"] = list(profiles)
    return said | {"tag": [TEST]}


def code_in(concept_: Any, *systems: str) -> str | None:
    """The code of a concept in a system whose address ends with one of the names; the first code without any name."""
    codings = concept_.get("coding", []) if isinstance(concept_, dict) else []
    for name in systems or ("",):
        for coding in codings:
            if str(coding.get("system", "")).endswith(name) and coding.get("code"):
                code: str = coding["code"]
                return code
    return None
