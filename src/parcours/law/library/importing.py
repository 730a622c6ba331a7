"""Importing a distribution: read it whole, compare it with the library that it replaces, then write.

Medicines have no history in their files: each snapshot is added to those before, at its day.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import dumps, loads
from pathlib import Path
from typing import Any

from parcours.law.library import bdpm, ccam, devices, ngap, problems
from parcours.law.library.content import Content, Entry, on, steps
from parcours.law.library.installed import NAMES, installed
from parcours.law.library.parts import hashes, parts_of
from parcours.law.library.store import About, Library, digest_of, write
from parcours.text import Text, same


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    about: About
    changed: bool
    """False: the same content was already there."""
    said: Sequence[Text]
    past: Sequence[tuple[str, int]]
    """Codes whose values changed before the day of the library that was there, and the first such day."""


def import_library(name: str, paths: Sequence[Path], day: int = 0, grids: Mapping[str, int] | None = None) -> Imported:
    """Read a distribution into the library. `day`: of a snapshot of medicines. Raises `LibraryError`."""
    if name not in NAMES:
        raise problems.unknown_nomenclature(name, names=same(", ".join(NAMES)))
    content = read(name, paths, day, grids or {})
    if not content.entries:
        raise problems.nothing_in_it(field=", ".join(map(str, paths)))
    before = installed(name)
    past: list[tuple[str, int]] = []
    if before and name == "bdpm":
        content = merged(before, content)
    elif before:
        past = changed_past(before, content)
    if before and before.about.digest == digest_of(content):
        return Imported(before.about, changed=False, said=content.said, past=[])
    about = write(name, content, hashes(paths))
    return Imported(about, changed=True, said=content.said, past=past)


def read(name: str, paths: Sequence[Path], day: int, grids: Mapping[str, int]) -> Content:
    """The content of a distribution."""
    parts = parts_of(paths)
    if name == "ccam":
        content = ccam.read(parts, grids)
        content.version = version_of(paths)
        return content
    if name == "bdpm":
        return bdpm.read(parts, day or newest_file(paths))
    return {"lpp": devices.read_lpp, "nabm": devices.read_nabm, "ngap": ngap.read}[name](parts)


def version_of(paths: Sequence[Path]) -> str:
    """The number that the archives of the CCAM bear: 84 of `CCAM08400_DBF_PART1.zip`."""
    names = [child.name for path in paths for child in (path.iterdir() if path.is_dir() else [path])]
    found = {int(match[1]) for name in names if (match := re.match(r"CCAM(\d{3})\d\d", name.upper()))}
    return ", ".join(map(str, sorted(found)))


def newest_file(paths: Sequence[Path]) -> int:
    """The day on which the newest of some files was written."""
    from datetime import UTC, datetime

    files = [child for path in paths for child in (path.iterdir() if path.is_dir() else [path])]
    written = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    return written.year * 10_000 + written.month * 100 + written.day


def changed_past(before: Library, content: Content) -> list[tuple[str, int]]:
    """Codes whose values differ on a day that the library before already knew, and the first such day."""
    now = {entry.code: entry for entry in content.entries}
    until = before.about.day
    found = []
    for entry in before.entries():
        other = now.get(entry.code)
        was, is_ = history(entry, until), history(other, until) if other else {}
        days = [day for key in {*was, *is_} for day in different(was.get(key, []), is_.get(key, []))]
        if days:
            found.append((entry.code, min(days)))
    return found


def history(entry: Entry, until: int) -> dict[str, list[list[Any]]]:
    """What an entry says over time before a day: one series of values by first day for each thing that it says."""
    record = entry.record
    found: dict[str, list[list[Any]]] = {}
    for key in ("rows", "values"):
        found[key] = record.get(key, [])
    for key in ("acts", "phases"):
        found |= {f"{key}.{name}": series for name, series in record.get(key, {}).items()}
    for name, grids in record.get("prices", {}).items():
        found |= {f"prices.{name}.{grid}": series for grid, series in grids.items()}
    periods = record.get("periods", [])
    found["periods"] = steps(
        [(one[1], None) for one in periods if one[1]] + [(one[0], list(one[2:])) for one in periods]
    )
    found["end"] = [[entry.last, None]] if entry.last else []
    return {key: [[day, value] for day, value in loads(dumps(series)) if day < until] for key, series in found.items()}


def different(one: Sequence[Any], other: Sequence[Any]) -> list[int]:
    """First days that stand in one series and not, or not alike, in the other."""
    return [pair[0] for pair in (*one, *other) if pair not in one or pair not in other]


def merged(before: Library, snapshot: Content) -> Content:
    """Medicines: the snapshots that were there, and this one at its day."""
    days = sorted({*before.about.tables["snapshots"], snapshot.day})
    following = next((day for day in days if day > snapshot.day), 0)
    old = {entry.code: entry for entry in before.entries()}
    new = {entry.code: entry for entry in snapshot.entries}
    entries = [with_state(old.get(code), new.get(code), snapshot.day, following) for code in sorted({*old, *new})]
    return Content(entries, days[-1], "", {"snapshots": days}, snapshot.said)


def with_state(old: Entry | None, new: Entry | None, day: int, following: int) -> Entry:
    """One medicine with its state on the day of a snapshot; what was known from the next snapshot on stays."""
    known = list(old.record["states"]) if old else []
    states = [state for state in known if state[0] != day]
    if following and all(first != following for first, _ in states):
        states.append([following, on(known, following)])
    states.append([day, new.record["states"][0][1] if new else None])
    newest = new if new and (old is None or not following) else old
    assert newest is not None  # noqa: S101 - one of the two is there
    series = steps([(first, state) for first, state in states])
    if series[0][1] is None:
        series.pop(0)
    return newest._replace(first=series[0][0], record={**newest.record, "states": series})
