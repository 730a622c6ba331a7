"""What a run has done so far, kept aside until it is whole: a folder `OUTPUT.partial` with a journal.

After each chunk its bytes are appended, then a line of the journal says how long the files are. To resume is to cut
the files to what the journal says and to go on after it. The output takes its name only when it is complete.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parcours.engine.batch.errors import CannotResume, OutputFailed


@dataclass
class Entry:
    """A chunk that is done: where it ends in the source (or its bucket), its rows, and the lengths of the files after
    it.
    """

    until: int
    settled: int
    refused: int
    body: int
    rejected: int
    place: str


@dataclass
class Partial:
    """The folder of an unfinished run."""

    folder: Path
    start: bytes
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, output: Path, start: bytes, run: Mapping[str, Any], *, resume: bool) -> "Partial":
        """Begin, or go on after an interrupted run of the same question. Raises `CannotResume`, `OutputFailed`."""
        partial = cls(output.with_name(output.name + ".partial"), start)
        with writing(output):
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
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
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
                {
                    "fr": f"{self.folder} vient d'un autre calcul ({names}) : relancez sans --resume",
                    "en": f"{self.folder} comes from another run ({names}): run again without --resume",
                }
            )
        for line in (self.folder / "journal").read_text("utf-8").splitlines():
            try:
                self.entries.append(Entry(**json.loads(line)))
            except (ValueError, TypeError):
                break
        self.entries = [item for item in self.entries if item.body <= self.body.stat().st_size]
        last = self.entries[-1] if self.entries else Entry(0, 0, 0, len(self.start), 0, "")
        os.truncate(self.body, last.body)
        os.truncate(self.rejected, last.rejected)
        lines = "".join(json.dumps(vars(item)) + "\n" for item in self.entries)
        (self.folder / "journal").write_text(lines, "utf-8")

    def append(self, until: int, settled: int, refused: int, body: Any, rejected: bytes, place: str) -> None:
        """Add a chunk to the files, then to the journal. Raises `OutputFailed`."""
        with writing(self.body):
            with self.body.open("ab") as stream:
                stream.write(body)
                body_length = stream.tell()
            with self.rejected.open("ab") as stream:
                stream.write(rejected)
                rejected_length = stream.tell()
            entry = Entry(until, settled, refused, body_length, rejected_length, place)
            with (self.folder / "journal").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(vars(entry)) + "\n")
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
            shutil.rmtree(self.folder, ignore_errors=True)
        return rejected if rejected.exists() else None


def _synced(path: Path) -> Path:
    """The file, once its bytes are on the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
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
            reason = re.sub(r".*\[errno \d+\] ", "", error.strerror or str(error))
            raise OutputFailed(
                {
                    "fr": f"{self.path} : écriture impossible ({reason}) ; le reste est gardé : --resume continue",
                    "en": f"{self.path}: cannot be written ({reason}); what is done is kept: --resume goes on",
                }
            ) from error
