"""Everything the registry holds about one person, for that person, in a form a program can read (GDPR, art. 15 and 20).

What is erased when somebody closes their access, and why the rest is kept, is said in `KEPT`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Table, or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.store.columns import UNREADABLE, EncryptedText, RowText, marking_unreadable
from parcours.registry.store.db import is_of_another_row
from parcours.text import Text

KEPT = Text(
    "Votre accès est fermé : identifiant, mot de passe et liens de connexion sont effacés. Les données de votre "
    "dossier d'assurance maladie et la trace des accès sont conservées : leur traitement répond à une obligation "
    "légale et à une mission d'intérêt public (RGPD, art. 17, § 3, b).",
    "Your access is closed: login, password and links to identity providers are erased. The data of your health "
    "insurance record and the trace of who looked are kept: processing them is a legal obligation and a task in the "
    "public interest (GDPR, art. 17(3)(b)).",
)
"""What closing one's access erases, what it does not, and the article that says why."""


def rows_about(
    session: Session, person_id: str, contexts: Iterable[Context], metadata: MetaData
) -> dict[str, list[dict[str, Any]]]:
    """Every row about a person, by table, with all its history; and what contexts show of their shared tables.

    Keyed indexes are left out. A personal table that hangs on another comes after it, as foreign keys do.
    """
    contexts = tuple(contexts)
    tables = [(model.__tablename__, held) for one in contexts for model, held in one.tables.items()]
    personal = {name: held for name, held in tables if isinstance(held, Personal)}
    hidden = {(index.table, index.column) for one in contexts for index in one.keyed}
    hidden |= {(name, column) for name, held in personal.items() for column in held.hides}
    found: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if table.name in personal:
            where = _about(table, personal[table.name], person_id, found)
            with marking_unreadable():
                rows = session.execute(select(table).where(where).order_by(table.c.id)).mappings().all()
            found[table.name] = [_plain(table, row, hidden) for row in rows]
    for one in contexts:
        found |= one.export(session, person_id) if one.export else {}
    return found


def without(content: dict[str, Any], records: frozenset[str]) -> dict[str, Any]:
    """A copy without some records, what hangs on them and what the trail says of them."""
    return {
        name: [row for row in rows if not _names_one(row, records)] if isinstance(rows, list) else rows
        for name, rows in content.items()
    }


def _names_one(row: Mapping[str, Any], records: frozenset[str]) -> bool:
    return any(isinstance(value, str) and value in records for value in row.values())


def _about(
    table: Table, held: Personal, person_id: str, found: Mapping[str, list[dict[str, Any]]]
) -> ColumnElement[bool]:
    """Which rows of a table are the person's: those that name the person, or hang on one that does."""
    if held.through is None:
        return or_(*(table.c[name] == person_id for name in held.by))
    (key,) = table.c[held.through].foreign_keys
    return table.c[held.through].in_([row["id"] for row in found[key.column.table.name]])


def _plain(table: Table, row: Mapping[Any, Any], hidden: set[tuple[str, str]]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if (table.name, name) not in hidden}
    return {name: _value(table, name, value, row["id"]) for name, value in shown.items()}


def _value(table: Table, name: str, value: Any, row_id: str) -> Any:
    """What a column says, in its own kind; marked where it was written for another row."""
    kind = table.c[name].type
    if is_of_another_row(value, row_id):
        return UNREADABLE
    return kind.reads(value) if isinstance(kind, EncryptedText) and type(value) in {str, RowText} else value
