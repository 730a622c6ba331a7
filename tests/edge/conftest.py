from tests.api.fixtures import *  # noqa: F403 - shared by accounts, audit, API and edge
from tests.api.fixtures import _keys  # noqa: F401
