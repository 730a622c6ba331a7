"""The whole web application: pages, JSON API, health, logs.

    uvicorn --factory parcours.site.app:application

`create_app(settings)` gives the ASGI application. The API and the FHIR façade keep their own errors (problem+json,
OperationOutcome); every other address answers a page.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import sqlalchemy
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from parcours.edge import logs
from parcours.edge.security import SecurityHeaders
from parcours.edge.settings import Settings
from parcours.registry.errors import RegistryError
from parcours.site.settings import ServerSettings
from parcours.web import assets, i18n, pages
from parcours.web.i18n import N_
from parcours.web.pages import Page, answer
from parcours.web.public import law_pages
from parcours.web.public.emergency import emergency
from parcours.web.public.rules_pages import decision_table, law_guides, law_rules
from parcours.web.public.search import index, search
from parcours.web.public.situations import situation_index, situation_page
from parcours.web.public.tables_page import tables_page
from parcours.web.quote.quote import quote_page, quote_receipt, quote_text

SERVICES = {"/api/": "parcours.api:create_app", "/fhir/": "parcours.fhir:create_app"}
"""Applications beside the pages, by the beginning of their addresses; taken in when they exist."""


def application() -> ASGIApp:
    """The application with the settings of the environment: what a server starts in each of its processes."""
    logs.configure(ServerSettings().log_level)
    return create_app(Settings())


def create_app(settings: Settings) -> ASGIApp:
    """The whole application."""
    services = {prefix: made for prefix, target in SERVICES.items() if (made := service(target, settings)) is not None}
    site = Starlette(
        routes=routes(),
        exception_handlers={HTTPException: on_http_error, Exception: on_error},
        lifespan=lifespan(services),
    )
    site.state.settings, site.state.services = settings, services
    https = settings.public_url.startswith("https:")
    return logs.RequestLog(SecurityHeaders(Services(site, services), https=https))


def routes() -> list[Route]:
    """Every page."""
    return [
        Route("/", quote_page),
        Route("/quote.txt", quote_text),
        Route("/receipt.json", quote_receipt),
        Route("/emergency", emergency),
        Route("/search", search),
        Route("/glossary", law_pages.glossary),
        Route("/situations", situation_index),
        Route("/situations/{slug}", situation_page),
        Route("/tables", tables_page),
        Route("/law", law_pages.law_index),
        Route("/law/parameters/{id}", law_pages.law_parameter),
        Route("/law/rules", law_rules),
        Route("/law/decision-table", decision_table),
        Route("/law/guides", law_guides),
        Route("/law/articles", law_pages.law_articles),
        Route("/law/readings", law_pages.law_readings),
        Route("/law/limits", law_pages.law_limits),
        Route("/static/{fingerprint}/{name:path}", assets.serve_asset),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/robots.txt", robots),
        Route("/favicon.ico", favicon),
    ]


def service(target: str, settings: Settings) -> Any:
    """An application named "module:factory"; None while that part of the house is not installed."""
    module_name, _, factory = target.partition(":")
    if importlib.util.find_spec(module_name) is None:
        return None
    return getattr(importlib.import_module(module_name), factory)(settings)


class Services:
    """Sends a request to the service its address begins with, else to the pages."""

    def __init__(self, site: Starlette, services: dict[str, ASGIApp]) -> None:
        self.site, self.services = site, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for prefix, app in self.services.items():
                if scope["path"].startswith(prefix):
                    scope["parcours.route"] = f"{prefix}*"
                    await app(scope, receive, send)
                    return
        await self.site(scope, receive, send)


def lifespan(services: dict[str, Any]) -> Any:
    """Start what the services start, load the law and compile the templates before the first request."""

    @asynccontextmanager
    async def live(site: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in services.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            prepare()
            site.state.ready = True
            yield
            site.state.ready = False

    return live


def prepare() -> None:
    """Do once, before traffic, what the first visitor would wait for."""
    assets.assets()
    for language in i18n.LANGUAGES:
        i18n.messages(language)
        env = pages.environment(language)
        for template in env.list_templates():
            env.get_template(template)
        index(language)


async def healthz(_: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """The process can answer: law loaded, not stopping, and the database answers where one is set."""
    ready = bool(getattr(request.app.state, "ready", False)) and await run_in_threadpool(database_answers, request)
    return JSONResponse(
        {"status": "ready" if ready else "not ready"}, 200 if ready else 503, headers={"Cache-Control": "no-store"}
    )


def database_answers(request: Request) -> bool:
    """Does the configured database answer?  The pages need none: the embedded one is not looked at."""
    settings: Settings = request.app.state.settings
    api = request.app.state.services.get("/api/")
    if settings.database_url is None or api is None:
        return True
    try:
        with api.state.parcours.database.reading() as session:
            session.scalar(sqlalchemy.select(1))
    except (RegistryError, sqlalchemy.exc.SQLAlchemyError):
        return False
    return True


async def robots(_: Request) -> Response:
    """Pages may be indexed; quotes hold someone's facts."""
    return PlainTextResponse("User-agent: *\nDisallow: /*?\nDisallow: /api/\n")


async def favicon(_: Request) -> Response:
    """For what is not a page (text, JSON), whose icon browsers look for here."""
    mark = assets.assets()["mark.svg"]
    return Response(mark.body, headers={"Cache-Control": "public, max-age=86400"}, media_type=mark.media_type)


async def on_http_error(request: Request, error: Exception) -> Response:
    """A page for an address that does not exist, or a method it does not know."""
    status = getattr(error, "status_code", 500)
    return error_page(request, status)


async def on_error(request: Request, error: Exception) -> Response:
    """A page for what should not happen; the log says where, the visitor sees no trace."""
    return error_page(request, 500)


def error_page(request: Request, status: int) -> Response:
    """The page of an error, in the visitor's language."""
    page = Page.of(request)
    if status == 404:
        title, detail = (
            N_("This page does not exist"),
            N_("The address may have a typing error, or the page may have moved."),
        )
    elif status < 500:
        title, detail = (
            N_("This request is not accepted"),
            N_("The address or what was sent with it is not one the site knows."),
        )
    else:
        title, detail = (
            N_("Something went wrong here"),
            N_("The error is on our side and has been recorded without your data."),
        )
    translated = [i18n.translate(text, page.language) for text in (title, detail)]
    return answer(page, "error.html", status, "no-store", title=translated[0], detail=translated[1], code=status)
