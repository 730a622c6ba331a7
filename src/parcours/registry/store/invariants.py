"""What must always hold between rows, said in SQL that both databases read: each context gives its own."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from parcours.text import Text

SHOWN = 5
"""How many of the rows that break an invariant are named."""


@dataclass(frozen=True)
class Invariant:
    """A promise, and the statement that gives the ids of what breaks it."""

    name: str
    says: Text
    broken: str | Callable[[], str]
    """A statement, or what makes it where it needs a number of the law."""


@dataclass(frozen=True)
class Checked:
    """An invariant that was checked: how many rows break it, and the first of them."""

    invariant: Invariant
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """A promise that no statement can check: what reads the rows and gives what breaks it."""

    invariant: Invariant
    broken: Callable[[Session], list[str]]


def prove(session: Session, proof: Proof) -> Checked:
    """Read what breaks a promise."""
    found = proof.broken(session)
    return Checked(proof.invariant, len(found), tuple(found[:SHOWN]))


def check(session: Session, invariant: Invariant) -> Checked:
    """Count what breaks an invariant."""
    statement = invariant.broken if isinstance(invariant.broken, str) else invariant.broken()
    found = [str(row[0]) for row in session.execute(text(statement))]
    return Checked(invariant, len(found), tuple(found[:SHOWN]))
