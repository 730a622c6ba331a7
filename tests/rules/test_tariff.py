"""The base of reimbursement: act, specialty, convention, age, coordination and day (NGAP, conventions, L162-5-10)."""

from typing import Any

import pytest

from parcours.law.cache import flat_law
from parcours.law.cases import CaseBase
from parcours.law.codes import Convention, Profession, Profile, Purpose, Referral, Role, SpecialSetting, Status
from parcours.rules.tariff import by_age, paediatrician, profile_of, tariff_of_act, times
from parcours.rules.types import Readings
from tests.rules import support
from tests.rules.support import DEFAULT_READINGS, day_before, law_of, make, settled

S1, OPTAM, S2, OUT = (
    Convention.SECTEUR_1,
    Convention.SECTEUR_2_OPTAM,
    Convention.SECTEUR_2,
    Convention.NON_CONVENTIONNE,
)
REFERRED: dict[str, Any] = {"referral": Referral.SOINS_ITERATIFS, "role": Role.CORRESPONDANT}


def tariff(readings: Readings = DEFAULT_READINGS, **facts: Any) -> tuple[int, CaseBase]:
    act = make(**facts)
    amount, case = tariff_of_act(act, law_of(act), readings)
    return amount, CaseBase(case)


# --- the general practitioner -------------------------------------------------------------------------------------

GP_ERAS = [(20170501, 23_00, 25_00), (20231101, 25_00, 26_50), (20241222, 26_50, 30_00)]


@pytest.mark.parametrize(("first_day", "before", "after"), GP_ERAS)
@pytest.mark.parametrize("convention", [S1, OPTAM])
def test_a_gp_has_the_same_base_inside_and_outside_and_it_changes_on_its_day(
    first_day: int, before: int, after: int, convention: Convention
) -> None:
    for facts in ({}, {"role": Role.MEDECIN_TRAITANT}, {"medecin_traitant": 0}):
        assert tariff(care_date=day_before(first_day), convention=convention, **facts) == (
            before,
            CaseBase.NOT_COORDINATED,
        )
        assert tariff(care_date=first_day, convention=convention, **facts) == (after, CaseBase.NOT_COORDINATED)


@pytest.mark.parametrize("day", [20110101, 20170501, 20231101, 20241222, 20260101])
@pytest.mark.parametrize("facts", [{}, REFERRED, {"role": Role.MEDECIN_TRAITANT}])
def test_a_gp_of_sector_2_has_a_base_of_23_euros_inside_and_outside(day: int, facts: dict[str, Any]) -> None:
    assert tariff(care_date=day, convention=S2, **facts) == (23_00, CaseBase.SECTOR_2)


@pytest.mark.parametrize(
    ("day", "amount"),
    [(20170630, 28_00), (20170701, 30_00), (20231031, 30_00), (20231101, 31_50), (20241221, 31_50), (20241222, 35_00)],
)
def test_a_correspondent_gp_adds_the_coordination_supplement(day: int, amount: int) -> None:
    assert tariff(care_date=day, **REFERRED) == (amount, CaseBase.COORDINATED)


@pytest.mark.parametrize(
    ("day", "s1", "s2"),
    [(20170501, 30_00, 28_00), (20231031, 30_00, 28_00), (20231101, 31_50, 28_00), (20241222, 35_00, 28_00)],
)
def test_a_gp_sees_a_child_under_6_at_another_tariff(day: int, s1: int, s2: int) -> None:
    assert tariff(care_date=day, age=5)[0] == s1
    assert tariff(care_date=day, age=5, convention=OPTAM)[0] == s1
    assert tariff(care_date=day, age=5, convention=S2)[0] == s2


@pytest.mark.parametrize(("age", "amount"), [(5, 35_00), (6, 30_00), (15, 30_00), (16, 30_00)])
def test_from_6_years_a_child_costs_what_an_adult_does_at_a_gp(age: int, amount: int) -> None:
    assert tariff(age=age)[0] == amount


# --- specialists --------------------------------------------------------------------------------------------------

SPECIALIST_ERAS = [
    (20170501, 28_00, 25_00),
    (20170630, 28_00, 25_00),
    (20170701, 30_00, 25_00),
    (20231031, 30_00, 25_00),
    (20231101, 31_50, 26_50),
    (20241222, 31_50, 26_50),
    (20260101, 31_50, 26_50),
]
COMMON = [support.DERMATOLOGUE, support.OPHTALMOLOGUE, support.GYNECOLOGUE_OBSTETRICIEN, support.STOMATOLOGUE, 90]


