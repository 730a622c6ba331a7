"""Structured logs: one JSON object a line, on standard output.

A line holds what operations need and nothing about a person: the route (never the address with its values), the method,
the status, the time taken, the size. No query string, no address of a client, no header.
"""

import json
import logging
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parcours.registry.store.ids import new_id

logger = logging.getLogger("parcours.requests")
QUIET = ("/static/", "/healthz", "/readyz")
FIELDS = "fields"
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered: every line that is logged meanwhile bears it, as its answer and the trail."""
ID_HEADER = b"x-request-id"


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if (request_id := REQUEST_ID.get()) is not None:
            line["request_id"] = request_id
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = place_of(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def place_of(trace: Any) -> list[str]:
    """Where an exception passed, innermost last: files and lines, not the message, which may hold what a user typed."""
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-8:]


def configure(level: str) -> None:
    """Send every log of the process to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"


class RequestLog:
    """ASGI middleware that gives each request its id, and logs it once it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self.app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = new_id()
        REQUEST_ID.set(request_id)
        started = time.perf_counter()
        answer = {"status": 500, "bytes": 0}

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                if not any(name == ID_HEADER for name, _ in message.get("headers", ())):
                    message["headers"] = [*message.get("headers", ()), (ID_HEADER, request_id.encode())]
            elif message["type"] == "http.response.body":
                answer["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, count)
        finally:
            fields = {
                "method": scope["method"],
                "route": route_of(scope),
                **answer,
                "ms": round((time.perf_counter() - started) * 1000, 2),
            }
            logger.info("request", extra={FIELDS: fields})


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered; the values in an address may identify a person."""
    face = scope.get("parcours.face", "")
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return f"{face}*" if face else "unmatched"
    return str(path if path.startswith(face) else f"{face}{path.lstrip('/')}")
