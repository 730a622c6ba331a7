"""Back the registry up while it is in use, restore it into an empty database, prove that the copy is the same.

A backup is two files: the data (an SQLite copy, or a `pg_dump` archive) and its manifest, a JSON with the revision,
the rows and a digest of every table, and the SHA-256 of the data, signed with the keys of the installation: who has no
key can neither add a row to a backup nor make one.  The secret keys are *not* in it: keep them apart,
a backup without them cannot be read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from parcours.errors import os_reason
from parcours.registry.store import problems, schema
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.db import BUSY_TIMEOUT_MS, Database, create_engine_from_url

PROGRAMS_VARIABLE = "PARCOURS_POSTGRESQL_BIN"
"""Directory of pg_dump and pg_restore, when they are not on the PATH or are older than the server."""
DIGEST_BYTES = 32
_SIGNED = "backup.manifest"


@dataclass(frozen=True)
class TableState:
    """What a table holds: its rows and a digest that does not depend on their order."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, to compare a copy with."""

    kind: str
    created_at: str
    revision: str | None
    sha256: str
    tables: dict[str, TableState]

    def write(self, data: Path) -> None:
        """Sign it with the keys of the installation, and put it on the disk whole."""
        content = {"signature": blind_index(self._text(), _SIGNED), **asdict(self)}
        unfinished = manifest_path(data).with_suffix(".partial")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(manifest_path(data))

    @classmethod
    def read(cls, data: Path) -> Manifest:
        """The manifest beside a backup, signed with the keys of this installation. Raises `Invalid`."""
        try:
            values = json.loads(manifest_path(data).read_text(encoding="utf-8"))
            signature = str(values.pop("signature", ""))
            tables = {name: TableState(**state) for name, state in values.pop("tables").items()}
            found = cls(tables=tables, **values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise problems.manifest_unreadable(manifest_path(data).name) from error  # fmt: skip
        if not any(hmac.compare_digest(one, signature) for one in blind_indexes(found._text(), _SIGNED)):
            raise problems.manifest_forged(manifest_path(data).name)
        return found

    def _text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def manifest_path(data: Path) -> Path:
    """Where the manifest of a backup is."""
    return data.with_name(data.name + ".manifest.json")


def backup(database: Database, target: Path) -> Manifest:
    """Write a backup of a database in use; readers and writers go on.

    Raises `Conflict`: the file is there already. Raises `Misconfigured`: it cannot be written (no room, no right).
    """
    if target.exists():
        raise problems.backup_exists(target.name)
    unfinished = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)  # before anything is written: nobody else reads it meanwhile
        kind = database.engine.dialect.name
        state = _backup_sqlite(database, unfinished) if kind == "sqlite" else _backup_postgresql(database, unfinished)
        revision, tables = state
        manifest = Manifest(kind, now_utc().isoformat(), revision, _sha256(unfinished), tables)
        _sync(unfinished)
        manifest.write(target)
        unfinished.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise problems.backup_not_written(target.name, why=os_reason(error)) from error
    except (sqlite3.OperationalError, OperationalError) as error:
        raise problems.backup_not_written(target.name, why=str(getattr(error, "orig", error))) from error
    finally:
        unfinished.unlink(missing_ok=True)
        manifest_path(target).with_suffix(".partial").unlink(missing_ok=True)
    return manifest


