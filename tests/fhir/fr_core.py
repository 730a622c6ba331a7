"""Is a resource what its profile says: elements that must be there, that may not be, fixed values?"""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("profiles")


@cache
def profiles():
    """Address -> (path, least, most, what it must equal) of each element that is no slice."""
    found = {}
    for path in FOLDER.iterdir():
        profile = json.loads(path.read_text("utf-8"))
        found[profile["url"]] = [
            (one["path"].split(".")[1:], one["min"], one["max"], next(
                (value for name, value in one.items() if name.startswith(("fixed", "pattern"))), None))
            for one in profile["snapshot"]["element"] if ":" not in one["id"] and "." in one["path"]
        ]  # fmt: skip
    return found


def wrong(resource):
    """What a resource has otherwise than the profiles that it names."""
    return [
        f"{resource['resourceType']}.{'.'.join(path)}: {least}..{most}"
        for url in resource["meta"].get("profile", ()) if url in profiles()
        for path, least, most, fixed in profiles()[url]
        for parent in at(resource, path[:-1]) if not fits(values(parent, path[-1]), least, most, fixed)
    ]  # fmt: skip


def at(resource, path):
    """The objects at a path."""
    found = [resource]
    for name in path:
        found = [one for parent in found for one in values(parent, name) if isinstance(one, dict)]
    return found


def values(parent, name):
    """The values of an element, one of several types included."""
    if name.endswith("[x]"):
        return [value for key, value in parent.items() if key.startswith(name[:-3])]
    value = parent.get(name, [])
    return value if isinstance(value, list) else [value]


def fits(found, least, most, fixed):
    """Are there enough, not too many, and as they must be?"""
    enough = least <= len(found) and (most == "*" or len(found) <= int(most))
    return enough and all(fixed is None or contains(one, fixed) for one in found)


def contains(value, pattern):
    """Does a value say all that a pattern says?"""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and contains(value[name], one) for name, one in pattern.items()
        )
    if isinstance(pattern, list):
        return all(any(contains(one, wanted) for one in value) for wanted in pattern)
    return value == pattern
