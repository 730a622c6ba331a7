"""Statements of the database, timed: slow ones are logged, and who measures or traces is told of each.

What is logged is the statement with its placeholders: never a value.
"""

import logging
import time
from collections.abc import Callable

from sqlalchemy import Engine, event

from parcours.edge.logs import FIELDS

logger = logging.getLogger("parcours.database")
Watcher = Callable[[str, float, float], None]
"""Takes a statement, when it began and when it ended, in seconds of the system's clock."""
WATCHERS: list[Watcher] = []
LONGEST = 600
"""Characters of a statement that are logged."""


def watch(engine: Engine, slow_ms: float) -> None:
    """Time every statement of an engine; `slow_ms` 0 logs none."""

    @event.listens_for(engine, "before_cursor_execute")
    def begin(
        _connection: object, _cursor: object, _statement: str, _given: object, context: object, *_: object
    ) -> None:
        context._parcours_began = time.time()  # type: ignore[attr-defined] # noqa: SLF001 - ours, on their object

    @event.listens_for(engine, "after_cursor_execute")
    def end(_connection: object, _cursor: object, statement: str, _given: object, context: object, *_: object) -> None:
        began, ended = getattr(context, "_parcours_began", None), time.time()
        if began is None:
            return
        for told in WATCHERS:
            told(statement, began, ended)
        if slow_ms and (ended - began) * 1000 >= slow_ms:
            fields = {"ms": round((ended - began) * 1000, 1), "statement": " ".join(statement.split())[:LONGEST]}
            logger.warning("slow statement", extra={FIELDS: fields})
