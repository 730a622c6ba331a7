"""Stories are played on one database a worker and kind: each makes its own people."""

import shutil

import pytest

from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from tests.registry.conftest import _empty_postgresql

KEY = new_key()


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    """One key for all the stories: they share a database, and its trail."""
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", KEY)
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stage_database(request, tmp_path_factory, sqlite_template):
    """A migrated database that stories share."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("stories") / "registry.db"
        shutil.copy(sqlite_template, path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgresql_url")
        _empty_postgresql(url)
    database = Database.open(url)
    yield database
    database.close()
