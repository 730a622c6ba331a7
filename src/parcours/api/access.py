"""Who is asking, in which transaction, with which right: what every endpoint of the registry depends on.

An endpoint takes a :class:`Unit`: one session of the database, one actor.  ``unit.allow(action, record)`` asks the
policy and notes the access in the audit trail; what was noted is written before the answer leaves, and an answer whose
trace cannot be written is not given.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from parcours.edge.problems import ProblemError
from parcours.edge.settings import Settings
from parcours.edge.settings import settings as process_settings
from parcours.registry.access import policy
from parcours.registry.access.policy import Action, Actor, Kind, Record
from parcours.registry.accounts import clients, sessions
from parcours.registry.accounts.models import IdempotentReply, WebSession
from parcours.registry.accounts.oidc import Relying
from parcours.registry.audit import service as audit
from parcours.registry.audit.tags import Tag
from parcours.registry.errors import NotFound, RegistryError, Unauthenticated
from parcours.registry.store.db import Database, Versioned, blind_index, blind_indexes, now_utc, parse_id
from parcours.registry.store.tables import load_models

COOKIE: Final = "parcours_session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "X-CSRF-Token"
IDEMPOTENCY_HOURS: Final = 24
_REQUEST: Final = "idempotent_replies.request"
"""A body may hold a password or a national number: its plain digest could be guessed, so it is kept under a key."""

_cookie = APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False, description="Cookie of a login.")
_bearer = HTTPBearer(scheme_name="token", auto_error=False, description="Token of an API client.")


class Services:
    """What the endpoints share: settings, database, identity providers. Opened on first use."""

    def __init__(self, settings: Settings | None = None, database: Database | None = None) -> None:
        self.settings = settings or process_settings()
        self._database = database

    @cached_property
    def database(self) -> Database:
        load_models()
        return self._database or Database.open(self.settings.database_url)

    @cached_property
    def relying(self) -> Relying:
        return Relying(self.settings.oidc, self.settings.public_url)


def services_of(request: Request) -> Services:
    """The services of the application (made with the process's settings when ``install`` was not called)."""
    state = request.app.state
    if not hasattr(state, "parcours"):
        state.parcours = Services()
    services: Services = state.parcours
    return services


def cookie_name(settings: Settings) -> str:
    """``__Host-`` pins the cookie to this host, over HTTPS."""
    return f"__Host-{COOKIE}" if settings.cookie_secure else COOKIE


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    """The cookie of a session: not readable by scripts, not sent by other sites, gone with the browser."""
    response.set_cookie(
        cookie_name(settings), token, path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


# --- who is asking ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """The actor of a request, and the session it came with (None for an API client)."""

    actor: Actor
    session_id: str | None
    csrf_token: str | None

    def who(self, request: Request) -> audit.Who:
        return self.actor.who(request_id_of(request))


def request_id_of(request: Request) -> str | None:
    """The id given to the request by the limits around the API."""
    return getattr(request.state, "request_id", None)


def anonymous(request: Request) -> audit.Who:
    """Somebody who has not logged in, as the trail writes it."""
    return audit.Who("anonymous", request_id=request_id_of(request))


def identify(request: Request) -> Caller | None:
    """Who is asking, by token or by cookie; None when nobody (valid) is. Pages may use it too."""
    services = services_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return _client(services, token.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(cookie_name(services.settings))
    return _session(services, cookie) if cookie else None


def _client(services: Services, token: str) -> Caller | None:
    with services.database.reading() as session:
        client = clients.find_client(session, token)
        return Caller(Actor.of_client(client), None, None) if client else None


def _session(services: Services, token: str) -> Caller | None:
    with services.database.reading() as session:
        found = sessions.find_session(session, token, services.settings.session_policy())
        if found is None:
            return None
        caller = Caller(_actor_of(found), found.id, found.csrf_token)
        stale = sessions.needs_touch(found)
    if stale:
        with services.database.writing() as session:
            sessions.touch_session(session, caller.session_id or "")
    return caller


def _actor_of(web_session: WebSession) -> Actor:
    if web_session.grant is None:
        raise ProblemError(
            403, "no_role", fr="ce compte n'a encore aucun rôle", en="this account has no role yet", field="role"
        )
    return Actor.of_grant(web_session.grant)


def check_csrf(request: Request, expected: str, given: str | None) -> None:
    """A change asked with a cookie must come from our own pages: their token, and no other site's origin."""
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"} or not hmac.compare_digest(
        (given or "").encode(), expected.encode()
    ):
        raise ProblemError(
            403,
            "csrf",
            field=CSRF_HEADER,
            fr=f"l'en-tête {CSRF_HEADER} doit porter le jeton de la session",
            en=f"the header {CSRF_HEADER} must hold the token of the session",
        )


def require_caller(
    request: Request,
    _by_cookie: Annotated[str | None, Security(_cookie)] = None,
    _by_token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Caller:
    """The caller, or 401; with a cookie, a change needs the CSRF token of the session."""
    caller = identify(request)
    if caller is None:
        raise Unauthenticated(
            "unauthenticated",
            fr="connectez-vous, ou envoyez le jeton d'un client",
            en="log in, or send the token of a client",
        )
    if caller.csrf_token is not None and request.method not in SAFE_METHODS:
        check_csrf(request, caller.csrf_token, request.headers.get(CSRF_HEADER))
    return caller


CallerDep = Annotated[Caller, Depends(require_caller)]


# --- units of work ---------------------------------------------------------------------------------------------------


@dataclass
class Unit:
    """One request's work on the registry."""

    session: Session
    caller: Caller
    request: Request
    services: Services
    writes: bool
    notes: list[audit.Event] = field(default_factory=list)
    refusals: list[audit.Event] = field(default_factory=list)
    decided: list[Record] = field(default_factory=list)
    """What the policy was asked about, and allowed."""

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    @property
    def who(self) -> audit.Who:
        return self.caller.who(self.request)

    def allow(self, action: Action, record: Record, tag: Tag | None = None) -> Record:
        """Go on if the policy allows; ``tag`` notes the access. Raises NotFound or Forbidden, noted too."""
        try:
            decision = policy.enforce(self.session, self.actor, action, record)
        except RegistryError as error:
            self.note_refusal(action, record, error.code)
            raise
        self.decided.append(record)
        if tag is not None:
            self.note(tag, record, decision.rule.name if decision.rule else "")
        return record

    def find(self, kind: Kind, record_id: str, action: Action, tag: Tag | None = None) -> Record:
        """The record of an id, if the policy allows the action on it."""
        try:
            record = policy.load(self.session, kind, record_id)
        except NotFound as error:
            self.note_refusal(action, Record(kind), error.code)
            raise
        return self.allow(action, record, tag)

    def note(self, tag: Tag, record: Record, why: str = "", **details: Any) -> None:
        """One event for the trail."""
        self.notes.append(
            audit.Event(tag, self.who, record.insured_id, record.kind.value, record.id, why, details or None)
        )

    def note_refusal(self, action: Action, record: Record, code: str) -> None:
        """One refused access for the trail; written although nothing else is."""
        self.refusals.append(
            audit.Event(
                Tag.ACCESS_REFUSE, self.who, record.insured_id, record.kind.value, record.id, code,
                {"action": action.value},
            )
        )  # fmt: skip

    def may(self, action: Action, record: Record) -> bool:
        """Would the policy allow it? (to choose what to show; nothing is noted)."""
        return policy.decide(self.session, self.actor, action, record).allowed

    def check_accounted(self) -> None:
        """An endpoint that asked no policy, or leaves no trace, is a mistake of ours: its answer is not given.

        Reading the directory, which is public, is the one thing that leaves none.
        """
        public = not self.writes and all(record.kind is Kind.DIRECTORY for record in self.decided)
        traced = bool(self.notes) or audit.is_pending(self.session)
        if not self.decided or not (traced or public):
            name = getattr(self.request.scope.get("route"), "path", "?")
            raise Unaccounted(f"{self.request.method} {name}: {'no trace' if self.decided else 'no decision'}")


class Unaccounted(Exception):
    """An endpoint answers without having asked the policy, or without leaving a trace."""


def _write(session: Session, events: list[audit.Event]) -> None:
    for one in events:
        record = (one.record_kind or "", one.record_id)
        audit.record(
            session, one.tag, one.who, insured_id=one.insured_id, record=record, why=one.why, details=one.details
        )


def _keep(database: Database, events: list[audit.Event]) -> None:
    if events:
        with database.writing() as session:
            _write(session, events)


def _note_unfound(unit: Unit | None, error: NotFound) -> None:
    """An id inside a request that leads nowhere (or to somebody else's record) is traced too, by the field's name."""
    if unit is not None and not unit.refusals:
        details = {"field": error.field}
        unit.refusals.append(audit.Event(Tag.ACCESS_REFUSE, unit.who, why=error.code, details=details))


def reading(request: Request, caller: CallerDep) -> Iterator[Unit]:
    """A unit that reads; the accesses it noted are written once it has read, before the answer leaves."""
    services = services_of(request)
    unit: Unit | None = None
    try:
        with services.database.reading() as session:
            unit = Unit(session, caller, request, services, writes=False)
            yield unit
            unit.check_accounted()
    except NotFound as error:
        _note_unfound(unit, error)
        raise
    finally:
        if unit is not None:
            _keep(services.database, unit.notes + unit.refusals)


def writing(request: Request, caller: CallerDep) -> Iterator[Unit]:
    """A unit that changes: its work and its trace are one transaction; a refusal is traced although nothing changed."""
    services = services_of(request)
    unit: Unit | None = None
    try:
        with services.database.writing() as session:
            unit = Unit(session, caller, request, services, writes=True)
            yield unit
            unit.check_accounted()
            _write(session, unit.notes)
    except NotFound as error:
        _note_unfound(unit, error)
        raise
    finally:
        if unit is not None:
            _keep(services.database, unit.refusals)


Reading = Annotated[Unit, Depends(reading, scope="function")]
Writing = Annotated[Unit, Depends(writing, scope="function")]


# --- optimistic locking ----------------------------------------------------------------------------------------------

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", max_length=100, description="ETag of the version the change is based on.", examples=['"1"']
    ),
]


def check_version(given: str | None, row: Versioned) -> None:
    """The change must be based on the present version. Raises 428 without `If-Match`, 412 for another version."""
    if given is None:
        raise ProblemError(
            428, "version_needed", field="If-Match",
            fr="l'en-tête If-Match doit porter l'ETag de la version lue",
            en="the header If-Match must hold the ETag of the version that was read",
        )  # fmt: skip
    if given.strip() not in (row.etag, "*"):
        raise ProblemError(
            412, "stale_version", field="If-Match",
            fr="l'enregistrement a changé entre-temps : relisez-le, puis recommencez",
            en="the record has changed meanwhile: read it again, then retry",
        )  # fmt: skip


def changed(session: Session, row: Versioned) -> str:
    """What a record's answer shows beside it (rights, convention, contacts) changes: the ETag of its new version.

    Called before the change, it makes a second change from the same version wait, then fail (412).
    """
    flag_modified(row, "recorded_at")
    session.flush()
    return row.etag


# --- idempotency -----------------------------------------------------------------------------------------------------

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeat a request with the same key: it is done once and answered the same for 24 hours.",
        examples=["3f0c2d1e-8f1b-4c8e-9a51-0f5a7a3f9b11"],
    ),
]


