"""Limits around the API: size and time of a request, requests a minute; a request id; no store; no stack trace."""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parcours.edge.addresses import client_of
from parcours.edge.problems import log_internal, problem
from parcours.edge.services import Services
from parcours.registry.accounts import attempts
from parcours.registry.accounts.tokens import secret_hash
from parcours.registry.errors import RegistryError
from parcours.registry.store.ids import new_id
from parcours.text import Lang, Text, preferred

PREFIX = "/api/"
BATCH_PATH = "/api/v1/settle/batch"
ADDRESS_SHARE = 10
"""An address may hold so many clients (a hospital behind one router)."""
LOGINS = ("/api/v1/session/passkey", "/api/v1/session/identity")
LAW_PATHS = ("/api/v1/law/", "/api/v1/tables")
_BUCKETS = 20_000


class TooLarge(Exception):
    """The body of the request passes the limit."""


@dataclass
class Bucket:
    """A token bucket: as many requests at once as a minute allows, refilled evenly."""

    tokens: float
    seen: float


class RateLimiter:
    """Requests a minute of each client, in this process; the least recent clients are forgotten first."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait(self, client: str, now: float | None = None) -> float:
        """0 when the request may pass, else the seconds to wait."""
        if self.per_minute == 0:
            return 0.0
        now = time.monotonic() if now is None else now
        bucket = self._buckets.setdefault(client, Bucket(float(self.per_minute), now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        rate = self.per_minute / 60
        bucket.tokens = min(float(self.per_minute), bucket.tokens + (now - bucket.seen) * rate)
        bucket.seen = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / rate


class Streams:
    """How many streams a process serves, in all and for each client."""

    def __init__(self, in_all: int, per_client: int) -> None:
        self.in_all, self.per_client = in_all, per_client
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[str | None]:
        """Count a stream while it lasts; why not, when there is no room for it."""
        if self._open[client] >= self.per_client:
            yield "too_many_streams"
        elif self._open.total() >= self.in_all:
            yield "streams_full"
        else:
            self._open[client] += 1
            try:
                yield None
            finally:
                self._open[client] -= 1
                self._open += Counter()  # forgets the clients that have none


class Guard:
    """ASGI middleware of everything under `/api/`."""

    prefix = PREFIX

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self.app = app
        self.services = services
        self.settings = settings = services.settings
        self.limiter = RateLimiter(settings.rate_limit_per_minute)
        # A client may invent tokens and cookies at will: the address is counted too, more generously.
        self.address_limiter = RateLimiter(settings.rate_limit_per_minute * ADDRESS_SHARE)
        self.login_limiter = RateLimiter(settings.login_rate_limit_per_minute)
        self.secret_limiter = RateLimiter(settings.login_rate_limit_per_minute)
        self.known: OrderedDict[str, None] = OrderedDict()
        """Tokens and cookies (hashed) that were no invention: they are not counted as attempts."""
        self.streams = Streams(settings.batch_streams, settings.batch_streams_per_client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.covers(scope["path"]):
            await self.app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    def covers(self, path: str) -> bool:
        """Is an address one of this face?"""
        return path.startswith(self.prefix)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        request_id = scope.setdefault("state", {}).setdefault("request_id", new_id())
        lang = preferred(request.headers.get("accept-language", ""))
        started = False

        async def send_once(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._learn(request, message["status"])
                _add_headers(message, request_id, scope["path"])
            await send(message)

        refusal, limited = await self._refusal(request, lang), self._limited(request, receive)
        if refusal is None and scope["path"] == BATCH_PATH:
            with self.streams.one(_address_of(request)) as why:
                if why is None:
                    refusal = await self._run(request, limited, send_once, lang, lambda: started)
                else:
                    refusal = self.refuse(request, lang, _STATUSES[why], why, {"Retry-After": "30"})
        elif refusal is None:
            refusal = await self._run(request, limited, send_once, lang, lambda: started)
        if refusal is not None:
            await refusal(scope, receive, send_once)

    async def _run(
        self, request: Request, receive: Receive, send: Send, lang: Lang, started: Callable[[], bool]
    ) -> Response | None:
        """Serve within the time limit; the answer to give instead when that fails before anything was sent."""
        try:
            async with asyncio.timeout(self.seconds(request)):
                await self.app(request.scope, receive, send)
        except TimeoutError as error:
            return self._give_up(request, started(), error, lang, 504, "too_long")
        except TooLarge as error:
            return self._give_up(request, started(), error, lang, 413, "too_large")
        except Exception as error:  # noqa: BLE001 - nothing may reach the client or the log unfiltered
            log_internal(error)
            return self._give_up(request, started(), error, lang, 500, "internal_error")
        return None

    def _give_up(
        self, request: Request, started: bool, error: BaseException, lang: Lang, status: int, code: str
    ) -> Response | None:
        if started:  # the answer has begun: only a broken connection can say that it is not whole
            raise ConnectionAbortedError(code) from error
        return self.refuse(request, lang, status, code)

    def refuse(
        self, request: Request, lang: Lang, status: int, code: str, headers: dict[str, str] | None = None
    ) -> Response:
        """A refusal as this face says it."""
        return _problem(lang, status, code, headers)

    async def _refusal(self, request: Request, lang: Lang) -> Response | None:
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.max_bytes(request):
            return self.refuse(request, lang, 413, "too_large")
        address = _address_of(request)
        wait = self.limiter.wait(self.client(request))
        if wait == 0 and self.address_limiter is not self.limiter:
            wait = self.address_limiter.wait(address)
        if wait == 0 and _shows_secret(request) and _client_of(request) not in self.known:
            wait = self.secret_limiter.wait(address)
        if wait == 0 and self.proves_identity(request) and self.login_limiter.per_minute:
            wait = await run_in_threadpool(self._attempt, address)
        if wait > 0:
            return self.refuse(request, lang, 429, "too_many_requests", {"Retry-After": str(int(wait) + 1)})
        return None

    def client(self, request: Request) -> str:
        """Whose requests are counted together."""
        return _client_of(request)

    @staticmethod
    def address(request: Request) -> str:
        """The client that the address of a request belongs to."""
        return _address_of(request)

    def proves_identity(self, request: Request) -> bool:
        """Is it what somebody might try many times?"""
        return _proves_identity(request)

    def _attempt(self, address: str) -> float:
        """Count an attempt for every process; without a database, for this one. Seconds to wait, or 0."""
        try:
            with self.services.database.writing() as session:
                return attempts.take(session, address, self.login_limiter.per_minute)
        except (RegistryError, SQLAlchemyError):
            return self.login_limiter.wait(address)

    def _learn(self, request: Request, status: int) -> None:
        """A secret that was not refused is known from now on; one that was (logged out, revoked) no longer."""
        if not _shows_secret(request):
            return
        client = _client_of(request)
        if status == HTTPStatus.UNAUTHORIZED:
            self.known.pop(client, None)
            return
        self.known[client] = None
        self.known.move_to_end(client)
        if len(self.known) > _BUCKETS:
            self.known.popitem(last=False)

    def seconds(self, request: Request) -> float:
        """Longest time of a request."""
        batch = request.scope["path"] == BATCH_PATH
        return self.settings.batch_seconds if batch else self.settings.request_seconds

    def max_bytes(self, request: Request) -> int:
        """Largest body of a request."""
        batch = request.scope["path"] == BATCH_PATH
        return self.settings.batch_max_bytes if batch else self.settings.request_max_bytes

    def _limited(self, request: Request, receive: Receive) -> Receive:
        """`receive` that counts the bytes: a request without (or with a false) length is limited too."""
        limit, total = self.max_bytes(request), 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > limit:
                raise TooLarge
            return message

        return counted


def _client_of(request: Request) -> str:
    """What identifies a client for the rate: its token or session (hashed), else its address."""
    secret = request.headers.get("authorization") or request.headers.get("cookie")
    return f"{_address_of(request)}:{secret_hash(secret)}" if secret and len(secret) < 4096 else _address_of(request)


def _shows_secret(request: Request) -> bool:
    """Does it come with a token that may be invented?"""
    return "authorization" in request.headers


def _proves_identity(request: Request) -> bool:
    """A login, a reset, a step of OpenID Connect: what somebody might try many times."""
    path: str = request.scope["path"]  # not that of the URL, which the Host header takes part in
    login = request.method == "POST" and (path == "/api/v1/session" or path.startswith(LOGINS))
    return login or path.startswith(("/api/v1/password-resets", "/api/v1/oidc/", "/api/v1/account/"))


def _address_of(request: Request) -> str:
    return client_of(request.client.host) if request.client else "unknown"


def _problem(lang: Lang, status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    return problem(lang, status, code, DETAILS[code][lang], headers=headers)


DETAILS = {
    "too_large": Text("le corps de la requête dépasse la limite", "the body of the request passes the limit"),
    "too_long": Text("le traitement a dépassé la durée permise", "the processing took longer than allowed"),
    "too_many_requests": Text("trop de requêtes : attendez un peu", "too many requests: wait a little"),
    "too_many_streams": Text(
        "trop de flux à la fois pour un client : attendez la fin de l'un d'eux",
        "too many streams at once for one client: wait for one to end",
    ),
    "streams_full": Text("trop de flux à la fois : recommencez plus tard", "too many streams at once: try again later"),
    "internal_error": Text("erreur interne, déjà signalée", "internal error, already reported"),
}


_STATUSES = {"too_many_streams": 429, "streams_full": 503}


def _add_headers(message: MutableMapping[str, Any], request_id: str, path: str) -> None:
    headers = list(message.get("headers", []))
    names = {name.lower() for name, _ in headers}
    added = {b"x-request-id": request_id.encode(), b"x-content-type-options": b"nosniff"}
    if not path.startswith(LAW_PATHS):
        added[b"cache-control"] = b"no-store"
    message["headers"] = headers + [(name, value) for name, value in added.items() if name not in names]
