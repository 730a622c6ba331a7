"""What the registry tells the engine about a visit."""

from datetime import date

import pytest

from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law import codes
from parcours.registry.care_plans import service as plans
from parcours.registry.care_plans.service import Actor, PlanContent
from parcours.registry.declarations import service as declarations
from parcours.registry.directory import service as directory
from parcours.registry.people import service as people
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Letter, NewReferral, Provider
from parcours.registry.visits.facts import visit_facts
from parcours.registry.visits.service import answer_visit, settled, visits_that_would_change
from parcours.registry.visits.words import REASONS
from tests.registry.declarations.test_declarations import declare, paper
from tests.registry.world import instant

VISIT = date(2025, 5, 20)
LETTER = Letter(reason="Essai", question="Que faire ?")


def facts_of(world, person, doctor, on=VISIT, **options):
    return visit_facts(world.session, person.id, doctor.id, on, **options)


def role(world, person, doctor, on=VISIT, **options):
    return facts_of(world, person, doctor, on, **options).values()["role"]


def refer(world, person, author, **changes):
    new = NewReferral(
        person.id, author.id, **{"flow": "avis_ponctuel", "letter": LETTER, "issued_on": date(2025, 5, 1), **changes}
    )
    return referrals.write_referral(world.session, new, at=instant(2025, 5, 1))


def test_every_value_is_of_the_vocabulary_and_says_why(world):
    person, doctor = world.person(), world.doctor()
    declare(world, person, doctor, instant(2025, 3, 1))
    facts = facts_of(world, person, doctor)
    slugs = {"role": codes.Role, "referral": codes.Referral, "exemption": codes.Exemption, "scheme": codes.Scheme}
    assert facts.values().keys() <= BY_NAME.keys()
    for name, values in slugs.items():
        assert facts.values()[name].upper() in values.__members__
    for fact in facts.facts.values():
        assert fact.reason["fr"] != fact.reason["en"]
    assert facts.questions == {}


def test_role_medecin_traitant_with_its_declaration(world):
    person, doctor = world.person(), world.doctor()
    declaration = declare(world, person, doctor, instant(2025, 3, 1))
    facts = facts_of(world, person, doctor)
    assert facts.values()["medecin_traitant"] is True
    assert facts.values()["role"] == "medecin_traitant"
    assert facts.sources()["role"].id == declaration.id
    assert facts.values()["age"] == 45


def test_nothing_declared(world):
    values = facts_of(world, world.person(), world.doctor()).values()
    assert (values["medecin_traitant"], values["role"], values["referral"]) == (False, "autre", "none")


def test_role_at_a_secondary_practice(world):
    person, doctor, second = world.person(), world.doctor(), world.place(commune="99002")
    directory.start_practice(
        world.session, doctor.id, second.id, starts_on=date(2020, 1, 1), main=False, at=instant(2020, 1, 1)
    )
    declare(world, person, doctor, instant(2025, 3, 1))
    assert role(world, person, doctor, organisation_id=second.id) == "cabinet_secondaire"
    assert role(world, person, doctor) == "medecin_traitant"


def test_roles_around_the_medecin_traitant(world):
    group = world.place("cabinet_de_groupe")
    doctor, joint, neighbour, stranger = (
        world.doctor(group), world.doctor(group), world.doctor(group), world.doctor()
    )  # fmt: skip
    locum = world.doctor(mode="remplacant", replaced_id=doctor.id, since=date(2025, 5, 1))
    person = world.person()
    declare(world, person, doctor, instant(2025, 3, 1), joint_ids=(joint.id,))
    roles = [role(world, person, one) for one in (doctor, joint, neighbour, locum, stranger)]
    assert roles == ["medecin_traitant", "designe_conjointement", "meme_cabinet", "remplacant", "autre"]


def test_only_a_doctor_in_activity_stands_in_for_the_medecin_traitant(world):
    house = world.place("maison_de_sante")
    doctor, neighbour, joint = world.doctor(house), world.doctor(house), world.doctor(house)
    nurse = world.doctor(house, profession="infirmier_pratique_avancee")
    person = world.person()
    declare(world, person, doctor, instant(2025, 3, 1), joint_ids=(joint.id,))
    assert role(world, person, nurse) == "autre"
    neighbour.ceased_on = joint.ceased_on = VISIT
    for one in (neighbour, joint):
        facts = facts_of(world, person, one)
        assert (facts.values()["role"], facts.notes) == ("autre", ["professional_ceased"])
        day_before = facts_of(world, person, one, on=date(2025, 5, 19))
        assert (day_before.values()["role"] != "autre", day_before.notes) == (True, [])


def test_role_of_a_new_doctor_whose_form_is_on_its_way(world):
    person, old, new = world.person(), world.doctor(), world.doctor()
    declare(world, person, old, instant(2025, 1, 1))
    signed = declare(world, person, new, instant(2025, 5, 10), route="paper")
    assert role(world, person, new) == "nouveau_medecin_traitant"
    assert role(world, person, new, on=date(2025, 5, 9)) == "autre"
    declarations.register_paper(world.session, signed.id, received_on=date(2025, 6, 1), at=instant(2025, 6, 2))
    assert role(world, person, new) == "medecin_traitant"
    assert role(world, person, new, known_at=instant(2025, 5, 25)) == "nouveau_medecin_traitant"


