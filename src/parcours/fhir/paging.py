"""Pages of a search: of few candidates all are read and counted; of a long table no more than a page needs.

A page of a long table knows no total, and the next one begins at a place of the table: neither costs more than it
shows. The next page of few begins after the last one that was shown. What is added, changed or taken away between two
pages moves nothing; when the last one shown is itself gone, one may be shown twice, and none is left out.
"""

import base64
import json
from datetime import UTC, datetime
from itertools import takewhile
from typing import NamedTuple

from parcours.fhir import problems
from parcours.fhir.insurers import PREFIX
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.query import Place, Query, found, matcher, ordered
from parcours.registry.errors import RegistryError
from parcours.registry.store.ids import parse_id
from parcours.registry.store.keyring import keyring

CONTEXT = "fhir.page"
COUNTED = 200
"""So many candidates are read to know how many match."""
MOST_READ = 2_000
"""And so many for a page that few of them match: the page is short, the next one goes on."""
Items = list[tuple[str, str]]


class Page(NamedTuple):
    """Matches, how many there are in all (None: too many to be counted), and where the next page begins."""

    matches: list[Resource]
    total: int | None
    following: Place | None


def page_of(ask: Ask, kind: Kind, query: Query) -> Page:
    """The page that a query asks for. Raises `ProblemError`: too many to be put in another order."""
    if not kind.walks(ask):
        return page_at(query, found(query, kind.search(ask, query), kind.params))
    matches, whole, last = walked(ask, kind, query)
    if whole and not query.place.start:
        return cut_out(query, ordered(query, matches, kind.params))
    if query.sort:
        raise problems.too_many(field="_sort", most=COUNTED)
    begin = begins(query, matches)
    end = begin + query.count
    if len(matches) <= end:
        return Page(matches[begin:], None, None if whole else placed(kind, matches, last))
    return Page(matches[begin:end], None, placed(kind, matches[:end], kind.place(matches[end - 1])))


def page_at(query: Query, matches: list[Resource]) -> Page:
    """A page of all the matches of one moment, that of the first page: what came since would move the others."""
    moment = query.place.start or max([datetime.now(UTC).isoformat(), *map(written, matches)])
    page = cut_out(query, [one for one in matches if written(one) <= moment])
    return page._replace(following=page.following and page.following._replace(start=moment))


def written(resource: Resource) -> str:
    """When a resource was written; nothing for what is always there."""
    return str(resource.get("recorded") or resource.get("meta", {}).get("lastUpdated") or "")


def cut_out(query: Query, matches: list[Resource]) -> Page:
    """A page of all the matches."""
    begin = begins(query, matches)
    end = begin + query.count
    following = Place(end, last=named(matches[end - 1])) if 0 < end < len(matches) else None
    return Page(matches[begin:end], len(matches), following)


def begins(query: Query, matches: list[Resource]) -> int:
    """How many of the matches come before a page: up to the last one shown; when it is gone, those before it."""
    after, _, last = query.place
    shown = after if not last else max(0, after - 1)
    return next((number for number, one in enumerate(matches, start=1) if last and named(one) == last), shown)


def named(resource: Resource) -> str:
    """A resource among others of any type."""
    return f"{resource['resourceType']}/{resource['id']}"


def walked(ask: Ask, kind: Kind, query: Query) -> tuple[list[Resource], bool, str]:
    """(matches, whether nothing is left, the place of the last candidate), until a page is full; the first page reads
    on, to count the matches of few candidates.
    """
    start = query.place.start
    if start and not (parse_id(start) or start.startswith(PREFIX)):  # of another type, or of another's search
        raise problems.bad_page(field="_page")
    fits, matches, last = matcher(query, kind.params), list[Resource](), ""
    for number, one in enumerate(kind.search(ask, query), start=1):
        last = kind.place(one)
        if fits(one):
            matches.append(one)
        full = len(matches) > query.place.after + query.count and (query.place.start or number > COUNTED)
        if full or number >= MOST_READ:
            return matches, False, last
    return matches, True, last


def placed(kind: Kind, shown: list[Resource], start: str) -> Place:
    """The place after what was shown: where its last one is, and how many of that place were shown."""
    there = takewhile(lambda one: kind.place(one) == start, reversed(shown))
    return Place(sum(1 for _ in there), start)


def sealed(ask: Ask, query: Query, following: Place) -> str:
    """What the address of the next page holds: every filter, readable by this server alone."""
    content = json.dumps([*following, query.used], separators=(",", ":"))
    said = content.encode() if ask.unit is None else keyring().encrypt(content, CONTEXT)
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def opened(items: Items, *, public: bool = False) -> tuple[Items, Place]:
    """The parameters behind a page, and where it begins; what is public alone is not sealed. Raises `ProblemError`."""
    token = next((value for name, value in items if name == "_page"), None)
    if token is None:
        return items, Place()
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        after, start, last, used = json.loads(raw.decode() if public else keyring().decrypt(raw, CONTEXT))
        return [(str(name), str(value)) for name, value in used], Place(max(0, int(after)), str(start), str(last))
    except (ValueError, TypeError, OverflowError, RecursionError, RegistryError) as error:
        raise problems.bad_page(field="_page") from error
