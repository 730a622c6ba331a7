"""What is shown of a professional who was found: places, what is known and since when; contacts unless opposed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from parcours.law.codes import Convention
from parcours.registry.directory.claims import CONTACTS, Said, claims_of, last_day, standing
from parcours.registry.directory.geometry import distance_km
from parcours.registry.directory.models import Commune, Offer, OppositionScope, Organisation, Professional
from parcours.registry.directory.oppositions import scopes_of
from parcours.registry.directory.search import BANDS, Found
from parcours.registry.directory.where import Where


@dataclass(frozen=True)
class Place:
    """A place where a professional is found."""

    organisation: Organisation
    commune: Commune
    trades: tuple[int, ...]
    functions: tuple[str, ...]
    position: tuple[int, int] | None
    about: bool
    """Only its commune is known: a distance from it is "about"."""
    km: float | None
    """None: no place was searched from, or it is in the very commune that was searched."""
    said: dict[str, list[Said]]


@dataclass(frozen=True)
class Card:
    """A professional, the place that was found first."""

    professional: Professional
    trades: tuple[int, ...]
    sector: str | None
    """Slug of the convention; None: not known."""
    places: tuple[Place, ...]
    accepts: str
    """`yes`, `no` or `unknown`."""
    accepts_until: date | None
    """The last day on which it counts."""
    why: dict[str, str | int | None] = field(default_factory=dict)
    contact: bool = True
    """False: the professional opposes the display of contacts."""


def cards(session: Session, found: Iterable[Found], where: Where | None, on: date) -> list[Card]:
    """The cards of results, in their order."""
    ranked = list(found)
    by_id = _described(session, [one.professional_id for one in ranked], where, on)
    made = []
    for one in ranked:
        professional, offers, places, hidden = by_id[one.professional_id]
        first = next(offer for offer in offers if offer.id == one.offer_id)
        places.sort(key=lambda place: (place.organisation.id != first.organisation_id, place.km or 0))
        why: dict[str, str | int | None] = {
            "accepts": one.accepts,
            "within_km": None if one.km is None else one.band,
            "sector": None if first.sector is None else Convention(first.sector).name.lower(),
            "draw_of": on.isoformat(),
        }
        made.append(_card(professional, offers, first, places, why, contact=not hidden))
    return made


def card_of(session: Session, professional: Professional, on: date, *, opposed: bool = False) -> Card | None:
    """The card of one professional; None where there is nothing to show, or they oppose it.

    `opposed`: for themselves, and for who declared them, in spite of an opposition.
    """
    described = _described(session, [professional.id], None, on, opposed=opposed)
    if professional.id not in described:
        return None
    _, offers, places, hidden = described[professional.id]
    return _card(professional, offers, offers[0], places, {}, contact=not hidden)


def cards_of(session: Session, professionals: Iterable[Professional], on: date) -> dict[str, Card]:
    """The cards of some professionals by id, asked for at once; without those who oppose being shown."""
    described = _described(session, [one.id for one in professionals], None, on)
    return {
        key: _card(person, offers, offers[0], places, {}, contact=not hidden)
        for key, (person, offers, places, hidden) in described.items()
    }


def _card(
    professional: Professional,
    offers: list[Offer],
    first: Offer,
    places: list[Place],
    why: dict[str, str | int | None],
    *,
    contact: bool,
) -> Card:
    said = next(place.said for place in places if place.organisation.id == first.organisation_id)
    accepts = {None: "unknown", True: "yes", False: "no"}[first.accepts_adults]
    if why:
        accepts = str(why["accepts"])
    until = last_day(said["accepts_adults"][0]) if "accepts_adults" in said else None
    sector = None if first.sector is None else Convention(first.sector).name.lower()
    trades = tuple(dict.fromkeys(one.trade for one in (first, *offers)))
    return Card(professional, trades, sector, tuple(places), accepts, until, why, contact)


Described = tuple[Professional, list[Offer], list[Place], bool]


def _described(
    session: Session, ids: list[str], where: Where | None, on: date, *, opposed: bool = False
) -> dict[str, Described]:
    """Of each professional who may be shown: offers, places without repetition, and whether contacts are hidden."""
    offers: dict[str, list[Offer]] = {}
    places: dict[str, dict[str, tuple[Offer, Organisation, Commune]]] = {}
    rows = session.execute(
        select(Offer, Organisation, Commune)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .join(Commune, Commune.code == Organisation.commune_code)
        .where(Offer.professional_id.in_(ids), Offer.first_seen <= on)
        .where(true() if opposed else Offer.hidden.is_(False))
        .where(or_(Offer.ends_on.is_(None), Offer.ends_on > on))
        .order_by(Offer.first_seen, Offer.id)
    )
    for offer, organisation, commune in rows:
        offers.setdefault(offer.professional_id, []).append(offer)
        places.setdefault(offer.professional_id, {}).setdefault(organisation.id, (offer, organisation, commune))
    people = {one.id: one for one in session.scalars(select(Professional).where(Professional.id.in_(list(offers))))}
    scopes = scopes_of(session, [one.rpps for one in people.values()])
    claims = claims_of(session, offers, on)
    made: dict[str, Described] = {}
    for key, person in people.items():
        hidden = scopes.get(person.rpps) is OppositionScope.CONTACT
        shown = []
        for offer, organisation, commune in places[key].values():
            said = standing(claims[key], organisation.id)
            if hidden:
                said = {name: values for name, values in said.items() if name not in CONTACTS}
            here = [one for one in offers[key] if one.organisation_id == organisation.id]
            shown.append(_place(offer, organisation, commune, here, where, said))
        made[key] = (person, offers[key], shown, hidden)
    return made


def _place(
    offer: Offer, organisation: Organisation, commune: Commune, here: list[Offer], where: Where | None,
    said: dict[str, list[Said]],
) -> Place:  # fmt: skip
    position = None
    if offer.latitude_e5 is not None and offer.longitude_e5 is not None:
        position = (offer.latitude_e5, offer.longitude_e5)
    about = offer.precision.value == "commune" or bool(where and where.approximate)
    functions = tuple(sorted({word for one in here for word in one.functions.split()}))
    trades = tuple(dict.fromkeys(one.trade for one in here))
    same = where is not None and commune.code in {one.code for one in where.communes}
    km = None if where is None or position is None else shown_km(distance_km(where.here, position), about=about)
    return Place(organisation, commune, trades, functions, position, about, None if same and about else km, said)


def shown_km(km: float, *, about: bool) -> float:
    """A distance as it is printed: to 0.1 km, or "about" so many whole kilometres, never a false zero."""
    if about:
        return float(max(1, round(km)))
    return round(km, 1)


def band(km: int | None) -> str:
    """A band of distance in words of numbers: 2-5."""
    if km is None:
        return ""
    return f"{BANDS[BANDS.index(km) - 1]}-{km}"
