"""Small pieces that the models of the API share."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from parcours.api.parameters import known_parameters
from parcours.edge.problems import problems
from parcours.edge.route import UnitRoute

Id = Annotated[
    str, Path(max_length=64, description="Public id (UUID).", examples=["0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"])
]
Cursor = Annotated[str | None, Query(max_length=100, description="`next` of the page before.")]
EARLIEST = date(1850, 1, 1)
LATEST = date(2999, 12, 31)
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day that somebody sends: adding a year or reading it in another time zone stays inside the calendar."""
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(EARLIEST.year, 1, 1, tzinfo=UTC), le=datetime(LATEST.year, 12, 31, tzinfo=UTC)),
]
"""An instant that somebody sends, in the same bounds."""
Limit = Annotated[int, Query(ge=1, le=200, description="Items of a page.")]

EXAMPLE_ID = "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"
EXAMPLE_DOCTOR = "0199f0a4-7c3e-7b22-9a10-2f6c8d7e1b35"
EVERYWHERE = (400, 413, 422, 429, 500, 503, 504)
LISTING = (401, 403)
READING = (401, 403, 404)
CREATING = (401, 403, 404, 409)
CHANGING = (401, 403, 404, 409, 412, 428)

T = TypeVar("T")


class In(BaseModel):
    """What a client sends: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(from_attributes=True)


class Accepted(Out):
    """Done if there was something to do."""

    message: str


class Page(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(None, description="`cursor` of the next page; absent on the last one.")


def page(items: list[Any], limit: int, cursor_of: Any) -> dict[str, Any]:
    """A page from one item more than was asked: the extra one says that there is a next page."""
    shown = items[:limit]
    return {"items": shown, "next": cursor_of(shown[-1]) if len(items) > limit and shown else None}


ROOT = "/api/v1"


def api_router(prefix: str = "", tag: str = "") -> APIRouter:
    """A router whose endpoints document the errors that can always happen, and refuse a parameter they do not read."""
    return APIRouter(
        prefix=ROOT + prefix, tags=[tag] if tag else None, responses=problems(*EVERYWHERE),
        dependencies=[Depends(known_parameters)], route_class=UnitRoute,
    )  # fmt: skip


def text(maximum: int, example: str = "", default: Any = ...) -> Any:
    """A text field without the character that a database refuses."""
    examples = [example] if example else None
    return Field(default, min_length=1, max_length=maximum, pattern=r"^[^\x00]*$", examples=examples)
