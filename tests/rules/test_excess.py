"""What may be charged above the base: sector, DA, DE, C2S (conventions 37.1 and 39.1, L162-5-13, R4127-53)."""

from typing import Any

import pytest

from parcours.law.cases import CaseExcess
from parcours.law.codes import Convention, Ips, Profession, Purpose, Referral, Role, Scheme, SpecialSetting, Status
from parcours.rules.settlement import settle
from parcours.rules.types import Readings
from tests.rules import support
from tests.rules.support import DEFAULT_READINGS, law_of, make, settled

UNLIMITED = -1


def maximum(readings: Readings = DEFAULT_READINGS, **facts: Any) -> tuple[int, CaseExcess]:
    answer = settled(readings=readings, **facts)
    return answer.max_fee, CaseExcess(answer.case_excess)


@pytest.mark.parametrize("profession", [p for p in Profession if p not in {Profession.MEDECIN, Profession.PSYCHOLOGUE}])
def test_other_professions_are_not_concerned(profession: Profession) -> None:
    answer = settled(profession=profession, base=20_00, fee=90_00)
    assert (answer.max_fee, answer.case_excess) == (UNLIMITED, CaseExcess.NOT_CONCERNED)
    assert (answer.depassement, answer.unlawful_excess) == (70_00, 0)


@pytest.mark.parametrize(
    ("facts", "most"),
    [
        ({"profession": Profession.CHIRURGIEN_DENTISTE}, 23_00),
        ({"profession": Profession.INFIRMIER, "base": 20_00}, 20_00),
        ({"profession": Profession.INFIRMIER, "base": 20_00, "exigence_particuliere": 5_00}, 25_00),
        ({"profession": Profession.CHIRURGIEN_DENTISTE, "base": 120_00}, UNLIMITED),
        ({"profession": Profession.PHARMACIE, "base": 20_00}, UNLIMITED),
    ],
)
def test_the_tariff_is_owed_to_a_c2s_patient_by_those_who_are_no_doctors(facts: dict[str, Any], most: int) -> None:
    """L861-3; a base that a dentist's line only gives may be that of a prosthesis, a device has a price of its own."""
    answer = settled(c2s=1, fee=60_00, **facts)
    case = CaseExcess.NOT_CONCERNED if most == UNLIMITED else CaseExcess.C2S_NOT_A_DOCTOR
    assert (answer.max_fee, answer.case_excess) == (most, case)
    assert answer.unlawful_excess == (0 if most == UNLIMITED else 60_00 - most)


@pytest.mark.parametrize(
    "facts",
    [{}, {"role": Role.MEDECIN_TRAITANT}, {"medecin_traitant": 0}, {"specialty": 5, "role": Role.MEDECIN_TRAITANT}],
)
def test_sector_1_owes_the_opposable_tariff(facts: dict[str, Any]) -> None:
    answer = settled(fee=50_00, **facts)
    assert (answer.max_fee, answer.case_excess) == (answer.base, CaseExcess.OPPOSABLE)
    assert answer.unlawful_excess == answer.depassement == 50_00 - answer.base


@pytest.mark.parametrize("convention", [Convention.SECTEUR_2, Convention.SECTEUR_2_OPTAM, Convention.NON_CONVENTIONNE])
def test_the_others_set_their_fees(convention: Convention) -> None:
    answer = settled(convention=convention, fee=400_00, specialty=5)
    assert (answer.max_fee, answer.case_excess, answer.unlawful_excess) == (UNLIMITED, CaseExcess.FREE, 0)
    assert answer.depassement == 400_00 - answer.base


# --- authorised overrun (DA) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "specialty", "most"),
    [
        (20160601, 5, 33_00),  # 28 x 1.175 = 32.90
        (20170501, 5, 33_00),
        (20170701, 5, 35_00),  # 30 x 1.175 = 35.25
        (20231101, 5, 37_00),  # 31.50 x 1.175 = 37.0125
        (20241222, 5, 37_00),
        (20261122, 5, 37_00),
        (20170701, support.PSYCHIATRE, 55_00),  # 46.70 x 1.175 = 54.87
        (20250601, support.PSYCHIATRE, 65_00),  # 55 x 1.175 = 64.625
    ],
)
def test_a_specialist_of_sector_1_may_charge_17_5_percent_more_outside(day: int, specialty: int, most: int) -> None:
    facts: dict[str, Any] = {"care_date": day, "specialty": specialty}
    assert maximum(**facts) == (most, CaseExcess.AUTHORISED_OUTSIDE)
    assert maximum(medecin_traitant=0, **facts) == (most, CaseExcess.AUTHORISED_OUTSIDE)
    assert settled(fee=most + 1, **facts).unlawful_excess == 1
    assert settled(fee=most, **facts).unlawful_excess == 0


