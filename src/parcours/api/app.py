"""The routes of the API, and how an application takes them in."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi

from parcours import __version__
from parcours.edge.caller import CSRF_HEADER, cookie_name
from parcours.edge.limits import Guard
from parcours.edge.problems import FieldError, Problem, add_handlers
from parcours.edge.requests import attach
from parcours.edge.route import UnitRoute
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.contexts import NAMES

DESCRIPTION = """France's coordinated care pathway: is an act inside, who pays what, and why; who is whose doctor.

Words are French, or English where `Accept-Language` prefers it: French where a request has no such header. Errors are
problem details (RFC 9457) in the same language, which `Content-Language` names. People log in (`POST /api/v1/session`)
and send the cookie, with the session's token in `X-CSRF-Token` for every change; programs send a token
(`Authorization: Bearer …`). A record you may not see answers 404, and every access is written to the audit trail.
"""

INDEX = "/api/v1"
router = APIRouter()
APART = (
    "engine",
    "bill",
    "prevention_public",
    "batch",
    "law",
    "session",
    "password",
    "second_factor",
    "passkeys",
    "own_data",
    "own_sessions",
    "oidc",
    "identity_proof",
    "departures",
    "family",
    "find",
    "referral_loop",
    "drafts",
    "record_project",
    "record_sharing",
    "objections",
    "undue",
    "agreements",
)
"""Modules that are not of one context of the registry."""
MODULES = tuple(
    import_module(f"parcours.api.{name}")
    for name in (*APART, *NAMES)
    if name in APART or find_spec(f"parcours.api.{name}") is not None
)
for _module in MODULES:
    router.routes.extend(_module.router.routes)  # one list: a router in a router looks for a route three times


async def index() -> dict[str, str]:
    """What stands at the root of the API: where to read about it, and where to begin."""
    return {
        "name": "parcours",
        "version": __version__,
        "docs": "/api/docs",
        "openapi": "/api/openapi.json",
        "settle": f"{INDEX}/settle",
    }


def install(app: FastAPI, services: Services) -> None:
    """Add the routes, the error answers and the limits to an application."""
    settings = services.settings
    attach(app, services)
    add_handlers(app)
    app.router.route_class = UnitRoute
    app.router.routes.extend(router.routes)
    app.add_api_route(INDEX, index, include_in_schema=False)
    app.add_middleware(Guard, services=services)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.cors_origins), allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "Accept-Language", "If-Match", "Idempotency-Key"],
            expose_headers=["ETag", "Location", "X-Request-Id"],
        )  # fmt: skip
    app.openapi = lambda: openapi(app, settings)  # type: ignore[method-assign]


def create_app(services: Services | None = None) -> FastAPI:
    """An application with the API and nothing else; the services of the process when none are given."""
    app = FastAPI(title="parcours", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    install(app, services or Services())
    return app


def openapi(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """The OpenAPI document of the routes under `/api/`."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="parcours",
            version=__version__,
            description=DESCRIPTION,
            routes=app.routes,
        )
        document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith("/api/")}
        _complete(document, settings)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(document: dict[str, Any], settings: Settings) -> None:
    """Add what FastAPI does not know: the problem schemas, the real name of the cookie, the CSRF header."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    template = "#/components/schemas/{model}"
    schemas["Problem"] = Problem.model_json_schema(ref_template=template)
    schemas["Problem"].pop("$defs", None)
    schemas["FieldError"] = FieldError.model_json_schema(ref_template=template)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    cookie = components.get("securitySchemes", {}).get("session")
    if cookie is not None:
        cookie["name"] = cookie_name(settings)
        cookie["description"] = f"Cookie of a login. Changes also need the session's token in `{CSRF_HEADER}`."
