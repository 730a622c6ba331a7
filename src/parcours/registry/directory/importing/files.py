"""Open files: lines with a header by name, in text, gzip or the zip that a source publishes."""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from parcours.errors import os_reason
from parcours.registry.directory import problems

BLOCK = 1 << 20


@contextmanager
def opened(path: Path, part: str = "") -> Iterator[IO[str]]:
    """A file as text, whatever wraps it; `part`: what the name of the wanted member of a zip holds.

    Lines end at line feeds only: names are known to hold carriage returns. Raises `Invalid`.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [one for one in archive.namelist() if part in one]
                if not names:
                    raise problems.not_the_file(path.name, expected=part)
                with archive.open(names[0]) as member:
                    yield io.TextIOWrapper(member, encoding="utf-8-sig", newline="\n")
            return
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise problems.unreadable_file(path.name, why=os_reason(error)) from None
    except UnicodeDecodeError:
        raise problems.unreadable_file(path.name, why="UTF-8") from None


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    total = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                total.update(block)
    except OSError as error:
        raise problems.unreadable_file(path.name, why=os_reason(error)) from None
    return total.hexdigest()


def split(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    """Fields of lines; quotes are literal, carriage returns inside a name become spaces."""
    for line in lines:
        text = line.rstrip("\r\n")
        if text:
            yield (text.replace("\r", " ") if "\r" in text else text).split(separator)


def columns(header: list[str], wanted: Mapping[str, tuple[str, ...]], given: Mapping[str, str]) -> dict[str, int]:
    """Where each wanted column is. `wanted`: its usual names, an optional one has "" among them; `given`: names chosen.

    Raises `Invalid` with every name that is missing: a header that is not known stops the import.
    """
    unknown = sorted(set(given) - set(wanted))
    if unknown:
        raise problems.unknown_column(unknown[0], field="--map", choices=", ".join(wanted))
    places = {name.strip(): at for at, name in reversed(list(enumerate(header)))}
    found, missing = {}, []
    for name, usual in wanted.items():
        names = (given[name],) if name in given else usual
        at = next((places[one] for one in names if one in places), None)
        if at is not None:
            found[name] = at
        elif "" not in names:
            missing.append(names[0])
    if missing:
        raise problems.unknown_header(field="--map", columns=", ".join(missing))
    return found
