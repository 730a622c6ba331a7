"""Conciliation: from the first refusal to the declaration."""

from datetime import date, timedelta

import pytest

from parcours.registry.conciliation import service as cases
from parcours.registry.conciliation.models import CaseState, ReminderKind
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from tests.registry.declarations.test_declarations import declare
from tests.registry.world import instant

OPENED = instant(2025, 3, 3)


def due(world, on):
    return [one.kind for one in cases.reminders_due(world.session, on)]


def test_a_case_from_opening_to_declaration(world):
    person, refuses, accepts = world.person(), world.doctor(), world.doctor(world.place(commune="99002"))
    case = cases.open_case(world.session, person.id, reason="Deux refus", at=OPENED)
    assert (case.fund_code, case.state) == ("01C991", CaseState.OPEN)
    near = cases.candidates(world.session, case.id, on=date(2025, 3, 3))
    assert [one.professional.id for one in near] == [refuses.id, accepts.id]
    asked = cases.contact(world.session, case.id, refuses.id, at=instant(2025, 3, 4))
    cases.answer(world.session, asked.id, "refused", at=instant(2025, 3, 6))
    assert [one.professional.id for one in cases.candidates(world.session, case.id)] == [accepts.id]
    asked = cases.contact(world.session, case.id, accepts.id, at=instant(2025, 3, 7))
    cases.answer(world.session, asked.id, "accepted", at=instant(2025, 3, 8))
    declaration = declare(world, person, accepts, instant(2025, 3, 10))
    cases.close(world.session, case.id, "declaration", declaration_id=declaration.id, at=instant(2025, 3, 10))
    assert (case.state, case.declaration_id) == (CaseState.CLOSED, declaration.id)
    assert due(world, date(2030, 1, 1)) == []


def test_only_a_doctor_in_activity_is_asked(world):
    case = cases.open_case(world.session, world.person().id, at=OPENED)
    nurse, retired = world.doctor(profession="infirmier"), world.doctor()
    retired.ceased_on = date(2025, 3, 4)
    for one in (nurse, retired):
        with pytest.raises(Refused) as refused:
            cases.contact(world.session, case.id, one.id, at=instant(2025, 3, 4))
        assert refused.value.field == "professional_id"
    assert cases.contacts_of(world.session, case.id) == []
    assert cases.contact(world.session, case.id, retired.id, on=date(2025, 3, 3), at=instant(2025, 3, 4))


def test_reminders_fall_due_and_are_done(world):
    person, doctor = world.person(), world.doctor()
    case = cases.open_case(world.session, person.id, at=OPENED)
    assert due(world, date(2025, 3, 9)) == []
    assert due(world, date(2025, 3, 10)) == [ReminderKind.FIRST_CONTACT]
    asked = cases.contact(world.session, case.id, doctor.id, on=date(2025, 3, 4), at=instant(2025, 3, 4))
    assert due(world, date(2025, 3, 14)) == [ReminderKind.ANSWER]
    cases.answer(world.session, asked.id, "no_answer", at=instant(2025, 3, 15))
    assert due(world, date(2025, 3, 20)) == []
    assert due(world, case.due_on) == [ReminderKind.CLOSING]
    assert case.due_on - case.opened_on == timedelta(days=cases.CLOSING_DAYS)
    assert cases.reminders_due(world.session, case.due_on, fund_code="01C000") == []


def test_a_case_needs_a_person_without_medecin_traitant_and_is_alone(world):
    person, doctor = world.person(), world.doctor()
    other = world.person()
    declare(world, other, doctor, instant(2025, 1, 1))
    with pytest.raises(Refused, match="has a médecin traitant"):
        cases.open_case(world.session, other.id, at=OPENED)
    cases.open_case(world.session, person.id, at=OPENED)
    with pytest.raises(Conflict, match="open already"):
        cases.open_case(world.session, person.id, at=OPENED)


def test_a_case_is_closed_by_its_own_declaration_only(world):
    person, other, doctor = world.person(), world.person(), world.doctor()
    case = cases.open_case(world.session, person.id, at=OPENED)
    somebody_else = declare(world, other, doctor, instant(2025, 3, 10))
    with pytest.raises(NotFound):
        cases.close(world.session, case.id, "declaration", declaration_id=somebody_else.id)
    on_paper = declare(world, person, doctor, instant(2025, 3, 10), route="paper")
    with pytest.raises(Refused, match="signed"):
        cases.close(world.session, case.id, "declaration", declaration_id=on_paper.id)
    for wrong in ({"outcome": "declaration"}, {"outcome": "withdrawn", "declaration_id": on_paper.id}):
        with pytest.raises(Invalid):
            cases.close(world.session, case.id, **wrong)
    assert case.state is CaseState.OPEN
    assert case.outcome is None
    cases.close(world.session, case.id, "no_doctor_found", at=instant(2025, 4, 1))
    with pytest.raises(Conflict, match="closed"):
        cases.contact(world.session, case.id, doctor.id)


def test_the_fund_sees_its_cases_by_urgency(world):
    later, sooner = world.person(), world.person()
    second = cases.open_case(world.session, later.id, at=instant(2025, 3, 9))
    first = cases.open_case(world.session, sooner.id, at=OPENED)
    assert cases.cases_of_fund(world.session, "01C991") == [first, second]
    assert cases.cases_of_fund(world.session, "01C991", after=first.id) == [second]
    assert cases.count_open(world.session, "01C991", second.due_on) == (2, 1)
    assert cases.cases_of_fund(world.session, "01C991", state="closed") == []
    assert cases.cases_of(world.session, sooner.id) == [first]
