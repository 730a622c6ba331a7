"""The declared patients of who asks and what each is due: every calendar is asked of the policy, every look is kept."""

from dataclasses import replace
from datetime import date

from parcours.edge.unit import Unit
from parcours.registry.access.model import Role
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import of_patient
from parcours.registry.people.models import Insured
from parcours.registry.prevention.context import Action, Tag
from parcours.registry.prevention.practice import Due, due_of


def due_patients(unit: Unit, on: date) -> list[Due]:
    """Every declared patient whose calendar may be read, by name."""
    record = unit.allow(Action.LIST_DUE_PATIENTS, of_practice(unit.actor.professional_id), Tag.PREVENTION_LIST_READ)
    tenures = timeline.patients_of(unit.session, record.professional_id or "")
    found = [due for one in tenures if (due := due_patient(unit, one.insured_id, on)) is not None]
    return sorted(found, key=lambda one: (one.row.family_name, one.row.first_name, one.row.id))


def due_patient(unit: Unit, insured_id: str, on: date) -> Due | None:
    """What a patient is due, for a delegate without what is intimate; nothing where the calendar may not be read."""
    row = unit.session.get_one(Insured, insured_id)
    if not unit.may(Action.READ_CALENDAR, of_patient(row)):
        return None
    unit.allow(Action.READ_CALENDAR, of_patient(row), Tag.PREVENTION_CALENDAR_READ)
    return replace(due_of(unit.session, row, on), intimate=unit.actor.role is not Role.DELEGATE)