@pytest.mark.parametrize(("day", "coordinated", "alone"), SPECIALIST_ERAS)
@pytest.mark.parametrize("specialty", COMMON)
@pytest.mark.parametrize("convention", [S1, OPTAM])
def test_the_coordination_supplement_of_a_specialist_is_not_payable_outside(
    day: int, coordinated: int, alone: int, specialty: int, convention: Convention
) -> None:
    facts = {"care_date": day, "specialty": specialty, "convention": convention}
    assert tariff(**facts, **REFERRED) == (coordinated, CaseBase.COORDINATED)
    assert tariff(**facts) == (alone, CaseBase.NOT_COORDINATED)
    assert tariff(**facts, role=Role.MEDECIN_TRAITANT) == (alone, CaseBase.NOT_COORDINATED)
    assert tariff(**{**facts, "convention": S2}, **REFERRED) == (23_00, CaseBase.SECTOR_2)


def test_a_direct_access_has_the_coordinated_tariff() -> None:
    assert tariff(specialty=15, purpose=Purpose.GLAUCOME) == (31_50, CaseBase.COORDINATED)
    assert tariff(specialty=15, purpose=Purpose.GLAUCOME, medecin_traitant=0) == (26_50, CaseBase.NOT_COORDINATED)


OWN_TARIFF = [
    # specialty, day, coordinated, without coordination, sector 2
    (support.PSYCHIATRE, 20170501, 43_70, 39_70, 37_00),
    (support.PSYCHIATRE, 20170701, 46_70, 41_70, 39_00),
    (support.PSYCHIATRE, 20220401, 50_20, 45_20, 42_50),
    (support.PSYCHIATRE, 20231101, 51_70, 46_70, 42_50),
    (support.PSYCHIATRE, 20241221, 51_70, 46_70, 42_50),
    (support.PSYCHIATRE, 20241222, 55_00, 50_00, 42_50),
    (support.PSYCHIATRE, 20251231, 55_00, 50_00, 42_50),
    (support.PSYCHIATRE, 20260101, 57_00, 52_00, 42_50),
    (support.NEUROLOGUE, 20241222, 55_00, 50_00, 42_50),
    (support.NEUROPSYCHIATRE, 20241222, 55_00, 50_00, 42_50),
    (support.CARDIOLOGUE, 20170501, 49_00, 45_73, 45_73),
    (support.CARDIOLOGUE, 20170701, 51_00, 47_73, 47_73),
    (support.CARDIOLOGUE, 20231101, 52_50, 47_73, 47_73),
    (support.CARDIOLOGUE, 20241222, 52_50, 47_73, 47_73),
    (support.GYNECOLOGUE_MEDICAL, 20170501, 28_00, 25_00, 23_00),
    (support.GYNECOLOGUE_MEDICAL, 20170701, 30_00, 25_00, 23_00),
    (support.GYNECOLOGUE_MEDICAL, 20220401, 32_00, 27_00, 23_00),
    (support.GYNECOLOGUE_MEDICAL, 20231101, 33_50, 28_50, 23_00),
    (support.GYNECOLOGUE_MEDICAL, 20241222, 37_00, 32_00, 23_00),
    (support.GYNECOLOGUE_MEDICAL, 20260101, 40_00, 35_00, 23_00),
    (support.GERIATRE, 20231101, 31_50, 26_50, 23_00),
    (support.GERIATRE, 20241222, 37_00, 32_00, 23_00),
    (support.GERIATRE, 20260101, 42_00, 37_00, 23_00),
    (support.MPR, 20241221, 31_50, 26_50, 23_00),
    (support.MPR, 20241222, 36_00, 31_00, 23_00),
    (support.MPR, 20260101, 40_00, 35_00, 23_00),
]


@pytest.mark.parametrize(("specialty", "day", "coordinated", "alone", "sector_2"), OWN_TARIFF)
def test_some_specialties_have_a_tariff_of_their_own(
    specialty: int, day: int, coordinated: int, alone: int, sector_2: int
) -> None:
    facts = {"specialty": specialty, "care_date": day}
    assert tariff(**facts, **REFERRED)[0] == coordinated
    assert tariff(**facts)[0] == alone
    assert tariff(**facts, convention=S2)[0] == sector_2


