"""The stories of the demonstration: who is in each, what happened, and what it shows."""

from dataclasses import dataclass
from datetime import date

from parcours.registry.care_plans import service as plans
from parcours.registry.care_plans.service import Actor, PlanContent
from parcours.registry.conciliation import service as cases
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import Proposal
from parcours.registry.demo.country import OPENING, Country, noon
from parcours.registry.demo.fictitious import fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Professional
from parcours.registry.directory.offers import together
from parcours.registry.directory.service import get_professional
from parcours.registry.people import family
from parcours.registry.people import service as people
from parcours.registry.people.models import Insured
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Provider
from parcours.registry.visits.facts import visit_facts
from parcours.registry.visits.service import answer_visit, settled


@dataclass(frozen=True)
class Story:
    """Something to look at: a patient, a professional, a day, and what it shows."""

    key: str
    patient: int
    """Rank of the fictitious NIR."""
    professional: int
    """Rank of the fictitious RPPS."""
    on: date
    fr: str
    en: str


GP, OTHER_GP, CARDIOLOGIST, DERMATOLOGIST = 1, 2, 3, 4
JOINT_GP, LOCUM, RETIRED_GP, MOVED_GP = 5, 6, 7, 8
NEW_GP, ZONE_GP, IPA, DIABETOLOGIST = 9, 10, 11, 12
SURGEON, RADIOLOGIST, PAPER_GP, CENTRE_GP = 13, 14, 15, 16
TWO_PLACES_GP, OPHTHALMOLOGIST, PSYCHIATRIST, FULL_GP = 17, 18, 19, 20

CHILD = 90
"""Rank of the child of the patient whose account is opened."""
ADULT = date(1984, 3, 12)
DECLARED = date(2022, 9, 5)


def _cast(country: Country) -> None:
    """The professionals of the stories."""
    with together(country.session):
        group = country.place("maison_de_sante", name="Maison de santé du Modèle")
        country.doctor(GP, place=group)
        country.doctor(JOINT_GP, place=group)
        country.doctor(OTHER_GP, commune="99002")
        country.doctor(CARDIOLOGIST, specialty=3)
        country.doctor(DERMATOLOGIST, specialty=5, convention="secteur_2")
        gp = get_professional(country.session, fictitious_rpps(GP))
        country.doctor(LOCUM, place=group, since=date(2026, 4, 1), mode="remplacant", replaced_id=gp.id)
        country.doctor(RETIRED_GP, commune="99003")
        country.doctor(MOVED_GP, commune="99004")
        country.doctor(NEW_GP, commune="99002", since=date(2024, 9, 2))
        country.doctor(ZONE_GP, commune="99005", since=date(2023, 1, 9))
        country.doctor(IPA, profession="infirmier_pratique_avancee", place=group)
        country.doctor(DIABETOLOGIST, specialty=42)
        country.doctor(SURGEON, specialty=41, convention="secteur_2_optam")
        country.doctor(RADIOLOGIST, specialty=6)
        country.doctor(PAPER_GP, commune="99003")
        country.doctor(
            CENTRE_GP, place=country.place("centre_de_sante", commune="98003", name="Centre de santé Hypothèse")
        )
        country.doctor(TWO_PLACES_GP, commune="96001")
        country.doctor(OPHTHALMOLOGIST, specialty=15)
        country.doctor(PSYCHIATRIST, specialty=33)
        country.doctor(FULL_GP, commune="99001")


def _doctor(country: Country, rank: int) -> Professional:
    return get_professional(country.session, fictitious_rpps(rank))


def _declared(country: Country, rank: int, doctor: int = GP, born: date = ADULT, **options: object) -> Insured:
    person = country.person(rank, born=born)
    country.declare(person, _doctor(country, doctor), DECLARED, **options)
    return person


