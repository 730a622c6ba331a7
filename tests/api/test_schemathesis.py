"""The API keeps what its OpenAPI document promises, whoever asks: generated requests, every check of Schemathesis.

Requests go to real records (Alice's, for those who may see her), so that they reach beyond the look-up.  What one
request may break for the next (logging oneself out, closing one's account) is aimed at a spare account.
"""

import os
import shutil
from contextlib import suppress
from functools import partial

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth
from sqlalchemy import select

from parcours.api import create_app
from parcours.edge.services import Services
from parcours.registry.accounts import service as accounts
from parcours.registry.directory.models import Organisation
from parcours.registry.store.db import Database
from tests.api.fixtures import TEST, credentials, settings_for_tests
from tests.support.templates import KEY

pytestmark = pytest.mark.slow

ROLES = ("alice", "amar", "delegate", "officer", "administrator", "client")
BUSINESS = [200, 201, 202, 204, 302, 303, 304, 401, 403, 404, 409, 412, 422, 428, 502]
"""What a well-formed request may be answered: the law, the policy or the state of the records may refuse it."""
CLOSES_THE_SESSION = r"^/api/v1/(session|account/.*)$"


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def config(parameters):
    return SchemathesisConfig.from_dict(
        {
            "parameters": parameters,
            "checks": {"positive_data_acceptance": {"expected-statuses": BUSINESS}},
            "phases": {"coverage": {"enabled": False}},
        }
    )


class Installation:
    """An installation with the country, and who asks."""

    def __init__(self, path):
        self.settings = settings_for_tests(login_attempts=10_000, request_seconds=20)
        self.database = Database.open(f"sqlite:///{path}")
        self.app = create_app(Services(self.settings, self.database))
        with self.database.writing() as session:
            self.place = session.scalars(select(Organisation.id).limit(1)).one()
            self.spare = accounts.create_account(session, TEST, login="spare@example.org").id

    def schema(self, country):
        parameters = {
            "path.patient_id": country.alice, "path.professional_id": country.amar,
            "path.declaration_id": country.declaration, "path.referral_id": country.referral,
            "path.plan_id": country.plan, "path.case_id": country.case, "path.contact_id": country.contact,
            "path.right_id": country.right, "path.account_id": self.spare, "path.organisation_id": self.place,
            "path.claim_id": country.claim,
        }  # fmt: skip
        return schemathesis.openapi.from_asgi("/api/openapi.json", self.app, config=config(parameters))


@pytest.fixture(scope="module")
def keys():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        yield


@pytest.fixture(scope="module")
def installation(keys, sqlite_country, tmp_path_factory):
    template, country = sqlite_country
    path = tmp_path_factory.mktemp("schemathesis") / "registry.db"
    shutil.copy(template, path)
    installation = Installation(path)
    installation.country = country
    yield installation
    installation.database.close()


@pytest.fixture(scope="module")
def api_schema(installation):
    return installation.schema(installation.country).exclude(path_regex=CLOSES_THE_SESSION)


@pytest.fixture(scope="module")
def session_schema(installation):
    return installation.schema(installation.country).include(path_regex=CLOSES_THE_SESSION)


SIZE = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip


EXAMPLES = 12 if os.environ.get("PARCOURS_ATTACK") == "long" else 2
"""Of each operation: few in `make test`, more in `make attack`."""


def failures_of(schema, callers):
    """What goes wrong, operation by operation, with requests that fit the document and requests that do not.

    Each request is made once (that is what takes time) and sent by every caller; a caller is what gives the headers.
    """
    found = []
    for made in schema.get_all_operations():
        operation = made.ok()
        for mode in GenerationMode:

            @settings(SIZE, max_examples=EXAMPLES if mode is GenerationMode.POSITIVE else EXAMPLES // 2)
            @given(operation.as_strategy(generation_mode=mode))
            def send(case):
                for name, headers_of in callers.items():
                    # A token and a cookie are alternatives: the check spoils the cookie and forgets the good token.
                    excluded = [ignored_auth] if name == "client" else []
                    try:
                        case.call_and_validate(headers=headers_of(), excluded_checks=excluded)
                    except FailureGroup as group:
                        found.extend(f"{name}: {case.operation.label}: {failure}" for failure in group.exceptions)

            with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
                send()
    return found


def test_the_engine_keeps_its_document(api_schema):
    failures = failures_of(api_schema.include(tag="engine"), {"nobody": dict})
    assert not failures, "\n".join(failures)


def test_the_registry_keeps_its_document_whoever_asks(api_schema, installation):
    callers = {"nobody": dict}
    for name in ROLES:
        headers = credentials(installation.country, installation.database, name, installation.settings)
        callers[name] = headers.copy
    failures = failures_of(api_schema.exclude(tag="engine"), callers)
    assert not failures, "\n".join(failures)


def test_sessions_keep_their_document(session_schema, installation):
    """Each request with a session of its own: it may end it. (A program has none, and is told so.)"""
    callers = {
        name: partial(credentials, installation.country, installation.database, name, installation.settings)
        for name in ("zoe", "client")
    }
    failures = failures_of(session_schema, callers)
    assert not failures, "\n".join(failures)
