"""The flat law: what an engine needs to settle, one record of integers for each period between two changes.

Made from the YAML by `law/loader.py` and kept in the user's cache folder under the hash of the data and of the code
that shapes it, so that settling one case never parses YAML.
"""

import marshal
import os
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from parcours.law.record import LawRecord

FOLDER = Path(__file__).parent


class LawDataError(ValueError):
    """The law data is wrong, or has nothing for the question: file, key and what is wrong."""

    def __init__(self, file: str, key: str, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}")
        self.file, self.key, self.problem = file, key, problem


@dataclass(frozen=True)
class Records:
    """The flat law under one choice of readings: one record an era."""

    first_days: list[int]
    rows: list[LawRecord]

    def on(self, day: date | int) -> LawRecord:
        """The law in force on a day (a date, or the number YYYYMMDD)."""
        number = day if isinstance(day, int) else number_of(day)
        index = bisect_right(self.first_days, number) - 1
        if index < 0:
            first = iso(self.first_days[0])
            raise LawDataError(
                "law", "on", f"no law is known on {iso(number)}: the first day that can be settled is {first}"
            )
        return self.rows[index]


@dataclass(frozen=True)
class FlatLaw:
    """All an engine needs to settle: the records, and the slugs of the tables they are indexed by."""

    default: Records
    alternatives: dict[tuple[str, str], Records]
    """Records under another option of a reading that changes a value."""
    acts: dict[str, int]
    act_professions: dict[str, tuple[str, ...]]
    """Professions that may bill an act; empty = anyone."""
    specialties: dict[str, int]
    statuses: dict[str, dict[str, str]]
    """Label of each status letter, in French (fr) and English (en)."""
    readings: dict[str, tuple[str, ...]]
    """Options of each reading, the default first."""
    digest: str

    def under(self, readings: Mapping[str, str]) -> Records:
        """The records under the readings (name -> option) that change a value; two at once are built on demand."""
        chosen = [key for key in readings.items() if key in self.alternatives]
        if not chosen:
            return self.default
        if len(chosen) == 1:
            return self.alternatives[chosen[0]]
        from parcours.law import loader

        return loader.load().records(dict(chosen))


@cache
def flat_law() -> FlatLaw:
    """The flat law, from the cache folder when neither the data nor the code that shapes it has changed."""
    digest = digest_of()
    path = cache_folder() / f"law-{digest}-{digest_of_code()}.marshal"
    try:
        content = marshal.loads(path.read_bytes())  # noqa: S302 - our own file, in the user's cache folder
    except (OSError, ValueError, EOFError, TypeError):
        from parcours.law import loader

        content = loader.flat_content(loader.load())
        write_cache(path, marshal.dumps(content))
    default, alternatives, acts, professions, specialties, statuses, readings = content
    return FlatLaw(
        default=records_of(default),
        alternatives={key: records_of(rows) for key, rows in alternatives.items()},
        acts=acts,
        act_professions=professions,
        specialties=specialties,
        statuses=statuses,
        readings=readings,
        digest=digest,
    )


def records_of(rows: list[tuple[Any, ...]]) -> Records:
    """Records from plain tuples, the first field of which is the first day."""
    return Records([row[0] for row in rows], [LawRecord(*row) for row in rows])


def digest_of(folder: Path = FOLDER) -> str:
    """Hash of every data file of the law, names included."""
    digest = blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def number_of(day: date) -> int:
    """A date as the number YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def iso(number: int) -> str:
    """The number YYYYMMDD as an ISO date."""
    return f"{number // 10_000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"


def digest_of_code() -> str:
    """Hash of the code that shapes a record: a cached one must not outlive it."""
    digest = blake2b(digest_size=8)
    for name in ("flat.py", "loader.py", "data.py", "record.py", "codes.py"):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder for what can always be computed again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parcours"


def write_cache(path: Path, content: bytes) -> None:
    """Write aside and rename; a folder that cannot be written is no error."""
    aside = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError:
        return
