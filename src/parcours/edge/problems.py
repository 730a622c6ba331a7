"""Errors of the API: RFC 9457 problem details in French or English, with the field and what is allowed."""

import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from parcours.errors import ParcoursError
from parcours.law.library.problems import LibraryError
from parcours.registry.errors import Busy, RegistryError
from parcours.text import Lang, Text, preferred, said

__all__ = ["FieldError", "Problem", "ProblemError", "add_handlers", "language_of", "problem", "problems"]

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("parcours.api")


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["birth_date"])
    code: str = Field(examples=["missing"])
    message: str = Field(examples=["this field is needed"])
    given: str | None = Field(None, description="What was received; never a value that identifies a person.")
    allowed: str | None = None


class Problem(BaseModel):
    """Problem details (RFC 9457). `title`, `detail` and `message` follow `Accept-Language` (fr, en)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:parcours:problem:invalid_request",
                    "title": "Requête invalide",
                    "status": 422,
                    "detail": "un ou plusieurs champs ne conviennent pas",
                    "code": "invalid_request",
                    "errors": [{"field": "fee", "code": "missing", "message": "ce champ est nécessaire"}],
                }
            ]
        }
    )

    type: str = Field(description="`urn:parcours:problem:` and the code.")
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable, for programs.")
    field: str | None = None
    article: str | None = Field(None, description="The article of law, when there is one.")
    errors: list[FieldError] = Field(default_factory=list)


class ProblemError(ParcoursError):
    """A problem of the face itself (those of the registry are `RegistryError`)."""

    def __init__(
        self, status: int, code: str, reason: Text, *, field: str | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(code, reason, field=field)
        self.status, self.errors = status, list(errors)


@dataclass(frozen=True)
class Refusal:
    """An entry of a face's catalogue: calling it makes the problem. Its text may hold fields."""

    status: int
    code: str
    reason: Text
    field: str | None = None

    def __call__(self, *, field: str | None = None, **values: object) -> ProblemError:
        """The problem, with the fields of its text filled."""
        return ProblemError(self.status, self.code, self.reason.format(**values), field=field or self.field)


_TITLES: dict[int, Text] = {
    400: Text("Requête illisible", "Unreadable request"),
    401: Text("Identification nécessaire", "Identification needed"),
    403: Text("Action refusée", "Action refused"),
    404: Text("Introuvable", "Not found"),
    405: Text("Méthode inconnue ici", "Method not allowed here"),
    406: Text("Format de réponse inconnu", "Unknown format of answer"),
    408: Text("Requête trop lente", "Request too slow"),
    409: Text("Conflit avec l'état des données", "Conflict with the state of the data"),
    412: Text("Version dépassée", "Stale version"),
    413: Text("Requête trop grande", "Request too large"),
    415: Text("Format de requête inconnu", "Unknown format of request"),
    422: Text("Requête invalide", "Invalid request"),
    428: Text("Version à préciser", "Version needed"),
    429: Text("Trop de requêtes", "Too many requests"),
    500: Text("Erreur interne", "Internal error"),
    502: Text("Un service extérieur répond mal", "An outside service answers badly"),
    503: Text("Service momentanément indisponible", "Service unavailable for now"),
    504: Text("Traitement trop long", "Processing took too long"),
}


def language_of(request: Request) -> Lang:
    """French or English, as the client prefers; French when it does not say."""
    return preferred(request.headers.get("accept-language", ""))


STALE = Text(
    "l'enregistrement a changé entre-temps : relisez-le, puis recommencez",
    "the record has changed meanwhile: read it again, then retry",
)
_INVALID = Text("un ou plusieurs champs ne conviennent pas", "one or more fields are not right")
_CONFLICT = Text(
    "les données ont changé entre-temps et n'admettent plus cette écriture",
    "the data has changed meanwhile and no longer allows this",
)


_LIBRARY = Text(
    "la nomenclature importée « {name} » est illisible sur ce serveur : elle est à importer de nouveau",
    "the imported list “{name}” cannot be read on this server: it has to be imported again",
)


def title_of(status: int, lang: Lang) -> str:
    return _TITLES[status][lang] if status in _TITLES else HTTPStatus(status).phrase


