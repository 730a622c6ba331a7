"""The processes of the server: one listening socket, as many workers as asked, and a stop that loses nobody.

A stop has three steps. For `drain_seconds` everything goes on, but `/readyz` says no and each answer closes its
connection: who balances the load, and who keeps a connection, goes elsewhere. Then what waits to be accepted is
accepted and the socket is closed. Then what was asked is answered, within `shutdown_seconds`.
"""

import asyncio
import ctypes
import gc
import logging
import multiprocessing
import os
import resource
import signal
import socket
import struct
import sys
import time
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from parcours.edge import logs
from parcours.site import metrics
from parcours.site.door import AWAY, Door, Seats
from parcours.site.protocol import BoundedHttp, Room
from parcours.site.settings import ServerSettings

logger = logging.getLogger("parcours.server")
APPLICATION = "parcours.site.app:application"
FIRST_PASSED_FD = 3
"""Where systemd passes the first socket (`sd_listen_fds`)."""
BACKLOG = 2048
LAST_HANDSHAKES = 0.1
"""Seconds in which a connection that has begun is completed, by a client that answers at all."""
_SO_ATTACH_FILTER = 26
_NO_SYN = tuple(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # the byte of the flags of TCP
        (0x45, 0, 1, 0x02),  # is SYN among them?
        (0x06, 0, 0, 0),  # drop
        (0x06, 0, 0, 0xFFFFFFFF),  # let pass
    )
)
"""A program of the kernel's packet filter (BPF)."""


def run(settings: ServerSettings, passed: socket.socket | None = None) -> int:
    """Serve until a signal says to stop, on the socket that was passed or on one of ours; the exit code."""
    _allow_files()
    listener = passed or listening_socket(settings.host, settings.port)
    with metrics.served(settings):
        if settings.workers == 1:
            return _serve(settings, listener, passed is not None, Seats(1), 0)
        return Workers(settings, listener, passed is not None).run()


def passed_socket() -> socket.socket | None:
    """The socket that systemd holds for us: no connection is refused while the service restarts."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=FIRST_PASSED_FD)
    return None


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket of ours that listens."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    return listener


def refuse_new(listener: socket.socket) -> None:
    """From now on the system lets no new connection begin here; those that have begun are completed.

    Closing a socket that listens resets what was accepted a moment before. The filter drops the first packet of a
    connection (SYN): who sent it tries again a second later, and is then refused properly. Linux only; elsewhere the
    moment is short.
    """
    if sys.platform == "linux":
        code = ctypes.create_string_buffer(b"".join(_NO_SYN))
        listener.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_NO_SYN), ctypes.addressof(code))
        )


def _allow_files() -> None:
    """As many open files as the system lets this process have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _serve(settings: ServerSettings, listener: socket.socket, kept: bool, seats: Seats, place: int) -> int:
    BoundedHttp.room = Room(settings.bounds())
    server = Draining(settings, listener, seats, place, kept=kept)
    server.run(sockets=[])
    return 0 if server.started else STARTUP_FAILURE


class Draining(uvicorn.Server):
    """A server that stops without resetting a connection that it or its socket has accepted."""

    def __init__(
        self, settings: ServerSettings, listener: socket.socket, seats: Seats, place: int, *, kept: bool
    ) -> None:
        super().__init__(
            uvicorn.Config(
                APPLICATION, factory=True, http=BoundedHttp, ws="none", access_log=False, log_config=None,
                server_header=False, proxy_headers=False, backlog=BACKLOG,
                timeout_graceful_shutdown=settings.shutdown_seconds,
            )
        )  # fmt: skip
        self.seconds, self.listener, self.kept = settings.drain_seconds, listener, kept
        self.door = Door(listener, seats, place, self._protocol)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What stands once all is loaded is never garbage: a collection that walks it makes one answer wait 50 ms."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        self.door.open()

    async def on_tick(self, counter: int) -> bool:
        self.door.tell(len(self.server_state.connections))
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state["stopping"] = True
        BoundedHttp.room.draining = True
        until = time.monotonic() + self.seconds
        while time.monotonic() < until and self.server_state.connections:  # noqa: ASYNC110 - no event says it
            await asyncio.sleep(0.02)
        if self.kept:
            self.door.close()
        else:
            refuse_new(self.listener)
            await asyncio.sleep(LAST_HANDSHAKES)
            await self.door.take_the_rest()  # what comes now is refused, not lost
        self.listener.close()
        await super().shutdown(sockets)

    def _protocol(self) -> BoundedHttp:
        return BoundedHttp(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


class Workers:
    """Several processes on one socket; one that dies is replaced, a signal to stop goes to all."""

    def __init__(self, settings: ServerSettings, listener: socket.socket, kept: bool) -> None:
        self.settings, self.listener, self.kept = settings, listener, kept
        self.context = multiprocessing.get_context("spawn")
        self.seats = Seats(settings.workers)
        self.processes: list[BaseProcess] = []
        self.stopping = False

    def run(self) -> int:
        """Start them, watch them, stop them; the exit code."""
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.processes = [self._started(place) for place in range(self.settings.workers)]
        code = 0
        while not self.stopping:
            wait([*(one.sentinel for one in self.processes), woken.fileno()])
            code = self._replace_dead()
        self.listener.close()  # the workers alone hold it: the last of them to leave closes it
        for one in self.processes:
            one.terminate()
        for one in self.processes:
            one.join()
        return code

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _started(self, place: int) -> BaseProcess:
        self.seats.tell(place, AWAY)
        given = (self.settings, self.listener, self.kept, self.seats, place)
        process = self.context.Process(target=_work, args=given)
        process.start()
        return process

    def _replace_dead(self) -> int:
        for index, one in enumerate(self.processes):
            if self.stopping or one.is_alive():
                continue
            if one.exitcode == STARTUP_FAILURE:
                self.stopping = True
                return STARTUP_FAILURE
            metrics.left(one.pid)
            logger.error("a worker process died (%s): another one takes its place", one.exitcode)
            self.processes[index] = self._started(index)
        return 0


def _work(settings: ServerSettings, listener: socket.socket, kept: bool, seats: Seats, place: int) -> None:
    """What a worker process does."""
    logs.configure(settings.log_level)
    raise SystemExit(_serve(settings, listener, kept, seats, place))
