"""What a search asks: its filters, how its answer is cut, what comes with it; and what the server did not know.

Unknown parameters are refused under `Prefer: handling=strict`, else ignored and absent from the `self` link.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from parcours.edge.problems import ProblemError
from parcours.fhir import problems
from parcours.fhir.matching import MODIFIERS, PREFIXES, match, pick
from parcours.text import Text, same

MOST, USUAL = 200, 50
SUMMARIES = ("true", "text", "data", "count", "false")
COMMON = {
    "_id": "token", "_lastUpdated": "date", "_count": "number", "_sort": "string", "_summary": "token",
    "_total": "token", "_elements": "string", "_include": "string", "_revinclude": "string",
}  # fmt: skip
SILENT = {"_format", "_pretty", "_totalMethod", "_page"}
"""Taken, and changing nothing of what is found."""


class Param(NamedTuple):
    """A search parameter: its type, and where in the resource its values are."""

    kind: str
    paths: tuple[str, ...]
    meaning: Text = same("")


class Filter(NamedTuple):
    """One filter: any of its values must match."""

    name: str
    modifier: str
    values: tuple[str, ...]


class Place(NamedTuple):
    """Where a page begins: after so many matches, from a place of a long table on; or after the last one shown."""

    after: int = 0
    start: str = ""
    last: str = ""


FIRST = Place()


@dataclass
class Query:
    """A search, read."""

    type: str
    filters: list[Filter] = field(default_factory=list)
    count: int = USUAL
    sort: list[str] = field(default_factory=list)
    summary: str = ""
    elements: tuple[str, ...] = ()
    includes: list[tuple[str, str, str]] = field(default_factory=list)
    """(source, parameter, target type or nothing)."""
    revincludes: list[tuple[str, str, str]] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    """What was understood, for the `self` link."""
    place: Place = FIRST

    def each(self, *names: str) -> list[tuple[str, ...]]:
        """The values of each filter, however it is named: one of them is enough, of every filter."""
        return [
            one.values for one in self.filters
            if one.name in names and one.values and (not one.modifier or one.modifier[0].isupper())
        ]  # fmt: skip

    def values(self, *names: str) -> list[str]:
        """The values of all these filters."""
        return [value for values in self.each(*names) for value in values]


Params = Mapping[str, Param]
Kinds = Mapping[str, Params]


def read_query(type_: str, items: Iterable[tuple[str, str]], kinds: Kinds, *, strict: bool) -> Query:
    """A search from its parameters. Raises `Refused`: a value, or under strict handling a name."""
    query = Query(type_)
    for name, value in items:
        if name in SILENT or not value:
            continue
        if "\x00" in value or value.count(",") >= MOST:
            raise bad(name[:80], value, Text(f"{MOST} valeurs au plus, des mots", f"{MOST} values at most, words"))
        if name in READERS:
            READERS[name](query, value, kinds)
        elif not filtered(query, name, value, kinds[type_]):
            if strict:
                allowed = ", ".join(sorted({*kinds[type_], *COMMON}))
                raise problems.unknown_parameter(field=name[:80], name=name[:80], allowed=allowed)
            continue
        query.used.append((name, value))
    return query


def filtered(query: Query, name: str, value: str, params: Params) -> bool:
    """Take a filter, if it is known."""
    plain, _, modifier = name.partition(":")
    chained = plain.partition(".")
    if chained[2] and not (chained[0] in params and chained[2] == "identifier" and is_reference(params[chained[0]])):
        return False
    if plain not in {"_id", "_lastUpdated"} and chained[0] not in params:
        return False
    kind = param_of(plain, params).kind if not chained[2] else "chain"
    if modifier and not (modifier in MODIFIERS.get(kind, ()) or (kind == "reference" and modifier[:1].isupper())):
        return False
    values = tuple(one for one in value.split(",") if one)
    if kind == "date":
        for one in values:
            check_date(name, one)
    query.filters.append(Filter(plain, modifier, values))
    return True


def is_reference(param: Param) -> bool:
    """Does it point to another resource?"""
    return param.kind == "reference"


def check_date(name: str, value: str) -> None:
    """Raise `Refused` for a date that cannot be read."""
    from parcours.fhir.matching import interval

    bare = value[2:] if value[:2] in PREFIXES else value
    if interval(bare) is None:
        raise bad(name, value, Text("une date, avec ou sans préfixe", "a date, with or without a prefix"))


def bad(name: str, value: str, allowed: Text) -> ProblemError:
    """A value that a parameter does not take."""
    return problems.bad_value(field=name, value=value[:80].replace("\x00", ""), allowed=allowed)


def param_of(name: str, params: Params) -> Param:
    """A parameter of a type, or one that all have."""
    if name == "_id":
        return Param("token", ("id",))
    if name == "_lastUpdated":
        return Param("date", ("meta.lastUpdated",))
    return params[name]


# --- how the answer is cut -------------------------------------------------------------------------------------------


def read_count(query: Query, value: str, kinds: Kinds) -> None:
    """How many matches a page holds."""
    if not value.isdecimal() or len(value) > 6:
        raise bad("_count", value, same(f"0 … {MOST}"))
    query.count = min(int(value), MOST)


def read_sort(query: Query, value: str, kinds: Kinds) -> None:
    """The order of the matches."""
    for one in value.split(","):
        name = one.removeprefix("-")
        if name not in kinds[query.type] and name not in {"_id", "_lastUpdated"}:
            raise bad("_sort", one, same(", ".join(sorted({*kinds[query.type], "_id", "_lastUpdated"}))))
        query.sort.append(one)


def read_summary(query: Query, value: str, kinds: Kinds) -> None:
    """A short form of each match."""
    if value not in SUMMARIES:
        raise bad("_summary", value, same(", ".join(SUMMARIES)))
    query.summary = value


def read_total(query: Query, value: str, kinds: Kinds) -> None:
    """How exact the total must be: it is, unless there are too many to be counted."""
    if value not in {"none", "estimate", "accurate"}:
        raise bad("_total", value, same("none, estimate, accurate"))


def read_elements(query: Query, value: str, kinds: Kinds) -> None:
    """The elements to show."""
    query.elements = tuple(one for one in value.split(",") if one)


def include_of(name: str, value: str, kinds: Kinds, type_: str = "") -> tuple[str, str, str]:
    """A reference to follow."""
    parts = value.split(":") if value != "*" else [type_, "*"]
    known = len(parts) in {2, 3} and parts[0] in kinds and parts[1] in {*kinds[parts[0]], "*"}
    if not known or (parts[1] != "*" and kinds[parts[0]][parts[1]].kind != "reference"):
        raise bad(name, value, Text("Type:paramètre de référence", "Type:parameter of a reference"))
    return parts[0], parts[1], parts[2] if len(parts) == 3 else ""


def read_include(query: Query, value: str, kinds: Kinds) -> None:
    """References of the matches to follow."""
    query.includes.append(include_of("_include", value, kinds, query.type))


def read_revinclude(query: Query, value: str, kinds: Kinds) -> None:
    """References to the matches to follow."""
    query.revincludes.append(include_of("_revinclude", value, kinds))


READERS: dict[str, Callable[[Query, str, Kinds], None]] = {
    "_count": read_count, "_sort": read_sort, "_summary": read_summary, "_total": read_total,
    "_elements": read_elements, "_include": read_include, "_revinclude": read_revinclude,
}  # fmt: skip


# --- what it finds ---------------------------------------------------------------------------------------------------


def found(query: Query, resources: Iterable[dict[str, Any]], params: Params) -> list[dict[str, Any]]:
    """The resources that match every filter, in the order asked for (else newest first, as they come)."""
    return ordered(query, filter(matcher(query, params), resources), params)


def matcher(query: Query, params: Params) -> Callable[[dict[str, Any]], bool]:
    """Does a resource match every filter?"""
    tests = [(one, param_of(one.name, params)) for one in query.filters if "." not in one.name]
    tests = [(one, param) for one, param in tests if param.paths]  # else the search itself has done it
    return lambda one: all(match(one, param.kind, param.paths, test) for test, param in tests)


def ordered(query: Query, matches: Iterable[dict[str, Any]], params: Params) -> list[dict[str, Any]]:
    """Matches in the order asked for."""
    matching = list(matches)
    for name in reversed(query.sort):
        param = param_of(name.removeprefix("-"), params)
        matching.sort(key=partial(key_of, param=param), reverse=name.startswith("-"))
    return matching


def key_of(resource: Mapping[str, Any], param: Param) -> str:
    """What a resource is sorted by."""
    for path in param.paths:
        for value in pick(resource, path):
            if isinstance(value, Mapping):
                first = value.get("start") or value.get("code") or value.get("value") or value.get("reference") or ""
                return str(first)
            return str(value)
    return ""


SUMMED = {
    "id", "meta", "resourceType", "identifier", "status", "type", "use", "patient", "subject", "beneficiary", "created",
    "insurer", "provider", "outcome", "url", "version", "name", "title", "date", "total", "period", "category",
    "requestor", "payor", "participant", "practitioner", "organization", "active", "birthDate", "gender", "priority",
    "intent", "recorded", "disposition",
}  # fmt: skip
MANDATORY = {"resourceType", "id", "meta"}


def cut(query: Query, resource: dict[str, Any], required: Iterable[str]) -> dict[str, Any]:
    """A resource as `_summary` and `_elements` want it; what is cut says so (SUBSETTED)."""
    keep: set[str] | None = None
    if query.elements:
        keep = {*query.elements, *MANDATORY, *required}
    elif query.summary == "true":
        keep = SUMMED | set(required)
    elif query.summary == "text":
        keep = {"text", *MANDATORY, *required}
    elif query.summary == "data":
        keep = set(resource) - {"text"}
    if keep is None:
        return resource
    said = {name: value for name, value in resource.items() if name in keep}
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    about = dict(resource.get("meta", {}))
    return said | {"meta": about | {"tag": [*about.get("tag", []), tag]}}
