"""Professionals who oppose being shown, or their contacts being shown: applied at once, and at every later import."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.directory.models import Offer, Opposition, OppositionScope, Professional
from parcours.registry.store.clock import paris_today
from parcours.registry.store.columns import blind_index, blind_indexes

CONTEXT = "directory_oppositions.rpps"


def oppose(session: Session, professional: Professional, scope: OppositionScope, *, on: date | None = None) -> None:
    """From a day on; a wider or narrower opposition takes the place of the one before."""
    withdraw(session, professional, on=on)
    row = Opposition(rpps=professional.rpps, rpps_index=blind_index(professional.rpps, CONTEXT), scope=scope)
    row.opposed_on = on or paris_today()
    session.add(row)
    _hide(session, professional, hidden=scope is OppositionScope.ALL)


def withdraw(session: Session, professional: Professional, *, on: date | None = None) -> None:
    """The professional no longer opposes anything."""
    session.execute(
        update(Opposition)
        .where(Opposition.rpps_index.in_(blind_indexes(professional.rpps, CONTEXT)), Opposition.withdrawn_on.is_(None))
        .values(withdrawn_on=on or paris_today())
    )
    _hide(session, professional, hidden=False)


def _hide(session: Session, professional: Professional, *, hidden: bool) -> None:
    session.flush()
    session.execute(update(Offer).where(Offer.professional_id == professional.id).values(hidden=hidden))


def scope_of(session: Session, rpps: str) -> OppositionScope | None:
    """What a professional opposes today."""
    return scopes_of(session, [rpps]).get(rpps)


def scopes_of(session: Session, numbers: Iterable[str]) -> dict[str, OppositionScope]:
    """What each of these professionals opposes today. None of them is asked about by a number in clear."""
    if session.scalar(select(Opposition.id).where(Opposition.withdrawn_on.is_(None)).limit(1)) is None:
        return {}
    indexes = {index: number for number in numbers for index in blind_indexes(number, CONTEXT)}
    rows = session.execute(
        select(Opposition.rpps_index, Opposition.scope)
        .where(Opposition.rpps_index.in_(list(indexes)), Opposition.withdrawn_on.is_(None))
    )  # fmt: skip
    return {indexes[index]: scope for index, scope in rows}


def opposed(session: Session, numbers: Iterable[str]) -> set[str]:
    """Those of these professionals who oppose being shown at all: no list, no search, no export names them."""
    return {number for number, scope in scopes_of(session, numbers).items() if scope is OppositionScope.ALL}


def everybody(session: Session) -> dict[str, OppositionScope]:
    """Every opposition of today by index: an import compares each line with it."""
    rows = session.execute(select(Opposition.rpps_index, Opposition.scope).where(Opposition.withdrawn_on.is_(None)))
    return {index: scope for index, scope in rows}  # noqa: C416 - rows are not pairs for the type checker
