"""Professionals whom two files of the country in a row no longer name: their departure is proposed, never assumed.

Where nobody declared them it is done; else their patients' funds confirm, since the year of grace depends on the day.
"""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.declarations.departures import Leaving, announce
from parcours.registry.directory.importing.latest import snapshot_day
from parcours.registry.directory.models import Offer, Professional
from parcours.registry.errors import Conflict, Invalid

MOST = 1000
"""Looked at in one run."""


def gone_twice(session: Session) -> list[tuple[Professional, date]]:
    """Who has been in no file since one before the last, and the first day without them."""
    last = snapshot_day(session)
    if last is None:
        return []
    left = (
        select(Offer.professional_id.label("who"), func.max(Offer.ends_on).label("on"))
        .group_by(Offer.professional_id)
        .having(func.count() == func.count(Offer.ends_on), func.max(Offer.ends_on) < last, func.count(Offer.digest) > 0)
        .subquery()
    )
    rows = session.execute(
        select(Professional, left.c.on)
        .join(left, left.c.who == Professional.id)
        .where(Professional.ceased_on.is_(None))
        .order_by(Professional.rpps)
        .limit(MOST)
    )
    return [(row, on) for row, on in rows]


def propose_gone(session: Session) -> tuple[int, int]:
    """Announce each of them as retired that day: how many it ended at once, how many wait for a fund."""
    done = proposed = 0
    for professional, on in gone_twice(session):
        try:
            waiting = announce(session, Leaving(professional.id, "retired", on), by=None)
        except (Conflict, Invalid):  # proposed already, or too long ago to be decided by a program
            continue
        done, proposed = done + (not waiting), proposed + bool(waiting)
    return done, proposed
