"""How many general practitioners there are around a place, for its inhabitants; and how the place is classed.

Our own count, an *indice d'offre*: not the APL, which weighs activity, travel and age.
"""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from parcours.law import thresholds
from parcours.registry.directory.geometry import box
from parcours.registry.directory.models import Commune, DeficitZone, Offer
from parcours.registry.directory.where import Where
from parcours.registry.store.periods import holding

AROUND_KM = 15
"""Half a side of the square that is counted."""


def density(session: Session, where: Where, on: date) -> float | None:
    """General practitioners for ten thousand inhabitants of the square around a place; None where nobody is known."""
    square = box(where.here, AROUND_KM)
    inside = [
        (
            model.latitude_e5.between(square["south"], square["north"]),
            model.longitude_e5.between(square["west"], square["east"]),
        )
        for model in (Commune, Offer)
    ]
    part = aliased(Commune)
    whole = select(part.id).where(part.mother_code == Commune.code).exists()
    people = session.scalar(select(func.sum(Commune.population)).where(*inside[0], ~whole))
    doctors = session.scalar(
        select(func.count(Offer.professional_id.distinct()))
        .where(Offer.trade.in_(sorted(thresholds.general_practice())), *inside[1], Offer.hidden.is_(False))
        .where(or_(Offer.ends_on.is_(None), Offer.ends_on > on))
    )
    return round(10_000 * (doctors or 0) / people, 1) if people and doctors else None


def zones_of(session: Session, where: Where, on: date) -> list[tuple[str, str | None]]:
    """How the communes are classed today: the kind of zone and the decision."""
    codes = [one.code for one in where.communes]
    rows = session.scalars(
        select(DeficitZone)
        .where(DeficitZone.commune_code.in_(codes), holding(DeficitZone, on))
        .order_by(DeficitZone.id)
    )
    return list(dict.fromkeys((one.kind.value, one.decision) for one in rows))
