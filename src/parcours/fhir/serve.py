"""Reads and searches: the interactions that every served type has."""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from parcours.edge import unit as units
from parcours.edge.app_tokens import caller_of
from parcours.edge.caller import CSRF_HEADER
from parcours.edge.problems import ProblemError
from parcours.edge.requests import incoming_of, services_of
from parcours.engine.facts import jsonio
from parcours.fhir import problems
from parcours.fhir.answers import fhir
from parcours.fhir.capability import KINDS, about
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.matching import pick
from parcours.fhir.paging import Items, Page, opened, page_of, sealed
from parcours.fhir.personal import OF_PERSON
from parcours.fhir.query import Filter, Kinds, Query, cut, found, read_query
from parcours.fhir.site import Site
from parcours.registry.errors import RegistryError

T = TypeVar("T")
SERVED: Kinds = {name: one.params for name, one in KINDS.items()}


def site_of(request: Request) -> Site:
    """The names of this server."""
    return Site(f"{services_of(request).settings.public_url.rstrip('/')}/fhir")


def kind_of(request: Request) -> Kind:
    """The served type of an address. Raises `Refused`."""
    name = request.path_params["type"]
    if name not in KINDS:
        raise problems.unknown_type(type=name[:80])
    return KINDS[name]


def asking(request: Request, public: bool, work: Callable[[Ask], T]) -> T:
    """Do some reading: in a unit of who asks, or without any for what is public."""
    site = site_of(request)
    if public:
        return work(Ask(site))
    services, incoming = services_of(request), incoming_of(request)
    caller = caller_of(services, incoming, incoming.headers.get(CSRF_HEADER))
    with units.reading(services, incoming, caller) as unit:
        return work(Ask(site, unit))


def changing(request: Request, work: Callable[[Ask], T]) -> T:
    """Do some writing, in a unit of who asks."""
    services, incoming = services_of(request), incoming_of(request)
    caller = caller_of(services, incoming, incoming.headers.get(CSRF_HEADER))
    with units.writing(services, incoming, caller) as unit:
        return work(Ask(site_of(request), unit))


# --- read ------------------------------------------------------------------------------------------------------------


def read(request: Request) -> Response:
    """One resource, or 304 when the client has it."""
    kind = kind_of(request)
    query = read_query(kind.name, options(request), SERVED, strict=is_strict(request))
    resource = stamped(asking(request, kind.public, lambda ask: kind.read(ask, request.path_params["id"])))
    headers = {"ETag": etag_of(resource)}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {"*", headers["ETag"].removeprefix("W/")}:
        return Response(status_code=304, headers=headers)
    return fhir(cut(query, resource, kind.required), headers=headers)


def stamped(resource: Resource) -> Resource:
    """A resource with its version: the hash of what it says, so that what it derives from others counts too."""
    digest = blake2b(jsonio.dumps(resource, sort_keys=True).encode(), digest_size=8).hexdigest()
    return resource | {"meta": {"versionId": digest} | resource.get("meta", {})}


def etag_of(resource: Resource) -> str:
    """The version of a resource, as headers write it."""
    return f'W/"{resource["meta"]["versionId"]}"'


def options(request: Request) -> Items:
    """What a read may ask of its form."""
    return [(name, value) for name, value in request.query_params.multi_items() if name in {"_elements", "_summary"}]


def is_strict(request: Request) -> bool:
    """Does the client want unknown parameters refused?"""
    return "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower()


# --- search ----------------------------------------------------------------------------------------------------------


def search(request: Request, items: Items) -> Response:
    """A page of matches, and what comes with them."""
    kind = kind_of(request)
    items, place = opened(items, public=kind.public)
    query = read_query(kind.name, items, SERVED, strict=is_strict(request))
    query.place = place
    return fhir(asking(request, kind.public, lambda ask: bundle(ask, kind, query)))


def bundle(ask: Ask, kind: Kind, query: Query) -> Resource:
    """The answer to a search."""
    page = page_of(ask, kind, query)
    if query.summary == "count" or query.count == 0:
        return searchset(ask, query, page._replace(following=None), [])
    entries = [entry(ask, cut(query, stamped(one), kind.required), "match") for one in page.matches]
    entries += [entry(ask, one, "include") for one in included(ask, page.matches, query)]
    return searchset(ask, query, page, entries)


def searchset(ask: Ask, query: Query, page: Page, entries: list[Resource]) -> Resource:
    """The Bundle of a page."""
    said: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if page.total is not None:
        said["total"] = page.total
    said["link"] = [{"relation": "self", "url": address(ask, query)}]
    if page.following is not None:
        following = f"{ask.site.base}/{query.type}?_page={sealed(ask, query, page.following)}"
        said["link"].append({"relation": "next", "url": following})
    return said | ({"entry": entries} if entries else {})


def entry(ask: Ask, resource: Resource, mode: str) -> Resource:
    """A resource of a page."""
    resource = resource if "versionId" in resource.get("meta", {}) else stamped(resource)
    address = f"{ask.site.base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}


def included(ask: Ask, page: list[Resource], query: Query) -> list[Resource]:
    """What the matches of this page point to, and what points to them: once each, never a match again."""
    seen = {name_of(one) for one in page}
    extra: list[Resource] = []
    for resource in [*pointed(ask, page, query), *pointing(ask, page, query)]:
        if name_of(resource) not in seen:
            seen.add(name_of(resource))
            extra.append(resource)
    return extra


def name_of(resource: Resource) -> str:
    """Type and id."""
    return f"{resource['resourceType']}/{resource['id']}"


def pointed(ask: Ask, page: list[Resource], query: Query) -> Iterable[Resource]:
    """`_include`: the targets of references; one that may not be read is left out."""
    wanted: dict[str, None] = {}
    for source, name, target in query.includes:
        params = SERVED[source]
        chosen = [one for key, one in params.items() if one.kind == "reference" and name in {key, "*"}]
        for resource in page:
            if resource["resourceType"] != source:
                continue
            for path in (path for param in chosen for path in param.paths):
                for value in pick(resource, f"{path}.reference"):
                    if not target or value.startswith(f"{target}/"):
                        wanted[value] = None
    for value in wanted:
        type_, _, id_ = value.partition("/")
        if type_ in KINDS:
            found_one = readable(ask, KINDS[type_], id_)
            if found_one is not None:
                yield found_one


def readable(ask: Ask, kind: Kind, id_: str) -> Resource | None:
    """A resource that somebody points to, if who asks may read it."""
    try:
        return kind.read(ask, id_)
    except (ProblemError, RegistryError):
        return None


def pointing(ask: Ask, page: list[Resource], query: Query) -> Iterable[Resource]:
    """`_revinclude`: what points to the matches."""
    for source, name, _ in query.revincludes:
        for resource in page:
            filters = [Filter(name, "", (name_of(resource),))]
            if KINDS[source].personal and name not in OF_PERSON:
                person = person_of(resource)
                if person is None:
                    continue
                filters.append(about(KINDS[source], person))
            own = Query(source, filters=filters)
            yield from found(own, KINDS[source].search(ask, own), SERVED[source])


def person_of(resource: Resource) -> str | None:
    """Whom a resource is about."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    said: Resource = next((resource[name] for name in OF_PERSON if name in resource), {})
    return str(said.get("reference", "")).rpartition("/")[2] or None


# --- links -----------------------------------------------------------------------------------------------------------


def address(ask: Ask, query: Query) -> str:
    """The address that says what was understood."""
    said = urlencode(query.used, safe=":,|/$")
    return f"{ask.site.base}/{query.type}" + (f"?{said}" if said else "")
