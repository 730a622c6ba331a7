"""Starlette's test client, one passage a request between the thread of the test and that of the application.

Starlette's own transport goes back and forth some eight times for each request, to give a response while it is being
made. On a busy machine each passage waits for a core; the tests read whole responses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette import testclient

PORTS = {"http": 80, "https": 443}


class TestClient(testclient.TestClient):
    """A client of an application in this process."""

    __test__ = False

    def __init__(self, app: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(app, *arguments, **options)
        peer, strict = options.get("client", ("testclient", 50000)), options.get("raise_server_exceptions", True)
        self._transport = WholeResponses(self, peer, raise_server_exceptions=strict)


class WholeResponses(httpx2.BaseTransport):
    """Calls the application once a request and keeps what it sends."""

    def __init__(self, client: TestClient, peer: tuple[str, int], *, raise_server_exceptions: bool) -> None:
        self.client, self.peer, self.strict = client, peer, raise_server_exceptions

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        with self._portal() as portal:
            exchange = portal.call(self._exchange, request)
        if exchange.raised and self.strict:
            raise exchange.raised
        assert exchange.status or not self.strict, "The application gave no response."
        body = b"" if request.method == "HEAD" else b"".join(exchange.parts)
        stream = httpx2.ByteStream(body)
        return httpx2.Response(exchange.status or 500, headers=exchange.headers, stream=stream, request=request)

    @contextmanager
    def _portal(self) -> Iterator[BlockingPortal]:
        """The loop of a client that was entered, else one of this request."""
        if self.client.portal is not None:
            yield self.client.portal
            return
        with start_blocking_portal() as portal:
            yield portal

    async def _exchange(self, request: httpx2.Request) -> "Exchange":
        exchange = Exchange(request.content)
        try:
            await self.client.app(self._scope(request), exchange.receive, exchange.send)
        except Exception as raised:  # noqa: BLE001 - the test is told
            exchange.raised = raised
        return exchange

    def _scope(self, request: httpx2.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()],
            "client": self.peer,
            "server": [url.host, url.port or PORTS[url.scheme]],
            "state": self.client.app_state.copy(),
        }


class Exchange:
    """One request and what was answered."""

    def __init__(self, body: bytes) -> None:
        self.body: bytes | None = body
        self.complete = anyio.Event()
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.parts: list[bytes] = []
        self.raised: Exception | None = None

    async def receive(self) -> dict[str, Any]:
        body, self.body = self.body, None
        if body is not None:
            return {"type": "http.request", "body": body}
        await self.complete.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            assert not self.status, "A response was started twice."
            self.status = message["status"]
            self.headers = [(name.decode(), value.decode()) for name, value in message.get("headers", [])]
            return
        assert self.status, "A body came before its response."
        assert not self.complete.is_set(), "A body came after its end."
        self.parts.append(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            self.complete.set()
