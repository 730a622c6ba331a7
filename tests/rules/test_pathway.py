"""Is the act inside the pathway?  The rows of the decision table (L162-5-3, L162-5-4, D162-1-6, R160-6), in order."""

from typing import Any

import pytest

from parcours.law.cases import CaseMajoration, CaseStatus
from parcours.law.codes import (
    Exemption,
    Ips,
    Pathway,
    Profession,
    Purpose,
    Referral,
    Role,
    Scheme,
    SpecialSetting,
    Status,
)
from parcours.rules.exemptions import exempt_from_ticket_moderateur
from parcours.rules.pathway import (
    coordinated,
    departed_doctor,
    direct_access,
    new_generalist,
    own_doctor,
    pathway_status,
    teleconsultation_excluded,
)
from parcours.rules.types import NOT_HERE, Readings
from tests.rules import support
from tests.rules.support import DEFAULT_READINGS, day_before, law_of, make, settled

LEAVE_THE_SHARE = {Exemption.ASPA, Exemption.ENFANT_HANDICAPE, Exemption.CONTRACEPTION, Exemption.RISQUE_SANITAIRE}
"""Of an adult of 40 who sees a doctor."""
UNDECLARED: dict[str, Any] = {"medecin_traitant": 0}


def status(readings: Readings = DEFAULT_READINGS, **facts: Any) -> tuple[Status, CaseStatus]:
    act = make(**facts)
    letter, case = pathway_status(act, law_of(act), readings)
    return Status(letter), CaseStatus(case)


def majoration(**facts: Any) -> int:
    return settled(specialty=support.DERMATOLOGUE, fee=26_50, **facts).majoration


# --- row 1: not a doctor ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profession", [p for p in Profession if p != Profession.MEDECIN])
def test_only_doctors_are_concerned(profession: Profession) -> None:
    assert status(profession=profession, medecin_traitant=0) == (Status.X, CaseStatus.NOT_A_DOCTOR)
    answer = settled(profession=profession, medecin_traitant=0, base=50_00, fee=50_00, care_date=20250601)
    assert (answer.pathway, answer.majoration) == (Pathway.NOT_CONCERNED, 0)


def test_a_doctor_who_directs_a_laboratory_is_not_concerned() -> None:
    assert status(specialty=support.DIRECTEUR_LABORATOIRE) == (Status.X, CaseStatus.NOT_A_DOCTOR)


def test_a_profession_outside_stays_outside_whatever_status_is_given() -> None:
    assert status(profession=Profession.SAGE_FEMME, status=Status.P)[0] == Status.X


# --- row 2: schemes outside the mechanism -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts", [{"ame": 1}, {"scheme": Scheme.MAYOTTE}, {"scheme": Scheme.TOM}, {"scheme": Scheme.PASSAGE}]
)
@pytest.mark.parametrize("age", [10, 40])
def test_some_schemes_and_people_are_not_concerned(facts: dict[str, int], age: int) -> None:
    assert status(age=age, medecin_traitant=0, **facts) == (Status.K, CaseStatus.OUTSIDE_SCHEME)
    answer = settled(age=age, medecin_traitant=0, **facts)
    assert (answer.pathway, answer.majoration, answer.case_majoration) == (
        Pathway.NOT_CONCERNED,
        0,
        CaseMajoration.NONE,
    )


@pytest.mark.parametrize("scheme", [Scheme.GENERAL, Scheme.ALSACE_MOSELLE])
def test_the_general_and_the_local_scheme_are_concerned(scheme: Scheme) -> None:
    assert status(scheme=scheme, medecin_traitant=0) == (Status.S, CaseStatus.OUTSIDE_UNDECLARED)


# --- row 3: under 16 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "declared", "expected"),
    [
        (0, 0, (Status.G, CaseStatus.UNDER_16_UNDECLARED)),
        (15, 0, (Status.G, CaseStatus.UNDER_16_UNDECLARED)),
        (15, 1, (Status.L, CaseStatus.UNDER_16)),
        (16, 1, (Status.P, CaseStatus.OUTSIDE)),
        (16, 0, (Status.S, CaseStatus.OUTSIDE_UNDECLARED)),
    ],
)
def test_the_surcharge_is_possible_from_the_sixteenth_birthday(
    age: int, declared: int, expected: tuple[Status, CaseStatus]
) -> None:
    assert status(age=age, medecin_traitant=declared) == expected


