"""What a search finds, made from professionals, places and conventions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from zlib import crc32

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from parcours.law.codes import Convention as ConventionCode
from parcours.registry.directory.claims import WAITING, refresh
from parcours.registry.directory.models import (
    Commune,
    Convention,
    NameToken,
    Offer,
    OppositionScope,
    Organisation,
    Practice,
    PracticeMode,
    Precision,
    Professional,
)
from parcours.registry.directory.oppositions import scope_of
from parcours.registry.directory.trades import trade_of
from parcours.registry.identity.names import fold
from parcours.registry.store.clock import paris_today
from parcours.registry.store.periods import holding, known

BUCKETS = 64
"""Parts in which an import writes the country."""


def bucket_of(rpps: str) -> int:
    """The part a professional is in."""
    return crc32(rpps.encode()) % BUCKETS


def tokens_of(family_name: str, first_name: str) -> list[str]:
    """The words by which a name is found; a family name of several words is one word too ("Le Boeuf", LEBOEUF)."""
    family, first = fold(family_name), fold(first_name)
    return sorted({*family.split(), *first.split(), family.replace(" ", "")} - {""})


def names_of(words: Iterable[str]) -> str:
    """The words of a name as they stand beside each of them."""
    return "".join(f" {word}" for word in words)


def index_name(session: Session, professional: Professional) -> None:
    """Write the words of a professional's name anew."""
    session.execute(delete(NameToken).where(NameToken.professional_id == professional.id))
    words = tokens_of(professional.family_name, professional.first_name)
    names = names_of(words)
    session.add_all(NameToken(token=word, professional_id=professional.id, names=names) for word in words)


def rebuild(session: Session, professional: Professional, on: date | None = None) -> None:
    """Bring the offers of one professional in line with their places, convention and oppositions.

    Locums have none: they are found as who replaces somebody. What was offered and is no more, ends.
    """
    on = on or paris_today()
    if WAITING in session.info or _match(session, professional, on):
        refresh(session, [professional.id], on)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Many professionals are entered within it: their offers are brought in line once, when it ends."""
    waiting: dict[str, None] = session.info.setdefault(WAITING, {})
    try:
        yield
    finally:
        del session.info[WAITING]
    on = paris_today()
    for professional_id in waiting:
        _match(session, session.get_one(Professional, professional_id), on)
    refresh(session, waiting, on)


def _match(session: Session, professional: Professional, on: date) -> bool:
    """Is there any offer to bring in line? Who works nowhere yet has none."""
    session.flush()
    present = {one.key: one for one in session.scalars(select(Offer).where(Offer.professional_id == professional.id))}
    places = _places(session, professional.id, on)
    if not places and not present:
        return False
    trades = {one.savoir_faire: one.trade for one in present.values()}
    own = trade_of(professional.profession, professional.specialty)
    trades = trades if own in trades.values() else trades | {str(own): own}
    sector = _sector_on(session, professional.id, on)
    hidden = scope_of(session, professional.rpps) is OppositionScope.ALL
    kept = set()
    for practice, place, commune in places:
        there = {one.savoir_faire: one for one in present.values() if one.organisation_id == place.id}
        for savoir_faire, trade in trades.items():
            offer = there.get(savoir_faire) or Offer(
                key=f"{professional.rpps}|{place.id}|{savoir_faire}", bucket=bucket_of(professional.rpps),
                professional_id=professional.id, organisation_id=place.id, savoir_faire=savoir_faire, trade=trade,
                first_seen=practice.starts_on, functions=practice.mode.value,
            )  # fmt: skip
            offer.commune_code, offer.sector, offer.hidden = commune.code, sector, hidden
            offer.latitude_e5, offer.longitude_e5, offer.precision = position(place, commune)
            offer.ends_on = min(filter(None, (practice.ends_on, professional.ceased_on)), default=None)
            session.add(offer)
            kept.add(offer.key)
    for key, offer in present.items():
        if key not in kept and offer.ends_on is None:
            offer.ends_on = on
    session.flush()
    return True


def position(place: Organisation, commune: Commune) -> tuple[int | None, int | None, Precision]:
    """Where a place is: its own position, else the centre of its commune."""
    if place.latitude_e5 is not None and place.longitude_e5 is not None:
        return place.latitude_e5, place.longitude_e5, place.precision or Precision.HOUSE
    return commune.latitude_e5, commune.longitude_e5, Precision.COMMUNE


def _sector_on(session: Session, professional_id: str, on: date) -> int | None:
    slug = session.scalar(
        select(Convention.convention)
        .where(Convention.professional_id == professional_id, holding(Convention, on))
        .order_by(Convention.starts_on.desc())
        .limit(1)
    )
    return None if slug is None else int(ConventionCode[slug.upper()])


def _places(session: Session, professional_id: str, on: date) -> list[tuple[Practice, Organisation, Commune]]:
    """Where they work, or will: never as somebody's locum."""
    rows = session.execute(
        select(Practice, Organisation, Commune)
        .join(Organisation, Organisation.id == Practice.organisation_id)
        .join(Commune, Commune.code == Organisation.commune_code)
        .where(Practice.professional_id == professional_id, Practice.mode != PracticeMode.REMPLACANT)
        .where(known(Practice), or_(Practice.ends_on.is_(None), Practice.ends_on > on))
        .order_by(Practice.main.desc(), Practice.starts_on, Practice.id)
    )
    return [(practice, place, commune) for practice, place, commune in rows]
