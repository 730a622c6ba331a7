"""Acts from the standard input, settled rows to the standard output: `parcours settle - -o -`."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from parcours.cli.common import Columns

STREAM = "-"
JSON_LINES, CSV = ".ndjson", ".csv"


def settle_stream(source: str, output: Path, columns: Columns, readings: Mapping[str, str], lang: str) -> None:
    """Settle what comes in; it is kept aside while it is read, for the acts of a patient are put together.

    JSON when it begins with a brace, else CSV; what goes out has the form of what came in. Refused rows go to the
    error stream.
    """
    from parcours.cli.batch import settle_files

    with TemporaryDirectory() as folder:
        given = received(Path(folder)) if source == STREAM else Path(source)
        streamed = str(output) == STREAM
        made = Path(folder, f"settled{given.suffix}") if streamed else output
        try:
            settle_files(str(given), made, columns, readings=readings, streamed=streamed, lang=lang)
        except typer.Exit:
            sent(made, output)
            raise
        sent(made, output)


def only_totals(source: str, columns: Columns, readings: Mapping[str, str], lang: str) -> None:
    """Settle for the totals alone: the settled rows are forgotten."""
    from parcours.cli.batch import settle_files

    with TemporaryDirectory() as folder:
        given = str(received(Path(folder))) if source == STREAM else source
        made = Path(folder, f"settled{CSV}")
        settle_files(given, made, columns, readings=readings, summary=True, streamed=True, lang=lang)


def received(folder: Path) -> Path:
    """The standard input as a file."""
    first = sys.stdin.buffer.read(1)
    path = folder / f"acts{JSON_LINES if first == b'{' else CSV}"
    with path.open("wb") as stream:
        stream.write(first)
        shutil.copyfileobj(sys.stdin.buffer, stream)
    return path


def sent(made: Path, output: Path) -> None:
    """The settled rows to the standard output, where it was asked for."""
    if str(output) == STREAM and made.exists():
        with made.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()
