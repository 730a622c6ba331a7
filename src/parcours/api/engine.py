"""Settle, explain, advise, ask, receipts, tables: the engine over HTTP. Nothing is stored and nobody needs to log in.

The endpoints call the interpreted rules directly (a case takes a fraction of a millisecond); bodies are read as JSON
with exact decimals, so that an amount never passes through a float.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from parcours.api.common import api_router
from parcours.edge.limits import TooLarge
from parcours.edge.problems import FieldError, Language, ProblemError, language_of, problems
from parcours.edge.requests import services_of
from parcours.engine.case import Answer, settle, settle_encoded
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.engine.facts.schema import facts_schema, result_schema
from parcours.engine.facts.vocabulary import check_names
from parcours.engine.memory import Memory
from parcours.engine.proof.tables import Block, tables
from parcours.engine.results import euros, result_dict
from parcours.engine.say.advise import ACTS_PER_YEAR, advise
from parcours.engine.say.explain import explain
from parcours.engine.say.questions import ask
from parcours.engine.say.receipt import ReceiptError, canonical, read_receipt, receipt, replay
from parcours.law.cache import flat_law
from parcours.law.data import Parameter, Series
from parcours.law.loader import load

router = api_router(tag="engine")

NDJSON: Final = "application/x-ndjson"
BATCH_PATIENTS: Final = 500_000
"""Patients of one stream whose return is noticed: 8 bytes each."""
_BREATHE_EVERY: Final = 100

EXAMPLE_FACTS: Final = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
EXAMPLE: Final = {"facts": EXAMPLE_FACTS}
EXAMPLE_READING: Final = {"facts": EXAMPLE_FACTS, "readings": {"plafond_majoration": "fiche"}}


# --- reading and writing ---------------------------------------------------------------------------------------------


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
    return ProblemError(
        422, "json_invalid", fr="le corps de la requête doit être un objet JSON", en="the body must be a JSON object"
    )


async def read_case(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """``facts`` and ``readings`` of a body. Raises 422 with the field."""
    body = await read_object(request)
    unknown = [name for name in body if name not in ("facts", "readings")]
    if unknown:
        raise _wrong(unknown[0][:80], "extra_forbidden", "ce champ n'existe pas ici", "there is no such field here")
    facts, readings = body.get("facts"), body.get("readings", {})
    if not isinstance(facts, dict):
        raise _wrong("facts", "missing", "un objet de faits est attendu", "an object of facts is expected")
    if not isinstance(readings, dict) or not all(isinstance(one, str) for one in readings.values()):
        raise _wrong("readings", "dict_type", "des textes sont attendus", "texts are expected")
    return facts, readings


def _wrong(field: str, code: str, fr: str, en: str) -> ProblemError:
    return ProblemError(422, "invalid_request", fr=f"{field} : {fr}", en=f"{field}: {en}", field=field)


def refused(error: FactError, language: Language) -> ProblemError:
    """A wrong or missing fact as a problem: the field, what was given, what is allowed."""
    entry = error.to_dict(language)
    code = "missing_fact" if error.given is None else "wrong_fact"
    field = FieldError(
        field=error.field, code=code, message=entry["message"], given=entry["value"], allowed=entry["allowed"]
    )
    return ProblemError(422, code, fr=error.message["fr"], en=error.message["en"], field=error.field, errors=[field])


async def answer_of(request: Request) -> Answer:
    """The settled case of a body. Raises 422 with the fact."""
    facts, readings = await read_case(request)
    try:
        return settle(facts, readings)
    except FactError as error:
        raise refused(error, language_of(request)) from error


# --- documentation of bodies -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def case_schema() -> dict[str, Any]:
    """Schema of ``facts`` and ``readings``."""
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


def _body(schema: Mapping[str, Any], examples: Mapping[str, Any], media: str = "application/json") -> dict[str, Any]:
    shown = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {media: {"schema": dict(schema), "examples": shown}}}}


def _answers(schema: Mapping[str, Any], description: str = "Done") -> dict[int | str, dict[str, Any]]:
    content = {name: value for name, value in schema.items() if name != "$schema"}
    return {200: {"description": description, "content": {"application/json": {"schema": content}}}}


_OBJECT: Final = {"type": "object"}
_CASE: Final = _body(case_schema(), {"outside": EXAMPLE, "another_reading": EXAMPLE_READING})


# --- one case --------------------------------------------------------------------------------------------------------


@router.post("/settle", response_class=Response, openapi_extra=_CASE, responses=_answers(result_schema()))
async def settle_one(request: Request) -> Response:
    """Who pays what for one act: status, amounts in euros, the case of each stage, what was assumed."""
    return exact((await answer_of(request)).to_dict())


@router.post("/explain", response_class=Response, openapi_extra=_CASE, responses=_answers(_OBJECT))
async def explain_one(request: Request) -> Response:
    """The settlement with its explanation: each stage, its article, its values, and why not the exceptions."""
    answer = await answer_of(request)
    explanation = explain(answer, language_of(request)).to_dict()
    return exact({"result": answer.to_dict(), "explanation": explanation})


@router.post("/advise", response_class=Response, openapi_extra=_CASE, responses=_answers(_OBJECT))
async def advise_one(request: Request, acts_per_year: Annotated[int, Query(ge=1, le=366)] = ACTS_PER_YEAR) -> Response:
    """What would have been cheaper: levers and pairs of levers, with what each saves in euros."""
    answer = await answer_of(request)
    return exact(advise(answer, language_of(request), acts_per_year).to_dict())


_QUESTIONS: Final = _body(
    case_schema(), {"nothing_known": {"facts": {}}, "some_known": {"facts": {"profession": "medecin"}}}
)


@router.post("/questions", response_class=Response, openapi_extra=_QUESTIONS, responses=_answers(_OBJECT))
async def next_question(request: Request) -> Response:
    """The next question that matters, and between what and what the patient's share lies."""
    facts, readings = await read_case(request)
    language = language_of(request)
    try:
        return exact(ask(facts, language, readings).to_dict())
    except FactError as error:
        raise refused(error, language) from error


