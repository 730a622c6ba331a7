"""Public ids: random version-7 UUIDs as text, safe to show in a URL, ordered in an index."""

import secrets
import time
import uuid
from typing import TypeVar

from sqlalchemy.orm import Session

from parcours.registry.errors import not_found
from parcours.registry.store.keyring import dashed

M = TypeVar("M")


def new_id() -> str:
    """A new public id: UUID version 7 (time-ordered, 74 random bits)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return dashed(f"{value:032x}")


def parse_id(text: str) -> str | None:
    """The canonical form of an id received from outside, or None when it cannot be one."""
    try:
        return str(uuid.UUID(text))
    except (ValueError, AttributeError, TypeError):
        return None


def get(session: Session, model: type[M], public_id: str, field: str, **of: object) -> M:
    """The row of an id received from outside, which is `of` whom one says (`insured_id=…`). Raises NotFound."""
    key = parse_id(public_id)
    row = session.get(model, key) if key else None
    if row is None or any(getattr(row, name) != value for name, value in of.items()):
        raise not_found(field)
    return row
