"""The page of the second factor: a secret drawn, codes once, another role, closing."""

import re

import pyotp

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, _keys  # noqa: F401
from tests.web.test_me import database_kind, people, send  # noqa: F401

PATH = "/account/security"


def test_a_second_factor_is_set_up_used_and_removed(people):  # noqa: F811
    alice = people("alice")
    assert send(alice, PATH, "start", password="wrong").status_code == 401
    begun = send(alice, PATH, "start", password=PASSWORD)
    assert "<svg" in begun.text
    secret = re.search(r'<p class="num">([A-Z2-7]{32})</p>', begun.text)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', begun.text)[1]
    mistyped = alice.post(PATH, data={"do": "confirm", "csrf_token": token, "totp": "000 000"}).text
    assert 'value="confirm"' in mistyped, "a mistyped code is typed again, the application keeps its secret"
    assert secret not in mistyped, "shown once, after the password"
    done = alice.post(PATH, data={"do": "confirm", "csrf_token": token, "totp": pyotp.TOTP(secret).now()})
    assert "write them down now" in done.text
    codes = re.findall(r"<li>([0-9]-[A-Z0-9-]+)</li>", done.text)
    assert len(codes) == 10
    assert alice.get("/me").status_code == 200, "this browser goes on"
    assert "A code is asked at each login" in alice.get(PATH).text
    assert codes[0] not in alice.get(PATH).text, "never shown again"
    off = send(alice, PATH, "remove", password=PASSWORD, totp=codes[0])
    assert "A code is asked" not in off.text


def test_a_form_without_the_token_or_of_another_site_changes_nothing(people):  # noqa: F811
    alice = people("alice")
    assert alice.post(PATH, data={"do": "start", "password": PASSWORD}).status_code == 403
    assert send(alice, PATH, "nothing").status_code == 404
    assert send(alice, PATH, "switch", grant_id="0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10").status_code == 404


def test_a_closed_account_logs_in_no_more(people):  # noqa: F811
    alice = people("alice")
    assert send(alice, PATH, "close", password="wrong").status_code == 401
    closed = send(alice, PATH, "close", password=PASSWORD)
    assert closed.status_code == 200
    assert "<h1>Your account is closed</h1>" in closed.text
    login = {"login": "alice@example.org", "password": PASSWORD}
    assert alice.post("/login", data=login, follow_redirects=False).status_code == 401
