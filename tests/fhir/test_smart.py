"""SMART for programs: a short token, narrowed to the types and the rights that were asked for."""

import pytest

from parcours.edge import short_tokens
from tests.fhir.test_records import sheet, without_empty


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def asked(client, secret, scope, **more):
    form = {"grant_type": "client_credentials", "client_secret": secret, "scope": scope} | more
    return client.post("auth/token", data=form)


def with_token(client, token):
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_what_is_offered_is_said(as_client):
    said = as_client("anonymous").get(".well-known/smart-configuration").json()
    assert "client_credentials" in said["grant_types_supported"]
    statement = as_client("anonymous").get("metadata").json()["rest"][0]["security"]
    uris = {one["url"]: one["valueUri"] for one in statement["extension"][0]["extension"]}
    assert uris["token"] == said["token_endpoint"]


def test_a_short_token_opens_the_types_it_names_and_no_other(country, as_client):
    secret = country.clients["client"]
    answer = asked(as_client("anonymous"), secret, "system/ExplanationOfBenefit.rs system/CarePlan.read openid")
    said = answer.json()
    assert (said["token_type"], said["scope"]) == ("bearer", "system/ExplanationOfBenefit.rs system/CarePlan.rs")
    assert answer.headers["cache-control"] == "no-store"
    client = with_token(as_client("anonymous"), said["access_token"])
    assert client.get("ExplanationOfBenefit", params={"patient": country.alice}).status_code == 200
    assert client.get("CarePlan", params={"patient": country.alice}).json()["total"] == 1
    for type_ in ("Claim", "ServiceRequest", "Patient"):
        assert client.get(type_, params={"patient": country.alice, "_id": country.alice}).status_code == 403
    body = without_empty(sheet(country, 5))
    assert client.post("Claim", json=body).status_code in {403, 404}
    writer = asked(as_client("anonymous"), secret, "system/Claim.crs").json()["access_token"]
    assert with_token(as_client("anonymous"), writer).post("Claim", json=body).status_code == 201


def test_a_token_ends_with_its_time_and_with_its_client(country, as_client, monkeypatch):
    secret = country.clients["client"]
    monkeypatch.setattr(short_tokens, "LASTS", -short_tokens.LASTS)
    late = asked(as_client("anonymous"), secret, "system/*.rs").json()["access_token"]
    for token in (late, "pst_00", "pst_zz", late[:-2] + "00"):
        assert (
            with_token(as_client("anonymous"), token).get("Patient", params={"_id": country.alice}).status_code == 401
        )


@pytest.mark.parametrize(
    ("scope", "more", "status", "error"),
    [
        ("system/*.rs", {"client_secret": "pct_invented"}, 401, "invalid_client"),
        ("system/*.rs", {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ("patient/*.rs", {}, 400, "invalid_scope"), ("system/Observation.rs", {}, 400, "invalid_scope"),
    ],
)  # fmt: skip
def test_what_a_token_request_refuses(country, as_client, scope, more, status, error):
    answer = asked(as_client("anonymous"), country.clients["client"], scope, **more)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    bare = asked(as_client("anonymous"), country.clients["client_bare"], "system/Patient.rs system/Claim.rs")
    assert bare.json()["error"] == "invalid_scope", "a client gets no more than it holds"
