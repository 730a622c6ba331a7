"""What a person has borne so far in a civil year, from the decisions that stand.

Contributions of a day are counted with one professional (CSS D160-8), deductibles of a day for the person, whoever
acts: those of carriers apart from the others (L160-13 III).
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from parcours.law.codes import Profession
from parcours.registry.claims.models import Decision
from parcours.registry.directory.models import Professional
from parcours.rules.types import Counters

CARRIER, PHARMACY = Profession.TRANSPORTEUR.name.lower(), Profession.PHARMACIE.name.lower()
"""Trips have a daily cap of their own, boxes none."""


def counters_before(session: Session, insured_id: str, professional_id: str, care: date, year: int) -> Counters:
    """The counters that the next act finds: the caps of the year of the refund, those of the day of the care."""
    of_year = Decision.year == year
    of_day = (Decision.care_date == care) & (Decision.professional_id == professional_id)
    carrier = session.get_one(Professional, professional_id).profession == CARRIER
    cap = Professional.profession == CARRIER if carrier else Professional.profession.not_in((CARRIER, PHARMACY))
    of_cap = (Decision.care_date == care) & cap
    of_care = (Decision.care_date >= date(care.year, 1, 1)) & (Decision.care_date <= date(care.year, 12, 31))
    query = select(
        total(Decision.pf, of_year),
        total(Decision.pf_number, of_year),
        total(Decision.pf_number, of_day),
        total(Decision.fr, of_year),
        total(Decision.fr, of_cap),
        total(Decision.sessions, of_care),
    )
    query = query.join(Professional, Professional.id == Decision.professional_id)
    query = query.where(Decision.insured_id == insured_id, Decision.current.is_(True))
    return Counters(*(int(one or 0) for one in session.execute(query).one()))


def total(column: Any, where: ColumnElement[bool]) -> ColumnElement[int]:
    """The sum of a column over some of the rows."""
    return func.sum(column).filter(where)


def borne(session: Session, insured_id: str) -> dict[int, tuple[int, int]]:
    """Year → contributions and deductibles taken, in cents."""
    return borne_by(session, (insured_id,)).get(insured_id, {})


def borne_by(session: Session, people: Collection[str]) -> dict[str, dict[int, tuple[int, int]]]:
    """Person → year → contributions and deductibles taken, in cents."""
    query = (
        select(Decision.insured_id, Decision.year, func.sum(Decision.pf), func.sum(Decision.fr))
        .where(Decision.insured_id.in_(people), Decision.current.is_(True))
        .group_by(Decision.insured_id, Decision.year)
        .order_by(Decision.year)
    )
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for person, year, participations, franchises in session.execute(query):
        found.setdefault(person, {})[year] = (int(participations), int(franchises))
    return found
