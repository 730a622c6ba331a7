"""SMART for people: an application is let in on a page, gets no more than the person, and what is stolen ends it."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select

from parcours.registry.access.model import Who
from parcours.registry.accounts import apps, smart
from parcours.registry.accounts.models import AppAccess, WebSession
from parcours.registry.audit.context import Tag
from parcours.site import app as whole
from tests.api.fixtures import PASSWORD, settings_for_tests, trail
from tests.fhir.test_records import sheet, without_empty
from tests.support.client import TestClient

SITE = "https://testserver"
BASE = f"{SITE}/fhir"
BACK = "http://127.0.0.1:9999/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
MOST = ("launch/patient", "offline_access", "online_access", "patient/*.rs", "user/*.rs", "user/Claim.cruds", "openid",
        "fhirUser")  # fmt: skip
SYSTEM = Who("system")


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


@pytest.fixture
def identity_key(request, tmp_path):
    """Without a file of one, nothing is signed."""
    if not hasattr(request, "param"):
        return None
    (tmp_path / "identity.pem").write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    return tmp_path / "identity.pem"


@pytest.fixture
def site(database_url, country, identity_key):
    settings = settings_for_tests(
        database_url=database_url, public_url=SITE, page_rate_limit_per_minute=0, smart_identity_key=identity_key
    )
    with TestClient(whole.create_app(settings), base_url=SITE, headers={"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture
def registered(database, country):
    """Two applications: (one without a secret, one with), and the secret."""
    with database.writing() as session:
        public, _ = apps.create_app(session, SYSTEM, name="Carnet", redirects=[BACK], scopes=MOST)
        private, secret = apps.create_app(
            session,
            SYSTEM,
            name="Serveur",
            redirects=[BACK],
            scopes=["patient/Patient.rs", "launch/patient"],
            secret=True,
        )
        return public.id, private.id, secret


def log_in(site, name="alice"):
    answer = site.post("/login", data={"login": f"{name}@example.org", "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303


def wish(app, scope="patient/*.rs", **changes):
    asked = {
        "response_type": "code", "client_id": app, "redirect_uri": BACK, "scope": scope, "state": "s1", "aud": BASE,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return asked | changes


def allowed(site, asked, do="allow", **more):
    """Where the browser is sent once the person has answered, as (address, its query)."""
    page = site.get("/authorize", params=asked, follow_redirects=False)
    assert page.status_code == 200, page.headers.get("location", page.text)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    answer = site.post("/authorize", params=asked, data={"csrf_token": token, "do": do, **more}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return place(answer)


def place(answer):
    address, _, query = answer.headers["location"].partition("?")
    return address, {name: value[0] for name, value in parse_qs(query).items()}


def exchange(site, app, code, **changes):
    form = {"grant_type": "authorization_code", "client_id": app, "code": code, "redirect_uri": BACK,
            "code_verifier": VERIFIER} | changes  # fmt: skip
    return site.post("/fhir/auth/token", data=form)


def tokens(site, app, scope, **more):
    address, said = allowed(site, wish(app, scope), **more)
    assert (address, said["state"]) == (BACK, "s1")
    answer = exchange(site, app, said["code"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(value):
    return {"Authorization": f"Bearer {value}"}


def read(site, said, address, **query):
    return site.get(f"/fhir/{address}", params=query, headers=bearer(said["access_token"]))


def test_what_is_offered_is_there(site):
    said = site.get("/fhir/.well-known/smart-configuration").json()
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-standalone", "client-public", "permission-offline"} <= set(said["capabilities"])
    statement = site.get("/fhir/metadata").json()["rest"][0]["security"]["extension"][0]["extension"]
    uris = {one["url"]: one["valueUri"] for one in statement}
    assert (uris["authorize"], uris["token"]) == (said["authorization_endpoint"], said["token_endpoint"])
    for name in ("authorization_endpoint", "management_endpoint"):
        assert site.get(urlsplit(said[name]).path, follow_redirects=False).status_code in {303, 400}
    for name in ("token_endpoint", "revocation_endpoint"):
        assert site.post(urlsplit(said[name]).path, data={}).json()["error"]


def told(site, said):
    """What an identity says, checked with the keys that the server names."""
    offered = site.get("/fhir/.well-known/openid-configuration").json()
    keys = KeySet.import_key_set(site.get(urlsplit(offered["jwks_uri"]).path).json())
    assert "d" not in keys.as_dict()["keys"][0]
    return jwt.decode(said["id_token"], keys, algorithms=offered["id_token_signing_alg_values_supported"]).claims


@pytest.mark.parametrize("identity_key", ["file"], indirect=True)
def test_an_application_is_told_who_let_it_in(site, registered, country):
    app, _, _ = registered
    assert "sso-openid-connect" in site.get("/fhir/.well-known/smart-configuration").json()["capabilities"]
    log_in(site)
    asked = wish(app, "openid fhirUser offline_access patient/Patient.rs", nonce="n. é", patient=country.bob)
    assert "know which account is yours" in site.get("/authorize", params=asked).text
    _, back = allowed(site, asked, patient=country.bob)
    said = exchange(site, app, back["code"]).json()
    claims = told(site, said)
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (BASE, app, "n. é")
    assert claims["fhirUser"] == f"{BASE}/Patient/{country.alice}", "who let it in, not the child that it is about"
    form = {"grant_type": "refresh_token", "client_id": app, "refresh_token": said["refresh_token"]}
    again = site.post("/fhir/auth/token", data=form).json()
    assert told(site, again) == {name: one for name, one in claims.items() if name != "nonce"} | {
        name: told(site, again)[name] for name in ("iat", "exp")
    }
    _, back = allowed(site, asked, patient=country.bob)
    forged = f"{back['code'].partition('.')[0]}.{base64.urlsafe_b64encode(b'other').decode()}"
    assert exchange(site, app, forged).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("identity_key", ["file"], indirect=True)
@pytest.mark.parametrize(("name", "user"), [("amar", "Practitioner"), ("delegate", "")])
def test_who_is_no_resource_has_an_account_alone(site, registered, country, name, user):
    log_in(site, name)
    said = tokens(site, registered[0], "openid fhirUser user/Patient.rs")
    address = told(site, said).get("fhirUser", "")
    assert address.startswith(f"{BASE}/{user}/") if user else not address
    assert ("fhirUser" in said["scope"].split()) is bool(user)


def test_without_a_key_no_identity_is_offered(site, registered):
    log_in(site)
    assert tokens(site, registered[0], "openid fhirUser patient/Patient.rs")["scope"] == "patient/Patient.rs"
    for name in ("openid-configuration", "jwks.json"):
        assert site.get(f"/fhir/.well-known/{name}").status_code == 404


def test_somebody_logs_in_lets_an_application_in_and_takes_it_back(site, registered, country, database):
    app, _, _ = registered
    asked = wish(app, "launch/patient patient/ExplanationOfBenefit.rs patient/CareTeam.read openid")
    first = site.get("/authorize", params=asked, follow_redirects=False)
    assert urlsplit(first.headers["location"]).path == "/login"
    next_ = parse_qs(urlsplit(first.headers["location"]).query)["next"][0]
    entered = site.post("/login", params={"next": next_}, follow_redirects=False,
                        data={"login": "alice@example.org", "password": PASSWORD})  # fmt: skip
    page = site.get(entered.headers["location"])
    assert "Carnet asks for access" in page.text
    assert "your statements: who paid what" in page.text
    assert "your covers" not in page.text
    assert "form-action 'self' http://127.0.0.1:9999" in page.headers["content-security-policy"]
    french = site.get("/authorize", params=asked | {"lang": "fr"})
    assert "vos décomptes : qui a payé quoi" in french.text
    said = tokens(site, app, asked["scope"])
    assert said["scope"] == "launch/patient patient/ExplanationOfBenefit.rs patient/CareTeam.rs"
    assert (said["patient"], "refresh_token" in said) == (country.alice, False)
    assert read(site, said, "CareTeam").json()["total"] == 1
    assert read(site, said, "ExplanationOfBenefit", patient=country.alice).status_code == 200
    assert read(site, said, "Coverage").status_code == 403
    assert read(site, said, f"Patient/{country.alice}").status_code == 403
    shown = site.get("/account/apps")
    assert "Carnet" in shown.text
    assert "account/apps" in site.get("/me/privacy").text
    id_, token = (re.search(rf'name="{name}" value="([^"]+)"', shown.text)[1] for name in ("id", "csrf_token"))
    assert site.post("/account/apps", data={"id": id_}).status_code == 400, "without the token of the session"
    assert read(site, said, "CareTeam").status_code == 200
    assert "Carnet" not in site.post("/account/apps", data={"id": id_, "csrf_token": token}).text
    assert read(site, said, "CareTeam").status_code == 401
    tags = [one.tag for one in trail(database)]
    assert {"accounts:app:allow", "accounts:app:end"} <= set(tags)


def test_refused_goes_back_and_gives_nothing(site, registered):
    log_in(site)
    address, said = allowed(site, wish(registered[0], "patient/Patient.rs"), do="deny")
    assert (address, said) == (BACK, {"error": "access_denied", "state": "s1"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"), ({"aud": "https://elsewhere/fhir"}, "invalid_request"),
        ({"scope": "patient/Observation.rs"}, "invalid_scope"), ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
    ],
)  # fmt: skip
def test_what_an_application_may_not_ask_goes_back_in_the_words_of_oauth(site, registered, changes, error):
    answer = site.get("/authorize", params=wish(registered[0]) | changes, follow_redirects=False)
    assert place(answer) == (BACK, {"error": error, "state": "s1"})


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "http://127.0.0.1:9999/back/"}, {"redirect_uri": "https://evil.example/"},
     {"redirect_uri": ""}, {"client_id": "invented"}, {"client_id": ""}],
)  # fmt: skip
def test_a_wrong_address_or_application_is_sent_nowhere(site, registered, changes):
    log_in(site)
    answer = site.get("/authorize", params=wish(registered[0]) | changes, follow_redirects=False)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_code_works_once_for_who_asked(site, registered):
    app, other, secret = registered
    log_in(site)
    for changes in (
        {"code_verifier": "w" * 64}, {"code_verifier": ""}, {"redirect_uri": "http://127.0.0.1:9999/other"},
    ):  # fmt: skip
        _, said = allowed(site, wish(app, "patient/Patient.rs"))
        assert exchange(site, app, said["code"], **changes).json() == {"error": "invalid_grant"}
        assert exchange(site, app, said["code"]).json() == {"error": "invalid_grant"}, "it is used up"
    _, said = allowed(site, wish(app, "patient/Patient.rs"))
    stolen = exchange(site, other, said["code"], client_secret=secret)
    assert stolen.json() == {"error": "invalid_grant"}
    assert exchange(site, app, "pac_invented").json() == {"error": "invalid_grant"}


def test_a_code_used_twice_ends_what_it_gave(site, registered, country, database):
    log_in(site)
    _, said = allowed(site, wish(registered[0], "patient/Patient.rs"))
    first = exchange(site, registered[0], said["code"]).json()
    assert read(site, first, f"Patient/{country.alice}").status_code == 200
    assert exchange(site, registered[0], said["code"]).status_code == 400
    assert read(site, first, f"Patient/{country.alice}").status_code == 401
    assert "accounts:app:reuse" in [one.tag for one in trail(database)]


def test_a_refresh_token_turns_narrows_and_ends_all_when_it_comes_back(site, registered, country):
    app = registered[0]
    log_in(site)
    first = tokens(site, app, "offline_access patient/Patient.rs patient/Coverage.rs")

    def again(token, **more):
        form = {"grant_type": "refresh_token", "client_id": app, "refresh_token": token} | more
        return site.post("/fhir/auth/token", data=form)

    wider = again(first["refresh_token"], scope="patient/Claim.rs")
    assert wider.json() == {"error": "invalid_scope"}
    second = again(first["refresh_token"], scope="patient/Coverage.rs").json()
    assert second["scope"] == "patient/Coverage.rs"
    assert read(site, second, "Coverage").status_code == 200
    assert read(site, second, f"Patient/{country.alice}").status_code == 403
    third = again(second["refresh_token"]).json()
    assert read(site, third, f"Patient/{country.alice}").status_code == 200
    assert again(second["refresh_token"]).json() == {"error": "invalid_grant"}
    assert read(site, third, "Coverage").status_code == 401, "somebody else had it"
    assert again(third["refresh_token"]).json() == {"error": "invalid_grant"}


def test_what_was_let_in_for_a_child_stays_with_the_child_however_it_is_refreshed(site, registered, country):
    """A scope about everybody beside one about a person: narrowed to the first, it still reaches that person alone."""
    app = registered[0]
    log_in(site)
    scope = "launch/patient offline_access patient/Patient.rs user/Patient.rs"
    said = tokens(site, app, scope, patient=country.bob)
    form = {"grant_type": "refresh_token", "client_id": app, "refresh_token": said["refresh_token"]}
    again = site.post("/fhir/auth/token", data=form | {"scope": "user/Patient.rs"}).json()
    assert again["scope"] == "user/Patient.rs"
    assert [one["resource"]["id"] for one in read(site, again, "Patient").json()["entry"]] == [country.bob]
    assert read(site, again, f"Patient/{country.alice}").status_code == 404


def test_a_star_is_narrowed_to_a_type_that_still_opens(site, registered, country):
    log_in(site)
    said = tokens(site, registered[0], "offline_access patient/*.rs")
    form = {"grant_type": "refresh_token", "client_id": registered[0], "refresh_token": said["refresh_token"]}
    again = site.post("/fhir/auth/token", data=form | {"scope": "patient/Coverage.rs"}).json()
    assert read(site, again, "Coverage").status_code == 200
    assert read(site, again, f"Patient/{country.alice}").status_code == 403


def test_it_ends_with_the_session_unless_it_was_to_stay(site, registered):
    log_in(site)
    short = tokens(site, registered[0], "online_access patient/Coverage.rs")
    stays = tokens(site, registered[0], "offline_access patient/Coverage.rs")
    page = site.get("/account")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    site.post("/account", data={"where": "here", "csrf_token": token})
    assert read(site, short, "Coverage").status_code == 401
    assert read(site, stays, "Coverage").status_code == 200
    form = {"grant_type": "refresh_token", "client_id": registered[0], "refresh_token": short["refresh_token"]}
    refreshed = site.post("/fhir/auth/token", data=form)
    assert refreshed.json() == {"error": "invalid_grant"}
    revoked = site.post("/fhir/auth/revoke", data={"client_id": registered[0], "token": stays["refresh_token"]})
    assert (revoked.status_code, revoked.json()) == (200, {})
    assert read(site, stays, "Coverage").status_code == 401
    unknown = site.post("/fhir/auth/revoke", data={"client_id": registered[0], "token": "invented"})
    assert unknown.status_code == 200


def test_it_reaches_one_person_and_no_other(site, registered, country, database):
    """Of Alice's two children it is let in for one; of anybody else it is told nothing, and the trail says so."""
    log_in(site)
    said = tokens(site, registered[0], "launch/patient patient/*.rs", patient=country.bob)
    assert said["patient"] == country.bob
    assert [one["resource"]["id"] for one in read(site, said, "Patient").json()["entry"]] == [country.bob]
    before = len(trail(database))
    for person in (country.alice, country.zoe):
        assert read(site, said, f"Patient/{person}").status_code == 404
        assert read(site, said, "CareTeam", patient=person).json()["total"] == 0
        assert read(site, said, f"Patient/{person}/$everything").status_code == 404
    assert len([one for one in trail(database)[before:] if one.tag == Tag.ACCESS_REFUSE]) >= 6
    chosen = tokens(site, registered[0], "launch/patient patient/Patient.rs", patient=country.zoe)
    assert chosen["patient"] == country.alice, "a person of somebody else cannot be chosen"


