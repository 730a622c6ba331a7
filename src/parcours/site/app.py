"""The whole application: the faces side by side, health, logs.

    uvicorn --factory parcours.site.app:application

`create_app(settings)` gives the ASGI application. The API and the FHIR façade keep their own errors (problem+json,
OperationOutcome); every other address answers a page.
"""

import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import EnumType
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from parcours.edge import logs
from parcours.edge.index import indexed
from parcours.edge.problems import log_internal
from parcours.edge.requests import attach
from parcours.edge.security import SecurityHeaders
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.law.library.problems import LibraryError
from parcours.site.metrics import measured
from parcours.site.page_limits import PageGuard
from parcours.site.proxies import Forwarded
from parcours.site.readiness import Readiness
from parcours.site.settings import ServerSettings
from parcours.site.traces import traced
from parcours.web.app import error_page, prepare, routes
from parcours.web.public.api_docs import ROOT as DOCS

FACES = {"/api/": "parcours.api:create_app", "/fhir/": "parcours.fhir:create_app"}
"""Applications beside the pages, by the beginning of their addresses; taken in when they exist."""


def application() -> ASGIApp:
    """The application with the settings of the environment: what a server starts in each of its processes."""
    server = ServerSettings()
    logs.configure(server.log_level)
    find_members_at_once()
    app = traced(measured(create_app(Settings()), server), server)
    return Forwarded(app, server.trusted_proxies)


def find_members_at_once() -> None:
    """Let a member of an enum be found as in Python 3.12. Python 3.11 looks by a function of its own, which no member
    needs, and four times as long; the rules ask for two hundred members an act.
    """
    if "__getattr__" in vars(EnumType):
        delattr(EnumType, "__getattr__")


def create_app(settings: Settings) -> ASGIApp:
    """The whole application."""
    services = Services(settings)
    faces = {prefix: made for prefix, target in FACES.items() if (made := face(target, services)) is not None}
    site = Starlette(
        routes=[*routes(), Route("/healthz", healthz), Route("/readyz", readyz)],
        exception_handlers={HTTPException: on_http_error, LibraryError: on_library_error, Exception: on_error},
        lifespan=lifespan(faces),
    )
    for router in (site.router, *(made.router for made in faces.values())):
        indexed(router)
    attach(site, services)
    site.state.readiness = Readiness(services)
    if "/api/" in faces:
        site.state.openapi = faces["/api/"].openapi
    https = settings.public_url.startswith("https:")
    return logs.RequestLog(SecurityHeaders(Faces(PageGuard(site, services), faces), https=https))


def face(target: str, services: Services) -> Any:
    """An application named "module:factory"; None while that part of the house is not installed."""
    module_name, _, factory = target.partition(":")
    if importlib.util.find_spec(module_name) is None:
        return None
    return getattr(importlib.import_module(module_name), factory)(services)


def is_docs(path: str) -> bool:
    """Is an address under `/api/` a page for people?"""
    return path == DOCS or path.startswith(f"{DOCS}/")


class Faces:
    """Sends a request to the face its address begins with, else to the pages."""

    def __init__(self, site: ASGIApp, faces: dict[str, ASGIApp]) -> None:
        self.site, self.faces = site, faces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_docs(scope["path"]):
            for prefix, app in self.faces.items():
                sent = scope["method"] == "POST" and f"{scope['path']}/" == prefix
                if scope["path"].startswith(prefix) or sent:
                    scope["path"] = prefix if sent else scope["path"]
                    scope["parcours.face"] = prefix
                    await app(scope, receive, send)
                    return
        await self.site(scope, receive, send)


def lifespan(faces: dict[str, Any]) -> Any:
    """Start what the faces start, load the law and compile the templates before the first request."""

    @asynccontextmanager
    async def live(site: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in faces.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            prepare()
            site.state.ready = True
            yield
            site.state.ready = False

    return live


async def healthz(_: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """The process can answer: law loaded, not stopping, the registry's tables and keys are those of this code."""
    headers = {"Cache-Control": "no-store"}
    if getattr(request.state, "stopping", False) or not getattr(request.app.state, "ready", False):
        return JSONResponse({"status": "not ready", "why": "starting_or_stopping"}, 503, headers=headers)
    why = await request.app.state.readiness.why_not()
    if why is not None:
        return JSONResponse({"status": "not ready", "why": why}, 503, headers=headers)
    return JSONResponse({"status": "ready"}, headers=headers)


async def on_http_error(request: Request, error: Exception) -> Response:
    """A page for an address that does not exist, or a method it does not know."""
    status = getattr(error, "status_code", 500)
    return error_page(request, status)


async def on_library_error(request: Request, error: Exception) -> Response:
    """An imported nomenclature is damaged on this server: the visitor may come back."""
    log_internal(error)
    return error_page(request, 503)


async def on_error(request: Request, error: Exception) -> Response:
    """A page for what should not happen; the log says where, the visitor sees no trace."""
    return error_page(request, 500)
