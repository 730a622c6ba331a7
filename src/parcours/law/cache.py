"""The flat law kept in the user's cache folder, so that settling one case never parses YAML.

A kept file bears the hash of the data and of the code that shapes it: it cannot outlive either.
"""

import marshal
import os
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from parcours.law.days import FOLDER, digest_of
from parcours.law.flat import FlatContent, FlatLaw, Records, unpacked
from parcours.law.in_use import IN_USE, Change

SHAPING = ("days.py", "in_use.py", "codes.py", "record.py", "flat.py", "data.py", "tariffs.py", "book.py", "loader.py")
"""The code that shapes what is kept."""


def flat_law() -> FlatLaw:
    """The flat law, under the reform in use where there is one."""
    changes = IN_USE.get()
    return under_reform(changes) if changes else kept_law()


@lru_cache(maxsize=32)
def under_reform(changes: tuple[Change, ...]) -> FlatLaw:
    """The flat law under the changes in use: made from the data, never kept in the folder."""
    from parcours.law.book import flat_content
    from parcours.law.loader import load

    book = load()
    return unpacked(flat_content(book), book.digest, book.records, changes)


@cache
def kept_law() -> FlatLaw:
    """The flat law, from the cache folder when neither the data nor the code that shapes it has changed."""
    digest = digest_of()
    path = cache_folder() / f"law-{digest}-{digest_of_code()}.marshal"
    try:
        content = FlatContent(*marshal.loads(path.read_bytes()))  # noqa: S302 - our own file, in the user's cache folder
    except (OSError, ValueError, EOFError, TypeError):
        from parcours.law.book import flat_content
        from parcours.law.loader import load

        content = flat_content(load())
        write_cache(path, marshal.dumps(tuple(content)))
    return unpacked(content, digest, records_under)


def records_under(readings: Mapping[str, str]) -> Records:
    """The records under several readings at once, built from the data: none is kept for them."""
    from parcours.law.loader import load

    return load().records(readings)


def digest_of_code() -> str:
    """Hash of the code that shapes a record: a cached one must not outlive it."""
    digest = blake2b(digest_size=8)
    for name in SHAPING:
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
