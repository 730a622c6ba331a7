"""The life cycle of a declaration, and what is known of it when."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InternalError

from parcours.registry.declarations import service as declarations
from parcours.registry.declarations import timeline
from parcours.registry.declarations.checks import PaperForm, check_signatures
from parcours.registry.declarations.models import EndCode, EndReason, State, Tenure
from parcours.registry.declarations.service import Proposal
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.registry.store.periods import holding
from tests.registry.world import instant


def declare(world, person, doctor, at, **changes):
    """Proposed by the patient, agreed by the doctor at the same instant."""
    proposal = Proposal(person.id, doctor.id, **changes)
    declaration = declarations.propose(world.session, proposal, at=at)
    return declarations.agree(world.session, declaration.id, party="doctor", at=at)


def paper(person, doctor, signed, received, **changes):
    values = {"signed_by_insured": True, "signed_by_doctor": True, **changes}
    return PaperForm(person.id, doctor.id, signed_on=signed, received_on=received, **values)


def test_in_force_at_once_when_both_agreed(world):
    person, doctor = world.person(), world.doctor()
    declaration = declarations.propose(world.session, Proposal(person.id, doctor.id), at=instant(2025, 3, 1))
    assert declaration.state is State.PROPOSED
    assert timeline.as_of(world.session, person.id, date(2025, 3, 1)) is None
    declarations.agree(world.session, declaration.id, party="doctor", at=instant(2025, 3, 3))
    assert declaration.state is State.IN_FORCE
    contract = timeline.as_of(world.session, person.id, date(2025, 3, 3))
    assert contract.professional_id == doctor.id
    assert timeline.as_of(world.session, person.id, date(2025, 3, 2)) is None


def test_what_a_delegate_prepares_binds_nobody_before_the_doctor_has_signed(world):
    person, doctor = world.person(), world.doctor()
    given = Proposal(person.id, doctor.id, by="doctor")
    first = declarations.prepare(world.session, given, at=instant(2025, 3, 1))
    row = declarations.prepare(world.session, given, at=instant(2025, 3, 2))
    assert (first.state, row.state, row.doctor_agreed_at) == (State.WITHDRAWN, State.PREPARED, None)
    with pytest.raises(Conflict):
        declarations.agree(world.session, row.id, party="insured", at=instant(2025, 3, 3))
    declarations.agree(world.session, row.id, party="doctor", at=instant(2025, 3, 4))
    assert (row.state, row.proposed_at) == (State.PROPOSED, instant(2025, 3, 4))
    declarations.agree(world.session, row.id, party="insured", at=instant(2025, 3, 5))
    assert timeline.as_of(world.session, person.id, date(2025, 3, 5)).declaration_id == row.id


def test_a_proposal_takes_the_place_of_what_was_prepared(world):
    person, doctor = world.person(), world.doctor()
    given = Proposal(person.id, doctor.id, by="doctor")
    prepared = declarations.prepare(world.session, given, at=instant(2025, 2, 28))
    declare(world, person, doctor, instant(2025, 3, 1))
    assert prepared.state is State.WITHDRAWN
    with pytest.raises(Conflict):
        declarations.prepare(world.session, given, at=instant(2025, 3, 2))


def test_a_day_is_a_day_in_paris(world):
    person, doctor = world.person(), world.doctor()
    # 23:30 on 31 December in UTC is 00:30 on 1 January in Paris.
    declare(world, person, doctor, instant(2024, 12, 31, 23, 30))
    assert timeline.as_of(world.session, person.id, date(2025, 1, 1)).starts_on == date(2025, 1, 1)


def test_a_new_declaration_replaces_the_previous_one(world):
    person, first, second = world.person(), world.doctor(), world.doctor()
    old = declare(world, person, first, instant(2025, 3, 1))
    declare(world, person, second, instant(2025, 6, 1))
    ended, current = timeline.history(world.session, person.id)
    assert (ended.ends_on, ended.end_code, ended.end_reason) == (date(2025, 6, 1), EndCode.FIS, EndReason.REPLACED)
    assert (current.professional_id, current.ends_on) == (second.id, None)
    assert old.state is State.ENDED


def test_who_waited_for_another_knows_what_that_one_recorded(world):
    """The last one read the clock first: on no day, as known at any instant, are there two."""
    person, doctors = world.person(), [world.doctor() for _ in range(3)]
    for doctor, at in zip(
        doctors, (instant(2025, 2, 1), instant(2025, 3, 1, 12), instant(2025, 3, 1, 11)), strict=True
    ):
        declare(world, person, doctor, at)
    for hour, who in ((10, doctors[0]), (11, doctors[0]), (12, doctors[2])):
        there = holding(Tenure, date(2025, 3, 2), instant(2025, 3, 1, hour, 30))
        found = world.session.scalars(select(Tenure.professional_id).where(Tenure.insured_id == person.id, there))
        assert found.all() == [who.id], hour


@pytest.mark.parametrize(
    ("reason", "code"), [("patient", EndCode.FIB), ("doctor", EndCode.FIP), ("patient_deceased", EndCode.FIB)]
)
def test_each_end_has_its_national_code(world, reason, code):
    person, doctor = world.person(), world.doctor()
    declaration = declare(world, person, doctor, instant(2025, 3, 1))
    contract = declarations.end(world.session, declaration.id, reason=reason, at=instant(2025, 4, 1))
    assert (contract.end_code, contract.ends_on) == (code, date(2025, 4, 1))
    with pytest.raises(Conflict):
        declarations.end(world.session, declaration.id, reason=reason, at=instant(2025, 4, 2))


def test_an_end_that_follows_from_another_act_is_not_given(world):
    declaration = declare(world, world.person(), world.doctor(), instant(2025, 3, 1))
    with pytest.raises(Invalid, match="patient, doctor"):
        declarations.end(world.session, declaration.id, reason="retired")


def test_the_same_doctor_twice_is_a_conflict(world):
    person, doctor = world.person(), world.doctor()
    declare(world, person, doctor, instant(2025, 3, 1))
    with pytest.raises(Conflict, match="already is the médecin traitant"):
        declarations.propose(world.session, Proposal(person.id, doctor.id), at=instant(2025, 4, 1))


# --- ages ---


def test_below_16_a_parent_chooses(world):
    child, doctor = world.person(born=date(2012, 6, 15)), world.doctor()
    parent = world.parent_of(child)
    with pytest.raises(Refused, match="below 16 a parent chooses"):
        declarations.propose(world.session, Proposal(child.id, doctor.id), at=instant(2025, 3, 1))
    proposal = Proposal(child.id, doctor.id, by="parent", parent_id=parent.id)
    declaration = declarations.propose(world.session, proposal, at=instant(2025, 3, 1))
    declarations.agree(world.session, declaration.id, party="doctor", at=instant(2025, 3, 1))
    assert declaration.state is State.IN_FORCE


def test_at_16_the_young_person_chooses_and_a_parent_cosigns(world):
    young, doctor = world.person(born=date(2009, 3, 1)), world.doctor()
    parent = world.parent_of(young)
    by_parent = Proposal(young.id, doctor.id, by="parent", parent_id=parent.id)
    with pytest.raises(Refused):
        declarations.propose(world.session, by_parent, at=instant(2025, 3, 1))
    declaration = declarations.propose(world.session, Proposal(young.id, doctor.id), at=instant(2025, 3, 1))
    declarations.agree(world.session, declaration.id, party="doctor", at=instant(2025, 3, 1))
    assert declaration.state is State.PROPOSED
    declarations.agree(world.session, declaration.id, party="parent", parent_id=parent.id, at=instant(2025, 3, 5))
    assert declaration.state is State.IN_FORCE
    assert declaration.signed_on == date(2025, 3, 5)


def test_the_day_before_16_is_below_16(world):
    young, doctor = world.person(born=date(2009, 3, 2)), world.doctor()
    with pytest.raises(Refused):
        declarations.propose(world.session, Proposal(young.id, doctor.id), at=instant(2025, 3, 1))


def test_a_stranger_does_not_sign_for_a_child(world):
    child, stranger, doctor = world.person(born=date(2015, 1, 1)), world.person(), world.doctor()
    with pytest.raises(Refused, match="does not hold parental authority"):
        declarations.propose(
            world.session, Proposal(child.id, doctor.id, by="parent", parent_id=stranger.id), at=instant(2025, 3, 1)
        )


# --- who may be chosen ---


def test_a_locum_is_refused(world):
    titular = world.doctor()
    locum = world.doctor(mode="remplacant", replaced_id=titular.id)
    with pytest.raises(Refused, match="locum"):
        declarations.propose(world.session, Proposal(world.person().id, locum.id), at=instant(2025, 3, 1))


def test_only_doctors_who_practise(world):
    person = world.person()
    nurse = world.doctor(profession="infirmier")
    retired = world.doctor()
    declarations.depart(world.session, retired.id, reason="retired", on=date(2025, 1, 1), at=instant(2025, 1, 1))
    for one in (nurse, retired):
        with pytest.raises(Refused):
            declarations.propose(world.session, Proposal(person.id, one.id), at=instant(2025, 3, 1))


def test_joint_designation_needs_the_same_premises_and_specialty_or_a_centre(world):
    group, centre = world.place("cabinet_de_groupe"), world.place("centre_de_sante")
    one, other, cardiologist = world.doctor(group), world.doctor(group), world.doctor(group, specialty=3)
    in_centre, cardiologist_in_centre = world.doctor(centre), world.doctor(centre, specialty=3)
    person = world.person()
    with pytest.raises(Refused, match="cannot be designated together"):
        declare(world, person, one, instant(2025, 3, 1), joint_ids=(cardiologist.id,))
    world.session.expunge_all()
    person = world.person()
    declaration = declare(world, person, one, instant(2025, 3, 1), joint_ids=(other.id,))
    assert timeline.joint_doctors(world.session, declaration.id) == [other.id]
    declare(world, world.person(), in_centre, instant(2025, 3, 1), joint_ids=(cardiologist_in_centre.id,))


def retire(world, doctor, on):
    declarations.depart(world.session, doctor.id, reason="retired", on=on, at=instant(on.year, on.month, on.day))


def test_nobody_is_designated_with_a_doctor_who_has_ceased(world):
    group = world.place("cabinet_de_groupe")
    one, other = world.doctor(group), world.doctor(group)
    other.ceased_on = date(2025, 1, 1)  # as a directory may say, without the end of the practices
    with pytest.raises(Refused, match="cannot be designated together"):
        declare(world, world.person(), one, instant(2025, 3, 1), joint_ids=(other.id,))
    assert declare(world, world.person(), one, instant(2024, 12, 31), joint_ids=(other.id,)).state is State.IN_FORCE


@pytest.mark.parametrize("route", ["electronic", "paper"])
def test_a_doctor_who_ceased_after_the_proposal_cannot_agree_to_it(world, route):
    person, doctor = world.person(), world.doctor()
    declaration = declarations.propose(
        world.session, Proposal(person.id, doctor.id, route=route), at=instant(2025, 3, 1)
    )
    retire(world, doctor, date(2025, 4, 1))
    with pytest.raises(Refused, match="does not practise"):
        declarations.agree(world.session, declaration.id, party="doctor", at=instant(2025, 4, 1))
    assert timeline.history(world.session, person.id) == []


def test_a_form_on_its_way_is_not_registered_for_who_is_the_medecin_traitant_already(world):
    person, doctor = world.person(), world.doctor()
    on_its_way = declare(world, person, doctor, instant(2025, 3, 1), route="paper")
    declarations.record_paper(
        world.session, paper(person, doctor, date(2025, 2, 1), date(2025, 3, 5)), at=instant(2025, 3, 6)
    )
    with pytest.raises(Conflict, match="already"):
        declarations.register_paper(
            world.session, on_its_way.id, received_on=date(2025, 3, 20), at=instant(2025, 3, 21)
        )


def test_refusal_with_or_without_reason(world):
    person, doctor = world.person(), world.doctor()
    for reason in (None, "Patientèle complète"):
        declaration = declarations.propose(world.session, Proposal(person.id, doctor.id), at=instant(2025, 3, 1))
        declarations.refuse(world.session, declaration.id, reason=reason, at=instant(2025, 3, 2))
        assert (declaration.state, declaration.refusal_reason) == (State.REFUSED, reason)
        with pytest.raises(Conflict):
            declarations.agree(world.session, declaration.id, party="doctor")


# --- departures ---


def test_a_retirement_ends_every_contract_and_opens_a_year(world):
    doctor, people = world.doctor(), [world.person(), world.person()]
    for person in people:
        declare(world, person, doctor, instant(2024, 1, 10))
    ended = declarations.depart(
        world.session, doctor.id, reason="retired", on=date(2025, 6, 30), at=instant(2025, 6, 1)
    )
    assert {one.insured_id for one in ended} == {person.id for person in people}
    assert {one.end_code for one in ended} == {EndCode.FIP}
    before = timeline.grace_on(world.session, people[0].id, date(2025, 6, 29))
    grace = timeline.grace_on(world.session, people[0].id, date(2025, 6, 30))
    assert before is None
    assert (grace.left_on, grace.until) == (date(2025, 6, 30), date(2026, 6, 30))


def test_a_new_declaration_closes_the_grace(world):
    doctor, other, person = world.doctor(), world.doctor(), world.person()
    declare(world, person, doctor, instant(2024, 1, 10))
    declarations.depart(world.session, doctor.id, reason="retired", on=date(2025, 6, 30), at=instant(2025, 6, 1))
    declare(world, person, other, instant(2025, 9, 1))
    assert timeline.grace_on(world.session, person.id, date(2025, 10, 1)) is None
    assert timeline.grace_on(world.session, person.id, date(2025, 8, 31)) is not None


def test_a_move_opens_the_grace_only_across_departements(world):
    near, far = world.place(commune="99002"), world.place(commune="98001")
    stays, leaves = world.doctor(), world.doctor()
    first, second = world.person(), world.person()
    declare(world, first, stays, instant(2024, 1, 10))
    declare(world, second, leaves, instant(2024, 1, 10))
    moved = {"reason": "moved", "on": date(2025, 6, 30), "at": instant(2025, 6, 1)}
    assert declarations.depart(world.session, stays.id, new_organisation_id=near.id, **moved) == []
    assert timeline.as_of(world.session, first.id, date(2025, 7, 1)) is not None
    (ended,) = declarations.depart(world.session, leaves.id, new_organisation_id=far.id, **moved)
    assert ended.end_reason is EndReason.MOVED_DEPARTEMENT
    assert timeline.grace_on(world.session, second.id, date(2025, 7, 1)) is not None


def test_a_death_opens_no_grace(world):
    doctor, person = world.doctor(), world.person()
    declare(world, person, doctor, instant(2024, 1, 10))
    declarations.depart(world.session, doctor.id, reason="deceased", on=date(2025, 6, 30), at=instant(2025, 6, 30))
    assert timeline.as_of(world.session, person.id, date(2025, 7, 1)) is None
    assert timeline.grace_on(world.session, person.id, date(2025, 7, 1)) is None


# --- paper and late knowledge ---


def test_the_paper_route_waits_for_the_fund_and_counts_from_the_signature(world):
    person, doctor = world.person(), world.doctor()
    declaration = declare(world, person, doctor, instant(2025, 3, 1), route="paper")
    assert declaration.state is State.SIGNED
    assert timeline.as_of(world.session, person.id, date(2025, 3, 2)) is None
    declarations.register_paper(world.session, declaration.id, received_on=date(2025, 3, 20), at=instant(2025, 3, 21))
    assert timeline.as_of(world.session, person.id, date(2025, 3, 1)).starts_on == date(2025, 3, 1)
    assert timeline.as_known_on(world.session, person.id, date(2025, 3, 10), instant(2025, 3, 20)) is None


def test_a_form_recorded_late_never_rewrites_what_was_known(world):
    person, first, second = world.person(), world.doctor(), world.doctor()
    declare(world, person, second, instant(2025, 6, 1))
    before = instant(2025, 7, 1)
    form = paper(person, first, date(2025, 3, 1), date(2025, 7, 10))
    late = declarations.record_paper(world.session, form, at=instant(2025, 7, 11))
    assert late.state is State.ENDED
    april, june = date(2025, 4, 1), date(2025, 6, 2)
    assert timeline.as_of(world.session, person.id, april).professional_id == first.id
    assert timeline.as_of(world.session, person.id, june).professional_id == second.id
    assert timeline.as_known_on(world.session, person.id, april, before) is None
    assert timeline.as_known_on(world.session, person.id, june, before).professional_id == second.id


def test_a_late_form_in_the_middle_cuts_the_earlier_contract(world):
    person, first, second = world.person(), world.doctor(), world.doctor()
    declaration = declare(world, person, first, instant(2025, 1, 1))
    declarations.end(world.session, declaration.id, reason="patient", on=date(2025, 9, 1), at=instant(2025, 8, 1))
    form = paper(person, second, date(2025, 5, 1), date(2025, 10, 1))
    late = declarations.record_paper(world.session, form, at=instant(2025, 10, 2))
    line = timeline.history(world.session, person.id)
    assert [(one.professional_id, one.starts_on, one.ends_on) for one in line] == [
        (first.id, date(2025, 1, 1), date(2025, 5, 1)),
        (second.id, date(2025, 5, 1), None),
    ]
    declarations.annul(world.session, late.id, at=instant(2025, 11, 1))
    (resumed,) = timeline.history(world.session, person.id)
    assert (resumed.ends_on, resumed.end_reason) == (date(2025, 9, 1), EndReason.PATIENT)
    seen = timeline.as_known_on(world.session, person.id, date(2025, 6, 1), instant(2025, 10, 15))
    assert seen.professional_id == second.id


def test_annulling_a_replacement_puts_the_previous_one_back(world):
    person, first, second = world.person(), world.doctor(), world.doctor()
    old = declare(world, person, first, instant(2025, 1, 1))
    mistaken = declare(world, person, second, instant(2025, 6, 1))
    declarations.annul(world.session, mistaken.id, at=instant(2025, 6, 5))
    assert timeline.as_of(world.session, person.id, date(2025, 6, 3)).professional_id == first.id
    assert (old.state, mistaken.state) == (State.IN_FORCE, State.ANNULLED)


def test_annulling_a_replacement_does_not_bring_back_a_doctor_who_retired_since(world):
    person, first, second = world.person(), world.doctor(), world.doctor()
    old = declare(world, person, first, instant(2025, 1, 1))
    mistaken = declare(world, person, second, instant(2025, 6, 1))
    retire(world, first, date(2025, 7, 1))
    declarations.annul(world.session, mistaken.id, at=instant(2025, 8, 1))
    (resumed,) = timeline.history(world.session, person.id)
    assert (resumed.ends_on, resumed.end_reason) == (date(2025, 7, 1), EndReason.RETIRED)
    assert old.state is State.ENDED


def test_an_empty_contract_hides_neither_the_one_in_force_nor_a_departure(world):
    person, first, second, third = world.person(), world.doctor(), world.doctor(), world.doctor()
    declared = declare(world, person, second, instant(2025, 6, 1))
    declarations.end(world.session, declared.id, reason="patient", at=instant(2025, 6, 1))
    declarations.record_paper(
        world.session, paper(person, first, date(2025, 3, 1), date(2025, 7, 1)), at=instant(2025, 7, 2)
    )
    contract, declaration = timeline.last_contract(world.session, person.id, date(2025, 6, 10))
    assert contract.professional_id == declaration.professional_id == first.id
    assert timeline.last_contract(world.session, person.id, date(2025, 2, 1)) is None
    retire(world, first, date(2025, 9, 1))
    assert timeline.grace_on(world.session, person.id, date(2025, 9, 1)).left_on == date(2025, 9, 1)
    assert timeline.grace_on(world.session, person.id, date(2025, 8, 31)) is None
    declare(world, person, third, instant(2025, 10, 1))
    assert timeline.grace_on(world.session, person.id, date(2025, 10, 1)) is None


def test_a_form_without_every_signature_is_refused(world):
    person, doctor = world.person(), world.doctor()
    form = paper(person, doctor, date(2025, 3, 1), date(2025, 3, 5), signed_by_doctor=False)
    with pytest.raises(Refused, match="without the doctor"):
        declarations.record_paper(world.session, form, at=instant(2025, 3, 6))
    backwards = paper(person, doctor, date(2025, 3, 9), date(2025, 3, 5))
    with pytest.raises(Invalid, match="dates"):
        declarations.record_paper(world.session, backwards, at=instant(2025, 3, 20))


def test_a_late_form_of_a_doctor_who_retired_since(world):
    person, doctor = world.person(), world.doctor()
    declarations.depart(world.session, doctor.id, reason="retired", on=date(2025, 6, 1), at=instant(2025, 6, 1))
    form = paper(person, doctor, date(2025, 3, 1), date(2025, 7, 1))
    declarations.record_paper(world.session, form, at=instant(2025, 7, 2))
    (contract,) = timeline.history(world.session, person.id)
    assert (contract.ends_on, contract.end_reason) == (date(2025, 6, 1), EndReason.RETIRED)


# --- the database itself ---


def contract_row(declaration, starts_on, ends_on=None):
    return Tenure(
        declaration_id=declaration.id,
        insured_id=declaration.insured_id,
        professional_id=declaration.professional_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@pytest.mark.parametrize(
    "period", [(date(2025, 5, 1), None), (date(2025, 1, 1), date(2025, 4, 1)), (date(2025, 3, 5), date(2025, 3, 9))]
)
def test_the_database_refuses_two_contracts_at_once(world, period):
    declaration = declare(world, world.person(), world.doctor(), instant(2025, 3, 1))
    world.session.add(contract_row(declaration, *period))
    with pytest.raises((IntegrityError, InternalError)):
        world.session.flush()


def test_the_database_takes_contracts_that_only_touch(world):
    declaration = declare(world, world.person(), world.doctor(), instant(2025, 3, 1))
    world.session.add(contract_row(declaration, date(2025, 1, 1), date(2025, 3, 1)))
    world.session.flush()
    assert len(timeline.history(world.session, declaration.insured_id)) == 2


def test_a_child_has_a_doctor_since_the_law_of_2016(world):
    child, doctor = world.person(born=date(2005, 1, 1)), world.doctor()
    form = {"signed_by_insured": False}
    with pytest.raises(Refused) as refused:
        check_signatures(world.session, paper(child, doctor, date(2016, 1, 27), date(2016, 1, 28), **form), child)
    assert refused.value.code == "too_young"
    assert "avant 16 ans" in refused.value.message["fr"]
    with pytest.raises(Refused) as refused:
        check_signatures(world.session, paper(child, doctor, date(2016, 1, 28), date(2016, 1, 28), **form), child)
    assert refused.value.code == "signature_missing"
