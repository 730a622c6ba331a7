"""SMART on FHIR: what is offered, scopes mapped on those of the policy, tokens for codes and for keys of programs.

For people: the code flow, standalone, with PKCE; an application is let in on a page (`/authorize`) and gets no more
than the person. For programs: the token of an API client for a shorter one, narrowed to `system/Type.rs`.
"""

import base64
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy.orm import Session

from parcours.edge import app_tokens, short_tokens
from parcours.edge.caller import Incoming
from parcours.edge.services import Services
from parcours.fhir import assertions, identity
from parcours.fhir.capability import KINDS
from parcours.fhir.site import Site
from parcours.registry.accounts import apps
from parcours.registry.accounts import smart as people
from parcours.registry.accounts.clients import find_client
from parcours.registry.accounts.models import ApiClient, App
from parcours.registry.store.clock import now_utc

SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")
FIRST_VERSION = people.FIRST_VERSION
READING = {
    "Patient": "people:read", "RelatedPerson": "people:read", "Coverage": "people:read",
    "CareTeam": "declarations:read", "Consent": "declarations:read", "ServiceRequest": "referrals:read",
    "CarePlan": "care_plans:read", "Claim": "claims:read", "ClaimResponse": "claims:read",
    "ExplanationOfBenefit": "claims:read", "Provenance": "claims:read", "PaymentReconciliation": "claims:read",
    "PaymentNotice": "claims:read", "DocumentReference": "claims:read", "AuditEvent": "audit:read",
}  # fmt: skip
"""Type -> the scope of the policy that reading it needs; none for the directory."""
TOKEN = "/fhir/auth/token"
WRITING = {"Claim": "claims:write"}
PEOPLE = [name for name, one in KINDS.items() if one.personal]


def configuration(site: Site, *, keys: bool, signed: bool) -> dict[str, Any]:
    """`.well-known/smart-configuration`; does the server know public keys of programs, and sign identities?"""
    public = site.base.removesuffix("/fhir")
    programs = ["system/*.rs", *(f"system/{one}.rs" for one in PEOPLE), "system/Claim.cruds"]
    persons = [f"{level}/{name}.rs" for level in ("patient", "user") for name in ("*", *people.TYPES)]
    plain = people.of_identity(people.PLAIN, None, signed=signed)
    return {
        "authorization_endpoint": f"{public}/authorize",
        "token_endpoint": f"{public}{TOKEN}",
        "revocation_endpoint": f"{site.base}/auth/revoke",
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "none", *(["private_key_jwt"] if keys else []),
        ],
        **({"token_endpoint_auth_signing_alg_values_supported": assertions.ALGORITHMS} if keys else {}),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "management_endpoint": f"{public}/account/apps",
        "scopes_supported": [*plain, *persons, "patient/Claim.cruds", "user/Claim.cruds", *programs],
        "capabilities": [
            "launch-standalone", "context-standalone-patient", "client-public", "client-confidential-symmetric",
            "permission-patient", "permission-user", "permission-offline", "permission-online", "permission-v1",
            "permission-v2", *(["client-confidential-asymmetric"] if keys else []),
            *(["sso-openid-connect"] if signed else []),
        ],
        **(identity.offered(site) if signed else {}),
    }  # fmt: skip


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