def test_the_wording_of_the_convention_rounds_up() -> None:
    assert maximum(Readings(arrondi_da=1), specialty=5) == (38_00, CaseExcess.AUTHORISED_OUTSIDE)
    assert maximum(Readings(arrondi_da=1), specialty=5, care_date=20170701)[0] == 36_00


@pytest.mark.parametrize("specialty", [1, 22, 23])
def test_a_gp_has_no_authorised_overrun(specialty: int) -> None:
    assert maximum(specialty=specialty) == (30_00, CaseExcess.OPPOSABLE)


@pytest.mark.parametrize(
    "facts",
    [
        {"urgent": 1},
        {"urgent": 1, "medecin_traitant": 0},
        {"away": 1},
        {"referral": Referral.SEQUENCE},
        {"age": 15},
        {"specialty": 15, "purpose": Purpose.GLAUCOME},
        {"specialty": 15, "ips": Ips.D, "purpose": Purpose.GROSSESSE},
        {"scheme": Scheme.MAYOTTE},
    ],
)
def test_no_authorised_overrun_where_no_surcharge(facts: dict[str, Any]) -> None:
    answer = settled(**{"specialty": 5, "fee": 60_00, **facts})
    assert (answer.max_fee, answer.case_excess) == (answer.base, CaseExcess.OPPOSABLE)


@pytest.mark.parametrize("declared", [0, 1])
def test_after_the_doctor_left_the_overrun_is_a_reading(declared: int) -> None:
    """L162-5, 18° does not except the year of L162-5-3, 5°; an emergency in it is excepted."""
    left: dict[str, Any] = {"specialty": 5, "medecin_traitant": declared, "medecin_traitant_left_on": 20250101}
    assert maximum(**left) == (37_00, CaseExcess.AUTHORISED_AFTER_DEPARTURE)
    assert maximum(Readings(da_annee_du_depart=1), **left) == (26_50, CaseExcess.OPPOSABLE)
    assert maximum(urgent=1, **left)[1] == CaseExcess.OPPOSABLE
    assert maximum(**{**left, "referral": Referral.PROTOCOLE_ALD})[1] == CaseExcess.OPPOSABLE


@pytest.mark.parametrize("letter", [Status.I, Status.P, Status.S, Status.F])
def test_a_status_that_bears_the_surcharge_opens_it(letter: Status) -> None:
    assert maximum(specialty=5, status=letter) == (37_00, CaseExcess.AUTHORISED_OUTSIDE)


def test_a_technical_act_takes_17_5_percent_of_its_own_tariff() -> None:
    assert maximum(specialty=5, act="acte_technique", base=100_00) == (118_00, CaseExcess.AUTHORISED_OUTSIDE)
    assert maximum(specialty=5, act="CDRP002", quantity=2) == (116_00, CaseExcess.AUTHORISED_OUTSIDE)  # 98.92 x 1.175


@pytest.mark.parametrize("act", ["MRT", "MCS"])
def test_a_supplement_has_no_authorised_overrun(act: str) -> None:
    assert settled(specialty=5, act=act, fee=20_00).case_excess == CaseExcess.OPPOSABLE


def test_two_consultations_take_it_twice() -> None:
    assert maximum(specialty=5, quantity=2, fee=74_00) == (74_00, CaseExcess.AUTHORISED_OUTSIDE)  # 63 x 1.175 = 74.025


def test_a_given_base_above_the_coordinated_tariff_is_the_reference() -> None:
    assert maximum(specialty=5, base=100_00) == (118_00, CaseExcess.AUTHORISED_OUTSIDE)


# --- particular demand (DE) -----------------------------------------------------------------------------------------


def test_a_particular_demand_adds_to_the_tariff() -> None:
    assert maximum(exigence_particuliere=15_00) == (45_00, CaseExcess.OPPOSABLE)


def test_a_particular_demand_adds_to_the_authorised_overrun_or_not() -> None:
    facts: dict[str, Any] = {"specialty": 5}
    assert maximum(exigence_particuliere=15_00, **facts)[0] == 52_00
    apart = Readings(da_de_cumul=1)
    assert maximum(apart, exigence_particuliere=15_00, **facts) == (41_50, CaseExcess.AUTHORISED_OUTSIDE)
    assert maximum(apart, exigence_particuliere=5_00, **facts)[0] == 37_00


# --- C2S ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("convention", "most"),
    [(Convention.SECTEUR_1, 26_50), (Convention.SECTEUR_2_OPTAM, 26_50), (Convention.SECTEUR_2, 26_50)],
)
def test_a_c2s_patient_owes_no_overrun_but_a_particular_demand(convention: Convention, most: int) -> None:
    facts: dict[str, Any] = {"c2s": 1, "convention": convention, "specialty": 5}
    assert maximum(**facts) == (most, CaseExcess.C2S)
    assert maximum(exigence_particuliere=10_00, **facts) == (most + 10_00, CaseExcess.C2S)
    assert settled(fee=50_00, **facts).unlawful_excess == 50_00 - most


