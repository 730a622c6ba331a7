"""The declared patients of who asks and what each is due: every calendar shown is asked of the policy and kept.

A count over all of them names nobody: it is one line of the trail.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from parcours.edge.unit import Unit
from parcours.registry.access.model import Role
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import of_patient
from parcours.registry.people.models import Insured
from parcours.registry.prevention.context import Action, Tag
from parcours.registry.prevention.practice import Due, due_of
from parcours.registry.prevention.service import AT_ONCE
from parcours.registry.store.db import listed

LOOKED_AT = 200
"""Patients whose calendar is read for one page, at most."""


def patients(unit: Unit) -> list[Insured]:
    """Every declared patient whose calendar may be read, by name; no calendar is read here."""
    record = unit.allow(Action.LIST_DUE_PATIENTS, of_practice(unit.actor.professional_id), Tag.PREVENTION_LIST_READ)
    ids = [one.insured_id for one in timeline.patients_of(unit.session, record.professional_id or "")]
    found: list[Insured] = []
    for start in range(0, len(ids), AT_ONCE):
        found += listed(unit.session, select(Insured).where(Insured.id.in_(ids[start : start + AT_ONCE])))
    unit.foresee(Action.READ_CALENDAR, [of_patient(one) for one in found])
    found = [one for one in found if unit.may(Action.READ_CALENDAR, of_patient(one))]
    return sorted(found, key=lambda one: (one.family_name, one.first_name, one.id))


def due_page(unit: Unit, everybody: list[Insured], on: date, start: int, most: int) -> tuple[list[Due], int]:
    """The next patients who are due something, by name, and where to go on: 0, nowhere."""
    place, found = start, list[Due]()
    while place < min(len(everybody), start + LOOKED_AT) and len(found) < most:
        due = due_patient(unit, everybody[place], on)
        if due is not None and due.now:
            found.append(due)
        place += 1
    return found, place if place < len(everybody) else 0


def due_patients(unit: Unit, on: date) -> list[Due]:
    """Every declared patient with what is due, by name."""
    return [due for one in patients(unit) if (due := due_patient(unit, one, on)) is not None]


def due_patient(unit: Unit, row: Insured, on: date) -> Due | None:
    """What a patient is due, for a delegate without what is intimate; nothing where the calendar may not be read."""
    if not unit.may(Action.READ_CALENDAR, of_patient(row)):
        return None
    unit.allow(Action.READ_CALENDAR, of_patient(row), Tag.PREVENTION_CALENDAR_READ)
    return replace(due_of(unit.session, row, on), intimate=unit.actor.role is not Role.DELEGATE)
