"""The ends of the chains as this process saw them, kept outside the database.

A database can be put back to an older state in which every row and every head is genuine: only who saw the later rows
knows. Each process remembers the last row that it wrote or met in each chain, and writes it down elsewhere, so that
the next process knows it too: in a file beside the embedded database (in the data folder for PostgreSQL) unless
`PARCOURS_AUDIT_ANCHORS` names a folder, or another database. Before it appends, the row it saw must still be there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from parcours.registry.audit import problems
from parcours.registry.audit.chain import ARCHIVE, WITNESS, head_text, is_signed
from parcours.registry.audit.models import CHAINS, AuditEvent, AuditHead
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index
from parcours.registry.store.db import create_engine_from_url
from parcours.registry.store.ids import new_id
from parcours.registry.store.installation import name_of
from parcours.registry.store.keyring import data_directory

ANCHORS_VARIABLE = "PARCOURS_AUDIT_ANCHORS"
SECONDS_BETWEEN = 10
"""Between two anchors of one process in another database; the file is written after each commit."""
_SLOT = 256
"""Bytes of a chain in the file: none crosses a sector of the disk, so a power cut leaves the old or the new."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS audit_anchors (id VARCHAR(36) PRIMARY KEY, installation VARCHAR(80) NOT NULL,"
    " taken_at VARCHAR(40) NOT NULL, content TEXT NOT NULL, signature VARCHAR(64) NOT NULL)"
)
_LOG = logging.getLogger("parcours.audit")


class End(NamedTuple):
    """The last row seen of a chain."""

    sequence: int
    hash: str


class Witness:
    """What was seen of the chains of one database, by this process and those before it."""

    def __init__(self, installation: str | None, kept: File | Elsewhere | None) -> None:
        self.installation, self.kept = installation, kept
        self.memory: dict[int, End] = dict(kept.ends()) if isinstance(kept, Elsewhere) else {}

    def seen(self, chain: int) -> End:
        """The furthest end seen of a chain. Raises `Misconfigured`: what was kept cannot be believed."""
        ends = [self.memory.get(chain, End(0, ""))]
        if isinstance(self.kept, File):
            ends.append(self.kept.end(chain))
        return max(ends)

    def check(self, session: Session, chain: int, sequence: int, last: str) -> None:
        """Does a chain still hold the row that was seen of it? Raises `Misconfigured`: its past was changed."""
        seen = self.seen(chain)
        if seen.sequence == 0 or seen == (sequence, last):
            return
        place = (AuditEvent.chain == chain) & (AuditEvent.sequence == seen.sequence)
        there = session.scalar(select(AuditEvent.hash).where(place))
        if there is None and seen.sequence < sequence and _is_archived(session, chain, seen):
            return
        if seen.sequence >= sequence or there != seen.hash:
            _LOG.error("audit trail: row %s of chain %s, seen before, is gone or another", seen.sequence, chain)
            raise problems.past_changed(chain=chain, row=seen.sequence)

    def note(self, ends: Mapping[int, End]) -> None:
        """Remember what was just committed. What cannot be written down is said in the log: the commit stands."""
        for chain, end in ends.items():
            self.memory[chain] = max(self.memory.get(chain, End(0, "")), end)
        if self.kept is None:
            return
        try:
            self.kept.keep(self.memory if isinstance(self.kept, Elsewhere) else ends)
        except (OSError, SQLAlchemyError) as error:
            _LOG.warning("audit trail: the ends could not be kept outside the database (%s)", type(error).__name__)


class File:
    """The ends in a file: sixteen lines of one length, each rewritten in place after a commit."""

    def __init__(self, path: Path, installation: str) -> None:
        self.path, self.installation = path, installation
        self._verified: dict[int, tuple[bytes, End]] = {}
        """The line of each chain as it was last found signed: the same bytes say the same."""

    def end(self, chain: int) -> End:
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
            try:
                return self._read(os.pread(descriptor, _SLOT, chain * _SLOT), chain)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            return End(0, "")
        except OSError as error:
            raise problems.witness_damaged(self.path) from error

    def all_ends(self) -> set[tuple[int, End]]:
        """Every end that was kept. Raises `Misconfigured`."""
        return set(self.ends().items())

    def ends(self) -> dict[int, End]:
        """The end of each chain. Raises `Misconfigured`."""
        return {chain: end for chain in range(CHAINS) if (end := self.end(chain)).sequence}

    def keep(self, ends: Mapping[int, End]) -> None:
        """Move the ends of these chains on, never back: another process may have written a later one."""
        with self._open() as descriptor:
            for chain, end in ends.items():
                place = chain * _SLOT
                if self._read(os.pread(descriptor, _SLOT, place), chain).sequence < end.sequence:
                    os.pwrite(descriptor, self._line(chain, end), place)

    def resign(self) -> None:
        """Write every end under the newest key."""
        ends = self.ends()
        with self._open() as descriptor:
            for chain, end in ends.items():
                os.pwrite(descriptor, self._line(chain, end), chain * _SLOT)

    def set_aside(self) -> None:
        """Begin anew; what was kept stays beside, under the time of now."""
        if self.path.exists():
            self.path.replace(self.path.with_name(f"{self.path.name}.{now_utc():%Y%m%dT%H%M%S%f}"))

    @contextmanager
    def _open(self) -> Iterator[int]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _line(self, chain: int, end: End) -> bytes:
        signature = blind_index(_text(self.installation, chain, end), WITNESS)
        return json.dumps([chain, end.sequence, end.hash, signature]).encode().ljust(_SLOT - 1) + b"\n"

    def _read(self, line: bytes, chain: int) -> End:
        if not line.strip(b"\0\n "):
            return End(0, "")
        if (verified := self._verified.get(chain)) is not None and verified[0] == line:
            return verified[1]
        try:
            of, sequence, last, signature = json.loads(line)
            end = End(int(sequence), str(last))
        except (ValueError, TypeError) as error:
            raise problems.witness_damaged(self.path) from error
        if of != chain or not is_signed(_text(self.installation, chain, end), str(signature), WITNESS):
            raise problems.witness_damaged(self.path)
        self._verified[chain] = line, end
        return end


