import pytest
from starlette.testclient import TestClient

from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.fhir.app import create_app as create_face
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.fhir.claims import BASE


@pytest.fixture
def face():
    """The face for somebody without identity, and without a database: a public answer needs none."""
    settings = Settings(
        public_url=BASE.removesuffix("/fhir"), rate_limit_per_minute=0, database_url="sqlite:////none/none.db"
    )
    with TestClient(create_face(Services(settings)), base_url=f"{BASE}/") as client:
        yield client
