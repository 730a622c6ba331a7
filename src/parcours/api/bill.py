"""Whole bills over HTTP: every line settled, who pays what and why. Nothing is stored and nobody needs to log in."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from parcours.api import refusals
from parcours.api.bodies import OBJECT, answers_of, body_of, exact, read_object, refused
from parcours.api.common import api_router
from parcours.edge.problems import language_of
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.schema import bill_schema
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError

router = api_router(tag="engine")

EXAMPLE_BILL: Final = {
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
EXAMPLE_STAY: Final = {"age": 50, "stay": {"entry": "2026-05-11", "exit": "2026-05-15", "daily_tariff": 1500}}
_BILL: Final = body_of(
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


@router.post("/bill", response_class=Response, openapi_extra=_BILL, responses=answers_of(OBJECT))
async def settle_whole_bill(request: Request) -> Response:
    """Who pays what for each line of a bill and in all: amounts in euros, the case of every level, notes, readings."""
    bill, readings = await read_bill(request)
    try:
        return exact(bill_dict(settle_bill(bill, readings)))
    except FactError as error:
        raise refused(error, language_of(request)) from error


async def read_bill(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """`bill` and `readings` of a body. Raises 422 with the field."""
    body = await read_object(request)
    unknown = [name for name in body if name not in ("bill", "readings")]
    if unknown:
        raise refusals.no_such_field(field=unknown[0][:80], name=unknown[0][:80])
    bill, readings = body.get("bill"), body.get("readings", {})
    if not isinstance(bill, dict):
        raise refusals.no_bill()
    if not isinstance(readings, dict) or not all(isinstance(one, str) for one in readings.values()):
        raise refusals.no_texts()
    return bill, readings
