"""Access tokens of applications that people let in (SMART on FHIR): sealed, short, good for the FHIR face alone.

They are not kept: the access behind them must still be one when they are used, and is what they open.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from parcours.edge.caller import Caller, Incoming, require_caller
from parcours.edge.refusals import unauthenticated
from parcours.edge.sealed import seal, unsealed
from parcours.edge.services import Services
from parcours.registry.accounts import apps, smart
from parcours.registry.accounts.context import actor_of_grant
from parcours.registry.accounts.models import AppAccess
from parcours.registry.store.clock import now_utc

PREFIX = "pat_"
CONTEXT = "edge.app_token"
LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Opened:
    """What a token says."""

    access_id: str
    scopes: frozenset[str]


def issue(access: AppAccess, scopes: Collection[str], at: datetime) -> str:
    """A token of an access, for some of its scopes."""
    return seal(PREFIX, CONTEXT, at + LASTS, access.id, sorted(scopes))


def opened(token: str, at: datetime) -> Opened | None:
    """What a token says; nothing for one that was invented, altered, or is too old."""
    said = unsealed(token, PREFIX, CONTEXT, at)
    return Opened(said[0], frozenset(said[1])) if said else None


def access_of(session: Session, services: Services, token: str) -> tuple[AppAccess, frozenset[str]] | None:
    """The access of a token while it is one, and the scopes that the token has of it."""
    said = opened(token, now_utc()) if token.startswith(PREFIX) else None
    access = apps.live_access(session, said.access_id, services.settings.session_policy()) if said else None
    return (access, frozenset(smart.narrowed(said.scopes, access.scopes.split()).said)) if said and access else None


def caller_of(services: Services, incoming: Incoming, csrf_token: str | None) -> Caller:
    """Who asks, also by an application that they let in. Raises ProblemError (401)."""
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip().startswith(PREFIX):
        return require_caller(services, incoming, csrf_token)
    with services.database.reading() as session:
        found = access_of(session, services, token.strip())
        if found is None:
            raise unauthenticated()
        access, scopes = found
        allowed, granted = smart.read(scopes), smart.read(access.scopes.split())
        return Caller(
            actor_of_grant(access.grant), None, None, allowed.reads, writes=allowed.writes,
            only=access.patient_id if granted.one else None, app=access.app_id,
        )  # fmt: skip
