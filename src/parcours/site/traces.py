"""Traces (OpenTelemetry), sent where the settings say; nothing is traced, nor imported, when they say nothing.

A span is a request by the pattern of its route, and under it each statement of the database with its placeholders: no
address, no query string, no value, no client.
"""

from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parcours import __version__
from parcours.edge.logs import route_of
from parcours.edge.statements import WATCHERS
from parcours.site.settings import ServerSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

NANO = 1_000_000_000
LONGEST = 600
FAILED = 500


def traced(app: ASGIApp, settings: ServerSettings) -> ASGIApp:
    """The application, traced when the settings name a collector."""
    return app if settings.traces_endpoint is None else Traced(app, provider(settings))


def provider(settings: ServerSettings) -> "TracerProvider":
    """What makes spans and sends them in the background; the share that is kept is drawn by their ids."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    resource = Resource.create({"service.name": "parcours", "service.version": __version__})
    made = TracerProvider(sampler=TraceIdRatioBased(settings.traces_share), resource=resource)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(settings.traces_endpoint)))
    return made


class Traced:
    """ASGI middleware: a span for each request."""

    def __init__(self, app: ASGIApp, made: "TracerProvider") -> None:
        self.app, self.provider = app, made
        self.tracer: Tracer = made.get_tracer("parcours", __version__)
        WATCHERS.append(self._statement)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            self.provider.shutdown()  # what was not sent yet is sent
            return
        from opentelemetry.trace import SpanKind, Status, StatusCode

        status = FAILED

        async def look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self.tracer.start_as_current_span(
            "request", kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                await self.app(scope, receive, look)
            finally:
                route = route_of(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes(
                    {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status,
                     "parcours.request_id": scope.get("state", {}).get("request_id", "")}
                )  # fmt: skip
                if status >= FAILED:
                    span.set_status(Status(StatusCode.ERROR))

    def _statement(self, statement: str, began: float, ended: float) -> None:
        from opentelemetry.trace import SpanKind, get_current_span

        if not get_current_span().is_recording():
            return
        text = " ".join(statement.split())[:LONGEST]
        name = text.partition(" ")[0]
        span = self.tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes={"db.query.text": text}, start_time=int(began * NANO)
        )
        span.end(int(ended * NANO))
