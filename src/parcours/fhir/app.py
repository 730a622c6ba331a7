"""The application of the face: its routes, its limits, its errors."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from parcours.edge.app_tokens import caller_of
from parcours.edge.caller import CSRF_HEADER
from parcours.edge.problems import ProblemError
from parcours.edge.requests import attach, incoming_of, services_of
from parcours.edge.services import Services
from parcours.fhir import actions, bulk, identity, papers, problems, serve, smart, terminology
from parcours.fhir.actions import KNOWN
from parcours.fhir.answers import add_handlers, body_of, fhir, lang_of
from parcours.fhir.capability import capability, directory_of
from parcours.fhir.estimate import predetermine
from parcours.fhir.everything import everything as everything_of
from parcours.fhir.guard import PREFIX, FhirGuard
from parcours.fhir.issues import Issue, Refused, first_status, issue_from, outcome
from parcours.fhir.kinds import Ask
from parcours.fhir.paging import opened
from parcours.fhir.papers import PDF
from parcours.fhir.r4 import check
from parcours.fhir.serve import site_of
from parcours.fhir.submit import Others, claim_in, parameter
from parcours.registry.people.context import Tag
from parcours.text import Text

MOST_CODES = 1000
DONE = Issue("informational", Text("rien à redire", "nothing wrong"), severity="information", name="done")


def create_app(services: Services) -> Starlette:
    """The face over the services of a process."""
    app = Starlette(routes=[Route(f"{PREFIX}{path}", end, methods=list(methods)) for path, end, methods in ROUTES])
    attach(app, services)
    add_handlers(app)
    app.add_middleware(FhirGuard, services=services)
    origins = services.settings.cors_origins
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(origins), allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "Accept-Language", "If-Match", "If-None-Match", "Prefer"],
            expose_headers=["ETag", "Location", "Content-Location", "X-Request-Id"],
        )  # fmt: skip
    return app


async def smart_configuration(request: Request) -> Response:
    """`.well-known/smart-configuration`."""
    return JSONResponse(smart_offer(request))


def smart_offer(request: Request) -> dict[str, Any]:
    """What is offered to programs and applications."""
    settings = services_of(request).settings
    signed = settings.smart_identity_key is not None
    return smart.configuration(site_of(request), keys=settings.smart_keys is not None, signed=signed)


async def openid_configuration(request: Request) -> Response:
    """`.well-known/openid-configuration`."""
    identity_key(request)
    return JSONResponse(identity.configuration(site_of(request), smart_offer(request)))


async def public_keys(request: Request) -> Response:
    """The keys with which an identity that was signed is checked."""
    return JSONResponse(identity.public_keys(identity_key(request)))


def identity_key(request: Request) -> Path:
    """The file of the key that signs identities. Raises `ProblemError`: none."""
    file = services_of(request).settings.smart_identity_key
    if file is None:
        raise problems.unknown_operation(name="openid")
    return file


async def token(request: Request) -> Response:
    """A token: for a code, for a refresh token, for the token of an API client."""
    return await granting(request, smart.token)


async def revoke(request: Request) -> Response:
    """Take a token back (RFC 7009): what an application was let into ends."""
    return await granting(request, smart.revoke)


async def granting(request: Request, work: Callable[..., dict[str, Any]]) -> Response:
    """What OAuth 2 asks by a form; refused in its words."""
    form = await request.form(max_files=0, max_fields=20)
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    said = dict(pairs)
    authorization = request.headers.get("authorization", "")
    if len(said) != len(pairs):
        return JSONResponse({"error": "invalid_request"}, 400)
    try:
        answer = await run_in_threadpool(work, services_of(request), incoming_of(request), authorization, said)
    except smart.Refused as error:
        challenge = {"WWW-Authenticate": 'Basic realm="parcours"'} if error.status == 401 else {}
        return JSONResponse({"error": error.error}, error.status, headers=challenge)
    return JSONResponse(answer)


async def metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    return fhir(capability(site_of(request)))


async def submit(request: Request) -> Response:
    """`Claim/$submit`: an estimate for anybody, an estimate or a sheet for who is known."""
    claim, others = claim_in(await body_of(request))
    if claim.get("use") == "claim":
        return await run_in_threadpool(sent, request, claim, others)
    patient = claim.get("patient")
    if is_known(request) and isinstance(patient, dict) and KNOWN.fullmatch(str(patient.get("reference", ""))):
        work = partial(actions.estimated, claim=claim, others=others)
        return fhir(await run_in_threadpool(serve.asking, request, False, work))
    return fhir(await run_in_threadpool(predetermine, claim, site_of(request), others))


def is_known(request: Request) -> bool:
    """Does the request say who sends it?"""
    return "authorization" in request.headers or "cookie" in request.headers


def sent(request: Request, claim: Mapping[str, Any], others: Others) -> Response:
    """A sheet, submitted; answered by the fund's answer: it waits."""
    return fhir(serve.changing(request, lambda ask: actions.answered(ask, actions.send(ask, claim, others)[0])))


