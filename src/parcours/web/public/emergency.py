"""`/emergency`: whom to call. One click from every page; it needs no script, no data and no other page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from starlette.requests import Request
from starlette.responses import Response

from parcours.text import Text
from parcours.web.links import links_of
from parcours.web.pages import Page, public

NUMBERS = Path(__file__).with_name("emergency.yaml")


class Number(NamedTuple):
    """A number to call, whom it reaches, and when to use it."""

    number: str
    name: Text
    detail: Text
    sms: bool = False

    @property
    def link(self) -> str:
        """The address that dials it."""
        return ("sms:" if self.sms else "tel:") + self.number.replace(" ", "")

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return "n" + self.number.replace(" ", "")

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Number:
        """A number of `emergency.yaml`."""
        return cls(**{**entry, "name": Text(**entry["name"]), "detail": Text(**entry["detail"])})


@cache
def numbers() -> dict[str, Any]:
    """What the page lists: free calls, a doctor soon, poison centres by city."""
    found = yaml.safe_load(NUMBERS.read_text("utf-8"))
    return {
        "urgent": [Number.of(entry) for entry in found["urgent"]],
        "soon": [Number.of(entry) for entry in found["soon"]],
        "poison": found["poison"].items(),
    }


async def emergency(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    return public(page, "emergency.html", **numbers(), links=links_of(("directory", "official_directory"), page))
