"""The library on the disk: one SQLite file for each nomenclature, in a folder of the user, written aside then renamed.

The digest of a library is that of its content: two imports of the same files by the same reader have the same.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps, loads
from pathlib import Path
from threading import Lock
from typing import Any

from parcours.errors import os_reason
from parcours.law.library import problems
from parcours.law.library.content import Content, Entry
from parcours.law.library.installed import folder
from parcours.words import fold

FORMAT = "parcours-library-1"
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    code TEXT PRIMARY KEY, label TEXT NOT NULL, words TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    record TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE other (code TEXT, entry TEXT, PRIMARY KEY (code, entry)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class About:
    """What a library is."""

    name: str
    """ccam, lpp, nabm, bdpm or ngap."""
    digest: str
    day: int
    """Day of the distribution, YYYYMMDD."""
    version: str
    codes: int
    files: Mapping[str, str]
    """Name and SHA-256 of every file that was read."""
    tables: Mapping[str, Any]

    @property
    def kept(self) -> dict[str, str]:
        """What a receipt keeps of it."""
        from parcours.law.days import iso

        return {"digest": self.digest, "day": iso(self.day), "version": self.version}


def path_of(name: str, where: Path | None = None) -> Path:
    """The file of one library."""
    return (where or folder()) / f"{name}.sqlite"


def other_codes(entry: Entry) -> Iterator[str]:
    """Other ways to come to an entry: the short code of a box, the generic groups that it is or was in."""
    if cip7 := entry.record.get("cip7"):
        yield cip7
    yield from {f"group {state['group']}" for _, state in entry.record.get("states", ()) if state and state["group"]}


def digest_of(content: Content) -> str:
    """Hash of a library."""
    digest = blake2b(FORMAT.encode(), digest_size=16)
    digest.update(dumps([content.day, content.version, content.tables], sort_keys=True).encode())
    for entry in content.entries:
        digest.update(dumps(entry, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def write(name: str, content: Content, files: Mapping[str, str], where: Path | None = None) -> About:
    """Write a library in place of the one before, or leave that one as it is. Raises `LibraryError`."""
    path = path_of(name, where)
    about = About(
        name, digest_of(content), content.day, content.version, len(content.entries), dict(files), content.tables
    )
    aside = path.with_suffix(f".{os.getpid()}.new")
    try:
        if not path.parent.is_dir():  # the modes of a folder that was there are its owner's
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.chmod(0o700)
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        fill(aside, about, content.entries)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise problems.not_written(field=str(path), why=os_reason(error)) from error
    except sqlite3.Error as error:
        raise problems.not_written(field=str(path), why=type(error).__name__) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return about


def fill(path: Path, about: About, entries: Iterable[Entry]) -> None:
    """Write the tables."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA} BEGIN;")
        kept = {**vars(about), "format": FORMAT}
        database.executemany("INSERT INTO meta VALUES (?, ?)", [(key, dumps(value)) for key, value in kept.items()])
        database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", map(row_of, entries))
        database.executemany(
            "INSERT INTO other VALUES (?, ?)",
            ((other, entry.code) for entry in entries for other in other_codes(entry)),
        )
        database.execute("COMMIT")


def row_of(entry: Entry) -> tuple[Any, ...]:
    """An entry as a row."""
    record = dumps(entry.record, separators=(",", ":"), ensure_ascii=False)
    return entry.code, entry.label, f" {fold(entry.label)}", entry.first, entry.last, record


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row as an entry."""
    code, label, first, last, record = row
    return Entry(code, label, first, last, loads(record))


COLUMNS = "code, label, first, last, record"
BY_CODE = f"SELECT {COLUMNS} FROM entry WHERE code = ?"  # noqa: S608
OTHER = "SELECT entry FROM other WHERE code = ?"
MOST_WORDS = 20


class Library:
    """One library, open for reading."""

    def __init__(self, path: Path) -> None:
        name = path.stem
        self.path, self.lock = path, Lock()
        try:
            self.database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            meta = {key: loads(value) for key, value in self.rows("SELECT key, value FROM meta")}
        except (sqlite3.Error, ValueError) as error:
            raise problems.not_a_library(field=str(path), name=name) from error
        if meta.pop("format", "") != FORMAT or meta.get("name") != name:
            raise problems.not_a_library(field=str(path), name=name)
        self.about = About(**meta)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query. Raises `LibraryError` for a file that is damaged."""
        try:
            with self.lock:
                return self.database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise problems.not_a_library(field=str(self.path), name=self.path.stem) from error

    def get(self, code: str) -> Entry | None:
        """The entry of a code, or of another way to write it."""
        found = self.rows(BY_CODE, (code,))
        if not found and self.about.name == "bdpm":
            found = [row for (other,) in self.rows(OTHER, (code,)) for row in self.rows(BY_CODE, (other,))]
        return entry_of(found[0]) if found else None

    def of_group(self, group: str) -> list[Entry]:
        """The boxes of a generic group."""
        codes = self.rows(OTHER, (f"group {group}",))
        return [entry_of(row) for (code,) in codes for row in self.rows(BY_CODE, (code,))]

    def entries(self) -> Iterator[Entry]:
        """Every entry, by code."""
        return map(entry_of, self.rows(f"SELECT {COLUMNS} FROM entry ORDER BY code"))  # noqa: S608

    def find(self, words: list[str], code: str, most: int) -> list[Entry]:
        """Entries whose code starts so, or that hold each word at the start of one of theirs: codes first."""
        words, starts = words[:MOST_WORDS], (len(code), code)
        held = " AND ".join(["instr(words, ?) > 0"] * len(words)) or "0"
        found = self.rows(
            f"SELECT {COLUMNS} FROM entry WHERE substr(code, 1, ?) = ? OR ({held}) "  # noqa: S608 - no text of the user
            "ORDER BY substr(code, 1, ?) <> ?, last <> 0, CASE substr(code, 1, ?) WHEN ? THEN code ELSE '' END, "
            "length(label), code LIMIT ?",
            (*starts, *(f" {word}" for word in words), *starts, *starts, most),
        )
        return list(map(entry_of, found))

    def close(self) -> None:
        """Close it."""
        self.database.close()
