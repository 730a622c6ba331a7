"""What the complementary insurance pays: guarantees, limits of a contrat responsable (R871-1, R871-2), C2S (L861-3)."""

from typing import Any

import pytest

from parcours.law.cases import CaseComplementary
from parcours.law.codes import Convention, DrugClass, Exemption, Profession, Purpose, Referral, Role, Scheme, Status
from parcours.rules.complementary import guarantee
from parcours.rules.types import NO_CONTRACT, Contract, Readings
from tests.rules.support import DEFAULT_READINGS, RESPONSABLE_100, law_of, make, settled

OPTAM, S2, OUT = Convention.SECTEUR_2_OPTAM, Convention.SECTEUR_2, Convention.NON_CONVENTIONNE
REFERRED: dict[str, Any] = {"specialty": 5, "referral": Referral.SOINS_ITERATIFS, "role": Role.CORRESPONDANT}


def level(percent: int, optam: int | None = None, **changes: int) -> Contract:
    """A contrat responsable with this guarantee on doctors, in percent of the base; another one with OPTAM."""
    names = ("consultation_optam", "consultation_non_optam", "technique_optam", "technique_non_optam")
    guarantees = dict.fromkeys(names, percent * 100)
    if optam is not None:
        guarantees |= dict.fromkeys(("consultation_optam", "technique_optam"), optam * 100)
    return RESPONSABLE_100._replace(**guarantees, **changes)


FREE_300 = level(300, responsable=0)


def paid(contract: Contract, readings: Readings = DEFAULT_READINGS, **facts: Any) -> tuple[int, int, CaseComplementary]:
    """(amc, patient, case)."""
    answer = settled(contract=contract, readings=readings, **facts)
    return answer.amc, answer.patient, CaseComplementary(answer.case_complementary)


# --- none, C2S, AME -------------------------------------------------------------------------------------------------


def test_without_a_contract_nothing_is_paid() -> None:
    assert paid(NO_CONTRACT, role=Role.MEDECIN_TRAITANT) == (0, 11_00, CaseComplementary.NONE)


def test_the_aide_medicale_leaves_nothing_to_a_contract() -> None:
    assert paid(level(200), ame=1, fee=50_00) == (0, 20_00, CaseComplementary.NONE)


def test_c2s_pays_the_ticket_moderateur() -> None:
    assert paid(NO_CONTRACT, c2s=1, role=Role.MEDECIN_TRAITANT) == (9_00, 0, CaseComplementary.C2S)


def test_outside_the_pathway_c2s_pays_the_surcharge_too() -> None:  # E16, and the national data: 7.95 + 18.55
    assert paid(NO_CONTRACT, c2s=1) == (19_60, 0, CaseComplementary.C2S_WITH_MAJORATION)
    answer = settled(c2s=1, care_date=20231201, fee=26_50)
    assert (answer.amo, answer.amc, answer.patient) == (7_95, 18_55, 0)


def test_by_the_letter_of_the_law_the_c2s_patient_pays_it() -> None:
    text = Readings(c2s_hors_parcours=1)
    assert paid(NO_CONTRACT, text, c2s=1) == (0, 19_60, CaseComplementary.C2S_OUTSIDE)
    assert paid(NO_CONTRACT, text, c2s=1, role=Role.MEDECIN_TRAITANT) == (9_00, 0, CaseComplementary.C2S)


def test_c2s_pays_the_surcharge_of_the_exempt() -> None:
    assert paid(NO_CONTRACT, c2s=1, exemption=Exemption.ALD) == (10_60, 0, CaseComplementary.C2S_WITH_MAJORATION)
    text = Readings(c2s_hors_parcours=1)
    assert paid(NO_CONTRACT, text, c2s=1, exemption=Exemption.ALD) == (0, 10_60, CaseComplementary.C2S_OUTSIDE)


def test_c2s_pays_no_overrun_and_wins_over_a_contract() -> None:
    assert paid(FREE_300, c2s=1, fee=50_00, role=Role.MEDECIN_TRAITANT) == (9_00, 20_00, CaseComplementary.C2S)


def test_c2s_bears_the_flat_fee_on_a_heavy_act() -> None:
    facts: dict[str, Any] = {"c2s": 1, "act": "acte_technique", "base": 200_00, "fee": 200_00, "status": Status.O}
    answer = settled(**facts)
    assert (answer.amo, answer.amc, answer.patient, answer.forfait_acte_lourd) == (176_00, 24_00, 0, 24_00)


def test_c2s_completes_the_local_scheme() -> None:
    assert paid(NO_CONTRACT, c2s=1, scheme=Scheme.ALSACE_MOSELLE, role=Role.MEDECIN_TRAITANT)[:2] == (3_00, 0)