@pytest.mark.parametrize("specialty", [support.PSYCHIATRE, support.NEUROPSYCHIATRE, support.PSYCHIATRE_ENFANT])
@pytest.mark.parametrize(
    ("day", "age", "coordinated", "alone"),
    [
        (20241221, 24, 51_70, 46_70),
        (20241222, 24, 67_00, 62_00),
        (20241222, 25, 55_00, 50_00),
        (20260101, 24, 75_00, 70_00),
        (20260101, 25, 57_00, 52_00),
    ],
)
def test_a_psychiatrist_sees_the_under_25_at_another_tariff(
    specialty: int, day: int, age: int, coordinated: int, alone: int
) -> None:
    facts = {"specialty": specialty, "care_date": day, "age": age}
    assert tariff(**facts, **REFERRED)[0] == coordinated
    assert tariff(**facts, role=Role.MEDECIN_TRAITANT)[0] == alone
    assert tariff(**facts, convention=S2)[0] == 42_50


def test_a_neurologist_has_no_supplement_for_the_young() -> None:
    assert tariff(specialty=support.NEUROLOGUE, age=20, **REFERRED)[0] == 55_00


@pytest.mark.parametrize(
    ("day", "age", "s1", "s2"),
    [
        (20170701, 1, 32_00, 28_00),
        (20170701, 2, 32_00, 23_00),
        (20170701, 6, 28_00, 23_00),
        (20220401, 1, 37_00, 28_00),
        (20220401, 2, 32_00, 23_00),
        (20231101, 1, 38_50, 28_00),
        (20231101, 5, 33_50, 23_00),
        (20241221, 1, 38_50, 28_00),
        (20241222, 1, 39_00, 34_50),
        (20241222, 2, 35_00, 23_00),
        (20241222, 5, 35_00, 23_00),
        (20241222, 6, 31_50, 23_00),
        (20241222, 15, 31_50, 23_00),
        (20260101, 1, 40_00, 34_50),
        (20260101, 5, 35_00, 23_00),
    ],
)
def test_a_paediatrician_is_paid_by_age(day: int, age: int, s1: int, s2: int) -> None:
    facts = {"specialty": support.PEDIATRE, "care_date": day, "age": age}
    assert tariff(**facts)[0] == tariff(**facts, convention=OPTAM)[0] == s1
    assert tariff(**facts, convention=S2)[0] == s2


def test_a_paediatrician_is_an_ordinary_specialist_after_childhood() -> None:
    assert tariff(specialty=support.PEDIATRE, age=16) == (26_50, CaseBase.NOT_COORDINATED)
    assert tariff(specialty=support.PEDIATRE, age=16, **REFERRED) == (31_50, CaseBase.COORDINATED)


def test_a_specialist_sees_a_child_at_the_coordinated_tariff_without_referral() -> None:
    assert tariff(specialty=support.CARDIOLOGUE, age=15, medecin_traitant=0) == (52_50, CaseBase.COORDINATED)
    assert tariff(specialty=support.CARDIOLOGUE, age=16, medecin_traitant=0) == (47_73, CaseBase.NOT_COORDINATED)


def test_the_age_makes_the_profile() -> None:
    law = law_of(make())
    assert by_age(Profile.CARDIOLOGUE, 3, law) == Profile.CARDIOLOGUE
    assert by_age(Profile.NEUROLOGUE, 3, law) == by_age(Profile.NEUROLOGUE, 60, law) == Profile.PSYCHIATRE
    ages = {0: Profile.PEDIATRE_MOINS_2, 2: Profile.PEDIATRE_2_6, 6: Profile.PEDIATRE_6_16, 16: Profile.SPECIALISTE}
    assert {age: paediatrician(age, law) for age in ages} == ages


# --- C2S in sector 2, outside the convention ------------------------------------------------------------------------


def test_a_c2s_patient_is_owed_the_opposable_tariff_in_sector_2() -> None:
    assert tariff(convention=S2, c2s=1) == (30_00, CaseBase.OPPOSABLE_C2S)
    assert tariff(convention=S2, c2s=1, specialty=5, **REFERRED) == (31_50, CaseBase.OPPOSABLE_C2S)
    assert tariff(convention=S1, c2s=1, specialty=5, **REFERRED) == (31_50, CaseBase.COORDINATED)
    sector = Readings(base_c2s_secteur_2=1)
    assert tariff(sector, convention=S2, c2s=1) == (23_00, CaseBase.SECTOR_2)
    assert tariff(sector, convention=S2, c2s=1, act="JKHD001") == (9_64, CaseBase.SECTOR_2)
    assert tariff(convention=S2, c2s=1, act="JKHD001") == (12_73, CaseBase.LETTER_KEY)


