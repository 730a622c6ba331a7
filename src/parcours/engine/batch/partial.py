"""What a run has done so far, kept aside until it is whole: a folder `OUTPUT.partial` with a journal.

After each chunk its bytes are appended and put on the disk, then a line of the journal says how long the files are
and the checksums of what the chunk added. To resume is to cut the files to what the journal says, as far as the bytes
still have their checksums, and to go on after it. The output takes its name only when it is complete. The folder is
locked by the run that works in it.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from parcours.engine.batch.errors import CannotResume, OutputFailed, OutputInUse
from parcours.errors import os_reason
from parcours.text import Text

READ_AT_ONCE = 1 << 20


class Counts(NamedTuple):
    """The rows of a chunk; `later`: those settled whose care is later than what is checked."""

    settled: int = 0
    refused: int = 0
    later: int = 0


@dataclass
class Entry:
    """A chunk that is done: where it ends in the source (or its bucket), its rows, the lengths of the files after it,
    and the checksums of the bytes it added to them.
    """

    until: int
    settled: int
    refused: int
    later: int
    body: int
    rejected: int
    place: str
    body_crc: int
    rejected_crc: int


@dataclass
class Partial:
    """The folder of an unfinished run."""

    folder: Path
    start: bytes
    lock: int
    """The folder, opened and locked: the system lets go of it when the run ends, however it ends."""
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, output: Path, start: bytes, run: Mapping[str, Any], *, resume: bool) -> "Partial":
        """Begin, or go on after an interrupted run of the same question.

        Raises `OutputInUse` when another run works on this output, `CannotResume`, `OutputFailed`.
        """
        folder = output.with_name(output.name + ".partial")
        with writing(output):
            partial = cls(folder, start, locked(folder))
            if not resume or not (partial.folder / "run.json").exists():
                partial._begin(run)
            else:
                partial._go_on(run)
        return partial

    @property
    def body(self) -> Path:
        """Bytes of the output so far."""
        return self.folder / "body"

    @property
    def rejected(self) -> Path:
        """Lines of the refused rows so far."""
        return self.folder / "rejected"

    @property
    def mode(self) -> str:
        """How the run goes through its rows, once known: `stream` or `buckets`."""
        path = self.folder / "mode"
        return path.read_text("utf-8") if path.exists() else ""

    @mode.setter
    def mode(self, mode: str) -> None:
        with writing(self.folder):
            (self.folder / "mode").write_text(mode, "utf-8")

    def _begin(self, run: Mapping[str, Any]) -> None:
        for item in self.folder.iterdir():
            shutil.rmtree(item) if item.is_dir() else item.unlink()
        self.body.write_bytes(self.start)
        self.rejected.write_bytes(b"")
        (self.folder / "journal").write_bytes(b"")
        (self.folder / "run.json").write_text(json.dumps(run, sort_keys=True), "utf-8")

    def restart(self) -> None:
        """Forget the chunks that are done, in another order than the one needed."""
        self.entries = []
        with writing(self.folder):
            self.body.write_bytes(self.start)
            self.rejected.write_bytes(b"")
            (self.folder / "journal").write_bytes(b"")

    def _go_on(self, run: Mapping[str, Any]) -> None:
        before = json.loads((self.folder / "run.json").read_text("utf-8"))
        different = sorted(name for name in {*before, *run} if before.get(name) != run.get(name))
        if different:
            names = ", ".join(different)
            raise CannotResume(
                Text(
                    f"{self.folder} vient d'un autre calcul ({names}) : relancez sans --resume",
                    f"{self.folder} comes from another run ({names}): run again without --resume",
                )
            )
        self.entries = list(self._whole_entries())
        last = self._last()
        os.truncate(self.body, last.body)
        os.truncate(self.rejected, last.rejected)
        lines = "".join(json.dumps(vars(item)) + "\n" for item in self.entries)
        (self.folder / "journal").write_text(lines, "utf-8")

    def _last(self) -> Entry:
        start = Entry(0, 0, 0, 0, len(self.start), 0, "", crc32(self.start), 0)
        return self.entries[-1] if self.entries else start

    def _whole_entries(self) -> Iterator[Entry]:
        """The chunks of the journal, up to the first whose line or bytes did not all reach the disk."""
        with self.body.open("rb") as body, self.rejected.open("rb") as rejected:
            if body.read(len(self.start)) != self.start:
                self.body.write_bytes(self.start)
                return
            for line in (self.folder / "journal").read_text("utf-8").splitlines():
                try:
                    entry = Entry(**json.loads(line))
                except (ValueError, TypeError):
                    return
                if _checksum(body, entry.body) != entry.body_crc:
                    return
                if _checksum(rejected, entry.rejected) != entry.rejected_crc:
                    return
                yield entry

    def append(self, until: int, rows: Counts, body: Any, rejected: bytes, place: str) -> None:
        """Add a chunk to the files, and once it is on the disk to the journal. Raises `OutputFailed`."""
        with writing(self.body):
            ends = _append(self.body, body), _append(self.rejected, rejected)
            entry = Entry(until, *rows, *ends, place, crc32(body), crc32(rejected))
            _append(self.folder / "journal", (json.dumps(vars(entry)) + "\n").encode())
        self.entries.append(entry)

    def publish(self, whole: Path, output: Path) -> Path | None:
        """Give the files their names, all at once written; the path of the refused rows, if there are any."""
        rejected = output.with_name(output.name + ".rejected.ndjson")
        receipt = self.folder / "receipt"
        with writing(output):
            if self.rejected.stat().st_size:
                _synced(self.rejected).replace(rejected)
            else:
                rejected.unlink(missing_ok=True)
            if receipt.exists():
                receipt.replace(output.with_name(output.name + ".receipt.json"))
            _synced(whole).replace(output)
            _synced(output.parent)
            shutil.rmtree(self.folder, ignore_errors=True)
        self.close()
        return rejected if rejected.exists() else None

    def close(self) -> None:
        """Let another run work on this output."""
        with suppress(OSError):
            os.close(self.lock)


def locked(folder: Path) -> int:
    """The folder, made if need be, opened and locked. Raises `OutputInUse`."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise OutputInUse(
                Text(
                    f"{folder} : un autre calcul y travaille ; attendez sa fin ou choisissez une autre sortie",
                    f"{folder}: another run works there; wait for its end or choose another output",
                )
            ) from None
        # The run that had it may have ended, and removed the folder, between the two calls.
        with suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == folder.stat().st_ino:
                return descriptor
        os.close(descriptor)


def _append(path: Path, added: Any) -> int:
    """Put bytes at the end of a file, on the disk; the length of the file then."""
    with path.open("ab") as stream:
        stream.write(added)
        stream.flush()
        if len(added):
            os.fsync(stream.fileno())
        return stream.tell()


def _checksum(stream: Any, end: int) -> int | None:
    """Checksum of what lies between where the stream is and an end; None where the file is too short."""
    value = 0
    while (left := end - stream.tell()) > 0:
        read = stream.read(min(left, READ_AT_ONCE))
        if not read:
            return None
        value = crc32(read, value)
    return value


def _synced(path: Path) -> Path:
    """The file or folder, once its bytes are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path


class writing:  # noqa: N801 - reads as a word: `with writing(path):`
    """Turn what the system refuses while writing into a sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Name the path and the reason."""
        if isinstance(error, OSError):
            reason = os_reason(error)
            raise OutputFailed(
                Text(
                    f"{self.path} : écriture impossible ({reason.fr}) ; le reste est gardé : --resume continue",
                    f"{self.path}: cannot be written ({reason.en}); what is done is kept: --resume goes on",
                )
            ) from error
