"""Pages are counted too: for each address, as pages."""

import pytest

from parcours.edge.settings import Settings
from parcours.site.app import create_app
from tests.support.client import TestClient


@pytest.fixture
def app():
    return create_app(Settings(page_rate_limit_per_minute=5))


def visitor(app, address):
    return TestClient(app, client=(address, 1), headers={"Accept-Language": "en"})


def test_too_many_pages_wait(app):
    answers = [visitor(app, f"2001:db8::{number:x}").get("/emergency") for number in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    refused = answers[-1]
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Wait a minute, then open this page again" in refused.text
    assert refused.headers["Content-Type"] == "text/html; charset=utf-8"
    assert refused.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/login", "/reset", "/forgot", "/account/identity", "/account/security"])
def test_what_proves_somebody_is_counted_as_slowly_as_a_login(path):
    client = visitor(create_app(Settings(login_rate_limit_per_minute=2)), "192.0.2.9")
    client.headers["Sec-Fetch-Site"] = "cross-site"  # refused before anything is looked up
    statuses = [client.post(path, data={}, follow_redirects=False).status_code for _ in range(4)]
    assert [one == 429 for one in statuses] == [False, False, True, True]


def test_health_is_never_counted(app):
    client = visitor(app, "192.0.2.1")
    assert {client.get("/healthz").status_code for _ in range(20)} == {200}


def test_a_large_body_is_refused_by_a_page_too(app):
    answer = visitor(app, "192.0.2.2").post("/emergency", content=b"x" * 100_000)
    assert answer.status_code == 413
    assert "text/html" in answer.headers["Content-Type"]


def test_no_limit_of_requests_is_none_of_pages():
    client = visitor(create_app(Settings(rate_limit_per_minute=0, page_rate_limit_per_minute=2)), "192.0.2.3")
    assert {client.get("/emergency").status_code for _ in range(6)} == {200}
