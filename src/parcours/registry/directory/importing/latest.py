"""How old what the directory shows is."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.directory.models import Import

STALE_DAYS = 31
"""After so many days the pages say that the file is old."""


def snapshot_day(session: Session, source: str = "rpps") -> date | None:
    """The day of the newest file of a source; None where none was imported."""
    return session.scalar(select(func.max(Import.snapshot_on)).where(Import.source == source))