class Elsewhere:
    """The ends in another database: a row each time, never changed, so that a role which may only insert is enough."""

    def __init__(self, engine: Engine, installation: str) -> None:
        self.engine, self.installation = engine, installation
        self.last = 0.0

    def ends(self) -> dict[int, End]:
        """The furthest end of each chain. Raises `Misconfigured`: a row is forged, or the database does not answer."""
        furthest: dict[int, End] = {}
        for chain, end in self.all_ends():
            furthest[chain] = max(furthest.get(chain, end), end)
        return furthest

    def all_ends(self) -> set[tuple[int, End]]:
        """Every end that was ever kept here."""
        query = text("SELECT content, signature FROM audit_anchors WHERE installation = :name")
        try:
            with self.engine.connect() as connection:
                self._make(connection)
                rows = connection.execute(query, {"name": self.installation}).all()
                connection.commit()
        except SQLAlchemyError as error:
            raise problems.witness_damaged(type(error).__name__) from error
        found = set()
        for content, signature in rows:
            if not is_signed(f"{self.installation}:{content}", signature, WITNESS):
                raise problems.witness_damaged("audit_anchors")
            found |= {(chain, End(sequence, last)) for chain, sequence, last in json.loads(content)}
        return found

    def keep(self, ends: Mapping[int, End]) -> None:
        """Write all of them down, unless this process did a moment ago."""
        if time.monotonic() - self.last < SECONDS_BETWEEN and self.last:
            return
        self.last = time.monotonic()
        content = json.dumps([[chain, *end] for chain, end in sorted(ends.items())])
        values = {
            "id": new_id(), "name": self.installation, "at": now_utc().isoformat(), "content": content,
            "signature": blind_index(f"{self.installation}:{content}", WITNESS),
        }  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(text("INSERT INTO audit_anchors VALUES (:id, :name, :at, :content, :signature)"), values)

    def resign(self) -> None:
        """The ends under the newest key; what an older key signed is set aside."""
        ends, self.last = self.ends(), 0.0
        self.set_aside()
        self.keep(ends)

    def set_aside(self) -> None:
        """Begin anew; what was kept stays, under another name."""
        aside = {"name": self.installation, "aside": f"{self.installation} {now_utc().isoformat()}"}
        with self.engine.begin() as connection:
            self._make(connection)
            connection.execute(text("UPDATE audit_anchors SET installation = :aside WHERE installation = :name"), aside)

    @staticmethod
    def _make(connection: Connection) -> None:
        connection.execute(text(_TABLE))


def _is_archived(session: Session, chain: int, seen: End) -> bool:
    """Was a row that was seen put in an archive, as the seal in the head of its chain says?"""
    head = session.execute(
        select(AuditHead.archived_sequence, AuditHead.archived_hash, AuditHead.archived_seal)
        .where(AuditHead.chain == chain)
    ).one()  # fmt: skip
    if head.archived_seal is None or not seen.sequence <= head.archived_sequence:
        return False
    if seen.sequence == head.archived_sequence and seen.hash != head.archived_hash:
        return False
    return is_signed(head_text(chain, head.archived_sequence, head.archived_hash), head.archived_seal, ARCHIVE)


def _text(installation: str, chain: int, end: End) -> str:
    return f"{installation}:{chain}:{end.sequence}:{end.hash}"


# --- which one -------------------------------------------------------------------------------------------------------


_WITNESSES: WeakKeyDictionary[Any, Witness] = WeakKeyDictionary()


def witness_of(session: Session) -> Witness:
    """The witness of the database of a session: one for each pool of connections of this process."""
    engine = session.get_bind().engine
    found = _WITNESSES.get(engine.pool)
    if found is None:
        installation = name_of(session)
        found = Witness(installation, kept_for(engine.url, installation))
        _WITNESSES[engine.pool] = found
    return found


def forget(engine: Engine) -> None:
    """Read again what is kept, at the next use."""
    _WITNESSES.pop(engine.pool, None)


def kept_for(url: URL, installation: str | None) -> File | Elsewhere | None:
    """Where the ends of a database are kept: as the setting says, else beside it. None for one in memory."""
    given = os.environ.get(ANCHORS_VARIABLE, "")
    if installation is None or url.database in {None, "", ":memory:"}:
        return None
    if "://" in given:
        return Elsewhere(create_engine_from_url(given, kept=False), installation)
    if given:
        if not Path(given).is_dir():
            raise problems.anchors_setting(given)
        return File(Path(given) / _file_name(url, installation), installation)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database)).resolve()
        return File(path.with_name(f"{path.name}.anchors-{installation[:8]}"), installation)
    folder = data_directory()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        _LOG.warning("audit trail: no folder to keep the ends in (%s); name one in %s", error, ANCHORS_VARIABLE)
        return None
    return File(folder / _file_name(url, installation), installation)


def _file_name(url: URL, installation: str) -> str:
    place = hashlib.sha256(url.set(password=None).render_as_string().encode()).hexdigest()[:8]
    return f"anchors-{installation[:8]}-{place}"
