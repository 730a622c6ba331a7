"""The edge as FastAPI takes it: what an endpoint writes in its signature.

An endpoint takes a `ReadUnit` or a `WriteUnit`; one that creates something takes `OnceDep`, one that changes a record
takes `IfMatch` too. One about the caller's own session takes `OwnDep`; `ServicesDep` and `IncomingDep` need no login.
"""

from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from parcours.edge.caller import COOKIE, CSRF_HEADER, Caller, Incoming, require_caller
from parcours.edge.once import Once, digest_of
from parcours.edge.own import OwnSession
from parcours.edge.requests import incoming_of, services_of
from parcours.edge.route import Coming, ComingOnce, coming
from parcours.edge.services import Services
from parcours.edge.unit import Unit

_cookie = APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False, description="Cookie of a login.")
_bearer = HTTPBearer(scheme_name="token", auto_error=False, description="Token of an API client.")

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", max_length=100, description="ETag of the version the change is based on.", examples=['"1"']
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeat a request with the same key: it is done once and answered the same for 24 hours.",
        examples=["3f0c2d1e-8f1b-4c8e-9a51-0f5a7a3f9b11"],
    ),
]


# A dependency that is no coroutine costs a thread: these are asked for by every request.


async def _services(request: Request) -> Services:
    return services_of(request)


async def _incoming(request: Request) -> Incoming:
    return incoming_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
IncomingDep = Annotated[Incoming, Depends(_incoming)]


async def _shown(
    _by_cookie: Annotated[str | None, Security(_cookie)] = None,
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> None:
    """What a caller shows, for the description of the API."""


ShownDep = Annotated[None, Depends(_shown)]


def caller_of(services: ServicesDep, incoming: IncomingDep, _what: ShownDep) -> Caller:
    """The caller, or 401; with a cookie, a change needs the header of the session's CSRF token."""
    return require_caller(services, incoming, incoming.headers.get(CSRF_HEADER))


CallerDep = Annotated[Caller, Depends(caller_of)]


async def _own_session(services: ServicesDep, incoming: IncomingDep, caller: CallerDep) -> OwnSession:
    return OwnSession(services, incoming, caller)


OwnDep = Annotated[OwnSession, Depends(_own_session)]


async def read_unit(
    request: Request,
    _by_cookie: Annotated[str | None, Security(_cookie)] = None,
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Coming:
    """A unit that reads."""
    return coming(request, writes=False)


async def write_unit(
    request: Request,
    _by_cookie: Annotated[str | None, Security(_cookie)] = None,
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Coming:
    """A unit that changes."""
    return coming(request, writes=True)


ReadUnit = Annotated[Unit, Depends(read_unit)]
WriteUnit = Annotated[Unit, Depends(write_unit)]
"""Open when the endpoint runs, in a `UnitRoute`."""


async def once(
    request: Request, unit: Annotated[Coming, Depends(write_unit)], key: IdempotencyKey = None
) -> ComingOnce:
    """The request as something to do once."""
    return ComingOnce(unit, key, digest_of(unit.incoming, await request.body()))


OnceDep = Annotated[Once, Depends(once)]
