"""Stories are played on one database a worker and kind: each makes its own people."""

import shutil

import pytest

from parcours.registry.store.db import Database
from tests.registry.conftest import _empty_postgresql


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
