"""One import of the national file: staged on disk in parts, compared with what stands, guarded, applied part by part.

Memory stays flat: a part is all that is held. What was interrupted is run again: parts already applied are found to
be the same and are not written.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.directory import problems
from parcours.registry.directory.importing import rpps
from parcours.registry.directory.importing.apply import Part, Standing, standing_in
from parcours.registry.directory.importing.files import digest_of, opened
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.rpps import UNIT, Line, merged
from parcours.registry.directory.models import Claim, Commune, Import, NameToken, Offer, Organisation, Professional
from parcours.registry.directory.offers import BUCKETS, bucket_of
from parcours.registry.store.bulk import much_cache, tidy
from parcours.registry.store.db import Database

GUARDS = {"refused": 3, "gone": 5, "changed": 20}
"""Per cent above which an import stops and asks."""
TOGETHER = 4
"""Parts of one transaction (it divides `BUCKETS`): each transaction writes nearly every page of the indexes anew."""


@dataclass(frozen=True)
class Asked:
    """What is to be imported, and how."""

    path: Path
    snapshot_on: date
    given: Mapping[str, str] = field(default_factory=dict)
    """Names of columns that are not the usual ones."""
    accept: bool = False
    """Somebody has looked at the file: the guards let it pass."""
    strict: bool = True
    """Refuse a number whose check digit is wrong; else count it only by form."""
    guards: Mapping[str, int] = field(default_factory=lambda: GUARDS)


def run(database: Database, asked: Asked, told: Callable[[int, int], None] = lambda _done, _all: None) -> Counter[str]:
    """Import a file and say what it did. Raises `Conflict` when a guard stops it: then nothing has changed."""
    with database.reading() as session:
        if session.scalar(select(func.count()).select_from(Commune)) == 0:
            raise problems.no_communes()
        gazetteer = Gazetteer(session)
    digest = digest_of(asked.path)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="parcours-import-") as folder:
        stage(asked, Path(folder), gazetteer, counts)
        with database.reading() as session:
            for bucket in range(BUCKETS):
                compare(session, bucket, part(Path(folder), bucket), counts)
        if not asked.accept:
            guard(counts, asked.guards)
        for start in range(0, BUCKETS, TOGETHER):
            with database.writing() as session, much_cache(session):
                for bucket in range(start, start + TOGETHER):
                    Part(session, bucket, asked.snapshot_on, gazetteer).apply(part(Path(folder), bucket))
            told(start + TOGETHER, BUCKETS)
    with database.writing() as session:
        report = json.dumps(dict(sorted(counts.items())))
        row = Import(source="rpps", digest=digest, snapshot_on=asked.snapshot_on, accepted=asked.accept, counts=report)
        session.add(row)
    tidy(database, Offer, NameToken, Professional, Organisation, Claim)
    return counts


def stage(asked: Asked, folder: Path, gazetteer: Gazetteer, counts: Counter[str]) -> None:
    """Read the file once; its lines go to the part of their professional."""

    def count(what: str) -> None:
        counts[what] += 1

    with opened(asked.path, rpps.PART) as stream, ExitStack() as stack:
        parts = [stack.enter_context(_part(folder, one).open("w", encoding="utf-8")) for one in range(BUCKETS)]
        for line in rpps.lines(stream, asked.given, gazetteer, count, strict=asked.strict):
            parts[bucket_of(line.rpps)].write(UNIT.join(line) + "\n")


def part(folder: Path, bucket: int) -> dict[str, Line]:
    """The offers of a part, several lines of one united."""
    with _part(folder, bucket).open(encoding="utf-8") as stream:
        return merged(_lines(stream))


def _lines(stream: Iterator[str]) -> Iterator[Line]:
    for text in stream:
        yield Line(*text.rstrip("\n").split(UNIT))


def _part(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket:02d}"


def fingerprint(line: Line) -> int:
    """What the file says of an offer, as a number that fits the database."""
    return int.from_bytes(blake2b(UNIT.join(line).encode(), digest_size=8).digest(), signed=True)


def compare(session: Session, bucket: int, lines: Mapping[str, Line], counts: Counter[str]) -> None:
    """Count what is new, changed, the same and gone."""
    standing = standing_in(session, bucket)
    if not standing:
        counts["new"] += len(lines)
        return
    open_ones = {key for key, one in standing.items() if one.ends_on is None}
    counts["standing"] += len(open_ones)
    counts["gone"] += len(open_ones - lines.keys())
    for key, line in lines.items():
        before: Standing | None = standing.get(key)
        if before is None or before.ends_on is not None:
            counts["new"] += 1
        else:
            counts["same" if before.digest == fingerprint(line) else "changed"] += 1


def guard(counts: Counter[str], guards: Mapping[str, int]) -> None:
    """Stop where too much would be lost or changed. Raises `Conflict`."""
    refused = sum(count for what, count in counts.items() if what.startswith("refused:"))
    for what, part_of, whole in (
        ("refused", refused, counts["rows"]),
        ("gone", counts["gone"], counts["standing"]),
        ("changed", counts["changed"], counts["standing"]),
    ):
        if whole and part_of * 100 > guards[what] * whole:
            raise problems.guarded(share=part_of * 100 // whole, what=problems.GUARDED[what], most=guards[what])
