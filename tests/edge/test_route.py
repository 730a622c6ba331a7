"""A unit is opened, worked in and closed in one thread; what is not answered is not kept."""

import threading
import time

import pytest

from parcours.api.app import create_app
from parcours.edge import depends
from parcours.edge.services import Services
from parcours.registry.access.model import SYSTEM
from parcours.registry.accounts.context import Action, Tag
from parcours.registry.accounts.models import Account
from tests.api.fixtures import logged_in, settings_for_tests, trail
from tests.support.client import TestClient


def rename(unit, account_id):
    unit.allow(Action.MANAGE_ACCOUNTS, SYSTEM, Tag.ACCOUNT_ENABLE)
    unit.session.get_one(Account, account_id).display_name = "Renamed"
    unit.session.flush()


@pytest.mark.parametrize(
    ("answer", "seconds", "status"), [("no number", 0, 500), (1, 0.6, 504), (1, 0, 200)], ids=["wrong", "late", "well"]
)
def test_what_is_not_answered_is_not_kept(database, country, answer, seconds, status):
    app, threads = create_app(Services(settings_for_tests(request_seconds=0.3 if seconds else 60), database)), []
    account_id, before = country.accounts["administrator"], len(trail(database, tag=Tag.ACCOUNT_ENABLE))

    @app.post("/api/v1/new")
    def write(unit: depends.WriteUnit) -> int:
        rename(unit, account_id)
        threads.append(threading.current_thread())
        time.sleep(seconds)
        return answer

    with logged_in(app, country, database, "administrator") as client:
        assert client.post("/api/v1/new").status_code == status
        time.sleep(seconds)
        kept = status == 200
        with database.reading() as session:
            assert (session.get_one(Account, account_id).display_name == "Renamed") is kept
        assert len(trail(database, tag=Tag.ACCOUNT_ENABLE)) - before == kept
    assert threads[0] is not threading.main_thread()


def test_who_may_not_come_in_is_not_told_what_else_was_wrong(database, country):
    app = create_app(Services(settings_for_tests(), database))
    wrong = {"family_name": 3}
    with logged_in(app, country, database, "administrator") as client:
        assert client.post("/api/v1/people", json=wrong).status_code == 422
        client.headers.pop("X-CSRF-Token")
        assert client.post("/api/v1/people", json=wrong).status_code == 403
        client.headers.pop("Cookie")
        assert client.post("/api/v1/people", json=wrong).status_code == 401
        broken = client.post("/api/v1/people", content="{", headers={"Content-Type": "application/json"})
        assert broken.status_code == 422


def test_who_brings_nothing_is_told_so_without_the_database():
    nowhere = settings_for_tests(database_url="postgresql://user@127.0.0.1:9/none", database_connect_seconds=1)
    with TestClient(create_app(Services(nowhere)), raise_server_exceptions=False) as client:
        assert client.get("/api/v1/people/0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10").status_code == 401
