"""What a practice reads of its own besides what is of a person: the sheets that it sent, its transfers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.personal import OF_PERSON, check_type
from parcours.fhir.query import Query
from parcours.registry.access.model import PRACTICE
from parcours.registry.claims.context import Action, Tag
from parcours.registry.declarations.context import of_practice

Rows = Callable[[Ask, str, Query], Iterable[Resource]]
One = Callable[[Ask, str, str], Resource | None]


def mine(ask: Ask) -> str | None:
    """The practice of who asks; none through an application that was let in for one person."""
    if ask.unit is None or ask.by.actor.role not in PRACTICE or ask.by.caller.only:
        return None
    return ask.by.actor.professional_id


def names_somebody(query: Query) -> bool:
    """Does a search name a person, or ids?"""
    named = {*OF_PERSON, *(f"{one}.identifier" for one in OF_PERSON), "_id"}
    return any(one.name in named for one in query.filters)


def also_of_practice(own: Kind, rows: Rows, one: One) -> Kind:
    """A type of people that a practice reads of its own: `rows` it has of a search, `one` it has of an id.

    What is not its own is asked for as anybody asks: by the person's right.
    """

    def open_own(ask: Ask, practice: str) -> None:
        assert own.access is not None  # noqa: S101 - a type about people says what reading it asks
        check_type(ask, own.access, own.name)
        ask.by.allow(Action.READ_SHEETS, of_practice(practice), Tag.SHEETS_READ)

    def search(ask: Ask, query: Query) -> Iterator[Resource]:
        practice = mine(ask)
        found = iter(rows(ask, practice, query) if practice else ())
        first = next(found, None)
        if practice is None or (first is None and names_somebody(query)):
            yield from own.search(ask, query)
            return
        open_own(ask, practice)
        yield from chain(() if first is None else (first,), found)

    def read(ask: Ask, id_: str) -> Resource:
        practice = mine(ask)
        found = one(ask, practice, id_) if practice else None
        if practice is None or found is None:
            return own.read(ask, id_)
        open_own(ask, practice)
        return found

    return replace(own, search=search, read=read)
