"""Size, time, rate, headers; nothing internal in an answer or a log."""

import asyncio
import logging

import pytest
from sqlalchemy import select

from parcours.api import create_app
from parcours.api.engine import EXAMPLE
from parcours.edge.limits import Guard, RateLimiter, Streams
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.accounts import attempts
from parcours.registry.accounts.models import AttemptBucket
from parcours.registry.store.db import Database
from parcours.text import preferred
from tests.api.fixtures import settings_for_tests
from tests.support.client import TestClient

V1 = "/api/v1"


def client_of(app):
    return TestClient(
        app, base_url="https://testserver", headers={"Accept-Language": "en"}, raise_server_exceptions=False
    )


def client_with(**settings):
    return client_of(create_app(Services(settings_for_tests(**settings))))


def test_a_large_body_is_refused_by_its_length_and_by_its_bytes():
    client = client_with(request_max_bytes=2000)
    big = b"x" * 3000
    announced = client.post(f"{V1}/settle", content=big)
    counted = client.post(f"{V1}/settle", content=iter([big]))
    for response in (announced, counted):
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert client.post(f"{V1}/settle", json=EXAMPLE).status_code == 200


def test_a_slow_request_is_given_up():
    app = create_app(Services(settings_for_tests(request_seconds=0.2)))

    @app.get("/api/v1/slow")
    async def slow():
        await asyncio.sleep(5)

    response = client_of(app).get("/api/v1/slow")
    assert (response.status_code, response.json()["code"]) == (504, "too_long")


def test_an_unexpected_error_shows_and_logs_nothing_personal(caplog):
    app = create_app(Services(settings_for_tests()))

    @app.get("/api/v1/broken")
    async def broken():
        raise ValueError("a SECRET name")

    with caplog.at_level(logging.DEBUG):
        response = client_of(app).get("/api/v1/broken")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert "SECRET" not in response.text + caplog.text
    assert "ValueError" in caplog.text
    assert "broken" in caplog.text


