"""`Claim/$submit`: what is posted, unwrapped; an estimate needs no identity."""

from collections.abc import Mapping
from typing import Any

from parcours.fhir import problems

Others = dict[str, Mapping[str, Any]]


def claim_in(body: Mapping[str, Any], kind: str = "Claim") -> tuple[Mapping[str, Any], Others]:
    """The Claim of a body, and the resources that came with it: a Claim, Parameters or a Bundle. Raises `Refused`."""
    given = body.get("resourceType")
    if given == "Parameters":
        body = parameter(body, "resource", kind)
        given = body.get("resourceType")
    if given == "Bundle":
        return of_bundle(body, kind)
    if given != kind:
        expected = f"{kind}, Parameters, Bundle"
        raise problems.not_this_type(
            field="resourceType", given=str(given)[:80] if given else "null", expected=expected
        )
    return body, {}


def parameter(body: Mapping[str, Any], name: str, kind: str) -> Mapping[str, Any]:
    """The resource of a parameter. Raises `Refused`."""
    parameters = body.get("parameter")
    for one in parameters if isinstance(parameters, list) else ():
        if isinstance(one, Mapping) and one.get("name") == name and isinstance(one.get("resource"), Mapping):
            found: Mapping[str, Any] = one["resource"]
            return found
    raise problems.parameter_needed(field="Parameters.parameter", name=f"{name} ({kind})")


def of_bundle(body: Mapping[str, Any], kind: str) -> tuple[Mapping[str, Any], Others]:
    """The Claim of a bundle, the others by their full address and by type and id. Raises `Refused`."""
    entries = body.get("entry")
    claim: Mapping[str, Any] | None = None
    others: Others = {}
    for number, one in enumerate(entries if isinstance(entries, list) else ()):
        resource = one.get("resource") if isinstance(one, Mapping) else None
        if not isinstance(resource, Mapping):
            raise problems.not_this_type(field=f"Bundle.entry[{number}].resource", given="null", expected="Resource")
        if resource.get("resourceType") == kind and claim is None:
            claim = resource
        if isinstance(one.get("fullUrl"), str):
            others[one["fullUrl"]] = resource
        others[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
    if claim is None:
        raise problems.not_this_type(field="Bundle.entry", given="Bundle", expected=kind)
    return claim, others