def test_under_16_no_given_status_brings_a_surcharge() -> None:
    assert status(age=15, status=Status.P) == (Status.L, CaseStatus.UNDER_16)


# --- row 4: one's own doctor --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.MEDECIN_TRAITANT, (Status.T, CaseStatus.MEDECIN_TRAITANT)),
        (Role.DESIGNE_CONJOINTEMENT, (Status.T, CaseStatus.JOINTLY_DESIGNATED)),
        (Role.CABINET_SECONDAIRE, (Status.V, CaseStatus.SECONDARY_PRACTICE)),
        (Role.NOUVEAU_MEDECIN_TRAITANT, (Status.N, CaseStatus.NEW_MEDECIN_TRAITANT)),
        (Role.REMPLACANT, (Status.R, CaseStatus.REPLACEMENT)),
        (Role.MEME_CABINET, (Status.R, CaseStatus.SAME_PREMISES)),
    ],
)
def test_ones_own_doctor_and_who_stands_in_for_them_are_inside(role: Role, expected: tuple[Status, CaseStatus]) -> None:
    assert status(role=role) == expected
    assert majoration(role=role) == 0


@pytest.mark.parametrize(
    "role",
    [Role.MEDECIN_TRAITANT, Role.DESIGNE_CONJOINTEMENT, Role.CABINET_SECONDAIRE, Role.REMPLACANT, Role.MEME_CABINET],
)
def test_these_roles_suppose_a_declared_doctor(role: Role) -> None:
    assert status(role=role, medecin_traitant=0) == (Status.S, CaseStatus.OUTSIDE_UNDECLARED)


@pytest.mark.parametrize("facts", [{}, {"role": Role.CORRESPONDANT}, {"role": Role.REMPLACANT, "medecin_traitant": 0}])
def test_another_doctor_is_not_ones_own(facts: dict[str, Any]) -> None:
    assert own_doctor(make(**facts)) == NOT_HERE


def test_a_doctor_who_becomes_the_medecin_traitant_needs_no_earlier_declaration() -> None:
    assert status(role=Role.NOUVEAU_MEDECIN_TRAITANT, medecin_traitant=0) == (Status.N, CaseStatus.NEW_MEDECIN_TRAITANT)


@pytest.mark.parametrize("role", [Role.AUTRE, Role.CORRESPONDANT])
def test_another_doctor_without_referral_is_outside(role: Role) -> None:
    assert status(role=role) == (Status.P, CaseStatus.OUTSIDE)


# --- rows 5 to 8: referral ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("referral", "case"),
    [
        (Referral.AVIS_PONCTUEL, CaseStatus.REFERRED_ONE_OFF),
        (Referral.SOINS_ITERATIFS, CaseStatus.REFERRED_ITERATIVE),
        (Referral.SEQUENCE, CaseStatus.REFERRED_SEQUENCE),
        (Referral.PROTOCOLE_ALD, CaseStatus.REFERRED_ALD_PROTOCOL),
        (Referral.IPA, CaseStatus.REFERRED_IPA),
        (Referral.AUTRE_MEDECIN, CaseStatus.REFERRED_OTHER_DOCTOR),
    ],
)
def test_each_referral_is_inside_with_a_declared_doctor_and_outside_without(
    referral: Referral, case: CaseStatus
) -> None:
    assert status(referral=referral, role=Role.CORRESPONDANT) == (Status.O, case)
    assert status(referral=referral, role=Role.CORRESPONDANT, medecin_traitant=0) == (
        Status.S,
        CaseStatus.OUTSIDE_UNDECLARED,
    )


def test_a_nurse_in_advanced_practice_may_refer_from_14_august_2019() -> None:
    sent: dict[str, Any] = {"referral": Referral.IPA, "role": Role.CORRESPONDANT}
    assert status(care_date=20190813, **sent) == (Status.P, CaseStatus.OUTSIDE)
    assert status(care_date=20190814, **sent) == (Status.O, CaseStatus.REFERRED_IPA)


