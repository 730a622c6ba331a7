"""A parameter that an endpoint does not know is refused by name: a filter that is not heard would answer wrongly."""

from collections.abc import Iterator
from typing import Any

from fastapi import Request

from parcours.edge.problems import FieldError, ProblemError, language_of
from parcours.text import Text

CALLED_BY_OTHERS = "/oidc/"
"""An identity provider adds parameters of its own to the address it sends people back to."""
UNKNOWN = Text("ce paramètre n'existe pas ici", "there is no such parameter here")
NONE = Text("aucun paramètre", "no parameter")
LONGEST_NAME = 80


async def known_parameters(request: Request) -> None:
    """Refuse the parameters that the endpoint does not read. Raises 422."""
    route = request.scope["route"]
    reads_them_itself = "parameters" in (route.openapi_extra or {})
    if not request.query_params or reads_them_itself or CALLED_BY_OTHERS in request.url.path:
        return
    known = tuple(dict.fromkeys(declared(route.dependant)))
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise unknown_parameters(unknown, known, request)


def declared(dependant: Any) -> Iterator[str]:
    """The names of the parameters of a function and of what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from declared(other)


def unknown_parameters(unknown: list[str], known: tuple[str, ...], request: Request) -> ProblemError:
    """The refusal, with a line for each parameter and those that there are."""
    lang = language_of(request)
    allowed = ", ".join(known) or NONE[lang]
    errors = [
        FieldError(field=name[:LONGEST_NAME], code="unknown_parameter", message=UNKNOWN[lang], allowed=allowed)
        for name in unknown
    ]
    named = ", ".join(name[:LONGEST_NAME] for name in unknown)
    reason = Text(
        f"paramètre inconnu : {named} ; il y a : {', '.join(known) or NONE.fr}",
        f"unknown parameter: {named}; there is: {', '.join(known) or NONE.en}",
    )
    return ProblemError(422, "invalid_request", reason, field=errors[0].field, errors=errors)