def test_one_opinion_is_one_visit(world):
    person, doctor, specialist = world.person(), world.doctor(), world.doctor(specialty=3)
    declare(world, person, doctor, instant(2025, 3, 1))
    referral = refer(world, person, doctor, addressee_id=specialist.id)
    assert facts_of(world, person, specialist).values()["referral"] == "avis_ponctuel"
    referrals.use(world.session, referral.id, specialist.id, care_date=VISIT)
    assert facts_of(world, person, specialist).values()["referral"] == "avis_ponctuel"
    later = facts_of(world, person, specialist, on=date(2025, 6, 20))
    assert later.values()["referral"] == "none"
    assert later.notes == ["referral_already_used"]


def test_a_referral_out_of_validity_or_cancelled_covers_nothing(world):
    person, doctor, specialist = world.person(), world.doctor(), world.doctor(specialty=3)
    declare(world, person, doctor, instant(2025, 3, 1))
    referral = refer(world, person, doctor, specialty=3, valid_until=date(2025, 5, 20))
    assert facts_of(world, person, specialist).sources()["referral"].id == referral.id
    assert facts_of(world, person, specialist, on=date(2025, 5, 21)).values()["referral"] == "none"
    referrals.cancel(world.session, referral.id, at=instant(2025, 5, 15))
    assert facts_of(world, person, specialist).notes == ["referral_cancelled"]


def test_iterative_care_up_to_its_rhythm(world):
    person, doctor, specialist = world.person(), world.doctor(), world.doctor(specialty=5)
    declare(world, person, doctor, instant(2025, 3, 1))
    actor = Actor("Suivi", professional_id=specialist.id, visits=2, unit="quarter")
    content = PlanContent("soins_iteratifs", "Suivi dermatologique", date(2025, 5, 1), actors=(actor,))
    plan = plans.write_plan(world.session, person.id, doctor.id, content, at=instant(2025, 5, 1))
    referral = refer(world, person, doctor, flow="soins_iteratifs", addressee_id=specialist.id, plan_id=plan.id)
    assert facts_of(world, person, specialist).notes == ["referral_plan_not_agreed_by_patient"]
    plans.agree(world.session, plan.id, on=date(2025, 5, 2))
    plans.agree(world.session, plan.id, on=date(2025, 5, 2), professional_id=specialist.id)
    for day in (date(2025, 5, 10), date(2025, 6, 10)):
        referrals.use(world.session, referral.id, specialist.id, care_date=day)
    third = facts_of(world, person, specialist, on=date(2025, 7, 1))
    assert (third.values()["referral"], third.notes) == ("none", ["referral_rhythm_used_up"])
    assert facts_of(world, person, specialist, on=date(2025, 9, 15)).values()["referral"] == "soins_iteratifs"


def test_a_sequence_names_its_doctors(world):
    person, doctor = world.person(), world.doctor()
    surgeon, radiologist, other = world.doctor(specialty=41), world.doctor(specialty=6), world.doctor(specialty=5)
    declare(world, person, doctor, instant(2025, 3, 1))
    steps = (Provider(specialty=6), Provider(professional_id=surgeon.id))
    refer(world, person, doctor, flow="sequence", providers=steps)
    found = [facts_of(world, person, one).values()["referral"] for one in (radiologist, surgeon, other)]
    assert found == ["sequence", "sequence", "none"]


def test_gp_correspondent(world):
    person, doctor, gp = world.person(), world.doctor(), world.doctor()
    declare(world, person, doctor, instant(2025, 3, 1))
    refer(world, person, doctor, flow="correspondant_generaliste", addressee_id=gp.id)
    values = facts_of(world, person, gp).values()
    assert (values["role"], values["referral"]) == ("correspondant", "avis_ponctuel")


def test_ald_protocol_answers_the_question_of_the_exemption(world):
    person, doctor, specialist = world.person(), world.doctor(), world.doctor(specialty=42)
    declare(world, person, doctor, instant(2025, 3, 1))
    people.open_right(world.session, person.id, "ald", starts_on=date(2025, 1, 1), detail="8")
    assert facts_of(world, person, specialist).questions == {"exemption": ("ald", "none")}
    unrelated = facts_of(world, person, specialist, related_to="none")
    assert unrelated.values()["exemption"] == "ald_sans_rapport"
    content = PlanContent(
        "protocole_ald", "Diabète", date(2025, 4, 1), ald_number=8, actors=(Actor("Bilan", specialty=42),)
    )
    plan = plans.write_plan(world.session, person.id, doctor.id, content, at=instant(2025, 4, 1))
    plans.agree(world.session, plan.id, on=date(2025, 4, 1))
    refer(world, person, doctor, flow="protocole_ald", specialty=42, plan_id=plan.id)
    assert facts_of(world, person, specialist).notes == ["referral_protocol_not_approved"]
    plans.approve(world.session, plan.id, on=date(2025, 4, 20))
    values = facts_of(world, person, specialist).values()
    assert (values["referral"], values["exemption"]) == ("protocole_ald", "ald")