@pytest.mark.parametrize(
    "setting",
    [
        SpecialSetting.PERMANENCE_DES_SOINS,  # L162-5-14
        SpecialSetting.INTERNE_MEDECINE_GENERALE,  # L162-5-11
        SpecialSetting.DETENU,  # L162-5-13 I bis
    ],
)
def test_who_may_charge_no_overrun_in_sector_2_has_the_opposable_tariff(setting: SpecialSetting) -> None:
    act: dict[str, Any] = {"care_date": 20260302, "special_setting": setting, "role": Role.MEDECIN_TRAITANT}
    assert tariff(convention=S2, **act) == (30_00, CaseBase.OPPOSABLE_WITHOUT_EXCESS)
    assert tariff(convention=S1, **act) == (30_00, CaseBase.NOT_COORDINATED)
    own = Readings(base_secteur_2_sans_depassement=1)
    assert tariff(own, convention=S2, **act) == (23_00, CaseBase.SECTOR_2)
    assert tariff(own, convention=S2, c2s=1, **act) == (30_00, CaseBase.OPPOSABLE_C2S)
    assert tariff(convention=S2, act="JKHD001", **act) == (12_73, CaseBase.LETTER_KEY)
    assert tariff(own, convention=S2, act="JKHD001", **act) == (9_64, CaseBase.SECTOR_2)


def test_duty_before_the_article_leaves_the_sector_its_base() -> None:
    duty = {"convention": S2, "special_setting": SpecialSetting.PERMANENCE_DES_SOINS}
    assert tariff(care_date=20251230, **duty) == (23_00, CaseBase.SECTOR_2)
    assert tariff(care_date=20251231, **duty) == (30_00, CaseBase.OPPOSABLE_WITHOUT_EXCESS)


def test_only_duty_binds_a_doctor_outside_the_convention() -> None:
    act: dict[str, Any] = {"convention": OUT, "care_date": 20260302}
    assert tariff(special_setting=SpecialSetting.DETENU, **act) == (61, CaseBase.AUTORITE)
    duty = tariff(special_setting=SpecialSetting.PERMANENCE_DES_SOINS, **act)
    assert duty == (30_00, CaseBase.OPPOSABLE_WITHOUT_EXCESS)
    assert tariff(special_setting=SpecialSetting.PERMANENCE_DES_SOINS, profession=Profession.SAGE_FEMME, **act)[1] == (
        CaseBase.NOT_COORDINATED
    )


@pytest.mark.parametrize("specialty", [1, 22, 23])
def test_a_gp_outside_the_convention_has_61_cents(specialty: int) -> None:
    assert tariff(convention=OUT, specialty=specialty) == (61, CaseBase.AUTORITE)
    assert tariff(convention=OUT, specialty=specialty, act="APC", quantity=3) == (1_83, CaseBase.AUTORITE)


def test_a_specialist_outside_the_convention_has_1_22_euro() -> None:
    assert tariff(convention=OUT, specialty=support.CARDIOLOGUE, **REFERRED) == (1_22, CaseBase.AUTORITE)
    answer = settled(convention=OUT, specialty=support.CARDIOLOGUE, fee=80_00, age=17, **REFERRED)
    assert (answer.base, answer.amo) == (1_22, 85)


def test_the_tarif_d_autorite_is_for_doctors() -> None:
    dentist = {"profession": Profession.CHIRURGIEN_DENTISTE, "convention": OUT}
    assert tariff(**dentist) == (23_00, CaseBase.NOT_COORDINATED)


# --- other professions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profession", "day", "amount"),
    [
        (Profession.CHIRURGIEN_DENTISTE, 20130101, 23_00),
        (Profession.SAGE_FEMME, 20190131, 23_00),
        (Profession.SAGE_FEMME, 20190201, 25_00),
        (Profession.SAGE_FEMME, 20240221, 25_00),
        (Profession.SAGE_FEMME, 20240222, 26_50),
        (Profession.PSYCHOLOGUE, 20220405, 30_00),
        (Profession.PSYCHOLOGUE, 20240628, 30_00),
        (Profession.PSYCHOLOGUE, 20240629, 50_00),
    ],
)
def test_three_other_professions_have_a_consultation(profession: Profession, day: int, amount: int) -> None:
    assert tariff(profession=profession, convention=0, care_date=day)[0] == amount