@pytest.mark.parametrize(
    "referral", [Referral.AVIS_PONCTUEL, Referral.SOINS_ITERATIFS, Referral.SEQUENCE, Referral.PROTOCOLE_ALD]
)
def test_the_four_flows_are_as_old_as_the_surcharge(referral: Referral) -> None:
    assert status(care_date=20060101, referral=referral)[0] == Status.O


def test_a_patient_sent_by_another_doctor_is_transmitted_with_the_letter_m() -> None:
    assert settled(referral=Referral.AUTRE_MEDECIN, role=Role.CORRESPONDANT).ips == Ips.M
    assert settled(referral=Referral.SOINS_ITERATIFS, role=Role.CORRESPONDANT).ips == Ips.O


# --- row 9: specific direct access --------------------------------------------------------------------------------

GYNAECOLOGY = {
    Purpose.CONTRACEPTION,
    Purpose.DEPISTAGE,
    Purpose.EXAMEN_GYNECOLOGIQUE,
    Purpose.GROSSESSE,
    Purpose.IVG_MEDICAMENTEUSE,
}
OPHTHALMOLOGY = {Purpose.REFRACTION, Purpose.GLAUCOME, Purpose.DMLA}
MOUTH = {
    Purpose.SOINS_DENTAIRES,
    Purpose.PREVENTION_BUCCO_DENTAIRE,
    Purpose.EXTRACTION,
    Purpose.PROTHESE_DENTAIRE,
    Purpose.ORTHODONTIE,
}
DIRECT = {
    **dict.fromkeys((7, 70, 77, 79), GYNAECOLOGY),
    15: OPHTHALMOLOGY,
    **dict.fromkeys((18, 44, 45, 69), MOUTH),
}


@pytest.mark.parametrize("specialty", sorted(DIRECT))
@pytest.mark.parametrize("purpose", [p for p in Purpose if p != Purpose.NONE])
def test_direct_access_is_a_specialty_and_a_purpose(specialty: int, purpose: Purpose) -> None:
    inside = purpose in DIRECT[specialty]
    if inside:
        assert status(specialty=specialty, purpose=purpose) == (Status.D, CaseStatus.DIRECT_ACCESS)
    elif purpose == Purpose.IVG_MEDICAMENTEUSE:
        assert status(specialty=specialty, purpose=purpose) == (Status.A, CaseStatus.EXCLUDED_ACTIVITY)
    else:
        assert status(specialty=specialty, purpose=purpose) == (Status.P, CaseStatus.OUTSIDE)


@pytest.mark.parametrize("specialty", [*sorted(DIRECT), support.PSYCHIATRE])
def test_a_direct_access_without_its_purpose_is_outside(specialty: int) -> None:
    assert status(specialty=specialty)[0] == Status.P


@pytest.mark.parametrize(
    "specialty", [support.GENERALISTE, support.CARDIOLOGUE, support.DERMATOLOGUE, support.PEDIATRE]
)
def test_other_specialties_have_no_direct_access(specialty: int) -> None:
    for purpose in (Purpose.ANY, Purpose.CONTRACEPTION, Purpose.GLAUCOME):
        assert status(specialty=specialty, purpose=purpose)[0] == Status.P


@pytest.mark.parametrize("specialty", [support.PSYCHIATRE, support.NEUROPSYCHIATRE, support.PSYCHIATRE_ENFANT])
@pytest.mark.parametrize(("age", "letter"), [(16, Status.D), (25, Status.D), (26, Status.P)])
def test_psychiatry_is_direct_from_16_to_25_for_any_purpose(specialty: int, age: int, letter: Status) -> None:
    assert status(specialty=specialty, age=age)[0] == letter
    assert status(specialty=specialty, age=age, purpose=Purpose.ANY)[0] == letter


def test_neurology_has_no_direct_access_for_the_young() -> None:
    assert status(specialty=support.NEUROLOGUE, age=20)[0] == Status.P


