"""Answers of the face: FHIR JSON, OperationOutcomes, and what every error of the house becomes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.problems import STALE, ProblemError, log_internal
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.errors import ParcoursError
from parcours.fhir import problems
from parcours.fhir.issues import Issue, Refused, issue_from, outcome, title_of
from parcours.registry.errors import Busy, RegistryError
from parcours.text import Lang, Text, preferred

MEDIA_TYPE = "application/fhir+json"
READ = ("application/fhir+json", "application/json", "text/json")
CHALLENGE = 'Bearer realm="parcours"'


def lang_of(request: Request) -> Lang:
    """French or English, as the client prefers."""
    return preferred(request.headers.get("accept-language", ""))


def fhir(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A resource."""
    return Response(jsonio.dumps(content), status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def refusal(lang: Lang, status: int, *issues: Issue, headers: Mapping[str, str] | None = None) -> Response:
    """An OperationOutcome."""
    challenge = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
    return fhir(outcome(issues, lang), status, {**challenge, **(headers or {})})


async def body_of(request: Request) -> Any:
    """The body as JSON with exact decimals. Raises `Refused`: another media type, or no JSON object."""
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media not in READ:
        raise problems.not_json_media()
    return parsed(await request.body())


def parsed(raw: bytes) -> dict[str, Any]:
    """A JSON object. Raises `Refused`."""
    try:
        content = jsonio.loads(raw.decode("utf-8"))
        if b"\\ud" in raw.lower():  # half a surrogate pair: it could not be sent back
            jsonio.dumps(content).encode()
    except (ValueError, RecursionError) as error:
        raise problems.not_json(field="Resource") from error
    if not isinstance(content, dict) or jsonio.MARK.encode() in raw or b"\\u2063" in raw.lower():
        raise problems.not_json(field="Resource")
    return content


# --- errors ----------------------------------------------------------------------------------------------------------


def add_handlers(app: Starlette) -> None:
    """Make every error of the application an OperationOutcome."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)


def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - what the handler is registered for
    return refusal(lang_of(request), error.status, *error.issues)


def _on_house_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ParcoursError)  # noqa: S101
    status = status_of(error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else {}
    return refusal(lang_of(request), status, issue_from(error, status), headers=headers)


def status_of(error: ParcoursError) -> int:
    """The HTTP status of an error of the house."""
    if isinstance(error, RegistryError):
        return int(error.http_status)
    return error.status if isinstance(error, ProblemError) else 422


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    text = title_of(error.status_code)
    code = "not-supported" if error.status_code in {404, 405} else "processing"
    return refusal(lang_of(request), error.status_code, Issue(code, text), headers=error.headers)


def _on_stale(request: Request, error: Exception) -> Response:
    return refusal(lang_of(request), 412, Issue("conflict", STALE, name="stale_version"))


def _on_integrity_error(request: Request, error: Exception) -> Response:
    text = Text("la demande contredit ce qui est déjà enregistré", "the request contradicts what is already recorded")
    return refusal(lang_of(request), 409, Issue("conflict", text, name="conflict"))


def _on_database_error(request: Request, error: Exception) -> Response:
    log_internal(error)
    text = Text("registre momentanément indisponible", "the registry is not available for now")
    issue = Issue("transient", text, name="database_unavailable")
    return refusal(lang_of(request), 503, issue, headers={"Retry-After": "5"})


HANDLERS = {
    Refused: _on_refused,
    ProblemError: _on_house_error,
    RegistryError: _on_house_error,
    FactError: _on_house_error,
    HTTPException: _on_http_error,
    StaleDataError: _on_stale,
    IntegrityError: _on_integrity_error,
    DBAPIError: _on_database_error,
}
