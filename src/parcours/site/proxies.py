"""Who asks, when a reverse proxy stands in between: its word is taken if it is named, and missed if it is not."""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from parcours.edge.addresses import Proxies

logger = logging.getLogger("parcours.proxies")
FORWARDED_FOR = "x-forwarded-for"
SCHEMES = frozenset({"http", "https"})


class Forwarded:
    """ASGI middleware: the client and the scheme that a trusted proxy says. Warns once of a proxy that nobody named."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app, self.proxies, self.warned = app, proxies, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            peer = scope["client"][0] if scope.get("client") else ""
            forwarded = ", ".join(headers.getlist(FORWARDED_FOR))
            if self.proxies and peer in self.proxies:
                self._believe(scope, forwarded, headers.get("x-forwarded-proto", ""))
            elif forwarded and not self.warned:
                self.warned = True
                logger.warning(
                    "a request came with X-Forwarded-For from an address that PARCOURS_TRUSTED_PROXIES does not name: "
                    "if a proxy stands in front, all its visitors share one limit until it is named"
                )
        await self.app(scope, receive, send)

    def _believe(self, scope: Scope, forwarded: str, scheme: str) -> None:
        client = self.proxies.client_behind(forwarded) if forwarded else None
        if client is not None:
            scope["client"] = (client, 0)
        if scheme.strip() in SCHEMES:
            scope["scheme"] = scheme.strip()
