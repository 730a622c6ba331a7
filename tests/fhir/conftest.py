import pytest

from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.fhir.app import create_app as create_face
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import (
    _keys,  # noqa: F401
    credentials,
    settings_for_tests,
)
from tests.fhir.claims import BASE
from tests.support.client import TestClient


@pytest.fixture
def face():
    """The face for somebody without identity, and without a database: a public answer needs none."""
    settings = Settings(
        public_url=BASE.removesuffix("/fhir"), rate_limit_per_minute=0, database_url="sqlite:////none/none.db"
    )
    with TestClient(create_face(Services(settings)), base_url=f"{BASE}/") as client:
        yield client


@pytest.fixture
def settings():
    return settings_for_tests(public_url=BASE.removesuffix("/fhir"))


@pytest.fixture
def as_client(database, settings, country):
    """A client of the face, by the name of an account or of an API client of the country."""
    app = create_face(Services(settings, database))

    def client(name):
        headers = credentials(country, database, name, settings) if name != "anonymous" else {}
        return TestClient(app, base_url=f"{BASE}/", headers={"Accept-Language": "en", **headers})

    return client
