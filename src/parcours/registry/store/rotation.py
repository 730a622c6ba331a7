"""Rewrite what older keys protect under the newest one: encrypted columns and keyed indexes, in small batches; last the
signatures of the audit trail.

Logins at an outside identity provider are kept as a keyed index only: it cannot be made again.  Once the old key is
dropped, whoever uses them is linked anew at the next login, to the same account (`accounts/linking.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import LargeBinary, Table, type_coerce, update
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Session

from parcours.registry.audit.models import AuditHead
from parcours.registry.audit.proof import resign
from parcours.registry.identity.models import NIR_CONTEXT
from parcours.registry.people.service import NAME_CONTEXT, name_key
from parcours.registry.store.columns import EncryptedText, RowText
from parcours.registry.store.db import Database, check_row
from parcours.registry.store.keyring import keyring
from parcours.registry.store.tables import load_models

BATCH = 1000

INDEXES: dict[str, tuple[str, Callable[[dict[str, Any]], tuple[str, str]]]] = {
    "identity_identifiers": ("value_index", lambda row: (row["value"], NIR_CONTEXT)),
    "people_insured": ("name_index", lambda row: (name_key(row["family_name"], row["birth_date"]), NAME_CONTEXT)),
    "accounts": ("login_index", lambda row: (row["login"], "accounts.login")),
}
"""Table → its keyed index, and the text and context the index is made of."""


def rotate_keys(database: Database) -> dict[str, int]:
    """Bring every protected value under the newest key; the number of rows rewritten, by table.

    It may be interrupted and run again; readers find old and new values all along.
    """
    counts = {}
    for table in load_models().sorted_tables:
        columns = [column.name for column in table.columns if isinstance(column.type, EncryptedText)]
        if columns:
            counts[table.name] = _rotate_table(database, table, columns)
    with database.writing() as session:
        counts[AuditHead.__tablename__] = resign(session)
    return counts


def _rotate_table(database: Database, table: Table, columns: list[str]) -> int:
    count, last = 0, None
    while True:
        with database.writing() as session:
            ids = select_rows(table.c.id).order_by(table.c.id).limit(BATCH).with_for_update()
            batch = list(session.scalars(ids if last is None else ids.where(table.c.id > last)))
            count += sum(_rotate_row(session, table, columns, row_id) for row_id in batch)
        if len(batch) < BATCH:
            return count
        last = batch[-1]


def _rotate_row(session: Session, table: Table, columns: list[str], row_id: str) -> bool:
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
    if table.name in INDEXES:
        index, made_of = INDEXES[table.name]
        values[index] = keyring().blind_index(*made_of(row))
    session.execute(update(table).where(table.c.id == row_id).values(values))
    return True