# --- receipts --------------------------------------------------------------------------------------------------------


@router.post("/receipts", response_class=Response, openapi_extra=_CASE, responses=_answers(_OBJECT))
async def make_receipt(request: Request) -> Response:
    """The receipt of a settlement: facts, law, rules and result, with which the same cents come out years later."""
    return Response(canonical(receipt(await answer_of(request))), media_type="application/json")


_REPLAYED: Final = {
    "type": "object",
    "properties": {"same": {"type": "boolean"}, "sentences": {"type": "array", "items": {"type": "string"}}},
    "required": ["same", "sentences"],
}


@router.post(
    "/receipts/replay", response_class=Response, responses=_answers(_REPLAYED), openapi_extra=_body(_OBJECT, {})
)
async def replay_receipt(request: Request) -> Response:
    """Settle a receipt again: the same cents, or what changed, named."""
    body = await request.body()
    parse(body)
    try:
        result = replay(read_receipt(body), language_of(request))
    except ReceiptError as error:
        raise ProblemError(422, "not_a_receipt", fr=error.message["fr"], en=error.message["en"]) from error
    except FactError as error:
        raise refused(error, language_of(request)) from error
    except (TypeError, KeyError, AttributeError, ValueError, IndexError) as error:
        raise ProblemError(422, "not_a_receipt", fr="ce reçu est mal formé", en="this receipt is malformed") from error
    return exact({"same": result.same, "sentences": list(result.sentences)})


# --- batches ---------------------------------------------------------------------------------------------------------

_LINES: Final = "\n".join(
    jsonio.dumps({"id": name, "patient_id": "P1", **EXAMPLE_FACTS, "care_date": day})
    for name, day in (("a", "2025-06-01"), ("b", "2025-06-02"))
)
_BATCH_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {"schema": {"description": "One JSON object a line."}, "examples": {"two_acts": {"value": _LINES}}}
        },
    }
}


@router.post(
    "/settle/batch",
    response_class=StreamingResponse,
    openapi_extra=_BATCH_BODY,
    responses={200: {"description": "One line for each line", "content": {NDJSON: {"schema": {"type": "string"}}}}},
)
async def settle_batch(request: Request) -> StreamingResponse:
    """Settle a stream of acts, one JSON object a line, answered line by line in the same order.

    The caps (participation forfaitaire, franchise) run over the acts of a patient, whose lines must follow each other
    in order of reimbursement and care dates; a line that breaks this, or cannot be settled, is answered by an `error`
    in its place. Memory stays bounded whatever the length.
    """
    maximum = services_of(request).settings.batch_line_max_bytes
    stream = _settled(request, Batch(language_of(request)), maximum)
    return Stream(stream, media_type=NDJSON)


