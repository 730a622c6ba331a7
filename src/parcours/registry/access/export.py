"""Everything the registry holds about one person, for that person, in a form a program can read (GDPR, art. 15 and 20).

What is erased when somebody closes their access, and why the rest is kept, is said in :data:`KEPT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from parcours.registry.accounts.models import Account, Grant
from parcours.registry.audit.models import AuditEvent
from parcours.registry.people.service import get_insured
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import check_row
from parcours.registry.store.tables import load_models

KEPT: Final = {
    "fr": "Votre accès est fermé : identifiant, mot de passe et liens de connexion sont effacés. Les données de votre "
    "dossier d'assurance maladie et la trace des accès sont conservées : leur traitement répond à une obligation "
    "légale et à une mission d'intérêt public (RGPD, art. 17, § 3, b).",
    "en": "Your access is closed: login, password and links to identity providers are erased. The data of your health "
    "insurance record and the trace of who looked are kept: processing them is a legal obligation and a task in the "
    "public interest (GDPR, art. 17(3)(b)).",
}
"""What closing one's access erases, what it does not, and the article that says why."""

_APART: Final = frozenset({AuditEvent.__tablename__, Grant.__tablename__})
"""Tables that name the person and hold something of others too: chosen columns only."""
_SEEN: Final = ("occurred_at", "tag", "role", "acting_for", "record_kind", "record_id", "why")


def export_person(session: Session, insured_id: str) -> dict[str, Any]:
    """Every row about a person, by table, with all its history; who looked; the logins that open the record.

    Secrets of the accounts and keyed indexes are left out; officers are named by their fund, as everywhere.

    :raises NotFound: nobody has this id.
    """
    insured = get_insured(session, insured_id)
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in load_models().sorted_tables:
        where = _about(table, insured.id, tables)
        if where is not None:
            rows = session.execute(select(table).where(where).order_by(table.c.id)).mappings()
            tables[table.name] = [_plain(table, row) for row in rows]
    return {"exported_at": now_utc(), "person": insured.id, **tables} | _apart(session, insured.id)


def _about(table: Table, insured_id: str, found: Mapping[str, list[dict[str, Any]]]) -> ColumnElement[bool] | None:
    """Which rows of a table are the person's: those that name the person, or hang on one that does."""
    if table.name in _APART or table.name.startswith("account"):
        return None
    if table.name == "people_insured":
        return table.c.id == insured_id
    if table.name == "people_kinships":
        return or_(table.c.child_id == insured_id, table.c.holder_id == insured_id)
    if "insured_id" in table.c:
        return table.c.insured_id == insured_id
    for key in table.foreign_keys:
        if key.column.table.name in found and key.column.table.name != "people_insured":
            return key.parent.in_([row["id"] for row in found[key.column.table.name]])
    return None


def _plain(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    for name, value in row.items():
        check_row(value, row["id"], f"{table.name}.{name}")
    return {name: value for name, value in row.items() if not name.endswith("_index")}


def _apart(session: Session, insured_id: str) -> dict[str, list[dict[str, Any]]]:
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.insured_id == insured_id).order_by(AuditEvent.occurred_at, AuditEvent.id)
    )
    grants = session.scalars(select(Grant).where(Grant.insured_id == insured_id).order_by(Grant.granted_at))
    return {
        "audit_events": [{name: getattr(event, name) for name in _SEEN} for event in events],
        "accounts": [_access(session, grant) for grant in grants],
    }


def _access(session: Session, grant: Grant) -> dict[str, Any]:
    account = session.get_one(Account, grant.account_id)
    return {
        "login": account.login, "display_name": account.display_name, "language": account.language,
        "granted_at": grant.granted_at, "ended_at": grant.ended_at, "disabled_at": account.disabled_at,
    }  # fmt: skip
