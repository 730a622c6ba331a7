"""The pages without a browser: the real application, called in memory."""

from collections.abc import Iterator

import pytest

from parcours.edge.settings import Settings
from parcours.site.app import create_app
from tests.support.client import TestClient


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The whole application."""
    with TestClient(
        create_app(Settings(page_rate_limit_per_minute=0)),
        base_url="http://127.0.0.1:8000",
        headers={"accept-language": "en"},
    ) as client:
        yield client
