"""Slow hashes are few at once: who comes too many is sent away before anything is counted or locked."""

import threading

import pytest

from parcours.registry.accounts import find, logins
from parcours.registry.accounts.hashing import Gate, PasswordHashing
from parcours.registry.accounts.passwords import LoginPolicy
from parcours.registry.errors import Busy
from tests.api.fixtures import PASSWORD, TEST

FULL = PasswordHashing(1, 64, 1, at_once=1, waiting=0)


def test_so_many_run_so_many_wait_and_the_next_is_refused():
    gate, inside, leave, seen = Gate(1, 1), threading.Event(), threading.Event(), []

    def work():
        with gate.place():
            seen.append(threading.get_ident())
            inside.set()
            leave.wait(10)

    threads = [threading.Thread(target=work) for _ in range(2)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    while gate._places._value:
        threading.Event().wait(0.01)
    assert len(seen) == 1
    with pytest.raises(Busy), gate.place():
        pass
    leave.set()
    for thread in threads:
        thread.join(10)
    assert len(seen) == 2
    with gate.place():
        assert True, "the places are free again"


def test_who_is_sent_away_has_not_tried(database, country):
    with FULL.admitted(), pytest.raises(Busy):
        logins.log_in(
            database, TEST, login="amar@example.org", password="wrong", totp=None, policy=LoginPolicy(), hashing=FULL
        )
    with database.reading() as session:
        assert find.get_account(session, country.accounts["amar"]).failed_attempts == 0
    assert logins.log_in(
        database, TEST, login="amar@example.org", password=PASSWORD, totp=None, policy=LoginPolicy(), hashing=FULL
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/session", {"login": "amar@example.org", "password": PASSWORD}),
        ("PUT", "/password-resets", {"token": "pcr_x", "password": "un autre mot de passe"}),
        ("PUT", "/account/password", {"current_password": PASSWORD, "password": "un autre mot de passe"}),
        ("POST", "/account/totp", {"password": PASSWORD}),
        ("POST", "/account/recovery-codes", {"password": PASSWORD}),
        ("POST", "/accounts", {"login": "new@example.org", "password": "un autre mot de passe"}),
    ],
)
def test_every_endpoint_that_hashes_asks_for_a_place(as_user, app, method, path, body):
    from parcours.edge.requests import services_in

    hashing = services_in(app).settings.password_hashing()
    client = as_user("administrator")
    places = [hashing.admitted() for _ in range(hashing.at_once)]
    waiting = []

    def wait():
        try:
            with hashing.admitted():
                pass
        except Busy:
            waiting.append("busy")

    for place in places:
        place.__enter__()
    threads = [threading.Thread(target=wait) for _ in range(hashing.waiting)]
    for thread in threads:
        thread.start()
    answer = client.request(method, f"/api/v1{path}", json=body)
    for place in places:
        place.__exit__(None, None, None)
    for thread in threads:
        thread.join(10)
    assert waiting == []
    assert (answer.status_code, answer.json()["code"]) == (503, "too_many_logins")
    assert int(answer.headers["Retry-After"]) > 0
