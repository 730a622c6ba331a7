"""Every endpoint for every role: on Alice's records, and on those of somebody else.

A row says who gets through. Who does not is answered 403 when they may read the record at all, 404 when they may not,
401 when nobody is logged in. The requests change nothing: what gets through fails on a later check (version, law).
"""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

import pytest
from fastapi.routing import APIRoute

from parcours.api import create_app, router
from parcours.edge import depends
from parcours.edge.services import Services
from parcours.registry.access.model import SYSTEM, Role
from parcours.registry.accounts.context import Action
from parcours.registry.accounts.context import Tag as AccountTag
from parcours.registry.audit.context import Tag
from parcours.registry.directory import context as directory
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from tests.api.fixtures import BOTH, logged_in, settings_for_tests, settle_country, trail
from tests.support.postgresql import copied_database

ROLES = (
    "anonymous", "alice", "nora", "zoe", "amar", "zola", "sand", "delegate", "officer", "officer_zoe", "insurer",
    "administrator", "client", "client_bare", "client_write",
)  # fmt: skip
CARE = {"amar", "delegate", "sand"}
FUND = {"officer", "client"}
SEES_ALICE = {"alice"} | CARE | FUND
TREATS = {"alice", "amar", "delegate"}
SEES_CASE = {"alice", "nora"} | FUND
PASSED = {200, 201, 204, 409, 422, 428}
"""Answers to somebody who was let through."""


@dataclass(frozen=True)
class Row:
    """An endpoint, what is sent, who gets through and who sees the record without getting through."""

    method: str
    path: str
    allowed: frozenset
    sees: frozenset = frozenset()
    body: dict | None = None
    system: bool = False
    """No record: who does not get through is answered 403."""
    expected: dict = field(default_factory=dict, hash=False)
    """Answers that differ, by name."""
    foreign: dict = field(default_factory=dict, hash=False)
    """Ids of somebody else's records in place of Alice's."""


def on(method, path, allowed, sees, body=None, **more):
    return Row(method, path, frozenset(allowed), frozenset(sees), body, **more)


def patient(method, path, allowed, body=None, **more):
    return on(method, "/people/{alice}" + path, allowed, SEES_ALICE, body, foreign={"alice": "zoe"}, **more)


def declaration(method, path, allowed, body=None):
    foreign = {"declaration": "declaration_zoe"}
    return on(method, "/declarations/{declaration}" + path, allowed, SEES_ALICE, body, foreign=foreign)


def referral(method, path, allowed, body=None, **more):
    foreign = {"referral": "referral_zoe"}
    return on(method, "/referrals/{referral}" + path, allowed, SEES_ALICE, body, foreign=foreign, **more)


def plan(method, path, allowed, body=None):
    return on(method, "/care-plans/{plan}" + path, allowed, SEES_ALICE, body, foreign={"plan": "plan_zoe"})


def protocol(method, path, allowed, body=None):
    foreign = {"protocol": "protocol_zoe"}
    return on(method, "/ald-protocols/{protocol}" + path, allowed, TREATS | FUND, body, foreign=foreign)


def case(method, path, allowed, body=None):
    foreign = {"case": "case_yann", "contact": "contact_yann"}
    return on(method, "/conciliation/{case}" + path, allowed, SEES_CASE, body, foreign=foreign)


def system(method, path, allowed, body=None, **more):
    return Row(method, path, frozenset(allowed), body=body, system=True, **more)


EVERYBODY = set(ROLES) - {"anonymous"}
PEOPLE = EVERYBODY - {"client", "client_bare", "client_write"}
FUNDS = {"officer", "officer_zoe", "client"}
DIRECTORY = {"administrator", "client", "client_write"}
"""The directory is public: to write it, no right to read is needed."""
LONG_AGO, LATER = "2001-01-01", "2001-06-01"
NOBODY = "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"
PERSON = {"nir": "1 85 06 99 001 001 01", "family_name": "A", "first_name": "B", "birth_date": "1985-06-15",
          "commune": "99001", "fund": "01C991"}  # fmt: skip
LETTER = {"reason": "r", "question": "q"}
ACCOUNT_OF_ZOE = {"account": "account_zoe"}
ACTOR = {"acts": "consultation", "specialty": 3}

