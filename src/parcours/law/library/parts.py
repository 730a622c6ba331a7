"""The files of a distribution: alone, in a folder, or in ZIP archives; read as streams, never unpacked on the disk."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import IO

from parcours.errors import os_reason
from parcours.law.library import problems
from parcours.text import Text, same

MEGABYTE = 1024 * 1024
MOST_BYTES = 4096 * MEGABYTE
"""Of one file once unpacked: the largest table of the CCAM is ten times smaller."""
MOST_FILES = 2_000
ENCRYPTED = 1
NO_FILE = Text("ni un fichier ni un dossier", "neither a file nor a folder")


@dataclass(frozen=True)
class Part:
    """One file of a distribution."""

    name: str
    size: int
    open: Callable[[], AbstractContextManager[IO[bytes]]]

    def read(self, most: int) -> bytes:
        """The whole file, when it is not too large. Raises `LibraryError`."""
        if self.size > most:
            raise problems.too_large(field=self.name, most=most // MEGABYTE)
        with reading(self.name), self.open() as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise problems.too_large(field=self.name, most=most // MEGABYTE)
        return content


class reading:  # noqa: N801 - read as a verb: with reading(name)
    """Turns what the system or an archive refuses into a `LibraryError` that names the file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import zlib

        if isinstance(error, (zipfile.BadZipFile, zlib.error, EOFError)):
            raise problems.not_a_zip(field=self.name) from error
        if isinstance(error, (RuntimeError, NotImplementedError)):
            raise problems.encrypted(field=self.name) from error
        if isinstance(error, OSError):
            raise problems.unreadable(field=self.name, why=os_reason(error)) from error


def parts_of(paths: Iterable[Path]) -> dict[str, Part]:
    """Every file of a distribution, by its name in upper case. Raises `LibraryError`."""
    found: dict[str, Part] = {}
    for path in paths:
        with reading(str(path)):
            for part in parts_in(path):
                key = part.name.upper()
                if key in found:
                    raise problems.two_files(field=part.name)
                found[key] = part
                if len(found) > MOST_FILES:
                    raise problems.too_many(field=str(path), most=MOST_FILES)
    return found


def parts_in(path: Path) -> Iterator[Part]:
    """The files of one path."""
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_file():
                yield from parts_in(child)
        return
    state = path.stat()
    if not S_ISREG(state.st_mode):
        raise problems.unreadable(field=str(path), why=NO_FILE)
    size = state.st_size
    if size > MOST_BYTES:
        raise problems.too_large(field=path.name, most=MOST_BYTES // MEGABYTE)
    if path.suffix.lower() != ".zip":
        yield Part(path.name, size, lambda: path.open("rb"))
        return
    yield from members_of(path)


def members_of(path: Path) -> Iterator[Part]:
    """The files of an archive."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/")).name
        if member.is_dir() or not name:
            continue
        if member.flag_bits & ENCRYPTED:
            raise problems.encrypted(field=f"{path.name}/{name}")
        if member.file_size > MOST_BYTES:
            raise problems.too_large(field=f"{path.name}/{name}", most=MOST_BYTES // MEGABYTE)
        yield Part(name, member.file_size, partial(unpacking, path, member))


@contextmanager
def unpacking(path: Path, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A file of an archive, as a stream; the archive is closed with it."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        yield file


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Name -> SHA-256 of every file given, or of a folder given; of an archive, not of what it holds."""
    files = [child for path in paths for child in (sorted(path.iterdir()) if path.is_dir() else [path])]
    found = {}
    for path in files:
        if path.is_file():
            with reading(str(path)), path.open("rb") as file:
                digest = sha256()
                while block := file.read(MEGABYTE):
                    digest.update(block)
            found[path.name] = digest.hexdigest()
    return found


def needed(parts: dict[str, Part], names: Iterable[str]) -> None:
    """Refuse a distribution without the files that it must hold. Raises `LibraryError`."""
    missing = [name for name in names if name.upper() not in parts]
    if missing:
        raise problems.no_file(
            ", ".join(sorted(part.name for part in parts.values())[:8]) or "0", names=same(", ".join(missing))
        )
