"""What every answer says to the browser, and what it never does."""

from pathlib import Path

import pytest

from parcours.edge.settings import Settings
from parcours.site.app import create_app
from parcours.web.assets import asset_url, assets
from parcours.web.pages import Page, answer
from tests.support.client import TestClient
from tests.web.pages import PATHS, quote


@pytest.mark.parametrize("path", [*PATHS, quote(), "/nothing", "/healthz", "/api/v1/nothing", asset_url("site.css")])
def test_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy, "nothing is loaded from elsewhere"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


@pytest.mark.parametrize("path", [*PATHS, quote(), "/nothing"])
def test_no_cookie_is_set(client: TestClient, path: str) -> None:
    assert "set-cookie" not in client.get(path).headers


def test_a_page_is_private_unless_it_says_public() -> None:
    page = Page("/", (), "en", explicit=False, partial=False)
    shown = answer(page, "error.html", title="", detail="", code=200)
    assert shown.headers["cache-control"] == "private, no-store"


SOMEBODYS = [path for path in PATHS if path.startswith("/prevention?")]
"""Pages that answer an age and a sex."""


@pytest.mark.parametrize("path", SOMEBODYS)
def test_what_an_age_is_due_is_not_kept_by_shared_caches(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/" and path not in SOMEBODYS])
def test_a_page_without_anybodys_facts_may_be_shared(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "public, max-age=300"


def test_a_quote_is_not_kept_by_shared_caches(client: TestClient) -> None:
    assert client.get(quote()).headers["cache-control"] == "private, no-cache"


def test_https_is_remembered_only_when_the_service_is_on_https() -> None:
    with TestClient(create_app(Settings(public_url="https://example.org"))) as secure:
        assert "max-age" in secure.get("/healthz").headers["strict-transport-security"]


def test_http_alone_does_not_promise_https(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/healthz").headers


@pytest.mark.parametrize("name", sorted(assets()))
def test_a_static_file_is_kept_for_ever_under_its_fingerprint(client: TestClient, name: str) -> None:
    answer = client.get(asset_url(name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    old = client.get(f"/static/000000000000/{name}")
    assert old.status_code == 200
    assert old.headers["cache-control"] == "no-cache"


def test_only_listed_static_files_are_served(client: TestClient) -> None:
    for name in ("../app.py", "..%2fapp.py", "vendor/", "nothing.css"):
        assert client.get(f"/static/x/{name}").status_code == 404


def test_third_party_files_come_with_their_licence() -> None:
    vendored = [name for name in assets() if name.startswith("vendor/") and not name.endswith(".txt")]
    licences = {name.split("/")[1].split(".")[0] for name in assets() if name.endswith(".LICENSE.txt")}
    assert vendored
    for name in vendored:
        assert name.split("/")[1].split("-")[0] in licences, name


def test_first_load_is_light(client: TestClient) -> None:
    """Page, style, scripts and font: under 60 kB as sent for a first visit, and for a finished quote."""
    sent = 0
    for path in ("/", quote()):
        page = client.get(path, headers={"accept-encoding": "gzip"})
        sent = max(sent, int(page.headers["content-length"]))
    for name in ("site.css", "site.js", "vendor/htmx-2.0.11.min.js", "vendor/figtree-latin-variable.woff2"):
        sent += int(client.get(asset_url(name), headers={"accept-encoding": "gzip"}).headers["content-length"])
    assert sent < 60_000


def test_health_and_readiness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path))
    with TestClient(create_app(Settings())) as alone:
        assert alone.get("/healthz").json() == {"status": "ok"}
        answer = alone.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "database_missing"), "pages alone are no whole service"


def test_not_ready_before_the_law_is_loaded() -> None:
    unstarted = TestClient(create_app(Settings()))
    assert unstarted.get("/readyz").status_code == 503


def test_not_ready_without_its_database() -> None:
    settings = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    with TestClient(create_app(settings)) as broken:
        assert broken.get("/readyz").status_code == 503
        assert broken.get("/healthz").status_code == 200
