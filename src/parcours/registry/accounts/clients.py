"""API clients: programs with a token and scopes."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access.model import Scope, Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import ApiClient
from parcours.registry.accounts.tokens import new_secret, secret_hash
from parcours.registry.audit.service import record
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import get


def create_client(
    session: Session,
    who: Who,
    *,
    name: str,
    scopes: Collection[Scope],
    fund_code: str | None = None,
    days: int | None = 365,
) -> tuple[ApiClient, str]:
    """A new API client and its token, shown this once."""
    if not scopes:
        raise problems.no_scope()
    for scope in scopes:
        if not scope.needs <= set(scopes):
            read = " ".join(sorted(scope.needs - {scope}))
            raise problems.scope_without_read(scope.value, scope=scope.value, read=read)
    token = new_secret("pct_")
    client = ApiClient(
        name=name,
        token_hash=secret_hash(token),
        scopes=" ".join(sorted(scope.value for scope in scopes)),
        fund_code=fund_code,
        created_by=who.id,
        expires_at=None if days is None else now_utc() + timedelta(days=days),
    )
    session.add(client)
    session.flush()
    record(
        session,
        Tag.CLIENT_CREATE,
        who,
        record=("client", client.id),
        details={"scopes": client.scopes},
    )
    return client, token


def find_client(session: Session, token: str) -> ApiClient | None:
    """The live client of a token."""
    return live(session.scalar(select(ApiClient).where(ApiClient.token_hash == secret_hash(token))))


def live(client: ApiClient | None) -> ApiClient | None:
    """A client that is neither revoked nor past its time."""
    if client is None or client.revoked_at is not None:
        return None
    return None if client.expires_at is not None and client.expires_at <= now_utc() else client


def get_client(session: Session, client_id: str) -> ApiClient:
    """The client of an id. Raises NotFound."""
    return get(session, ApiClient, client_id, "client_id")


def list_clients(session: Session, *, after: str | None = None, limit: int = 50) -> list[ApiClient]:
    """Clients in the order of their ids."""
    query = select(ApiClient).order_by(ApiClient.id).limit(limit)
    return list(session.scalars(query.where(ApiClient.id > after) if after else query))


def revoke_client(session: Session, who: Who, client: ApiClient) -> None:
    """Its token works no more."""
    client.revoked_at = client.revoked_at or now_utc()
    record(session, Tag.CLIENT_REVOKE, who, record=("client", client.id))
