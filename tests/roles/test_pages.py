"""Every page for every role with the id of somebody else: nothing is there, and the trail says who tried.

The routes and the forms of the pages are collected from the application: one that is not in the tables below fails.
"""

import shutil
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from parcours.edge.caller import CSRF_FIELD, CSRF_HEADER
from parcours.registry.audit.context import Tag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.claims import agreements, objections, sheets
from parcours.registry.claims.models import Claim, ClaimState, Regularisation, RegularisationState, Undue
from parcours.registry.claims.money import amo_book
from parcours.registry.claims.sheets import Sheet
from parcours.registry.complementary import requests
from parcours.registry.complementary import service as complementary
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.record.projects import NewAction, NewProject, actions_of, plan
from parcours.registry.record.sharing import open_emergency
from parcours.registry.referrals.drafts import prepare
from parcours.registry.referrals.models import DraftKind
from parcours.registry.store.clock import now_utc, paris_today
from parcours.site import app as whole
from parcours.web.app import routes
from parcours.web.desk.room import answered
from tests.api.fixtures import credentials, settings_for_tests
from tests.support.client import TestClient
from tests.support.templates import opened

PUBLIC = {
    "/", "/quote.txt", "/quote.pdf", "/quote.ics", "/letter.pdf", "/letter.txt", "/receipt.json", "/bill", "/bill.txt",
    "/bill.json", "/bill.pdf", "/compare", "/lab", "/lab.yaml", "/directory", "/directory/professionals/{id}",
    "/directory/professionals/{id}/wrong", "/directory/professionals/{id}/appointment.ics", "/emergency", "/api/docs",
    "/api/docs/{part}", "/fhir", "/fhir.json", "/prevention", "/start", "/verify", "/start/sheet.pdf", "/search",
    "/glossary", "/situations", "/situations/{slug}", "/tables", "/law", "/law/parameters/{id}", "/law/rules",
    "/law/decision-table", "/law/guides", "/law/articles", "/law/articles/{id}", "/law/readings", "/law/limits",
    "/login", "/login/demo", "/offline", "/outbox", "/my", "/forgot", "/reset", "/static/{fingerprint}/{name:path}",
    "/favicon.ico", "/robots.txt", "/worker.js", "/sitemap.xml", "/manifest.webmanifest", "/.well-known/security.txt",
    "/security", "/docs", "/redoc", "/api", "/openapi.json",
}  # fmt: skip
"""Pages for everybody, or of one's own login: they name nobody's record."""
OWN_LOGIN = {"/account", "/account/security", "/account/identity", "/account/apps", "/authorize"}
"""Of one's own session; what they take by id is in `test_ways_in.py`."""

NAMES = ("alice", "nora", "zoe", "amar", "zola", "sand", "delegate", "officer", "officer_zoe", "insurer",
         "administrator")  # fmt: skip
ALICE = {"alice", "amar", "delegate", "sand", "officer"}
"""Who may know something of Alice: to everybody else she does not exist."""
ZOE = {"zoe", "zola", "sand", "officer_zoe"}
FUND, FUND_ZOE, CASE, CASE_YANN = {"officer"}, {"officer_zoe"}, {"officer", "nora", "alice"}, {"officer_zoe"}
PRACTICE, PRACTICE_ZOE = {"amar", "delegate"}, {"zola"}
NOBODY: set[str] = set()

