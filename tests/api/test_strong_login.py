"""A password alone opens nothing in a role with rights over others; codes and passkeys do; common ones are refused."""

import time

import pyotp
import pytest

from parcours.api import create_app
from parcours.edge.caller import CSRF_HEADER
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.passwords import check_password
from parcours.registry.errors import Invalid
from tests.api.fixtures import CHEAP, PASSWORD, TEST, settings_for_tests, trail
from tests.support.authenticator import Authenticator
from tests.support.client import TestClient

ORIGIN = "https://testserver"
NEEDED = Settings.model_fields["second_factor_roles"].default


@pytest.fixture
def settings():
    return settings_for_tests(second_factor_roles=NEEDED, public_url=ORIGIN)


def log_in(app, name, **factors):
    client = TestClient(app, base_url=ORIGIN, headers={"Accept-Language": "en"})
    answer = client.post("/api/v1/session", json={"login": f"{name}@example.org", "password": PASSWORD, **factors})
    return go_on(client, answer)


def go_on(client, answer):
    if answer.status_code in {200, 201}:
        client.headers[CSRF_HEADER] = answer.json()["csrf_token"]
    client.answer = answer
    return client


def test_the_roles_that_need_more_are_those_with_rights_over_others():
    assert set(NEEDED) == {Role.DOCTOR, Role.DELEGATE, Role.OFFICER, Role.INSURER_OFFICER, Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("name", "path"),
    [("amar", "/my/patients"), ("delegate", "/my/patients"), ("officer", "/conciliation"),
     ("administrator", "/accounts"), ("amar", "/patients/{alice}")],
)  # fmt: skip
def test_a_password_alone_opens_nothing(app, country, database, name, path):
    client = log_in(app, name)
    assert client.answer.status_code == 201, "to set a second factor up one must get in"
    answer = client.get("/api/v1" + path.format(alice=country.alice).replace("/patients/", "/people/", 1)
                        if path.startswith("/patients/") else "/api/v1" + path)  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    assert "PUT /api/v1/account/totp" in answer.json()["detail"]
    assert trail(database, why="second_factor_needed")


def test_the_insured_log_in_with_a_password(app, country):
    assert log_in(app, "alice").get(f"/api/v1/people/{country.alice}").status_code == 200


def test_a_code_opens_the_role_at_once_and_at_each_login(app, country):
    client = log_in(app, "amar")
    secret = client.post("/api/v1/account/totp", json={"password": PASSWORD}).json()["secret"]
    totp = pyotp.TOTP(secret)
    answer = client.put("/api/v1/account/totp", json={"totp": totp.now()})
    go_on(client, answer)
    assert client.get("/api/v1/my/patients").status_code == 200
    again = log_in(app, "amar", totp=totp.at(int(time.time()) + 30))
    assert again.get("/api/v1/my/patients").status_code == 200


def enrolled(app, name, **more):
    """Somebody who logged in with a password and made a passkey."""
    client, key = log_in(app, name), Authenticator(ORIGIN)
    options = client.post("/api/v1/account/passkeys/options", json={"password": PASSWORD}).json()["options"]
    body = {"credential": key.create(options, **more), "name": "Clé"}
    return go_on(client, client.post("/api/v1/account/passkeys", json=body)), key, body


def with_passkey(app, key, **more):
    client = TestClient(app, base_url=ORIGIN, headers={"Accept-Language": "en"})
    options = client.post("/api/v1/session/passkey/options").json()["options"]
    credential = key.get(options, **more)
    return go_on(client, client.post("/api/v1/session/passkey", json={"credential": credential})), credential


def test_a_passkey_opens_the_role_without_a_password(app, country, database):
    client, key, _ = enrolled(app, "amar")
    assert client.answer.status_code == 201
    assert client.get("/api/v1/my/patients").status_code == 200
    again, credential = with_passkey(app, key)
    assert (again.answer.status_code, again.answer.json()["method"]) == (201, "passkey")
    assert again.get("/api/v1/my/patients").status_code == 200
    repeated = TestClient(app, base_url=ORIGIN).post("/api/v1/session/passkey", json={"credential": credential})
    assert repeated.status_code == 401, "a challenge is answered once"
    assert log_in(app, "amar").get("/api/v1/my/patients").status_code == 403
    assert trail(database, tag="accounts:passkey:add")


@pytest.mark.parametrize("wrong", ["origin", "unverified", "another key", "copy", "challenge of nobody"])
def test_what_a_passkey_must_not_do(app, country, wrong):
    _, key, _ = enrolled(app, "amar")
    if wrong == "copy":
        with_passkey(app, key)
        key.count = 0
    if wrong == "origin":
        key.origin = "https://testserver.example"
    if wrong == "another key":
        key.key = Authenticator(ORIGIN).key
    client = TestClient(app, base_url=ORIGIN)
    options = client.post("/api/v1/session/passkey/options").json()["options"]
    if wrong == "challenge of nobody":
        options["challenge"] = "A" * 43
    credential = key.get(options, verified=wrong != "unverified")
    answer = client.post("/api/v1/session/passkey", json={"credential": credential})
    assert (answer.status_code, answer.json()["code"]) == (401, "login_refused")