async def create(request: Request) -> Response:
    """`POST Claim`: 201, or 200 for a sheet that is there already."""
    if request.path_params["type"] != "Claim":
        raise problems.not_created(field="resourceType", type=request.path_params["type"][:80])
    claim, others = claim_in(await body_of(request))
    if claim.get("use") != "claim":
        return await submit(request)
    condition = request.headers.get("if-none-exist", "")
    unless = parse_qsl(condition.rpartition("?")[2])

    def work(ask: Ask) -> tuple[dict[str, Any], bool]:
        row, new = actions.send(ask, claim, others, unless)
        return serve.stamped(actions.shown(ask, row)), new

    resource, new = await run_in_threadpool(serve.changing, request, work)
    headers = {"Location": f"{site_of(request).base}/Claim/{resource['id']}", "ETag": serve.etag_of(resource)}
    return preferring(request, resource, 201 if new else 200, headers)


def preferring(request: Request, resource: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    """What a client prefers to get after a change."""
    asked = request.headers.get("prefer", "").replace(" ", "").lower()
    if "return=minimal" in asked:
        return Response(status_code=status, headers=headers)
    if "return=operationoutcome" in asked:
        return fhir(outcome([DONE], lang_of(request)), status, headers)
    return fhir(resource, status, headers)


async def update(request: Request) -> Response:
    """`PUT Claim/id` with status cancelled, or `Claim/id/$cancel`: take a sheet back."""
    if request.method == "PUT":
        body = await body_of(request)
        if request.path_params.get("type") != "Claim":
            raise problems.not_created(field="resourceType", type=request.path_params["type"][:80])
        if body.get("resourceType") != "Claim" or body.get("status") != "cancelled":
            raise problems.status_only(field="Claim.status")
        id_ = request.path_params["id"]
        if body.get("id", id_) != id_:
            raise problems.bad_value(field="Claim.id", value=str(body["id"])[:80], allowed=id_[:80])
    given = request.headers.get("if-match")

    def work(ask: Ask) -> dict[str, Any]:
        if given is not None:
            actions.check_match(ask, request.path_params["id"], given)
        return serve.stamped(actions.shown(ask, actions.cancel(ask, request.path_params["id"])))

    resource = await run_in_threadpool(serve.changing, request, work)
    return preferring(request, resource, 200, {"ETag": serve.etag_of(resource)})


async def together(request: Request) -> Response:
    """Several requests in one Bundle: not served."""
    await body_of(request)
    raise problems.no_batch()


async def eligibility(request: Request) -> Response:
    """`CoverageEligibilityRequest/$submit`."""
    asked, _ = claim_in(await body_of(request), "CoverageEligibilityRequest")
    issues = check(asked)
    if issues:
        raise Refused(first_status(issues), *issues)
    return fhir(await run_in_threadpool(serve.asking, request, False, partial(actions.eligibility, asked=asked)))


async def everything(request: Request) -> Response:
    """`Patient/id/$everything`."""
    items, place = opened(await parameters_of(request))
    work = partial(
        everything_of, id_=request.path_params["id"], items=items, place=place, strict=serve.is_strict(request)
    )
    return fhir(await run_in_threadpool(serve.asking, request, False, work))


async def explain(request: Request) -> Response:
    """`ExplanationOfBenefit/id/$explain`."""
    work = partial(actions.explain_eob, id_=request.path_params["id"])
    return fhir(await run_in_threadpool(serve.asking, request, False, work))


async def validate(request: Request) -> Response:
    """`$validate`: what is wrong with the form of a resource; for an estimate, with its facts too."""
    body = await body_of(request)
    if body.get("resourceType") == "Parameters" and request.path_params["type"] != "Parameters":
        body = dict(parameter(body, "resource", request.path_params["type"]))
    issues = check(body, request.path_params["type"])
    if not issues and body["resourceType"] == "Claim" and body["use"] == "predetermination":
        try:
            await run_in_threadpool(predetermine, body, site_of(request))
        except Refused as error:
            issues = list(error.issues)
        except ProblemError as error:
            issues = [issue_from(error, error.status)]
    return fhir(outcome(issues or [DONE], lang_of(request)))


async def export(request: Request) -> Response:
    """`$export`: 202, and where to look."""
    said = await parameters_of(request)
    names = [name for name, _ in said]
    parameters = {name: ",".join(value for own, value in said if own == name) for name in dict.fromkeys(names)}
    return await run_in_threadpool(exporting, request, parameters)


def exporting(request: Request, parameters: dict[str, str]) -> Response:
    """The answer to an export that is asked for."""
    if "respond-async" not in request.headers.get("prefer", "").lower():
        raise problems.async_only(field="Prefer")
    group = request.path_params.get("id", "")

    def work(ask: Ask) -> str:
        ask.by.allow(*directory_of())
        return bulk.asked(
            ask.by.actor, parameters, f"{ask.site.base}{request.scope['path'][5:]}", group, ask.by.caller.types
        ).sealed()

    token = serve.asking(request, False, work)
    return Response(status_code=202, headers={"Content-Location": f"{site_of(request).base}/bulk/{token}"})


def export_status(request: Request) -> Response:
    """The manifest of an export; DELETE ends it: its files are no longer there."""
    token = request.path_params["job"]

    def work(ask: Ask) -> dict[str, Any]:
        ask.by.allow(*directory_of())
        return bulk.manifest(ask, bulk.opened(ask.by.session, token, ask.by.actor), token)

    def delete(ask: Ask) -> None:
        ask.by.note(Tag.EXPORT_END, ask.by.allow(*directory_of()))
        bulk.end(ask.by.session, bulk.opened(ask.by.session, token, ask.by.actor))

    if request.method == "DELETE":
        serve.changing(request, delete)
        return Response(status_code=202)
    said = serve.asking(request, False, work)
    return JSONResponse(said, headers={"Expires": format_datetime(datetime.now(UTC) + bulk.LASTS, usegmt=True)})


def export_file(request: Request) -> Response:
    """A file of an export, streamed."""
    services, incoming = services_of(request), incoming_of(request)
    caller = caller_of(services, incoming, incoming.headers.get(CSRF_HEADER))
    with services.database.reading() as session:
        job = bulk.opened(session, request.path_params["job"], caller.actor)
    if request.path_params["type"] not in job.types:
        raise problems.not_found(field="type")
    after = request.query_params.get("after", "")
    content = bulk.lines(services, incoming, caller, site_of(request), job, request.path_params["type"], after)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return StreamingResponse(bulk.gzipped(content), media_type=bulk.NDJSON, headers={"Content-Encoding": "gzip"})
    return StreamingResponse(content, media_type=bulk.NDJSON)


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


async def read(request: Request) -> Response:
    """One resource; a file as it is, to who asks for it so."""
    if request.path_params["type"] == "Binary" and PDF in request.headers.get("accept", ""):
        work = partial(papers.file_of, id_=request.path_params["id"])
        _, file = await run_in_threadpool(serve.asking, request, False, work)
        return Response(file, media_type=PDF, headers={"Content-Disposition": "inline"})
    return await run_in_threadpool(serve.read, request)


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
    return dict(parameters_in(await body_of(request)))


async def parameters_of(request: Request) -> list[tuple[str, str]]:
    """What an operation is asked: in the address, and in a body of Parameters."""
    items = request.query_params.multi_items()
    if request.method == "POST" and await request.body():
        items += parameters_in(await body_of(request))
    return items


def parameters_in(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a body of Parameters says, by name."""
    parameters: Any = body.get("parameter", [])
    return [
        (str(one["name"]), str(next((item for name, item in one.items() if name.startswith("value")), "")))
        for one in (parameters if isinstance(parameters, list) else []) if isinstance(one, dict) and "name" in one
    ]  # fmt: skip


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
    ("", together, ("POST",)),
    ("metadata", metadata, ("GET",)),
    (".well-known/smart-configuration", smart_configuration, ("GET",)),
    (".well-known/openid-configuration", openid_configuration, ("GET",)),
    (".well-known/jwks.json", public_keys, ("GET",)),
    ("auth/token", token, ("POST",)),
    ("auth/revoke", revoke, ("POST",)),
    ("Claim/$submit", submit, ("POST",)),
    ("CodeSystem/$lookup", lookup, ("GET", "POST")),
    ("ValueSet/$expand", expand, ("GET", "POST")),
    ("ValueSet/{id}/$expand", expand, ("GET",)),
    ("CoverageEligibilityRequest/$submit", eligibility, ("POST",)),
    ("Claim/{id}/$cancel", update, ("POST",)),
    ("Patient/{id}/$everything", everything, ("GET", "POST")),
    ("ExplanationOfBenefit/{id}/$explain", explain, ("GET", "POST")),
    ("Patient/$export", export, ("GET", "POST")),
    ("Group/{id}/$export", export, ("GET", "POST")),
    ("$export", export, ("GET", "POST")),
    ("bulk/{job}", export_status, ("GET", "DELETE")),
    ("bulk/{job}/{type}", export_file, ("GET",)),
    ("{type}/$validate", validate, ("POST",)),
    ("{type}/{id}/$validate", validate, ("POST",)),
    ("{type}/_search", search, ("POST",)),
    ("{type}/{id}", read, ("GET",)),
    ("{type}/{id}", update, ("PUT",)),
    ("{type}", search, ("GET",)),
    ("{type}", create, ("POST",)),
)