def test_the_year_of_25_is_a_reading() -> None:
    act = make(specialty=support.PSYCHIATRE, age=25)
    excluded = law_of(act, {"psychiatrie_25_ans": "exclus"})
    assert direct_access(act, excluded, Readings()) == NOT_HERE
    assert direct_access(act._replace(age=24), excluded, Readings()) == (Status.D, CaseStatus.DIRECT_ACCESS)


def test_direct_access_needs_a_declared_doctor_unless_the_reading_says_not() -> None:
    facts: dict[str, Any] = {"specialty": 15, "purpose": Purpose.GLAUCOME, "medecin_traitant": 0}
    assert status(**facts) == (Status.S, CaseStatus.OUTSIDE_UNDECLARED)
    assert status(Readings(medecin_traitant_acces_direct=1), **facts) == (Status.D, CaseStatus.DIRECT_ACCESS)


def test_a_transmitted_direct_access_stands_for_its_purpose() -> None:
    assert status(specialty=15, ips=Ips.D) == (Status.D, CaseStatus.DIRECT_ACCESS)
    assert status(specialty=15, ips=Ips.O) == (Status.P, CaseStatus.OUTSIDE)


# --- row 10: urgency ----------------------------------------------------------------------------------------------


def test_an_urgency_is_never_surcharged_with_or_without_a_declared_doctor() -> None:
    assert status(urgent=1) == (Status.U, CaseStatus.URGENCY)
    assert status(urgent=1, medecin_traitant=0) == (Status.W, CaseStatus.URGENCY_UNDECLARED)
    assert majoration(urgent=1) == majoration(urgent=1, medecin_traitant=0) == 0
    assert settled(urgent=1, medecin_traitant=0).pathway == Pathway.OUTSIDE


# --- row 11: away -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [0, 1])
def test_away_from_home_is_inside_with_or_without_a_declared_doctor(declared: int) -> None:
    assert status(away=1, medecin_traitant=declared) == (Status.H, CaseStatus.AWAY)


# --- rows 13 to 18 and 21: settings, each from its first day -------------------------------------------------------


@pytest.mark.parametrize("declared", [0, 1])
def test_the_permanence_of_care_is_inside(declared: int) -> None:
    facts = {"special_setting": SpecialSetting.PERMANENCE_DES_SOINS, "medecin_traitant": declared}
    assert status(**facts) == (Status.U, CaseStatus.PERMANENCE_DES_SOINS)
    assert majoration(**facts) == 0


@pytest.mark.parametrize("declared", [0, 1])
@pytest.mark.parametrize(
    ("setting", "case", "first_day"),
    [
        (SpecialSetting.ADDICTOLOGIE, CaseStatus.ADDICTOLOGY, 0),
        (SpecialSetting.MILITAIRE, CaseStatus.MILITARY, 0),
        (SpecialSetting.GENETIQUE, CaseStatus.GENETICS, 20160213),
        (SpecialSetting.MEDECINE_PREVENTIVE_ETUDIANTE, CaseStatus.STUDENTS, 20190221),
        (SpecialSetting.EXAMEN_ENFANT, CaseStatus.CHILD_EXAMINATION, 20190301),
        (SpecialSetting.DETENU, CaseStatus.PRISONER, 0),
    ],
)
def test_a_listed_act_is_inside_from_its_first_day(
    setting: SpecialSetting, case: CaseStatus, first_day: int, declared: int
) -> None:
    facts = {"special_setting": setting, "medecin_traitant": declared}
    assert status(care_date=first_day or 20060101, **facts) == (Status.A, case)
    if first_day:
        outside = Status.P if declared else Status.S
        assert status(care_date=day_before(first_day), **facts)[0] == outside


