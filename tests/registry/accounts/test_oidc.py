"""Log in through an OpenID Connect provider, against a real one; and everything that must not work."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from parcours.api import create_app
from parcours.edge.caller import CSRF_HEADER, cookie_name
from parcours.edge.requests import services_in
from parcours.edge.services import Services
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import Grant
from parcours.registry.accounts.oidc import local_path, trusted
from parcours.registry.accounts.providers import Provider as Settings
from parcours.registry.demo.fictitious import fictitious_nia
from parcours.registry.directory.service import get_professional
from parcours.registry.people.service import get_insured
from tests.api.fixtures import PASSWORD, credentials, settings_for_tests, trail
from tests.registry.accounts.provider import CLIENT_ID, CLIENT_SECRET, running_provider
from tests.registry.world import World
from tests.support.client import TestClient

V1 = "/api/v1"
SITE = "https://testserver"


@pytest.fixture(scope="module")
def running():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, country, database):
    """The provider knows Alice."""
    with database.reading() as session:
        alice = get_insured(session, country.alice)
        traits = {"family_name": alice.family_name.upper(), "given_name": f"{alice.first_name} Claude",
                  "birthdate": alice.birth_date.isoformat(), "gender": "female"}  # fmt: skip
    running.bent, running.acr, running.asked = {}, "eidas1", []
    running.claims = {"sub": "subject-alice", **traits}
    running.redirect_uri = f"{SITE}{V1}/oidc/france/callback"
    running.post_logout_uri, running.sessions = f"{SITE}{V1}/oidc/france/logged-out", set()
    return running


def settings_of(provider, name="france", subject="person", **more):
    return Settings(
        name=name, label=name, issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
        subject=subject, scopes=("openid", "given_name"), acr_values=("eidas1", "eidas2"), **more,
    )  # fmt: skip


@pytest.fixture
def client(provider, database):
    other = settings_of(provider, "sante", "professional")
    settings = settings_for_tests(oidc=(settings_of(provider), other), public_url=SITE)
    with TestClient(
        create_app(Services(settings, database)),
        base_url=SITE,
        headers={"Accept-Language": "en"},
        follow_redirects=False,
    ) as client:
        yield client


def at_the_provider(client, name="france", return_to="/here"):
    """Start a login and let the provider answer; the address the browser is sent back to."""
    started = client.get(f"{V1}/oidc/{name}/login", params={"return_to": return_to})
    assert started.status_code == 302, started.text
    answered = httpx2.get(started.headers["Location"], follow_redirects=False, verify=trusted())
    return answered.headers["Location"]


def log_in(client, name="france", **more):
    return client.get(at_the_provider(client, name, **more))


def refused(response, status=401, code="oidc_refused", field=None):
    assert response.status_code == status, response.text
    assert response.json()["code"] == code
    assert "parcours_session" not in response.headers.get("set-cookie", "")
    if field is not None:
        assert response.json()["field"] == field


def test_a_person_logs_in_and_sees_their_own_record(client, provider, country):
    back = log_in(client)
    assert (back.status_code, back.headers["Location"]) == (303, "/here")
    assert "__Host-parcours_session=" in back.headers["set-cookie"]
    session = client.get(f"{V1}/session").json()
    assert [(one["role"], one["patient_id"]) for one in session["roles"]] == [("insured", country.alice)]
    assert session["method"] == "oidc:france"
    assert client.get(f"{V1}/people/{country.alice}").status_code == 200


def test_what_is_asked_of_the_provider(client, provider):
    log_in(client)
    (asked,) = provider.asked
    assert asked["acr_values"] == "eidas1 eidas2"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    log_in(client)
    assert len({asked[name] for asked in provider.asked for name in ("state", "nonce", "code_challenge")}) == 6


def test_the_second_login_finds_the_same_account(client, database):
    log_in(client)
    first = client.get(f"{V1}/session").json()["account_id"]
    client.cookies.clear()
    log_in(client)
    assert client.get(f"{V1}/session").json()["account_id"] == first
    assert len(trail(database, tag=Tag.OIDC_LINK)) == 1


def test_an_account_is_found_again_after_the_keys_were_renewed(client, monkeypatch):
    from parcours.registry.store.keyring import new_key
    from tests.support.templates import KEY

    log_in(client)
    first = client.get(f"{V1}/session").json()["account_id"]
    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    log_in(client)
    assert client.get(f"{V1}/session").json()["account_id"] == first


def test_a_professional_logs_in_by_rpps(client, provider, country, database):
    with database.reading() as session:
        rpps = get_professional(session, country.amar).rpps
    provider.redirect_uri = f"{SITE}{V1}/oidc/sante/callback"
    provider.claims = {"sub": "f:550:899", "SubjectNameID": f"8{rpps}"}
    assert log_in(client, "sante").status_code == 303
    assert client.get(f"{V1}/session").json()["roles"][0]["professional_id"] == country.amar
    assert client.get(f"{V1}/people/{country.alice}").status_code == 200


@pytest.mark.parametrize("number", ["899700218896", "0123456789", "8123", None])
def test_an_unknown_professional_is_refused(client, provider, number):
    provider.redirect_uri = f"{SITE}{V1}/oidc/sante/callback"
    provider.claims = {"sub": "x", "SubjectNameID": number}
    assert log_in(client, "sante").status_code in (401, 403)


@pytest.mark.parametrize(
    "traits",
    [{"family_name": "Inconnue"}, {"given_name": "Autre"}, {"birthdate": "1901-01-01"}],
)
def test_nobody_or_somebody_else_is_refused(client, provider, traits):
    provider.claims |= traits
    refused(log_in(client), 403, "no_match")


def test_two_people_of_the_same_traits_are_refused(client, provider, database, country):
    with database.writing() as session:
        alice = get_insured(session, country.alice)
        twin = World.__new__(World)
        twin.session, twin.ranks = session, iter(range(900, 999))
        twin.person(born=alice.birth_date, family_name=alice.family_name, first_name=alice.first_name)
    refused(log_in(client), 403, "no_match")


@pytest.fixture
def awaited(client, provider, database, country):
    """A person with a waiting number, registered by her fund; a homonym born that day logs in."""
    with database.writing() as session:
        twin = World.__new__(World)
        twin.session, twin.ranks = session, iter(range(900, 999))
        person = twin.person(family_name="Attente", nir=fictitious_nia(77), address="3 rue des Lilas").id
        born = get_insured(session, person).birth_date.isoformat()
    provider.claims |= {"family_name": "ATTENTE", "given_name": "Camille", "birthdate": born, "gender": "male",
                        "birthplace": "75056", "sub": "another-human"}  # fmt: skip
    assert log_in(client).status_code == 303
    return person


def officer(database, country, client):
    headers = credentials(country, database, "officer", services_in(client.app).settings)
    return TestClient(client.app, base_url=SITE, headers={"Accept-Language": "en", **headers})


def test_a_name_and_a_day_of_birth_open_nothing(client, database, country, awaited):
    for path in (f"/people/{awaited}", f"/people/{awaited}/accesses", "/session"):
        assert client.get(V1 + path).status_code == 403
    assert [one.insured_id for one in trail(database, tag="accounts:oidc:doubt")] == [awaited]
    wrong = client.post(f"{V1}/session/identity", json={"code": "AAAA-BBBB-CCCC"})
    refused(wrong, 401, "bad_identity_code")
    log_in(client)
    assert client.get(f"{V1}/people/{awaited}").status_code == 403, "nor does a second login"


@pytest.mark.parametrize("way", ["desk", "post"])
def test_a_code_of_the_fund_opens_the_record(client, database, country, awaited, tmp_path, way, monkeypatch):
    services_in(client.app).settings.__dict__["outbox"] = tmp_path / "outbox"
    fund = officer(database, country, client)
    answer = fund.post(f"{V1}/people/{awaited}/identity-codes", json={"way": way})
    assert answer.status_code == 201, answer.text
    code = answer.json()["code"]
    if way == "post":
        assert code is None, "by post, the officer does not see it"
        (letter,) = (tmp_path / "outbox").glob("*.letter.txt")
        assert "3 rue des Lilas" in letter.read_text()
        code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", letter.read_text())[0]
    (before,) = [one.value for one in client.cookies.jar if "session" in one.name]
    proved = client.post(f"{V1}/session/identity", json={"code": code.lower()})
    assert proved.status_code == 200, proved.text
    rows = client.get(f"{V1}/account/sessions").json()["items"]
    assert [one["method"] for one in rows] == ["oidc:france"], "the session without a role ended, its login goes on"
    stale = TestClient(client.app, base_url=SITE, cookies={cookie_name(services_in(client.app).settings): before})
    assert stale.get(f"{V1}/session").status_code == 401
    assert client.get(f"{V1}/people/{awaited}").status_code == 200
    assert client.post(f"{V1}/session/identity", json={"code": code}).status_code == 401
    log_in(client)
    assert client.get(f"{V1}/people/{awaited}").status_code == 200


def test_five_wrong_codes_and_the_right_one_is_worth_nothing(client, database, country, awaited):
    code = officer(database, country, client).post(f"{V1}/people/{awaited}/identity-codes", json={"way": "desk"}).json()
    for _ in range(5):
        assert client.post(f"{V1}/session/identity", json={"code": "AAAA-BBBB-CCCC"}).status_code == 401
    assert client.post(f"{V1}/session/identity", json={"code": code["code"]}).status_code == 401


def test_only_an_officer_of_the_fund_gives_a_code_and_only_when_somebody_waits(client, database, country, awaited):
    for name, status in (("officer_zoe", 404), ("administrator", 404), ("amar", 404), ("client", 403)):
        headers = credentials(country, database, name, services_in(client.app).settings)
        other = TestClient(client.app, base_url=SITE, headers={"Accept-Language": "en", **headers})
        answer = other.post(f"{V1}/people/{awaited}/identity-codes", json={"way": "desk"})
        assert answer.status_code == status, name
    fund = officer(database, country, client)
    assert fund.post(f"{V1}/people/{country.alice}/identity-codes", json={"way": "desk"}).status_code == 409


def test_no_administrator_confirms_who_somebody_is(client, database, country, awaited):
    headers = credentials(country, database, "administrator", services_in(client.app).settings)
    boss = TestClient(client.app, base_url=SITE, headers={"Accept-Language": "en", **headers})
    (doubted,) = trail(database, tag="accounts:oidc:doubt")
    with database.reading() as session:
        account_id = session.get(Grant, doubted.record_id).account_id
    path = f"{V1}/accounts/{account_id}/roles/{doubted.record_id}/confirmation"
    assert boss.post(path).status_code == 404


@pytest.mark.parametrize(
    ("bent", "field"),
    [
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "azp"),
        ({"exp": int(time.time()) - 600}, "exp"),
        ({"exp": "later"}, "exp"),
        ({"iat": int(time.time()) + 6000}, "iat"),
        ({"nonce": "an older one"}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": None}, "acr"),
        ({"at_hash": "AAAA"}, "at_hash"),
        ({"userinfo": {"sub": "somebody-else"}}, "userinfo"),
        ({"alg": "none"}, "id_token"),
        ({"key": RSAKey.generate_key(2048, parameters={"kid": "first"})}, "id_token"),
        ({"signed_userinfo": {"aud": "another"}}, "userinfo"),
        ({"signed_userinfo": {"iss": "https://elsewhere.example"}}, "userinfo"),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, dict) else value,
)
def test_a_bent_answer_is_refused(client, provider, bent, field):
    provider.behave(**bent)
    refused(log_in(client), field=field)


def test_signed_user_information_is_read(client, provider):
    provider.behave(signed_userinfo={})
    assert log_in(client).status_code == 303


def test_new_keys_of_the_provider_are_fetched(client, provider):
    assert log_in(client).status_code == 303
    provider.rotate_keys()
    assert log_in(client).status_code == 303


def test_another_issuer_in_the_answer_is_refused(client):
    url = at_the_provider(client)
    swapped = url.replace("iss=http%3A%2F%2F127.0.0.1", "iss=http%3A%2F%2Felsewhere")
    assert swapped != url
    refused(client.get(swapped), field="state")


def test_an_answer_works_once(client):
    url = at_the_provider(client)
    assert client.get(url).status_code == 303
    refused(client.get(url), field="state")


def test_an_answer_in_another_browser_is_refused(client):
    url = at_the_provider(client)
    client.cookies.clear()
    refused(client.get(url), field="state")


def test_a_forged_state_or_code_is_refused(client):
    at_the_provider(client)
    refused(client.get(f"{V1}/oidc/france/callback", params={"state": "x", "code": "y"}), field="state")
    parts = parse_qs(urlsplit(at_the_provider(client)).query)
    forged = client.get(f"{V1}/oidc/france/callback", params={"state": parts["state"][0], "code": "y"})
    refused(forged, field="code")


def test_an_answer_meant_for_another_provider_is_refused(client):
    url = at_the_provider(client)
    refused(client.get(url.replace("/oidc/france/", "/oidc/sante/")), field="state")


def test_an_answer_that_comes_too_late_is_refused(client, database):
    from datetime import timedelta

    from sqlalchemy import update

    from parcours.registry.accounts.models import OidcAttempt
    from parcours.registry.store.clock import now_utc

    url = at_the_provider(client)
    with database.writing() as session:
        session.execute(update(OidcAttempt).values(expires_at=now_utc() - timedelta(seconds=1)))
    refused(client.get(url), field="state")


def test_a_provider_that_names_another_issuer_or_is_away_is_an_outage(provider, database, country):
    provider.behave(issuer="https://elsewhere.example")
    for issuer in (provider.issuer, "http://127.0.0.1:9"):
        settings = settings_for_tests(
            oidc=(settings_of(provider).model_copy(update={"issuer": issuer}),), public_url=SITE
        )
        with TestClient(create_app(Services(settings, database)), base_url=SITE, follow_redirects=False) as client:
            refused(client.get(f"{V1}/oidc/france/login"), 502, "oidc_unavailable")


def test_a_disabled_account_stays_out(client, database):
    from parcours.registry.accounts import find
    from parcours.registry.accounts import service as accounts
    from tests.api.fixtures import TEST

    log_in(client)
    account_id = client.get(f"{V1}/session").json()["account_id"]
    with database.writing() as session:
        accounts.disable_account(session, TEST, find.get_account(session, account_id))
    refused(log_in(client), 401, "account_disabled")


# --- log out ---------------------------------------------------------------------------------------------------------


def log_out(client):
    token = client.get(f"{V1}/session").json()["csrf_token"]
    left = client.delete(f"{V1}/session", headers={CSRF_HEADER: token})
    assert left.status_code == 200, left.text
    assert client.get(f"{V1}/session").status_code == 401
    return left.json()["continue_at"]


def test_who_logs_out_here_is_logged_out_at_the_provider_and_comes_back(client, provider):
    log_in(client)
    assert provider.sessions == {"subject-alice"}
    url = log_out(client)
    assert url.startswith(f"{provider.issuer}/session/end?")
    answered = httpx2.get(url, follow_redirects=False, verify=trusted())
    assert (answered.status_code, provider.sessions) == (302, set())
    back = client.get(answered.headers["Location"])
    assert (back.status_code, back.headers["Location"]) == (303, "/")


def test_a_change_of_role_keeps_what_the_provider_needs_to_log_out(client, provider):
    log_in(client)
    session = client.get(f"{V1}/session").json()
    body = {"grant_id": session["roles"][0]["grant_id"]}
    assert client.patch(f"{V1}/session", json=body, headers={CSRF_HEADER: session["csrf_token"]}).status_code == 200
    httpx2.get(log_out(client), follow_redirects=False, verify=trusted())
    assert provider.sessions == set()


def test_coming_back_from_a_logout_needs_the_browser_that_left(client):
    log_in(client)
    url = httpx2.get(log_out(client), follow_redirects=False, verify=trusted()).headers["Location"]
    forged = url[:-3] + "xyz"
    refused(client.get(forged), field="state")
    client.cookies.clear()
    refused(client.get(url), field="state")
    refused(client.get(f"{V1}/oidc/france/logged-out"), field="state")


@pytest.mark.parametrize("why", ["not advertised", "away", "local login"])
def test_who_cannot_log_out_at_the_provider_is_logged_out_here(client, provider, database, country, why):
    if why == "not advertised":
        provider.behave(no_logout=True)
    if why == "local login":
        body = {"login": "alice@example.org", "password": PASSWORD}
        assert client.post(f"{V1}/session", json=body).status_code == 201
    else:
        log_in(client)
    if why == "away":
        services_in(client.app).relying.providers.clear()
    assert log_out(client) is None


def test_the_token_for_the_logout_is_encrypted_and_forgotten_with_the_session(client, provider, database):
    from sqlalchemy import text

    def kept():
        with database.reading() as session:
            return session.execute(text("SELECT id_token FROM account_sessions")).scalars().all()

    log_in(client)
    (token,) = kept()
    assert b"eyJ" not in bytes(token)
    log_out(client)
    assert kept() == [None]


def account_in_session(client):
    return client.get(f"{V1}/session").json()["account_id"]


def drop_the_old_key(database, monkeypatch):
    """Everything is rewritten under a new key, and the old one is gone: the link kept under it leads nowhere."""
    from parcours.registry.contexts import rotate_keys
    from parcours.registry.store.keyring import new_key
    from tests.support.templates import KEY

    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    rotate_keys(database)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", newer)


def test_a_lost_link_leads_to_the_same_account_again(client, database, monkeypatch):
    log_in(client)
    first = account_in_session(client)
    drop_the_old_key(database, monkeypatch)
    client.cookies.clear()
    log_in(client)
    assert account_in_session(client) == first


@pytest.mark.parametrize("close", ["disable_account", "end_grant"])
def test_what_was_closed_does_not_come_back_when_the_link_is_lost(client, database, monkeypatch, close):
    from parcours.registry.accounts import find
    from parcours.registry.accounts import service as accounts
    from tests.api.fixtures import TEST

    log_in(client)
    account_id = account_in_session(client)
    with database.writing() as session:
        account = find.get_account(session, account_id)
        closed = account if close == "disable_account" else account.active_grants[0]
        getattr(accounts, close)(session, TEST, closed)
    drop_the_old_key(database, monkeypatch)
    refused(log_in(client), 401, "account_disabled")
    (event,) = trail(database, tag=Tag.LOGIN_FAIL)
    assert (event.why, event.details) == ("account_disabled", '{"factor":"oidc:france"}')


def test_a_disabled_local_account_is_not_replaced_by_a_login_at_a_provider(client, database, country):
    from parcours.registry.accounts import find
    from parcours.registry.accounts import service as accounts
    from tests.api.fixtures import TEST

    with database.writing() as session:
        accounts.disable_account(session, TEST, find.get_account(session, country.accounts["alice"]))
    refused(log_in(client), 401, "account_disabled")


def test_a_lost_link_never_leads_to_other_roles(client, database, monkeypatch, country):
    from parcours.registry.access.model import Role
    from parcours.registry.accounts import find
    from parcours.registry.accounts import service as accounts
    from tests.api.fixtures import TEST

    log_in(client)
    account_id = account_in_session(client)
    with database.writing() as session:
        accounts.grant_role(session, TEST, find.get_account(session, account_id), Role.ADMINISTRATOR)
    drop_the_old_key(database, monkeypatch)
    client.cookies.clear()
    assert log_in(client).status_code == 303
    assert [one["role"] for one in client.get(f"{V1}/session").json()["roles"]] == ["insured"]


def test_nothing_of_the_identity_is_kept_or_traced(client, provider, database):
    from sqlalchemy import text

    log_in(client)
    with database.reading() as session:
        rows = [
            str(row)
            for table in ("account_identities", "account_oidc_attempts", "audit_events", "accounts")
            for row in session.execute(text(f"SELECT * FROM {table}")).all()
        ]
    for secret in ("subject-alice", provider.claims["family_name"], "Claude"):
        assert not any(secret in row for row in rows)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/a\nb",
        "/" + "x" * 2000,
        "evil",
    ],
)
def test_a_login_never_sends_anybody_elsewhere(address):
    assert local_path(address) == "/"


def test_a_local_page_is_kept():
    assert local_path("/people/me?tab=1") == "/people/me?tab=1"
    assert len(local_path("/" + "x" * 1999)) == 2000


def test_presets_hold_the_published_addresses_of_the_national_services():
    france = Settings(preset="france_connect", client_id="c", client_secret="s")
    assert (france.issuer, france.subject) == ("https://oidc.franceconnect.gouv.fr/api/v2", "person")
    assert {"openid", "birthdate"} <= set(france.scopes)
    sante = Settings(preset="pro_sante_connect", client_id="c", client_secret="s", issuer="https://test.example")
    assert (sante.issuer, sante.subject) == ("https://test.example", "professional")
    assert "s" not in repr(sante.client_secret)


@pytest.mark.parametrize(
    "change", [{"issuer": "http://elsewhere.example"}, {"scopes": ("profile",)}, {"name": "Not A Slug"}]
)
def test_a_provider_without_https_or_openid_is_refused(change):
    with pytest.raises(ValidationError):
        Settings(**{"preset": "france_connect", "client_id": "c", "client_secret": "s", **change})
