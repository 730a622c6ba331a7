"""Who sees a professional who opposes being shown: they, their practice, who keeps the directory, their patients."""

from datetime import date

from sqlalchemy.orm import Session

from parcours.registry.access.model import Actor
from parcours.registry.contexts import POLICY
from parcours.registry.declarations.timeline import declared_to
from parcours.registry.directory.context import DIRECTORY, Action, line_of
from parcours.registry.directory.models import Professional
from parcours.registry.directory.oppositions import opposed
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import not_found


def sees_opposed(session: Session, actor: Actor | None, professional: Professional, on: date) -> bool:
    """May this person see a professional in spite of an opposition?"""
    if actor is None:
        return False
    may = (
        POLICY.decide(session, actor, Action.KEEP_LINE, line_of(session, professional)),
        POLICY.decide(session, actor, Action.WRITE_DIRECTORY, DIRECTORY),
    )
    mine = actor.insured_id is not None and declared_to(session, actor.insured_id, professional.id, on)
    return mine or any(decision.allowed for decision in may)


def visible_professional(session: Session, actor: Actor | None, reference: str, on: date) -> Professional:
    """A professional by public id or RPPS. Raises `NotFound`, the same for nobody and for who opposes being shown."""
    row = get_professional(session, reference)
    if opposed(session, [row.rpps]) and not sees_opposed(session, actor, row, on):
        raise not_found("professional_id")
    return row