@pytest.mark.parametrize("declared", [0, 1])
@pytest.mark.parametrize(
    "setting",
    [
        SpecialSetting.DEPISTAGE_ORGANISE,
        SpecialSetting.EXPERTISE,
        SpecialSetting.SOINS_PALLIATIFS,
        SpecialSetting.ANATOMOPATHOLOGIE,
        SpecialSetting.MEDECIN_BIOLOGISTE,
        SpecialSetting.HOSPITALISATION,
    ],
)
def test_activities_the_funds_leave_out_are_inside(setting: SpecialSetting, declared: int) -> None:
    assert status(special_setting=setting, medecin_traitant=declared) == (Status.A, CaseStatus.EXCLUDED_ACTIVITY)


@pytest.mark.parametrize("declared", [0, 1])
def test_an_abortion_by_drugs_is_inside_at_any_doctor(declared: int) -> None:
    facts = {"purpose": Purpose.IVG_MEDICAMENTEUSE, "medecin_traitant": declared}
    assert status(**facts) == (Status.A, CaseStatus.EXCLUDED_ACTIVITY)


# --- row 19: new general practitioners ----------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [0, 1])
@pytest.mark.parametrize(
    ("zone", "expected"), [(0, (Status.J, CaseStatus.NEW_GP)), (1, (Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE))]
)
@pytest.mark.parametrize(("day", "new"), [(20200630, False), (20200701, True), (20250630, True), (20250701, False)])
def test_a_gp_is_new_for_five_years(
    declared: int, zone: int, expected: tuple[Status, CaseStatus], day: int, new: bool
) -> None:
    facts = {"installed_on": 20200701, "zone_deficitaire": zone, "care_date": day, "medecin_traitant": declared}
    outside = Status.P if declared else Status.S
    assert status(**facts) == expected if new else status(**facts)[0] == outside


def test_a_new_specialist_is_not_a_new_gp() -> None:
    assert status(specialty=support.DERMATOLOGUE, installed_on=20250101)[0] == Status.P


@pytest.mark.parametrize("specialty", [1, 22, 23])
def test_every_code_of_general_practice_counts(specialty: int) -> None:
    assert status(specialty=specialty, installed_on=20250101)[0] == Status.J


def test_a_gp_of_a_health_centre_in_a_deficit_zone_needs_no_day_of_installation() -> None:
    facts = {"special_setting": SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE}
    assert status(**facts) == (Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE)
    assert status(specialty=support.DERMATOLOGUE, **facts)[0] == Status.P


def test_a_deficit_zone_alone_opens_nothing() -> None:
    assert status(zone_deficitaire=1)[0] == Status.P


def test_without_the_exception_a_new_gp_is_as_another() -> None:
    act = make(installed_on=20250101)
    assert new_generalist(act, law_of(act)._replace(exception_installation=0), DEFAULT_READINGS) == NOT_HERE


def test_a_gp_installed_long_ago_is_none() -> None:
    act = make(installed_on=20100101)
    assert new_generalist(act, law_of(act), DEFAULT_READINGS) == NOT_HERE


# --- row 20: a médecin traitant who left ---------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "inside"), [(20240630, False), (20240701, True), (20250630, True), (20250701, False)])
def test_the_grace_after_the_doctor_left_lasts_one_year(day: int, inside: bool) -> None:
    gone: dict[str, Any] = {"medecin_traitant_left_on": 20240701, "care_date": day}
    if inside:
        assert status(**gone) == (Status.Y, CaseStatus.DEPARTED_MEDECIN_TRAITANT)
        assert status(medecin_traitant=0, **gone) == (Status.Z, CaseStatus.DEPARTED_MEDECIN_TRAITANT_UNDECLARED)
        assert majoration(**gone) == majoration(medecin_traitant=0, **gone) == 0
    else:
        assert status(**gone) == (Status.P, CaseStatus.OUTSIDE)
        assert status(medecin_traitant=0, **gone) == (Status.S, CaseStatus.OUTSIDE_UNDECLARED)


def test_the_grace_exists_from_29_december_2023() -> None:
    assert status(medecin_traitant_left_on=20231201, care_date=20231228) == (Status.P, CaseStatus.OUTSIDE)
    assert status(medecin_traitant_left_on=20231201, care_date=20231229)[0] == Status.Y


