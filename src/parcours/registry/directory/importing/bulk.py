"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from parcours.registry.store.db import Base


def insert_many(session: Session, model: type[Base], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, their values in the order of `names`."""
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    connection = session.connection()
    dialect = connection.dialect
    found = [(at, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for at, name in enumerate(names)]
    made = [list(row) for row in rows]
    for at, process in found:
        if process is not None:
            written: dict[Any, Any] = {None: None}
            for one in made:
                value = one[at]
                if value not in written:
                    written[value] = process(value)
                one[at] = written[value]
    driver: Any = connection.connection.driver_connection
    if dialect.name == "postgresql":
        columns = ", ".join(f'"{name}"' for name in names)
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for one in made:
                copy.write_row(one)
        return
    marks = ", ".join("?" for _ in names)
    driver.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", made)  # noqa: S608 - names of ours


def count_anew(session: Session, *models: type[Base]) -> None:
    """Tell PostgreSQL how many rows there are now: until its own rounds do, it would plan a search for empty tables."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {', '.join(model.__tablename__ for model in models)}"))