@pytest.mark.parametrize("profession", [Profession.INFIRMIER, Profession.PHARMACIE, Profession.TRANSPORTEUR])
def test_a_profession_without_a_consultation_has_no_known_base(profession: Profession) -> None:
    assert tariff(profession=profession, convention=0) == (0, CaseBase.UNKNOWN)
    assert profile_of(make(profession=profession), law_of(make())) == Profile.NONE


# --- letter keys ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "day", "amount"),
    [
        ("APC", 20170930, 46_00),
        ("APC", 20171001, 48_00),
        ("APC", 20180601, 50_00),
        ("APC", 20231031, 55_00),
        ("APC", 20231101, 56_50),
        ("APC", 20241222, 60_00),
        ("APY", 20241221, 64_00),
        ("APY", 20241222, 67_50),
        ("TCG", 20250601, 25_00),
        ("COE", 20241221, 47_50),
        ("COE", 20241222, 54_00),
        ("COE", 20260101, 60_00),
        ("GL", 20260101, 60_00),
        ("CCP", 20231101, 47_50),
        ("MPH", 20250601, 60_00),
    ],
)
@pytest.mark.parametrize("convention", [S1, OPTAM, S2])
def test_a_letter_key_has_its_tariff_on_its_day_in_the_three_sectors(
    key: str, day: int, amount: int, convention: Convention
) -> None:
    assert tariff(act=key, care_date=day, convention=convention) == (amount, CaseBase.LETTER_KEY)


@pytest.mark.parametrize(
    ("specialty", "convention", "day", "amount", "case"),
    [
        (support.DERMATOLOGUE, S1, 20200318, 25_00, CaseBase.LETTER_KEY),
        (support.DERMATOLOGUE, S2, 20200318, 23_00, CaseBase.SECTOR_2),
        (support.DERMATOLOGUE, S1, 20250303, 30_00, CaseBase.LETTER_KEY),
        (support.PSYCHIATRE, S1, 20250303, 50_20, CaseBase.LETTER_KEY),
        (support.NEUROLOGUE, OPTAM, 20250303, 50_20, CaseBase.LETTER_KEY),
        (support.GYNECOLOGUE_MEDICAL, S1, 20250303, 32_00, CaseBase.LETTER_KEY),
        (support.PSYCHIATRE, S2, 20250303, 0, CaseBase.UNKNOWN),
    ],
)
def test_a_specialists_teleconsultation_follows_the_specialty_and_the_sector(
    specialty: int, convention: Convention, day: int, amount: int, case: CaseBase
) -> None:
    assert tariff(act="TCS", specialty=specialty, convention=convention, care_date=day) == (amount, case)


@pytest.mark.parametrize(("reading", "case"), [(0, CaseBase.LETTER_KEY), (1, CaseBase.UNKNOWN)])
def test_a_specialists_teleconsultation_in_sector_2_with_the_solidarity_cover(reading: int, case: CaseBase) -> None:
    act = make(act="TCS", specialty=support.PSYCHIATRE, convention=S2, care_date=20250303, c2s=1)
    amount = {CaseBase.LETTER_KEY: 50_20, CaseBase.UNKNOWN: 0}[case]
    assert tariff_of_act(act, law_of(act), Readings(base_c2s_secteur_2=reading)) == (amount, case)


def test_a_smear_by_a_midwife_is_worth_3_77_less_than_by_a_gp_from_2025() -> None:
    midwife = {"profession": Profession.SAGE_FEMME, "convention": 0}
    assert tariff(act="JKHD001", care_date=20250303)[0] - tariff(act="JKHD001", care_date=20250303, **midwife)[0] == 377
    assert tariff(act="JKHD001", care_date=20241231, **midwife) == (12_46, CaseBase.LETTER_KEY)


def test_a_psychiatrist_in_coordination_is_worth_43_70_in_may_2017() -> None:
    direct = {"specialty": support.PSYCHIATRE, "age": 20, "purpose": Purpose.ANY}
    assert tariff(care_date=20170515, **direct) == (43_70, CaseBase.COORDINATED)
    assert settled(care_date=20170515, fee=43_70, **direct).amo == 29_59


def test_a_key_before_its_first_day_has_no_known_base() -> None:
    assert tariff(act="GL", care_date=20251231) == (0, CaseBase.UNKNOWN)
    answer = settled(act="GL", care_date=20251231, fee=60_00)
    assert (answer.case_base, answer.base, answer.amo, answer.patient) == (CaseBase.UNKNOWN, 0, 0, 60_00)


