"""How a feed of messages, read on from the last id, leaves none out.

An id is made before its message is kept. On PostgreSQL another writer may keep a later one first, and who had read past
it would never see the earlier one. So each writer says from which second on its ids are, until it commits, and a feed
ends before the first of those that are not kept yet. SQLite has one writer at a time, which makes its ids in its turn.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_FEED = 1_936_027_502
"""The first half of our keys among the locks of PostgreSQL; the second is a second."""
_BEGIN = text("SELECT pg_advisory_xact_lock_shared(:feed, floor(extract(epoch FROM clock_timestamp()))::int)")
_END = text("""
    SELECT floor(least(extract(epoch FROM statement_timestamp()), min(objid::bigint)) * 1000)
    FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND classid = :feed AND objsubid = 2 AND datname = current_database()
""")


def begin(session: Session) -> None:
    """Said before ids of messages are made; it makes nobody wait."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_BEGIN, {"feed": _FEED})


def end(session: Session) -> str | None:
    """The id before which all is kept, and seen by what this session reads next; None: all that there is.

    For a session that only reads: its look at the database begins again.
    """
    if session.get_bind().dialect.name != "postgresql":
        return None
    instant = f"{int(session.execute(_END, {'feed': _FEED}).scalar_one()):012x}"
    session.commit()
    return f"{instant[:8]}-{instant[8:]}-0000-0000-000000000000"
