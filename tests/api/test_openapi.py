"""The OpenAPI document: every example runs, every endpoint says what it is."""

import json

import pytest
from fastapi.routing import APIRoute

from parcours.api import create_app
from parcours.edge.services import Services
from tests.api.fixtures import settings_for_tests
from tests.support.client import TestClient

DOCUMENT = create_app(Services(settings_for_tests())).openapi()
OPERATIONS = [
    (path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
EXAMPLES = [
    (path, name, media, example["value"])
    for path, method, operation in OPERATIONS
    for media, content in operation.get("requestBody", {}).get("content", {}).items()
    for name, example in content.get("examples", {}).items()
]


@pytest.mark.parametrize(("path", "name", "media", "value"), EXAMPLES, ids=[f"{one[0]} {one[1]}" for one in EXAMPLES])
def test_every_example_runs(path, name, media, value):
    client = TestClient(create_app(Services(settings_for_tests())), base_url="https://testserver")
    body = value if isinstance(value, str) else json.dumps(value)
    response = client.post(path, content=body, headers={"Content-Type": media})
    assert response.status_code == 200, response.text
    assert '"error"' not in response.text


def test_the_engine_has_examples():
    shown = {path for path, *_ in EXAMPLES}
    assert shown >= {
        f"/api/v1/{name}" for name in ("settle", "settle/batch", "explain", "advise", "questions", "receipts")
    }


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{one[1]} {one[0]}" for one in OPERATIONS])
def test_every_endpoint_is_described(path, method, operation):
    assert operation["description"].rstrip().endswith((".", "…"))
    assert operation["tags"]
    for status in ("413", "429", "500"):
        assert "application/problem+json" in operation["responses"][status]["content"]
    if "security" in operation:
        assert {scheme for one in operation["security"] for scheme in one} == {"session", "token"}
        assert "401" in operation["responses"]


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_a_change_of_a_record_is_based_on_a_version(path):
    for method, operation in DOCUMENT["paths"][path].items():
        changes = method in ("put", "patch") or path.endswith(("/end", "/departure", "/closing"))
        if changes and "{" in path:
            assert "If-Match" in {one["name"] for one in operation["parameters"]}, method
            assert {"412", "428"} <= set(operation["responses"])


def test_what_needs_no_login_is_a_short_list():
    free = {path for path, _, operation in OPERATIONS if "security" not in operation}
    engine = {path for path, _, operation in OPERATIONS if operation["tags"] == ["engine"]}
    assert free - engine == {
        "/api/v1/session", "/api/v1/session/passkey", "/api/v1/session/passkey/options", "/api/v1/password-resets",
        "/api/v1/session/identity",
        "/api/v1/oidc", "/api/v1/oidc/{provider}/login",
        "/api/v1/oidc/{provider}/callback", "/api/v1/oidc/{provider}/logged-out",
    }  # fmt: skip


def test_no_personal_data_travels_in_an_address():
    names = {
        parameter["name"]
        for _, _, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
        if parameter["in"] in ("query", "path")
    }
    assert not names & {"nir", "birth_date", "login", "password", "token", "first_name", "address", "totp"}


def test_the_document_names_the_cookie_that_is_set():
    assert DOCUMENT["components"]["securitySchemes"]["session"]["name"] == "__Host-parcours_session"
    assert {"Problem", "FieldError"} <= set(DOCUMENT["components"]["schemas"])


def test_a_route_is_looked_for_once_in_one_list():
    app = create_app(Services(settings_for_tests()))
    documented = {path for path in app.openapi()["paths"] if path.startswith("/api/v1")}
    assert documented <= {one.path for one in app.routes if isinstance(one, APIRoute)}
