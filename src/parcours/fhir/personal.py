"""Resources about a person: whose they are, who may read them, what the trail keeps of it.

A person one may not see is a person who does not exist: a read is 404, a search is empty, and both are traced.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import select

from parcours.fhir import problems
from parcours.fhir.kinds import Access, Ask, Kind, Resource
from parcours.fhir.query import Params, Query
from parcours.registry.access.model import Record
from parcours.registry.errors import Forbidden, Invalid, NotFound
from parcours.registry.people.context import PATIENT
from parcours.registry.people.service import find_by_nir
from parcours.registry.store.ids import parse_id

OF_PERSON = ("patient", "subject", "beneficiary")
"""Search parameters that name the person."""
NUMBERS = {"", "urn:oid:1.2.250.1.213.1.4.10", "urn:oid:1.2.250.1.213.1.4.13"}
"""Systems of the national number of a person, as an identity and as a number for bills; or none said."""
Rows = Callable[[Ask, str], Iterable[Resource]]
Finder = Callable[[Ask, Query], list[str] | None]
"""The people whom a search names by what they are; None: by nothing."""
Owner = Callable[[Ask, str], str | None]
M = TypeVar("M", bound=Any)
"""A table with rows of people (`insured_id`)."""


def personal(
    name: str, access: Access, rows: Rows, owner: Owner, params: Params, *, profile: str = "",
    finder: Finder = lambda ask, query: None,
) -> Kind:  # fmt: skip
    """A type whose resources each are of one person: `rows` gives those of a person, `owner` whose one is."""

    def search(ask: Ask, query: Query) -> Iterator[Resource]:
        check_type(ask, access, name)
        for person in people_of(ask, query, owner, finder):
            if allowed(ask, access, person):
                yield from rows_of(ask, name, rows, person)

    def read(ask: Ask, id_: str) -> Resource:
        check_type(ask, access, name)
        person = owner(ask, id_)
        if person is None or not allowed(ask, access, person):
            if person is None:
                ask.by.note_refusal(access.action, Record(PATIENT), "not_found")
            raise problems.not_found(field="id")
        for one in rows_of(ask, name, rows, person):
            if one["id"] == id_:
                return one
        raise problems.not_found(field="id")

    return Kind(name, params, search, read, profile=profile, personal=True, access=access)


def check_type(ask: Ask, access: Access, name: str) -> None:
    """Raise `ProblemError` (403), traced, for a type that a short token does not name."""
    types = getattr(ask.by, "caller", None) and ask.by.caller.types
    if types is not None and name not in types:
        ask.by.note_refusal(access.action, Record(PATIENT), "not_in_scope")
        raise problems.not_in_scope(type=name)


def check_change(ask: Ask, access: Access, name: str) -> None:
    """Raise `ProblemError` (403), traced, for a type that an application may not change."""
    writes = ask.by.caller.writes
    if writes is not None and name not in writes:
        ask.by.note_refusal(access.action, Record(PATIENT), "not_in_scope")
        raise problems.not_in_scope(type=name)


def rows_of(ask: Ask, name: str, rows: Rows, person: str) -> list[Resource]:
    """The resources of a person, read once a request."""
    return ask.once(f"{name}:{person}", lambda: list(rows(ask, person)))


def let_go(ask: Ask, name: str, person: str) -> None:
    """The resources of a person are said: they are held no longer."""
    ask.known.pop(f"{name}:{person}", None)


def own(ask: Ask, model: type[M], person: str, *order: Any) -> list[M]:
    """The rows of a table that are of a person, in an order."""

    def by_person(people: tuple[str, ...]) -> dict[str, list[M]]:
        query = select(model).where(model.insured_id.in_(people)).order_by(*order)
        found: dict[str, list[M]] = {}
        for row in ask.by.session.scalars(query):
            found.setdefault(row.insured_id, []).append(row)
        return found

    return ask.among(model.__tablename__, person, by_person).get(person, [])


def allowed(ask: Ask, access: Access, person: str) -> bool:
    """May who asks read that of a person? Asked once a request, and traced either way."""

    def may() -> bool:
        try:
            ask.by.find(PATIENT, person, access.action, access.tag)
        except (NotFound, Forbidden):
            return False
        return True

    return ask.once(f"may:{access.action}:{person}", may)


def people_of(ask: Ask, query: Query, owner: Owner, finder: Finder) -> Iterator[str]:
    """The people that a search is about: those whom all that it says names, the owners of ids, else oneself."""
    said = [
        [parse_id(value.rpartition("/")[2]) or "unknown" for value in query.values(*OF_PERSON)],
        of_numbers(ask, query.values(*(f"{one}.identifier" for one in OF_PERSON))),
        finder(ask, query),
    ]
    named = [one for one in said if one]
    ids = query.values("_id")
    if named:
        people = [one for one in named[0] if all(one in others for others in named)] or ["unknown"]
    elif ids:
        people = [person for one in ids if (person := owner(ask, one))] or ["unknown"]
    elif (own := oneself(ask)) is not None:
        people = [own]
    else:
        raise problems.parameter_needed(field="patient", name="patient")
    yield from dict.fromkeys(people)


def oneself(ask: Ask) -> str | None:
    """Whom a search is about that names nobody: who asks, or for whom an application was let in."""
    caller = getattr(ask.by, "caller", None)
    return (caller and caller.only) or ask.by.actor.insured_id


def of_numbers(ask: Ask, numbers: list[str]) -> list[str]:
    """Whose numbers they are; nobody's alone is somebody unknown, that the trail keeps."""
    return ([one for number in numbers if (one := person_of(ask, number))] or ["unknown"]) if numbers else []


def person_of(ask: Ask, token: str) -> str | None:
    """Whose number it is, as `number` or `system|number`; nobody's, when it cannot be one."""
    system, _, number = token.rpartition("|")
    if system not in NUMBERS:
        return None
    try:
        insured = find_by_nir(ask.by.session, number)
    except Invalid:
        return None
    return insured.id if insured else None


def reference(kind: str, id_: str | None, display: str = "") -> Resource:
    """A reference to a served resource."""
    return {"reference": f"{kind}/{id_}"} | ({"display": display} if display else {})


def period(starts_on: object, ends_on: object = None) -> Resource:
    """A period, its last day included."""
    return {"start": str(starts_on)} | ({"end": str(ends_on)} if ends_on else {})