OF = "?of="
"""The page of a person, oneself when none is named."""
DESKS = {
    "/me": OF, "/me/doctor": OF, "/me/care": OF, "/me/calendar": OF, "/me/calendar.ics": OF, "/me/money": OF,
    "/me/money.csv": OF, "/me/money.pdf": OF, "/me/card.pdf": OF, "/me/doctor.pdf": OF, "/me/card": OF,
    "/me/mutuelle": OF, "/me/family": OF, "/me/messages": OF, "/me/objections": OF, "/me/privacy": OF,
    "/me/export.json": OF, "/me/money/{id}": "claim", "/me/money/{id}.pdf": "claim",
    "/me/record.pdf": OF, "/me/record.json": OF, "/practice/record": OF, "/practice/prevention": None,
    "/practice/emergency": None, "/practice/emergency/record": OF,
    "/practice/prevention.zip": None,
    "/me/quote": OF, "/me/claim-back": OF,
    "/me/record": OF, "/me/doctor/form.pdf": OF, "/me/doctor/help.pdf": OF, "/me/sheet.pdf": OF,
    "/me/sheet": OF,
    "/me/export.pdf": OF, "/me/objections/{id}.pdf": "own_undue", "/me/messages/{id}.pdf": "notice",
    "/me/care/letters/{id}": "referral", "/me/care/letters/{id}.pdf": "referral",
    "/me/care/letters/{id}/report.pdf": "referral",
    "/practice": None, "/practice/patient": OF, "/practice/sheets": None, "/practice/sheets/{id}": "sheet",
    "/practice/agreements": OF, "/fund/agreements/{id}": "agreement", "/fund/returned_payments/{id}": "order",
    "/practice/payments": None, "/practice/forfait": None, "/practice/letters/{id}.pdf": "referral",
    "/practice/patients": None, "/practice/declarations": None, "/practice/line": None,
    "/practice/letters": None, "/practice/letters/new": OF, "/practice/letters/{id}": "referral",
    "/practice/plans/new": OF, "/practice/drafts/{id}": "draft",
    "/fund": None, "/fund/queues/{name}": None, "/fund/claims/{id}": "claim", "/fund/regularisations": None,
    "/fund/objections/{id}": "objection", "/fund/undue/{id}": "undue", "/fund/overlaps/{id}": "link",
    "/fund/people": None, "/fund/people/{id}": "person", "/fund/cases": None, "/fund/cases/{id}": "case",
    "/insurer": None, "/insurer/contracts": None, "/insurer/overlaps": None,
    "/insurer/requests": None,
    "/admin": None, "/admin/accounts/{id}": "account", "/admin/programs": None,
}  # fmt: skip
"""What the address names: a person by `?of=`, a record by its id, or nothing (a list of one's own)."""
PLACES = {"/me": {"alice", "nora", "zoe"}, "/practice": {"amar", "zola", "sand", "delegate"},
          "/fund": {"officer", "officer_zoe"}, "/insurer": {"insurer"}, "/admin": {"administrator"}}  # fmt: skip
"""Whose desk it is: the lists without an id are for them alone."""
FORMS = {
    ("/me/doctor", "sign"): ("declaration_id", "declaration"),
    ("/me/doctor", "refuse"): ("declaration_id", "declaration"),
    ("/me/doctor", "withdraw"): ("declaration_id", "declaration"),
    ("/me/doctor", "leave"): ("declaration_id", "declaration"),
    ("/me/doctor", "stop_help"): ("case_id", "case"), ("/me/care", "agree_plan"): ("plan_id", "plan"),
    ("/me/objections", "object"): ("claim", "claim"), ("/me/record", "review"): ("access_id", "emergency"),
    ("/me/record", "action_done"): ("action_id", "action"), ("/me/record", "action_refused"): ("action_id", "action"),
    ("/practice/record", "action_done"): ("action_id", "action"),
    ("/practice/record", "action_refused"): ("action_id", "action"),
    ("/practice/record", "review"): ("access_id", "emergency"),
    ("/practice", "read"): ("inserted", "person"),
    ("/practice/sheets", "sign"): ("claim_id", "sheet"), ("/practice/sheets", "resend"): ("claim_id", "sheet"),
    ("/practice/declarations", "sign"): ("declaration_id", "declaration"),
    ("/practice/declarations", "refuse"): ("declaration_id", "declaration"),
    ("/practice/declarations", "propose"): ("of", "person"),
    ("/practice/declarations", "withdraw"): ("declaration_id", "declaration"),
    ("/fund/regularisations", "confirm"): ("regularisation_id", "regularisation"),
    ("/fund/regularisations", "drop"): ("regularisation_id", "regularisation"),
    ("/insurer/overlaps", "give_way"): ("link_id", "link"),
    ("/insurer/requests", "confirm"): ("request_id", "request"),
    ("/insurer/requests", "refuse"): ("request_id", "request"),
    ("/admin/programs", "revoke"): ("client_id", "client"),
}  # fmt: skip
"""Forms that name a record in a field; the others act on what the address names, or on oneself."""
ASKED = {
    ("/me/objections", "claim"): "claim", ("/practice/letters/new", "draft"): "draft",
}  # fmt: skip
"""Questions of an address that name a record beside what the page is about."""
ON_ONESELF = {("/practice/line", "keep"), ("/practice/line", "oppose"), ("/fund/people", "find"),
              ("/practice/emergency", "open")}  # fmt: skip
