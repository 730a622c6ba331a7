"""What each role does with a new declaration: a delegate prepares it for the doctor, others propose it."""

from collections.abc import Callable
from typing import NamedTuple

from parcours.registry.access.model import Role
from parcours.registry.declarations.context import Action, Tag
from parcours.registry.declarations.models import Declaration
from parcours.registry.declarations.service import prepare, propose


class Proposing(NamedTuple):
    """How a new declaration is made."""

    make: Callable[..., Declaration]
    tag: Tag
    for_patient: Action
    """What a practice must be allowed, to do it for a patient."""


PREPARING = Proposing(prepare, Tag.DECLARATION_PREPARE, Action.PREPARE_DECLARATION)
PROPOSING = Proposing(propose, Tag.DECLARATION_PROPOSE, Action.PROPOSE_AS_DOCTOR)


def proposing(role: Role) -> Proposing:
    """What somebody in a role does."""
    return PREPARING if role is Role.DELEGATE else PROPOSING
