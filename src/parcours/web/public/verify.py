"""`/verify`: is this code one of a paper that was made here? Says what and when, never of whom."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.limits import RateLimiter
from parcours.edge.requests import services_of
from parcours.registry.papers.models import Paper
from parcours.registry.papers.service import find
from parcours.web.forms import field
from parcours.web.me.files import TITLES
from parcours.web.pages import Page, answer

TRIES = RateLimiter(30)
"""Codes a minute of one address: nobody guesses eighty bits, nor may they try."""


def form(request: Request, _: FormData) -> Response:
    """The field."""
    return shown(request, "", None)


def check(request: Request, given: FormData) -> Response:
    """The code of a form: it stays out of the address."""
    code = field(given, "code", 40)
    if TRIES.wait(request.client.host if request.client else "unknown") > 0:
        return shown(request, code, None, 429)
    with services_of(request).database.reading() as session:
        return shown(request, code, find(session, code), 200)


def shown(request: Request, code: str, found: Paper | None, status: int = 200) -> Response:
    """The page."""
    page = Page.of(request)
    title = TITLES[found.kind][page.lang] if found else ""
    return answer(page, "verify.html", status, code=code, found=found, title=title, asked=bool(code) and status == 200)