def test_nurse_in_advanced_practice_and_another_doctor(world):
    person, doctor, other = world.person(), world.doctor(), world.doctor()
    nurse, specialist = world.doctor(profession="infirmier_pratique_avancee"), world.doctor(specialty=3)
    declare(world, person, doctor, instant(2025, 3, 1))
    refer(world, person, nurse, flow="ipa", addressee_id=specialist.id)
    assert facts_of(world, person, specialist).values()["referral"] == "ipa"
    refer(world, person, other, flow="autre_medecin", addressee_id=specialist.id)
    assert facts_of(world, person, specialist).values()["referral"] == "autre_medecin"


def test_grace_after_a_departure(world):
    person, doctor, other = world.person(), world.doctor(), world.doctor()
    declaration = declare(world, person, doctor, instant(2024, 3, 1))
    declarations.depart(world.session, doctor.id, reason="retired", on=date(2025, 4, 1), at=instant(2025, 3, 1))
    facts = facts_of(world, person, other)
    assert facts.values()["medecin_traitant_left_on"] == date(2025, 4, 1)
    assert facts.values()["medecin_traitant"] is False
    assert facts.sources()["medecin_traitant_left_on"].id == declaration.id


def test_deficit_zone_counts_from_the_settling_there(world):
    world.deficit_zone("98001")
    there = world.place(commune="98001")
    settled = world.doctor(there, since=date(2023, 1, 1))
    values = facts_of(world, world.person(), settled).values()
    assert (values["zone_deficitaire"], values["installed_on"]) == (True, date(2023, 1, 1))
    elsewhere = facts_of(world, world.person(), world.doctor(since=date(2024, 1, 1))).values()
    assert (elsewhere["zone_deficitaire"], elsewhere["installed_on"]) == (False, date(2024, 1, 1))


def test_settings(world):
    world.deficit_zone("98001")
    centre = world.doctor(world.place("centre_de_sante", commune="98001"))
    addiction = world.doctor(world.place("hopital", special_setting="addictologie"), specialty=33)
    prisoner = world.person()
    people.open_right(world.session, prisoner.id, "detention", starts_on=date(2025, 1, 1))
    found = [
        facts_of(world, one, doctor).values()["special_setting"]
        for one, doctor in ((world.person(), centre), (world.person(), addiction), (prisoner, world.doctor()))
    ]
    assert found == ["centre_sante_zone_deficitaire", "addictologie", "detenu"]


def test_rights(world):
    person = world.person()
    people.open_right(world.session, person.id, "c2s", starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1))
    people.open_right(world.session, person.id, "maternite", starts_on=date(2025, 5, 1), ends_on=date(2025, 9, 1))
    people.open_right(world.session, person.id, "contract", starts_on=date(2025, 1, 1), detail="confort")
    values = facts_of(world, person, world.doctor()).values()
    assert (values["c2s"], values["ame"], values["exemption"], values["contract"]) == (
        True, False, "maternite", "confort"
    )  # fmt: skip
    after = facts_of(world, person, world.doctor(), on=date(2026, 1, 1)).values()
    assert (after["c2s"], after["exemption"]) == (False, "none")


# --- answered visits ---


def test_a_late_declaration_tells_which_answered_visits_would_change(world):
    person, doctor, other = world.person(), world.doctor(), world.doctor()
    asked = instant(2025, 5, 20)
    then, given = facts_of(world, person, doctor, known_at=asked), {"fee": "30"}
    settlement = settled(then.values() | given)
    seen = answer_visit(world.session, then, given=given, settlement=settlement, at=asked)
    before = answer_visit(world.session, facts_of(world, person, other, known_at=asked), at=asked)
    assert visits_that_would_change(world.session, person.id) == []
    form = paper(person, doctor, date(2025, 5, 1), date(2025, 7, 1))
    declarations.record_paper(world.session, form, at=instant(2025, 7, 2))
    changes = visits_that_would_change(world.session, person.id)
    assert {one.visit.id for one in changes} == {seen.id, before.id}
    mine = next(one for one in changes if one.visit.id == seen.id)
    assert mine.facts == {"medecin_traitant": (False, True), "role": ("autre", "medecin_traitant")}
    assert mine.settlement["status"] == ("S", "T")
    assert mine.settlement["majoration"] == ("10.60", "0.00")
    assert mine.settlement["amo"] == ("8.40", "19.00")
    assert '"role": "autre"' in seen.facts


def test_reasons_are_in_two_languages():
    assert all(text.fr and text.en and text.fr != text.en for text in REASONS.values())


@pytest.mark.parametrize("unknown", ["nonsense", "01a20362-0f98-72a8-bca1-4d15ebd7da5e"])
def test_unknown_people_are_not_found(world, unknown):
    from parcours.registry.errors import NotFound

    with pytest.raises(NotFound):
        visit_facts(world.session, unknown, world.doctor().id, VISIT)
    with pytest.raises(NotFound):
        visit_facts(world.session, world.person().id, unknown, VISIT)
