"""What a connection may take: the size of a head, its time, a client's share."""

import socket
import time

import pytest

from parcours.edge.addresses import Proxies, client_of
from parcours.site.protocol import Bounds, Room
from tests.support.server import running

SECONDS = 2.0
SHARE = 20
HEAD = 8192


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bounded")
    with running(
        folder,
        PARCOURS_HEAD_SECONDS=str(SECONDS),
        PARCOURS_CONNECTIONS_PER_CLIENT=str(SHARE),
        PARCOURS_HEAD_MAX_BYTES=str(HEAD),
    ) as server:
        yield server


def opened(server, *parts):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    for part in parts:
        connection.sendall(part)
    return connection


def all_of(connection):
    """What comes until the other end closes."""
    got = b""
    try:
        while more := connection.recv(65536):
            got += more
    except ConnectionResetError:
        got += b"(reset)"
    connection.close()
    return got


def healthy(server):
    started = time.monotonic()
    connection = opened(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert all_of(connection).startswith(b"HTTP/1.1 200")
    return time.monotonic() - started


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_end_is_given_up(served, begun):
    started = time.monotonic()
    assert all_of(opened(served, begun)).startswith(b"HTTP/1.1 408")
    assert SECONDS - 0.5 < time.monotonic() - started < SECONDS + 5


def test_a_second_head_on_one_connection_is_timed_too(served):
    connection = opened(served, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n")
    answers = all_of(connection)
    assert answers.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in answers


def test_who_sends_halves_makes_room_for_who_asks(served):
    halves = [opened(served, b"GET / HTTP/1.1\r\n") for _ in range(SHARE * 5)]
    assert healthy(served) < 5
    for half in halves:
        half.close()


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET /" + b"a" * 1_000_000],
        [b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000],
        [b"GET / HTTP/1.1\r\n", *[b"X-%d: a\r\n" % number for number in range(3000)], b"\r\n"],
        [b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * HEAD + b"\r\n\r\n"],
    ],
)
def test_a_long_head_is_refused_before_it_is_held(served, parts):
    connection = opened(served)
    try:
        for part in parts:
            connection.sendall(part)
    except OSError:
        pass  # it has closed already
    assert all_of(connection).startswith((b"HTTP/1.1 431", b"(reset)"))
    assert healthy(served) < 5


def test_memory_stays_where_it_was_after_a_hundred_megabytes_of_address(served):
    before = served.memory_mib()
    for _ in range(4):
        connection = opened(served, b"GET /")
        try:
            for _ in range(25):
                connection.sendall(b"a" * 1_048_576)
        except OSError:
            pass
        connection.close()
    assert served.memory_mib() < before + 20


def test_a_body_that_nobody_reads_does_not_hold_the_connection(served):
    connection = opened(served, b"POST /law HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n")
    started = time.monotonic()
    assert all_of(connection).startswith(b"HTTP/1.1 405")
    assert time.monotonic() - started < 10


def test_an_ordinary_connection_goes_on(served):
    connection = opened(served)
    for _ in range(3):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        got = b""
        while not got.endswith(b"}"):
            got += connection.recv(65536)
        assert got.startswith(b"HTTP/1.1 200")
    connection.close()


class Connection:
    """What the room sees of a connection."""

    def __init__(self, room, peer, *, waiting=True):
        self.room, self.peer, self.owner, self.is_waiting, self.closed = room, peer, client_of(peer), waiting, False
        self.transport = self

    def abort(self):
        self.closed = True


def test_one_network_of_ipv6_is_one_client():
    room = Room(Bounds(per_client=2))
    first, *others = [Connection(room, f"2001:db8::{number:x}") for number in range(1, 4)]
    assert all(room.enter(one) for one in (first, *others))
    assert (first.closed, [one.closed for one in others]) == (True, [False, False])
    assert room.enter(Connection(room, "2001:db8:0:1::1"))
    assert len(room.every) == 3


def test_who_is_being_answered_is_not_sent_away():
    room = Room(Bounds(per_client=1))
    asked = Connection(room, "192.0.2.1", waiting=False)
    assert room.enter(asked)
    assert not room.enter(Connection(room, "192.0.2.1"))
    assert not asked.closed
    room.leave(asked)
    assert room.enter(Connection(room, "192.0.2.1"))


def test_a_full_process_closes_the_oldest_that_asks_nothing():
    room = Room(Bounds(per_client=5, in_all=2))
    old, new = Connection(room, "192.0.2.1"), Connection(room, "192.0.2.2")
    assert all(room.enter(one) for one in (old, new, Connection(room, "192.0.2.3")))
    assert (old.closed, new.closed) == (True, False)


def test_a_proxy_has_no_share_of_one():
    room = Room(Bounds(per_client=1, proxies=Proxies.of("192.0.2.0/24")))
    assert all(room.enter(Connection(room, "192.0.2.1", waiting=False)) for _ in range(5))
