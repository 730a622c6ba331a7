"""The accounts of the demonstration: one a role, in the demonstration only, with a password that changes."""

import pytest
from typer.testing import CliRunner

from parcours.api import create_app
from parcours.cli.registry import app as registry
from parcours.edge.services import Services
from parcours.registry.access.model import Role
from parcours.registry.demo.accounts import open_demo_accounts
from parcours.registry.demo.seed import seed
from parcours.registry.errors import Refused
from tests.api.fixtures import CHEAP, settings_for_tests
from tests.support.client import TestClient

V1 = "/api/v1"
HERE = "http://127.0.0.1:8000"


def open_accounts(database, public_url=HERE):
    with database.writing() as session:
        return open_demo_accounts(session, public_url=public_url, hashing=CHEAP)


@pytest.fixture
def seeded(database):
    with database.writing() as session:
        seed(session, population=0)
    return database


def log_in(client, login, password):
    return client.post(f"{V1}/session", json={"login": login, "password": password})


def test_a_stranger_tries_every_role(seeded):
    access = open_accounts(seeded)
    assert set(access.logins.values()) | {Role.API_CLIENT} == set(Role)
    with TestClient(create_app(Services(settings_for_tests(), seeded)), base_url="https://testserver") as client:
        for login, role in access.logins.items():
            opened = log_in(client, login, access.password)
            assert opened.status_code == 201, opened.text
            (mine,) = opened.json()["roles"]
            assert mine["role"] == role
            if login.startswith("patient"):
                patient = mine["patient_id"]
            if role in (Role.DOCTOR, Role.DELEGATE, Role.OFFICER) or login.startswith("patient"):
                assert client.get(f"{V1}/people/{patient}").status_code == 200
        client.cookies.clear()
        token = {"Authorization": f"Bearer {access.token}"}
        assert client.get(f"{V1}/people/{patient}", headers=token).status_code == 200


def test_each_start_has_another_password_and_another_token(seeded):
    first, second = open_accounts(seeded), open_accounts(seeded)
    assert first.logins == second.logins
    with TestClient(create_app(Services(settings_for_tests(), seeded)), base_url="https://testserver") as client:
        assert log_in(client, "patient@demo.invalid", first.password).status_code == 401
        assert log_in(client, "patient@demo.invalid", second.password).status_code == 201
        client.cookies.clear()
        for token, status in ((first.token, 401), (second.token, 200)):
            answer = client.get(f"{V1}/professionals", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status


@pytest.mark.parametrize("address", ["https://parcours.example", "http://0.0.0.0:8000", "https://127.0.0.1.example"])
def test_a_service_for_others_has_no_demonstration_accounts(seeded, address):
    with pytest.raises(Refused) as error:
        open_accounts(seeded, address)
    assert error.value.field == "PARCOURS_PUBLIC_URL"


@pytest.mark.usefixtures("country")
def test_a_registry_of_other_people_has_no_demonstration_accounts(database):
    with pytest.raises(Refused) as error:
        open_accounts(database)
    assert error.value.field == "registry"


@pytest.mark.usefixtures("country")
def test_the_command_says_why_not_in_one_sentence(database_url, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    refused = CliRunner().invoke(registry, ["demo-accounts", "--lang", "en"])
    assert refused.exit_code == 2
    assert "exist in the demonstration only" in refused.output
    assert "Traceback" not in refused.output


def test_the_command_prints_how_to_log_in(seeded, database_url, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    monkeypatch.setenv("PARCOURS_ARGON2_MEMORY_KIB", "64")
    printed = CliRunner().invoke(registry, ["demo-accounts", "--lang", "fr"])
    assert printed.exit_code == 0, printed.output
    password = printed.output.split("mot de passe de tous : ")[1].split()[0]
    with TestClient(create_app(Services(settings_for_tests(), seeded)), base_url="https://testserver") as client:
        assert log_in(client, "officer@demo.invalid", password).status_code == 201


def test_what_opens_is_not_shown_by_accident(seeded):
    access = open_accounts(seeded)
    assert access.password not in repr(access)
    assert access.token not in repr(access)
