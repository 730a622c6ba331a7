"""The contexts of the registry, in their order, and what is collected from what each says of itself.

A context may use those before it in the list, never one after (`make imports` reads this list). To add one: a folder
with a `context.py`, and its name here ([the guide](../../../docs/guides/add-a-context.md)).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from parcours.registry.access import export, model
from parcours.registry.access.decide import Policy
from parcours.registry.access.manifest import Context, Personal, Public, Shared
from parcours.registry.people.service import get_insured
from parcours.registry.store import invariants, rotation
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Base, Database

NAMES = (
    "audit",
    "identity",
    "ledger",
    "directory",
    "people",
    "messages",
    "declarations",
    "care_plans",
    "referrals",
    "conciliation",
    "visits",
    "prevention",
    "record",
    "complementary",
    "cards",
    "ald",
    "claims",
    "payments",
    "papers",
    "replies",
    "accounts",
)

CONTEXTS: tuple[Context, ...] = tuple(import_module(f"parcours.registry.{name}.context").CONTEXT for name in NAMES)
POLICY = Policy(CONTEXTS)
METADATA: MetaData = Base.metadata
"""Every table of the registry: each context has brought its own."""


def holdings() -> dict[str, Personal | Shared | Public]:
    """Whose every table is, by its name."""
    return {table.__tablename__: held for one in CONTEXTS for table, held in one.tables.items()}


if TYPE_CHECKING:
    Scope: TypeAlias = model.Scope
    Tag: TypeAlias = model.Tag
else:
    Scope = model.Scope("Scope", [(one.name, one.value) for context in CONTEXTS for one in context.scopes or ()])
    Scope.__doc__ = "What an API client may do."
    Tag = model.Tag("Tag", [(one.name, one.value) for context in CONTEXTS for one in context.tags or ()])
    Tag.__doc__ = model.Tag.__doc__


def export_person(session: Session, insured_id: str) -> dict[str, Any]:
    """Everything held about a person, for that person. Raises NotFound when nobody has this id."""
    person = get_insured(session, insured_id).id
    content = {"exported_at": now_utc(), "person": person} | export.rows_about(session, person, CONTEXTS, METADATA)
    return export.without(content, postponed(session, person))


def withheld(session: Session, insured_id: str) -> frozenset[str]:
    """The records that a minor keeps from those who act for them, and those to be told of first."""
    kept = [one.withholds(session, insured_id) for one in CONTEXTS if one.withholds is not None]
    return postponed(session, insured_id).union(*kept)


def postponed(session: Session, insured_id: str) -> frozenset[str]:
    """The records that a doctor is to tell of first."""
    return frozenset().union(*(one.postpones(session, insured_id) for one in CONTEXTS if one.postpones is not None))


def expire(session: Session) -> dict[str, int]:
    """Write down every end that time has brought; how many, by context."""
    who = model.Who("system", role="expire")
    return {one.name: one.expire(session, who) for one in CONTEXTS if one.expire is not None}


def verify(session: Session) -> list[invariants.Checked]:
    """Check what every context says always holds."""
    checked = [invariants.check(session, one) for context in CONTEXTS for one in context.invariants]
    return checked + [invariants.prove(session, one) for context in CONTEXTS for one in context.proofs]


def rotate_keys(database: Database) -> dict[str, int]:
    """Bring every protected value under the newest key; the number of rows rewritten, by table."""
    keyed = [index for one in CONTEXTS for index in one.keyed]
    signed = {name: sign for one in CONTEXTS for name, sign in one.resign.items()}
    return rotation.rotate_keys(database, METADATA, keyed, signed)