def _ordinary(country: Country) -> None:
    """Own doctor; outside; referred once, used, reported; C2S outside; a secondary practice."""
    _of_the_account(country, _declared(country, 0))
    _declared(country, 1)
    referred = _declared(country, 2)
    cardiologist = _doctor(country, CARDIOLOGIST)
    referral = country.refer(
        referred, _doctor(country, GP), "avis_ponctuel", date(2026, 3, 2), "Palpitations (fictif)",
        addressee_id=cardiologist.id,
    )  # fmt: skip
    referrals.use(country.session, referral, cardiologist.id, care_date=date(2026, 3, 20), at=noon(date(2026, 3, 20)))
    referrals.report_back(
        country.session, referral, cardiologist.id, written_on=date(2026, 3, 21),
        text="Examen fictif normal, pas de suite.", at=noon(date(2026, 3, 21)),
    )  # fmt: skip
    poor = _declared(country, 3)
    people.open_right(country.session, poor.id, "c2s", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1))
    second = country.place(commune="96002", name="Cabinet secondaire Échantillon")
    doctor = _doctor(country, TWO_PLACES_GP)
    directory.start_practice(country.session, doctor.id, second.id, starts_on=OPENING, main=False, at=noon(OPENING))
    _declared(country, 4, TWO_PLACES_GP)


def _of_the_account(country: Country, person: Insured) -> None:
    """The patient whose account the demonstration opens: a child of six, a visit, and the letter it ended with."""
    gp, child = _doctor(country, GP), country.person(CHILD, born=date(2020, 4, 23))
    family.add_holder(country.session, child_id=child.id, holder_id=person.id, at=noon(DECLARED))
    country.declare(child, gp, DECLARED, by="parent", parent_id=person.id)
    _visited(country, person, gp, date(2026, 11, 9))
    country.refer(person, gp, "avis_ponctuel", date(2026, 11, 9), "Grain de beauté à voir (fictif)", specialty=5)


def _ages(country: Country) -> None:
    """A child of ten whose parent chose; a young person of seventeen with a co-signature, and one who waits for it."""
    parent = _declared(country, 10, born=date(1982, 7, 1))
    child = country.person(11, born=date(2015, 11, 3))
    young = country.person(12, born=date(2008, 10, 20))
    waiting = country.person(13, born=date(2009, 2, 14))
    for one in (child, young, waiting):
        family.add_holder(country.session, child_id=one.id, holder_id=parent.id, at=noon(OPENING))
    country.declare(child, _doctor(country, GP), DECLARED, by="parent", parent_id=parent.id)
    declaration = country.declare(young, _doctor(country, GP), date(2026, 1, 12))
    declarations.agree(country.session, declaration.id, party="parent", parent_id=parent.id, at=noon(date(2026, 1, 15)))
    country.declare(waiting, _doctor(country, OTHER_GP), date(2026, 5, 4))


def _departures(country: Country) -> None:
    """A doctor who retired, one who left the département, and a patient who found another since."""
    _declared(country, 20, RETIRED_GP)
    found = _declared(country, 21, RETIRED_GP)
    _declared(country, 22, MOVED_GP)
    retired, moved = _doctor(country, RETIRED_GP), _doctor(country, MOVED_GP)
    declarations.depart(country.session, retired.id, reason="retired", on=date(2026, 1, 1), at=noon(date(2025, 12, 1)))
    there = country.place(commune="98002", name="Cabinet Prototype")
    declarations.depart(
        country.session, moved.id, reason="moved", on=date(2026, 2, 1), new_organisation_id=there.id,
        at=noon(date(2026, 1, 10)),
    )  # fmt: skip
    country.declare(found, _doctor(country, OTHER_GP), date(2026, 3, 9))


def _visited(country: Country, person: Insured, doctor: Professional, on: date) -> None:
    """A visit, answered as it was known that day."""
    facts = visit_facts(country.session, person.id, doctor.id, on, known_at=noon(on))
    given = {"fee": "30.00"}
    answer_visit(country.session, facts, given=given, settlement=settled(facts.values() | given), at=noon(on))