def test_the_tolerance_before_the_law_is_a_reading() -> None:
    act = make(medecin_traitant_left_on=20220101, care_date=20220601)
    assert departed_doctor(act, law_of(act)) == NOT_HERE
    assert departed_doctor(act, law_of(act, {"depart_avant_2023": "tolerance"})) != NOT_HERE
    early = make(medecin_traitant_left_on=20200601, care_date=20201231)
    assert departed_doctor(early, law_of(early, {"depart_avant_2023": "tolerance"})) == NOT_HERE


# --- row 22: structures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", [SpecialSetting.STRUCTURE_HUMANITAIRE, SpecialSetting.CENTRE_PLANIFICATION])
def test_humanitarian_structures_and_family_planning_bear_no_surcharge(setting: SpecialSetting) -> None:
    assert status(special_setting=setting) == (Status.Y, CaseStatus.SOCIAL_STRUCTURE)
    assert status(special_setting=setting, medecin_traitant=0) == (Status.Z, CaseStatus.SOCIAL_STRUCTURE_UNDECLARED)
    assert majoration(special_setting=setting) == majoration(special_setting=setting, medecin_traitant=0) == 0


@pytest.mark.parametrize("setting", [SpecialSetting.EHPAD, SpecialSetting.TRANSPORT_URGENT])
def test_a_setting_that_means_something_else_opens_nothing(setting: SpecialSetting) -> None:
    assert status(special_setting=setting)[0] == Status.P


# --- rows 90 and 91: the general rule -----------------------------------------------------------------------------


def test_the_settlement_says_the_status_and_its_case() -> None:
    answer = settled(away=1)
    assert (answer.status, answer.case_status, answer.ips) == (Status.H, CaseStatus.AWAY, Ips.H)


def test_the_general_rule_comes_last() -> None:
    assert status() == (Status.P, CaseStatus.OUTSIDE)
    assert status(medecin_traitant=0) == (Status.S, CaseStatus.OUTSIDE_UNDECLARED)
    assert majoration() == majoration(medecin_traitant=0) == 10_60


@pytest.mark.parametrize(
    ("facts", "expected", "surcharge"),
    [
        ({"ips": Ips.D, "specialty": 5}, (Status.F, CaseStatus.OUTSIDE_SPECIALTY), 10_60),
        ({"ips": Ips.D, "specialty": 15, "purpose": Purpose.CONTRACEPTION}, (Status.C, CaseStatus.OUTSIDE_PURPOSE), 0),
        ({"ips": Ips.BLANK, "specialty": 5}, (Status.I, CaseStatus.OUTSIDE_NOT_TRANSMITTED), 10_60),
        ({"ips": Ips.S, "specialty": 5}, (Status.P, CaseStatus.OUTSIDE), 10_60),
        ({"ips": Ips.D, "specialty": 5, "medecin_traitant": 0}, (Status.S, CaseStatus.OUTSIDE_UNDECLARED), 10_60),
        ({"ips": Ips.BLANK, "specialty": 5, "medecin_traitant": 0}, (Status.S, CaseStatus.OUTSIDE_UNDECLARED), 10_60),
    ],
)
def test_what_was_transmitted_tells_the_letter(
    facts: dict[str, Any], expected: tuple[Status, CaseStatus], surcharge: int
) -> None:
    assert status(**facts) == expected
    assert settled(fee=26_50, **facts).majoration == surcharge


@pytest.mark.parametrize("letter", [s for s in Status if s != Status.NOT_GIVEN])
def test_a_status_the_fund_computed_is_taken_as_it_is(letter: Status) -> None:
    assert status(status=letter) == (letter, CaseStatus.STATUS_GIVEN)


BEARING = {Status.I, Status.P, Status.S, Status.F}
OUTSIDE = {Status.E, Status.I, Status.P, Status.S, Status.W, Status.F, Status.Z, Status.C}


@pytest.mark.parametrize("letter", [s for s in Status if s != Status.NOT_GIVEN])
def test_four_statuses_bear_the_surcharge_and_eight_are_outside(letter: Status) -> None:
    answer = settled(specialty=support.DERMATOLOGUE, fee=26_50, status=letter)
    assert answer.majoration == (10_60 if letter in BEARING else 0)
    expected = Pathway.OUTSIDE if letter in OUTSIDE else Pathway.INSIDE
    assert answer.pathway == (Pathway.NOT_CONCERNED if letter in {Status.X, Status.K} else expected)


