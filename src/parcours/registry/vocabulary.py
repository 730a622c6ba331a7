"""Closed lists at the door of the registry: a slug is checked once, against the lists of `law/codes.py`."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import TypeVar

from parcours.registry import problems

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def slugs(values: type[IntEnum]) -> list[str]:
    """Every slug of a closed list."""
    return [member.name.lower() for member in values]


def check_slug(field: str, value: str, values: type[IntEnum]) -> str:
    """The slug itself when the law's list has it; else an error that names the list."""
    if value in slugs(values):
        return value
    raise problems.unknown_value(value, field=field, choices=slugs(values))


def check_name(field: str, value: str, names: Mapping[str, T]) -> T:
    """What a name stands for, or an error that lists the names."""
    if value in names:
        return names[value]
    raise problems.unknown_value(value, field=field, choices=sorted(names))


def check_choice(field: str, value: str, values: type[E]) -> E:
    """The member of a `StrEnum` of the registry, or an error that lists the members."""
    try:
        return values(value)
    except ValueError:
        raise problems.unknown_value(value, field=field, choices=[member.value for member in values]) from None
