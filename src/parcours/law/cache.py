"""The flat law kept in the user's cache folder, so that settling one case never parses YAML.

A kept file bears the hash of the data and of the code that shapes it: it cannot outlive either. It ends with the digest
of its own content, and only the user's own files are believed, in a folder that nobody else enters.
"""

import errno
import marshal
import os
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from parcours.law.days import FOLDER, digest_of
from parcours.law.flat import FlatContent, FlatLaw, Records, unpacked
from parcours.law.in_use import IN_USE, Change

SHAPING = (
    "days.py", "in_use.py", "codes.py", "record.py", "flat.py", "exact.py", "data.py", "tariffs.py", "book.py",
    "loader.py",
)  # fmt: skip
"""The code that shapes what is kept."""
DIGEST_BYTES = 32


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
    digest = digest_of(FOLDER)
    path = cache_folder() / f"law-{digest}-{digest_of_code()}.marshal"
    try:
        content = FlatContent(*marshal.loads(read_cache(path)))  # noqa: S302 - our own file, checked, in our own folder
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


def digest_of_code(names: Iterable[str] = SHAPING) -> str:
    """Hash of the code that shapes what is kept, a record or a book: it must not outlive it."""
    digest = blake2b(digest_size=8)
    for name in names:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder for what can always be computed again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "parcours"


def own_folder(path: Path) -> Path:
    """A folder of the cache, made and closed to other users. Raises OSError where it is another's or cannot be made."""
    root = cache_folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = root.stat()
    if found.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(root))
    if found.st_mode & 0o077:
        root.chmod(0o700)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def read_cache(path: Path) -> bytes:
    """What was kept. Raises OSError: nothing, or another user's; ValueError: not what was written."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_uid != os.getuid():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
        written = file.read()
    content, end = written[:-DIGEST_BYTES], written[-DIGEST_BYTES:]
    if _digest_of_content(content) != end:
        raise ValueError("the kept law is not what was written")
    return content


def write_cache(path: Path, content: bytes) -> None:
    """Write aside and rename, the digest of the content at its end; a folder that cannot be written is no error."""
    aside = path.with_suffix(f".{os.getpid()}")
    try:
        own_folder(path.parent)
        aside.write_bytes(content + _digest_of_content(content))
        aside.replace(path)
    except OSError:
        return


def _digest_of_content(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES, person=b"parcours/kept").digest()