def test_outside_the_convention_even_c2s_does_not_bind_the_doctor() -> None:
    assert maximum(c2s=1, convention=Convention.NON_CONVENTIONNE) == (UNLIMITED, CaseExcess.FREE)


def test_a_trainee_in_general_practice_charges_the_tariff_from_31_december_2025() -> None:  # L162-5-11
    act = {"convention": Convention.SECTEUR_2, "special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE}
    assert maximum(care_date=20251230, **act) == (UNLIMITED, CaseExcess.FREE)
    assert maximum(care_date=20251231, **act) == (30_00, CaseExcess.IN_TRAINING)


@pytest.mark.parametrize(
    ("setting", "case"),
    [
        (SpecialSetting.DETENU, CaseExcess.PRISONER),
        (SpecialSetting.PERMANENCE_DES_SOINS, CaseExcess.ON_DUTY),
        (SpecialSetting.INTERNE_MEDECINE_GENERALE, CaseExcess.IN_TRAINING),
    ],
)
def test_where_no_overrun_at_all_is_allowed_a_demand_of_a_c2s_patient_is_none(
    setting: SpecialSetting, case: CaseExcess
) -> None:  # L162-5-13 I bis, L162-5-14, L162-5-11
    act = {"care_date": 20260302, "c2s": 1, "exigence_particuliere": 10_00, "special_setting": setting}
    assert maximum(**act, role=Role.MEDECIN_TRAITANT) == (30_00, case)


def test_a_session_that_is_not_covered_has_no_maximum() -> None:  # L162-58, R162-64
    session = {"profession": Profession.PSYCHOLOGUE, "convention": 0, "fee": 60_00}
    assert maximum(age=2, **session) == (UNLIMITED, CaseExcess.NOT_CONCERNED)
    assert maximum(age=3, **session) == (50_00, CaseExcess.PSYCHOLOGIST)


def test_a_session_beyond_those_of_the_year_has_no_maximum() -> None:  # L162-58: covered sessions only
    session = make(profession=Profession.PSYCHOLOGUE, convention=0, fee=60_00)
    for seen, case in ((11, CaseExcess.PSYCHOLOGIST), (12, CaseExcess.NOT_CONCERNED)):
        counters = support.NOTHING_BORNE._replace(seances_annee=seen)
        answer = settle(session, support.NO_CONTRACT, counters, law_of(session), DEFAULT_READINGS)
        assert (answer.case_excess, answer.max_fee) == (case, 50_00 if case == CaseExcess.PSYCHOLOGIST else UNLIMITED)


def test_a_doctor_on_duty_outside_the_convention_has_its_tariff_as_base_and_maximum() -> None:  # L162-5-14
    act = {"convention": Convention.NON_CONVENTIONNE, "special_setting": SpecialSetting.PERMANENCE_DES_SOINS}
    before = settled(care_date=20251230, role=Role.MEDECIN_TRAITANT, fee=60_00, **act)
    assert (before.base, before.amo, before.max_fee) == (61, 0, UNLIMITED)
    after = settled(care_date=20251231, role=Role.MEDECIN_TRAITANT, fee=60_00, **act)
    assert (after.base, after.amo, after.max_fee, after.unlawful_excess) == (30_00, 19_00, 30_00, 30_00)


def test_a_trainee_of_a_doctor_outside_the_convention_has_its_tariff_too() -> None:  # L162-5-11
    act = {"convention": Convention.NON_CONVENTIONNE, "special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE}
    answer = settled(care_date=20260602, role=Role.MEDECIN_TRAITANT, fee=40_00, **act)
    assert (answer.base, answer.amo, answer.max_fee, answer.case_excess) == (
        30_00,
        19_00,
        30_00,
        CaseExcess.IN_TRAINING,
    )


def test_the_maximum_is_the_tariff_not_the_fee() -> None:
    answer = settled(fee=10_00)
    assert (answer.base, answer.max_fee, answer.depassement, answer.unlawful_excess) == (10_00, 30_00, 0, 0)


def test_the_rate_of_the_overrun_is_the_laws() -> None:
    act = make(specialty=5)
    law = law_of(act)._replace(da_taux=10_00)
    assert settle(act, support.NO_CONTRACT, support.NOTHING_BORNE, law, DEFAULT_READINGS).max_fee == 35_00  # 34.65


def test_the_highest_fee_of_a_specialist_outside_in_2006_is_that_of_the_coordinated_tariff_of_that_day() -> None:
    answer = settled(care_date=20060115, specialty=support.DERMATOLOGUE, base=25_00, fee=32_00)
    assert (answer.max_fee, answer.unlawful_excess) == (32_00, 0)  # 27.00 x 1.175 = 31.73
