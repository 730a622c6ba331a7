"""The application of the face: its routes, its limits, its errors."""

from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from parcours.edge.requests import attach
from parcours.edge.services import Services
from parcours.fhir import problems, serve, terminology
from parcours.fhir.answers import add_handlers, body_of, fhir
from parcours.fhir.capability import capability
from parcours.fhir.estimate import predetermine
from parcours.fhir.guard import PREFIX, FhirGuard
from parcours.fhir.serve import site_of
from parcours.fhir.submit import claim_in

MOST_CODES = 1000


def create_app(services: Services) -> Starlette:
    """The face over the services of a process."""
    app = Starlette(routes=[Route(f"{PREFIX}{path}", end, methods=list(methods)) for path, end, methods in ROUTES])
    attach(app, services)
    add_handlers(app)
    app.add_middleware(FhirGuard, services=services)
    return app


async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    return fhir(capability(site_of(request)))


async def submit(request: Request) -> Response:
    """`Claim/$submit`."""
    claim, others = claim_in(await body_of(request))
    if claim.get("use") == "claim":
        raise problems.only_estimates(field="Claim.use")
    return fhir(await run_in_threadpool(predetermine, claim, site_of(request), others))


async def lookup(request: Request) -> Response:
    """`CodeSystem/$lookup`."""
    values = await values_of(request)
    return fhir(terminology.lookup(site_of(request), needed(values, "system"), needed(values, "code")))


async def expand(request: Request) -> Response:
    """`ValueSet/$expand`."""
    site, values = site_of(request), await values_of(request)
    known = terminology.value_sets(site)
    name = request.path_params.get("id")
    found = known.get(name) if name else terminology.by_url(known, needed(values, "url"))
    if found is None:
        raise problems.not_found(field="id")
    offset, count = (whole(values, name, default) for name, default in (("offset", 0), ("count", MOST_CODES)))
    return fhir(terminology.expand(site, found, values.get("filter", ""), offset, count))


async def search(request: Request) -> Response:
    """A search, by address or by form."""
    items = request.query_params.multi_items()
    if request.method == "POST":
        form = await request.form(max_files=0, max_fields=100)
        items += [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return await run_in_threadpool(serve.search, request, items)


async def values_of(request: Request) -> dict[str, str]:
    """The parameters of an operation: of the address, or of a body of Parameters."""
    if request.method == "GET":
        return dict(request.query_params)
    body = await body_of(request)
    parameters: Any = body.get("parameter", [])
    return {
        str(one["name"]): str(next((item for name, item in one.items() if name.startswith("value")), ""))
        for one in parameters if isinstance(one, dict) and "name" in one
    }  # fmt: skip


def needed(values: dict[str, str], name: str) -> str:
    """A parameter that must be there. Raises `Refused`."""
    if not values.get(name):
        raise problems.parameter_needed(field=name, name=name)
    return values[name]


def whole(values: dict[str, str], name: str, default: int) -> int:
    """A whole number, at most a thousand."""
    text = values.get(name, "")
    return min(int(text), MOST_CODES) if text.isdecimal() and len(text) < 6 else default


ROUTES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("metadata", metadata, ("GET",)),
    ("Claim/$submit", submit, ("POST",)),
    ("CodeSystem/$lookup", lookup, ("GET", "POST")),
    ("ValueSet/$expand", expand, ("GET", "POST")),
    ("ValueSet/{id}/$expand", expand, ("GET",)),
    ("{type}/_search", search, ("POST",)),
    ("{type}/{id}", serve.read, ("GET",)),
    ("{type}", search, ("GET",)),
)
