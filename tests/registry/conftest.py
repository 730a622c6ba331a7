"""Every test of the registry runs on SQLite and on PostgreSQL, on a database made by the migrations."""

import shutil

import pytest
from sqlalchemy import inspect, text

from parcours.registry.contexts import METADATA
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from tests.registry.world import World


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("registry") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    schema.upgrade(database.engine)
    database.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request, tmp_path, sqlite_template):
    """Address of an empty, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"
    url = request.getfixturevalue("postgresql_url")
    _empty_postgresql(url)
    return url


@pytest.fixture
def database(database_url):
    database = Database.open(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shared(request, tmp_path_factory, sqlite_template):
    """A migrated database in which nothing is ever committed: one for all the tests of a module."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "registry.db"
        shutil.copy(sqlite_template, path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgresql_url")
        _empty_postgresql(url)
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


def _empty_postgresql(url):
    database = Database.open(url)
    try:
        if schema.current_revision(database.engine) is None:
            schema.upgrade(database.engine)
        there = set(inspect(database.engine).get_table_names())
        tables = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables if table.name in there)
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
            connection.execute(text(f"TRUNCATE {tables} CASCADE"))
            for table in ("audit_events", "ledger_transactions", "ledger_postings"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    finally:
        database.close()
