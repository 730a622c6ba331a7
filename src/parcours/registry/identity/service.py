"""Assign a number to a person, find a person by a number."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.identity import problems
from parcours.registry.identity.keys import Nir, NirKind, parse_nir
from parcours.registry.identity.models import NIR_CONTEXT, Identifier
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.periods import holding, known, replace

__all__ = ["assign_identifier", "current_identifier", "find_insured_id", "parse_nir"]


def find_insured_id(session: Session, number: str) -> str | None:
    """The person whose number this is (past provisional numbers are found too), or None."""
    wanted = blind_indexes(parse_nir(number).value, NIR_CONTEXT)
    return session.scalar(select(Identifier.insured_id).where(Identifier.value_index.in_(wanted), known(Identifier)))


def assign_identifier(
    session: Session,
    insured_id: str,
    number: str,
    *,
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Identifier:
    """Give a person a NIR or NIA; a provisional number in force ends that day (it still finds the person).

    Raises `Invalid`: malformed number or wrong key.
    Raises `Conflict`: the number is already somebody's, or the person has a definitive one.
    """
    at = at or now_utc()
    starts_on = starts_on or paris_date(at)
    nir = parse_nir(number)
    if find_insured_id(session, nir.value) is not None:
        raise problems.identifier_taken(key=nir.key)
    for previous in session.scalars(
        select(Identifier).where(Identifier.insured_id == insured_id, holding(Identifier, starts_on))
    ).all():
        _end_provisional(session, previous, nir, starts_on, at)
    identifier = Identifier(
        insured_id=insured_id,
        kind=nir.kind,
        value=nir.value,
        value_index=blind_index(nir.value, NIR_CONTEXT),
        starts_on=starts_on,
        recorded_at=at,
    )
    session.add(identifier)
    session.flush()
    return identifier


def current_identifier(session: Session, insured_id: str, on: date) -> Nir | None:
    """The number in force on a day; its `repr` stays masked."""
    row = session.scalar(
        select(Identifier).where(Identifier.insured_id == insured_id, holding(Identifier, on)).limit(1)
    )
    return parse_nir(row.value) if row else None


def _end_provisional(session: Session, previous: Identifier, nir: Nir, on: date, at: datetime) -> None:
    if previous.kind is not NirKind.NIA:
        raise problems.identifier_definitive(kind=nir.kind)
    replace(session, previous, at, ends_on=on)