@pytest.mark.parametrize("body", [{}, {"rawId": "é"}, {"rawId": "AAAA", "response": {"clientDataJSON": "AAAA"}},
                                  {"response": []}, {"rawId": 3, "response": {"clientDataJSON": None}}])  # fmt: skip
def test_nonsense_is_refused_alike(anonymous, body):
    assert anonymous.post("/api/v1/session/passkey", json={"credential": body}).status_code == 401


def test_a_passkey_is_made_for_its_holder_only_and_once(app, country):
    client, key, body = enrolled(app, "amar")
    assert client.post("/api/v1/account/passkeys", json=body).status_code == 422, "the challenge was used"
    other = log_in(app, "zola")
    options = other.post("/api/v1/account/passkeys/options", json={"password": PASSWORD}).json()["options"]
    body = {"name": "x", "credential": key.create(options)}
    assert client.post("/api/v1/account/passkeys", json=body).status_code == 422, "another account had asked"
    same = other.post("/api/v1/account/passkeys", json={"name": "x", "credential": key.create(options)})
    assert same.status_code == 409
    unverified, _, _ = enrolled(app, "sand", verified=False)
    assert unverified.answer.status_code == 422


def test_one_sees_and_removes_ones_own_passkeys(app, country):
    client, key, _ = enrolled(app, "amar")
    (kept,) = client.get("/api/v1/account/passkeys").json()["items"]
    assert kept["name"] == "Clé"
    path = f"/api/v1/account/passkeys/{kept['id']}/removal"
    other, _, _ = enrolled(app, "zola")
    assert other.post(path, json={"password": PASSWORD}).status_code == 404
    assert client.post(path, json={"password": "not this one at all"}).status_code == 401
    assert client.post(path, json={"password": PASSWORD}).status_code == 200
    refused, _ = with_passkey(app, key)
    assert refused.answer.status_code == 401


def test_a_disabled_account_and_one_whose_factor_was_removed_open_nothing(app, country, database):
    _, key, _ = enrolled(app, "amar")
    with database.writing() as session:
        accounts.disable_account(session, TEST, session.get(accounts.Account, country.accounts["amar"]))
    refused, _ = with_passkey(app, key)
    assert refused.answer.status_code == 401


def test_the_demonstration_is_open_to_a_password_on_this_machine_only(database, country):
    with database.writing() as session:
        account = accounts.create_account(session, TEST, login="doctor@demo.invalid", password=PASSWORD, hashing=CHEAP)
        accounts.grant_role(session, TEST, account, Role.DOCTOR, professional_id=country.amar)
    for url, status in (("http://127.0.0.1:8000", 200), ("https://parcours.example", 403)):
        app = create_app(Services(settings_for_tests(second_factor_roles=NEEDED, public_url=url), database))
        client = TestClient(app, base_url=ORIGIN)
        body = {"login": "doctor@demo.invalid", "password": PASSWORD}
        go_on(client, client.post("/api/v1/session", json=body))
        assert client.get("/api/v1/my/patients").status_code == status


def test_the_holder_is_told_of_every_change_of_factors(database, country, tmp_path):
    settings = settings_for_tests(second_factor_roles=NEEDED, public_url=ORIGIN, outbox=tmp_path / "outbox")
    client, _, _ = enrolled(create_app(Services(settings, database)), "amar")
    wait_for(settings.outbox, "amar@example.org", 1)
    path = f"/api/v1/account/passkeys/{client.answer.json()['passkey']['id']}/removal"
    assert go_on(client, client.post(path, json={"password": PASSWORD})).answer.status_code == 200
    wait_for(settings.outbox, "amar@example.org", 2)
    secret = client.post("/api/v1/account/totp", json={"password": PASSWORD}).json()["secret"]
    assert client.put("/api/v1/account/totp", json={"totp": pyotp.TOTP(secret).now()}).status_code == 200
    wait_for(settings.outbox, "amar@example.org", 3)


def wait_for(outbox, login, count):
    """Messages about factors go beside the answers."""
    for _ in range(200):
        texts = [one.read_text() for one in outbox.glob("*.eml")] if outbox.exists() else []
        if sum(f"To: {login}" in one and "authentification" in one for one in texts) >= count:
            return
        time.sleep(0.05)
    pytest.fail(f"{login} was not told {count} times: {texts}")


COMMON = (
    "1q2w3e4r5t6y", "qazwsxedcrfv", "basketball123", "qwertyuiop12", "123456789012", "1qaz2wsx3edc", "zaq12wsxcde3",
    "iloveyou1234", "password1234", "abcdefghijkl", "superman1234", "football1234", "letmein12345", "q1w2e3r4t5y6",
    "princess1234", "trustno11234", "asdfghjkl123", "monkey123456", "dragon123456", "sunshine1234", "azertyuiop123",
    "motdepasse123", "administrator", "Parcours2026!", "bonjourbonjour", "michael123456", "passwordpassword",
)  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_a_well_known_password_is_refused(password):
    with pytest.raises(Invalid) as refused:
        check_password(password)
    assert password not in str(refused.value)


@pytest.mark.parametrize("password", ["quatre-chevaux-pommelés", "kX9#mQ2$vL7p", "correct horse battery"])
def test_a_good_password_is_accepted(password):
    assert check_password(password)
