"""Doctors near a commune who are not known to refuse patients, and do not oppose being shown."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, bindparam, or_, select, type_coerce
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.directory.geometry import box, distance_km
from parcours.registry.directory.models import Commune, Organisation, Practice, PracticeMode, Professional
from parcours.registry.directory.oppositions import opposed
from parcours.registry.directory.places import position_of, require_commune
from parcours.registry.store.periods import KNOWN_AT, ON, asked, holding

COMMUNES_AT_FIRST = 6
"""Communes in the first ring asked about: near ones are enough most of the time; each next ring has twice as many."""


@dataclass(frozen=True)
class NearbyDoctor:
    """A doctor who takes patients or never said, and how far from the person's commune (centre to centre)."""

    professional: Professional
    organisation: Organisation
    commune: Commune
    distance_km: float


def doctors_near(
    session: Session,
    commune_code: str,
    *,
    on: date,
    radius_km: float = 30,
    specialties: Collection[int] | None = None,
    limit: int = 20,
) -> list[NearbyDoctor]:
    """Doctors near a commune not known to refuse patients, nearest first (ties by id): GPs unless said."""
    centre = require_commune(session, commune_code)
    wanted = tuple(specialties or thresholds.general_practice())
    found: list[tuple[float, str, str]] = []
    for ring in _rings(_communes_within(session, centre, radius_km)):
        if len(found) >= limit and ring[0][0] > found[limit - 1][0]:
            break
        found = sorted(found + _taking_patients(session, ring, on, wanted))
    return _nearby(session, found[:limit])


_TAKING_PATIENTS = (
    select(Organisation.commune_code, Professional.id, Practice.id, Professional.rpps)
    .join(Practice, Practice.professional_id == Professional.id)
    .join(Organisation, Organisation.id == Practice.organisation_id)
    .where(Organisation.commune_code.in_(bindparam("communes", expanding=True)))
    .where(
        holding(Practice, ON, KNOWN_AT),
        Practice.accepts_new_patients.is_not(False),
        Practice.mode != PracticeMode.REMPLACANT,
    )
    .where(Professional.profession == "medecin", Professional.specialty.in_(bindparam("specialties", expanding=True)))
    .where(or_(Professional.ceased_on.is_(None), Professional.ceased_on > ON))
)


def _taking_patients(
    session: Session, ring: list[tuple[float, str]], on: date, specialties: tuple[int, ...]
) -> list[tuple[float, str, str]]:
    """Distance, doctor and practice of those not known to refuse, of these specialties, at a place of their own."""
    km = {code: distance for distance, code in ring}
    rows = session.execute(_TAKING_PATIENTS, asked(on, None, communes=list(km), specialties=specialties)).all()
    hidden = opposed(session, [row.rpps for row in rows])
    return [(km[row.commune_code], row[1], row[2]) for row in rows if row.rpps not in hidden]


_NEARBY = (
    select(Practice.id, Professional, Organisation, Commune)
    .join(Professional, Professional.id == Practice.professional_id)
    .join(Organisation, Organisation.id == Practice.organisation_id)
    .join(Commune, Commune.code == Organisation.commune_code)
    .where(Practice.id.in_(bindparam("practices", expanding=True)))
)


def _nearby(session: Session, found: list[tuple[float, str, str]]) -> list[NearbyDoctor]:
    """The records of what was found, in the same order."""
    rows = session.execute(_NEARBY, {"practices": [practice_id for _, _, practice_id in found]})
    records = {row[0]: row[1:] for row in rows}
    return [NearbyDoctor(*records[practice_id], km) for km, _, practice_id in found]


_COMMUNES_IN_BOX = select(
    Commune.code, type_coerce(Commune.latitude_e5, Integer), type_coerce(Commune.longitude_e5, Integer)
).where(
    Commune.latitude_e5.between(bindparam("south", type_=Integer()), bindparam("north", type_=Integer())),
    Commune.longitude_e5.between(bindparam("west", type_=Integer()), bindparam("east", type_=Integer())),
)


def _communes_within(session: Session, centre: Commune, radius_km: float) -> list[tuple[float, str]]:
    """Distance and code of the communes around a commune, nearest first."""
    here = position_of(centre)
    communes = session.execute(_COMMUNES_IN_BOX, box(here, radius_km))
    measured = [(round(distance_km(here, (north, east)), 1), code) for code, north, east in communes]
    return sorted((km, code) for km, code in measured if km <= radius_km)


def _rings(communes: list[tuple[float, str]]) -> Iterator[list[tuple[float, str]]]:
    """Communes, nearest first, in rings of growing size."""
    start, size = 0, COMMUNES_AT_FIRST
    while start < len(communes):
        yield communes[start : start + size]
        start, size = start + size, 2 * size
