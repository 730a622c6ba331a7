"""The limits of the pages: those of the API, refused as a page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from parcours.edge.limits import Guard, RateLimiter
from parcours.edge.logs import QUIET
from parcours.edge.services import Services
from parcours.text import Lang
from parcours.web.app import error_page

ASKING = frozenset({"/login", "/reset", "/forgot", "/account/identity", "/account/security"})
"""Forms that prove an identity, or send a link to do it."""
FORM_BYTES = 16_384


class PageGuard(Guard):
    """ASGI middleware of the pages."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        super().__init__(app, services)
        pages = self.settings.page_rate_limit_per_minute if self.settings.rate_limit_per_minute else 0
        self.limiter = self.address_limiter = RateLimiter(pages)

    def covers(self, path: str) -> bool:
        return not path.startswith(QUIET)

    def client(self, request: Request) -> str:
        return self.address(request)

    def max_bytes(self, request: Request) -> int:
        return FORM_BYTES

    def proves_identity(self, request: Request) -> bool:
        return request.method == "POST" and request.scope["path"] in ASKING

    def refuse(
        self, request: Request, lang: Lang, status: int, code: str, headers: dict[str, str] | None = None
    ) -> Response:
        request.scope.setdefault("app", self.app)  # what a page asks for; it was not reached
        page = error_page(request, status)
        page.headers.update({**(headers or {}), "Cache-Control": "no-store"})
        return page
