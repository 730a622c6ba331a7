"""How long the service waits for its database: for a connection, an answer, a lock, a transaction that does nothing.

PostgreSQL keeps the last three itself. A server that is frozen keeps nothing, so the client gives up a little later.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

MARGIN_SECONDS = 2.0
"""What a server that lives is given to say that the time is over."""


@dataclass(frozen=True)
class Patience:
    """Seconds; each is at least one tenth."""

    connect_seconds: float = 5.0
    statement_seconds: float = 30.0
    lock_seconds: float = 10.0
    idle_seconds: float = 30.0
    """Of a transaction in which nothing is asked."""

    @property
    def options(self) -> str:
        """The settings of a session of PostgreSQL."""
        times = {
            "statement_timeout": self.statement_seconds,
            "lock_timeout": self.lock_seconds,
            "idle_in_transaction_session_timeout": self.idle_seconds,
        }
        return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in times.items())


def bound(engine: Engine, patience: Patience) -> None:
    """Make every connection of an engine on PostgreSQL one that gives up."""
    import psycopg
    from psycopg import errors

    class Impatient(psycopg.Connection[Any]):
        """A connection that is closed when the server does not answer."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or patience.statement_seconds + MARGIN_SECONDS)
            except errors._WaitTimeout as error:  # noqa: SLF001 - what psycopg raises, and has no other name
                self.pgconn.finish()
                raise psycopg.OperationalError("the server does not answer") from error

    def connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> DBAPIConnection:
        named["connect_timeout"] = max(1, round(patience.connect_seconds))
        named["options"] = f"{named.get('options', '')} {patience.options}".strip()
        return Impatient.connect(*given, **named)  # type: ignore[return-value]

    event.listen(engine, "do_connect", connect)


REST_SECONDS = 30.0
"""After so long without use, a connection is asked whether it still leads anywhere."""


def ask_seldom(engine: Engine) -> None:
    """Ask a kept connection of PostgreSQL whether it lives only when it may not.

    A server that leaves says so, or closes: there is something to read on a connection that waits for nothing. What
    goes without a word (a machine, a network) is found after a rest.
    """
    dialect: Any = engine.dialect
    ask = dialect.do_ping
    asked: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def lives(connection: Any) -> bool:
        now = monotonic()
        rested = now - asked.get(connection, -inf) > REST_SECONDS
        asked[connection] = now
        return not (rested or has_something_to_read(connection.fileno())) or bool(ask(connection))

    dialect.do_ping = lives


def has_something_to_read(socket: int) -> bool:
    """Would reading a socket not wait?"""
    looking = poll()
    looking.register(socket, POLLIN)
    return bool(looking.poll(0))
