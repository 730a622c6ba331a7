"""Short tokens: what a program gets for its own, for a while and for fewer scopes (OAuth 2, client credentials).

They are sealed, not kept: the client behind them must still be there when they are used.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from parcours.edge.sealed import seal, unsealed
from parcours.registry.accounts.models import ApiClient

PREFIX = "pst_"
CONTEXT = "edge.short_token"
LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Short:
    """What a short token says."""

    client_id: str
    scopes: frozenset[str]
    types: frozenset[str]
    """Types of resources that it was asked for."""


def issue(client: ApiClient, scopes: Collection[str], types: Collection[str], at: datetime) -> str:
    """A token of a client for some scopes."""
    return seal(PREFIX, CONTEXT, at + LASTS, client.id, sorted(scopes), sorted(types))


def opened(token: str, at: datetime) -> Short | None:
    """What a token says; nothing for one that was invented, altered, or is too old."""
    said = unsealed(token, PREFIX, CONTEXT, at)
    return Short(said[0], frozenset(said[1]), frozenset(said[2])) if said else None
