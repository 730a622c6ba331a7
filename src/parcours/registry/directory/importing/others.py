"""The smaller files: sectors of the fund, establishments, zones, communes. Each is one transaction."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.orm import Session

from parcours.registry.directory.importing.ameli import ameli
from parcours.registry.directory.importing.files import digest_of, opened, split
from parcours.registry.directory.importing.finess import finess
from parcours.registry.directory.importing.rows import Rows
from parcours.registry.directory.importing.run import Asked, guard
from parcours.registry.directory.importing.zoning import communes, zones
from parcours.registry.directory.models import Import
from parcours.registry.store.db import Database

SEPARATORS = ";|\t,"
SOURCES: dict[str, Callable[[Session, Rows, Asked, Counter[str]], None]] = {
    "ameli": ameli,
    "finess": finess,
    "zones": zones,
    "communes": communes,
}


def run_other(database: Database, source: str, asked: Asked) -> Counter[str]:
    """Import a file and say what it did. Raises `Conflict` when a guard stops it: then nothing has changed."""
    digest = digest_of(asked.path)
    counts: Counter[str] = Counter()
    with opened(asked.path) as stream, database.writing() as session:
        first = stream.readline()
        separator = next((one for one in SEPARATORS if one in first), ";")
        SOURCES[source](session, split(_again(first, stream), separator), asked, counts)
        if not asked.accept:
            guard(counts, asked.guards)
        report = json.dumps(dict(sorted(counts.items())))
        row = Import(source=source, digest=digest, snapshot_on=asked.snapshot_on, accepted=asked.accept, counts=report)
        session.add(row)
    return counts


def _again(first: str, stream: Iterable[str]) -> Iterator[str]:
    yield first
    yield from stream