def test_a_doctor_lets_in_what_a_doctor_may(site, registered, country):
    log_in(site, "amar")
    _, said = allowed(site, wish(registered[0], "patient/*.rs user/Claim.cruds launch/patient"))
    got = exchange(site, registered[0], said["code"]).json()
    assert (got["scope"], "patient" in got) == ("user/Claim.cruds", False)
    body = without_empty(sheet(country, 31))
    sent = site.post("/fhir/Claim", json=body, headers=bearer(got["access_token"]))
    assert sent.status_code == 201, sent.text
    _, said = allowed(site, wish(registered[0], "user/Claim.rs"))
    reads = exchange(site, registered[0], said["code"]).json()
    refused = site.post("/fhir/Claim", json=without_empty(sheet(country, 32)), headers=bearer(reads["access_token"]))
    assert refused.status_code == 403


def test_an_application_with_a_secret_shows_it(site, registered):
    _, app, secret = registered
    log_in(site)
    _, said = allowed(site, wish(app, "launch/patient patient/*.rs offline_access"))
    for wrong in ({}, {"client_secret": "pas_invented"}):
        assert exchange(site, app, said["code"], **wrong).status_code == 401
    got = exchange(site, app, said["code"], client_secret=secret).json()
    assert got["scope"] == "launch/patient patient/Patient.rs", "no more than it is registered for"
    basic = base64.b64encode(f"{app}:{secret}".encode()).decode()
    _, said = allowed(site, wish(app, "patient/Patient.rs"))
    answer = site.post("/fhir/auth/token", headers={"Authorization": f"Basic {basic}"}, data={
        "grant_type": "authorization_code", "code": said["code"], "redirect_uri": BACK, "code_verifier": VERIFIER,
    })  # fmt: skip
    assert answer.status_code == 200


