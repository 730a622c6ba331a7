"""SMART on FHIR for programs: what is offered, scopes mapped on those of the policy, short tokens.

Offered: client credentials by the token of an API client, and the scopes `system/Type.rs` (`.read` and `.write` of the
first version too). Not offered: the code flow of people (a browser has its session), keys instead of a token.
"""

import base64
import re
from collections.abc import Iterable
from typing import Any

from parcours.edge import short_tokens
from parcours.fhir.capability import KINDS
from parcours.fhir.site import Site
from parcours.registry.accounts.clients import find_client
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database

SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")
FIRST_VERSION = {"read": "rs", "write": "cud", "*": "cruds"}
READING = {
    "Patient": "people:read", "RelatedPerson": "people:read", "Coverage": "people:read",
    "CareTeam": "declarations:read", "Consent": "declarations:read", "ServiceRequest": "referrals:read",
    "CarePlan": "care_plans:read", "Claim": "claims:read", "ClaimResponse": "claims:read",
    "ExplanationOfBenefit": "claims:read", "Provenance": "claims:read", "PaymentReconciliation": "claims:read",
}  # fmt: skip
"""Type -> the scope of the policy that reading it needs; none for the directory."""
WRITING = {"Claim": "claims:write"}
PEOPLE = [name for name, one in KINDS.items() if one.personal]


def configuration(site: Site) -> dict[str, Any]:
    """`.well-known/smart-configuration`."""
    return {
        "issuer": site.base,
        "token_endpoint": f"{site.base}/auth/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.rs", *(f"system/{one}.rs" for one in PEOPLE), "system/Claim.cruds"],
        "capabilities": ["client-confidential-symmetric", "permission-v1", "permission-v2"],
    }


class Refused(Exception):
    """A request for a token that is refused, in the words of OAuth 2."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


def granted(asked: str, held: Iterable[str]) -> tuple[list[str], set[str], set[str]]:
    """(scopes of SMART, scopes of the policy, types) that are given of those asked for. Raises `Refused`: none."""
    held = set(held)
    said, scopes, types = [], set(), set()
    for text in asked.split():
        found = SCOPE.fullmatch(text)
        if found is None or not found[2]:
            continue
        letters = FIRST_VERSION.get(found[2], found[2])
        for name in PEOPLE if found[1] == "*" else [found[1]]:
            reads = "r" in letters and READING.get(name) in held
            writes = "c" in letters and WRITING.get(name) in held and READING.get(name) in held
            if reads or writes:
                said.append(f"system/{name}.{'cruds' if writes else 'rs'}")
                types.add(name)
                scopes |= {READING[name]} | ({WRITING[name]} if writes else set())
    if not said:
        raise Refused("invalid_scope")
    return said, scopes, types


def credentials(authorization: str, form: dict[str, str]) -> str:
    """The secret of a client: by HTTP Basic, or in the form. Raises `Refused`."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
        except ValueError as error:
            raise Refused("invalid_client", 401) from error
    if not form.get("client_secret"):
        raise Refused("invalid_client", 401)
    return form["client_secret"]


def token(database: Database, authorization: str, form: dict[str, str]) -> dict[str, Any]:
    """A short token for the token of an API client. Raises `Refused`."""
    if form.get("grant_type") != "client_credentials":
        raise Refused("unsupported_grant_type")
    secret = credentials(authorization, form)
    with database.reading() as session:
        client = find_client(session, secret)
        if client is None:
            raise Refused("invalid_client", 401)
        said, scopes, types = granted(form.get("scope", ""), client.scope_set)
        value = short_tokens.issue(client, scopes, types, now_utc())
    lasts = int(short_tokens.LASTS.total_seconds())
    return {"access_token": value, "token_type": "bearer", "expires_in": lasts, "scope": " ".join(said)}
