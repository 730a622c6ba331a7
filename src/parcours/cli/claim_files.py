"""The files of sheets that `parcours claims` reads: JSON lines, Parquet, lots of records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.cli import problems
from parcours.cli.common import fail
from parcours.errors import os_reason

if TYPE_CHECKING:
    from datetime import datetime

    from parcours.registry.store.db import Database


def read_sheets(file: Path, lang: str) -> Iterator[Any]:
    """Every sheet of a file. A line cut in the middle ends the command: nothing of the file is taken in."""
    yield from read_parquet(file, lang) if file.suffix == ".parquet" else read_lines(file, lang)


def read_lines(file: Path, lang: str) -> Iterator[Any]:
    """Every line of a file of JSON."""
    from parcours.engine.facts.jsonio import loads

    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        fail(problems.unreadable(field=str(file), why=os_reason(error)), lang)
    except UnicodeDecodeError:
        fail(problems.not_text(field=str(file)), lang)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield loads(line)
            except ValueError:
                fail(problems.not_format(field=f"{file}:{number}", format="JSON"), lang)


def read_lots(database: Database, file: Path, at: datetime, lang: str) -> Iterator[Any]:
    """Every sheet of a file of lots, one a line. A lot that is cut ends the command: nothing is taken in."""
    from parcours.registry.claims.b2 import read_lot
    from parcours.registry.store.clock import paris_date

    with database.reading() as session:
        for lot in read_lines(file, lang):
            yield from read_lot(session, lot, day=paris_date(at))


def read_parquet(file: Path, lang: str) -> Iterator[Any]:
    """Every sheet of a Parquet file: a column for each name, nothing where a value is missing."""
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    try:
        for batch in ParquetFile(file).iter_batches():
            yield from (without_nothing(row) for row in batch.to_pylist())
    except (OSError, ArrowInvalid):
        fail(problems.not_format(field=str(file), format="Parquet"), lang)


def without_nothing(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what it does not say."""
    said = {name: value for name, value in row.items() if value is not None}
    return {name: without_nothing(one) if isinstance(one, dict) else one for name, one in said.items()}