def credentials(authorization: str, form: dict[str, str]) -> tuple[str, str]:
    """(name, secret) of a client: by HTTP Basic, or in the form; empty where it says none. Raises `Refused`."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError as error:
            raise Refused("invalid_client", 401) from error
        return unquote_plus(name), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def token(services: Services, incoming: Incoming, authorization: str, form: dict[str, str]) -> dict[str, Any]:
    """A token, as the form asks. Raises `Refused`."""
    if form.get("grant_type") in ("authorization_code", "refresh_token"):
        return exchanged(services, incoming, authorization, form)
    if form.get("grant_type") != "client_credentials":
        raise Refused("unsupported_grant_type")
    opened = services.database.writing if "client_assertion" in form else services.database.reading
    with opened() as session:
        client = program(session, services, authorization, form)
        said, scopes, types = granted(form.get("scope", ""), client.scope_set)
        value = short_tokens.issue(client, scopes, types, now_utc())
    lasts = int(short_tokens.LASTS.total_seconds())
    return {"access_token": value, "token_type": "bearer", "expires_in": lasts, "scope": " ".join(said)}


def program(session: Session, services: Services, authorization: str, form: dict[str, str]) -> ApiClient:
    """The client that asks, by its secret or by what it signed. Raises `Refused`: nobody's."""
    if "client_assertion" in form:
        client = assertions.client_of(
            session, services.settings.smart_keys, form, f"{services.settings.public_url.rstrip('/')}{TOKEN}", now_utc()
        )
    else:
        _, secret = credentials(authorization, form)
        client = find_client(session, secret) if secret else None
    if client is None:
        raise Refused("invalid_client", 401)
    return client


def application(session: Session, authorization: str, form: dict[str, str]) -> App:
    """The application that asks. Raises `Refused`: none, or without its secret."""
    name, secret = credentials(authorization, form)
    app = apps.find_app(session, name)
    if app is None or not apps.proves(app, secret):
        raise Refused("invalid_client", 401)
    return app


def exchanged(services: Services, incoming: Incoming, authorization: str, form: dict[str, str]) -> dict[str, Any]:
    """The tokens of an application that somebody let in. Raises `Refused`."""
    policy = services.settings.session_policy()
    with services.database.writing() as session:
        app = application(session, authorization, form)
        if form["grant_type"] == "refresh_token":
            found = apps.refresh(session, app, form.get("refresh_token", ""), policy, incoming.id)
        else:
            found = apps.redeem(
                session, app, form.get("code", ""), redirect=form.get("redirect_uri", ""),
                verifier=form.get("code_verifier", ""), policy=policy, request_id=incoming.id,
            )  # fmt: skip
        answer = answer_of(services, found, form) if found is not None else None
    if answer is None:  # what the refusal ended stays ended
        raise Refused("invalid_grant")
    return answer


def answer_of(services: Services, found: apps.Exchanged, form: dict[str, str]) -> dict[str, Any]:
    """The tokens, and the context: the person that it is about, who let it in. Raises `Refused`: none of the scopes."""
    access = found.access
    scopes = access.scopes.split()
    if form["grant_type"] == "refresh_token" and form.get("scope"):
        scopes = list(people.narrowed(form["scope"].split(), scopes).said)
        if not people.read(scopes).reads | people.read(scopes).writes:
            raise Refused("invalid_scope")
    said = {
        "access_token": app_tokens.issue(access, scopes, now_utc()), "token_type": "Bearer",
        "expires_in": int(app_tokens.LASTS.total_seconds()), "scope": " ".join(scopes),
    }  # fmt: skip
    if access.patient_id is not None:
        said["patient"] = access.patient_id
    if people.OPENID in scopes and (key := services.settings.smart_identity_key) is not None:
        site = Site(f"{services.settings.public_url.rstrip('/')}/fhir")
        said["id_token"] = identity.told(site, key, access, scopes, found.nonce)
    return said | ({"refresh_token": found.refresh} if found.refresh else {})


def revoke(services: Services, incoming: Incoming, authorization: str, form: dict[str, str]) -> dict[str, Any]:
    """End the access behind a token; a token that is none is answered alike. Raises `Refused`: another's."""
    token_ = form.get("token", "")
    with services.database.writing() as session:
        app = application(session, authorization, form)
        found = app_tokens.access_of(session, services, token_)
        access = found[0] if found else apps.find_by_refresh(session, app, token_)
        if access is not None and access.app_id == app.id:
            apps.give_up(session, access, incoming.id)
    return {}
