"""The names that a page shows in place of ids."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory.models import Fund, Professional
from parcours.registry.directory.trades import name_of


def professionals(session: Session, ids: Iterable[str | None]) -> dict[str, Professional]:
    """Professionals by id, asked for at once."""
    wanted = {one for one in ids if one}
    rows = session.scalars(select(Professional).where(Professional.id.in_(wanted))) if wanted else ()
    return {one.id: one for one in rows}


def called(row: Professional | None) -> str:
    """A professional, as people say."""
    if row is None:
        return "—"
    title = "Dr " if row.profession == "medecin" else ""
    return f"{title}{row.first_name} {row.family_name}"


def doctor_name(session: Session, professional_id: str | None) -> str:
    """The name of a professional."""
    return called(session.get(Professional, professional_id)) if professional_id else "—"


def trade(row: Professional, lang: str) -> str:
    """What a professional does."""
    return name_of(row.specialty)[lang] if row.specialty else row.profession.replace("_", " ")


def fund_name(session: Session, code: str | None) -> str:
    """The name of a fund."""
    return session.scalar(select(Fund.name).where(Fund.code == code)) or code or "—"