class Stream(StreamingResponse):
    """A streamed answer that leaves the body of its request to be read meanwhile (the ordinary one waits on it)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


class Batch:
    """The running state of a stream: one patient's caps, and which patients were seen."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.row = 0
        self.flat = flat_law()
        self.patient: str | None = None
        self.memory = Memory.empty()
        self.latest = (0, 0)
        self.seen: set[int] = set()

    def line(self, text: bytes) -> str:
        """The answer to one line."""
        self.row += 1
        content: dict[str, Any] = {"row": self.row}
        try:
            facts = self._facts(text)
            if "id" in facts:
                content["id"] = facts.pop("id")
            content |= self._result(facts)
        except FactError as error:
            content["error"] = error.to_dict(self.language)
        return jsonio.dumps(content) + "\n"

    def refuse_line(self, field: str, fr: str, en: str) -> str:
        """An error in place of a line that cannot be read at all."""
        self.row += 1
        error = FactError(field, None, {"fr": fr, "en": en})
        return jsonio.dumps({"row": self.row, "error": error.to_dict(self.language)}) + "\n"

    @staticmethod
    def _facts(text: bytes) -> dict[str, Any]:
        try:
            content = parse(text)
        except ProblemError:
            content = None
        if not isinstance(content, dict):
            raise FactError("line", None, {"fr": "un objet JSON par ligne", "en": "one JSON object a line"})
        check_names({name: value for name, value in content.items() if name != "id"})
        return content

    def _result(self, facts: dict[str, Any]) -> dict[str, Any]:
        case = encode(facts, self.flat)
        memory = self._memory_of(case)
        professional = case.professional_id or f"\0{self.row}"
        counters = memory.before(case.act, professional)
        answer = settle_encoded(case, self.flat, {}, counters)
        memory.after(case.act, professional, counters, answer.settlement)
        return {**result_dict(answer.settlement), "defaults": answer.defaults}

    def _memory_of(self, case: EncodedAct) -> Memory:
        """The caps of the patient of this line. Raises FactError when the lines are not in order."""
        if not case.patient_id:
            return Memory.empty()
        dates = (case.act.reimbursement_date, case.act.care_date)
        if case.patient_id != self.patient:
            self._next_patient(case.patient_id)
        elif dates < self.latest:
            raise FactError(
                "reimbursement_date", case.act.reimbursement_date,
                {"fr": "les actes d'un patient par dates croissantes", "en": "a patient's acts in order of date"},
            )  # fmt: skip
        self.latest = dates
        return self.memory

    def _next_patient(self, patient: str) -> None:
        mark = int.from_bytes(hashlib.blake2b(patient.encode(), digest_size=8).digest())
        if mark in self.seen or len(self.seen) >= BATCH_PATIENTS:
            raise FactError(
                "patient_id", patient,
                {"fr": f"les lignes d'un patient à la suite, {BATCH_PATIENTS} patients au plus",
                 "en": f"the lines of a patient together, {BATCH_PATIENTS} patients at most"},
            )  # fmt: skip
        self.seen.add(mark)
        self.patient, self.memory, self.latest = patient, Memory.empty(), (0, 0)


async def _settled(request: Request, batch: Batch, maximum: int) -> AsyncIterator[str]:
    """The answers to the lines of a request, in their order."""
    count = 0
    try:
        async for text in _lines(request, maximum):
            if text is None:
                limit = {"fr": f"{maximum} octets au plus par ligne", "en": f"at most {maximum} bytes a line"}
                yield batch.refuse_line("line", limit["fr"], limit["en"])
            elif text.strip():
                yield batch.line(text)
            count += 1
            if count % _BREATHE_EVERY == 0:
                await asyncio.sleep(0)
    except TooLarge:
        yield batch.refuse_line(
            "body", "la fin du fichier dépasse la taille permise", "the rest passes the size allowed"
        )


async def _lines(request: Request, maximum: int) -> AsyncIterator[bytes | None]:
    """Lines of the body; None for one that is too long (it is skipped, not kept)."""
    rest, skipping = b"", False
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if skipping or len(line) > maximum:
                yield None
            else:
                yield line
            skipping = False
        if len(rest) > maximum:
            rest, skipping = b"", True
    if skipping:
        yield None
    elif rest:
        yield rest


