"""Ways in and out on the pages: an identity provider, a passkey, sessions one sees and ends, who administers."""

import re
from urllib.parse import urlencode

import httpx2
import pyotp
import pytest

from parcours.edge.mail import send as mail
from parcours.edge.services import Services
from parcours.registry.accounts import doubts, sessions
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.oidc import trusted
from parcours.registry.accounts.providers import Provider as ProviderSettings
from parcours.registry.people.service import get_insured
from parcours.site import app as whole
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, TEST, _keys, settings_for_tests, trail  # noqa: F401
from tests.registry.accounts.provider import CLIENT_ID, CLIENT_SECRET, running_provider
from tests.support.authenticator import Authenticator
from tests.support.client import TestClient
from tests.web.test_me import database_kind, people, refusals, send, token  # noqa: F401

SITE = "https://testserver"
HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}


@pytest.fixture(scope="module")
def running():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, country, database):
    """The provider knows Alice."""
    with database.reading() as session:
        alice = get_insured(session, country.alice)
        traits = {"family_name": alice.family_name.upper(), "given_name": alice.first_name,
                  "birthdate": alice.birth_date.isoformat(), "gender": "female"}  # fmt: skip
    running.bent, running.claims = {}, {"sub": "subject-alice", **traits}
    running.redirect_uri = f"{SITE}/api/v1/oidc/france/callback"
    running.post_logout_uri = f"{SITE}/api/v1/oidc/france/logged-out"
    return running


@pytest.fixture
def browser_of(provider, database_url):
    one = ProviderSettings(
        name="france", label="France Exemple", issuer=provider.issuer, client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET, subject="person", scopes=("openid", "given_name"), acr_values=("eidas1",),
    )  # fmt: skip
    app = whole.create_app(settings_for_tests(database_url=database_url, oidc=(one,), public_url=SITE))
    with TestClient(app, base_url=SITE, headers=HTML) as client:
        yield client


def through(client, path):
    """Click the provider's button of `/login`, let the provider answer; what the browser is sent back with."""
    page = client.get(path)
    button = re.search(r'href="(/api/v1/oidc/france/login[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert "Log in with France Exemple" in page.text
    started = client.get(button, follow_redirects=False)
    return client.get(
        httpx2.get(started.headers["Location"], follow_redirects=False, verify=trusted()).headers["Location"]
    )


def test_a_provider_opens_the_page_that_was_wanted_and_is_left_too(browser_of, provider):
    landed = through(browser_of, "/login?next=/me/money")
    assert landed.url.path == "/me/money"
    assert landed.status_code == 200
    account = browser_of.get("/account")
    assert "by France Exemple" in account.text
    left = browser_of.post("/account", data={"where": "here", "csrf_token": token(account)})
    assert "You are logged out" in left.text
    end = re.search(r'href="([^"]+/session/end[^"]*)"', left.text)[1].replace("&amp;", "&")
    back = httpx2.get(end, follow_redirects=False, verify=trusted()).headers["Location"]
    assert browser_of.get(back, follow_redirects=False).headers["Location"] == "/"
    assert "subject-alice" not in provider.sessions
    assert browser_of.get("/me", follow_redirects=False).status_code == 303
    far = f"/me/money?{'x' * 1500}=1"
    assert through(browser_of, f"/login?{urlencode({'next': far})}").url.raw_path.decode() == far


def test_what_a_provider_does_not_prove_is_said_on_the_page(browser_of, provider):
    provider.behave(nonce="another")
    refused = through(browser_of, "/login")
    assert refused.url.path == "/login"
    assert "could not be verified" in refused.text
    provider.behave()
    provider.claims = {"sub": "nobody", "family_name": "PERSONNE", "given_name": "X", "birthdate": "1901-01-01",
                       "gender": "female"}  # fmt: skip
    assert "Nobody, or more than one person" in through(browser_of, "/login").text
    assert "<script>" not in browser_of.get("/login?refused=<script>").text.split("</head>")[1]


def test_a_homonym_proves_who_they_are_with_the_code_of_the_fund(browser_of, provider, country, database):
    """The provider says no birth place: name and birth date fit one person, who gets a code at the fund's desk."""
    with database.writing() as session:
        account = accounts.create_account(session, TEST, login="x@france.invalid")
        doubts.doubt(session, TEST, account, country.alice, "france")
        session.flush()
        opened = sessions.open_session(session, account, "oidc:france")
        mine = opened.token
    officer = TestClient(browser_of.app, base_url=SITE, headers=HTML)
    officer.post("/login", data={"login": "officer@example.org", "password": PASSWORD})
    path = f"/fund/people/{country.alice}"
    given = send(officer, path, "code", way="desk")
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", given.text)[0]
    browser_of.cookies.set("__Host-parcours_session", mine)
    assert browser_of.get("/my").url.path == "/account/identity"
    assert browser_of.post("/account/identity", data={"code": "AAAA-AAAA-AAAA"}).status_code == 401
    landed = browser_of.post("/account/identity", data={"code": code})
    assert landed.url.path == "/me"
    account = browser_of.get("/account").text
    assert "by France Exemple" in account
    assert account.count("by France Exemple") == 1, "the session without a role is closed"
    assert "Somebody logged in" not in officer.get(path).text


def test_the_folder_of_messages_is_a_page_of_the_demonstration_only(database_url, country, tmp_path):
    shown = settings_for_tests(
        database_url=database_url, outbox=tmp_path, demonstration=True, public_url="http://127.0.0.1:8000"
    )
    for to in ("patient@demo.invalid", "somebody@example.org"):
        mail(Services(shown), to, ("Sujet", f"Pour {to}"))
    page = TestClient(whole.create_app(shown), headers=HTML).get("/outbox")
    assert "Pour patient@demo.invalid" in page.text
    assert "somebody" not in page.text
    hidden = settings_for_tests(database_url=database_url, outbox=tmp_path, public_url=SITE)
    assert TestClient(whole.create_app(hidden), headers=HTML).get("/outbox").status_code == 404


def test_no_provider_no_button_and_no_passkey_for_a_bare_address(people):  # noqa: F811
    page = people("alice").get("/login").text
    assert "/api/v1/oidc/" not in page
    assert "data-passkey" not in page, "browsers make none for 127.0.0.1"


def test_a_passkey_is_made_and_opens(browser_of, country, database):
    login = {"login": "amar@example.org", "password": PASSWORD}
    browser_of.post("/login", data=login)
    page = browser_of.get("/account/security")
    assert 'data-passkey="make"' in page.text
    assert "must allow JavaScript" in page.text
    headers = {"X-CSRF-Token": token(page)}
    asked = browser_of.post("/api/v1/account/passkeys/options", json={"password": PASSWORD}, headers=headers)
    key = Authenticator(SITE)
    body = {"name": "Clé du cabinet", "credential": key.create(asked.json()["options"])}
    assert browser_of.post("/api/v1/account/passkeys", json=body, headers=headers).status_code == 201
    assert "Clé du cabinet" in browser_of.get("/account/security").text
    assert "by passkey" in browser_of.get("/account").text
    assert trail(database, tag="accounts:passkey:add")


def test_a_role_that_needs_a_second_factor_says_so_where_it_is_set_up(database_url, country):
    settings = settings_for_tests(database_url=database_url, second_factor_roles=("doctor",), public_url=SITE)
    with TestClient(whole.create_app(settings), base_url=SITE, headers=HTML) as client:
        landed = client.post("/login", data={"login": "amar@example.org", "password": PASSWORD})
        assert landed.url.path == "/account"
        assert "Your role needs a second factor" in landed.text
        begun = client.post(
            "/account/security",
            data={"do": "start", "password": PASSWORD, "csrf_token": token(client.get("/account/security"))},
        )
        assert re.search(r'<div class="qr"><svg[^>]* viewBox=', begun.text), (
            "without it the code keeps a corner of its frame"
        )
        secret = re.search(r'<p class="num">([A-Z2-7]+)</p>', begun.text)[1]
        data = {"do": "confirm", "totp": pyotp.TOTP(secret).now(), "csrf_token": token(begun)}
        assert "write them down" in client.post("/account/security", data=data).text
        assert client.get("/practice").status_code == 200


def test_one_sees_and_ends_ones_sessions_and_nobody_elses(people, country, database_url):  # noqa: F811
    alice, zoe = people("alice"), people("zoe")
    other = TestClient(alice.app, base_url=SITE, headers=HTML)
    other.post("/login", data={"login": "alice@example.org", "password": PASSWORD})
    page = alice.get("/account")
    assert "UTC" not in page.text
    (session,) = set(re.findall(r'name="session_id" value="([^"]+)"', page.text))
    before = len(refusals(database_url))
    fields = {"where": "there", "session_id": session, "csrf_token": token(zoe.get("/account"))}
    assert zoe.post("/account", data=fields).status_code == 404
    assert len(refusals(database_url)) == before + 1
    assert other.get("/me", follow_redirects=False).status_code == 200
    alice.post("/account", data={**fields, "csrf_token": token(page)})
    assert other.get("/me", follow_redirects=False).status_code == 303
    assert alice.get("/me", follow_redirects=False).status_code == 200


def test_the_page_says_when_it_will_log_out(people):  # noqa: F811
    for path in ("/me", "/account", "/account/security"):
        page = people("alice").get(path).text
        assert 'data-idle="30"' in page
        assert "Stay logged in" in page
    assert "after a while without activity" in people("alice").get("/login?said=idle").text


def test_an_administrator_has_a_place_and_a_role_needs_two(people, country, database_url):  # noqa: F811
    administrator, zoe = people("administrator"), people("zoe")
    assert administrator.get("/my").url.path == "/admin"
    assert "zoe@example.org" in administrator.get("/admin").text
    path = f"/admin/accounts/{country.accounts['zoe']}"
    assert "disabled since" in send(administrator, path, "disable").text
    assert zoe.get("/me", follow_redirects=False).status_code == 303
    assert "disabled since" not in send(administrator, path, "enable").text
    assert "client_bare" in administrator.get("/admin/programs").text
    for name in ("alice", "amar", "officer", "insurer"):
        assert people(name).get("/admin").status_code == 403
        assert people(name).get(path).status_code in (403, 404)
    own = administrator.get(f"/admin/accounts/{country.accounts['administrator']}").text
    assert "Disable it" not in own