# --- order of the exceptions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "letter"),
    [
        ({"special_setting": SpecialSetting.ADDICTOLOGIE, "urgent": 1}, Status.A),
        ({"special_setting": SpecialSetting.PERMANENCE_DES_SOINS, "role": Role.MEDECIN_TRAITANT}, Status.U),
        ({"urgent": 1, "role": Role.MEDECIN_TRAITANT}, Status.U),
        ({"urgent": 1, "away": 1}, Status.U),
        ({"role": Role.REMPLACANT, "away": 1}, Status.R),
        ({"away": 1, "specialty": 15, "purpose": Purpose.GLAUCOME}, Status.H),
        ({"specialty": 15, "purpose": Purpose.GLAUCOME, "referral": Referral.SEQUENCE}, Status.D),
        ({"referral": Referral.SEQUENCE, "installed_on": 20250101}, Status.O),
        ({"installed_on": 20250101, "medecin_traitant_left_on": 20250101}, Status.J),
        ({"medecin_traitant_left_on": 20250101, "special_setting": SpecialSetting.EXPERTISE}, Status.Y),
    ],
)
def test_where_two_exceptions_meet_the_first_of_the_order_gives_the_letter(
    facts: dict[str, Any], letter: Status
) -> None:
    assert status(**facts)[0] == letter


# --- teleconsultation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "excluded"),
    [
        ({"medecin_traitant": 0}, True),
        ({"medecin_traitant": 1}, False),
        ({"medecin_traitant_indisponible": 1}, True),
        ({"special_setting": SpecialSetting.DETENU}, True),
        ({"special_setting": SpecialSetting.EHPAD}, True),
        ({"special_setting": SpecialSetting.EXPERTISE}, False),
    ],
)
def test_a_teleconsultation_without_a_doctor_in_time_is_out_of_the_mechanism(
    facts: dict[str, Any], excluded: bool
) -> None:
    answer = status(act="TCG", **facts)
    assert (answer == (Status.X, CaseStatus.TELECONSULTATION_EXCLUDED)) is excluded
    assert settled(act="TCG", fee=25_00, **facts).majoration == (0 if excluded or "special_setting" in facts else 10_00)


def test_only_a_teleconsultation_is_excluded_so() -> None:
    act = make(medecin_traitant=0)
    assert teleconsultation_excluded(act, law_of(act)) == NOT_HERE


# --- coordination -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, False),
        ({"role": Role.MEDECIN_TRAITANT}, False),
        ({"role": Role.NOUVEAU_MEDECIN_TRAITANT, "away": 1}, False),
        ({"role": Role.REMPLACANT, "away": 1}, False),
        ({"away": 1}, True),
        ({"urgent": 1}, False),
        ({"urgent": 1, "referral": Referral.SEQUENCE}, True),
        ({"referral": Referral.AVIS_PONCTUEL}, True),
        ({"referral": Referral.SEQUENCE, "medecin_traitant": 0}, False),
        ({"referral": Referral.IPA}, True),
        ({"referral": Referral.IPA, "care_date": 20190813}, False),
        ({"specialty": 15, "purpose": Purpose.REFRACTION}, True),
        ({"specialty": 15, "purpose": Purpose.CONTRACEPTION}, False),
        ({"specialty": 15, "age": 15}, True),
        ({"specialty": 15, "age": 16}, False),
        ({"specialty": 1, "age": 15}, False),
        ({"specialty": 22, "age": 15, "referral": Referral.SEQUENCE}, False),
        ({"profession": Profession.SAGE_FEMME, "referral": Referral.SEQUENCE}, False),
        ({"status": Status.O}, True),
        ({"status": Status.D}, True),
        ({"status": Status.H}, True),
        ({"status": Status.T}, False),
        ({"status": Status.P}, False),
    ],
)
def test_coordination_supplements_are_for_the_referred_the_direct_and_the_away(
    facts: dict[str, Any], expected: bool
) -> None:
    act = make(**facts)
    assert coordinated(act, law_of(act), Readings()) is expected


