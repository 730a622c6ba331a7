"""What one client may take from the others: measured on the real server."""

import http.client
import statistics
import threading
import time
from collections import Counter

import pytest

from parcours.web.pages import today
from tests.api.fixtures import PASSWORD
from tests.support.server import UNLIMITED, country_folder, running

LOGINS = 200
READERS = 150


@pytest.fixture
def served(tmp_path, sqlite_country):
    with running(tmp_path, **country_folder(tmp_path, sqlite_country), **UNLIMITED) as server:
        yield server


def ask(port, method, path, body=None, **headers):
    """Status, headers and body of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def log_in(port, name):
    body = f'{{"login": "{name}", "password": "{PASSWORD}"}}'
    return ask(port, "POST", "/api/v1/session", body.encode(), **{"Content-Type": "application/json"})


@pytest.mark.slow
def test_two_hundred_logins_at_once_leave_memory_and_quotes_alone(served):
    """The costs are those of production: 64 MiB and three passes a password."""
    quote = f"/?specialty=generaliste&age=40&care_date={today()}"
    for _ in range(5):
        ask(served.port, "GET", quote)
    answers, sizes, times = [], [], []
    threads = [
        threading.Thread(target=lambda n=number: answers.append(log_in(served.port, f"amar{n % 2 or ''}@example.org")))
        for number in range(LOGINS)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        started = time.perf_counter()
        assert ask(served.port, "GET", quote)[0] == 200
        times.append(time.perf_counter() - started)
        sizes.append(served.memory_mib())
        time.sleep(0.01)
    counted = Counter(status for status, _, _ in answers)
    assert set(counted) <= {201, 401, 503}
    assert counted[503]
    assert counted[201] + counted[401] >= 16, "those who found a place were answered"
    assert all(int(headers["Retry-After"]) for status, headers, _ in answers if status == 503)
    assert max(sizes) < 400
    assert statistics.median(times) < 0.1
    assert log_in(served.port, "amar@example.org")[0] == 201, "nobody was locked by being sent away"


@pytest.mark.slow
def test_more_readers_than_threads_and_connections_are_all_answered(tmp_path, sqlite_country):
    """Each holds a session of the database from one thread of the pool to the next."""
    folder = country_folder(tmp_path, sqlite_country)
    with running(tmp_path, PARCOURS_SECOND_FACTOR_ROLES="[]", **folder, **UNLIMITED) as server:
        cookie = log_in(server.port, "amar@example.org")[1]["Set-Cookie"].partition(";")[0]
        told, together = [], threading.Barrier(READERS)

        def read():
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
            connection.connect()
            together.wait()
            for _ in range(2):
                connection.request("GET", "/api/v1/my/patients", headers={"Cookie": cookie})
                answer = connection.getresponse()
                answer.read()
                told.append(answer.status)
            connection.close()

        threads = [threading.Thread(target=read) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(told) == {200: 2 * READERS}
