"""The chain of the audit trail: what is hashed of a row, and what is signed: rows, heads, seals, ends seen."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from parcours.registry.store.columns import blind_index, blind_indexes

SIGNATURE = "audit_heads.signature"
SEAL = "audit_heads.seal"
WITNESS = "audit.witness"
ARCHIVE = "audit.archive"
_ROW = "audit_events.signature"
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

HASHED = (
    "id", "chain", "sequence", "occurred_at", "tag", "actor_kind", "actor_id", "role", "acting_for", "insured_id",
    "record_kind", "record_id", "why", "details", "request_id", "previous_hash",
)  # fmt: skip


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical content of a row, the previous hash included."""
    content = {name: row[name] for name in HASHED}
    content["occurred_at"] = row["occurred_at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: Mapping[str, Any]) -> str:
    """The one JSON text of a content: what is hashed and signed."""
    return _ENCODER.encode(content)


def head_text(chain: int, sequence: int, last_hash: str) -> str:
    """What the signature of a head covers."""
    return f"{chain}:{sequence}:{last_hash}"


def sign(chain: int, sequence: int, last_hash: str) -> str:
    """A keyed signature: who can write to the database but has no key cannot make one."""
    return blind_index(head_text(chain, sequence, last_hash), SIGNATURE)


def sign_row(row: Mapping[str, Any]) -> str:
    """The signature of a row: over its hash, which covers its content, its place and the row seen before it."""
    return blind_index(row["hash"], _ROW)


def is_row_signed(row: Mapping[str, Any]) -> bool:
    """Was this row written by who holds the keys?"""
    return row["signature"] is not None and is_signed(row["hash"], row["signature"], _ROW)


def is_signed(text: str, signature: str, context: str) -> bool:
    """Does a signature fit, under the newest key or an older one?"""
    return any(hmac.compare_digest(one, signature) for one in blind_indexes(text, context))
