"""Traces of several requests in one commit: a chain is locked once for all who wait, and no answer leaves before it.

One thread writes. Whoever comes while a commit is under way is written by the next, with everybody else who came; a
commit waits a moment for those who are reading just then, and for nobody when nobody reads. What fails together is
tried again one by one, so that the fault of one event is that of its own request.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from parcours.registry.audit import service as audit
from parcours.registry.store.db import Database

TOGETHER = 500
"""Events of one commit, at most (one request's are never parted)."""
MOMENT = 0.02
"""Seconds, at most, that a commit waits for those who are reading: one commit costs as much as several reads."""


@dataclass(eq=False)
class _Waiting:
    """The events of one request, and what becomes of them."""

    events: Sequence[audit.Event]
    written: Future[None] = field(default_factory=Future)


class TrailWriter:
    """Writes events to the trail of one database, for all the threads of a process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "trail")
        self._readers, self._changed = 0, Condition()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While somebody reads who is going to put something."""
        with self._changed:
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                if not self._readers:
                    self._changed.notify_all()

    def put(self, events: Sequence[audit.Event]) -> Future[None]:
        """Have them written; done when they are in the database, or with what a commit raised: nothing was written."""
        mine = _Waiting(events)
        self._waiting.append(mine)
        self._thread.submit(self._write_waiting)
        return mine.written

    def _write_waiting(self) -> None:
        """What waits, in one commit; each alone when that fails."""
        if not self._waiting:  # those before took all
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._readers, MOMENT)
        some = self._take()
        try:
            self._commit(some)
        except BaseException:  # noqa: BLE001 - whose fault it is, each finds out by itself
            for one in some:
                self._alone(one)

    def _alone(self, one: _Waiting) -> None:
        try:
            self._commit([one])
        except BaseException as error:  # noqa: BLE001 - told to who waits
            one.written.set_exception(error)

    def _take(self) -> list[_Waiting]:
        """Who came first, up to a number of events."""
        found: list[_Waiting] = []
        count = 0
        while self._waiting and (not found or count + len(self._waiting[0].events) <= TOGETHER):
            found.append(self._waiting.popleft())
            count += len(found[-1].events)
        return found

    def _commit(self, some: list[_Waiting]) -> None:
        with self.database.writing() as session:
            for one in some:
                audit.add(session, one.events)
        for one in some:
            one.written.set_result(None)
