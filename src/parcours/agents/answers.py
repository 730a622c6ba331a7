"""What a tool answers: data of a known shape, and errors as the rest of the house says them."""

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Annotated, Any, Literal

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, Field, WithJsonSchema

from parcours.engine.facts.jsonio import dumps
from parcours.engine.facts.schema import facts_schema, result_schema
from parcours.engine.say.explain import references
from parcours.errors import ParcoursError, show
from parcours.law.loader import load
from parcours.text import said

Lang = Annotated[Literal["fr", "en"], Field(description="Language of the sentences.")]
Facts = Annotated[dict[str, Any], WithJsonSchema({**facts_schema(), "required": ["care_date"]})]
Readings = Annotated[
    dict[str, str] | None, Field(description="How disputed points of the law are read: name -> option.")
]
Result = Annotated[dict[str, Any], WithJsonSchema(result_schema())]
Object = dict[str, Any]


class Source(BaseModel):
    """A text of the law, or the publication that a figure comes from."""

    id: str
    title: str
    url: str = ""


class Told(BaseModel):
    """What every answer says: a sentence for people, what it rests on, and which data of the law were read."""

    sentence: str
    sources: list[Source]
    law: str = Field(description="Digest of the data of the law: the same digest, the same answer.")


def plain(value: Any) -> Any:
    """Plain JSON: amounts in euros are numbers with two places."""
    return json.loads(dumps(value))


def cited(ids: Iterable[str], lang: str) -> list[Source]:
    """References by their ids, each once, in their order; a source that is no reference stands by its name."""
    known = load().references
    return [
        Source(id=one.id, title=one.title, url=one.url)
        for id_ in dict.fromkeys(ids)
        for one in (references((id_,), lang) if id_ in known else (Source(id=id_, title=id_),))
    ]


def digest() -> str:
    """Which data of the law were read."""
    return load().digest


def refused(error: ParcoursError, lang: str) -> CallToolResult:
    """A refusal: the sentence, then code, field, what was given, what is allowed, the article."""
    problem = {
        "code": error.code,
        "message": error.message[lang],
        "field": error.path,
        "given": None if error.given is None else show(said(error.given, lang)),
        "allowed": error.allowed[lang] if error.allowed else None,
        "article": error.article,
    }
    return CallToolResult(
        content=[TextContent(type="text", text=error.message[lang])], structured_content=problem, is_error=True
    )


def tool(function: Callable[..., BaseModel]) -> Callable[..., Any]:
    """A tool as it is offered: its answer as JSON and as data, a refusal as a sentence and as data."""

    @wraps(function)
    def answer(*args: Any, **given: Any) -> CallToolResult:
        try:
            made = function(*args, **given).model_dump(mode="json")
        except ParcoursError as error:
            return refused(error, given.get("lang", "fr"))
        text = TextContent(type="text", text=json.dumps(made, ensure_ascii=False))
        return CallToolResult(content=[text], structured_content=made)

    given_back = Annotated[CallToolResult, function.__annotations__["return"]]
    answer.__annotations__ = {**function.__annotations__, "return": given_back}
    return answer
