"""Secrets of a session, a link or a client: random, shown once and kept as hashes only."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> str:
    """A random secret of 256 bits, safe in a header and a cookie."""
    return prefix + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is kept of a random secret (its 256 bits make a slow hash needless)."""
    return hashlib.sha256(secret.encode()).hexdigest()
