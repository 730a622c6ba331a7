"""What a context says of itself, once: policy, scopes, export, renewal of keys and trail collect it.

A context is a folder with models, services and a `context.py` that holds one `Context`, plain data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.access.model import Action, Kind, Record, Scope, Tag, Who
from parcours.registry.access.rules import Relation, Rule
from parcours.registry.store.db import Base
from parcours.registry.store.invariants import Invariant, Proof
from parcours.registry.store.rotation import KeyedIndex


@dataclass(frozen=True)
class Personal:
    """A table each row of which is about one person, and the way from a row to its person."""

    by: tuple[str, ...] = ("insured_id",)
    """Columns that name the person: the row is theirs who is named by any."""
    through: str | None = None
    """In their place: a foreign key to a table that is personal."""
    hides: tuple[str, ...] = ()
    """Columns that name somebody else's account: no copy shows them."""


@dataclass(frozen=True)
class Shared:
    """A table whose rows hold something of several people, or of nobody but the service, and why it is not personal.

    What a person's copy shows of it is chosen by the context's `export`.
    """

    why: str


@dataclass(frozen=True)
class Public:
    """A table about nobody, or whose content anybody may read."""


@dataclass(frozen=True)
class RecordOf:
    """A kind of record: the action that makes it visible at all, and how the policy's record is made from its row."""

    kind: Kind
    read: Action
    model: type[Base] | None = None
    """None: a record without an id, like the directory."""
    build: Callable[[Session, Any], Record] | None = None


@dataclass(frozen=True, kw_only=True)
class ClinicalText:
    """Clinical text that a context keeps until its time is over."""

    people: Callable[[Session], Iterable[str]]
    """Of whom some is kept."""
    destroy: Callable[[Session, str, date], Mapping[str, int]]
    """Destroys what is kept of a person, on a day, and says of how many rows, by table."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """One context of the registry."""

    name: str
    tables: Mapping[type[Base], Personal | Shared | Public] = field(default_factory=dict)
    kinds: tuple[RecordOf, ...] = ()
    actions: type[Action] | None = None
    clinical: frozenset[Action] = frozenset()
    """Actions that show clinical text."""
    signatures: frozenset[Action] = frozenset()
    """Actions that engage the doctor in person: never a delegate's."""
    in_person: frozenset[Action] = frozenset()
    """Clinical text that a delegate does not read."""
    rules: tuple[Rule, ...] = ()
    """What each rule gives: actions of this context, or of one below through a rule that is made here."""
    asks: Mapping[Action, Relation] = field(default_factory=dict)
    """Actions that ask, besides a rule that gives them, that this relation holds too."""
    scopes: type[Scope] | None = None
    tags: type[Tag] | None = None
    keyed: tuple[KeyedIndex, ...] = ()
    """Every keyed index of its tables."""
    resign: Mapping[str, Callable[[Session], int]] = field(default_factory=dict)
    """By table, what signs its rows anew with the newest key, and says how many."""
    export: Callable[[Session, str], Mapping[str, list[dict[str, Any]]]] | None = None
    """What a person's copy shows of the shared tables: rows by name, of the person with this id."""
    withholds: Callable[[Session, str], frozenset[str]] | None = None
    """Ids of the records that a minor keeps from those who act for them: not in their copy, nor in their trail."""
    postpones: Callable[[Session, str], frozenset[str]] | None = None
    """Ids of the records that a doctor is to tell of first: in nobody's copy until their day."""
    expire: Callable[[Session, Who], int] | None = None
    """Writes down the ends that time has brought, each in the trail, and says how many. No access waits for it."""
    contact: Callable[[Session, str], date | None] | None = None
    """The last day on which somebody saw, wrote of or billed a person: clinical text is kept for years from it."""
    disputed: Callable[[Session, str, date], bool] | None = None
    """Is something of a person disputed on a day? Their clinical text is not destroyed then."""
    text: ClinicalText | None = None
    """What `parcours record purge` destroys."""
    invariants: tuple[Invariant, ...] = ()
    """What always holds between its rows, and `parcours ledger verify` checks."""
    proofs: tuple[Proof, ...] = ()
    """The same, where reading the rows alone can tell."""
