"""Tokens that are sealed, not kept: what they say can be read here alone, and until their hour."""

import json
from datetime import datetime
from typing import Any

from parcours.registry.errors import RegistryError
from parcours.registry.store.keyring import keyring


def seal(prefix: str, context: str, until: datetime, *said: Any) -> str:
    """A token that says so, until then."""
    return prefix + keyring().encrypt(json.dumps([*said, until.isoformat()]), context).hex()


def unsealed(token: str, prefix: str, context: str, at: datetime) -> list[Any] | None:
    """What a token says; nothing for one that was invented, altered, or is too old."""
    try:
        *said, until = json.loads(keyring().decrypt(bytes.fromhex(token[len(prefix) :]), context))
    except (ValueError, RegistryError):
        return None
    return said if datetime.fromisoformat(until) > at else None
