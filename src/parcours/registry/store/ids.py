"""Public ids: random version-7 UUIDs as text, safe to show in a URL, ordered in an index."""

import secrets
import time
import uuid
from typing import TypeVar

from sqlalchemy.orm import Session

from parcours.registry.errors import not_found

M = TypeVar("M")
VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The digit of the variant, of two random bits."""


def new_id() -> str:
    """A new public id: UUID version 7 (time-ordered, 74 random bits)."""
    now, chance = f"{time.time_ns() // 1_000_000:012x}", secrets.token_hex(10)
    return f"{now[:8]}-{now[8:]}-7{chance[1:4]}-{VARIANT[chance[4]]}{chance[5:8]}-{chance[8:]}"


def new_ids(count: int) -> list[str]:
    """As many new ids in the order they are given: 12 of their bits count, 62 are random."""
    start, chance = time.time_ns() // 1_000_000, secrets.token_hex(8 * count)
    ids = []
    for number in range(count):
        stamp, some = f"{start + (number >> 12):012x}", chance[16 * number : 16 * number + 16]
        ids.append(f"{stamp[:8]}-{stamp[8:]}-7{number & 0xFFF:03x}-{VARIANT[some[0]]}{some[1:4]}-{some[4:]}")
    return ids


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
