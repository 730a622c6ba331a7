"""Logs: one JSON object a line, and nothing about a person."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from parcours.edge import logs
from tests.support.client import TestClient
from tests.web.pages import quote

Rows = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def rows() -> Iterator[Rows]:
    """The lines logged since the test began."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("parcours.requests")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_request_is_logged_without_its_values(client: TestClient, rows: Rows) -> None:
    client.get(quote(age="87"))
    client.get("/situations/c2s?lang=en")
    client.get("/nothing/1850378")
    found = rows()
    assert [(row["route"], row["status"]) for row in found] == [
        ("/", 200),
        ("/situations/{slug}", 200),
        ("unmatched", 404),
    ]
    assert all(
        row.pop("ms") > 0 and row.pop("bytes") > 0 and row.pop("time") and row.pop("request_id") for row in found
    )
    text = json.dumps(found)
    for value in ("87", "generaliste", "1850378", "127.0.0.1", "testclient", "lang"):
        assert value not in text, value


def test_health_checks_are_not_logged(client: TestClient, rows: Rows) -> None:
    client.get("/healthz")
    assert rows() == []


def test_an_error_says_where_not_what() -> None:
    try:
        int("Camille Exemple, born 1985")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = json.loads(logs.JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("test_logs.py:")
    assert "Camille" not in json.dumps(line)
