"""Bodies that the engine reads and writes: JSON with exact decimals, so that no amount passes through a float."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fastapi import Request, Response

from parcours.api import refusals
from parcours.edge.problems import FieldError, ProblemError
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.engine.facts.schema import facts_schema
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.text import Lang

EXAMPLE_FACTS = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}

OBJECT = {"type": "object"}


def exact(content: Any, status: int = 200) -> Response:
    """A JSON answer whose amounts keep their two decimals."""
    return Response(jsonio.dumps(content), status, media_type="application/json")


async def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises 422."""
    content = parse(await request.body())
    if not isinstance(content, dict):
        raise _malformed()
    return content


def parse(text: bytes) -> Any:
    """JSON with exact decimals. Raises 422 for what is not JSON (or is nested without end)."""
    try:
        content = jsonio.loads(text.decode("utf-8"))
        if b"\\ud" in text.lower():  # half a surrogate pair: it could not be sent back
            jsonio.dumps(content).encode()
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
    if jsonio.MARK.encode() in text or b"\\u2063" in text.lower():
        raise _malformed()
    return content


def _malformed() -> ProblemError:
    return refusals.no_object()


async def read_case(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """`facts` and `readings` of a body. Raises 422 with the field."""
    body = parse(await request.body())
    if isinstance(body, list):
        raise refusals.listed_facts()
    if not isinstance(body, dict):
        raise _malformed()
    unknown = [name for name in body if name not in ("facts", "readings")]
    if unknown:
        if unknown[0] in BY_NAME:
            raise refusals.bare_facts(field=unknown[0], name=unknown[0])
        raise refusals.no_such_field(field=unknown[0][:80], name=unknown[0][:80])
    facts, readings = body.get("facts"), body.get("readings", {})
    if not isinstance(facts, dict):
        raise refusals.no_facts()
    if not isinstance(readings, dict) or not all(isinstance(one, str) for one in readings.values()):
        raise refusals.no_texts()
    return facts, readings


def refused(error: FactError, lang: Lang) -> ProblemError:
    """A wrong or missing fact as a problem: the field, what was given, what is allowed."""
    entry = error.to_dict(lang)
    code = "missing_fact" if error.given is None else "wrong_fact"
    field = FieldError(
        field=entry["field"], code=code, message=entry["message"], given=entry["value"], allowed=entry["allowed"]
    )
    return ProblemError(422, code, error.message, field=error.path, errors=[field])


# --- documentation ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def case_schema() -> dict[str, Any]:
    """Schema of `facts` and `readings`."""
    facts = {name: value for name, value in facts_schema().items() if name not in ("$schema", "required")}
    facts["properties"] = {name: value for name, value in facts["properties"].items() if name != "id"}
    for value in facts["properties"].values():
        value.pop("multipleOf", None)
    return {
        "type": "object",
        "properties": {
            "facts": facts,
            "readings": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Chosen options of disputed points (`/api/v1/law/readings`).",
            },
        },
        "required": ["facts"],
        "additionalProperties": False,
    }


def body_of(schema: Mapping[str, Any], examples: Mapping[str, Any], media: str = "application/json") -> dict[str, Any]:
    """How the OpenAPI document describes a body, with its examples."""
    shown = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {media: {"schema": dict(schema), "examples": shown}}}}


def answers_of(schema: Mapping[str, Any], description: str = "Done") -> dict[int | str, dict[str, Any]]:
    """How the OpenAPI document describes an answer."""
    content = {name: value for name, value in schema.items() if name != "$schema"}
    return {200: {"description": description, "content": {"application/json": {"schema": content}}}}
