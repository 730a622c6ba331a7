"""The law as data: parameters, readings, gaps, tables of the official sheets. Every answer may be kept by caches."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Header, Request, Response

from parcours.api import refusals
from parcours.api.bodies import OBJECT, answers_of, exact, refused
from parcours.api.common import api_router
from parcours.edge.problems import language_of, problems
from parcours.engine.errors import FactError
from parcours.engine.proof.tables import SheetBlock, tables
from parcours.engine.results import euros
from parcours.law.ald.book import Condition, ald_law
from parcours.law.data import Parameter, Series
from parcours.law.loader import load
from parcours.text import Lang

router = api_router(tag="engine")

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=200)]


def cached(request: Request, if_none_match: str | None, make: Callable[[], Any]) -> Response:
    """Law data with an ETag: it changes only with the data, the language and the question."""
    question = f"{load().digest}|{language_of(request)}|{request.url.path}|{request.url.query}"
    etag = f'"{hashlib.blake2b(question.encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "public, no-cache", "Vary": "Accept-Language"}
    if if_none_match is not None and etag in [one.strip().removeprefix("W/") for one in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    response = exact(make())
    response.headers.update(headers)
    return response


CACHED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed"}}
LIST = {"type": "array", "items": OBJECT}


def _day(on: date | None) -> int | None:
    return None if on is None else on.year * 10_000 + on.month * 100 + on.day


@router.get("/law/parameters", response_class=Response, responses={**answers_of(LIST), **CACHED})
async def list_parameters(request: Request, on: date | None = None, if_none_match: IfNoneMatch = None) -> Response:
    """Every number of the law with its value on a day (the newest when no day is given)."""
    lang, day = language_of(request), _day(on)

    def make() -> list[dict[str, Any]]:
        return [_summary(one, day, lang) for one in load().parameters.values()]

    return cached(request, if_none_match, make)


def _summary(parameter: Parameter, day: int | None, lang: Lang) -> dict[str, Any]:
    series = parameter.default
    value = series.value_on(day) if day else series.values[-1]
    return {
        "id": parameter.id,
        "label": parameter.label[lang],
        "unit": parameter.unit,
        "value": value.value if value else None,
        "from": value.first_day.isoformat() if value else None,
        "confidence": value.confidence if value else None,
    }


@router.get(
    "/law/parameters/{name}", response_class=Response, responses={**answers_of(OBJECT), **CACHED, **problems(404)}
)
async def read_parameter(name: str, request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """One number of the law over time: values, sources, confidence, articles, other readings."""
    parameter = load().parameters.get(name)
    if parameter is None:
        raise refusals.unknown_parameter()
    lang = language_of(request)

    def make() -> dict[str, Any]:
        references = load().references
        return {
            **_summary(parameter, None, lang),
            "verified_on": parameter.verified_on.isoformat(),
            "references": [{"id": one, "title": references[one]["title"][lang]} for one in parameter.references],
            "values": _values(parameter.default, lang),
            "other_readings": [
                {"reading": name, "option": option, "values": _values(series, lang)}
                for (name, option), series in parameter.alternatives.items()
            ],
        }

    return cached(request, if_none_match, make)


def _values(series: Series, lang: Lang) -> list[dict[str, Any]]:
    return [
        {
            "from": one.first_day.isoformat(),
            "until": one.until.isoformat() if one.until else None,
            "value": one.value,
            "confidence": one.confidence,
            "sources": list(one.sources),
            "note": one.note.get(lang),
        }
        for one in series.values
    ]


@router.get("/law/readings", response_class=Response, responses={**answers_of(LIST), **CACHED})
async def list_readings(request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """The disputed points of the law, their options and the default."""
    lang = language_of(request)

    def make() -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "question": one.question[lang],
                "default": one.default,
                "options": {option: content["label"][lang] for option, content in one.options.items()},
            }
            for name, one in load().readings.items()
        ]

    return cached(request, if_none_match, make)


@router.get("/law/gaps", response_class=Response, responses={**answers_of(LIST), **CACHED})
async def list_gaps(request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """What the rules do not model, and what would close each gap."""
    lang = language_of(request)

    def make() -> list[dict[str, Any]]:
        names = ("label", "detail", "closed_by")
        return [{"name": name, **{one: gap[one][lang] for one in names}} for name, gap in load().gaps.items()]

    return cached(request, if_none_match, make)


@router.get("/tables", response_class=Response, responses={**answers_of(LIST), **CACHED, **problems(422)})
async def read_tables(request: Request, on: date, if_none_match: IfNoneMatch = None) -> Response:
    """The tables of the official sheets on a day, amounts in euros."""
    lang = language_of(request)
    try:
        blocks = await asyncio.to_thread(_blocks, on)
    except FactError as error:
        raise refused(error, lang) from error
    return cached(request, if_none_match, lambda: [_block(one, lang) for one in blocks])


@lru_cache(maxsize=64)
def _blocks(on: date) -> list[SheetBlock]:
    return tables(on)


@router.get("/law/ald", response_class=Response, responses={**answers_of(LIST), **CACHED})
async def list_conditions(request: Request, on: date | None = None, if_none_match: IfNoneMatch = None) -> Response:
    """The long-term conditions, and the years of full cover proposed on a day (the newest text unless said)."""
    lang, day = language_of(request), on or date.max
    return cached(request, if_none_match, lambda: [condition_dict(one, day, lang) for one in ald_law().values()])


def condition_dict(one: Condition, on: date, lang: Lang) -> dict[str, Any]:
    """An entry of the list on a day; `years: null`: no duration was read."""
    version = one.duration_on(on)
    return {
        "id": one.id, "number": one.number, "label": one.label[lang], "open": one.open_on(on),
        "years": one.years_on(on), "renewal_years": one.years_on(on, renewal=True),
        "until": one.until[lang] if one.until else None,
        "since": version.first_day.isoformat() if version else None,
        "confidence": version.confidence if version else None, "references": list(one.references),
        "sources": list(version.sources) if version else [], "verified_on": one.verified_on.isoformat(),
    }  # fmt: skip


EUROS = ("tariff", "base", "majoration", "participation_forfaitaire", "amo")


def _block(block: SheetBlock, lang: Lang) -> dict[str, Any]:
    return {
        "situation": block.name,
        "title": block.title[lang],
        "rows": [
            {
                "specialty": row.specialty, "act": row.act, "age": row.age, "sector": row.sector, "rate": row.rate,
                **{name: euros(getattr(row, name)) for name in EUROS},
                "max_fee": None if row.max_fee < 0 else euros(row.max_fee),
            }
            for row in block.rows
        ],
    }  # fmt: skip