def _sync(path: Path) -> None:
    """On the disk, not only in the memory of the machine."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def restore(data: Path, url: str) -> Manifest:
    """Restore a backup into an empty database, then verify the copy table by table.

    Raises `Invalid`: the manifest is not signed with our keys, the file is altered or of the other kind; nothing is
    written then.
    Raises `Conflict`: the database is not empty, or the copy differs.
    """
    manifest = check_file(data)
    engine = create_engine_from_url(url)
    try:
        if manifest.kind != engine.dialect.name:
            raise problems.backup_kind(manifest.kind, choices=engine.dialect.name)
        if inspect(engine).get_table_names():
            raise problems.database_not_empty()
        if manifest.kind == "sqlite":
            engine.dispose()
            _copy_sqlite(data, Path(str(engine.url.database)))
        else:
            _run("pg_restore", engine, "--exit-on-error", "--no-owner", "--single-transaction", str(data))
        verify(engine, manifest)
    finally:
        engine.dispose()
    return manifest


def check_file(data: Path) -> Manifest:
    """The manifest of a backup whose data are unaltered.

    Raises `Invalid`: no manifest, or data that do not match it.
    """
    manifest = Manifest.read(data)
    if not data.is_file() or _sha256(data) != manifest.sha256:
        raise problems.backup_altered(data.name)
    return manifest


def verify(engine: Engine, manifest: Manifest) -> None:
    """Is a database exactly what a manifest says: revision, tables, rows, content, references?

    Raises `Conflict`: it names the tables that differ.
    """
    with engine.connect() as connection:
        found = table_states(connection)
        if engine.dialect.name == "sqlite":
            _check_sqlite(connection)
    different = sorted(
        name for name in found.keys() | manifest.tables.keys() if found.get(name) != manifest.tables.get(name)
    )
    if different or schema.current_revision(engine) != manifest.revision:
        raise problems.copy_differs(tables=different or problems.the_revision)


def table_states(connection: Connection) -> dict[str, TableState]:
    """Rows and digest of every table, from one snapshot."""
    inspector = inspect(connection)
    names = sorted(inspector.get_table_names())
    return {
        name: _state(connection, name, sorted(str(column["name"]) for column in inspector.get_columns(name)))
        for name in names
    }


def _state(connection: Connection, table: str, columns: list[str]) -> TableState:
    """Sum of the rows' digests: the same whatever the order of the rows."""
    listed = ", ".join(f'"{column}"' for column in columns)
    statement = text(f'SELECT {listed} FROM "{table}"')  # noqa: S608 - names read from the database itself
    total, rows = 0, 0
    for row in connection.execution_options(stream_results=True).execute(statement):
        content = "\x1f".join(_canonical(value) for value in row).encode()
        total += int.from_bytes(hashlib.sha256(content).digest())
        rows += 1
    return TableState(rows, (total % 2 ** (8 * DIGEST_BYTES)).to_bytes(DIGEST_BYTES).hex())


def _canonical(value: object) -> str:
    """A value as text, the same before and after a copy."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return repr(value) if isinstance(value, str) or value is None else str(value)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _backup_sqlite(database: Database, target: Path) -> tuple[str | None, dict[str, TableState]]:
    """SQLite's own online copy, then the states of the copy."""
    _copy_sqlite(Path(str(database.engine.url.database)), target)
    engine = create_engine_from_url(f"sqlite:///{target}")
    try:
        with engine.connect() as connection:
            states = table_states(connection)
        revision = schema.current_revision(engine)
        with engine.connect() as connection:
            _single_file(connection)
    finally:
        engine.dispose()
    return revision, states


def _copy_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    seconds = BUSY_TIMEOUT_MS / 1000
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=seconds)) as origin,
        closing(sqlite3.connect(target, timeout=seconds)) as copy,
    ):
        origin.backup(copy)


def _single_file(connection: Connection) -> None:
    """Leave write-ahead logging, so that the copy is one file."""
    driver = connection.connection.driver_connection
    if driver is not None:
        connection.rollback()
        driver.execute("PRAGMA journal_mode=DELETE")


def _check_sqlite(connection: Connection) -> None:
    integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if integrity != "ok" or orphans is not None:
        raise problems.copy_damaged()


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def _backup_postgresql(database: Database, target: Path) -> tuple[str | None, dict[str, TableState]]:
    """`pg_dump` and the states, from the same snapshot."""
    with _snapshot(database.engine) as (connection, snapshot):
        states = table_states(connection)
        _run("pg_dump", database.engine, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")
    return schema.current_revision(database.engine), states


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection, str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def _run(program: str, engine: Engine, *options: str) -> None:
    """Run a PostgreSQL program; the password goes by the environment, not by the command line."""
    url = engine.url
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - a program found by `_program`, no shell
        [_program(program), f"--dbname={address}", *options], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise problems.postgresql_program(
            "; ".join(last) or f"exit code {done.returncode}",
            field=program,
            program=program,
            variable=PROGRAMS_VARIABLE,
        )


def _program(name: str) -> str:
    directory = os.environ.get(PROGRAMS_VARIABLE)
    found = shutil.which(name, path=directory) if directory else shutil.which(name)
    if found is None:
        raise problems.postgresql_program_missing(directory or problems.nothing, field=PROGRAMS_VARIABLE, name=name)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
