"""What a person is due, from what they say of themselves. Nothing is stored and nobody needs to log in."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response

from parcours.api import refusals
from parcours.api.bodies import OBJECT, answers_of, body_of, exact, read_object, refused
from parcours.api.common import api_router
from parcours.edge.problems import language_of
from parcours.engine.errors import FactError
from parcours.engine.prevention.facts import A_DAY, NAMES, day_of, read_person
from parcours.engine.prevention.say import calendar_dict, tell
from parcours.law.days import iso, number_of
from parcours.registry.store.clock import paris_today
from parcours.rules import due

router = api_router(tag="engine")
OLDEST, MONTHS = 120, 12
Text = Annotated[str | None, Query(max_length=40)]
EXAMPLE = {"birth_date": "1971-03-02", "sex": "female", "done": [{"programme": "sein", "on": "2024-11-15"}]}
_PERSON = body_of(
    {
        "type": "object",
        "properties": {
            **{name: {} for name in NAMES},
            "on": {"type": "string", "format": "date"},
            "readings": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["birth_date"],
        "additionalProperties": False,
    },
    {"woman_of_fifty_five": EXAMPLE},
)


@router.get("/prevention", response_class=Response, responses=answers_of(OBJECT))
async def read_prevention(
    request: Request,
    age: Annotated[int | None, Query(ge=0, le=OLDEST)] = None,
    months: Annotated[int | None, Query(ge=0, le=OLDEST * MONTHS)] = None,
    sex: Text = None,
    has_breast_tissue: Text = None,
    has_cervix: Text = None,
    on: Text = None,
) -> Response:
    """What somebody of an age is due on a day, as if they reached that age on it: state, price, place of each
    programme. Exact days need a birth date, which travels in no address: `POST`.
    """
    said = {"sex": sex, "has_breast_tissue": has_breast_tissue, "has_cervix": has_cervix}
    given = {name: value for name, value in said.items() if value is not None}
    if age is not None or months is not None:
        given["birth_date"] = born(day_asked(on, request), months if months is not None else MONTHS * (age or 0))
    return answer(given, on, {}, request)


@router.post("/prevention", response_class=Response, openapi_extra=_PERSON, responses=answers_of(OBJECT))
async def ask_prevention(request: Request) -> Response:
    """The same with what was done, excluded or refused, a pregnancy, and readings. Nothing is kept."""
    body = await read_object(request)
    on, readings = body.pop("on", None), body.pop("readings", {})
    if not isinstance(readings, dict) or not all(isinstance(one, str) for one in readings.values()):
        raise refusals.no_texts()
    return answer(body, on, readings, request)


def born(on: date, months: int) -> str:
    """The birth date of somebody who reaches an age in months on a day."""
    return iso(due.months_after(number_of(on), -months))


def day_asked(on: Any, request: Request) -> date:
    """The day asked. Raises 422."""
    try:
        return paris_today() if on is None else day_of("on", on, A_DAY)
    except FactError as error:
        raise refused(error, language_of(request)) from error


def answer(given: dict[str, Any], on: Any, readings: dict[str, str], request: Request) -> Response:
    """The calendar. Raises 422 with the field."""
    day = day_asked(on, request)
    lang = language_of(request)
    try:
        return exact(calendar_dict(tell(read_person(given, day), day, readings), day, lang))
    except FactError as error:
        raise refused(error, lang) from error