# --- a contrat responsable ------------------------------------------------------------------------------------------


def test_a_contract_at_100_percent_pays_the_ticket_moderateur_not_the_participation() -> None:
    assert paid(RESPONSABLE_100, role=Role.MEDECIN_TRAITANT) == (9_00, 2_00, CaseComplementary.TICKET_MODERATEUR)
    assert paid(RESPONSABLE_100, fee=31_50, **REFERRED) == (9_45, 2_00, CaseComplementary.TICKET_MODERATEUR)


def test_a_guarantee_in_percent_includes_the_part_of_the_compulsory_insurance() -> None:
    # 200 % of 23 is 46: 46 - 16.10 = 29.90, the participation being nobody's
    assert paid(level(200, 220), convention=S2, fee=60_00, **REFERRED) == (29_90, 16_00, CaseComplementary.GUARANTEE)
    assert paid(level(150), convention=OPTAM, fee=45_00, **REFERRED)[0] == 45_00 - 22_05
    assert paid(level(150), convention=OPTAM, fee=60_00, **REFERRED)[0] == 47_25 - 22_05


def test_a_contract_never_pays_more_than_the_fee() -> None:
    assert paid(level(300), convention=OPTAM, fee=40_00, **REFERRED) == (17_95, 2_00, CaseComplementary.GUARANTEE)


def test_a_guarantee_below_the_whole_pays_its_part() -> None:
    assert paid(level(85, responsable=0), role=Role.MEDECIN_TRAITANT) == (4_50, 6_50, CaseComplementary.GUARANTEE)
    assert paid(level(70, responsable=0), role=Role.MEDECIN_TRAITANT) == (0, 11_00, CaseComplementary.NOTHING_LEFT)
    assert paid(level(60, responsable=0), role=Role.MEDECIN_TRAITANT) == (0, 11_00, CaseComplementary.NOTHING_LEFT)


def test_what_a_contract_does_not_cover_it_does_not_pay() -> None:
    assert paid(level(0, responsable=0), role=Role.MEDECIN_TRAITANT) == (0, 11_00, CaseComplementary.NOT_COVERED)


@pytest.mark.parametrize("percent", [100, 150, 400])
@pytest.mark.parametrize(
    "facts", [{}, {"medecin_traitant": 0}, {"specialty": 5, "convention": OPTAM}, {"status": Status.F}]
)
def test_outside_the_pathway_a_contrat_responsable_pays_the_ticket_moderateur_alone(
    percent: int, facts: dict[str, Any]
) -> None:
    answer = settled(contract=level(percent), fee=80_00, **facts)
    assert (answer.amc, answer.case_complementary) == (answer.ticket_moderateur, CaseComplementary.OUTSIDE_PATHWAY)
    assert answer.patient == answer.depassement + answer.majoration + answer.participation_forfaitaire


def test_outside_a_lower_guarantee_stays_lower() -> None:
    assert paid(level(85)) == (4_50, 17_10, CaseComplementary.GUARANTEE)


@pytest.mark.parametrize("facts", [{"urgent": 1, "medecin_traitant": 0}, {"status": Status.C}])
def test_outside_without_a_surcharge_the_guarantee_is_whole(facts: dict[str, Any]) -> None:
    answer = settled(contract=level(200), specialty=5, convention=OPTAM, fee=60_00, **facts)
    assert (answer.amc, answer.case_complementary) == (53_00 - 18_55, CaseComplementary.GUARANTEE)


