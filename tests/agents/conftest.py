import pytest

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401


@pytest.fixture
def database_kind():
    return "sqlite"
