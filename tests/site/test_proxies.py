"""Who asks behind a proxy: believed when it is named, and missed when it is not."""

import logging

import pytest

from parcours.edge.addresses import Proxies
from parcours.site.proxies import Forwarded
from tests.support.client import TestClient


async def who(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['client'][0]} {scope['scheme']}".encode()})


def asked(proxies, peer, **headers):
    client = TestClient(Forwarded(who, Proxies.of(proxies)), client=(peer, 1))
    return client.get("/", headers={name.replace("_", "-"): value for name, value in headers.items()}).text


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.0/8", "10.0.0.1", "203.0.113.1, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.0/8", "10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.0/8", "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("", "192.0.2.1", "198.51.100.9", "192.0.2.1"),
    ],
)
def test_the_client(proxies, peer, forwarded, client):
    assert asked(proxies, peer, x_forwarded_for=forwarded).split()[0] == client


def test_the_scheme():
    assert asked("10.0.0.1", "10.0.0.1", x_forwarded_proto="https").endswith(" https")
    assert asked("10.0.0.1", "10.0.0.1", x_forwarded_proto="gopher").endswith(" http")
    assert asked("10.0.0.1", "192.0.2.1", x_forwarded_proto="https").endswith(" http")


def test_a_proxy_that_nobody_named_is_warned_of_once(caplog):
    client = TestClient(Forwarded(who, Proxies()), client=("192.0.2.1", 1))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            client.get("/", headers={"X-Forwarded-For": "198.51.100.9"})
    assert [line.name for line in caplog.records] == ["parcours.proxies"]
    assert "PARCOURS_TRUSTED_PROXIES" in caplog.text
    assert "198.51" not in caplog.text, "no address in a log"
