"""Which installation a database belongs to: its name, and a value that only its own keys give.

A service with the keys of another installation would write what nobody here can read: it is refused at its start,
and every command with it.
"""

import hmac
import uuid

from sqlalchemy import LargeBinary, MetaData, String, insert, inspect, select, type_coerce, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from parcours.registry.errors import Misconfigured
from parcours.registry.store import problems
from parcours.registry.store.columns import EncryptedText
from parcours.registry.store.db import Base
from parcours.registry.store.keyring import keyring

_CHECK = "installation.key_check"


class Installation(Base):
    """One row: the random name of this installation, made with its tables, and its key check value."""

    __tablename__ = "installation"

    key_check: Mapped[str | None] = mapped_column(String(64))


def name_of(connection: Connection | Session) -> str | None:
    """The name of the installation; None where the row is gone."""
    return connection.execute(select(Installation.id)).scalars().first()


def is_sealed(connection: Connection | Session) -> bool:
    """Does the name carry the check value of these keys?"""
    row = connection.execute(select(Installation.id, Installation.key_check)).first()
    return row is not None and row.key_check is not None and _fits(row.id, row.key_check)


def has_keys() -> bool:
    """Has this process any keys?"""
    try:
        keyring()
    except Misconfigured:
        return False
    return True


def require_keys(engine: Engine) -> None:
    """Refuse to work on a database with keys that are not its own.

    A database that has no check value yet (its tables are older) is judged by what is encrypted in it.
    Raises `Misconfigured`.
    """
    keyring()
    with engine.connect() as connection:
        if not inspect(connection).has_table(Installation.__tablename__):
            return
        row = connection.execute(select(Installation.id, Installation.key_check)).first()
        if row is not None and row.key_check is not None:
            if not _fits(row.id, row.key_check):
                raise problems.other_keys()
        elif not _reads_what_is_there(connection, Base.metadata):
            raise problems.other_keys()


def seal(engine: Engine) -> None:
    """Write the check value of the present keys where there is none; the keys must read what is there.

    Raises `Misconfigured`: the keys of another installation.
    """
    require_keys(engine)
    with engine.begin() as connection:
        row = connection.execute(select(Installation.id, Installation.key_check)).first()
        if row is None:
            name = str(uuid.uuid4())
            connection.execute(insert(Installation).values(id=name, key_check=_check(name)))
        elif row.key_check is None:
            connection.execute(update(Installation).values(key_check=_check(row.id)))


def resign(session: Session) -> int:
    """The check value under the newest key; 1 when it was another's."""
    row = session.scalars(select(Installation)).first()
    if row is None or row.key_check is None or not _fits(row.id, row.key_check) or row.key_check == _check(row.id):
        return 0
    row.key_check = _check(row.id)
    return 1


def _check(name: str) -> str:
    return keyring().blind_index(name, _CHECK)


def _fits(name: str, check: str) -> bool:
    return any(hmac.compare_digest(one, check) for one in keyring().blind_indexes(name, _CHECK))


def _reads_what_is_there(connection: Connection, tables: MetaData) -> bool:
    """Do the keys open a value of the database? True too where nothing is encrypted yet."""
    for table in tables.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedText):
                some = select(type_coerce(column, LargeBinary())).where(column.is_not(None)).limit(5)
                found: list[object] = list(connection.execute(some).scalars())  # in older tables, words in clear
                blobs = [bytes(one) for one in found if isinstance(one, bytes | memoryview)]
                if blobs:
                    return any(_opens(blob, column.type.context) for blob in blobs)
    return True


def _opens(blob: bytes, context: str) -> bool:
    try:
        keyring().open(blob, context)
    except Misconfigured:
        return False
    return True
