"""A lock that strangers cannot use against the holder; what the holder is told; sessions one sees and ends."""

import time

import pytest

from parcours.api import create_app
from parcours.edge.caller import CSRF_HEADER
from parcours.edge.mail import _LATER
from parcours.edge.services import Services
from tests.api.fixtures import PASSWORD, settings_for_tests
from tests.support.client import TestClient

V1 = "/api/v1"
ALICE = "alice@example.org"


@pytest.fixture
def outbox(tmp_path):
    return tmp_path / "outbox"


@pytest.fixture
def app(database, outbox):
    return create_app(Services(settings_for_tests(outbox=outbox, login_attempts=3), database))


def browser(app):
    return TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en"})


def log_in(client, password=PASSWORD):
    return client.post(f"{V1}/session", json={"login": ALICE, "password": password})


def messages(outbox):
    _LATER.submit(time.sleep, 0).result(30)  # one at a time: what was to be sent is sent
    return [file.read_text("utf-8") for file in sorted(outbox.iterdir())] if outbox.exists() else []


def test_strangers_do_not_lock_out_a_known_browser(app, country, outbox):
    with browser(app) as own, browser(app) as stranger, browser(app) as fresh:
        assert log_in(own).status_code == 201
        for _ in range(5):
            assert log_in(stranger, "wrong").status_code == 401
        assert log_in(fresh).status_code == 401, "elsewhere, the right password waits"
        assert log_in(own).status_code == 201
        assert log_in(fresh).status_code == 401, "the holder's login does not give strangers new attempts"
        told = [one for one in messages(outbox) if "Subject" in one]
        assert len(told) == 1, "once a day at most"
        assert ALICE in told[0]


def test_a_known_browser_has_a_lock_of_its_own(app, country):
    with browser(app) as own, browser(app) as other:
        assert log_in(own).status_code == 201
        for _ in range(3):
            assert log_in(own, "wrong").status_code == 401
        assert log_in(own).status_code == 401, "a stolen browser guesses three times"
        assert log_in(other).status_code == 201, "and locks nobody else"


def test_the_browser_of_somebody_else_is_a_stranger(app, country):
    with browser(app) as theirs, browser(app) as fresh:
        theirs.post(f"{V1}/session", json={"login": "amar@example.org", "password": PASSWORD})
        for _ in range(3):
            log_in(theirs, "wrong")
        assert log_in(fresh).status_code == 401


def test_a_new_browser_is_told_of(app, country, outbox):
    with browser(app) as first, browser(app) as second:
        log_in(first)
        assert messages(outbox) == [], "the first login is no news"
        log_in(first)
        assert messages(outbox) == []
        log_in(second)
        assert len(messages(outbox)) == 1
        cookie = next(one for one in second.cookies.jar if "device" in one.name)
        assert cookie.name == "__Host-parcours_device"
        assert cookie.has_nonstandard_attr("HttpOnly")


def test_one_sees_and_ends_ones_sessions(app, country):
    with browser(app) as one, browser(app) as two, browser(app) as three, browser(app) as doctor:
        token = {CSRF_HEADER: log_in(one).json()["csrf_token"]}
        log_in(two)
        log_in(three)
        items = one.get(f"{V1}/account/sessions").json()["items"]
        assert [item["current"] for item in items] == [False, False, True]
        assert {item["role"] for item in items} == {"insured"}
        theirs = doctor.post(f"{V1}/session", json={"login": "amar@example.org", "password": PASSWORD}).json()
        strange = doctor.delete(f"{V1}/account/sessions/{items[0]['id']}", headers={CSRF_HEADER: theirs["csrf_token"]})
        assert strange.status_code == 404, "somebody else's is none"
        assert one.delete(f"{V1}/account/sessions/{items[0]['id']}").status_code == 403, "CSRF"
        assert one.delete(f"{V1}/account/sessions/{items[0]['id']}", headers=token).status_code == 204
        assert three.get(f"{V1}/session").status_code == 401
        assert two.get(f"{V1}/session").status_code == 200
        assert one.delete(f"{V1}/account/sessions", headers=token).status_code == 204
        assert two.get(f"{V1}/session").status_code == 401
        assert one.get(f"{V1}/session").status_code == 200
