"""Optimistic locking, and the pages of a list."""

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from parcours.edge import refusals
from parcours.registry.store.db import Versioned
from parcours.registry.store.ids import parse_id


def check_version(given: str | None, row: Versioned) -> None:
    """The change must be based on the present version. Raises 428 without `If-Match`, 412 for another version."""
    if given is None:
        raise refusals.version_needed()
    if given.strip() not in (row.etag, "*"):
        raise refusals.stale_version()


def changed(session: Session, row: Versioned) -> str:
    """What a record's answer shows beside it (rights, convention, contacts) changes: the ETag of its new version.

    Called before the change, it makes a second change from the same version wait, then fail (412).
    """
    flag_modified(row, "recorded_at")
    session.flush()
    return row.etag


def cursor_id(cursor: str | None) -> str | None:
    """The id a page starts after. Raises 422 for what no answer gave."""
    if cursor is None:
        return None
    identifier = parse_id(cursor)
    if identifier is None:
        raise refusals.bad_cursor()
    return identifier
