"""Connections go to the process that has the fewest."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from parcours.site import door
from parcours.site.door import AWAY, Door, Seats


class Kept(asyncio.Protocol):
    """A connection that nobody talks on."""

    def __init__(self, made):
        self.made = made

    def connection_made(self, transport):
        self.made.append(transport)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield listening


def run(work):
    """The work done, in a thread of its own: a browser may have left a loop in this one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()


async def taken(doors, listener, calls):
    """How many connections each door has once all callers were let in."""
    made = [[] for _ in doors]
    for one, kept in zip(doors, made, strict=True):
        one.protocol = lambda kept=kept: Kept(kept)
        already = one.taken
        one.open()
        one.tell(already)
    callers = [socket.create_connection(listener.getsockname()) for _ in range(calls)]
    while sum(map(len, made)) < calls:  # noqa: ASYNC110 - no event says it
        await asyncio.sleep(0.001)
    for one in doors:
        one.close()
    for one in (*callers, *(one for kept in made for one in kept)):
        one.close()
    return [len(kept) for kept in made]


def test_the_one_that_has_more_leaves_them_to_the_other(listener, monkeypatch):
    monkeypatch.setattr(door, "MOMENT", 600)
    seats = Seats(2)
    with listener.dup() as second:
        doors = [Door(listener, seats, 0, None), Door(second, seats, 1, None)]
        doors[0].taken = 3
        assert run(taken(doors, listener, 3)) == [0, 3]


def test_they_share_a_crowd(listener):
    seats = Seats(2)
    with listener.dup() as second:
        doors = [Door(listener, seats, 0, None), Door(second, seats, 1, None)]
        assert min(run(taken(doors, listener, 40))) >= 10


def test_nobody_is_left_outside_when_the_other_does_not_come(listener):
    seats = Seats(2)
    seats.tell(1, 0)
    assert run(taken([Door(listener, seats, 0, None)], listener, 4)) == [4]


def test_who_starts_or_stops_is_not_waited_for(listener, monkeypatch):
    monkeypatch.setattr(door, "MOMENT", 600)
    seats = Seats(3)
    seats.tell(1, AWAY)
    assert run(taken([Door(listener, seats, 0, None)], listener, 4)) == [4]