def test_its_token_opens_no_other_face(site, registered, country):
    log_in(site)
    said = tokens(site, registered[0], "patient/*.rs")
    site.cookies.clear()
    assert site.get(f"/api/v1/people/{country.alice}", headers=bearer(said["access_token"])).status_code == 401
    assert site.get("/me", headers=bearer(said["access_token"]), follow_redirects=False).status_code in {303, 401}
    altered = said["access_token"][:-2] + ("00" if said["access_token"][-2:] != "00" else "11")
    assert read(site, {"access_token": altered}, "Coverage").status_code == 401


def test_what_ends_an_account_ends_what_it_let_in(site, registered, database):
    log_in(site)
    said = tokens(site, registered[0], "offline_access patient/Coverage.rs")
    with database.writing() as session:
        row = session.query(AppAccess).one()
        apps.revoke_app(session, SYSTEM, row.app)
    assert read(site, said, "Coverage").status_code == 401


def again(site, app, said, **more):
    form = {"grant_type": "refresh_token", "client_id": app, "refresh_token": said["refresh_token"]} | more
    return site.post("/fhir/auth/token", data=form)


def test_what_an_application_reads_is_never_shown_as_read_by_the_person(site, registered, country):
    """On the page, over REST and in FHIR: the application by name; what the person does stays theirs."""
    log_in(site)
    said = tokens(site, registered[0], "patient/Patient.rs patient/AuditEvent.rs")
    assert read(site, said, f"Patient/{country.alice}").status_code == 200
    page = site.get("/me/privacy").text
    assert "The application Carnet" in page
    rows = site.get(f"/api/v1/people/{country.alice}/accesses").json()["items"]
    by_app = [one for one in rows if one["app"]]
    assert {(one["app"], one["by"]) for one in by_app} == {("Carnet", None)}
    assert {one["event"] for one in by_app} >= {"accounts:app:issue", "people:person:read"}
    (own,) = [one for one in rows if one["event"] == "accounts:app:allow"]
    assert (own["app"], own["by"]) == (None, "yourself"), "to let it in was the person's own doing"
    found = read(site, said, "AuditEvent", subtype="people:person:read").json()["entry"][0]["resource"]["agent"]
    assert [(one["requestor"], one["who"]) for one in found] == [
        (True, {"display": "Carnet"}), (False, {"reference": f"Patient/{country.alice}"}),
    ]  # fmt: skip
    copied = site.get("/me/export.json").json()
    assert registered[0] in {one["app"] for one in copied["audit_events"]}
    assert registered[0] in {one["id"] for one in copied["applications"]}


