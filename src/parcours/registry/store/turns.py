"""Writers who would do the same thing at once take turns."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def take_turn(session: Session, name: str) -> None:
    """Until this session commits, nobody else goes on under this name: SQLite has one writer, PostgreSQL a lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN, {"name": name})
