"""The shape of the database: create it, bring it up to date, say whether it is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Enum, MetaData, event, func, select

from parcours.registry.store import installation, problems
from parcours.registry.store.columns import EncryptedText, UtcDateTime
from parcours.registry.store.keyring import keyring

_LOCK = 0x7061726C  # any number that nothing else of the house locks


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision (the newest by default), creating what is missing; who comes second waits."""
    if installation.has_keys():
        installation.require_keys(engine)
    with _alone(engine), _rewriting(engine) as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()
        if revision == "head" and installation.has_keys():
            installation.seal(engine)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision; `base` empties it."""
    with _alone(engine), _rewriting(engine) as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


@contextmanager
def _rewriting(engine: Engine) -> Iterator[Connection]:
    """A connection to change tables with. SQLite makes a table anew to change a column: what names it waits meanwhile,
    and is checked before anything is kept.
    """
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if engine.dialect.name != "sqlite" or driver is None:
            yield connection
            return
        driver.execute("PRAGMA foreign_keys=OFF")
        event.listen(connection, "commit", _check_references)
        try:
            yield connection
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise problems.copy_damaged()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """One process at a time changes the shape of a database; the next one then finds it done."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(select(func.pg_advisory_lock(_LOCK)))
            connection.commit()  # the lock is the connection's, not the transaction's
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(_LOCK)))
        return
    if not engine.url.database or engine.url.database == ":memory:":
        yield
        return
    folder = os.open(Path(engine.url.database).resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def new_revision(engine: Engine, message: str, revision: str) -> None:
    """Write a revision file from the difference between the database and the models (for developers)."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision)


def current_revision(engine: Engine) -> str | None:
    """Revision of the database, None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head_revision() -> str | None:
    """Revision that this version of the code expects."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def require_current(engine: Engine) -> None:
    """Refuse to work on a database of another shape.

    Raises `Misconfigured`: empty, older or newer database.
    """
    given, wanted = current_revision(engine), head_revision()
    if given != wanted:
        raise problems.database_revision(given or problems.empty, wanted=wanted)


def differences(engine: Engine, tables: MetaData) -> list[object]:
    """What the migrations leave different from the tables of the models: nothing, or a migration is missing."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_type})
        return list(compare_metadata(context, tables))


def _same_type(
    _context: object, _inspected: object, _column: object, _inspected_type: object, metadata_type: object
) -> bool | None:
    """False where a type of this house is stored as a plain one; None lets Alembic compare."""
    return False if isinstance(metadata_type, UtcDateTime | EncryptedText | Enum) else None


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", "parcours.registry:migrations")
    config.attributes["connection"] = connection
    config.attributes["keyring"] = keyring
    return config