def _late_paper(country: Country) -> None:
    """A visit answered in ignorance of a form that arrived later; a form on its way."""
    late, on_its_way = country.person(30, born=ADULT), _declared(country, 31)
    doctor = _doctor(country, PAPER_GP)
    _visited(country, late, doctor, date(2026, 4, 14))
    form = PaperForm(
        late.id, doctor.id, signed_on=date(2026, 4, 1), received_on=date(2026, 5, 6),
        signed_by_insured=True, signed_by_doctor=True,
    )  # fmt: skip
    declarations.record_paper(country.session, form, at=noon(date(2026, 5, 7)))
    country.declare(on_its_way, doctor, date(2026, 6, 10), route="paper")


def _group(country: Country) -> None:
    """Two doctors designated together, a neighbour, a locum."""
    joint = _doctor(country, JOINT_GP)
    _declared(country, 40, joint_ids=(joint.id,))
    _declared(country, 41)


def _flows(country: Country) -> None:
    """ALD protocol, iterative care, sequence, GP correspondent, nurse in advanced practice, another doctor."""
    gp = _doctor(country, GP)
    ald = _declared(country, 50)
    people.open_right(country.session, ald.id, "ald", starts_on=date(2023, 1, 1), detail="8")
    protocol = PlanContent(
        "protocole_ald", "Diabète de type 2 (fictif)", date(2026, 1, 5), ald_number=8,
        actors=(Actor("Bilan annuel", specialty=42), Actor("Fond d'œil", specialty=15)),
    )  # fmt: skip
    plan = plans.write_plan(country.session, ald.id, gp.id, protocol, at=noon(date(2026, 1, 5)))
    plans.agree(country.session, plan.id, on=date(2026, 1, 5))
    plans.approve(country.session, plan.id, on=date(2026, 1, 26))
    country.refer(
        ald, gp, "protocole_ald", date(2026, 1, 27), "Suivi du diabète (fictif)", specialty=42, plan_id=plan.id
    )

    iterative, dermatologist = _declared(country, 51), _doctor(country, DERMATOLOGIST)
    actor = Actor("Photothérapie, contrôle", professional_id=dermatologist.id, visits=2, unit="quarter")
    content = PlanContent("soins_iteratifs", "Psoriasis (fictif)", date(2026, 2, 2), date(2027, 2, 2), actors=(actor,))
    plan = plans.write_plan(country.session, iterative.id, gp.id, content, at=noon(date(2026, 2, 2)))
    plans.agree(country.session, plan.id, on=date(2026, 2, 2))
    plans.agree(country.session, plan.id, on=date(2026, 2, 4), professional_id=dermatologist.id)
    referral = country.refer(
        iterative, gp, "soins_iteratifs", date(2026, 2, 5), "Psoriasis (fictif)",
        addressee_id=dermatologist.id, plan_id=plan.id,
    )  # fmt: skip
    referrals.use(country.session, referral, dermatologist.id, care_date=date(2026, 3, 3), at=noon(date(2026, 3, 3)))

    sequence = _declared(country, 52)
    steps = (Provider(specialty=6), Provider(professional_id=_doctor(country, SURGEON).id))
    country.refer(sequence, gp, "sequence", date(2026, 5, 4), "Genou (fictif)", providers=steps)

    country.refer(
        _declared(country, 53), gp, "correspondant_generaliste", date(2026, 5, 11), "Acupuncture (fictif)",
        addressee_id=_doctor(country, OTHER_GP).id,
    )  # fmt: skip
    nurse, cardiologist = _doctor(country, IPA), _doctor(country, CARDIOLOGIST)
    country.refer(
        _declared(country, 54), nurse, "ipa", date(2026, 5, 12), "Hypertension (fictif)", addressee_id=cardiologist.id
    )
    country.refer(
        _declared(country, 55), _doctor(country, OPHTHALMOLOGIST), "autre_medecin", date(2026, 5, 13),
        "Bilan vasculaire (fictif)", addressee_id=cardiologist.id,
    )  # fmt: skip


