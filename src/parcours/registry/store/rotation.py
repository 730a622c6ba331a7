"""Rewrite what older keys protect under the newest one: encrypted columns and keyed indexes, in small batches; last the
signatures of the audit trail.

Logins at an outside identity provider are kept as a keyed index only: it cannot be made again.  Once the old key is
dropped, whoever uses them is linked anew at the next login, to the same account (`accounts/linking.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Table, type_coerce, update
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Session

from parcours.registry.store.columns import EncryptedText, RowText
from parcours.registry.store.db import Database, check_row
from parcours.registry.store.keyring import keyring

BATCH = 1000


@dataclass(frozen=True)
class KeyedIndex:
    """A column that finds a row by a value without holding it."""

    table: str
    column: str
    made_of: Callable[[Mapping[str, Any]], tuple[str, str]] | None
    """From a row, the text and the context it is made of; None when the row does not hold them."""


def rotate_keys(
    database: Database,
    tables: MetaData,
    keyed: Iterable[KeyedIndex],
    signed: Mapping[str, Callable[[Session], int]],
) -> dict[str, int]:
    """Bring every protected value under the newest key; the number of rows rewritten, by table.

    `signed`: what a table signs is signed anew, last. It may be interrupted and run again; readers find old and new
    values all along.
    """
    counts, indexes = {}, {one.table: one for one in keyed if one.made_of is not None}
    for table in tables.sorted_tables:
        columns = [column.name for column in table.columns if isinstance(column.type, EncryptedText)]
        if columns:
            counts[table.name] = _rotate_table(database, table, columns, indexes.get(table.name))
    for name, sign in signed.items():
        with database.writing() as session:
            counts[name] = sign(session)
    return counts


def _rotate_table(database: Database, table: Table, columns: list[str], index: KeyedIndex | None) -> int:
    count, last = 0, None
    while True:
        with database.writing() as session:
            ids = select_rows(table.c.id).order_by(table.c.id).limit(BATCH).with_for_update()
            batch = list(session.scalars(ids if last is None else ids.where(table.c.id > last)))
            count += sum(_rotate_row(session, table, columns, index, row_id) for row_id in batch)
        if len(batch) < BATCH:
            return count
        last = batch[-1]


def _rotate_row(session: Session, table: Table, columns: list[str], index: KeyedIndex | None, row_id: str) -> bool:
    raw = [type_coerce(table.c[name], LargeBinary()).label(name) for name in columns]
    stored = session.execute(select_rows(*raw).where(table.c.id == row_id)).mappings().one()
    if all(blob is None or keyring().is_current(bytes(blob)) for blob in stored.values()):
        return False
    row = dict(session.execute(select_rows(table).where(table.c.id == row_id)).mappings().one())
    for name in columns:  # to write it anew would hide that it was exchanged with another row's
        check_row(row[name], row_id, f"{table.name}.{name}")
    values: dict[str, str | None] = {
        name: None if row[name] is None else RowText(row[name], row_id) for name in columns
    }
    if index is not None and index.made_of is not None:
        values[index.column] = keyring().blind_index(*index.made_of(row))
    session.execute(update(table).where(table.c.id == row_id).values(values))
    return True
