"""What the tests of accounts, audit and API share: databases made by the migrations, a small country with accounts."""

import copy
import shutil
from types import SimpleNamespace

import pytest

from parcours.api import create_app
from parcours.edge.caller import CSRF_HEADER, cookie_name
from parcours.edge.requests import services_in
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.access.model import Role
from parcours.registry.accounts import clients, find, sessions
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.audit.context import Scope as AuditScope
from parcours.registry.audit.service import system
from parcours.registry.care_plans import service as care_plans
from parcours.registry.claims import sheets
from parcours.registry.claims.control import Refusal, stop
from parcours.registry.claims.models import ClaimState
from parcours.registry.claims.sheets import Sheet
from parcours.registry.conciliation import service as cases
from parcours.registry.contexts import Scope
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.models import Departure
from parcours.registry.directory.models import Fund
from parcours.registry.people.family import add_holder, propose_holder
from parcours.registry.people.service import open_right
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import Database
from parcours.registry.visits.facts import visit_facts
from parcours.registry.visits.service import answer_visit
from tests.registry.world import World
from tests.support.client import TestClient
from tests.support.postgresql import copied_database
from tests.support.templates import KEY

PASSWORD = "quatre-chevaux-pommelés"
CHEAP = PasswordHashing(1, 64, 1)
"""Argon2id at its lowest cost: the tests check what is done with it, not how slow it is."""
TEST = system("test")

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", KEY)
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)


@pytest.fixture(params=BOTH)
def database_kind(request):
    return request.param


@pytest.fixture
def settled(request, database_kind):
    """Template to copy and the ids in it: with the country for a test that asks for it, else empty."""
    if "country" in request.fixturenames:
        return request.getfixturevalue(f"{database_kind}_country")
    return request.getfixturevalue(f"{database_kind}_template"), None


@pytest.fixture
def database_url(request, database_kind, settled, tmp_path):
    """Address of a migrated database of the test's own."""
    template, _ = settled
    if database_kind == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    with copied_database(request.getfixturevalue("postgresql_server"), template) as (_, url):
        yield url


@pytest.fixture
def database(database_url):
    database = Database.open(database_url)
    yield database
    database.close()


def settings_for_tests(**changes):
    changes = {"second_factor_roles": ()} | changes  # `test_second_factor.py` has it on, as it is by default
    return Settings(
        argon2_time_cost=1, argon2_memory_kib=64, rate_limit_per_minute=0, login_rate_limit_per_minute=0, **changes
    )


@pytest.fixture
def settings():
    return settings_for_tests()


@pytest.fixture
def country(settled):
    """Ids of the country in the test's database (see `settle_country`)."""
    return copy.deepcopy(settled[1])


