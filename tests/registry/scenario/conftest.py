"""Stories are played on one database a worker and kind: each makes its own people."""

import pytest

from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from tests.registry.conftest import BOTH, copied

KEY = new_key()


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    """One key for all the stories: they share a database, and its trail."""
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", KEY)
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)


@pytest.fixture(scope="module", params=BOTH)
def stage_database(request, tmp_path_factory):
    """A migrated database that stories share."""
    with copied(request, request.param, tmp_path_factory.mktemp("stories")) as url:
        database = Database.open(url)
        yield database
        database.close()
