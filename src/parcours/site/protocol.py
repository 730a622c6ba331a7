"""Connections with bounds: how long and how large the head of a request may be, how many connections a client may hold.

Uvicorn's own protocol reads a head of any size for as long as it takes. Here a head that is too long is answered 431,
one that does not come to its end in time 408, and a client that opens one connection more than its share loses the
oldest of its connections on which nothing has been asked: who is slow makes room for who asks.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from parcours.edge.addresses import Proxies, client_of

LINGER_SECONDS = 2.0
_LATE = (408, b"Request Timeout")
_LONG = (431, b"Request Header Fields Too Large")


NOBODY = Proxies()


@dataclass(frozen=True)
class Bounds:
    """What a connection may take."""

    head_bytes: int = 65_536
    head_seconds: float = 10.0
    per_client: int = 200
    in_all: int = 2_000
    proxies: Proxies = NOBODY
    """They speak for many clients: the share of one is not theirs."""


@dataclass
class Room:
    """The connections of a process, oldest first, in all and of each client."""

    bounds: Bounds
    every: OrderedDict[BoundedHttp, None] = field(default_factory=OrderedDict)
    of_client: dict[str, OrderedDict[BoundedHttp, None]] = field(default_factory=lambda: defaultdict(OrderedDict))
    draining: bool = False

    def enter(self, connection: BoundedHttp) -> bool:
        """Is there room, if need be by closing an older connection on which nothing was asked?"""
        mine = self.of_client[connection.owner]
        full = len(mine) >= self.bounds.per_client and connection.peer not in self.bounds.proxies
        if (full and not _make_room(mine)) or (len(self.every) >= self.bounds.in_all and not _make_room(self.every)):
            return False
        mine[connection] = self.every[connection] = None
        return True

    def leave(self, connection: BoundedHttp) -> None:
        """A connection is closed."""
        self.every.pop(connection, None)
        mine = self.of_client.get(connection.owner)
        if mine is not None:
            mine.pop(connection, None)
            if not mine:
                del self.of_client[connection.owner]


def _make_room(among: OrderedDict[BoundedHttp, None]) -> bool:
    waiting = next((one for one in among if one.is_waiting), None)
    if waiting is None:
        return False
    waiting.room.leave(waiting)
    waiting.transport.abort()
    return True


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's HTTP/1.1, with the bounds of `room`."""

    room = Room(Bounds())
    """Of the process; the server sets it before it listens."""
    peer = owner = ""
    """The address of the other end, and the client it belongs to."""
    heading = True
    """Between the first byte of a request (or the connection) and the end of its head."""
    asked = False
    """A request has come to the end of its head."""
    whole = True
    """The body of the request has come to its end."""
    _taken = 0
    _timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Nothing is asked on this connection, or not to the end of a head."""
        return not self.asked or self.cycle.response_complete

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self.owner = client_of(self.peer)
        if not self.room.enter(self):
            transport.abort()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self.room.leave(self)
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._taken += len(data) if self.heading else 0
        super().data_received(data)
        if self.heading and self._taken > self.room.bounds.head_bytes:
            self._refuse(*_LONG)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.whole = False
        if not self.heading:
            self.heading, self._taken = True, 0
            self._await_head()

    def on_headers_complete(self) -> None:
        self.heading = False
        self._stop_timer()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self.room.bounds.head_bytes:
            self._refuse(*_LONG)
            return
        super().on_headers_complete()
        self.asked = True
        if self.room.draining:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self.whole = True
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.whole:  # answered before the end of what was sent: nobody reads the rest, if it takes its time
            self.loop.call_later(LINGER_SECONDS, self._close_unread, self.cycle)

    def _close_unread(self, answered: Any) -> None:
        if self.cycle is answered and not self.whole:
            self.transport.close()

    def shutdown(self) -> None:
        """At a stop: answer what was asked, wait a moment for what was accepted and has not asked yet."""
        if not self.asked or (self.heading and self._taken):
            self.loop.call_later(LINGER_SECONDS, self._close_unasked)
        else:
            super().shutdown()

    def _close_unasked(self) -> None:
        if self.is_waiting and not self.transport.is_closing():
            self.transport.close()

    def _await_head(self) -> None:
        self._timer = self._timer or self.loop.call_later(self.room.bounds.head_seconds, self._too_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        self._refuse(*_LATE)

    def _refuse(self, status: int, reason: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.is_waiting:  # else an answer is under way: it alone may be written
            head = b"HTTP/1.1 %d %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % (status, reason)
            self.transport.write(head)
        self.transport.close()