@pytest.mark.parametrize("key", ["G", "GS", "VG", "C", "CS", "CNPSY", "CNP", "CSC"])
def test_the_letters_of_the_ordinary_consultation_are_the_consultation(key: str) -> None:
    assert flat_law().acts[key] == 0


@pytest.mark.parametrize(("key", "amount"), [("MCG", 5_00), ("MCS", 5_00), ("MCC", 4_77), ("MCU", 15_00)])
def test_a_coordination_supplement_is_payable_in_coordination_only(key: str, amount: int) -> None:
    assert tariff(act=key, specialty=5, **REFERRED) == (amount, CaseBase.LETTER_KEY)
    assert tariff(act=key, specialty=5) == (0, CaseBase.COORDINATION_NOT_PAYABLE)
    assert tariff(act=key, specialty=5, medecin_traitant=0) == (0, CaseBase.COORDINATION_NOT_PAYABLE)
    assert tariff(act=key, specialty=5, role=Role.MEDECIN_TRAITANT) == (0, CaseBase.COORDINATION_NOT_PAYABLE)


def test_a_coordination_supplement_follows_the_reading_of_direct_access() -> None:
    facts: dict[str, Any] = {"act": "MCS", "specialty": 15, "purpose": Purpose.GLAUCOME, "medecin_traitant": 0}
    assert tariff(**facts) == (0, CaseBase.COORDINATION_NOT_PAYABLE)
    assert tariff(Readings(medecin_traitant_acces_direct=1), **facts) == (5_00, CaseBase.LETTER_KEY)


@pytest.mark.parametrize("key", ["MCG", "MCS", "MCC"])
def test_the_supplement_for_a_correspondent_is_not_for_sector_2(key: str) -> None:
    assert tariff(act=key, specialty=5, convention=S2, **REFERRED) == (0, CaseBase.SECTOR_2)


def test_another_supplement_needs_no_coordination() -> None:
    assert tariff(act="MRT") == (15_00, CaseBase.LETTER_KEY)


def test_a_smear_has_a_base_of_its_own_in_sector_2() -> None:
    assert tariff(act="JKHD001", convention=S2) == (9_64, CaseBase.SECTOR_2)
    assert tariff(act="JKHD001", convention=OPTAM) == (12_73, CaseBase.LETTER_KEY)


def test_a_given_base_wins_over_every_table() -> None:
    assert tariff(base=47_00, convention=OUT, act="APC", quantity=2) == (47_00, CaseBase.GIVEN)
    assert tariff(base=0) == (0, CaseBase.GIVEN)


@pytest.mark.parametrize(
    ("key", "profession", "quantity", "amount"),
    [
        ("AMS", Profession.MASSEUR_KINESITHERAPEUTE, 7_50, 16_58),  # 7.5 x 2.21 = 16.575
        ("AMI", Profession.INFIRMIER, 1_50, 4_73),  # 1.5 x 3.15 = 4.725
        ("B", Profession.LABORATOIRE, 17_00, 4_25),
        ("AMO", Profession.ORTHOPHONISTE, 10_10, 26_26),
        ("MAU", Profession.INFIRMIER, 2, 2_70),
        ("APC", Profession.MEDECIN, 3, 180_00),
    ],
)
def test_a_coefficient_multiplies_the_letter_and_rounds_half_up(
    key: str, profession: Profession, quantity: int, amount: int
) -> None:
    assert tariff(act=key, profession=profession, quantity=quantity) == (amount, CaseBase.LETTER_KEY)


def test_a_coefficient_below_the_half_cent_rounds_down() -> None:
    act = make(act="AMI", profession=Profession.INFIRMIER, quantity=1_49)
    assert times(3_15, act, law_of(act)) == 4_69  # 4.6935
    assert times(2_21, act._replace(quantity=69), law_of(act)) == 1_52  # 1.5249


def test_the_base_is_never_above_the_fee() -> None:
    assert settled(fee=20_00).base == 20_00
    assert settled(fee=30_00).base == settled(fee=45_00).base == 30_00


@pytest.mark.parametrize(
    ("letter", "amount"),
    [(Status.O, 31_50), (Status.D, 31_50), (Status.H, 31_50), (Status.T, 26_50), (Status.S, 26_50)],
)
def test_a_given_status_tells_the_tariff(letter: Status, amount: int) -> None:
    assert tariff(specialty=5, status=letter)[0] == amount