ROWS = (
    # people
    system("POST", "/people", {"officer", "client"}, PERSON),
    system("POST", "/people/search", FUNDS, {}),
    patient("GET", "", SEES_ALICE),
    patient("PATCH", "", FUND, {"commune": "99002"}),
    patient("POST", "/rights", FUND, {"right": "c2s", "starts_on": LATER, "ends_on": LONG_AGO}),
    patient("POST", "/rights/{right}/end", FUND, {"ends_on": LONG_AGO}),
    patient("GET", "/holders", {"alice", "officer"}),
    patient("POST", "/holders", FUND, {"holder_id": "{alice}", "proof": "p"}),
    patient("POST", "/holders/{link}/confirmation", {"officer"}),
    patient("POST", "/holders/{link}/end", FUND, {"ends_on": LATER, "proof": "p"}),
    patient("GET", "/children", SEES_ALICE),
    patient("GET", "/medecin-traitant", SEES_ALICE),
    patient("GET", "/medecin-traitant/history", SEES_ALICE),
    patient("POST", "/facts", SEES_ALICE, {"professional_id": "{amar}", "care_date": "2026-01-05"}),
    patient(
        "POST", "/visits", SEES_ALICE,
        {"professional_id": "{amar}", "care_date": "2026-01-05", "given": {"age": 40}},
    ),
    patient("GET", "/visits", SEES_ALICE),
    patient("GET", "/visits/{visit}", SEES_ALICE),
    patient("GET", "/visits/changes", SEES_ALICE),
    # claims
    patient("GET", "/claims", {"alice"} | FUND),
    patient("GET", "/claims/{claim}", {"alice"} | FUND),
    patient(
        "POST", "/claims", {"amar", "delegate"} | FUND,
        {"professional_id": "{amar}", "care_date": "2999-01-01", "number": 1, "fee": "30.00"},
    ),
    patient("POST", "/claims/{claim}/adjudication", FUND),
    patient("GET", "/account", {"alice"} | FUND),
    patient("POST", "/claims/{claim}/payment", FUND),
    patient("POST", "/claims/{claim}/reversal", FUND, {"cause": "cancelled"}),
    patient("POST", "/claims/{claim}/regularisation", {"officer"}),
    on(
        "POST", "/regularisations/{regularisation}/confirmation", {"officer"}, {"alice"} | FUND,
        foreign={"regularisation": "regularisation_zoe"},
    ),
    patient("POST", "/objections", {"alice"}, {"claim_id": NOBODY}, expected={"alice": 404}),
    patient("GET", "/objections", {"alice"} | FUND),
    patient("GET", "/undue-sums", {"alice"} | FUND),
    patient("POST", "/undue-sums/{nobody}/answer", {"alice"}, {"answer": "correction"}, expected={"alice": 404}),
    patient("POST", "/undue-sums/{nobody}/step", FUND, {"step": "received"}, expected=dict.fromkeys(FUND, 404)),
    patient("GET", "/agreements", {"alice"} | FUND),
    patient("POST", "/agreements", {"amar", "delegate"} | FUND, {"professional_id": "{amar}", "code": "TO"}),
    patient("POST", "/agreements/{nobody}/answer", {"officer"}, {"answer": "agreed"}, expected={"officer": 404}),
    system("GET", "/my/undue-sums", {"amar", "zola", "sand", "delegate"}),
    system("POST", "/my/undue-sums/{nobody}/observations", {"amar", "zola", "sand", "delegate"},
           expected=dict.fromkeys(("amar", "zola", "sand", "delegate"), 404)),
    system("GET", "/my/messages", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/messages", {"amar", "zola", "sand", "delegate", "insurer"}),
    system("GET", "/my/claims", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/my/lots", {"amar", "zola", "sand", "delegate"}),
    system("POST", "/my/lots", {"amar", "zola", "sand", "delegate"}, {"format": "b2-like", "records": ["2"]}),
    system("POST", "/my/objections", {"amar", "zola", "sand", "delegate"}, {"claim_id": NOBODY, "ground": "amount"},
           expected=dict.fromkeys(("amar", "zola", "sand", "delegate"), 404)),
    system("POST", "/my/claims/reconciled", {"amar", "zola", "sand", "delegate"}, {"claim_ids": [NOBODY]}),
    system("GET", "/fund/queues", {"officer", "officer_zoe"}),
    system("GET", "/fund/queues/{queue}", {"officer", "officer_zoe"}),
    system("GET", "/insurer/lines", {"insurer"}),
    # cards, contracts
    patient("GET", "/cards", {"alice", "officer"}),
    patient("POST", "/cards", {"alice"}),
    patient("POST", "/cards/{card}/opposition", {"alice"}, {"why": "lost"}),
    patient("GET", "/card-app", {"alice", "officer"}),
    patient("POST", "/card-app", {"alice"}),
    patient("POST", "/card-app/state", {"alice"}, {"state": "enrolled"}),
    patient("POST", "/card-app/loan", {"alice"}, {"to": NOBODY, "until": LONG_AGO}),
    patient("POST", "/european-card", {"alice"}, {"leaves": LONG_AGO}),
    patient("GET", "/attestation", {"alice", "officer"}),
    patient("GET", "/complementary", {"alice", "officer"}),
    patient("GET", "/complementary/requests", {"alice", "officer"}),
    patient("POST", "/complementary/requests", {"alice"},
            {"insurer": "nobody", "number": "1", "starts_on": LONG_AGO}),
    system("GET", "/insurer/link-requests", {"insurer"}),
    on("POST", "/insurer/link-requests/{link_request}/answer", {"insurer"}, {"insurer"}, {"answer": "refused"},
       foreign={"link_request": "link_request_zoe"}),
    patient("POST", "/complementary/choice", {"alice"}, {"insurer": "nobody"}),
    patient(
        "POST", "/complementary/known", {"amar", "delegate"} | FUND,
        {"professional_id": "{amar}", "care_date": LONG_AGO},
    ),
    patient(
        "POST", "/complementary/amount", {"amar", "delegate"} | FUND,
        {"professional_id": "{amar}", "care_date": LONG_AGO, "number": 1, "fee": "30.00"},
    ),
    patient("GET", "/accesses", {"alice", "client", "client_bare"}),
    patient("GET", "/export", {"alice"}),
    patient("GET", "/declarations", SEES_ALICE),
    patient("GET", "/referrals", SEES_ALICE),
    patient("GET", "/care-plans", SEES_ALICE),
    patient("GET", "/conciliation", {"alice"} | FUND),
    # long-term conditions
    patient("GET", "/ald-protocols", TREATS | FUND),
    patient(
        "POST", "/ald-protocols", {"amar", "sand"},
        {"condition": "nosuch", "content": "c", "actors": [ACTOR]},
    ),
    protocol("GET", "", TREATS | FUND),
    protocol("GET", "/content", TREATS - {"delegate"}),
    protocol("POST", "/proposals", {"amar", "sand"}, body={"text": "t"}),
    protocol("POST", "/signature", {"alice"}),
    protocol("POST", "/steps", {"amar"}, body={"step": "send"}),
    protocol("POST", "/opinion", {"officer"}, body={"opinion": "partial"}),
    protocol("POST", "/decision", {"officer"}, body={"granted": True}),
    # prevention
    patient("GET", "/prevention", TREATS),
    patient("GET", "/prevention.ics", TREATS),
    patient("PUT", "/prevention/profile", TREATS, {"facts": {"nosuch": 1}}),
    patient("GET", "/prevention/statements", TREATS),
    patient("POST", "/prevention/statements", TREATS, {"kind": "done", "programme": "nosuch"}),
    on(
        "POST", "/people/{alice}/prevention/statements/{statement}/cancellation", TREATS, set(),
        foreign={"statement": "statement_zoe"},
    ),
    patient("GET", "/prevention/dates", TREATS | FUND),
    system("GET", "/my/prevention", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/my/prevention/indicators", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/my/prevention/letters", {"amar", "zola", "sand", "delegate"}),
    # record
    patient("GET", "/record", {"alice", "amar"}),
    patient("GET", "/record/history", {"alice", "amar"}),
    patient("GET", "/record/mine", {"amar"}),
    patient("GET", "/record/project", {"alice", "amar"}),
    patient("POST", "/record/project", {"amar"}, {"aims": "r", "review_on": "2001-01-01"}),
    on(
        "POST", "/record/actions/{action}/notes", {"alice", "amar"}, set(), {"outcome": "done"},
        foreign={"action": "action_zoe"},
    ),
    patient("GET", "/record/export", {"alice", "amar"}),
    patient("POST", "/record/import", {"amar"}, {"package": {}}),
    patient("POST", "/record/statements", {"amar"}, {"section": "problems"}),
    patient("GET", "/record/documents", {"alice", "amar"}),
    patient(
        "POST", "/record/documents", {"amar"},
        {"unique_id": "1.2.3", "type_code": "60591-5", "mime": "text/html", "title": "t", "content": "eA==",
         "sha1": "0" * 40, "size": 1},
    ),
    on("GET", "/record/documents/{document}", {"alice", "amar"}, set(), foreign={"document": "document_zoe"}),
    patient("GET", "/record/sharing", {"alice"}),
    patient("POST", "/record/sharing", {"alice"}, {}),
    patient("POST", "/record/consents", set(), {}),
    patient("POST", "/record/information", {"amar"}, {}),
    patient("GET", "/record/emergency", set()),
    patient("GET", "/record/emergency/letters", set()),
    patient("GET", "/record/emergencies", TREATS),
    on(
        "POST", "/record/emergencies/{emergency}/review", {"alice", "amar"}, {"delegate"}, {"verdict": "justified"},
        foreign={"emergency": "emergency_zoe"},
    ),
    # directory
    system("GET", "/professionals", EVERYBODY),
    system("GET", "/professionals/{amar}", EVERYBODY),
    system("POST", "/professionals", DIRECTORY, {"rpps": "10000000001", "family_name": "A", "first_name": "B"}),
    system("PUT", "/professionals/{amar}/convention", DIRECTORY, {"convention": "nosuch", "starts_on": LATER}),
    system(
        "POST", "/professionals/{amar}/practices", DIRECTORY,
        {"organisation_id": "{place}", "starts_on": LATER, "ends_on": LONG_AGO},
    ),
    system("POST", "/professionals/{amar}/departure", DIRECTORY, {"reason": "moved", "on": LATER}),
    system("POST", "/organisations", DIRECTORY, {"kind": "cabinet", "name": "A", "commune": "00000"}),
    system("GET", "/organisations/{place}", EVERYBODY),
    system("GET", "/directory/search", EVERYBODY),
    system("GET", "/directory/professionals/{amar}", EVERYBODY),
    system("PUT", "/directory/professionals/{amar}/line", {"amar", "delegate"}, {"values": {"nosuch": "1"}}),
    system("PUT", "/directory/professionals/{amar}/opposition", {"amar"}, {}),
    system("POST", "/directory/professionals/{amar}/reports", EVERYBODY, {"attribute": "nosuch", "note": "n"}),
    system("GET", "/my/patients", {"amar", "zola", "sand", "delegate"}),
    # declarations
    on(
        "POST", "/declarations", {"alice"}, SEES_ALICE, {"professional_id": "{amar}", "patient_id": "{alice}"},
        # A doctor, and the delegate who prepares for one, needs the patient's card.
        expected={"amar": 404, "zola": 403, "sand": 403, "delegate": 404}, foreign={"alice": "zoe"},
    ),
    on(
        "POST", "/declarations/forms", FUND, SEES_ALICE,
        {"patient_id": "{alice}", "professional_id": "{zola}", "signed_on": LONG_AGO, "received_on": LATER,
         "signed_by_insured": True, "signed_by_doctor": False},
        foreign={"alice": "zoe"},
    ),
    declaration("GET", "", SEES_ALICE),
    declaration("POST", "/agreement", {"alice"}, {"party": "insured"}),
    declaration("POST", "/agreement", set(), {"party": "doctor"}),
    declaration("POST", "/agreement", set(), {"party": "parent"}),
    declaration("POST", "/refusal", {"alice"}, {}),
    declaration("POST", "/withdrawal", {"alice"}),
    declaration("POST", "/end", {"alice", "amar"}, {}),
    declaration("POST", "/registration", FUND, {"received_on": LATER}),
    declaration("POST", "/annulment", FUND),
    # referrals
    on(
        "POST", "/referrals", {"amar", "sand"}, SEES_ALICE,
        {"patient_id": "{alice}", "flow": "autre_medecin", "letter": LETTER}, foreign={"alice": "zoe"},
    ),
    referral("GET", "", SEES_ALICE),
    referral("GET", "/letter", {"alice"} | CARE - {"delegate"}),
    referral("POST", "/uses", CARE, {"care_date": LONG_AGO}),
    on("DELETE", "/referrals/{referral}/uses/{nobody}", set(), SEES_ALICE - CARE, foreign={"referral": "referral_zoe"}),
    referral("POST", "/reports", {"amar", "sand"}, {"text": "t"}),
    referral("POST", "/cancellation", {"alice", "amar"}),
    referral("GET", "/steps", SEES_ALICE),
    referral("POST", "/steps", {"sand"}, {"step": "declined"}),
    referral("POST", "/acknowledgement", {"amar"}),
    referral("GET", "/letter.{kind}", {"alice"} | CARE - {"delegate"}),
    referral("GET", "/report.{kind}", set(), expected=dict.fromkeys({"alice"} | CARE - {"delegate"}, 404)),
    patient("GET", "/record/synthesis.{kind}", {"alice", "amar"}),
    system("GET", "/my/referrals", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/my/referrals/alerts", {"amar", "zola", "sand", "delegate"}),
    system("GET", "/my/mailbox", {"amar", "zola", "sand", "delegate"}),
    # drafts
    patient("POST", "/drafts", CARE, {"draft": "letter", "reason": "r", "question": "q", "specialty": 3}),
    referral("POST", "/drafts", CARE, {"text": "t"}),
    system("GET", "/my/drafts", {"amar", "zola", "sand", "delegate"}),
    on("GET", "/drafts/{draft}", {"amar", "delegate"}, set(), foreign={"draft": "draft_zoe"}),
    on(
        "PUT", "/drafts/{draft}", {"amar", "delegate"}, set(), {"draft": "letter", "reason": "r", "question": "q"},
        foreign={"draft": "draft_zoe"},
    ),
    on("POST", "/drafts/{draft}/signature", {"amar"}, {"delegate"}, foreign={"draft": "draft_zoe"}),
    # plans
    on(
        "POST", "/care-plans", {"amar"}, SEES_ALICE,
        {"patient_id": "{alice}", "kind": "protocole_ald", "content": "c", "starts_on": LONG_AGO, "actors": [ACTOR]},
        foreign={"alice": "zoe"},
    ),
    plan("GET", "", SEES_ALICE),
    plan("GET", "/content", {"alice"} | CARE - {"delegate"}),
    plan("POST", "/agreement", {"alice", "amar", "sand"}),
    plan("POST", "/approval", {"officer"}),
    plan("POST", "/end", {"alice", "amar"}, {}),
    # cases
    on("POST", "/conciliation", {"alice"} | FUND, SEES_ALICE, {"patient_id": "{alice}"}, foreign={"alice": "zoe"}),
    system("GET", "/conciliation", FUNDS),
    system("GET", "/reminders", FUNDS),
    case("GET", "", SEES_CASE),
    case("GET", "/candidates", FUND),
    case("POST", "/contacts", FUND, {"professional_id": "{free}"}),
    case("PUT", "/contacts/{contact}", FUND, {"outcome": "waiting"}),
    case("POST", "/closing", {"alice", "nora"} | FUND, {"outcome": "withdrawn"}),
    patient("POST", "/identity-codes", set(), {"way": "desk"}, expected={"officer": 409}),
    # departures
    system("GET", "/departures", {"officer", "officer_zoe"}),
    on("POST", "/departures/{departure}/confirmation", {"officer"}, set(), foreign={"departure": "departure_zoe"}),
    on("POST", "/departures/{departure}/refusal", {"officer"}, set(), foreign={"departure": "departure_zoe"}),
    on("POST", "/departures/{departure}/undoing", {"officer"}, set(), foreign={"departure": "departure_zoe"}),
    referral("POST", "/secrecy", {"alice"}, {"withheld": False}),
    # accounts
    system("POST", "/accounts", {"administrator"}, {"login": "not an address"}),
    system("GET", "/accounts", {"administrator"}),
    on("GET", "/accounts/{account}", {"alice", "administrator"}, {"alice"}, foreign=ACCOUNT_OF_ZOE),
    on("PATCH", "/accounts/{account}", {"administrator"}, {"alice"}, {"disabled": False}, foreign=ACCOUNT_OF_ZOE),
    on("POST", "/accounts/{account}/roles", {"administrator"}, {"alice"}, {"role": "officer"}, foreign=ACCOUNT_OF_ZOE),
    on(
        "POST", "/accounts/{account}/roles/{grant}/confirmation", set(), {"alice"}, foreign=ACCOUNT_OF_ZOE,
        expected={"administrator": 404},
    ),
    on("DELETE", "/accounts/{account}/roles/{nobody}", set(), {"alice"}, foreign=ACCOUNT_OF_ZOE),
    on("DELETE", "/accounts/{account_spare}/totp", {"administrator"}, set(), foreign={"account_spare": "account_zoe"}),
    system("POST", "/clients", {"administrator"}, {"name": "n", "scopes": ["people:read"], "fund": "NOSUCH"}),
    system("GET", "/clients", {"administrator"}),
    on("DELETE", "/clients/{client_spare}", {"administrator"}, set(), foreign={"client_spare": "client_spare"}),
    system("GET", "/audit/accounts", {"administrator"}),
    # session
    system("GET", "/session", PEOPLE),
    system(
        "PATCH", "/session", set(), {"grant_id": "{nobody}"}, expected=dict.fromkeys(PEOPLE, 404),
        foreign={"nobody": "grant_zoe"},
    ),
    system(
        "PUT", "/account/password", set(), {"current_password": "x", "password": "quatre-chevaux-gris"},
        expected=dict.fromkeys(PEOPLE, 401),
    ),
    system("GET", "/account/sessions", PEOPLE),
    system("POST", "/account/totp", set(), {"password": "x"}, expected=dict.fromkeys(PEOPLE, 401)),
    system("PUT", "/account/totp", PEOPLE, {"totp": "000000"}),
    system("POST", "/account/totp/removal", set(), {"password": "x"}, expected=dict.fromkeys(PEOPLE, 401)),
    system("POST", "/account/passkeys/options", set(), {"password": "x"}, expected=dict.fromkeys(PEOPLE, 401)),
    system(
        "POST", "/account/passkeys", set(), {"name": "x", "credential": {}}, expected=dict.fromkeys(PEOPLE, 422),
    ),
    system("GET", "/account/passkeys", PEOPLE),
    system("POST", "/account/closing", set(), {"password": "x"}, expected=dict.fromkeys(PEOPLE, 401)),
    system("POST", "/account/recovery-codes", set(), {"password": "x"}, expected=dict.fromkeys(PEOPLE, 401)),
)  # fmt: skip

OPEN = {
    ("POST", "/session"), ("POST", "/session/identity"), ("POST", "/session/passkey"),
    ("POST", "/session/passkey/options"),
    ("POST", "/password-resets"), ("PUT", "/password-resets"), ("GET", "/oidc"),
    ("GET", "/oidc/{provider}/login"), ("GET", "/oidc/{provider}/callback"), ("GET", "/oidc/{provider}/logged-out"),
}  # fmt: skip
"""Endpoints of the registry for people who are not logged in."""
ENGINE = {"settle", "bill", "prevention", "explain", "advise", "questions", "receipts", "law", "tables"}
TESTED_ELSEWHERE = {
    ("POST", "/people/{patient_id}/record/emergency"),
    ("DELETE", "/drafts/{draft_id}"),
    ("DELETE", "/session"),
    ("DELETE", "/account/sessions"),
    ("DELETE", "/account/sessions/{session_id}"),
    ("POST", "/account/passkeys/{passkey_id}/removal"),
}


@pytest.fixture(scope="module", params=BOTH)
def world(request, tmp_path_factory, sqlite_template):
    """One country for all rows: their requests change nothing."""
    from tests.support.templates import KEY

    with pytest.MonkeyPatch.context() as patch, ExitStack() as exits:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("roles") / "roles.db"
            shutil.copy(sqlite_template, path)
            url = f"sqlite:///{path}"
        else:
            template = request.getfixturevalue("postgresql_template")
            server = request.getfixturevalue("postgresql_server")
            _, url = exits.enter_context(copied_database(server, template))
        database = Database.open(url)
        exits.callback(database.close)
        yield World(database, exits)


class World:
    def __init__(self, database, exits):
        self.database = database
        self.country = settle_country(database)
        # Wrong passwords are part of the table: nobody gets locked here.
        self.app = create_app(Services(settings_for_tests(login_attempts=1000), database))
        self.clients = {name: exits.enter_context(logged_in(self.app, self.country, database, name)) for name in ROLES}
        self.ids = self._ids()

    def _ids(self):
        from parcours.registry.accounts import find
        from parcours.registry.directory.models import Organisation

        with self.database.reading() as session:
            account = find.get_account(session, self.country.accounts["alice"])
            place = session.query(Organisation).first()
            return {
                **{name: value for name, value in vars(self.country).items() if isinstance(value, str)},
                "nobody": NOBODY, "place": place.id, "account": account.id, "grant": account.active_grants[0].id,
                "account_zoe": self.country.accounts["zoe"], "account_spare": self._spare(),
                "grant_zoe": find.get_account(session, self.country.accounts["zoe"]).active_grants[0].id,
                "client_spare": self._spare_client(), "card": self._card(), **self._regularisations(), "queue": "held",
                "kind": "xml",
                **self._of_zoe(), **self._of_records(), **self._link_requests(),
            }  # fmt: skip

    def _spare(self):
        from parcours.registry.accounts import service as accounts
        from tests.api.fixtures import TEST

        with self.database.writing() as session:
            return accounts.create_account(session, TEST, login="spare@example.org").id

    def _spare_client(self):
        from parcours.registry.accounts import clients
        from parcours.registry.contexts import Scope
        from tests.api.fixtures import TEST

        with self.database.writing() as session:
            return clients.create_client(session, TEST, name="spare", scopes=[Scope.AUDIT_READ])[0].id

    def _card(self):
        """A card that Alice has asked for already, and an application that she has enrolled."""
        from parcours.registry.cards.apps import enrol
        from parcours.registry.cards.service import request

        with self.database.writing() as session:
            enrol(session, self.country.alice, day=paris_today())
            return request(session, self.country.alice, day=paris_today()).id

    def _regularisations(self):
        """Corrections that another officer proposed, of a claim that was never decided."""
        from parcours.registry.claims.models import Regularisation, RegularisationState
        from parcours.registry.store.clock import now_utc

        rows = {
            name: Regularisation(
                claim_id=self.country.claim, insured_id=person, state=RegularisationState.PROPOSED,
                proposed_by=self.country.accounts["officer_zoe"], proposed_at=now_utc(), change="{}",
            )
            for name, person in (("regularisation", self.country.alice), ("regularisation_zoe", self.country.zoe))
        }  # fmt: skip
        with self.database.writing() as session:
            session.add_all(rows.values())
            session.flush()
            return {name: row.id for name, row in rows.items()}

    def _link_requests(self):
        """Links asked for: of the insurer of these tests, and of another."""
        from parcours.registry.complementary.requests import ask
        from parcours.registry.store.clock import paris_today

        asked = (("link_request", self.country.nora, "amc_a"), ("link_request_zoe", self.country.yann, "amc_zoe"))
        with self.database.writing() as session:
            return {
                name: ask(session, person, insurer, "1", paris_today(), insurers=[insurer], day=paris_today()).id
                for name, person, insurer in asked
            }

    def _of_zoe(self):
        """A right of Zoe's, and a visit she made with her referral."""
        from parcours.registry.people.service import open_right
        from parcours.registry.referrals.service import use

        with self.database.writing() as session:
            right = open_right(session, self.country.zoe, "c2s", starts_on=paris_today())
            visit = use(session, self.country.referral_zoe, self.country.sand, care_date=paris_today())
            return {"right_zoe": right.id, "use_zoe": visit.id}

    def _of_records(self):
        """What is said and kept of Alice and of Zoe; its clinical words bear a mark."""
        import base64
        import hashlib

        from parcours.registry.ald.models import ProtocolState
        from parcours.registry.ald.service import NewProtocol, prepare
        from parcours.registry.care_plans.service import Actor
        from parcours.registry.prevention.service import NewStatement, state
        from parcours.registry.record import documents, projects, service, sharing
        from parcours.registry.referrals import drafts
        from parcours.registry.referrals.models import DraftKind

        new_protocol = NewProtocol("24", "SECRET", (Actor("SECRET", specialty=3),))
        found = {}
        content = b"%PDF-SECRET"
        with self.database.writing() as session:
            for name, end, doctor in (("alice", "", "amar"), ("zoe", "_zoe", "zola")):
                person, author = getattr(self.country, name), getattr(self.country, doctor)
                said = NewStatement("excluded", "sein", paris_today(), "professional", reason="high_risk")
                found["statement" + end] = state(session, person, said).id
                service.state(session, person, author, service.NewStatement("problems", text="SECRET"))
                new = documents.NewDocument(
                    f"1.2.{len(found)}",
                    "60591-5",
                    "application/pdf",
                    "SECRET",
                    base64.b64encode(content).decode(),
                    hashlib.sha1(content).hexdigest(),
                    len(content),
                )
                aims = projects.NewProject(
                    "SECRET", date(2999, 1, 1), (projects.NewAction("SECRET", date(2026, 1, 1)),)
                )
                plan = projects.plan(session, person, author, aims)
                found["action" + end] = projects.actions_of(session, plan.id)[0].id
                found["document" + end] = documents.deposit(session, person, author, new).id
                asked = prepare(session, person, author, new_protocol)
                asked.state = ProtocolState.MORE_ASKED
                # A plan that is refused once it is signed: its only actor is nobody.
                wrong = {
                    "kind": "soins_iteratifs",
                    "content": "SECRET",
                    "starts_on": "2001-01-01",
                    "actors": [{"acts": "SECRET"}],
                }
                found["draft" + end] = drafts.prepare(session, person, author, wrong, kind=DraftKind.PLAN).id
                found["protocol" + end] = asked.id
                access = sharing.open_emergency(session, person, self.country.zola, None, "other", "SECRET" * 4)
                found["emergency" + end] = access.id
        return found

    def send(self, name, row, changes=None, headers=None):
        ids = self.ids | {mine: self.ids[theirs] for mine, theirs in (changes or {}).items()}
        body = {key: filled(value, ids) for key, value in row.body.items()} if row.body is not None else None
        return self.clients[name].request(row.method, "/api/v1" + filled(row.path, ids), json=body, headers=headers)


def filled(value, ids):
    if not isinstance(value, str):
        return value
    for name, identifier in ids.items():
        value = value.replace("{" + name + "}", identifier)
    return value


def ids_of(row):
    body = row.body or {}
    return f"{row.method} {row.path}" + (f" {body['party']}" if "party" in body else "")


@pytest.mark.parametrize("row", ROWS, ids=ids_of)
def test_who_gets_through(world, row):
    wrong = {}
    for name in ROLES:
        response = world.send(name, row)
        if response.status_code not in due(row, name):
            wrong[name] = (response.status_code, response.text)
    assert not wrong


def due(row, name):
    """What one may be answered."""
    if name == "anonymous":
        return {401}
    if name in row.expected:
        return {row.expected[name]}
    if name in row.allowed:
        return PASSED
    return {403} if row.system or name in row.sees else {404}


STRANGERS = ("alice", "amar", "delegate", "officer", "client", "client_bare", "client_write", "administrator",
             "insurer")  # fmt: skip
"""All have something to do with Alice, with accounts or with her fund; none with Zoe or Yann."""


@pytest.mark.parametrize("row", [row for row in ROWS if row.foreign], ids=ids_of)
def test_the_id_of_somebody_else_does_not_exist(world, row):
    wrong = {}
    for name in STRANGERS:
        if is_theirs(row, name):
            continue
        response = world.send(name, row, row.foreign)
        refused = [
            (event.tag, event.why, event.record_id is not None or row.path == "/session")
            for event in trail(world.database, request_id=response.headers["X-Request-Id"])
        ]
        said = '"code":"not_found"' in response.text
        if (response.status_code, said, refused) != (404, True, [(Tag.ACCESS_REFUSE, "not_found", True)]):
            wrong[name] = (response.status_code, refused, response.text)
    assert not wrong


def is_theirs(row, name):
    """May one name the id, or has one none?"""
    if row.path.startswith(("/accounts", "/clients")) and name == "administrator":
        return True  # whose work it is
    if row.path == "/declarations" and name in ("amar", "delegate"):
        return True  # a doctor names no id, and shows the patient's card (test_life)
    return row.path == "/session" and name.startswith("client")  # a program has no session


DECLARED_ZOE = {"outcome": "declaration", "declaration_id": "{declaration_zoe}"}
INSIDE = (
    ("officer", "POST", "/people/{alice}/rights/{right_zoe}/end", {"ends_on": LATER}),
    ("officer", "POST", "/people/{alice}/holders", {"holder_id": "{zoe}", "proof": "p"}),
    ("officer", "PUT", "/conciliation/{case}/contacts/{contact_yann}", {"outcome": "refused"}),
    ("officer", "POST", "/conciliation/{case}/closing", DECLARED_ZOE),
    ("client", "POST", "/conciliation/{case}/closing", DECLARED_ZOE),
    ("sand", "DELETE", "/referrals/{referral}/uses/{use_zoe}", None),
    ("amar", "POST", "/referrals", {"patient_id": "{alice}", "flow": "soins_iteratifs", "letter": LETTER,
                                    "addressee_id": "{sand}", "plan_id": "{plan_zoe}"}),
    ("administrator", "DELETE", "/accounts/{account}/roles/{grant_zoe}", None),
)  # fmt: skip
"""Ids of somebody else inside a request about a record that one may change."""


@pytest.mark.parametrize(("name", "method", "path", "body"), INSIDE, ids=lambda value: str(value)[:60])
def test_the_id_of_somebody_else_inside_a_request_does_not_exist(world, name, method, path, body):
    row = Row(method, path, frozenset(), body=body)
    response = world.send(name, row, headers={"If-Match": "*"})
    assert (response.status_code, response.json()["code"]) == (404, "not_found"), response.text
    refused = trail(world.database, request_id=response.headers["X-Request-Id"])
    assert [event.tag for event in refused] == [Tag.ACCESS_REFUSE]


def test_strangers_are_of_every_role_and_every_endpoint_with_an_id_is_tried(world):
    from parcours.registry.accounts.find import get_account

    known = world.country.accounts
    with world.database.reading() as session:
        held = [get_account(session, known[name]).active_grants for name in STRANGERS if name in known]
    assert {grant.role for grants in held for grant in grants} | {Role.API_CLIENT} == set(Role)
    public = (
        "/professionals",
        "/organisations",
        "/directory/professionals",
        "/fund/queues",  # of nobody
        "/my/undue-sums",
    )  # of the practice that asks: another's is tried in tests/api/test_claims.py
    untried = {ids_of(row) for row in ROWS if "{" in row.path and not row.foreign and not row.path.startswith(public)}
    assert untried == set()


@pytest.mark.parametrize("name", STRANGERS)
def test_an_id_that_does_not_exist_answers_like_somebody_elses(world, name):
    for missing in (new_id(), "x", "1850699001001"):
        response = world.clients[name].get(f"/api/v1/people/{missing}")
        foreign = world.clients[name].get(f"/api/v1/people/{world.ids['zoe']}")
        assert response.status_code == foreign.status_code == 404
        assert response.json() == foreign.json()
    assert not any("1850699001001" in str(vars(event)) for event in trail(world.database))


def test_every_endpoint_is_in_the_table(world):
    declared = set()
    for path, item in world.app.openapi()["paths"].items():
        short = path.removeprefix("/api/v1")
        if short.split("/")[1] in ENGINE:
            continue
        declared |= {(method.upper(), generic(short)) for method in item}
    tested = {(row.method, generic(row.path.split("?")[0])) for row in ROWS}
    assert declared - tested - {(m, generic(p)) for m, p in OPEN | TESTED_ELSEWHERE} == set()
    assert tested - declared == set()


OWN_SESSION = {
    ("POST", "/people/{patient_id}/record/emergency"),
    ("GET", "/session"), ("PATCH", "/session"), ("DELETE", "/session"), ("PUT", "/account/password"),
    ("GET", "/account/passkeys"), ("POST", "/account/passkeys"), ("POST", "/account/passkeys/options"),
    ("POST", "/account/passkeys/{passkey_id}/removal"),
    ("POST", "/account/totp"), ("PUT", "/account/totp"), ("POST", "/account/totp/removal"),
    ("POST", "/account/recovery-codes"), ("POST", "/account/closing"), ("GET", "/account/sessions"),
    ("DELETE", "/account/sessions"), ("DELETE", "/account/sessions/{session_id}"),
}  # fmt: skip
"""What one does with one's own session and proofs: no record, so no decision; the services write the trace."""


def routes_of(router, prefix=""):
    """Every route with its path, those of included routers too."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield (prefix + route.path).removeprefix("/api/v1"), route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router, prefix + route.include_context.prefix)


def depends_on(dependant, functions):
    return dependant.call in functions or any(depends_on(one, functions) for one in dependant.dependencies)


def test_every_endpoint_works_in_a_unit_that_is_checked_for_a_decision_and_a_trace(world):
    outside = {
        (method, path)
        for path, route in routes_of(router)
        if path.split("/")[1] not in ENGINE and not depends_on(route.dependant, {depends.read_unit, depends.write_unit})
        for method in route.methods
    }  # fmt: skip
    assert outside == OPEN | OWN_SESSION


@pytest.mark.parametrize(
    ("work", "status"),
    [
        (lambda unit: None, 500),
        (lambda unit: unit.note(PeopleTag.PERSON_READ, SYSTEM), 500),
        (lambda unit: unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM), 500),
        (lambda unit: unit.may(Action.MANAGE_ACCOUNTS, SYSTEM), 500),
        (lambda unit: unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, AccountTag.ACCOUNT_READ), 200),
        (lambda unit: unit.allow(directory.Action.READ_DIRECTORY, directory.DIRECTORY), 200),
    ],
    ids=["nothing", "no decision", "no trace", "asked aside", "decided and traced", "public"],
)
def test_an_endpoint_without_decision_or_trace_answers_nothing(world, work, status):
    app = create_app(Services(settings_for_tests(), world.database))

    @app.get("/api/v1/new")
    def read(unit: depends.ReadUnit) -> str:
        work(unit)
        return "SECRET"

    with logged_in(app, world.country, world.database, "administrator") as client:
        answer = client.get("/api/v1/new")
    assert (answer.status_code, "SECRET" in answer.text) == (status, status == 200)


def test_a_change_of_the_directory_without_trace_is_not_made(world):
    app = create_app(Services(settings_for_tests(), world.database))

    @app.post("/api/v1/new")
    def write(unit: depends.WriteUnit) -> None:
        unit.allow(directory.Action.WRITE_DIRECTORY, directory.DIRECTORY)

    with logged_in(app, world.country, world.database, "administrator") as client:
        assert client.post("/api/v1/new").status_code == 500


def generic(path):
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def test_no_clinical_word_ever_reaches_an_officer_an_administrator_or_a_program(world):
    for row in ROWS:
        for name in ("officer", "administrator", "client"):
            assert "SECR" not in world.send(name, row).text