# --- the law ---------------------------------------------------------------------------------------------------------

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


_CACHED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Not changed"}}
_LIST: Final = {"type": "array", "items": _OBJECT}


def _day(on: date | None) -> int | None:
    return None if on is None else on.year * 10_000 + on.month * 100 + on.day


@router.get("/law/parameters", response_class=Response, responses={**_answers(_LIST), **_CACHED})
async def list_parameters(request: Request, on: date | None = None, if_none_match: IfNoneMatch = None) -> Response:
    """Every number of the law with its value on a day (the newest when no day is given)."""
    language, day = language_of(request), _day(on)

    def make() -> list[dict[str, Any]]:
        return [_summary(one, day, language) for one in load().parameters.values()]

    return cached(request, if_none_match, make)


def _summary(parameter: Parameter, day: int | None, language: Language) -> dict[str, Any]:
    series = parameter.default
    value = series.value_on(day) if day else series.values[-1]
    return {
        "id": parameter.id,
        "label": parameter.label[language],
        "unit": parameter.unit,
        "value": value.value if value else None,
        "from": value.first_day.isoformat() if value else None,
        "confidence": value.confidence if value else None,
    }


@router.get(
    "/law/parameters/{name}", response_class=Response, responses={**_answers(_OBJECT), **_CACHED, **problems(404)}
)
async def read_parameter(name: str, request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """One number of the law over time: values, sources, confidence, articles, other readings."""
    parameter = load().parameters.get(name)
    if parameter is None:
        raise ProblemError(
            404, "unknown_parameter", field="name", fr="paramètre inconnu ; voyez la liste /api/v1/law/parameters",
            en="unknown parameter; see the list /api/v1/law/parameters",
        )  # fmt: skip
    language = language_of(request)

    def make() -> dict[str, Any]:
        references = load().references
        return {
            **_summary(parameter, None, language),
            "verified_on": parameter.verified_on.isoformat(),
            "references": [{"id": one, "title": references[one]["title"][language]} for one in parameter.references],
            "values": _values(parameter.default, language),
            "other_readings": [
                {"reading": name, "option": option, "values": _values(series, language)}
                for (name, option), series in parameter.alternatives.items()
            ],
        }

    return cached(request, if_none_match, make)


def _values(series: Series, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "from": one.first_day.isoformat(),
            "until": one.until.isoformat() if one.until else None,
            "value": one.value,
            "confidence": one.confidence,
            "sources": list(one.sources),
            "note": one.note.get(language),
        }
        for one in series.values
    ]


@router.get("/law/readings", response_class=Response, responses={**_answers(_LIST), **_CACHED})
async def list_readings(request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """The disputed points of the law, their options and the default."""
    language = language_of(request)

    def make() -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "question": one.question[language],
                "default": one.default,
                "options": {option: content["label"][language] for option, content in one.options.items()},
            }
            for name, one in load().readings.items()
        ]

    return cached(request, if_none_match, make)


@router.get("/tables", response_class=Response, responses={**_answers(_LIST), **_CACHED, **problems(422)})
async def read_tables(request: Request, on: date, if_none_match: IfNoneMatch = None) -> Response:
    """The tables of the official sheets on a day, amounts in euros."""
    language = language_of(request)
    try:
        blocks = await asyncio.to_thread(_blocks, on)
    except FactError as error:
        raise refused(error, language) from error
    return cached(request, if_none_match, lambda: [_block(one, language) for one in blocks])


@lru_cache(maxsize=64)
def _blocks(on: date) -> list[Block]:
    return tables(on)


_EUROS: Final = ("tariff", "base", "majoration", "participation_forfaitaire", "amo")


def _block(block: Block, language: Language) -> dict[str, Any]:
    return {
        "situation": block.name,
        "title": block.title[language],
        "rows": [
            {
                "specialty": row.specialty, "act": row.act, "age": row.age, "sector": row.sector, "rate": row.rate,
                **{name: euros(getattr(row, name)) for name in _EUROS},
                "max_fee": None if row.max_fee < 0 else euros(row.max_fee),
            }
            for row in block.rows
        ],
    }  # fmt: skip
