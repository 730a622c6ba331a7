"""What a monitor reads (Prometheus): requests by route and status, their time, statements of the database.

No label says anything of a person: a route is its pattern, never an address. Nothing is public: the figures of all
processes are served on an address and a port of their own, when the settings name one.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parcours import __version__
from parcours.edge.logs import route_of
from parcours.edge.statements import WATCHERS
from parcours.site.settings import ServerSettings

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of a server put their figures; the client library reads it when it is imported."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@contextmanager
def served(settings: ServerSettings) -> Iterator[None]:
    """While the server runs, serve the figures of all its processes; nothing when no port is named."""
    if settings.metrics_port is None:
        yield
        return
    folder = tempfile.mkdtemp(prefix="parcours-metrics-")
    os.environ[FOLDER] = folder
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        os.environ.pop(FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)


def left(pid: int | None) -> None:
    """A process of the server has died: what it had in progress is no more."""
    if pid is not None and os.environ.get(FOLDER):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


class Measured:
    """ASGI middleware that counts and times each request."""

    def __init__(self, app: ASGIApp) -> None:
        from prometheus_client import Counter, Gauge, Histogram

        self.app = app
        labels = ("method", "route", "status")
        self.requests = Counter("parcours_requests", "Requests answered.", labels)
        self.seconds = Histogram("parcours_request_seconds", "Time of a request.", ("route",), buckets=SECONDS)
        self.open = Gauge("parcours_requests_open", "Requests in progress.", multiprocess_mode="livesum")
        statements = Histogram("parcours_statement_seconds", "Time of a statement of the database.", buckets=SECONDS)
        WATCHERS.append(lambda _statement, began, ended: statements.observe(ended - began))
        version = Gauge("parcours_version", "The version that runs.", ("version",), multiprocess_mode="max")
        version.labels(__version__).set(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self.open.inc()
        try:
            await self.app(scope, receive, look)
        finally:
            self.open.dec()
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = route_of(scope)
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


def measured(app: ASGIApp, settings: ServerSettings) -> ASGIApp:
    """The application, measured when the settings say where the figures are served."""
    made: Any = app if settings.metrics_port is None else Measured(app)
    return made  # type: ignore[no-any-return]