@pytest.mark.parametrize(
    ("day", "percent", "covered", "case"),
    [
        (20150331, 400, 400, CaseComplementary.GUARANTEE),
        (20150401, 400, 225, CaseComplementary.NON_OPTAM_CAP),
        (20161231, 225, 225, CaseComplementary.GUARANTEE),
        (20161231, 226, 225, CaseComplementary.NON_OPTAM_CAP),
        (20170101, 226, 200, CaseComplementary.NON_OPTAM_CAP),
        (20170101, 200, 200, CaseComplementary.GUARANTEE),
        (20250601, 201, 200, CaseComplementary.NON_OPTAM_CAP),
    ],
)
@pytest.mark.parametrize("convention", [S2, OUT])
def test_overruns_without_optam_have_a_cap(
    day: int, percent: int, covered: int, case: CaseComplementary, convention: Convention
) -> None:
    facts = {"care_date": day, "convention": convention, "base": 23_00, "fee": 150_00, **REFERRED}
    amc, _, code = paid(level(percent, 500), **facts)
    assert (amc, code) == (23_00 * covered // 100 - 16_10, case)


@pytest.mark.parametrize("convention", [Convention.SECTEUR_1, OPTAM])
def test_with_optam_there_is_no_cap(convention: Convention) -> None:
    answer = settled(contract=level(400), convention=convention, base=30_00, fee=150_00, **REFERRED)
    assert (answer.amc, answer.case_complementary) == (120_00 - 21_00, CaseComplementary.GUARANTEE)


def test_that_cap_binds_only_a_contrat_responsable() -> None:
    answer = settled(contract=level(400, responsable=0), convention=S2, fee=150_00, **REFERRED)
    assert (answer.amc, answer.case_complementary) == (92_00 - 16_10, CaseComplementary.GUARANTEE)


def test_even_if_it_says_so_a_contrat_responsable_gives_back_neither_surcharge_nor_participation() -> None:
    contract = level(100, majoration=1, participations=1)
    assert paid(contract) == (9_00, 12_60, CaseComplementary.OUTSIDE_PATHWAY)
    assert paid(contract, role=Role.MEDECIN_TRAITANT) == (9_00, 2_00, CaseComplementary.TICKET_MODERATEUR)


# --- other contracts ------------------------------------------------------------------------------------------------


def test_another_contract_may_give_back_what_the_fund_took() -> None:
    surcharge = level(100, responsable=0, majoration=1)
    assert paid(surcharge) == (19_60, 2_00, CaseComplementary.WITH_MAJORATION)
    everything = surcharge._replace(participations=1)
    assert paid(everything) == (21_60, 0, CaseComplementary.WITH_MAJORATION)
    assert paid(everything, role=Role.MEDECIN_TRAITANT) == (11_00, 0, CaseComplementary.WITH_MAJORATION)
    participations = level(100, responsable=0, participations=1)
    assert paid(participations) == (11_00, 10_60, CaseComplementary.WITH_MAJORATION)


def test_it_may_pay_overruns_outside() -> None:
    amc, patient, case = paid(FREE_300, specialty=5, fee=37_00)
    assert (amc, patient, case) == (37_00 - 18_55, 12_60, CaseComplementary.GUARANTEE)


@pytest.mark.parametrize("responsable", [0, 1])
def test_a_limit_in_euros_for_one_act(responsable: int) -> None:
    contract = level(100, responsable=responsable, plafond=5_00)
    assert paid(contract, role=Role.MEDECIN_TRAITANT) == (5_00, 6_00, CaseComplementary.EURO_CAP)
    exact = contract._replace(plafond=9_00)
    assert paid(exact, role=Role.MEDECIN_TRAITANT) == (9_00, 2_00, CaseComplementary.TICKET_MODERATEUR)
    nothing = contract._replace(plafond=0)
    assert paid(nothing, role=Role.MEDECIN_TRAITANT) == (0, 11_00, CaseComplementary.EURO_CAP)


def test_the_limit_counts_what_is_given_back() -> None:
    assert paid(level(100, responsable=0, majoration=1, plafond=10_00)) == (10_00, 11_60, CaseComplementary.EURO_CAP)


def test_who_is_exempt_leaves_the_contract_nothing_but_overruns() -> None:
    facts = {"exemption": Exemption.ALD, "role": Role.MEDECIN_TRAITANT}
    assert paid(RESPONSABLE_100, **facts) == (0, 2_00, CaseComplementary.NOTHING_LEFT)
    assert paid(level(150), fee=40_00, convention=OPTAM, **facts) == (10_00, 2_00, CaseComplementary.GUARANTEE)


def test_a_contract_pays_the_flat_fee_on_a_heavy_act() -> None:
    answer = settled(contract=RESPONSABLE_100, act="acte_technique", base=200_00, fee=200_00, status=Status.O)
    assert (answer.amo, answer.amc, answer.patient) == (174_00, 24_00, 2_00)


# --- which guarantee ------------------------------------------------------------------------------------------------

EACH = Contract(
    present=1,
    responsable=0,
    consultation_optam=101_00,
    consultation_non_optam=102_00,
    technique_optam=103_00,
    technique_non_optam=104_00,
    dentaire=105_00,
    auxiliaire=106_00,
    biologie=107_00,
    medicament_majeur=108_00,
    medicament_modere=109_00,
    medicament_faible=110_00,
    appareillage=111_00,
    transport=112_00,
    hospitalisation=113_00,
    majoration=0,
    participations=0,
    plafond=-1,
)


@pytest.mark.parametrize(
    ("facts", "percent"),
    [
        ({}, 101),
        ({"convention": OPTAM}, 101),
        ({"convention": S2}, 102),
        ({"convention": OUT}, 102),
        ({"act": "APC"}, 101),
        ({"act": "MRT", "convention": S2}, 102),
        ({"act": "acte_technique"}, 103),
        ({"act": "imagerie"}, 103),
        ({"act": "acte_technique", "convention": OPTAM}, 103),
        ({"act": "acte_technique", "convention": S2}, 104),
        ({"act": "imagerie", "convention": OUT}, 104),
        ({"profession": Profession.CHIRURGIEN_DENTISTE}, 105),
        ({"profession": Profession.INFIRMIER}, 106),
        ({"profession": Profession.SAGE_FEMME}, 106),
        ({"profession": Profession.PSYCHOLOGUE}, 106),
        ({"profession": Profession.LABORATOIRE}, 107),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MAJEUR}, 108),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.IRREMPLACABLE}, 108),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MODERE}, 109),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.FAIBLE}, 110),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.HOMEOPATHIE}, 110),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.LPP}, 111),
        ({"profession": Profession.TRANSPORTEUR}, 112),
        ({"profession": Profession.ETABLISSEMENT}, 113),
    ],
)
def test_each_category_has_its_guarantee(facts: dict[str, Any], percent: int) -> None:
    act = make(**facts)
    assert guarantee(act, EACH, law_of(act)) == percent * 100


