"""SMART for programs: a short token, narrowed to the types and the rights that were asked for."""

import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from parcours.edge import short_tokens
from parcours.fhir import assertions
from parcours.registry.accounts.clients import find_client
from tests.api.fixtures import settings_for_tests
from tests.fhir.claims import BASE
from tests.fhir.test_records import sheet, without_empty

KEY = ECKey.generate_key("P-384", {"kid": "mine", "use": "sig"})


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "keys.json").write_text("{}", "utf-8")
    return settings_for_tests(public_url=BASE.removesuffix("/fhir"), smart_keys=tmp_path / "keys.json")


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


def test_a_program_signs_instead_of_showing_a_secret(country, database, as_client, settings, caplog):
    """For this server, for five minutes at most, with the key that the server knows, once."""
    with database.reading() as session:
        client_id = find_client(session, country.clients["client"]).id
    face, lasts = as_client("anonymous"), assertions.LASTS.total_seconds()
    aud = face.get(".well-known/smart-configuration").json()["token_endpoint"]
    right = {"iss": client_id, "sub": client_id, "aud": aud, "exp": int(time.time() + lasts), "jti": "1"}

    def status(key=KEY, kid="mine", **claims):
        said = jwt.encode(
            {"alg": "ES384", "kid": kid} if kid else {"alg": "ES384"}, right | claims, key, assertions.ALGORITHMS
        )
        form = {"grant_type": "client_credentials", "scope": "system/Patient.rs", "client_assertion": said,
                "client_assertion_type": assertions.TYPE}  # fmt: skip
        answer = face.post("auth/token", data=form)
        if answer.status_code == 200:
            client = with_token(as_client("anonymous"), answer.json()["access_token"])
            assert client.get(f"Patient/{country.alice}").status_code == 200
            assert client.get("Coverage", params={"patient": country.alice}).status_code == 403
        return answer.status_code

    assert status() == 401, "the server does not know the key yet"
    keys = {client_id: {"keys": [KEY.as_dict(private=False)]}, country.amar: {"keys": [KEY.as_dict(private=False)]}}
    settings.smart_keys.write_text(json.dumps(keys), "utf-8")
    assert (status(), status()) == (200, 401), "once"
    for number, wrong in enumerate((
        {"aud": f"{BASE}/auth"}, {"exp": int(time.time() + lasts + 60)}, {"exp": int(time.time() - 60)}, {"exp": None},
        {"sub": country.amar}, {"iss": country.amar, "sub": country.amar}, {"kid": ""},
        {"key": ECKey.generate_key("P-384", {"kid": "mine"})}, {"jti": ""},
    )):  # fmt: skip
        assert status(**{"jti": f"wrong {number}", **wrong}) == 401, wrong
    assert status(jti="2", aud=[aud, "other"]) == 200
    assert status(jti="3", exp=int(time.time() + lasts + 20)) == 200, "clocks do not agree"
    for said in ("", "x", "a.b.c", "W10.W10.W10"):
        form = {"grant_type": "client_credentials", "scope": "system/Patient.rs", "client_assertion": said,
                "client_assertion_type": assertions.TYPE}  # fmt: skip
        assert face.post("auth/token", data=form).status_code == 401
    settings.smart_keys.write_text("{", "utf-8")
    assert status(jti="4") == 401
    assert "PARCOURS_SMART_KEYS cannot be read" in caplog.text
