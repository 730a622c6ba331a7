"""Programs that prove who they are with a key of their own (SMART backend services, `private_key_jwt`).

Their public keys are in a file of the server (`PARCOURS_SMART_KEYS`): id of an API client -> its JWK Set. What a
program signs is for this server, for five minutes at most, and works once.
"""

import hashlib
import json
import logging
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.orm import Session

from parcours.registry.accounts.clients import live
from parcours.registry.accounts.models import ApiClient
from parcours.registry.replies import service as replies

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["RS384", "ES384"]
LASTS = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
"""Clocks that do not agree."""
logger = logging.getLogger("parcours.smart")
UNREADABLE = (JoseError, ValueError, LookupError, TypeError, RecursionError, OSError)


def client_of(
    session: Session, keys: Path | None, form: dict[str, str], audience: str, at: datetime
) -> ApiClient | None:
    """The live client that signed; None: nobody of whom the file has the key, or a claim that is not as it must be."""
    said = form.get("client_assertion", "")
    if keys is None or form.get("client_assertion_type") != TYPE:
        return None
    try:
        client_id = str(json.loads(urlsafe_b64decode(said.split(".")[1] + "=="))["iss"])
        known = KeySet.import_key_set(keys_in(keys)[client_id])
        signed = jwt.decode(said, known, algorithms=ALGORITHMS)
    except UNREADABLE:
        return None
    if "kid" not in signed.header or not is_for(signed.claims, client_id, audience, at):
        return None
    client = live(session.get(ApiClient, client_id))
    return client if client is not None and is_first(session, client, str(signed.claims["jti"])) else None


def keys_in(file: Path) -> dict[str, Any]:
    """The keys of each client; a file that cannot be read is said in the log, and then nobody's key is known."""
    try:
        found: dict[str, Any] = dict(json.loads(file.read_text("utf-8")))
    except UNREADABLE as error:
        logger.warning("PARCOURS_SMART_KEYS cannot be read: %s", type(error).__name__)
        return {}
    return found


def is_for(claims: dict[str, Any], client_id: str, audience: str, at: datetime) -> bool:
    """Is it about this client, for this server, and for now?"""
    meant, until = claims.get("aud"), claims.get("exp")
    return (
        claims.get("iss") == claims.get("sub") == client_id
        and audience in (meant if isinstance(meant, list) else [meant])
        and isinstance(until, int | float) and at.timestamp() < until <= (at + LASTS + LEEWAY).timestamp()
        and bool(claims.get("jti"))
    )  # fmt: skip


def is_first(session: Session, client: ApiClient, number: str) -> bool:
    """Is it the first time that this was shown? It is noted."""
    key = f"fhir.assertion:{hashlib.sha256(number.encode()).hexdigest()}"
    return replies.take_key(session, client.id, key, "POST", 200) is not None
