"""Group practices, houses and health centres around a place: any doctor there may be declared, so ask the desk."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.directory.geometry import box, distance_km
from parcours.registry.directory.models import SHARED, Commune, Offer, Organisation
from parcours.registry.directory.where import Where

AROUND_KM = 30
MOST = 5


@dataclass(frozen=True)
class Group:
    """A place where several doctors work, and about how far its commune is."""

    organisation: Organisation
    commune: Commune
    km: int


def groups_near(session: Session, where: Where, on: date, most: int = MOST) -> list[Group]:
    """The nearest ones with a general practitioner who may be shown; ties by id."""
    square = box(where.here, AROUND_KM)
    practised = select(Offer.organisation_id).where(
        Offer.trade.in_(sorted(thresholds.general_practice())), Offer.hidden.is_(False),
        Offer.latitude_e5.between(square["south"], square["north"]),
        Offer.longitude_e5.between(square["west"], square["east"]),
        or_(Offer.ends_on.is_(None), Offer.ends_on > on),
    )  # fmt: skip
    rows = session.execute(
        select(Organisation, Commune)
        .join(Commune, Commune.code == Organisation.commune_code)
        .where(Organisation.kind.in_(sorted(SHARED)), Organisation.id.in_(practised))
    )
    near = []
    for place, commune in rows:
        at = (place.latitude_e5 or commune.latitude_e5 or 0, place.longitude_e5 or commune.longitude_e5 or 0)
        near.append((distance_km(where.here, at), place.id, place, commune))
    near.sort(key=lambda one: one[:2])
    return [Group(place, commune, max(1, round(km))) for km, _, place, commune in near[:most]]
