"""`/api/docs`: the API for people who write programs, made from its OpenAPI document; nothing comes from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.web.pages import Page, public

ROOT = "/api/docs"
DOCUMENT = "/api/openapi.json"
MOST_VALUES = 12
"""Allowed values that are shown; the document has the rest."""
DEEPEST = 2
KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "array": "list"}
CURL = "curl '{site}{path}'"
TOKEN = " \\\n  -H 'Authorization: Bearer …'"
SEND = " \\\n  -H 'Content-Type: application/json' -d '{body}'"
PYTHON = """import httpx

answer = httpx.post("{site}/api/v1/settle", json={body})
answer.json()["patient"]"""
FIRST = "/api/v1/settle"


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of a body."""

    name: str
    kind: str
    needed: bool
    about: str


@dataclass(frozen=True)
class Endpoint:
    """One method of one address."""

    id: str
    method: str
    path: str
    about: str
    login: bool
    parameters: list[Field]
    body: list[Field]
    curl: str
    refusals: list[str]


@dataclass(frozen=True)
class Part:
    """Endpoints of one subject."""

    name: str
    slug: str
    endpoints: list[Endpoint]


async def api_docs(request: Request) -> Response:
    """The first page: how it works, an example, the subjects; or the endpoints of one subject."""
    wanted = request.path_params.get("part", "")
    site = f"{request.url.scheme}://{request.url.netloc}"
    parts = await run_in_threadpool(parts_of, request.app.state.openapi)
    shown = next((part for part in parts if part.slug == wanted), None)
    if wanted and shown is None:
        raise HTTPException(404)
    example = json.loads(first_example(request.app.state.openapi()))
    return public(
        Page.of(request),
        "api_docs.html",
        subjects=parts,
        shown=shown,
        site=site,
        curl=curl_of(FIRST, json.dumps(example, indent=2)).replace("{site}", site),
        python=PYTHON.replace("{site}", site).replace("{body}", json.dumps(example, indent=4).replace("true", "True")),
    )


async def usual_address(request: Request) -> Response:
    """Where other services have their documentation: sent to ours, or to the document for programs."""
    wants_document = request.url.path.endswith(".json")
    return RedirectResponse(DOCUMENT if wants_document else Page.of(request).url(ROOT), 308)


@lru_cache(maxsize=2)
def parts_of(document: Any) -> list[Part]:
    """The subjects of the API with their endpoints, in the order of the document."""
    content = document()
    found: dict[str, list[Endpoint]] = {}
    for path, item in content["paths"].items():
        for method, operation in item.items():
            found.setdefault(operation["tags"][0], []).append(endpoint(content, path, method, operation))
    return [Part(name, name.replace(" ", "-"), endpoints) for name, endpoints in found.items()]


def endpoint(content: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Endpoint:
    """One method of one address, from what the document says of it."""
    media: Mapping[str, Any] = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
    parameters = [parameter(content, one) for one in operation.get("parameters", ())]
    shown = example_of(content, media)
    asked = urlencode(
        {
            one["name"]: sample(resolved(content, one.get("schema", {})))
            for one in operation.get("parameters", ())
            if one["in"] == "query" and one.get("required")
        }
    )
    return Endpoint(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        about=operation.get("description", "").split("\n\n")[0],
        login=bool(operation.get("security")),
        parameters=parameters,
        body=list(fields(content, media.get("schema", {}))),
        curl=curl_of(f"{path}?{asked}" if asked else path, shown, "" if method in ("get", "post") else method.upper())
        + (TOKEN if operation.get("security") else ""),
        refusals=sorted(code for code in operation["responses"] if code >= "400"),
    )


def curl_of(path: str, body: str, method: str = "") -> str:
    """The command that calls an endpoint."""
    command = CURL.replace("{path}", path) + (f" -X {method}" if method else "")
    return command + (SEND.replace("{body}", body) if body else "")


def first_example(content: Mapping[str, Any]) -> str:
    """The body of the first example of the page."""
    operation = content["paths"][FIRST]["post"]
    return example_of(content, operation["requestBody"]["content"]["application/json"])


def example_of(content: Mapping[str, Any], media: Mapping[str, Any]) -> str:
    """A body to send: the one the document gives, else the examples of its fields."""
    for one in media.get("examples", {}).values():
        return json.dumps(one["value"], ensure_ascii=False) if isinstance(one["value"], dict) else str(one["value"])
    schema = resolved(content, media.get("schema", {}))
    needed = schema.get("required", ())
    said = {
        name: sample(resolved(content, one)) for name, one in schema.get("properties", {}).items() if name in needed
    }
    return json.dumps(said, ensure_ascii=False) if said else ""


def sample(schema: Mapping[str, Any]) -> Any:
    """A value of a schema."""
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    plain = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return plain.get(schema.get("type", ""), "2026-01-31" if schema.get("format") == "date" else "…")


def parameter(content: Mapping[str, Any], one: Mapping[str, Any]) -> Field:
    """A parameter of an address or a header."""
    schema = resolved(content, one.get("schema", {}))
    about = one.get("description") or schema.get("description", "")
    name = one["name"] if one["in"] != "header" else f"{one['name']}:"
    return Field(name, kind_of(schema), bool(one.get("required")), about)


def fields(content: Mapping[str, Any], schema: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[Field]:
    """The fields of a body, those of its parts after them."""
    whole = resolved(content, schema)
    for name, given in whole.get("properties", {}).items():
        one = resolved(content, given)
        about = given.get("description") or one.get("description", "")
        yield Field(before + name, kind_of(one), name in whole.get("required", ()), about)
        inside = one.get("items", one) if one.get("type") == "array" else one
        if depth < DEEPEST and resolved(content, inside).get("properties"):
            yield from fields(content, inside, f"{before}{name}.", depth + 1)


def resolved(content: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema in the place of a reference to it, or of a choice between it and nothing."""
    if "$ref" in schema:
        found: Mapping[str, Any] = content["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return resolved(content, found)
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        return {**schema, **resolved(content, choices[0])}
    return schema


def kind_of(schema: Mapping[str, Any]) -> str:
    """What a field holds, in a few words."""
    values = [value for value in schema.get("enum", ()) if value != ""]
    if values:
        more = " …" if len(values) > MOST_VALUES else ""
        return ", ".join(str(value) for value in values[:MOST_VALUES]) + more
    if schema.get("format") in ("date", "date-time", "uuid"):
        return {"date": "YYYY-MM-DD", "date-time": "date and time", "uuid": "id"}[schema["format"]]
    kind = KINDS.get(schema.get("type", ""), "")
    bounds = [f"{sign} {round(schema[name])}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return ", ".join(part for part in (kind, *bounds) if part)
