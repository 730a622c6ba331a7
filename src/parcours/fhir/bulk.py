"""Bulk export (Bulk Data 2): everything that who asks may read of many people and the directory, by type, as NDJSON.

A job is its own address: what was asked, by whom and when, sealed. Nothing is prepared or kept, but that a job was
deleted, for the day that it would have lived: each file is streamed when it is fetched, with the rights of who fetches
it, some people at a time. A file holds so many people at most: what was cut is fetched again by itself.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.edge import unit as units
from parcours.edge.caller import Caller, Incoming
from parcours.edge.services import Services
from parcours.edge.unit import Unit
from parcours.engine.facts import jsonio
from parcours.fhir import capability, problems
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.matching import interval
from parcours.fhir.paging import page_of
from parcours.fhir.personal import let_go
from parcours.fhir.professionals import always
from parcours.fhir.query import Place, Query
from parcours.fhir.site import Site
from parcours.registry.access.model import Actor, Role
from parcours.registry.contexts import POLICY
from parcours.registry.errors import RegistryError
from parcours.registry.people.context import of_patient
from parcours.registry.people.family import children_of
from parcours.registry.people.models import Affiliation, Insured
from parcours.registry.replies import service as replies
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.registry.store.keyring import keyring
from parcours.registry.store.periods import holding

CONTEXT = "fhir.bulk"
LASTS = timedelta(days=1)
PART = 5_000
"""People of a file."""
TOGETHER = 100
"""People read in one unit of work."""
NDJSON = "application/fhir+ndjson"
FORMATS = ("", "ndjson", "application/ndjson", NDJSON)


@dataclass(frozen=True)
class Job:
    """What was asked."""

    by: str
    """Who asked."""
    types: tuple[str, ...]
    since: str
    at: str
    request: str
    only: str = ""
    """One fund, as a group."""

    @property
    def said(self) -> str:
        """All of it, as text."""
        return json.dumps([self.by, self.types, self.since, self.at, self.request, self.only])

    @property
    def key(self) -> str:
        """What is kept of it once it is deleted."""
        return f"{CONTEXT}:{hashlib.sha256(self.said.encode()).hexdigest()}"

    def sealed(self) -> str:
        """The job as the end of an address, that this server alone reads."""
        return base64.urlsafe_b64encode(keyring().encrypt(self.said, CONTEXT)).decode().rstrip("=")


def check_since(value: str) -> str:
    """A moment. Raises `ProblemError`."""
    if interval(value) is None:
        raise problems.bad_value(field="_since", value=value[:80], allowed="YYYY-MM-DDThh:mm:ss+00:00")
    return value


def exported(actor: Actor | None = None, *, everybody: bool = True) -> list[Kind]:
    """The types about people, all or those of which somebody may read any; of a whole server, its directory too."""
    return [
        one for one in capability.KINDS.values()
        if (one.personal and (actor is None or (one.access and POLICY.ever(actor, one.access.action))))
        or (everybody and one.walks is always)
    ]  # fmt: skip


def asked(
    actor: Actor, parameters: dict[str, str], request: str, group: str = "", may: frozenset[str] | None = None
) -> Job:
    """A job from the parameters of a request. Raises `ProblemError`."""
    if parameters.get("_outputFormat", "") not in FORMATS:
        raise problems.bad_value(field="_outputFormat", value=parameters["_outputFormat"][:80], allowed=NDJSON)
    since = parameters.get("_since", "")
    if since:
        check_since(since)
    everybody = request.endswith("/fhir/$export")
    known = [one.name for one in exported(everybody=everybody)]
    types = [one for one in parameters.get("_type", "").split(",") if one]
    for one in types:
        if one not in known:
            raise problems.bad_value(field="_type", value=one[:80], allowed=", ".join(known))
    if group and group != actor.fund_code:
        raise problems.not_found(field="id")
    readable = [
        one.name for one in exported(actor, everybody=everybody) if may is None or not one.personal or one.name in may
    ]
    return Job(
        actor.id,
        tuple(types or readable),
        since,
        datetime.now(UTC).isoformat(),
        request,
        group,
    )


def opened(session: Session, token: str, actor: Actor) -> Job:
    """The job of an address. Raises `ProblemError`: invented, of somebody else, of yesterday, or deleted."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        by, types, since, at, request, only = json.loads(keyring().decrypt(raw, CONTEXT))
    except (ValueError, TypeError, RegistryError) as error:
        raise problems.not_found(field="job") from error
    job = Job(by, tuple(types), since, at, request, only)
    if by != actor.id or datetime.fromisoformat(at) + LASTS < datetime.now(UTC) or is_ended(session, job):
        raise problems.not_found(field="job")
    return job