def _life(country: Country) -> None:
    """Changed doctor; ended by the doctor; pregnant; Alsace-Moselle; care home; a young adult at a psychiatrist's."""
    changed = _declared(country, 60, OTHER_GP)
    country.declare(changed, _doctor(country, GP), date(2025, 11, 3))
    left = country.person(61, born=ADULT)
    declaration = country.declare(left, _doctor(country, OTHER_GP), DECLARED)
    declarations.end(country.session, declaration.id, reason="doctor", on=date(2026, 2, 16), at=noon(date(2026, 2, 16)))
    pregnant = _declared(country, 63)
    people.open_right(country.session, pregnant.id, "maternite", starts_on=date(2026, 4, 1), ends_on=date(2026, 9, 1))
    local = country.person(64, born=ADULT)
    people.affiliate(
        country.session, local.id, fund_code="01C991", scheme="alsace_moselle", starts_on=date(2020, 1, 1),
        at=noon(date(2020, 1, 1)),
    )  # fmt: skip
    country.declare(local, _doctor(country, GP), DECLARED)
    resident = _declared(country, 65, born=date(1938, 1, 30))
    people.open_right(country.session, resident.id, "ehpad", starts_on=date(2024, 1, 1))
    _declared(country, 66, born=date(2004, 5, 5))


def _conciliation(country: Country) -> None:
    """Refused twice, a case open; a case closed by a declaration; a proposal of a doctor that waits for the patient."""
    session, full, other = country.session, _doctor(country, FULL_GP), _doctor(country, OTHER_GP)
    alone = country.person(70, born=ADULT)
    for reason, day in (("Patientèle complète", date(2026, 4, 20)), (None, date(2026, 4, 27))):
        proposed = declarations.propose(session, Proposal(alone.id, full.id), at=noon(day))
        declarations.refuse(session, proposed.id, reason=reason, at=noon(day))
    case = cases.open_case(session, alone.id, reason="Deux refus près du domicile", at=noon(date(2026, 5, 4)))
    asked = cases.contact(session, case.id, full.id, at=noon(date(2026, 5, 6)))
    cases.answer(session, asked.id, "refused", reason="Départ prochain", at=noon(date(2026, 5, 12)))
    cases.contact(session, case.id, other.id, at=noon(date(2026, 6, 1)))

    helped = country.person(71, born=date(1990, 12, 1))
    case = cases.open_case(session, helped.id, at=noon(date(2026, 3, 2)))
    asked = cases.contact(session, case.id, other.id, at=noon(date(2026, 3, 4)))
    cases.answer(session, asked.id, "accepted", at=noon(date(2026, 3, 9)))
    declaration = country.declare(helped, other, date(2026, 3, 16))
    cases.close(session, case.id, "declaration", declaration_id=declaration.id, at=noon(date(2026, 3, 16)))

    wanted = country.person(72, born=ADULT)
    declarations.propose(session, Proposal(wanted.id, other.id, by="doctor"), at=noon(date(2026, 6, 8)))


WRITERS = (_cast, _ordinary, _ages, _departures, _late_paper, _group, _flows, _life, _conciliation)

