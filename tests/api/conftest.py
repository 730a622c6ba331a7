from tests.api.fixtures import *  # noqa: F403 - shared by accounts, audit and API
from tests.api.fixtures import _keys  # noqa: F401
