"""Many new rows of one table at once: `COPY` on PostgreSQL, one statement for all on SQLite.

    insert_all(session, [Decision(id=new_id(), …), …])

The rows are written as a session would write them, with their encrypted values bound to them; they are not kept in the
session, and triggers and constraints hold for each.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Dialect, Table, Uuid, insert, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from parcours.registry.store.columns import EncryptedText, RowText
from parcours.registry.store.db import Base

Bind = Callable[[Any], Any]
FEW = 20
"""Rows that one statement writes as quickly."""


def insert_all(session: Session, rows: Sequence[Base]) -> None:
    """Insert new rows of one class, whose ids are given."""
    if not rows:
        return
    model = type(rows[0])
    names, columns, encrypted = shape(model)
    for row in rows:
        for name in encrypted:
            if (value := getattr(row, name)) is not None:
                setattr(row, name, RowText(value, row.id))
    insert_values(session, model, columns, list(map(attrgetter(*names), rows)))


def insert_values(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of a class as values of some columns, none of them encrypted unless bound to its row."""
    if not rows:
        return
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101 - every class of the registry is a table
    if len(rows) > FEW and session.get_bind().dialect.name == "postgresql":
        copy(session, table, columns, rows)
    else:
        session.connection().execute(insert(table), [dict(zip(columns, one, strict=True)) for one in rows])


@cache
def shape(model: type[Base]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The attributes of a class, the columns that they are, and which of the attributes are encrypted."""
    attributes = [(one.key, one.columns[0]) for one in inspect(model).column_attrs]
    encrypted = tuple(key for key, column in attributes if isinstance(column.type, EncryptedText))
    return tuple(key for key, _ in attributes), tuple(column.key for _, column in attributes), encrypted


def copy(session: Session, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by PostgreSQL's `COPY`; what it refuses is told without the values of the row."""
    connection = session.connection()
    dialect = connection.dialect
    binds = [binder(table, name, dialect) for name in columns]
    listed = ", ".join(f'"{name}"' for name in columns)
    statement = f'COPY "{table.name}" ({listed}) FROM STDIN'
    driver: Any = connection.connection.driver_connection
    errors: Any = dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as stream:
            for row in rows:
                values = zip(binds, row, strict=True)
                stream.write_row([value if bind is None else bind(value) for bind, value in values])
    except errors as error:
        error.args = (str(error).partition("\n")[0], *error.args[1:])
        raise DBAPIError.instance(statement, None, error, errors, dialect=dialect) from None


def binder(table: Table, name: str, dialect: Dialect) -> Bind | None:
    """How a value of a column is written; None: as it is."""
    kind = table.c[name].type
    if isinstance(kind, Uuid):
        return None
    processor: Bind | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor
