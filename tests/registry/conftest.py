"""Every test of the registry runs on SQLite and on PostgreSQL, on a database made by the migrations."""

import shutil
from contextlib import contextmanager

import pytest

from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from tests.registry.world import World
from tests.support.postgresql import copied_database

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)


@contextmanager
def copied(request, kind, folder):
    """Address of a database of its own, migrated and empty."""
    if kind == "sqlite":
        path = folder / "registry.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server, template = (request.getfixturevalue(name) for name in ("postgresql_server", "empty_postgresql"))
    with copied_database(server, template) as (_, url):
        yield url


@pytest.fixture(params=BOTH)
def database_url(request, tmp_path):
    """Address of an empty, migrated database."""
    with copied(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url):
    database = Database.open(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module", params=BOTH)
def shared(request, tmp_path_factory):
    """A migrated database in which nothing is ever committed: one for all the tests of a module."""
    with copied(request, request.param, tmp_path_factory.mktemp("shared")) as url:
        database = Database.open(url)
        yield database
        database.close()


@pytest.fixture
def session(shared):
    """A session that writes; nothing is committed."""
    with shared.writing() as session:
        yield session
        session.rollback()


@pytest.fixture
def world(session):
    """A small country in which to write declarations."""
    return World(session)
