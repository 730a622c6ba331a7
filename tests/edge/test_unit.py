"""The edge without any web framework: what a face hands in, and what it gets."""

import ast
from pathlib import Path

import pytest
from pydantic import BaseModel

from parcours import edge
from parcours.edge.caller import CSRF_FIELD, CSRF_HEADER, Incoming, cookie_name, identify, require_caller
from parcours.edge.once import Once, digest_of
from parcours.edge.problems import ProblemError
from parcours.edge.services import Services
from parcours.edge.unit import Unaccounted, reading, writing
from parcours.registry.access.model import SYSTEM
from parcours.registry.accounts import find, sessions
from parcours.registry.accounts.context import Action, Tag
from parcours.registry.errors import Unauthenticated
from tests.api.fixtures import trail


@pytest.fixture
def services(settings, database):
    return Services(settings, database)


@pytest.fixture
def logged_in(services, database, country):
    """What the browser of an administrator sends, and the token of its forms."""
    with database.writing() as session:
        account = find.get_account(session, country.accounts["administrator"])
        opened = sessions.open_session(session, account, "password")
        return {cookie_name(services.settings): opened.token}, opened.session.csrf_token


@pytest.mark.parametrize("module", ["caller", "unit", "versions", "own", "services", "settings"])
def test_these_know_no_web_framework(module):
    tree = ast.parse((Path(edge.__path__[0]) / f"{module}.py").read_text("utf-8"))
    roots = {name.split(".")[0] for node in ast.walk(tree) for name in imported(node)}
    assert not roots & {"fastapi", "starlette"}


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_nobody_is_nobody(services):
    asked = Incoming("GET", "/patient")
    assert identify(services, asked) is None
    with pytest.raises(Unauthenticated):
        require_caller(services, asked, None)


def test_a_form_proves_itself_by_its_field(services, logged_in):
    """A page without a script sends the session's token as a field: the face hands it in."""
    cookies, token = logged_in
    form = {CSRF_FIELD: token}
    posted = Incoming("POST", "/patient/choice", cookies=cookies)
    assert require_caller(services, posted, form[CSRF_FIELD]).csrf_token == token
    for given, headers in ((None, {}), ("another", {}), (token, {"sec-fetch-site": "cross-site"})):
        with pytest.raises(ProblemError) as refused:
            require_caller(services, Incoming("POST", "/", headers, cookies), given)
        assert (refused.value.status, refused.value.field) == (403, CSRF_HEADER)


def test_the_trace_holds_the_id_that_the_face_gave(services, database, logged_in):
    cookies, _ = logged_in
    asked = Incoming("GET", "/fund", cookies=cookies, id="0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10")
    with reading(services, asked, require_caller(services, asked, None)) as unit:
        unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.ACCOUNT_READ)
    (event,) = trail(database, tag=Tag.ACCOUNT_READ)
    assert event.request_id == asked.id


def test_a_page_that_asks_no_policy_shows_nothing(services, logged_in):
    cookies, _ = logged_in
    asked = Incoming("GET", "/fund/12", cookies=cookies, route="/fund/{id}")
    caller = require_caller(services, asked, None)
    with pytest.raises(Unaccounted, match=r"GET /fund/\{id\}: no decision"), reading(services, asked, caller):
        pass


class Made(BaseModel):
    number: int


def test_a_repeated_form_is_done_once(services, database, logged_in):
    cookies, token = logged_in
    asked = Incoming("POST", "/fund/accounts", cookies=cookies)
    caller, done = require_caller(services, asked, token), []

    def make():
        done.append(1)
        return Made(number=len(done)), {}

    def send(body):
        with writing(services, asked, caller) as unit:
            unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.ACCOUNT_READ)
            return Once(unit, "key-1", digest_of(asked, body)).reply(make)

    assert [send(b"a=1").body, send(b"a=1").body] == [b'{"number":1}'] * 2
    with pytest.raises(ProblemError) as refused:
        send(b"a=2")
    assert refused.value.code == "idempotency_key_reused"
    assert done == [1]
