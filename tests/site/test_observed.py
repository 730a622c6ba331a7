"""What a monitor, a collector of traces and the log are told of a server: enough to run it, nothing of a person."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.server import country_folder, free_port, running

SECRET = "Martin-Zebulon"


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def collector():
    server = HTTPServer(("127.0.0.1", 0), Collector)
    server.got = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory, sqlite_country, collector):
    """What was told of a server of two processes that answered a few requests, and its log."""
    folder, port = tmp_path_factory.mktemp("observed"), free_port()
    given = {
        "PARCOURS_METRICS_PORT": str(port), "PARCOURS_DATABASE_SLOW_MS": "0.001", "PARCOURS_TRACES_SHARE": "1",
        "PARCOURS_TRACES_ENDPOINT": f"http://127.0.0.1:{collector.server_port}/v1/traces",
        **country_folder(folder, sqlite_country),
    }  # fmt: skip
    token = sqlite_country[1].clients["client"]
    with running(folder, "--workers", "2", **given) as server:
        ids = []
        for _ in range(8):
            for path in (f"/?utm_source={SECRET}", f"/nowhere/{SECRET}", f"/api/v1/people/{SECRET}"):
                answer = httpx2.get(server.address + path, headers={"Authorization": f"Bearer {token}"})
                ids.append(answer.headers["x-request-id"])
        public = httpx2.get(f"{server.address}/metrics").status_code
        metrics = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
        with socket.socket() as elsewhere:
            elsewhere.bind(("127.0.0.2", port))  # it listens on the named address only
    deadline = time.monotonic() + 20
    while not collector.got and time.monotonic() < deadline:
        time.sleep(0.1)
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]
    return metrics, public, lines, ids


def test_a_monitor_reads_the_requests_of_every_process_by_route(seen):
    metrics, public, _, _ = seen
    assert public == 404
    assert 'parcours_requests_total{method="GET",route="/",status="200"} 8.0' in metrics
    assert 'route="/api/v1/people/{patient_id}"' in metrics
    assert "parcours_request_seconds_bucket" in metrics
    assert "parcours_statement_seconds_count" in metrics
    assert "parcours_requests_open 0.0" in metrics
    assert SECRET not in metrics
    assert "127.0.0.1" not in metrics


def test_a_line_of_the_log_bears_the_id_of_its_answer(seen):
    _, _, lines, ids = seen
    logged = {one["request_id"] for one in lines if one["message"] == "request"}
    assert set(ids) <= logged
    slow = [one for one in lines if one["message"] == "slow statement"]
    assert {one["request_id"] for one in slow if "request_id" in one} & set(ids)
    assert all(one["ms"] >= 0 and one["statement"] for one in slow)
    assert SECRET not in json.dumps(lines)


def test_a_span_is_a_request_by_its_route_with_its_statements(seen, collector):
    spans = [
        span for request in collector.got for part in request.resource_spans for scope in part.scope_spans
        for span in scope.spans
    ]  # fmt: skip
    roots = {span.span_id: span for span in spans if not span.parent_span_id}
    assert "GET /api/v1/people/{patient_id}" in {span.name for span in roots.values()}
    children = [span for span in spans if span.parent_span_id in roots]
    assert "SELECT" in {span.name for span in children}
    assert SECRET not in str(collector.got)
    ids = {one.value.string_value for span in roots.values() for one in span.attributes if one.key.endswith("id")}
    assert set(seen[3]) <= ids
