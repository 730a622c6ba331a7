"""`/tables?on=DATE`: the layout of the official sheets for any day, settled by the engine."""

from datetime import date
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from parcours.engine.proof.tables import SheetBlock, tables
from parcours.engine.say.wording import specialty_labels
from parcours.law.cache import flat_law
from parcours.law.days import iso
from parcours.web.i18n import N_
from parcours.web.pages import Page, public, today

LATEST = date(2100, 12, 31)
SECTORS = {"secteur_1": N_("Sector 1"), "secteur_2_optam": N_("OPTAM"), "secteur_2": N_("Sector 2")}


@lru_cache(maxsize=64)
def tables_on(day: date) -> list[SheetBlock]:
    """The tables of a day; the law of a day does not change while a process lives."""
    return tables(day)


def wanted_day(text: str | None) -> tuple[date, bool]:
    """The day asked for, and whether it was readable and has law; today otherwise."""
    if not text:
        return today(), True
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today(), False
    known = first_day() <= day <= LATEST
    return (day, True) if known else (today(), False)


def first_day() -> date:
    """The first day of known law."""
    return date.fromisoformat(iso(flat_law().default.first_days[0]))


async def tables_page(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    given = request.query_params.get("on")
    day, readable = wanted_day(given)
    days = [date.fromisoformat(iso(number)) for number in flat_law().default.first_days]
    return public(
        page,
        "tables.html",
        200 if readable else 400,
        day=day,
        given=given,
        readable=readable,
        first=days[0],
        eras=days[::-1][:8],
        blocks=[block for block in tables_on(day) if block.rows],
        specialties=specialty_labels(),
        sectors=SECTORS,
    )
