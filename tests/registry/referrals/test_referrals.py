"""Referrals and care plans: who may write which, what they cover, what comes back."""

import ast
from datetime import date
from pathlib import Path

import pytest

from parcours.registry.care_plans import service as plans
from parcours.registry.care_plans.service import Actor, PlanContent
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals import states
from parcours.registry.referrals.covering import why_not
from parcours.registry.referrals.letters import Letter, NewReferral, Provider
from parcours.registry.referrals.models import ReferralUse
from tests.registry.declarations.test_declarations import declare
from tests.registry.world import instant

DAY = date(2025, 5, 1)
LETTER = Letter(reason="Douleur (fictif)", question="Quel avis ?", history="Aucun", examinations_done="Clinique")
MONTHLY = {"visits": 1, "unit": "month"}


@pytest.fixture
def declared(world):
    person, doctor = world.person(), world.doctor()
    declare(world, person, doctor, instant(2025, 1, 1))
    return person, doctor


def new(person, author, flow="avis_ponctuel", **changes):
    values = {"letter": LETTER, "issued_on": DAY, "specialty": 3, **changes}
    if {"addressee_id", "providers"} & changes.keys() and "specialty" not in changes:
        values["specialty"] = None
    return NewReferral(person.id, author.id, flow, **values)


def write(world, *args, **changes):
    return referrals.write_referral(world.session, new(*args, **changes), at=instant(2025, 5, 1))


def plan_of(world, person, doctor, actor, kind="soins_iteratifs", agreed=True, **more):
    content = PlanContent(kind, "Suivi (fictif)", date(2025, 1, 1), actors=(actor,), **more)
    plan = plans.write_plan(world.session, person.id, doctor.id, content, at=instant(2025, 1, 2))
    return plans.agree(world.session, plan.id, on=date(2025, 1, 3)) if agreed else plan


def test_the_letter_is_kept_encrypted_and_whole(world, declared):
    referral = write(world, *declared)
    stored = world.session.connection().exec_driver_sql("SELECT letter FROM referrals").scalar_one()
    assert b"Douleur" not in bytes(stored)
    assert referrals.letter_of(referral) == LETTER
    assert referral.valid_until == date(2026, 5, 1)
    assert referral.authored_by_medecin_traitant


@pytest.mark.parametrize("flow", ["avis_ponctuel", "sequence", "correspondant_generaliste", "ipa"])
def test_a_doctor_who_is_not_the_medecin_traitant_uses_one_flow_only(world, declared, flow):
    person, _ = declared
    with pytest.raises(Refused, match="autre_medecin"):
        write(world, person, world.doctor(), flow=flow)
    assert not write(world, person, world.doctor(), flow="autre_medecin").authored_by_medecin_traitant


def test_the_same_premises_speak_for_the_medecin_traitant(world):
    group = world.place("maison_de_sante")
    person, doctor, neighbour = world.person(), world.doctor(group), world.doctor(group)
    declare(world, person, doctor, instant(2025, 1, 1))
    assert write(world, person, neighbour).authored_by_medecin_traitant
    nurse = world.doctor(group, profession="infirmier_pratique_avancee")
    assert not write(world, person, nurse, flow="ipa").authored_by_medecin_traitant


def test_a_nurse_in_advanced_practice_has_a_flow_and_other_nurses_none(world, declared):
    person, _ = declared
    advanced = world.doctor(profession="infirmier_pratique_avancee")
    with pytest.raises(Refused, match="ipa"):
        write(world, person, advanced)
    assert write(world, person, advanced, flow="ipa")
    with pytest.raises(Refused, match="a nurse in advanced practice"):
        write(world, person, world.doctor(profession="infirmier"), flow="ipa")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specialty": None}, "addressee_id"),
        ({"flow": "sequence", "specialty": 3, "providers": (Provider(specialty=6),)}, "addressee_id"),
        ({"flow": "sequence", "providers": (Provider(),)}, "providers"),
        ({"flow": "correspondant_generaliste"}, "specialty"),
        ({"flow": "soins_iteratifs"}, "plan_id"),
        ({"flow": "protocole_ald"}, "plan_id"),
        ({"valid_until": date(2025, 4, 30)}, "valid_until"),
        ({"flow": "nonsense"}, "referral"),
        ({"letter": Letter("a", "b", urgency="now")}, "urgency"),
    ],
)
def test_what_is_wrong_is_named(world, declared, changes, field):
    with pytest.raises(Invalid) as refused:
        write(world, *declared, **changes)
    assert refused.value.field == field


def test_an_addressee_is_a_doctor(world, declared):
    nurse = world.doctor(profession="infirmier")
    with pytest.raises(Invalid, match="a doctor"):
        write(world, *declared, addressee_id=nurse.id)