def test_tokens_leave_a_trace_with_whom_they_reach(site, registered, country, database):
    """Let in for oneself and one's children, each finds it in their trail; so are issue, refresh, reuse and end."""
    app = registered[0]
    log_in(site)
    said = tokens(site, app, "offline_access user/Patient.rs")
    allowed_for = {one.insured_id for one in trail(database, tag="accounts:app:allow")}
    assert allowed_for == {country.alice, country.bob, country.nora}
    second = again(site, app, said).json()
    assert again(site, app, said).status_code == 400
    assert again(site, app, second).status_code == 400
    narrow = tokens(site, app, "offline_access patient/Patient.rs", patient=country.bob)
    site.post("/fhir/auth/revoke", data={"client_id": app, "token": narrow["refresh_token"]})
    events = [one for one in trail(database) if one.tag.startswith("accounts:app:") and '"app"' in one.details]
    assert [(one.tag.rpartition(":")[2], one.insured_id) for one in events] == [
        ("issue", country.alice), ("refresh", country.alice), ("reuse", country.alice), ("issue", country.bob),
        ("end", country.bob),
    ]  # fmt: skip
    assert all(one.request_id and one.role == "insured" and app in one.details for one in events)


def test_access_while_connected_ends_when_the_session_is_idle(site, registered, database):
    log_in(site)
    said = tokens(site, registered[0], "online_access patient/Coverage.rs")
    assert read(site, said, "Coverage").status_code == 200
    with database.writing() as session:
        for row in session.scalars(select(WebSession)):
            row.last_seen_at -= timedelta(minutes=31)
    assert read(site, said, "Coverage").status_code == 401
    assert again(site, registered[0], said).json() == {"error": "invalid_grant"}


