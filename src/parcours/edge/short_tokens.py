"""Short tokens: what a program gets for its own, for a while and for fewer scopes (OAuth 2, client credentials).

They are sealed, not kept: the client behind them must still be there when they are used.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from parcours.registry.accounts.models import ApiClient
from parcours.registry.errors import RegistryError
from parcours.registry.store.keyring import keyring

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
    said = [client.id, sorted(scopes), sorted(types), (at + LASTS).isoformat()]
    return PREFIX + keyring().encrypt(json.dumps(said), CONTEXT).hex()


def opened(token: str, at: datetime) -> Short | None:
    """What a token says; nothing for one that was invented, altered, or is too old."""
    try:
        client_id, scopes, types, until = json.loads(keyring().decrypt(bytes.fromhex(token[len(PREFIX) :]), CONTEXT))
    except (ValueError, RegistryError):
        return None
    if datetime.fromisoformat(until) <= at:
        return None
    return Short(client_id, frozenset(scopes), frozenset(types))
