"""Many new rows of one table at once: `COPY` on PostgreSQL, one prepared statement on SQLite.

    insert_all(session, [Decision(id=new_id(), …), …])
    insert_values(session, Offer, ("id", "code", …), [(new_id(), "G", …), …])

The rows are written as a session would write them, with their encrypted values bound to them; they are not kept in the
session, and triggers and constraints hold for each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    Uuid,
    cast,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session, make_transient_to_detached

from parcours.registry.store.columns import EncryptedText, PublicId, RowText
from parcours.registry.store.db import Base, Database

Row = TypeVar("Row", bound=Base)
Bind = Callable[[Any], Any]
FEW = 20
"""Rows that one statement writes as quickly."""


def unwatched(model: type[Row], **values: Any) -> Row:
    """A new row for `insert_all`, with a value for each column, which no session can hold: its fields are only read."""
    row = model.__new__(model)
    row.__dict__.update(values)
    return row


def insert_all(session: Session, rows: Sequence[Base]) -> None:
    """Insert new rows of one class, whose ids are given."""
    if not rows:
        return
    model = type(rows[0])
    names, columns, encrypted = shape(model)
    for row in rows:
        for name in encrypted:
            if (value := getattr(row, name)) is not None:
                row.__dict__[name] = RowText(value, row.id)
    insert_values(session, model, columns, [[*map(row.__dict__.get, names)] for row in rows])


def insert_values(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of a class as values of some columns, none of them encrypted unless bound to its row."""
    if not rows:
        return
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101 - every class of the registry is a table
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table.name} ({listed(columns)}) VALUES ({marks})"  # noqa: S608 - names of ours
        with told(connection, statement) as driver:
            driver.executemany(statement, written(table, columns, rows, connection.dialect))
    elif len(rows) > FEW:
        kinds = kinds_of(table, columns, connection.dialect)
        statement = f"COPY {table.name} ({listed(columns)}) FROM STDIN{' (FORMAT BINARY)' if kinds else ''}"
        with told(connection, statement) as driver, driver.cursor() as cursor, cursor.copy(statement) as stream:
            if kinds:
                stream.set_types(kinds)
            for row in written(table, columns, rows, connection.dialect):
                stream.write_row(row)
    else:
        connection.execute(insert(table), [dict(zip(columns, one, strict=True)) for one in rows])


def insert_unless_known(session: Session, row: Base, column: str) -> bool:
    """Insert a new row, of which every column is given, and keep it in the session; False: one of this value is there.

    Without a savepoint: who inserts the same value meanwhile is waited for, then found.
    """
    names, columns, encrypted = shape(type(row))
    for name in encrypted:
        setattr(row, name, RowText(getattr(row, name), row.id))
    for name in names:
        row.__dict__.setdefault(name, None)
    values = dict(zip(columns, map(row.__dict__.get, names), strict=True))
    statement = _unless_known(type(row), column, session.get_bind().dialect.name)
    if session.execute(statement, values).first() is None:
        return False
    make_transient_to_detached(row)
    session.add(row)
    return True


@cache
def _unless_known(model: type[Base], column: str, dialect: str) -> Any:
    table = Base.metadata.tables[model.__tablename__]
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing(index_elements=[column]).returning(table.c.id)


def among(session: Session, column: InstrumentedAttribute[str], ids: Iterable[str]) -> ColumnElement[bool]:
    """Is a public id among many? One value on PostgreSQL: of thousands, it and its driver read the text slowly."""
    if session.connection().dialect.name == "sqlite":
        return column.in_(list(ids))
    return column.in_(select(func.unnest(cast(literal(f"{{{','.join(ids)}}}", Text()), ARRAY(PublicId)))))


def listed(columns: Sequence[str]) -> str:
    """Names of columns in a statement."""
    return ", ".join(f'"{name}"' for name in columns)


@cache
def shape(model: type[Base]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The attributes of a class, the columns that they are, and which of the attributes are encrypted."""
    attributes = [(one.key, one.columns[0]) for one in inspect(model).column_attrs]
    encrypted = tuple(key for key, column in attributes if isinstance(column.type, EncryptedText))
    return tuple(key for key, _ in attributes), tuple(column.key for _, column in attributes), encrypted


@contextmanager
def told(connection: Connection, statement: str) -> Iterator[Any]:
    """The connection of the driver; what the database refuses is told as any error of it, without values of the row."""
    errors: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield connection.connection.driver_connection
    except errors as error:
        error.args = (str(error).partition("\n")[0], *error.args[1:])
        raise DBAPIError.instance(statement, None, error, errors, dialect=connection.dialect) from None


def written(table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], dialect: Dialect) -> list[list[Any]]:
    """Rows as the driver takes them, column by column: a value that comes again is not made again."""
    made = [list(row) for row in rows]
    for place, name in enumerate(columns):
        bind = binder(table, name, dialect)
        if bind is None:
            continue
        if not isinstance(table.c[name].type, EncryptedText):
            bind = once(bind)
        for row in made:
            row[place] = bind(row[place])
    return made


def once(bind: Bind) -> Bind:
    """The same, each value made once."""
    known: dict[Any, Any] = {None: None}

    def bound(value: Any) -> Any:
        if value not in known:
            known[value] = bind(value)
        return known[value]

    return bound


def binder(table: Table, name: str, dialect: Dialect) -> Bind | None:
    """How a value of a column is written; None: as it is."""
    kind = table.c[name].type
    if isinstance(kind, Uuid) and dialect.name == "postgresql":
        return None
    if isinstance(kind, EncryptedText) and dialect.name == "postgresql":
        return partial(kind.process_bind_param, dialect=dialect)
    processor: Bind | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor


def kinds_of(table: Table, columns: Sequence[str], dialect: Dialect) -> list[str]:
    """The types of columns of PostgreSQL, some of which are bytes: these go as they are. None of them: all as text."""
    kinds = [table.c[name].type for name in columns]
    if not any(isinstance(kind, EncryptedText) for kind in kinds):
        return []
    return [kind.compile(dialect).lower().partition("(")[0] for kind in kinds]


MUCH_KIB = 262_144
"""Cache of SQLite for a long transaction: what does not hold in it is written more than once."""


@contextmanager
def much_cache(session: Session) -> Iterator[None]:
    """Room for the pages that many rows change. PostgreSQL has its own."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{MUCH_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def tidy(database: Database, *models: type[Base]) -> None:
    """Have PostgreSQL count the rows of some tables and note which are final, after many were written.

    Until its own rounds do, it plans for empty tables and looks at each row again to know that it was kept. SQLite
    needs neither.
    """
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM (ANALYZE) {', '.join(model.__tablename__ for model in models)}"))