def test_the_page_says_whom_it_would_reach(site, registered, country):
    log_in(site)
    page = site.get("/authorize", params=wish(registered[0], "user/Patient.rs")).text
    assert "those of your children too" in page
    assert "your children" not in site.get("/authorize", params=wish(registered[0], "patient/Patient.rs")).text
    log_in(site, "amar")
    assert "whom your role opens" in site.get("/authorize", params=wish(registered[0], "user/Patient.rs")).text


@pytest.mark.parametrize(
    ("asked", "most", "said"),
    [
        ("patient/*.rs", "patient/*.rs", "patient/*.rs"), ("patient/Claim.*", "user/*.rs", "patient/Claim.rs"),
        ("user/Claim.read", "patient/*.rs", ""), ("patient/Claim.write", "user/Claim.cruds", "patient/Claim.cud"),
        ("patient/Claim.", "patient/*.rs", ""), ("patient/claim.rs", "patient/*.rs", ""),
        ("patient/Claim.sr", "patient/*.rs", ""),
        ("offline_access patient/Claim.rs", "patient/Claim.rs", "patient/Claim.rs"),
        ("user/*.cruds", "user/Claim.cruds", "user/Claim.cruds"),
    ],
)  # fmt: skip
def test_scopes_narrow(asked, most, said):
    assert " ".join(smart.narrowed(asked.split(), most.split()).said) == said


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://app.example/back", True), ("http://127.0.0.1:80/", True), ("http://localhost/x", True),
        ("http://[::1]:8080/x", True), ("org.example.app:/back", True), ("http://app.example/", False),
        ("javascript:alert(1)", False), ("data:x", False), ("https://a@b/", False), ("https://a/#x", False),
        ("https:///x", False), ("http://127.0.0.1.evil.example/", False), ("https://a b/", False),
        ("https://app.example/;script-src", False), ("https://app.example/a,b", False),
        ("https://app.example;x/", False), ("org.example.app';x:/", False), ('https://app.example/"', False),
        ("https://app.example/<x>", False),
    ],
)  # fmt: skip
def test_where_a_code_may_be_sent(address, good):
    assert apps.is_redirect(address) is good
