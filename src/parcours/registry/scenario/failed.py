"""An expectation that does not hold, and how one is checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.scenario.stage import Stage


@dataclass(frozen=True)
class Failed:
    """An expectation that does not hold."""

    what: str
    expected: str
    happened: str


Check = Callable[[Stage, Session, Any], Iterator[Failed]]


def equal(what: str, expected: object, happened: object) -> Iterator[Failed]:
    """Nothing, or what differs."""
    if expected != happened:
        yield Failed(what, str(expected), str(happened))
