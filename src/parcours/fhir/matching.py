"""Does a resource match a filter: tokens, references, dates with prefixes, strings?"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from parcours.words import fold

MODIFIERS = {"token": ("not",), "string": ("exact", "contains"), "reference": ()}
PREFIXES = ("eq", "ne", "lt", "le", "gt", "ge", "sa", "eb")
PART = re.compile(
    r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
Interval = tuple[datetime, datetime]
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def pick(resource: Any, path: str) -> Iterator[Any]:
    """The values at a path, those of lists one by one."""
    values = [resource]
    for name in path.split("."):
        values = [item for one in values if isinstance(one, Mapping) and name in one for item in listed(one[name])]
    return iter(values)


def listed(value: Any) -> list[Any]:
    """A value as a list."""
    return value if isinstance(value, list) else [value]


def match(resource: Mapping[str, Any], kind: str, paths: tuple[str, ...], test: Any) -> bool:
    """Does any value of a resource match any value of a filter?"""
    values = [value for path in paths for value in pick(resource, path)]
    if test.modifier == "not":
        return not any(token(value, wanted) for value in values for wanted in test.values)
    return any(TESTS[kind](value, wanted, test.modifier) for value in values for wanted in test.values)


def token(value: Any, wanted: str, modifier: str = "") -> bool:
    """A code, an identifier or a yes/no, as `code`, `system|code`, `|code` or `system|`."""
    system, bar, code = wanted.rpartition("|")
    for own_system, own_code in codes_of(value):
        if (not code or own_code == code) and (not bar or own_system == system):
            return True
    return False


def codes_of(value: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of whatever holds codes."""
    if isinstance(value, bool):
        yield "", str(value).lower()
    elif isinstance(value, Mapping):
        for one in value.get("coding", [value]):
            yield one.get("system", ""), str(one.get("code", one.get("value", "")))
    else:
        yield "", str(value)


def reference(value: Any, wanted: str, modifier: str = "") -> bool:
    """A reference by its id, its type and id, or its whole address."""
    said = value.get("reference", "") if isinstance(value, Mapping) else str(value)
    target = f"{modifier}/{wanted}" if modifier and "/" not in wanted else wanted
    if target.startswith(("http:", "https:")):
        target = "/".join(target.rstrip("/").split("/")[-2:])
    return said == target or ("/" not in target and said.rpartition("/")[2] == target)


def string(value: Any, wanted: str, modifier: str = "") -> bool:
    """A text that begins as wanted, whatever its case, its accents and its signs."""
    begun = fold(wanted)
    for text in texts_of(value):
        if modifier == "exact":
            if text == wanted:
                return True
        elif modifier == "contains":
            if begun and begun in fold(text):
                return True
        elif begun and fold(text).startswith(begun):
            return True
    return False


def texts_of(value: Any) -> Iterator[str]:
    """The texts of a name, of an address, or of a text."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from (text for text in listed(one) if isinstance(text, str))
    else:
        yield str(value)


def date(value: Any, wanted: str, modifier: str = "") -> bool:
    """A date or a period, compared as the prefix says."""
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:2] in PREFIXES else ("eq", wanted)
    asked, own = interval(text), own_interval(value)
    if asked is None or own is None:
        return False
    (low, high), (start, end) = asked, own
    return {
        "eq": low <= start and end <= high,
        "ne": not (low <= start and end <= high),
        "lt": start < low,
        "le": start < low or (low <= start and end <= high) or start <= high,
        "gt": end > high,
        "ge": end > high or (low <= start and end <= high) or end >= low,
        "sa": start > high,
        "eb": end < low,
    }[prefix]


def own_interval(value: Any) -> Interval | None:
    """The time that a value of a resource covers."""
    if not isinstance(value, Mapping):
        return interval(str(value))
    start, end = (interval(value[name]) if value.get(name) else None for name in ("start", "end"))
    return (start[0] if start else FIRST, end[1] if end else LAST)


def interval(text: str) -> Interval | None:
    """The time that a date covers: a year, a month, a day, a minute, a second; None when it is none."""
    found = PART.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        start = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
                         tzinfo=UTC)  # fmt: skip
        if zone and zone != "Z":
            hours, minutes = int(zone[1:3]), int(zone[4:6])
            start -= timedelta(hours=hours, minutes=minutes) * (1 if zone[0] == "+" else -1)
        if second is not None or hour is not None:
            return start, start + timedelta(seconds=59 if second is None else 0)
        last = int(day) if day else monthrange(int(year), int(month or 12))[1]
        return start, datetime(int(year), int(month or 12), last, 23, 59, 59, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


TESTS = {"token": token, "reference": reference, "string": string, "date": date}
