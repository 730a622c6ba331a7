"""The database of the registry: engine, sessions, declarative base.

SQLite (WAL) embedded by default, PostgreSQL when `PARCOURS_DATABASE_URL` says so::

    database = Database.open()             # or Database.open("postgresql://…")
    with database.writing() as session:    # commits on success, rolls back on error
        ...
    with database.reading() as session:
        ...

On SQLite a writing session starts with `BEGIN IMMEDIATE`: it waits its turn at the start and never fails half-way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Executable, MetaData, Select, String, create_engine, event, inspect, make_url
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import NullPool

from parcours.registry.errors import Misconfigured
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import (
    UNREADABLE,
    EncryptedText,
    PublicId,
    RowText,
    Unreadable,
    UtcDateTime,
    is_marking,
    marking_unreadable,
)
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import close_folder, data_directory, unreadable
from parcours.registry.store.patience import Patience, ask_seldom, bound

BUSY_TIMEOUT_MS = 30_000
ASK_AGAIN_SECONDS = 0.001
POOL_SIZE = 10
"""Connections that are kept; as many again are opened for a moment."""
_WHOLE = "parcours.store.whole"
R = TypeVar("R")


# --- declarative base ------------------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    """Base of every table; constraints have predictable names, so that migrations can find them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: String(),
    }

    id: Mapped[str] = mapped_column(PublicId, primary_key=True, default=new_id, sort_order=-1)

    def __repr__(self) -> str:
        """The kind and the id only: no personal data in a log."""
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


class Versioned:
    """Optimistic locking: `version` grows at each change (an ETag at the edge); a stale write fails."""

    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


# --- encrypted values belong to their rows ---------------------------------------------------------------------------


_ENCRYPTED: dict[type[Any], dict[str, str]] = {}


def _encrypted(mapped: type[Any]) -> dict[str, str]:
    """The encrypted attributes of a mapped class and their contexts."""
    if mapped not in _ENCRYPTED:
        types = {one.key: one.columns[0].type for one in inspect(mapped).column_attrs}
        _ENCRYPTED[mapped] = {name: kind.context for name, kind in types.items() if isinstance(kind, EncryptedText)}
    return _ENCRYPTED[mapped]


@event.listens_for(Base, "instrument_class", propagate=True)
def _watch_encrypted(mapper: Any, mapped: type[Any]) -> None:
    if any(isinstance(column.type, EncryptedText) for column in mapper.local_table.columns):
        event.listen(mapped, "load", lambda row, _context: _check_loaded(row))
        event.listen(mapped, "refresh", lambda row, _context, _names: _check_loaded(row))


def _check_loaded(row: Any) -> None:
    values = row.__dict__
    if "id" in values:
        for name, context in _encrypted(type(row)).items():
            try:
                check_row(values.get(name), values["id"], context)
            except Misconfigured:
                if not is_marking():
                    raise
                set_committed_value(row, name, UNREADABLE)


def check_row(value: Any, row_id: str, context: str) -> None:
    """Refuse a value that was written for another row: somebody exchanged them in the database."""
    if is_of_another_row(value, row_id):
        raise unreadable(context)


def is_of_another_row(value: Any, row_id: str) -> bool:
    """Was a value written for another row than the one it is in?"""
    return type(value) is RowText and value.row_id != row_id


def listed(session: Session, query: Select[R]) -> list[R]:
    """The rows of a list, in which one that cannot be read is marked and never hides the others."""
    with marking_unreadable():
        return list(session.scalars(query))


def one_value(session: Session, statement: Executable, asked: Mapping[str, Any]) -> Any:
    """The first value of the first row, or None: without what a session does to make objects of rows."""
    session.flush()
    return session.connection().scalar(statement, asked)


