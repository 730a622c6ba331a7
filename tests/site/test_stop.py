"""A stop under load: nobody whose connection was accepted is sent away without an answer."""

import http.client
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.server import running, with_socket

CLIENTS = 16
STOPS = int(os.environ.get("PARCOURS_TEST_STOPS", "1"))


def ask_for_ever(port, kept, told, stopped):
    """One request after the other until connections are refused; on one connection while it is kept, or each anew."""
    connection = None
    while not stopped.is_set():
        try:
            connection = connection or connected(port)
        except ConnectionRefusedError:
            told.append("refused")
            return
        try:
            connection.request("GET", "/glossary")
            answer = connection.getresponse()
            answer.read()
            told.append(answer.status)
            if not kept or answer.will_close:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as error:
            told.append(type(error).__name__)
            connection.close()
            connection = None


def connected(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    return connection


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_under_load_resets_nobody(tmp_path, workers):
    """`make attack` does it ten times."""
    told, stopped = [], threading.Event()
    for number in range(STOPS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with running(folder, "--workers", str(workers)) as server:
            threads = [
                threading.Thread(target=ask_for_ever, args=(server.port, one % 2, told, stopped))
                for one in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=60) in {0, -signal.SIGTERM}
            for thread in threads:
                thread.join(30)
    assert set(told) == {200, "refused"}
    assert told.count("refused") == CLIENTS * STOPS
    assert told.count(200) > CLIENTS * STOPS


def test_a_stop_is_announced_then_awaits_what_was_asked(tmp_path):
    with running(tmp_path, PARCOURS_DRAIN_SECONDS="3") as server:
        kept = connected(server.port)
        kept.request("GET", "/healthz")
        assert kept.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        kept.request("GET", "/readyz")
        answer = kept.getresponse()
        assert (answer.status, answer.getheader("connection")) == (503, "close")
        assert answer.read()
        server.process.wait(timeout=30)
        kept.close()


def workers_of(server):
    """The processes that serve (the one that tracks what they share is none)."""
    return {pid for pid in server.pids()[1:] if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_worker_that_dies_is_replaced(tmp_path):
    with running(tmp_path, "--workers", "2") as server:
        before = workers_of(server)
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while len(workers_of(server) - before) < 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert len(workers_of(server)) == 2
        asked = connected(server.port)
        asked.request("GET", "/healthz")
        assert asked.getresponse().read() == b'{"status":"ok"}'
        asked.close()


def test_who_comes_while_a_held_socket_has_no_server_waits_for_the_next(tmp_path):
    """As systemd holds it: on the very port of the settings, which is then no port that somebody else has taken."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(16)
        port = held.getsockname()[1]
        command = [sys.executable, "-m", "parcours", "serve", "--port", str(port)]
        environment = {**os.environ, "PARCOURS_DATA_DIR": str(tmp_path)}
        early = connected(port)
        early.request("GET", "/healthz")
        for _ in range(2):
            with with_socket(held, command, env=environment) as server:
                assert early.getresponse().read() == b'{"status":"ok"}'
                early.close()
                server.send_signal(signal.SIGTERM)
                assert server.wait(timeout=60) in {0, -signal.SIGTERM}
            early = connected(port)
            early.request("GET", "/healthz")
        early.close()