def end(session: Session, job: Job) -> None:
    """An export is deleted: its address answers 404 from now on, for the day that it would have lived."""
    replies.take_key(session, job.by, job.key, "DELETE", 404)


def is_ended(session: Session, job: Job) -> bool:
    """Was it deleted?"""
    return replies.find(session, job.by, job.key, datetime.now(UTC)) is not None


# --- who, in parts ---------------------------------------------------------------------------------------------------


def people(session: Session, actor: Actor, after: str, limit: int) -> list[str]:
    """The people that an export is about, after one of them: of the fund, or oneself and one's children."""
    if actor.fund_code is None:
        own = actor.insured_id
        mine = [own, *(one.id for one in children_of(session, own))] if own else []
        return [one for one in sorted(mine) if one > after][:limit]
    query = select(Affiliation.insured_id).where(
        Affiliation.fund_code == actor.fund_code, holding(Affiliation, paris_today())
    )
    if after:
        query = query.where(Affiliation.insured_id > after)
    return list(session.scalars(query.distinct().order_by(Affiliation.insured_id).limit(limit)))


def parts(session: Session, actor: Actor) -> Iterator[str]:
    """After whom each part begins: nobody, then the last of the part before."""
    after = ""
    while True:
        yield after
        found = people(session, actor, after, PART + 1)
        if len(found) <= PART:
            return
        after = found[PART - 1]


def manifest(ask: Ask, job: Job, token: str) -> Resource:
    """The files of a job. A type of which nothing may be read has no file."""
    actor = ask.by.actor
    base = f"{ask.site.base}/bulk/{token}"
    starts = list(parts(ask.by.session, actor)) if people(ask.by.session, actor, "", 1) else []
    output = [
        {"type": name, "url": f"{base}/{name}" + (f"?after={after}" if after else "")}
        for name in job.types for after in (starts if capability.KINDS[name].personal else [""])
    ]  # fmt: skip
    return {
        "transactionTime": job.at,
        "request": job.request,
        "requiresAccessToken": True,
        "output": output,
        "error": [],
    }


def lines(
    services: Services, incoming: Incoming, caller: Caller, site: Site, job: Job, name: str, after: str
) -> Iterator[bytes]:
    """A file, the lines of some people at a time, each time in a unit of work with its policy and its trail."""
    kind, left = capability.KINDS[name], PART
    if not kind.personal:
        yield from of_directory(services, incoming, caller, site, job, kind)
        return
    after = parse_id(after) or ""
    while left > 0:
        with units.reading(services, incoming, caller) as unit:
            if is_ended(unit.session, job):
                raise problems.not_found(field="job")
            some = people(unit.session, unit.actor, after, min(TOGETHER, left))
            known = foreseen(unit, kind, some)
            found = b"".join(of_people(Ask(site, unit, tuple(some)), kind, job.since))
            if not known:  # nobody was left
                unit.allow(*capability.directory_of())
        yield found
        if len(some) < TOGETHER:
            return
        after, left = some[-1], left - len(some)


def foreseen(unit: Unit, kind: Kind, some: list[str]) -> list[Insured]:
    """People whose resources are about to be asked for: read at once, and what the policy asks of them."""
    rows = list(unit.session.scalars(select(Insured).where(Insured.id.in_(some))))
    if kind.access is not None:
        unit.foresee(kind.access.action, [of_patient(one) for one in rows])
    return rows