def problem(
    lang: Lang,
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    article: str | None = None,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem+json answer."""
    content = Problem(
        type=f"urn:parcours:problem:{code}",
        title=title_of(status, lang),
        status=status,
        detail=detail,
        code=code,
        field=field,
        article=article,
        errors=list(errors),
    )
    return JSONResponse(
        content.model_dump(exclude_none=True),
        status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": lang, "Vary": "Accept-Language", **(headers or {})},
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an endpoint, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": title_of(status, "en"), "content": content} for status in statuses}


# --- handlers --------------------------------------------------------------------------------------------------------


def add_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem+json answer."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RegistryError, _on_registry_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(StaleDataError, _on_stale)
    app.add_exception_handler(IntegrityError, _on_integrity_error)
    app.add_exception_handler(DBAPIError, _on_database_error)
    app.add_exception_handler(LibraryError, _on_library_error)


def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 - what the handler is registered for
    lang = language_of(request)
    return problem(lang, error.status, error.code, error.reason[lang], field=error.field, errors=error.errors)


def _on_registry_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RegistryError)  # noqa: S101
    lang = language_of(request)
    reason = error.reason[lang]
    entry = FieldError(
        field=error.path or "",
        code=error.code,
        message=reason,
        given=None if error.given is None else str(said(error.given, lang))[:200],
        allowed=error.allowed and error.allowed[lang],
    )
    headers = {"WWW-Authenticate": 'Bearer realm="parcours"'} if error.http_status == HTTPStatus.UNAUTHORIZED else {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after)
    return problem(
        lang, error.http_status, error.code, reason, field=error.path, article=error.article,
        errors=[entry] if error.field else [], headers=headers,
    )  # fmt: skip


def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    lang = language_of(request)
    detail = _INVALID[lang]
    errors = [field_error(one, lang) for one in error.errors()]
    return problem(lang, 422, "invalid_request", detail, errors=errors)


def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    lang = language_of(request)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    headers = dict(error.headers or {})
    return problem(lang, error.status_code, code, title_of(error.status_code, lang), headers=headers)


def _on_stale(request: Request, error: Exception) -> JSONResponse:
    lang = language_of(request)
    return problem(lang, 412, "stale_version", STALE[lang])


def _on_integrity_error(request: Request, error: Exception) -> JSONResponse:
    lang = language_of(request)
    return problem(lang, 409, "conflict", _CONFLICT[lang])


def _on_database_error(request: Request, error: Exception) -> JSONResponse:
    log_internal(error)
    lang = language_of(request)
    return problem(lang, 503, "database_unavailable", title_of(503, lang), headers={"Retry-After": "5"})


def _on_library_error(request: Request, error: Exception) -> JSONResponse:
    """An imported nomenclature is damaged: the server has to import it again, the request is not at fault."""
    assert isinstance(error, LibraryError)  # noqa: S101
    log_internal(error)
    lang = language_of(request)
    name = Path(error.field or "").stem
    return problem(lang, 503, "library_unusable", _LIBRARY.format(name=name)[lang])


def log_internal(error: BaseException) -> None:
    """Log where an unexpected error came from, without its message (it may hold personal data)."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    place = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    logger.error("unexpected %s at %s", type(error).__name__, place)


# --- words for validation errors -------------------------------------------------------------------------------------

_WORDS: dict[str, Text] = {
    "missing": Text("ce champ est nécessaire", "this field is needed"),
    "extra_forbidden": Text("ce champ n'existe pas ici", "there is no such field here"),
    "json_invalid": Text("le corps de la requête n'est pas du JSON", "the body of the request is not JSON"),
    "json_type": Text("le corps doit être du texte JSON", "the body must be JSON text"),
    "model_type": Text("un objet est attendu", "an object is expected"),
    "model_attributes_type": Text("un objet JSON est attendu", "a JSON object is expected"),
    "dict_type": Text("un objet est attendu", "an object is expected"),
    "list_type": Text("une liste est attendue", "a list is expected"),
    "string_type": Text("du texte est attendu", "text is expected"),
    "string_unicode": Text("texte mal codé (UTF-8 attendu)", "badly encoded text (UTF-8 expected)"),
    "string_too_short": Text("texte trop court", "text too short"),
    "string_too_long": Text("texte trop long", "text too long"),
    "string_pattern_mismatch": Text("le texte n'a pas la forme attendue", "the text does not have the expected form"),
    "int_type": Text("un nombre entier est attendu", "a whole number is expected"),
    "int_parsing": Text("un nombre entier est attendu", "a whole number is expected"),
    "int_from_float": Text("un nombre entier est attendu", "a whole number is expected"),
    "bool_type": Text("vrai ou faux est attendu", "true or false is expected"),
    "bool_parsing": Text("vrai ou faux est attendu", "true or false is expected"),
    "date_type": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "date_parsing": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "date_from_datetime_parsing": Text("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "date_from_datetime_inexact": Text("une date sans heure est attendue", "a date without a time is expected"),
    "datetime_parsing": Text("une date et une heure sont attendues", "a date and time is expected"),
    "datetime_from_date_parsing": Text("une date et une heure sont attendues", "a date and time is expected"),
    "timezone_aware": Text("l'heure doit avoir un fuseau", "the time needs a time zone"),
    "enum": Text("valeur inconnue", "unknown value"),
    "literal_error": Text("valeur inconnue", "unknown value"),
    "uuid_parsing": Text("identifiant mal formé", "malformed identifier"),
    "uuid_type": Text("identifiant mal formé", "malformed identifier"),
    "greater_than_equal": Text("valeur trop petite", "value too small"),
    "greater_than": Text("valeur trop petite", "value too small"),
    "less_than_equal": Text("valeur trop grande", "value too large"),
    "less_than": Text("valeur trop grande", "value too large"),
    "too_short": Text("pas assez d'éléments", "not enough items"),
    "too_long": Text("trop d'éléments", "too many items"),
    "decimal_parsing": Text("un nombre décimal est attendu", "a decimal number is expected"),
    "decimal_type": Text("un nombre décimal est attendu", "a decimal number is expected"),
    "decimal_max_places": Text("deux décimales au plus", "two decimals at most"),
    "union_tag_invalid": Text("valeur inconnue", "unknown value"),
    "value_error": Text("valeur refusée", "value refused"),
}


def field_error(error: Mapping[str, Any], lang: Lang) -> FieldError:
    """A validation error of Pydantic in plain words; the value received is never repeated."""
    kind = str(error["type"])
    message = _WORDS.get(kind, _WORDS["value_error"])[lang]
    location = [str(part) for part in error["loc"]]
    name = ".".join(location[1:] if len(location) > 1 and location[0] in _PLACES else location)
    return FieldError(field=name, code=kind, message=message, allowed=_allowed(error, lang))


_PLACES = frozenset({"body", "query", "path", "header", "cookie"})
_BOUNDS = {
    "expected": "{}", "ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "min. {}",
    "max_length": "max. {}", "pattern": "{}", "decimal_places": "{}",
}  # fmt: skip


def _allowed(error: Mapping[str, Any], lang: Lang) -> str | None:
    context = error.get("ctx") or {}
    parts = [form.format(context[name]) for name, form in _BOUNDS.items() if context.get(name) is not None]
    text = ", ".join(parts)
    return (text.replace(" or ", " ou ") if lang == "fr" else text) or None
