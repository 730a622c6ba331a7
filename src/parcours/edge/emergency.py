"""A record opened in an emergency, from whichever face: one person, one reason; what is refused is traced too."""

from parcours.edge.unit import Unit
from parcours.registry.access.model import Record
from parcours.registry.errors import RegistryError
from parcours.registry.record import sharing
from parcours.registry.record.context import Action
from parcours.registry.record.models import EmergencyAccess


def open_record(unit: Unit, record: Record, account_id: str, reason: str, explanation: str) -> EmergencyAccess:
    """Open it for four hours. The password was given again; a refusal is shown to the person as any attempt is."""
    try:
        return sharing.open_emergency(
            unit.session, record.insured_id or "", unit.actor.professional_id or "", account_id, reason, explanation
        )
    except RegistryError as error:
        unit.note_refusal(Action.OPEN_EMERGENCY, record, error.code)
        raise