def test_a_drug_of_low_benefit_need_not_be_covered() -> None:
    facts = {"profession": Profession.PHARMACIE, "base": 10_00, "fee": 10_00}
    assert paid(RESPONSABLE_100, drug_class=DrugClass.FAIBLE, **facts) == (0, 9_50, CaseComplementary.NOT_COVERED)
    assert paid(RESPONSABLE_100, drug_class=DrugClass.MAJEUR, **facts)[0] == 3_50


def test_a_direct_access_is_inside_for_the_contract() -> None:
    facts: dict[str, Any] = {"specialty": 15, "purpose": Purpose.GLAUCOME, "convention": OPTAM, "fee": 60_00}
    assert paid(level(150), **facts)[::2] == (47_25 - 22_05, CaseComplementary.GUARANTEE)


@pytest.mark.parametrize(
    ("convention", "level_paid", "case"),
    [
        (Convention.SECTEUR_1, 100, CaseComplementary.OUTSIDE_PATHWAY),
        (OPTAM, 200, CaseComplementary.GUARANTEE),
        (S2, 180, CaseComplementary.OPTAM_GAP),
    ],
)
def test_by_the_letter_only_the_overruns_of_sector_1_are_forbidden_outside(
    convention: Convention, level_paid: int, case: CaseComplementary
) -> None:  # R871-1 2°, R871-2
    outside = {"specialty": 5, "convention": convention, "base": 26_50, "fee": 80_00}
    letter = Readings(depassements_hors_parcours=1)
    amc, _, found = paid(level(200), letter, **outside)
    assert (amc, found) == (26_50 * level_paid // 100 - 18_55, case)
    assert paid(level(200), **outside)[2] == CaseComplementary.OUTSIDE_PATHWAY


@pytest.mark.parametrize(("optam", "covered"), [(150, 130), (120, 100), (100, 100), (200, 180), (240, 200)])
def test_without_optam_at_least_twenty_points_below_optam(optam: int, covered: int) -> None:  # R871-2 2°
    amc, _, _ = paid(level(200, optam), convention=S2, base=23_00, fee=150_00, **REFERRED)
    assert amc == 23_00 * covered // 100 - 16_10


def test_where_both_limits_without_optam_meet_the_fixed_one_is_said() -> None:
    case = paid(level(250, 220), convention=S2, base=23_00, fee=150_00, **REFERRED)[2]
    assert case == CaseComplementary.NON_OPTAM_CAP


def test_a_major_appliance_is_a_device_to_a_contract() -> None:
    facts = {"profession": Profession.PHARMACIE, "drug_class": DrugClass.GRAND_APPAREILLAGE, "base": 10_00}
    contract = RESPONSABLE_100._replace(appareillage=150_00, medicament_majeur=0)
    assert paid(contract, fee=20_00, **facts)[0] == 5_00


def test_after_the_doctor_left_the_authorised_overrun_of_sector_1_is_not_paid() -> None:  # L162-5 18°, R871-1 2°
    left: dict[str, Any] = {"specialty": 5, "fee": 37_00, "medecin_traitant_left_on": 20250101}
    assert paid(level(200), **left) == (7_95, 12_50, CaseComplementary.AUTHORISED_OVERRUN)
    assert paid(level(200), convention=OPTAM, **left)[2] == CaseComplementary.GUARANTEE
