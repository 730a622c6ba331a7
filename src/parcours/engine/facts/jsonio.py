"""JSON with exact money: a `Decimal` is written as a number with its own decimals, and read back as one."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any

MARK = "\u2063"
"""Invisible separator that no text of ours contains: it marks the numbers to be unquoted."""
MARKED = re.compile(f'"{MARK}(-?[0-9.]+){MARK}"')


def dumps(value: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """One JSON text, accents as they are."""
    text = json.dumps(value, default=marked, ensure_ascii=False, indent=indent, sort_keys=sort_keys)
    return MARKED.sub(itemgetter(1), text) if MARK in text else text


def marked(value: object) -> str | dict[str, Any]:
    """A decimal number between two marks; a data class by its fields."""
    if isinstance(value, Decimal):
        return f"{MARK}{value}{MARK}"
    if (fields := fields_of(value)) is not None:
        return {name: getattr(value, name) for name in fields}
    raise TypeError(f"{type(value).__name__} is not JSON")


def plain(value: Any) -> Any:
    """Data classes within one another as dictionaries, tuples as they are; nothing is copied, as `asdict` does."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    fields = fields_of(value)
    return value if fields is None else {name: plain(getattr(value, name)) for name in fields}


def fields_of(value: object) -> Iterable[str] | None:
    """The names of the fields of a data class; None for anything else."""
    fields: dict[str, Any] | None = getattr(type(value), "__dataclass_fields__", None)
    return fields


def loads(text: str | bytes) -> Any:
    """JSON whose decimal numbers stay exact. Raises `ValueError`, also for NaN, infinities, endless exponents."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=refuse)
    except InvalidOperation as error:
        raise ValueError("a number is out of range") from error


def refuse(constant: str) -> Any:
    """NaN and infinities are no JSON."""
    raise ValueError(f"{constant} is not a number")
