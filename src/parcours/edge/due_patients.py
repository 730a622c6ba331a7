"""The declared patients of who asks and what each is due: every calendar shown is asked of the policy and kept.

A count over all of them names nobody: it is one line of the trail.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from parcours.edge.unit import Unit
from parcours.engine.prevention.facts import PersonFacts
from parcours.registry.access.model import Role
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import of_patient
from parcours.registry.people.models import Insured
from parcours.registry.prevention.context import Action, Tag
from parcours.registry.prevention.practice import Due, due_of
from parcours.registry.prevention.service import AT_ONCE, facts_of_many
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
    looked = everybody[start : start + LOOKED_AT]
    known, place, found = facts_of_many(unit.session, looked, on), start, list[Due]()
    for row in looked:
        if len(found) == most:
            break
        due = due_patient(unit, row, on, known[row.id])
        if due is not None and due.now:
            found.append(due)
        place += 1
    return found, place if place < len(everybody) else 0


def due_patients(unit: Unit, on: date) -> list[Due]:
    """Every declared patient with what is due, by name."""
    everybody = patients(unit)
    known = facts_of_many(unit.session, everybody, on)
    return [due for one in everybody if (due := due_patient(unit, one, on, known[one.id])) is not None]


def due_patient(unit: Unit, row: Insured, on: date, known: PersonFacts | None = None) -> Due | None:
    """What a patient is due, for a delegate without what is intimate; nothing where the calendar may not be read."""
    if not unit.may(Action.READ_CALENDAR, of_patient(row)):
        return None
    unit.allow(Action.READ_CALENDAR, of_patient(row), Tag.PREVENTION_CALENDAR_READ)
    return replace(due_of(unit.session, row, on, known), intimate=unit.actor.role is not Role.DELEGATE)
