"""Who is asking: by the token of a program, or by the cookie of a login; and whether a change comes from our own pages.

Nothing here knows a web framework: a face says what came in (`Incoming`) and gets a `Caller`.
"""

import hmac
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from parcours.edge import refusals, short_tokens
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.access.model import Actor, Who
from parcours.registry.accounts import clients, sessions
from parcours.registry.accounts.context import actor_of_client, actor_of_grant
from parcours.registry.accounts.models import Account, ApiClient
from parcours.registry.demo.fictitious import is_demonstration
from parcours.registry.store.clock import now_utc

COOKIE = "parcours_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
"""A form without a script sends the session's token in this field."""


@dataclass(frozen=True)
class Incoming:
    """What a face says of a request."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case, or a mapping that does not care."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    route: str = "?"
    """The pattern the path fits: the path itself may name a person."""
    id: str | None = None
    at: datetime = field(default_factory=now_utc)

    @property
    def anonymous(self) -> Who:
        """Somebody who has not logged in, as the trail writes it."""
        return Who("anonymous", request_id=self.id)

    @property
    def changes(self) -> bool:
        return self.method not in SAFE_METHODS


@dataclass(frozen=True)
class Caller:
    """The actor of a request, and the session it came with (None for an API client)."""

    actor: Actor
    session_id: str | None
    csrf_token: str | None
    types: frozenset[str] | None = None
    """Types of FHIR resources that a short token was asked for; none: all that the actor may."""
    writes: frozenset[str] | None = None
    """Types that an application may change; none: all that the actor may."""
    only: str | None = None
    """The one person that an application was let in for."""
    app: str | None = None
    """The application that asks for somebody."""
    lacks_factor: bool = False
    """Logged in by a password alone, in a role that needs more: only one's own account is open."""

    def who(self, incoming: Incoming) -> Who:
        return replace(self.actor.who(incoming.id), app=self.app)


# --- who is asking ---------------------------------------------------------------------------------------------------


def identify(services: Services, incoming: Incoming, session: Session | None = None) -> Caller | None:
    """Who is asking, by token or by cookie; None when nobody (valid) is. Looked for in `session`, if it is given."""
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme:
        return _client(_looking(services, session), token.strip()) if scheme.lower() == "bearer" else None
    cookie = incoming.cookies.get(cookie_name(services.settings))
    return _session(services, _looking(services, session), cookie) if cookie else None


def brings_proof(services: Services, incoming: Incoming) -> bool:
    """Did a token or a cookie come?  Without, there is nothing to ask the database."""
    return bool(incoming.headers.get("authorization") or incoming.cookies.get(cookie_name(services.settings)))


def _looking(services: Services, session: Session | None) -> AbstractContextManager[Session]:
    """A session to look in."""
    return services.database.reading() if session is None else nullcontext(session)


def require_caller(
    services: Services, incoming: Incoming, csrf_token: str | None, session: Session | None = None
) -> Caller:
    """The caller, or 401; with a cookie, a change needs the CSRF token of the session, from a header or a form."""
    caller = identify(services, incoming, session)
    if caller is None:
        raise refusals.unauthenticated()
    if caller.csrf_token is not None and incoming.changes:
        check_csrf(incoming, caller.csrf_token, csrf_token)
    return caller


def session_without_role(services: Services, incoming: Incoming) -> str:
    """The session that has no role yet, to prove who it is; 401 for anybody else."""
    check_same_site(incoming)
    cookie = incoming.cookies.get(cookie_name(services.settings))
    with services.database.reading() as session:
        found = sessions.find_session(session, cookie, services.settings.session_policy()) if cookie else None
        if found is None or found.grant is not None:
            raise refusals.unauthenticated()
        return found.id


def _client(looking: AbstractContextManager[Session], token: str) -> Caller | None:
    with looking as session:
        if token.startswith(short_tokens.PREFIX):
            return _short(session, token)
        client = clients.find_client(session, token)
        return Caller(actor_of_client(client), None, None) if client else None


def _short(session: Session, token: str) -> Caller | None:
    """A client by its short token: it must still be there, and gets no more than it holds now."""
    said = short_tokens.opened(token, now_utc())
    client = clients.live(session.get(ApiClient, said.client_id)) if said else None
    if said is None or client is None:
        return None
    actor = actor_of_client(client)
    return Caller(replace(actor, scopes=actor.scopes & said.scopes), None, None, said.types)


def _session(services: Services, looking: AbstractContextManager[Session], token: str) -> Caller | None:
    with looking as session:
        found = sessions.look_up(session, token, services.settings.session_policy())
        if found is None:
            return None
        if found.grant_id is None:
            raise refusals.no_role()
        lacks = _lacks_factor(services.settings, session, found)
        caller = Caller(actor_of_grant(found), found.id, found.csrf_token, lacks_factor=lacks)
        stale = sessions.needs_touch(found)
    if stale:
        with services.database.writing() as session:
            sessions.touch_session(session, caller.session_id or "")
    return caller


def _lacks_factor(settings: Settings, session: Session, found: Row[Any]) -> bool:
    """A password alone is enough for the accounts of the demonstration: invented people, served to this machine."""
    if found.role not in settings.second_factor_roles or sessions.is_strong(found.method):
        return False
    return not is_demonstration(session.get_one(Account, found.account_id).login, settings.public_url)


# --- a change comes from our own pages -------------------------------------------------------------------------------


def from_another_site(incoming: Incoming) -> bool:
    """Does the browser say that a page of another site sent this?"""
    return incoming.headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def check_same_site(incoming: Incoming) -> None:
    """A login form of another site must not log somebody in here."""
    if from_another_site(incoming):
        raise refusals.other_site()


def check_csrf(incoming: Incoming, expected: str, given: str | None) -> None:
    """A change asked with a cookie must come from our own pages: their token, and no other site's origin."""
    if from_another_site(incoming) or not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise refusals.no_csrf_token(field=CSRF_HEADER, header=CSRF_HEADER)


# --- the cookie of a session -----------------------------------------------------------------------------------------


def host_cookie(settings: Settings, name: str) -> str:
    """`__Host-` pins a cookie to this host, over HTTPS."""
    return f"__Host-{name}" if settings.cookie_secure else name


def cookie_name(settings: Settings) -> str:
    """The name of the session's cookie."""
    return host_cookie(settings, COOKIE)
