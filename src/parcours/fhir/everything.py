"""`Patient/$everything`: all that who asks may read of a person, page by page, with the professionals it names."""

from parcours.fhir import capability, problems
from parcours.fhir.bulk import check_since, is_recent, of_person
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.paging import Items, page_at
from parcours.fhir.person import READ
from parcours.fhir.personal import allowed
from parcours.fhir.query import SILENT, Place, Query, read_count
from parcours.fhir.serve import entry, included, searchset
from parcours.registry.store.ids import parse_id

NAMES = ("_type", "_since", "_count")
NAMED = ("Practitioner", "PractitionerRole", "Organization")
"""What comes along when somebody's resources name it."""


def everything(ask: Ask, id_: str, items: Items, place: Place, *, strict: bool) -> Resource:
    """The page that is asked for. Raises `ProblemError`: nobody, a parameter."""
    person = parse_id(id_) or "unknown"
    query, types, since = read(person, items, strict=strict)
    query.place = place
    if not allowed(ask, READ, person):
        raise problems.not_found(field="id")
    kinds = [one for one in capability.KINDS.values() if one.personal and wanted(ask, one, types)]
    every = [one for kind in kinds for one in of_person(ask, kind, person) if is_recent(one, since)]
    if "_count" not in dict(query.used):
        query.count = max(1, len(every))
    page = page_at(query, every)
    named = included(ask, *naming(ask, person, page.matches, types, query))
    entries = [entry(ask, one, "match") for one in page.matches]
    return searchset(ask, query, page, entries + [entry(ask, one, "include") for one in named])


def naming(
    ask: Ask, person: str, matches: list[Resource], types: set[str], query: Query
) -> tuple[list[Resource], Query]:  # fmt: skip
    """Whose references to professionals are followed: those of the page; of all, where these types were asked for."""
    sources = matches
    if types & set(NAMED):
        kinds = [] if query.place.after else [one for one in capability.KINDS.values() if one.personal]
        sources = [one for kind in kinds if wanted(ask, kind, set()) for one in of_person(ask, kind, person)]
    names = dict.fromkeys(one["resourceType"] for one in sources)
    query.includes = [(name, "*", one) for name in names for one in NAMED if not types or one in types]
    return sources, query


def read(person: str, items: Items, *, strict: bool) -> tuple[Query, set[str], str]:
    """(paging, types, since). Raises `ProblemError`."""
    query, types, since = Query(f"Patient/{person}/$everything"), set[str](), ""
    for name, value in items:
        if name not in NAMES:
            if strict and name not in SILENT:
                raise problems.unknown_parameter(field=name[:80], name=name[:80], allowed=", ".join(NAMES))
            continue
        if name == "_count":
            read_count(query, value, {})
            query.count = max(1, query.count)
        elif name == "_since":
            since = check_since(value)
        else:
            types |= known_types(value)
        query.used.append((name, value))
    return query, types, since


def known_types(value: str) -> set[str]:
    """Served types, separated by commas. Raises `ProblemError`."""
    types = {one for one in value.split(",") if one}
    for one in types - capability.KINDS.keys():
        raise problems.bad_value(field="_type", value=one[:80], allowed=", ".join(capability.KINDS))
    return types


def wanted(ask: Ask, kind: Kind, types: set[str]) -> bool:
    """Is a type asked for, and does the token of who asks name it?"""
    named = ask.by.caller.types
    return (not types or kind.name in types) and (named is None or kind.name in named)
