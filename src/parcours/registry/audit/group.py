"""Traces of several requests in one commit: a chain is locked once for all who wait, and no answer leaves before it.

Whoever comes while a commit is under way waits for it, and is then written with everybody else who waited: nobody waits
for company. What fails together is tried again one by one, so that the fault of one event is that of its own request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from parcours.registry.audit import service as audit
from parcours.registry.store.db import Database

TOGETHER = 500
"""Events of one commit, at most (one request's are never parted)."""


@dataclass(eq=False)
class _Waiting:
    """The events of one request, and what became of them."""

    events: Sequence[audit.Event]
    done: bool = False
    alone: bool = False


class TrailWriter:
    """Writes events to the trail of one database, for all the threads of a process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._guard, self._turn = Lock(), Lock()
        self._waiting: list[_Waiting] = []

    def write(self, events: Sequence[audit.Event]) -> None:
        """Write them; they are in the database when this returns. Raises what a commit raises: nothing was written."""
        mine = _Waiting(events)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                some = [mine] if mine.alone else self._take()
                try:
                    self._commit(some)
                except BaseException as error:
                    for one in some:  # whose fault it is, each finds out by itself
                        one.alone = True
                    if some == [mine] or not isinstance(error, Exception):
                        raise

    def _take(self) -> list[_Waiting]:
        """Who came first, up to a number of events."""
        with self._guard:
            count = taken = 0
            for one in self._waiting:
                if taken and count + len(one.events) > TOGETHER:
                    break
                count, taken = count + len(one.events), taken + 1
            found, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return found

    def _commit(self, some: list[_Waiting]) -> None:
        with self.database.writing() as session:
            for one in some:
                audit.add(session, one.events)
        for one in some:
            one.done = True