@pytest.mark.parametrize("exemption", list(Exemption))
def test_an_illness_unrelated_to_the_act_exempts_from_nothing(exemption: Exemption) -> None:
    act = make(exemption=exemption)
    exempt = exemption not in {Exemption.NONE, Exemption.ALD_SANS_RAPPORT, *LEAVE_THE_SHARE}
    assert exempt_from_ticket_moderateur(act, law_of(act)) is exempt


# --- who sends the patient ----------------------------------------------------------------------------------------


SENT: dict[str, Any] = {"specialty": support.DERMATOLOGUE, "base": 26_50, "fee": 26_50}


@pytest.mark.parametrize("declared", [0, 1])
def test_a_midwife_may_send_a_patient_to_a_doctor_since_2021(declared: int) -> None:  # L162-5-3, 4
    facts = {"medecin_traitant": declared, "referral": Referral.SAGE_FEMME, **SENT}
    assert status(**facts) == (Status.O, CaseStatus.REFERRED_MIDWIFE)
    assert settled(**facts).amo == 16_55
    assert status(care_date=day_before(20210428), **facts)[0] in {Status.S, Status.P}


def test_a_visit_that_a_new_gp_prescribes_escapes_too() -> None:  # L162-5-4
    facts = {"medecin_traitant": 0, "referral": Referral.AUTRE_MEDECIN, **SENT}
    assert status(referrer_installed_on=20230102, **facts) == (Status.J, CaseStatus.SENT_BY_NEW_GP)
    zone = {"referrer_installed_on": 20230102, "referrer_zone_deficitaire": 1, **facts}
    assert status(**zone) == (Status.B, CaseStatus.SENT_BY_NEW_GP_DEFICIT_ZONE)
    assert status(referrer_installed_on=20200531, **facts)[0] == Status.S
    assert status(referrer_installed_on=20230102, **{**facts, "referral": Referral.NONE})[0] == Status.S
    assert settled(referrer_installed_on=20230102, **facts).max_fee == 26_50


def test_the_exception_of_new_gps_starts_on_3_january_2006() -> None:  # D162-1-8
    assert status(installed_on=20060101, care_date=20060102)[0] == Status.P
    assert status(installed_on=20060101, care_date=20060103)[0] == Status.J


def test_by_the_text_a_centre_must_be_newly_approved() -> None:
    centre = {"special_setting": SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE, "medecin_traitant": 0}
    text = Readings(centre_zone_deficitaire=1)
    assert status(centre_agree_on=20120101, **centre)[0] == Status.B
    assert status(text, centre_agree_on=20120101, **centre)[0] == Status.S
    assert status(text, centre_agree_on=20210101, **centre)[0] == Status.B
    assert status(text, **centre)[0] == Status.S


@pytest.mark.parametrize("referral", [Referral.IPA, Referral.PROTOCOLE_ALD])
def test_by_the_text_two_exceptions_need_no_declared_doctor(referral: Referral) -> None:  # D162-1-6, 3 and 11
    facts = {"medecin_traitant": 0, "referral": referral, **SENT}
    assert status(**facts)[0] == Status.S
    assert status(Readings(medecin_traitant_exceptions=1), **facts)[0] == Status.O


@pytest.mark.parametrize("specialty", [support.PSYCHIATRE, support.OPHTALMOLOGUE, support.GYNECOLOGUE_MEDICAL])
@pytest.mark.parametrize("declared", [0, 1])
def test_by_the_decree_whole_specialties_are_open(specialty: int, declared: int) -> None:  # D162-1-7
    facts = {"specialty": specialty, "medecin_traitant": declared}
    assert status(**facts)[0] in {Status.P, Status.S}
    text = Readings(acces_direct_perimetre=1)
    assert status(text, **facts) == (Status.D, CaseStatus.DIRECT_ACCESS_DECREE)
    assert status(text, **{**facts, "specialty": support.STOMATOLOGUE})[0] in {Status.P, Status.S}
