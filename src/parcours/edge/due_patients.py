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
    """Every declared patient whose calendar may be read, by name; for a delegate, without what is intimate."""
    record = unit.allow(Action.LIST_DUE_PATIENTS, of_practice(unit.actor.professional_id), Tag.PREVENTION_LIST_READ)
    found = []
    for tenure in timeline.patients_of(unit.session, record.professional_id or ""):
        row = unit.session.get_one(Insured, tenure.insured_id)
        if not unit.may(Action.READ_CALENDAR, of_patient(row)):
            continue
        unit.allow(Action.READ_CALENDAR, of_patient(row), Tag.PREVENTION_CALENDAR_READ)
        due = due_of(unit.session, row, on)
        found.append(due if unit.actor.role is not Role.DELEGATE else replace(due, calendar=due.plain))
    return sorted(found, key=lambda one: (one.row.family_name, one.row.first_name, one.row.id))
