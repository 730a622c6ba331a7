"""A route of FastAPI whose unit is opened, worked in and closed in one thread.

A dependency with a `yield` goes to a thread to begin, the endpoint goes to another, its answer to a third, and a fourth
ends the unit. Here the dependencies only say which unit is to come; the endpoint's own thread opens it, checks the
answer inside it and closes it. The trace is then written beside those of others, and awaited without holding a thread.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import iscoroutinefunction
from types import NoneType
from typing import Any, get_type_hints

from fastapi import Request
from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from parcours.edge import unit as units
from parcours.edge.caller import CSRF_HEADER, Incoming, require_caller
from parcours.edge.once import Once
from parcours.edge.requests import incoming_of, services_of
from parcours.edge.services import Services
from parcours.edge.unit import Unit

_COMING = "parcours.coming"


class Abandoned(Exception):
    """Nobody waits for the answer any more: what was begun is not kept."""


@dataclass
class Coming:
    """The unit that a request is going to need."""

    services: Services
    incoming: Incoming
    writes: bool
    begun: bool = False
    abandoned: bool = False
    traces: list[Future[None]] = field(default_factory=list)
    """What the unit left for the trail, being written."""

    def opened(self) -> AbstractContextManager[Unit]:
        """The unit, open."""
        if self.writes:
            return units.writing(self.services, self.incoming, None, self.traces.append)
        return units.reading(self.services, self.incoming, None, self.traces.append)

    def check(self) -> None:
        """Would it open for who asks? Raises what opening it raises."""
        caller = require_caller(self.services, self.incoming, self.incoming.headers.get(CSRF_HEADER))
        units.check_factor(self.services, self.incoming, caller)

    async def traced(self) -> None:
        """Wait until what the unit left is in the trail. Raises what could not be written."""
        for one in self.traces:
            await asyncio.wrap_future(one)


@dataclass(frozen=True)
class ComingOnce:
    """The unit of something that is to be done once."""

    coming: Coming
    key: str | None
    request: str


def coming(request: Request, *, writes: bool) -> Coming:
    """Say which unit a request is going to need."""
    found = request.scope[_COMING] = Coming(services_of(request), incoming_of(request), writes)
    return found


class UnitRoute(APIRoute):
    """A route that opens the unit its endpoint asks for."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        asked = {Unit, Once} & set(get_type_hints(endpoint).values())
        super().__init__(path, self._in_one_thread(endpoint) if asked else endpoint, **more)
        self.checks = [one.dependency for one in self.dependencies if one.dependency is not None]
        if all(map(only_reads_the_request, (endpoint, *self.checks))):
            self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What FastAPI does where there is nothing to solve and nothing to validate."""
        request = Request(scope, receive, send)
        for check in self.checks:
            await check(request)
        response = await self.endpoint(request)
        await response(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception:
                asked: Coming | None = request.scope.get(_COMING)
                if asked is not None and not asked.begun:  # who may not come in is not told what else was wrong
                    await run_in_threadpool(asked.check)
                raise

        return handle

    def _in_one_thread(self, endpoint: Callable[..., Any]) -> Callable[..., Any]:
        if iscoroutinefunction(endpoint):  # of a route that answers at a second address
            return endpoint

        @wraps(endpoint)
        async def served(**values: Any) -> Any:
            asked = next(one for one in map(_asked, values.values()) if one is not None)
            work = partial(copy_context().run, self._work, endpoint, asked, values)
            try:
                return await asyncio.get_running_loop().run_in_executor(asked.services.units, work)
            except asyncio.CancelledError:
                asked.abandoned = True
                raise
            finally:
                if not asked.abandoned:
                    await asked.traced()

        return served

    def _work(self, endpoint: Callable[..., Any], asked: Coming, values: dict[str, Any]) -> Any:
        asked.begun = True
        with asked.opened() as unit:
            answer = endpoint(**{name: _given(value, unit) for name, value in values.items()})
            if self.response_field is not None and not isinstance(answer, Response):
                answer, errors = self.response_field.validate(answer, {}, loc=("response",))
                if errors:
                    raise ResponseValidationError(errors=errors, body=answer)
            if asked.abandoned:
                raise Abandoned
        return answer


def only_reads_the_request(function: Any) -> bool:
    """Is it a coroutine that takes the request alone, and makes its own answer if it makes one?"""
    hints = get_type_hints(function)
    made = hints.pop("return", None)
    return iscoroutinefunction(function) and tuple(hints.values()) == (Request,) and made in {Response, NoneType}


def _asked(value: Any) -> Coming | None:
    value = value.coming if isinstance(value, ComingOnce) else value
    return value if isinstance(value, Coming) else None


def _given(value: Any, unit: Unit) -> Any:
    if isinstance(value, ComingOnce):
        return Once(unit, value.key, value.request)
    return unit if isinstance(value, Coming) else value