"""Forms of a page without an id that name nobody, or look somebody up, which is tested apart."""


def pages():
    """(path, forms) of every page behind a login."""
    for route in routes():
        if route.path not in PUBLIC | OWN_LOGIN:
            assert isinstance(route.endpoint, partial), route.path
            assert route.endpoint.func is answered, route.path
            yield route.path, tuple(route.endpoint.args[1])


def test_every_page_and_every_form_is_in_the_tables():
    found = dict(pages())
    assert found.keys() == DESKS.keys(), "a page behind a login is missing here, or is gone"
    forms = {(path, do) for path, sent in found.items() for do in sent}
    named = {key for key in forms if DESKS[key[0]] is not None}
    assert FORMS.keys() <= forms
    assert forms - named - FORMS.keys() == ON_ONESELF, "a form of a page without an id names a record: which?"


@pytest.fixture(scope="module")
def site(tmp_path_factory, sqlite_country):
    """The whole application over a country with a claim, an objection, a sum and a contract of each fund."""
    template, ids = sqlite_country
    path = tmp_path_factory.mktemp("pages") / "registry.db"
    shutil.copy(template, path)
    with opened(f"sqlite:///{path}") as database:
        with database.writing() as session:
            records = of_both_funds(session, ids)
        settings = settings_for_tests(database_url=f"sqlite:///{path}", page_rate_limit_per_minute=0)
        heads = {name: credentials(ids, database, name, settings) for name in NAMES}
        app = whole.create_app(settings)
        with TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en"}) as client:
            yield client, heads, records, database


