from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
