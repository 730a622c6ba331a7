"""Whole bills over HTTP: every line settled, who pays what and why. Nothing is stored and nobody needs to log in."""

from typing import Any

from fastapi import Request, Response

from parcours.api import refusals
from parcours.api.bodies import OBJECT, answers_of, body_of, exact, read_object, refused
from parcours.api.common import api_router
from parcours.edge.problems import language_of
from parcours.engine.bill.advise import advise_bill
from parcours.engine.bill.explain import explain_bill
from parcours.engine.bill.questions import ask_bill
from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.schema import bill_schema
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say.receipt import canonical

router = api_router(tag="engine")

EXAMPLE_BILL = {
    "care_date": "2026-03-10",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
    "contract": "responsable_100",
    "lines": [{"code": "VG", "fee": 30}, {"code": "MD", "fee": 10}],
}
EXAMPLE_STAY = {"age": 50, "stay": {"entry": "2026-05-11", "exit": "2026-05-15", "daily_tariff": 1500}}
_BILL = body_of(
    {
        "type": "object",
        "properties": {
            "bill": bill_schema(),
            "readings": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["bill"],
        "additionalProperties": False,
    },
    {"visit": {"bill": EXAMPLE_BILL}, "stay": {"bill": EXAMPLE_STAY}},
)


async def bill_of(request: Request) -> BillAnswer:
    """The settled bill of a body. Raises 422 with the field."""
    bill, readings = await read_bill(request)
    try:
        return settle_bill(bill, readings)
    except FactError as error:
        raise refused(error, language_of(request)) from error


@router.post("/bill", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def settle_whole_bill(request: Request) -> Response:
    """Who pays what for each line of a bill and in all: amounts in euros, the case of every level, notes, readings."""
    return exact(bill_dict(await bill_of(request)))


@router.post("/bill/explain", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def explain_whole_bill(request: Request) -> Response:
    """The settled bill with its explanation: the steps of each line, articles, values, notes, other readings."""
    answer = await bill_of(request)
    explanation = explain_bill(answer, language_of(request)).to_dict()
    return exact({"result": bill_dict(answer), "explanation": explanation})


@router.post("/bill/advise", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def advise_whole_bill(request: Request) -> Response:
    """What would have been cheaper for the whole bill: each lever and pair of levers settled on all its lines."""
    return exact(advise_bill(await bill_of(request), language_of(request)).to_dict())


@router.post("/bill/questions", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def next_question_of_bill(request: Request) -> Response:
    """The next question that changes an amount of the bill, and between what and what the patient's share lies."""
    bill, readings = await read_bill(request)
    lang = language_of(request)
    try:
        return exact(ask_bill(bill, lang, readings).to_dict())
    except FactError as error:
        raise refused(error, lang) from error


@router.post("/bill/receipts", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def make_receipt_of_bill(request: Request) -> Response:
    """The receipt of a settled bill: with `/receipts/replay` the same cents come out years later."""
    return Response(canonical(bill_receipt(await bill_of(request))), media_type="application/json")


async def read_bill(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """`bill` and `readings` of a body. Raises 422 with the field."""
    body = await read_object(request)
    unknown = [name for name in body if name not in ("bill", "readings")]
    if unknown:
        if unknown[0] in {"lines", "stay", *BY_NAME}:
            raise refusals.bare_bill(field=unknown[0], name=unknown[0])
        raise refusals.no_such_field(field=unknown[0][:80], name=unknown[0][:80])
    bill, readings = body.get("bill"), body.get("readings", {})
    if not isinstance(bill, dict):
        raise refusals.no_bill()
    if not isinstance(readings, dict) or not all(isinstance(one, str) for one in readings.values()):
        raise refusals.no_texts()
    return bill, readings