def of_both_funds(session, ids):
    """Ids by what they are of: (Alice's, who knows), (Zoe's, who knows)."""
    today, at = paris_today(), now_utc()
    sheet = Sheet(
        insured_id=ids.zoe, professional_id=ids.zola, fund_code="01C992", care_date=today, number=1, lines=(3000,)
    )  # fmt: skip
    other = sheets.write(session, sheet, day=today, at=at, state=ClaimState.RECEIVED)
    own = session.get(Claim, ids.claim)
    emergency = open_emergency(session, ids.alice, ids.zola, None, "vital")
    project = NewProject("SECRET", today + timedelta(days=9), (NewAction("SECRET", today),))
    action = actions_of(session, plan(session, ids.alice, ids.amar, project).id)[0]
    drafts = [
        prepare(session, person, author, {"content": "SECRET"}, kind=DraftKind.PLAN).id
        for person, author in ((ids.alice, ids.amar), (ids.zoe, ids.zola))
    ]
    found = {}
    for one in (own, other):
        objection = objections.object_to(session, day=today, notified_on=today, claim=one)
        undue = Undue(
            claim_id=one.id, insured_id=one.insured_id, cents=500, cause="rule_broken", notified_on=today
        )  # fmt: skip
        row = Regularisation(
            claim_id=one.id, insured_id=one.insured_id, state=RegularisationState.PROPOSED, change="{}",
            proposed_by=ids.accounts["administrator"], proposed_at=at,
        )  # fmt: skip
        session.add_all((undue, row))
        links = [
            complementary.register(session, one.insured_id, name, contract=None, starts_on=today, at=at, day=today)
            for name in ("amc_b", "amc_c")
        ]
        session.flush()
        notice = send(session, MessageKind.AVIS, "avis_a_payer", one.insured_id, {"to_pay": "2.00", "lines": []}, at=at,
                      day=today, insured_id=one.insured_id)  # fmt: skip
        asked = agreements.ask(session, one.insured_id, one.professional_id, "TO", fund_code=one.fund_code, day=today)
        order = Order(book=amo_book(one), party=one.insured_id, payee=one.insured_id, cents=100, day=today,
                      reference=f"SIM{one.id}"[:35], state=OrderState.RETURNED, prepared_at=at)  # fmt: skip
        session.add(order)
        session.flush()
        found[one.id] = (objection.id, undue.id, row.id, links[-1].id, notice.id, asked.id, order.id)
    return {
        "person": ((ids.alice, ALICE), (ids.zoe, ZOE)),
        "claim": ((own.id, {"alice", *FUND}), (other.id, {"zoe", *FUND_ZOE})),
        "sheet": ((own.id, PRACTICE), (other.id, PRACTICE_ZOE)),
        "referral": ((ids.referral, ALICE), (ids.referral_zoe, ZOE)),
        "declaration": ((ids.declaration, ALICE), (ids.declaration_zoe, ZOE)),
        "draft": ((drafts[0], PRACTICE), (drafts[1], PRACTICE_ZOE)),
        "plan": ((ids.plan, ALICE), (ids.plan_zoe, ZOE)),
        "case": ((ids.case, CASE), (ids.case_yann, CASE_YANN)),
        "objection": ((found[own.id][0], FUND), (found[other.id][0], FUND_ZOE)),
        "own_undue": ((found[own.id][1], {"alice"}), (found[other.id][1], {"zoe"})),
        "notice": ((found[own.id][4], {"alice"}), (found[other.id][4], {"zoe"})),
        "emergency": ((emergency.id, ALICE),),
        "action": ((action.id, {"alice", "amar"}),),
        "undue": ((found[own.id][1], FUND), (found[other.id][1], FUND_ZOE)),
        "regularisation": ((found[own.id][2], FUND), (found[other.id][2], FUND_ZOE)),
        "link": ((found[own.id][3], {*FUND, "alice"}), (found[other.id][3], {*FUND_ZOE, "zoe"})),
        "agreement": ((found[own.id][5], FUND), (found[other.id][5], FUND_ZOE)),
        "order": ((found[own.id][6], FUND), (found[other.id][6], FUND_ZOE)),
        "account": (
            (ids.accounts["alice"], {"alice", "administrator"}), (ids.accounts["zoe"], {"zoe", "administrator"}),
        ),
        "request": ((ask_link(session, ids.nora, "amc_d"), {"nora"}), (ask_link(session, ids.zoe, "amc_d"), {"zoe"})),
        "client": (("0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10", NOBODY),),
    }  # fmt: skip


def ask_link(session, person, insurer):
    return requests.ask(session, person, insurer, "1", paris_today(), insurers=[insurer], day=paris_today()).id


def refusals(database):
    with database.reading() as session:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.ACCESS_REFUSE)
        return session.scalar(query)


def strangers(site, kind):
    """(name, id) of everybody to whom a record of the kind is somebody else's."""
    for record_id, knows in site[2][kind]:
        for name in NAMES:
            if name not in knows:
                yield name, record_id


