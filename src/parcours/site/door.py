"""Who of the processes takes a connection: the one that has the fewest.

All processes wait at one socket, and the first to wake would take what is there: under load one of them took every
connection and kept it, while another had nothing to do. Who has more than another leaves it a moment to come.
"""

import asyncio
import logging
import multiprocessing
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

logger = logging.getLogger("parcours.server")
AWAY = 1 << 30
"""Connections of a process that takes none: it starts, or it stops."""
MOMENT = 0.002
"""Seconds that a process with fewer connections is left to take one."""
NO_ROOM = 1.0
"""Seconds to wait when the system has no file left for a connection."""


class Seats:
    """How many connections each process has, told by each to all."""

    def __init__(self, processes: int) -> None:
        self._taken: Any = multiprocessing.get_context("spawn").RawArray("i", [AWAY] * processes)

    def tell(self, place: int, taken: int) -> None:
        """Say how many a process has."""
        self._taken[place] = taken

    def is_someone_freer(self, place: int) -> bool:
        """Has another process fewer?"""
        return bool(min(self._taken) < self._taken[place])


class Door:
    """Takes the connections of a listening socket one by one, in turn with the other processes."""

    def __init__(
        self, listener: socket.socket, seats: Seats, place: int, protocol: Callable[[], asyncio.Protocol]
    ) -> None:
        self.listener, self.seats, self.place, self.protocol = listener, seats, place, protocol
        self.taken = 0
        self._coming: set[asyncio.Task[Any]] = set()
        self._later: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to take connections."""
        self.listener.setblocking(False)
        self.tell(0)
        self._watch(self._come)

    def close(self) -> None:
        """Take none any more."""
        self.seats.tell(self.place, AWAY)
        if self._later is not None:
            self._later.cancel()
        asyncio.get_running_loop().remove_reader(self.listener)

    async def take_the_rest(self) -> None:
        """Close, and let in what the system has accepted before."""
        self.close()
        accepted = []
        with suppress(BlockingIOError):
            while True:
                accepted.append(self.listener.accept()[0])
        for connection in accepted:
            await self._let_in(connection)

    def tell(self, taken: int) -> None:
        """Say how many connections this process has."""
        self.taken = taken
        self.seats.tell(self.place, taken)

    def _come(self) -> None:
        if self.seats.is_someone_freer(self.place):
            self._pause(MOMENT, self._take)
        else:
            self._take()

    def _take(self) -> None:
        """Take one connection; who waited for another process and still finds one does not ask again."""
        self._watch(self._come)
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        except OSError:
            logger.exception("no connection could be taken")
            self._pause(NO_ROOM, self._take)
            return
        self.tell(self.taken + 1)
        task = asyncio.ensure_future(self._let_in(connection))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _let_in(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(self.protocol, connection)

    def _watch(self, come: Callable[[], None]) -> None:
        asyncio.get_running_loop().add_reader(self.listener, come)

    def _pause(self, seconds: float, then: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.listener)
        self._later = loop.call_later(seconds, then)
