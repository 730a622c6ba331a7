"""Many rows worked on one by one: what fails on one of them is left out, and stops nothing of the others."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sqlalchemy.orm import Session

Row = TypeVar("Row")
Made = TypeVar("Made")
logger = logging.getLogger("parcours.apart")


def apart(
    session: Session, rows: Iterable[Row], work: Callable[[Row], Iterable[Made]], failed: list[str] | None
) -> Iterator[Made]:
    """What the work makes of each row; of a row on which it fails nothing is kept, and `failed` says how.

    Without `failed` the first failure is raised.
    """
    for row in list(rows):
        try:
            with session.begin_nested():
                made = list(work(row))
        except Exception as error:
            if failed is None:
                raise
            failed.append(type(error).__name__)
            logger.error("a row was left out in %s: %s", work.__module__, failed[-1])  # noqa: TRY400 - the text may name somebody
        else:
            yield from made