def test_who_has_ceased_neither_writes_nor_receives_a_referral(world, declared):
    person, doctor = declared
    specialist = world.doctor(specialty=3)
    referral = write(world, person, doctor, addressee_id=specialist.id)
    specialist.ceased_on = DAY
    for changes in ({"addressee_id": specialist.id}, {"flow": "sequence", "providers": (Provider(specialist.id),)}):
        with pytest.raises(Refused, match="has ceased"):
            write(world, person, doctor, **changes)
    with pytest.raises(Refused, match="has ceased"):
        referrals.use(world.session, referral.id, specialist.id, care_date=date(2025, 5, 2))
    doctor.ceased_on = DAY
    with pytest.raises(Refused, match="has ceased") as refused:
        write(world, person, doctor)
    assert refused.value.field == "author_id"
    assert write(world, person, doctor, issued_on=date(2025, 4, 30)).authored_by_medecin_traitant


def test_a_sequence_is_one_of_doctors(world, declared):
    with pytest.raises(Invalid) as refused:
        write(world, *declared, flow="sequence", providers=(Provider(world.doctor(profession="infirmier").id),))
    assert refused.value.field == "providers"


def test_nobody_refers_a_patient_to_themselves(world, declared):
    _, doctor = declared
    with pytest.raises(Invalid) as refused:
        write(world, *declared, addressee_id=doctor.id, specialty=None)
    assert refused.value.field == "addressee_id"


def test_an_opinion_serves_once_and_again_after_a_cancelled_visit(world, declared):
    cardiologist, other = world.doctor(specialty=3), world.doctor(specialty=3)
    referral = write(world, *declared)
    used = referrals.use(world.session, referral.id, cardiologist.id, care_date=date(2025, 5, 10))
    again = referrals.use(world.session, referral.id, cardiologist.id, care_date=date(2025, 5, 10))
    assert again.id == used.id
    with pytest.raises(Refused, match="already_used"):
        referrals.use(world.session, referral.id, other.id, care_date=date(2025, 5, 12))
    referrals.cancel_use(world.session, used.id)
    assert referrals.use(world.session, referral.id, other.id, care_date=date(2025, 5, 12))


def test_the_database_takes_one_use_of_an_opinion(world, declared):
    from sqlalchemy.exc import IntegrityError

    cardiologist, referral = world.doctor(specialty=3), write(world, *declared)
    for day in (date(2025, 5, 10), date(2025, 5, 11)):
        row = ReferralUse(referral_id=referral.id, professional_id=cardiologist.id, care_date=day, single=True)
        world.session.add(row)
    with pytest.raises(IntegrityError):
        world.session.flush()


@pytest.mark.parametrize(
    ("day", "why"), [(date(2025, 4, 30), "out_of_validity"), (date(2026, 5, 2), "out_of_validity")]
)
def test_validity(world, declared, day, why):
    referral = write(world, *declared)
    with pytest.raises(Refused, match=why):
        referrals.use(world.session, referral.id, world.doctor(specialty=3).id, care_date=day)


def test_a_cancelled_referral_covers_nothing_and_is_cancelled_once(world, declared):
    referral, cardiologist = write(world, *declared), world.doctor(specialty=3)
    referrals.cancel(world.session, referral.id, at=instant(2025, 5, 3))
    assert why_not(world.session, referral, cardiologist, date(2025, 5, 10)) == "cancelled"
    known = why_not(world.session, referral, cardiologist, date(2025, 5, 10), instant(2025, 5, 2))
    assert known is None
    with pytest.raises(Conflict):
        referrals.cancel(world.session, referral.id)


def test_only_who_saw_the_patient_reports_back(world, declared):
    referral, cardiologist = write(world, *declared), world.doctor(specialty=3)
    options = {"written_on": date(2025, 5, 11), "text": "Rien à signaler (fictif)"}
    with pytest.raises(Refused, match="no visit"):
        referrals.report_back(world.session, referral.id, cardiologist.id, **options)
    referrals.use(world.session, referral.id, cardiologist.id, care_date=date(2025, 5, 10))
    report = referrals.report_back(world.session, referral.id, cardiologist.id, **options)
    assert referrals.reports_of(world.session, referral.id) == [report]


def test_a_gp_correspondent_may_follow_a_plan(world, declared):
    person, doctor = declared
    gp = world.doctor()
    actor = Actor("Suivi", professional_id=gp.id, **MONTHLY)
    plan = plan_of(world, person, doctor, actor)
    plans.agree(world.session, plan.id, on=date(2025, 1, 4), professional_id=gp.id)
    changes = {"addressee_id": gp.id, "plan_id": plan.id}
    referral = write(world, person, doctor, flow="correspondant_generaliste", **changes)
    referrals.use(world.session, referral.id, gp.id, care_date=date(2025, 5, 10))
    assert why_not(world.session, referral, gp, date(2025, 5, 20)) == "rhythm_used_up"
    assert why_not(world.session, referral, gp, date(2025, 6, 10)) is None


