"""The reform that is being tried, if any: changes of the law that hold for one answer or one command.

It travels with the context of the caller, so that two answers of one process may be given under two reforms. Nothing
is imported here that a single case would have to wait for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from hashlib import blake2b
from typing import Any, NamedTuple, ParamSpec, TypeVar


class Change(NamedTuple):
    """A value of the law replaced from a day on."""

    id: str
    """A parameter, or a tariff as an explanation names it: tariffs/acts.APC."""
    value: str
    """As the law data writes it."""
    first_day: str
    """ISO; empty: since the law is known."""

    def __str__(self) -> str:
        return f"{self.id}={self.value}" + (f"@{self.first_day}" if self.first_day else "")


P = ParamSpec("P")
T = TypeVar("T")
MOST_KEPT = 16_384
SOURCE = "REFORM"
"""The source of a value that a reform gives."""

IN_USE: ContextVar[tuple[Change, ...]] = ContextVar("reform", default=())


@contextmanager
def enacted(changes: tuple[Change, ...]) -> Iterator[None]:
    """Answer under these changes and no other."""
    token = IN_USE.set(changes)
    try:
        yield
    finally:
        IN_USE.reset(token)


def per_reform(function: Callable[P, T]) -> Callable[P, T]:
    """Keep what a function of the law gives, for each reform apart: what one of them makes is never another's."""

    def of(_changes: tuple[Change, ...], *args: Any, **named: Any) -> T:
        return function(*args, **named)

    kept: Any = lru_cache(maxsize=MOST_KEPT)(of)

    @wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> T:
        found: T = kept(IN_USE.get(), *args, **named)
        return found

    return call


def reformed_digest(digest: str, changes: tuple[Change, ...]) -> str:
    """Hash of the law under a reform: never that of the law itself."""
    return blake2b("\n".join([digest, *map(str, changes)]).encode(), digest_size=16).hexdigest()


def as_data(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """The changes as a receipt keeps them."""
    return [change._asdict() for change in changes]