def settle_country(database):
    """People and doctors of every relation, and an account for each.

    Alice's médecin traitant is Dr Amar; she was referred to Dr Sand (dermatology). Bob is her child of ten, Nora her
    child of sixteen. Zoe lives with another fund and knows only Dr Zola.
    """
    today = paris_today()
    with database.writing() as session:
        world = World(session)
        session.add(Fund(code="01C992", name="Caisse de Modèle", department="98"))
        session.flush()
        alice = world.person(family_name="Témoin")
        bob = world.person(born=today.replace(year=today.year - 10, day=1))
        nora = world.person(born=today.replace(year=today.year - 16, day=1))
        zoe = world.person(fund_code="01C992")
        for child in (bob, nora):
            add_holder(session, child_id=child.id, holder_id=alice.id)
        amar, zola, sand, free = world.doctor(), world.doctor(), world.doctor(specialty=15), world.doctor()
        declared = declare(session, alice, amar)
        declared_zoe = declare(session, zoe, zola)
        referral = refer(session, alice, amar, sand)
        referral_zoe = refer(session, zoe, zola, sand, by_specialty=True)
        plan, plan_zoe = plan_for(session, alice, amar, sand), plan_for(session, zoe, zola, zola)
        yann = world.person(fund_code="01C992")
        case, case_yann = cases.open_case(session, nora.id), cases.open_case(session, yann.id)
        contact, contact_yann = cases.contact(session, case.id, free.id), cases.contact(session, case_yann.id, free.id)
        link = propose_holder(
            session,
            child_id=alice.id,
            holder_id=world.person(fund_code="01C992").id,
            kind="guardian",
            starts_on=today,
            proof="Jugement (fictif)",
        )
        right = open_right(session, alice.id, "c2s", starts_on=today)
        visit = answer_visit(session, visit_facts(session, alice.id, amar.id, today))
        leaving, leaving_zoe = (
            Departure(
                professional_id=free.id, fund_code=fund, reason="retired", leaves_on=today, declarations=1,
                proposed_at=now_utc(),
            )
            for fund in ("01C991", "01C992")
        )  # fmt: skip
        session.add_all((leaving, leaving_zoe))
        session.flush()
        sheet = Sheet(
            insured_id=alice.id, professional_id=amar.id, fund_code="01C991", care_date=today, number=1, lines=(3000,)
        )
        claim = sheets.write(session, sheet, day=today, at=now_utc(), state=ClaimState.RECEIVED)
        stop(session, claim, Refusal("0250 050"), day=today, at=now_utc())
        ids = SimpleNamespace(
            claim=claim.id, departure=leaving.id, departure_zoe=leaving_zoe.id,
            link=link.id, plan=plan.id, plan_zoe=plan_zoe.id, yann=yann.id, case=case.id, case_yann=case_yann.id,
            contact=contact.id, contact_yann=contact_yann.id, right=right.id, visit=visit.id,
            alice=alice.id, bob=bob.id, nora=nora.id, zoe=zoe.id, amar=amar.id, zola=zola.id, sand=sand.id,
            free=free.id, declaration=declared.id, declaration_zoe=declared_zoe.id, referral=referral.id,
            referral_zoe=referral_zoe.id, accounts={}, clients={},
        )  # fmt: skip
        for name, role, subject in (
            ("alice", Role.INSURED, {"insured_id": alice.id}),
            ("nora", Role.INSURED, {"insured_id": nora.id}),
            ("zoe", Role.INSURED, {"insured_id": zoe.id}),
            ("amar", Role.DOCTOR, {"professional_id": amar.id}),
            ("zola", Role.DOCTOR, {"professional_id": zola.id}),
            ("sand", Role.DOCTOR, {"professional_id": sand.id}),
            ("delegate", Role.DELEGATE, {"professional_id": amar.id}),
            ("officer", Role.OFFICER, {"fund_code": "01C991"}),
            ("officer_zoe", Role.OFFICER, {"fund_code": "01C992"}),
            ("insurer", Role.INSURER_OFFICER, {"insurer": "amc_a"}),
            ("administrator", Role.ADMINISTRATOR, {}),
        ):
            account = accounts.create_account(
                session, TEST, login=f"{name}@example.org", password=PASSWORD, hashing=CHEAP, display_name=name
            )
            accounts.grant_role(session, TEST, account, role, **subject)
            ids.accounts[name] = account.id
        for name, scopes in (("client", set(Scope)), ("client_bare", {AuditScope.AUDIT_READ})):
            _, token = clients.create_client(session, TEST, name=name, scopes=scopes, fund_code="01C991")
            ids.clients[name] = token
        # A token made before the rule that a right to write needs the right to read.
        legacy, ids.clients["client_write"] = clients.create_client(
            session, TEST, name="client_write", scopes=set(Scope), fund_code="01C991"
        )
        legacy.scopes = " ".join(scope for scope in Scope if scope.endswith(":write"))
    return ids


def declare(session, insured, doctor):
    proposal = declarations.Proposal(insured_id=insured.id, professional_id=doctor.id)
    row = declarations.propose(session, proposal)
    return declarations.agree(session, row.id, party="doctor")


def plan_for(session, insured, author, actor):
    content = care_plans.PlanContent(
        kind="soins_iteratifs",
        content="Suivi SECRET",
        starts_on=paris_today(),
        actors=(care_plans.Actor(acts="consultation", professional_id=actor.id, visits=4, unit="year"),),
    )
    return care_plans.write_plan(session, insured.id, author.id, content)


LETTER = Letter(reason="Lésion SECRÈTE", question="Avis ?", history="antécédents SECRETS")


def refer(session, insured, author, addressee, *, by_specialty=False):
    target = {"specialty": addressee.specialty} if by_specialty else {"addressee_id": addressee.id}
    new = NewReferral(insured_id=insured.id, author_id=author.id, flow="avis_ponctuel", letter=LETTER, **target)
    return referrals.write_referral(session, new)


@pytest.fixture
def app(database, settings):
    return create_app(Services(settings, database))


@pytest.fixture
def anonymous(app):
    """A client that is not logged in."""
    with TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture
def as_user(app, country, database):
    """A client logged in under the name of an account of the country (or of an API client)."""
    return lambda name: logged_in(app, country, database, name)


def credentials(country, database, name, settings):
    """Headers of a logged-in request."""
    if name in country.clients:
        return {"Authorization": f"Bearer {country.clients[name]}"}
    with database.writing() as session:
        account = find.get_account(session, country.accounts[name])
        opened = sessions.open_session(session, account, "password")
        return {"Cookie": f"{cookie_name(settings)}={opened.token}", CSRF_HEADER: opened.session.csrf_token}


def logged_in(app, country, database, name):
    headers = credentials(country, database, name, services_in(app).settings) if name != "anonymous" else {}
    return TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en", **headers})


def trail(database, **where):
    """Events of the trail, oldest first."""
    from sqlalchemy import select

    from parcours.registry.audit.models import AuditEvent

    with database.reading() as session:
        query = select(AuditEvent).order_by(AuditEvent.occurred_at, AuditEvent.id)
        for name, value in where.items():
            query = query.where(getattr(AuditEvent, name) == value)
        return list(session.scalars(query))