# --- plans ---


def test_only_the_medecin_traitant_writes_a_plan(world, declared):
    person, _ = declared
    with pytest.raises(Refused, match="médecin traitant"):
        plan_of(world, person, world.doctor(), Actor("Suivi", specialty=3, **MONTHLY))


def test_neither_a_neighbour_of_another_profession_nor_one_who_ceased_writes_a_plan(world):
    house = world.place("maison_de_sante")
    person, doctor, neighbour = world.person(), world.doctor(house), world.doctor(house)
    declare(world, person, doctor, instant(2025, 1, 1))
    actor = Actor("Suivi", specialty=3, **MONTHLY)
    assert plan_of(world, person, neighbour, actor)
    neighbour.ceased_on = date(2025, 1, 1)
    for author in (world.doctor(house, profession="masseur_kinesitherapeute"), neighbour):
        with pytest.raises(Refused, match="médecin traitant"):
            plan_of(world, person, author, actor)
    with pytest.raises(Refused, match="has ceased"):
        plan_of(world, person, doctor, Actor("Suivi", professional_id=neighbour.id, **MONTHLY))


@pytest.mark.parametrize(
    ("kind", "actor", "more", "field"),
    [
        ("soins_iteratifs", Actor("Suivi", specialty=3), {}, "visits"),
        ("soins_iteratifs", Actor("Suivi", specialty=3, visits=2), {}, "visits"),
        ("soins_iteratifs", Actor("Suivi", specialty=3, visits=0, unit="month"), {}, "visits"),
        ("soins_iteratifs", Actor("Suivi", **MONTHLY), {}, "actors"),
        ("soins_iteratifs", Actor("Suivi", specialty=3, visits=1, unit="moon"), {}, "unit"),
        ("soins_iteratifs", Actor("Suivi", specialty=3, **MONTHLY), {"ald_number": 8}, "ald_number"),
        ("soins_iteratifs", Actor("Suivi", specialty=3, **MONTHLY), {"ends_on": date(2024, 1, 1)}, "ends_on"),
        ("protocole_ald", Actor("Bilan", specialty=3), {}, "ald_number"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(world, declared, kind, actor, more, field):
    with pytest.raises(Invalid) as refused:
        plan_of(world, *declared, actor, kind=kind, **more)
    assert refused.value.field == field


def test_coverage_says_why_not(world, declared):
    person, doctor = declared
    named, other = world.doctor(specialty=3), world.doctor(specialty=5)
    plan = plan_of(world, person, doctor, Actor("Suivi", professional_id=named.id, **MONTHLY), agreed=False)

    def why(who=named, on=DAY, known_at=None):
        return plans.covers(world.session, plan, who, on, lambda _actor, _after: 0, known_at).why

    assert why() == "plan_not_agreed_by_patient"
    plans.agree(world.session, plan.id, on=date(2025, 1, 3))
    assert why() == "plan_not_agreed_by_correspondent"
    plans.agree(world.session, plan.id, on=date(2025, 1, 4), professional_id=named.id)
    assert why() == "covered"
    assert why(other) == "doctor_not_in_plan"
    assert why(on=date(2024, 12, 31)) == "plan_not_in_force"
    assert why(known_at=instant(2025, 1, 1)) == "plan_not_yet_recorded"
    plans.stop(world.session, plan.id, on=DAY)
    assert why() == "plan_not_in_force"


def test_only_a_protocol_is_approved_and_only_an_actor_agrees(world, declared):
    plan = plan_of(world, *declared, Actor("Suivi", specialty=3, **MONTHLY))
    with pytest.raises(Conflict):
        plans.approve(world.session, plan.id, on=DAY)
    with pytest.raises(NotFound):
        plans.agree(world.session, plan.id, on=DAY, professional_id=world.doctor().id)


def test_a_plan_of_somebody_else_is_not_found(world, declared):
    person, doctor = declared
    other = world.person()
    declare(world, other, doctor, instant(2025, 1, 1))
    plan = plan_of(world, person, doctor, Actor("Suivi", specialty=3, **MONTHLY))
    with pytest.raises(NotFound):
        write(world, other, doctor, flow="soins_iteratifs", plan_id=plan.id)


@pytest.mark.parametrize(("name", "writer"), [("ReferralStep", "states.py"), ("Referral", "service.py")])
def test_one_place_writes_a_referral_and_one_its_states(name, writer):
    """Whoever sends or moves one, from whichever face, goes through it: no state is set beside the machine."""
    source = Path(states.__file__).parents[2]
    found = [
        path for path in sorted(source.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]  # fmt: skip
    assert found == [Path(states.__file__).with_name(writer)]
