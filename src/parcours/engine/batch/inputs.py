"""What a run read: the receipt names each input by its digest, so that an answer can be held to its source."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Self

from parcours.engine.batch.damaged import changed_meanwhile

READ_AT_ONCE = 1 << 22


class Inputs:
    """The files of a run, hashed by a thread of their own while they are settled."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = list(files)
        self.before = [_state(file) for file in self.files]
        self.stopped = Event()
        self.pool = ThreadPoolExecutor(1)
        self.hashes = [self.pool.submit(self._hash, file) for file in self.files]

    def digests(self) -> list[dict[str, Any]]:
        """Name, length and SHA-256 of each file. Raises `UnreadableInput` when one changed while it was read."""
        found = []
        for file, before, digest in zip(self.files, self.before, self.hashes, strict=True):
            sha256 = digest.result()
            if _state(file) != before:
                raise changed_meanwhile(file)
            found.append({"name": file.name, "bytes": before[0], "sha256": sha256})
        return found

    def _hash(self, file: Path) -> str:
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while not self.stopped.is_set() and (read := stream.read(READ_AT_ONCE)):
                digest.update(read)
        return digest.hexdigest()

    def __enter__(self) -> Self:
        """Hashing has begun."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop hashing: nobody waits for it any more."""
        self.stopped.set()
        self.pool.shutdown(cancel_futures=True)


def _state(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mtime_ns
