"""Communes, deficit zones and funds: where people live and care is given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from parcours.registry.directory import problems
from parcours.registry.directory.models import Commune, DeficitZone, Fund
from parcours.registry.store.periods import KNOWN_AT, ON, asked, holding


def require_commune(session: Session, code: str) -> Commune:
    """A commune by INSEE code, or an error that says what is expected."""
    commune = session.scalar(select(Commune).where(Commune.code == code))
    if commune is None:
        raise problems.unknown_commune(code)
    return commune


def require_fund(session: Session, code: str) -> Fund:
    """A fund by its code, or an error that says what is expected."""
    fund = session.scalar(select(Fund).where(Fund.code == code))
    if fund is None:
        raise problems.unknown_fund(code[:20])
    return fund


_DEFICIT_ZONE_ON = (
    select(DeficitZone)
    .where(DeficitZone.commune_code == bindparam("commune_code"), holding(DeficitZone, ON, KNOWN_AT))
    .limit(1)
)


def deficit_zone_on(
    session: Session, commune_code: str, on: date, known_at: datetime | None = None
) -> DeficitZone | None:
    """The zoning record of a commune on a day, when it is a deficit zone."""
    return session.scalar(_DEFICIT_ZONE_ON, asked(on, known_at, commune_code=commune_code))
