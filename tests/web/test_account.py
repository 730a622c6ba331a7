"""The pages of an account: private, refused to other sites, in both languages, with the words of the refusals."""

import re

import pytest

from parcours.site import app as whole
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, _keys, settings_for_tests  # noqa: F401
from tests.support.client import TestClient

LOGIN = {"login": "alice@example.org", "password": PASSWORD}


@pytest.fixture
def site(database_url, country):
    with TestClient(
        whole.create_app(settings_for_tests(database_url=database_url)),
        base_url="https://testserver",
        headers={"Accept-Language": "en"},
    ) as client:
        yield client


@pytest.fixture
def database_kind():
    return "sqlite"


@pytest.mark.parametrize("path", ["/login", "/forgot", "/reset"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_form_is_kept_by_nobody_and_loads_nothing_from_elsewhere(site, path, lang):
    answer = site.get(path, params={"lang": lang})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Language"] == lang
    assert not answer.cookies
    assert 'method="post"' in answer.text


def test_log_in_and_out(site):
    answer = site.post("/login", data=LOGIN, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    cookies = answer.headers.get_list("set-cookie")
    assert {one.split("=")[0] for one in cookies} == {"__Host-parcours_session", "__Host-parcours_device"}
    assert all("HttpOnly" in one and "Secure" in one and "SameSite=lax" in one for one in cookies)
    page = site.get("/account")
    assert "alice@example.org" in page.text
    assert "insured person" in page.text
    assert site.post("/account", data={"where": "here"}).status_code == 403, "without the token of the session"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    left = site.post("/account", data={"where": "here", "csrf_token": token})
    assert "You are logged out" in left.text
    assert site.get("/account", follow_redirects=False).headers["Location"] == "/login"


def test_a_wrong_password_says_what_every_wrong_login_says(site):
    wrong = site.post("/login", data={**LOGIN, "password": "wrong"})
    unknown = site.post("/login", data={"login": "nobody@example.org", "password": "wrong"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text == unknown.text.replace("nobody@", "alice@")
    assert 'role="alert"' in wrong.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize(
    ("path", "data"),
    [("/login", LOGIN), ("/forgot", {"login": "alice@example.org"}), ("/reset", {"token": "x", "password": "y"})],
)
def test_a_form_of_another_site_is_refused(site, headers, path, data):
    assert site.post(path, data=data, headers=headers, follow_redirects=False).status_code == 403


def test_who_is_unknown_gets_the_same_answer(site):
    known, unknown = (site.post("/forgot", data={"login": f"{name}@example.org"}) for name in ("alice", "nobody"))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (200, known.text)


@pytest.mark.parametrize("token", ["", "x", "pcr_wrong", "pcr_é"])
def test_a_wrong_code_changes_nothing(site, token):
    answer = site.post("/reset", data={"token": token, "password": "une phrase que moi seule dirais"})
    assert answer.status_code == 401
    assert site.post("/login", data=LOGIN, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("data", [b"\x00\xff", b"login=" + b"a" * 5000, b"login=a&" * 100])
def test_nonsense_is_refused_without_a_trace_of_code(site, data):
    answer = site.post("/login", content=data, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code in {400, 401, 422}
    assert "Traceback" not in answer.text