def of_directory(
    services: Services, incoming: Incoming, caller: Caller, site: Site, job: Job, kind: Kind
) -> Iterator[bytes]:
    """A file of the directory, the lines of a page at a time."""
    place: Place | None = Place()
    while place is not None:
        with units.reading(services, incoming, caller) as unit:
            if is_ended(unit.session, job):
                raise problems.not_found(field="job")
            page = page_of(Ask(site, unit), kind, Query(kind.name, count=TOGETHER, place=place))
        yield b"".join(line_of(one) for one in page.matches if is_recent(one, job.since))
        place = page.following


def gzipped(content: Iterable[bytes]) -> Iterator[bytes]:
    """A file, compressed as it goes."""
    squeeze = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    yield from (part for one in content if (part := squeeze.compress(one)))
    yield squeeze.flush()


def line_of(resource: Resource) -> bytes:
    """A resource as a line of a file."""
    return jsonio.dumps(resource).encode() + b"\n"


def of_people(ask: Ask, kind: Kind, since: str = "") -> Iterator[bytes]:
    """What may be read of those who are read together in one type, as lines; no more than one person's is held."""
    for person in ask.together:
        yield from (line_of(one) for one in of_person(ask, kind, person) if is_recent(one, since))
        let_go(ask, kind.name, person)


def of_person(ask: Ask, kind: Kind, person: str) -> Iterable[Resource]:
    """What may be read of a person in one type."""
    query = Query(kind.name, filters=[capability.about(kind, person)])
    return kind.search(ask, query)


def is_recent(resource: Resource, since: str) -> bool:
    """Was it recorded since then?"""
    if not since:
        return True
    updated, first = interval(resource["meta"].get("lastUpdated", "")), interval(since)
    return updated is None or first is None or updated[1] >= first[0]


# --- on the server itself --------------------------------------------------------------------------------------------


def everybody(session: Session, after: str, limit: int) -> list[str]:
    """The people of the registry after one of them."""
    query = select(Insured.id).order_by(Insured.id).limit(limit)
    return list(session.scalars(query.where(Insured.id > after) if after else query))


@dataclass
class Server:
    """Who works on the server itself: no policy is asked, and what a minor withholds stays withheld."""

    session: Session
    actor: Actor

    def find(self, *_: Any) -> None:
        """Everybody may be read."""

    def allow(self, *_: Any) -> None:
        """And the directory."""

    def may(self, *_: Any) -> bool:
        """Not what is withheld."""
        return False

    def note_refusal(self, *_: Any) -> None:
        """Nothing is refused."""


def chunks(
    reading: Callable[[], Any], site: Site, names: list[str], after: str
) -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """(where this is, lines of each type): of some people at a time, in the order of their ids; then the directory."""
    kinds = [capability.KINDS[name] for name in names]
    personal = [one for one in kinds if one.personal]
    while personal and SPACE not in after:
        with reading() as session:
            some = everybody(session, after, TOGETHER)
            ask = on_server(session, site, some)
            said = {kind.name: list(of_people(ask, kind)) for kind in personal}
        if not some:
            break
        after = some[-1]
        yield after, said
    began, _, place = after.partition(SPACE)
    for kind in sorted(kinds, key=lambda one: one.name):
        if not kind.personal and (not place or kind.name >= began):
            yield from chunks_of(reading, site, kind, place if place and kind.name == began else "0 ")


SPACE = " "
"""What a place of the directory has, and the id of a person has not."""


def chunks_of(
    reading: Callable[[], Any], site: Site, kind: Kind, said: str
) -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """(where this is, lines) of a type of the directory, page by page."""
    number, _, start = said.partition(SPACE)
    place: Place | None = Place(int(number), start)
    while place is not None and place.start != END:
        with reading() as session:
            page = page_of(on_server(session, site), kind, Query(kind.name, count=TOGETHER, place=place))
        place = page.following
        after, start = (place.after, place.start) if place else (0, END)
        yield f"{kind.name} {after} {start}", {kind.name: [line_of(one) for one in page.matches]}


END = "~"


def on_server(session: Session, site: Site, some: Iterable[str] = ()) -> Ask:
    """A read on the server itself, of some people together."""
    return Ask(site, Server(session, Actor(Role.API_CLIENT)), tuple(some))  # type: ignore[arg-type]