@dataclass(frozen=True)
class Once:
    """A request that creates something, done once per idempotency key."""

    unit: Unit
    key: str | None
    request_hash: str

    def reply(self, make: Callable[[], tuple[BaseModel, dict[str, str]]], status: int = 201) -> Response:
        """Answer as before if the key is known, else do ``make`` (content, headers) and remember the answer.

        The key is taken first, in the same transaction as the work: of two requests at once, the second waits for the
        first and then repeats its answer; when the work fails, the key is free again.
        """
        if self.key is None:
            content, headers = make()
            return JSONResponse(content.model_dump(mode="json"), status, headers=headers)
        session, actor_id = self.unit.session, self.unit.actor.id
        known = self._known(session, actor_id)
        reply = None if known is not None else self._take_key(session, actor_id, status)
        if reply is None:
            return self._repeat(known or self._known(session, actor_id))
        content, headers = make()
        body = content.model_dump(mode="json")
        reply.headers, reply.body, reply.about = json.dumps(headers), json.dumps(body), json.dumps(self._about())
        session.flush()
        return JSONResponse(body, status, headers=headers)

    def _take_key(self, session: Session, actor_id: str, status: int) -> IdempotentReply | None:
        """The row of the key, to be filled; None when another request took it meanwhile."""
        reply = IdempotentReply(
            actor_id=actor_id, key=self.key, request_hash=blind_index(self.request_hash, _REQUEST), status=status,
            headers="{}", body="{}", about="[]",
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(reply)
        except IntegrityError:
            return None
        return reply

    def _about(self) -> list[tuple[str | None, str | None, str | None]]:
        """Which records the answer shows: kind, id, whose."""
        if self.unit.notes:
            return [(one.record_kind, one.record_id, one.insured_id) for one in self.unit.notes]
        return [(one.kind.value, one.id, one.insured_id) for one in self.unit.decided]

    def _known(self, session: Session, actor_id: str) -> IdempotentReply | None:
        query = select(IdempotentReply).where(IdempotentReply.actor_id == actor_id, IdempotentReply.key == self.key)
        known = session.scalar(query)
        if known is not None and now_utc() - known.recorded_at > timedelta(hours=IDEMPOTENCY_HOURS):
            session.execute(delete(IdempotentReply).where(IdempotentReply.id == known.id))
            return None
        return known

    def _repeat(self, known: IdempotentReply | None) -> Response:
        if known is None:
            raise ProblemError(
                409, "idempotency_key_busy", field="Idempotency-Key",
                fr="une requête avec cette clé vient d'échouer : recommencez",
                en="a request with this key has just failed: try again",
            )  # fmt: skip
        if known.request_hash not in blind_indexes(self.request_hash, _REQUEST):
            raise ProblemError(
                422, "idempotency_key_reused", field="Idempotency-Key",
                fr="cette clé a servi à une autre requête", en="this key was used for another request",
            )  # fmt: skip
        for kind, record_id, insured_id in json.loads(known.about):
            self.unit.note(Tag.ACCESS_REPEAT, Record(Kind(kind), record_id, insured_id))
        headers = {**json.loads(known.headers), "Idempotency-Replayed": "true"}
        return JSONResponse(json.loads(known.body), known.status, headers=headers)


async def _hash_of(request: Request) -> str:
    body = await request.body()
    return hashlib.sha256(b"\0".join([request.method.encode(), request.scope["path"].encode(), body])).hexdigest()


def once(unit: Writing, request_hash: Annotated[str, Depends(_hash_of)], key: IdempotencyKey = None) -> Once:
    """The request as something to do once."""
    return Once(unit, key, request_hash)


OnceDep = Annotated[Once, Depends(once)]


# --- pages of a list -------------------------------------------------------------------------------------------------


def cursor_id(cursor: str | None) -> str | None:
    """The id a page starts after. Raises 422 for what no answer gave."""
    if cursor is None:
        return None
    identifier = parse_id(cursor)
    if identifier is None:
        raise ProblemError(
            422, "bad_cursor", field="cursor", fr="curseur inconnu : reprenez celui de la page précédente",
            en="unknown cursor: take the one of the page before",
        )  # fmt: skip
    return identifier