def tried(site, asked):
    """What each request of a stranger gives that is not 404 and one more line of the trail."""
    client, heads, _, database = site
    wrong = []
    for name, method, path, fields in asked:
        before = refusals(database)
        head = {key: value for key, value in heads[name].items() if key != CSRF_HEADER}
        data = {**fields, CSRF_FIELD: heads[name][CSRF_HEADER]} if method == "POST" else None
        answer = client.request(method, path, headers=head, data=data, follow_redirects=False)
        traced = refusals(database) - before
        if answer.status_code != 404 or traced < 1:
            wrong.append((name, method, path, fields, answer.status_code, traced))
    return wrong


def address(path, named, record_id):
    return f"{path}?of={record_id}" if named == OF else path.replace("{id}", record_id)


@pytest.mark.parametrize("path", sorted(path for path, named in DESKS.items() if named))
def test_a_page_with_the_id_of_somebody_else_does_not_exist_and_is_traced(site, path):
    kind = "person" if DESKS[path] == OF else DESKS[path]
    forms = dict(pages())[path]
    asked = [(name, "GET", address(path, DESKS[path], one), {}) for name, one in strangers(site, kind)]
    asked += [
        (name, "POST", address(path, DESKS[path], one), {"do": do})
        for do in forms for name, one in strangers(site, kind) if (path, do) not in FORMS
    ]  # fmt: skip
    assert tried(site, asked) == []


@pytest.mark.parametrize("path", sorted(path for path, named in DESKS.items() if named and not path.startswith("/me")))
def test_a_desk_is_closed_to_every_other_role_even_with_an_id_that_they_know(site, path):
    """Alice may read her own claim, in her account: at the desk of the fund there is nothing for her."""
    client, heads, records, _ = site
    place = next(names for start, names in PLACES.items() if path.startswith(start))
    for record_id, knows in records["person" if DESKS[path] == OF else DESKS[path]]:
        for name in knows - place:
            answer = client.get(address(path, DESKS[path], record_id), headers=heads[name], follow_redirects=False)
            assert answer.status_code in (403, 404), (name, answer.status_code)


@pytest.mark.parametrize(("path", "do"), sorted(FORMS))
def test_a_form_that_names_a_record_of_somebody_else_finds_nothing_and_is_traced(site, path, do):
    field, kind = FORMS[path, do]
    place = next(names for start, names in PLACES.items() if path.startswith(start))
    asked = [(name, "POST", path, {"do": do, field: one}) for name, one in strangers(site, kind) if name in place]
    assert asked
    assert tried(site, asked) == []


@pytest.mark.parametrize(("path", "name"), sorted(ASKED))
def test_a_question_that_names_a_record_of_somebody_else_finds_nothing_and_is_traced(site, path, name):
    """Asked about a person that one may know: the record itself is somebody else's."""
    place = next(names for start, names in PLACES.items() if path.startswith(start))
    of = {one: known for known, knows in site[2]["person"] for one in knows & place}
    asked = [
        (who, "GET", f"{path}?of={of[who]}&{name}={record_id}", {})
        for who, record_id in strangers(site, ASKED[path, name]) if who in of
    ]  # fmt: skip
    assert asked
    assert tried(site, asked) == []


@pytest.mark.parametrize("path", sorted(path for path, named in DESKS.items() if not named))
def test_a_desk_is_closed_to_every_other_role_and_it_is_traced(site, path):
    client, heads, _, database = site
    place = next(names for start, names in PLACES.items() if path.startswith(start))
    for name in NAMES:
        before = refusals(database)
        answer = client.get(path.replace("{name}", "held"), headers=heads[name], follow_redirects=False)
        if name in place:
            assert answer.status_code == 200, name
            assert "&lt;built-in" not in answer.text
            assert "&lt;bound" not in answer.text
        else:
            assert (answer.status_code, refusals(database) - before) == (403, 1), name


def test_nobody_logged_in_is_led_to_the_login(site):
    client, *_ = site
    for path in DESKS:
        answer = client.get(path.replace("{id}", "x").replace("{name}", "held"), follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/login?next="), path
