"""The libraries that are installed: opened when a code is first looked up, and again when one was imported since.

Nothing is opened, nor SQLite imported, where there is none: a cold command does not wait for what nobody imported.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.law.library.content import Entry
    from parcours.law.library.store import Library

NAMES = ("ccam", "lpp", "nabm", "bdpm", "ngap")
MOST_KEPT = 8_192
ANY = ""
"""Stands for the first library that is installed, whichever it is."""
ONLY: ContextVar[Collection[str]] = ContextVar("libraries", default=NAMES)
"""The libraries that may answer, where they are installed."""
LOOKED: ContextVar[dict[str, "Library | None"] | None] = ContextVar("looked", default=None)
"""What was found of each library since `looked_up_once`."""


PLACE: ContextVar[str] = ContextVar("place", default="")
"""The folder of libraries, where another machine said which; empty: as this one's settings say."""


@contextmanager
def placed_at(folder: str) -> Iterator[None]:
    """Take the libraries of a folder: those of the machine that started a job."""
    token = PLACE.set(folder)
    try:
        yield
    finally:
        PLACE.reset(token)


def digests() -> dict[str, str]:
    """The digest of each library in use."""
    return {name: library.about.digest for name, library in all_installed().items()}


@contextmanager
def only_libraries(names: Collection[str] = ()) -> Iterator[None]:
    """Answer from these libraries only, and from what the product ships; from no library when none is named."""
    token = ONLY.set(names)
    try:
        yield
    finally:
        ONLY.reset(token)


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Look for each library once, for all that is asked meanwhile: the lines of a bill are read from the same files."""
    if LOOKED.get() is not None:
        yield
        return
    token = LOOKED.set({})
    try:
        yield
    finally:
        LOOKED.reset(token)


def installed(name: str) -> "Library | None":
    """A library, when it is installed and in use. Raises `LibraryError` for a file that is none."""
    if name not in ONLY.get():
        return None
    looked = LOOKED.get()
    if looked is None:
        return found(name)
    if name not in looked:
        looked[name] = found(name)
    return looked[name]


def none_installed() -> bool:
    """Is no library in use?"""
    looked = LOOKED.get()
    if looked is None:
        return not all_installed()
    if ANY not in looked:
        looked[ANY] = next(iter(all_installed().values()), None)
    return looked[ANY] is None


def found(name: str) -> "Library | None":
    """A library, when there is one."""
    path = os.path.join(where(), f"{name}.sqlite")  # noqa: PTH118 - asked for every act
    try:
        state = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return opened(path, state.st_mtime_ns, state.st_ino)


def where() -> str:
    """Where libraries are: `PARCOURS_LIBRARY_DIR`, else `library` in the user's data folder."""
    asked = os.environ.get
    return PLACE.get() or place(*(asked(name) for name in PLACES))


PLACES = ("PARCOURS_LIBRARY_DIR", "PARCOURS_DATA_DIR", "XDG_DATA_HOME", "HOME")
"""What says where libraries are; the last two as for other data of the user."""


@lru_cache(maxsize=8)
def place(own: str | None, data: str | None, shared: str | None, _home: str | None) -> str:
    """The folder of libraries, found once for each setting: it is asked for every line of every bill."""
    if own:
        return str(Path(own).expanduser())
    if data:
        return str(Path(data).expanduser() / "library")
    return str(Path(shared or "~/.local/share").expanduser() / "parcours" / "library")


def folder() -> Path:
    """The same, as a path."""
    return Path(where())


@lru_cache(maxsize=32)
def opened(path: str, _changed: int, _file: int) -> "Library":
    """A library, opened once for each import."""
    from parcours.law.library.store import Library

    return Library(Path(path).absolute())


def entry(name: str, code: str) -> "Entry | None":
    """What an installed library says of a code."""
    library = installed(name)
    return None if library is None else kept_entry(library, code)


@lru_cache(maxsize=MOST_KEPT)
def kept_entry(library: "Library", code: str) -> "Entry | None":
    """An entry, kept after its first look-up."""
    return library.get(code)


def all_installed() -> Mapping[str, "Library"]:
    """Every library that is installed."""
    if not os.path.isdir(where()):  # noqa: PTH112 - asked for every bill: mostly nobody imported any
        return {}
    every = {name: installed(name) for name in NAMES}
    return {name: library for name, library in every.items() if library is not None}