@event.listens_for(Session, "before_flush")
def _bind_to_rows(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        for name in _encrypted(type(row)):
            row.id = row.id or new_id()
            value = row.__dict__.get(name)
            if isinstance(value, Unreadable):
                if name in inspect(row).unmodified:
                    continue
                raise unreadable(_encrypted(type(row))[name])
            if value is not None and getattr(value, "row_id", None) != row.id:
                setattr(row, name, RowText(value, row.id))


# --- engine and sessions ---------------------------------------------------------------------------------------------


def database_url() -> str:
    """`PARCOURS_DATABASE_URL`, else the SQLite file of the data directory."""
    return os.environ.get("PARCOURS_DATABASE_URL") or f"sqlite:///{data_directory() / 'parcours.db'}"


def create_engine_from_url(
    url: str | None = None, *, echo: bool = False, kept: bool = True, patience: Patience | None = None
) -> Engine:
    """An engine for SQLite or PostgreSQL; with `patience`, one that does not wait for ever.

    Its connections are kept for the next use, unless `kept` is false: such an engine needs no closing.

    Statements never show their parameters, in logs or in errors (`hide_parameters`): they are personal data.
    """
    target = _normalised(url or database_url())
    if target.get_backend_name() == "sqlite":
        return _sqlite_engine(target, echo, patience, kept=kept)
    pool: dict[str, Any] = {"pool_size": POOL_SIZE, "pool_pre_ping": True} if kept else {"poolclass": NullPool}
    engine = create_engine(target, echo=echo, hide_parameters=True, **pool)
    if patience is not None:
        bound(engine, patience)
    if kept:
        ask_seldom(engine)
    event.listen(engine, "connect", _ids_as_text)
    event.listen(engine, "handle_error", _hide_rows)
    return engine


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that may write (`BEGIN IMMEDIATE` on SQLite)."""
    return sessionmaker(engine.execution_options(parcours_write=True), expire_on_commit=False)


def read_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read, each from one snapshot; they neither wait for a writer nor make one wait."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return sessionmaker(engine, expire_on_commit=False)


@dataclass(frozen=True)
class Database:
    """An engine and its two kinds of session."""

    engine: Engine

    @cached_property
    def _writers(self) -> sessionmaker[Session]:
        return session_factory(self.engine)

    @cached_property
    def _readers(self) -> sessionmaker[Session]:
        return read_session_factory(self.engine)

    @classmethod
    def open(cls, url: str | None = None, patience: Patience | None = None) -> Database:
        return cls(create_engine_from_url(url, patience=patience))

    @property
    def writes_in_turn(self) -> bool:
        """Does one writer wait for another from its beginning? SQLite's do."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls everything back on any error."""
        with self._writers.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; nothing it does is kept."""
        with self._readers() as session:
            yield session
            if self.engine.dialect.name == "postgresql":
                session.expunge_all()
                session.commit()  # of a read-only transaction: a rollback makes the driver forget prepared statements

    @contextmanager
    def as_one(self) -> Iterator[Database]:
        """A database whose units are all kept together at the end, or none of them on any error."""
        with self.writing() as whole:
            yield _OneTransaction(self.engine, whole)

    def close(self) -> None:
        """Close every connection: those in use when they are given back, not when the collector finds them."""
        event.listen(self.engine.pool, "checkin", lambda _connection, record: record.invalidate())
        self.engine.dispose()


@dataclass(frozen=True)
class _OneTransaction(Database):
    """A database inside a transaction: each unit is a savepoint of it."""

    whole: Session

    @cached_property
    def _writers(self) -> sessionmaker[Session]:
        return sessionmaker(
            self.whole.connection(),
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            info={_WHOLE: self.whole},
        )

    @cached_property
    def _readers(self) -> sessionmaker[Session]:
        return self._writers


def whole_of(session: Session) -> Session | None:
    """The session whose commit alone keeps what this one commits; None: its own does."""
    whole: Session | None = session.info.get(_WHOLE)
    return whole


def _normalised(url: str) -> URL:
    """`postgresql://` and `postgres://` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _ids_as_text(connection: DBAPIConnection, _record: object) -> None:
    from parcours.registry.store.driver import ids_as_text

    ids_as_text(connection)


def _hide_rows(context: ExceptionContext) -> None:
    """PostgreSQL quotes the failing row in the detail of an error: keep the first line only, it holds no value."""
    original = context.original_exception
    primary = str(original).partition("\n")[0]
    original.args = (primary, *original.args[1:])
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(original).__name__}) {primary}",)


def _sqlite_engine(url: URL, echo: bool, patience: Patience | None, *, kept: bool) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database).resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent == data_directory().resolve():
            close_folder(path.parent)
        if not path.exists():
            path.touch(mode=0o600)
    engine = create_engine(
        url,
        echo=echo,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        **({"pool_size": POOL_SIZE} if kept else {"poolclass": NullPool}),
    )
    wait_ms = BUSY_TIMEOUT_MS if patience is None else round(patience.lock_seconds * 1000)
    event.listen(engine, "connect", lambda connection, _record: _configure_sqlite(connection, wait_ms))
    event.listen(engine, "begin", lambda connection: _begin_sqlite(connection, wait_ms))
    return engine


def _configure_sqlite(connection: DBAPIConnection, wait_ms: int) -> None:
    # The driver's own transaction handling is switched off: `_begin_sqlite` says BEGIN itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={wait_ms}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",  # an acknowledged write survives a power cut, not only a crash of the process
        "temp_store=MEMORY",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection, wait_ms: int) -> None:
    driver: Any = connection.connection.driver_connection
    if not connection.get_execution_options().get("parcours_write", False):
        driver.execute("BEGIN")
        return
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _has_turn(driver, wait_ms):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={wait_ms}")


def _has_turn(driver: Any, wait_ms: int) -> bool:
    """Begin to write as soon as nobody else does; false: it was not to be, or not in time.

    SQLite itself asks after longer and longer waits, up to 100 ms: who has just written would write again before.
    """
    until = monotonic() + wait_ms / 1000
    while monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False  # told as any error of the database, by who asks once more
            sleep(ASK_AGAIN_SECONDS)
        else:
            return True
    return False
