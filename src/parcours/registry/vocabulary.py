"""Closed lists at the door of the registry: a slug is checked once, against the lists of `law/codes.py`."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from parcours.registry.errors import Invalid


def slugs(values: type[IntEnum]) -> list[str]:
    """Every slug of a closed list."""
    return [member.name.lower() for member in values]


def check_slug(field: str, value: str, values: type[IntEnum]) -> str:
    """The slug itself when the law's list has it; else an error that names the list."""
    if value in slugs(values):
        return value
    raise Invalid(
        "unknown_value",
        field=field,
        given=value,
        allowed=slugs(values),
        fr="valeur inconnue",
        en="unknown value",
    )


def check_choice(field: str, value: str, values: Any) -> Any:
    """The member of a ``StrEnum`` of the registry, or an error that lists the members."""
    try:
        return values(value)
    except ValueError:
        raise Invalid(
            "unknown_value",
            field=field,
            given=value,
            allowed=[member.value for member in values],
            fr="valeur inconnue",
            en="unknown value",
        ) from None