STORIES = (
    Story("own_doctor", 0, GP, date(2026, 6, 15), "Chez son médecin traitant", "At one's own médecin traitant"),
    Story("outside", 1, CARDIOLOGIST, date(2026, 6, 15), "Spécialiste sans adressage", "A specialist without referral"),
    Story(
        "opinion", 2, CARDIOLOGIST, date(2026, 3, 20), "Avis ponctuel, avec retour", "An opinion, with a report back"
    ),
    Story(
        "opinion_used_up", 2, CARDIOLOGIST, date(2026, 6, 15), "Un avis ne sert qu'une fois", "An opinion serves once"
    ),
    Story("c2s_outside", 3, CARDIOLOGIST, date(2026, 6, 15), "C2S hors parcours", "C2S outside the pathway"),
    Story(
        "two_practices", 4, TWO_PLACES_GP, date(2026, 6, 15), "Médecin à deux cabinets", "A doctor with two practices"
    ),
    Story("child", 11, CARDIOLOGIST, date(2026, 6, 15), "Moins de 16 ans", "Below 16"),
    Story("cosigned", 12, GP, date(2026, 6, 15), "17 ans, un parent a cosigné", "Aged 17, a parent co-signed"),
    Story("cosignature_awaited", 13, OTHER_GP, date(2026, 6, 15), "La cosignature manque", "Co-signature awaited"),
    Story("retired", 20, OTHER_GP, date(2026, 6, 15), "Son médecin a pris sa retraite", "Their doctor retired"),
    Story("retired_then_declared", 21, CARDIOLOGIST, date(2026, 6, 15), "Nouveau médecin depuis", "A new doctor since"),
    Story(
        "moved", 22, OTHER_GP, date(2026, 6, 15), "Médecin parti du département", "Their doctor left the département"
    ),
    Story("late_paper", 30, PAPER_GP, date(2026, 4, 14), "Formulaire arrivé tard", "A form that came late"),
    Story("form_on_its_way", 31, PAPER_GP, date(2026, 6, 15), "Formulaire en route", "A form on its way"),
    Story("joint", 40, JOINT_GP, date(2026, 6, 15), "Désignation conjointe", "Joint designation"),
    Story("same_premises", 41, JOINT_GP, date(2026, 6, 15), "Même maison de santé", "Same health house"),
    Story("locum", 41, LOCUM, date(2026, 6, 15), "Remplaçant", "A locum"),
    Story("ald_protocol", 50, DIABETOLOGIST, date(2026, 6, 15), "Protocole ALD", "ALD protocol"),
    Story("ald_elsewhere", 50, CARDIOLOGIST, date(2026, 6, 15), "ALD, hors protocole", "ALD, outside the protocol"),
    Story("iterative", 51, DERMATOLOGIST, date(2026, 4, 15), "Soins itératifs", "Iterative care"),
    Story("sequence", 52, SURGEON, date(2026, 6, 15), "Séquence de soins", "A sequence of care"),
    Story("correspondent", 53, OTHER_GP, date(2026, 6, 15), "Correspondant généraliste", "GP correspondent"),
    Story("ipa", 54, CARDIOLOGIST, date(2026, 6, 15), "Adressé par un IPA", "Referred by a nurse in advanced practice"),
    Story(
        "other_doctor",
        55,
        CARDIOLOGIST,
        date(2026, 6, 15),
        "Adressé par un autre médecin",
        "Referred by another doctor",
    ),
    Story("changed", 60, GP, date(2026, 6, 15), "A changé de médecin", "Changed doctors"),
    Story("ended_by_doctor", 61, OTHER_GP, date(2026, 6, 15), "Le médecin a mis fin", "Ended by the doctor"),
    Story("new_gp", 1, NEW_GP, date(2026, 6, 15), "Généraliste récemment installé", "A newly settled GP"),
    Story("deficit_zone", 1, ZONE_GP, date(2026, 6, 15), "Installé en zone déficitaire", "Settled in a deficit zone"),
    Story("centre_in_zone", 1, CENTRE_GP, date(2026, 6, 15), "Centre de santé en zone", "A centre in a deficit zone"),
    Story("pregnant", 63, CARDIOLOGIST, date(2026, 6, 15), "Maternité", "Maternity"),
    Story("alsace_moselle", 64, GP, date(2026, 6, 15), "Régime local", "Alsace-Moselle scheme"),
    Story("care_home", 65, GP, date(2026, 6, 15), "Résident d'EHPAD", "Resident of a care home"),
    Story("psychiatrist_22", 66, PSYCHIATRIST, date(2026, 6, 15), "Psychiatre à 22 ans", "A psychiatrist at 22"),
    Story("ophthalmologist", 0, OPHTHALMOLOGIST, date(2026, 6, 15), "Ophtalmologue", "An ophthalmologist"),
    Story("no_doctor_found", 70, OTHER_GP, date(2026, 6, 15), "Conciliation en cours", "Conciliation under way"),
    Story("conciliated", 71, OTHER_GP, date(2026, 6, 15), "Conciliation réussie", "Conciliation that succeeded"),
    Story("proposed_by_doctor", 72, OTHER_GP, date(2026, 6, 15), "Proposé par le médecin", "Proposed by the doctor"),
)