def test_too_many_requests_wait():
    app = create_app(Services(Settings(rate_limit_per_minute=5, login_rate_limit_per_minute=0)))
    client = client_of(app)
    statuses = [client.get(f"{V1}/oidc").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    refused = client.get(f"{V1}/oidc")
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["code"] == "too_many_requests"


def test_made_up_tokens_do_not_outrun_the_rate_of_an_address():
    app = create_app(Services(Settings(rate_limit_per_minute=2, login_rate_limit_per_minute=0)))
    client = client_of(app)
    statuses = [
        client.get(f"{V1}/oidc", headers={"Authorization": f"Bearer {number}"}).status_code for number in range(25)
    ]
    assert statuses.count(200) == 20


def test_logins_have_a_rate_of_their_own(database):
    app = create_app(
        Services(Settings(login_rate_limit_per_minute=3, argon2_memory_kib=64, argon2_time_cost=1), database)
    )
    client = client_of(app)
    body = {"login": "a@example.org", "password": "x"}
    statuses = [client.post(f"{V1}/session", json=body).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert client.get(f"{V1}/law/readings").status_code == 200


def test_a_code_of_the_fund_is_guessed_as_slowly_as_a_password(database):
    app = create_app(Services(Settings(login_rate_limit_per_minute=3), database))
    statuses = [client_of(app).post(f"{V1}/session/identity", json={"code": "AAAA-AAAA-AAAA"}) for _ in range(5)]
    assert [one.status_code for one in statuses] == [401, 401, 401, 429, 429]


def test_a_bucket_refills():
    limiter = RateLimiter(60)
    assert [limiter.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert limiter.wait("a", 0.0) == 1.0
    assert limiter.wait("b", 0.0) == 0.0
    assert limiter.wait("a", 1.0) == 0.0
    assert limiter.wait("a", 1.5) == pytest.approx(0.5)
    assert RateLimiter(0).wait("a") == 0.0


def test_headers_of_every_answer(database):
    client = client_of(create_app(Services(settings_for_tests(), database)))
    for path in ("/people/x", "/oidc", "/nosuch"):
        headers = client.get(f"{V1}{path}").headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert len(headers["X-Request-Id"]) == 36


def test_no_other_site_may_call_unless_named():
    origin = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    closed = client_with().options(f"{V1}/settle", headers=origin)
    assert "access-control-allow-origin" not in closed.headers
    opened = client_with(cors_origins=("https://other.example",)).options(f"{V1}/settle", headers=origin)
    assert opened.headers["access-control-allow-origin"] == "https://other.example"
    assert "access-control-allow-credentials" not in opened.headers
    stranger = client_with(cors_origins=("https://friend.example",)).options(f"{V1}/settle", headers=origin)
    assert "access-control-allow-origin" not in stranger.headers


def test_unknown_paths_and_methods_are_problems():
    client = client_with()
    missing, wrong = client.get(f"{V1}/nosuch"), client.get(f"{V1}/settle")
    assert [one.status_code for one in (missing, wrong)] == [404, 405]
    assert all(one.headers["content-type"] == "application/problem+json" for one in (missing, wrong))
    assert wrong.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "fr"), ("*", "fr"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("fr;q=0.8,en;q=0.9", "en"), ("de", "fr"),
     ("de,en;q=0.1", "en"), ("en;q=0", "fr"), ("en;q=x", "fr"), (",,;;", "fr"), ("fr,en", "fr")],
)  # fmt: skip
def test_the_language_is_the_one_preferred(header, language):
    assert preferred(header) == language


def test_a_database_that_does_not_answer_is_said_so_without_its_address(tmp_path):
    app = create_app(Services(settings_for_tests(database_url="postgresql://user:SECRET@127.0.0.1:9/none")))
    response = client_of(app).get(f"{V1}/session", headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert "SECRET" not in response.text


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PARCOURS_SESSION_IDLE_MINUTES", "5")
    monkeypatch.setenv(
        "PARCOURS_OIDC",
        '[{"preset": "france_connect", "client_id": "a", "client_secret": "b"}]',
    )
    settings = Settings()
    assert settings.session_policy().idle_minutes == 5
    assert settings.oidc[0].label == "FranceConnect"
    assert str(settings.oidc[0].client_secret) != "b"


def test_a_client_has_its_share_of_streams():
    streams = Streams(in_all=3, per_client=2)
    with streams.one("a") as first, streams.one("a") as second, streams.one("a") as third:
        assert (first, second, third) == (None, None, "too_many_streams")
        with streams.one("b") as other, streams.one("c") as last:
            assert (other, last) == (None, "streams_full")
    with streams.one("a") as again:
        assert again is None


def test_one_stream_too_many_is_told_to_wait():
    app = create_app(Services(settings_for_tests(batch_streams_per_client=1)))
    client = client_of(app)
    assert client.post(f"{V1}/settle/batch", content=b"{}\n").status_code == 200
    with guard_of(app.middleware_stack).streams.one("testclient"):
        refused = client.post(f"{V1}/settle/batch", content=b"{}\n")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert int(refused.headers["Retry-After"]) > 0
    assert client.post(f"{V1}/settle/batch", content=b"{}\n").status_code == 200


def guard_of(app):
    """The limits in a stack of middleware."""
    while not isinstance(app, Guard):
        app = app.app
    return app


def test_a_new_address_of_one_network_is_not_a_new_client():
    app = create_app(Services(Settings(rate_limit_per_minute=5, login_rate_limit_per_minute=0)))
    clients = [TestClient(app, base_url="https://testserver", client=(f"2001:db8::{one:x}", 1)) for one in range(8)]
    statuses = [client.get(f"{V1}/oidc").status_code for client in clients]
    assert statuses == [200] * 5 + [429] * 3


def test_invented_tokens_are_counted_and_known_ones_are_not(database, country):
    limited = Settings(argon2_time_cost=1, argon2_memory_kib=64, login_rate_limit_per_minute=4)
    client = client_of(create_app(Services(limited, database)))
    mine = {"Authorization": f"Bearer {country.clients['client']}"}

    def asked(headers):
        return client.get(f"{V1}/conciliation", headers=headers).status_code

    assert asked(mine) == 200
    assert [asked({"Authorization": f"Bearer pct_{number}"}) for number in range(6)] == [401] * 3 + [429] * 3
    assert asked(mine) == 200, "who has shown a token goes on"


def test_two_processes_share_the_count_of_logins(database, country):
    limited = Settings(argon2_time_cost=1, argon2_memory_kib=64, login_rate_limit_per_minute=4)
    body = {"login": "alice@example.org", "password": "wrong wrong wrong"}
    other = Database.open(database.engine.url.render_as_string(hide_password=False))
    workers = [client_of(create_app(Services(limited, one))) for one in (database, other)]
    statuses = [workers[number % 2].post(f"{V1}/session", json=body).status_code for number in range(8)]
    other.close()
    assert statuses == [401] * 4 + [429] * 4
    with database.reading() as session:
        (row,) = session.scalars(select(AttemptBucket))
        assert "testclient" not in row.source_index


def test_attempts_come_back_with_time(database):
    with database.writing() as session:
        waits = [attempts.take(session, "192.0.2.1", 6, now=1000.0 + second) for second in (0, 0, 0, 0, 0, 0, 1, 11)]
    assert [wait > 0 for wait in waits] == [False] * 6 + [True, False]
    assert 8 < waits[6] < 10
