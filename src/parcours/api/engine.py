"""Settle, explain, advise, ask, receipts: the engine over HTTP. Nothing is stored and nobody needs to log in.

The endpoints call the interpreted rules directly: a case takes a fraction of a millisecond.
"""

from typing import Annotated

from fastapi import Query, Request, Response

from parcours.api import refusals
from parcours.api.bodies import (
    EXAMPLE_FACTS,
    OBJECT,
    answers_of,
    body_of,
    case_schema,
    exact,
    parse,
    read_case,
    refused,
)
from parcours.api.common import api_router
from parcours.edge.problems import ProblemError, language_of
from parcours.engine.bill.receipt import read_any, replay_any
from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.facts.schema import result_schema
from parcours.engine.say.advise import ACTS_PER_YEAR, advise
from parcours.engine.say.explain import explain
from parcours.engine.say.freshness import later_note
from parcours.engine.say.receipt import ReceiptError, canonical, receipt
from parcours.engine.say.sitting import ask

router = api_router(tag="engine")

EXAMPLE = {"facts": EXAMPLE_FACTS}
EXAMPLE_READING = {"facts": EXAMPLE_FACTS, "readings": {"plafond_majoration": "fiche"}}
_CASE = body_of(case_schema(), {"outside": EXAMPLE, "another_reading": EXAMPLE_READING})


async def answer_of(request: Request) -> Answer:
    """The settled case of a body. Raises 422 with the fact."""
    facts, readings = await read_case(request)
    try:
        return settle(facts, readings)
    except FactError as error:
        raise refused(error, language_of(request)) from error


# --- one case ---------------------------------------------------------------------------------------------------------


@router.post("/settle", response_class=Response, openapi_extra=_CASE, responses=answers_of(result_schema()))
async def settle_one(request: Request) -> Response:
    """Who pays what for one act: status, amounts in euros, the case of each stage, what was assumed."""
    answer = await answer_of(request)
    return exact(answer.to_dict() | later_note(answer.act.care_date, language_of(request)))


@router.post("/explain", response_class=Response, openapi_extra=_CASE, responses=answers_of(OBJECT))
async def explain_one(request: Request) -> Response:
    """The settlement with its explanation: each stage, its article, its values, and why not the exceptions."""
    answer = await answer_of(request)
    return exact({"result": answer.to_dict(), "explanation": explain(answer, language_of(request))})


@router.post("/advise", response_class=Response, openapi_extra=_CASE, responses=answers_of(OBJECT))
async def advise_one(request: Request, acts_per_year: Annotated[int, Query(ge=1, le=366)] = ACTS_PER_YEAR) -> Response:
    """What would have been cheaper: levers and pairs of levers, with what each saves in euros."""
    answer = await answer_of(request)
    return exact(advise(answer, language_of(request), acts_per_year).to_dict())


_QUESTIONS = body_of(
    case_schema(), {"nothing_known": {"facts": {}}, "some_known": {"facts": {"profession": "medecin"}}}
)


@router.post("/questions", response_class=Response, openapi_extra=_QUESTIONS, responses=answers_of(OBJECT))
async def next_question(request: Request) -> Response:
    """The next question that matters, and between what and what the patient's share lies."""
    facts, readings = await read_case(request)
    lang = language_of(request)
    try:
        return exact(ask(facts, lang, readings).to_dict())
    except FactError as error:
        raise refused(error, lang) from error


# --- receipts ---------------------------------------------------------------------------------------------------------


@router.post("/receipts", response_class=Response, openapi_extra=_CASE, responses=answers_of(OBJECT))
async def make_receipt(request: Request) -> Response:
    """The receipt of a settlement: facts, law, rules and result, with which the same cents come out years later."""
    return Response(canonical(receipt(await answer_of(request))), media_type="application/json")


_REPLAYED = {
    "type": "object",
    "properties": {"same": {"type": "boolean"}, "sentences": {"type": "array", "items": {"type": "string"}}},
    "required": ["same", "sentences"],
}


@router.post(
    "/receipts/replay", response_class=Response, responses=answers_of(_REPLAYED), openapi_extra=body_of(OBJECT, {})
)
async def replay_receipt(request: Request) -> Response:
    """Settle a receipt again, of one act or of a bill: the same cents, or what changed, named."""
    body = await request.body()
    parse(body)
    try:
        result = replay_any(read_any(body), language_of(request))
    except ReceiptError as error:
        raise ProblemError(422, "not_a_receipt", error.reason) from error
    except FactError as error:
        raise refused(error, language_of(request)) from error
    except (TypeError, KeyError, AttributeError, ValueError, IndexError) as error:
        raise refusals.malformed_receipt() from error
    return exact({"same": result.same, "sentences": list(result.sentences)})
