"""The rate (R160-5), exemptions (L160-14), Alsace-Moselle, and the flat fee on heavy acts (R160-16)."""

from typing import Any

import pytest

from parcours.law.cases import CaseActeLourd, CaseRate
from parcours.law.codes import (
    UNKNOWN,
    Convention,
    DrugClass,
    Exemption,
    Profession,
    Purpose,
    Referral,
    Scheme,
    SpecialSetting,
)
from parcours.rules.rate import heavy_act, is_auxiliaire, rate_of_act, sessions_used_up
from parcours.rules.settlement import settle
from tests.rules import support
from tests.rules.support import NOTHING_BORNE, day_before, law_of, make, settled

AUXILIAIRES = [
    Profession.INFIRMIER,
    Profession.INFIRMIER_PRATIQUE_AVANCEE,
    Profession.MASSEUR_KINESITHERAPEUTE,
    Profession.ORTHOPHONISTE,
    Profession.ORTHOPTISTE,
    Profession.PEDICURE_PODOLOGUE,
]


def rate(**facts: Any) -> tuple[int, CaseRate]:
    act = make(**facts)
    points, case = rate_of_act(act, law_of(act))
    return points, CaseRate(case)


# --- by category ----------------------------------------------------------------------------------------------------

SINCE_2006 = [
    (Profession.MEDECIN, 70_00),
    (Profession.SAGE_FEMME, 70_00),
    *((profession, 60_00) for profession in AUXILIAIRES),
    (Profession.LABORATOIRE, 60_00),
    (Profession.ETABLISSEMENT, 80_00),
]


@pytest.mark.parametrize(("profession", "points"), SINCE_2006)
@pytest.mark.parametrize("day", [20060101, 20250601])
def test_the_rate_of_a_category(profession: Profession, points: int, day: int) -> None:
    assert rate(profession=profession, care_date=day) == (points, CaseRate.ORDINARY)


@pytest.mark.parametrize(
    ("facts", "first_day", "before", "after"),
    [
        ({"profession": Profession.CHIRURGIEN_DENTISTE}, 20231015, 70_00, 60_00),
        ({"profession": Profession.TRANSPORTEUR}, 20230801, 65_00, 55_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MODERE}, 20110502, 35_00, 30_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.LPP}, 20110502, 65_00, 60_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.HOMEOPATHIE}, 20200101, 30_00, 15_00),
    ],
)
def test_a_rate_changes_on_its_day(facts: dict[str, Any], first_day: int, before: int, after: int) -> None:
    assert rate(care_date=day_before(first_day), **facts) == (before, CaseRate.ORDINARY)
    assert rate(care_date=first_day, **facts) == (after, CaseRate.ORDINARY)


@pytest.mark.parametrize(
    ("facts", "first_day", "points"),
    [
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.FAIBLE}, 20100416, 15_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.HOMEOPATHIE}, 20110502, 30_00),
        ({"profession": Profession.PSYCHOLOGUE}, 20220405, 60_00),
    ],
)
def test_before_a_rate_is_known_the_case_says_so(facts: dict[str, Any], first_day: int, points: int) -> None:
    assert rate(care_date=day_before(first_day), **facts) == (0, CaseRate.UNKNOWN)
    assert rate(care_date=first_day, **facts) == (points, CaseRate.ORDINARY)


@pytest.mark.parametrize(
    ("drug", "points"),
    [
        (DrugClass.IRREMPLACABLE, 100_00),
        (DrugClass.MAJEUR, 65_00),
        (DrugClass.MODERE, 30_00),
        (DrugClass.FAIBLE, 15_00),
        (DrugClass.LPP, 60_00),
    ],
)
def test_a_drug_is_paid_by_its_class(drug: DrugClass, points: int) -> None:
    assert rate(profession=Profession.PHARMACIE, drug_class=drug) == (points, CaseRate.ORDINARY)


def test_homeopathy_left_the_list_on_1_january_2021_for_everyone() -> None:
    facts: dict[str, Any] = {"profession": Profession.PHARMACIE, "drug_class": DrugClass.HOMEOPATHIE}
    assert rate(care_date=20201231, **facts) == (15_00, CaseRate.ORDINARY)
    assert rate(care_date=20210101, **facts) == (0, CaseRate.NOT_COVERED)
    assert rate(exemption=Exemption.ALD, **facts) == (0, CaseRate.NOT_COVERED)
    assert settled(c2s=1, base=10_00, fee=10_00, **facts).patient == 10_00


def test_an_urgent_transport_is_paid_whole_from_2023() -> None:
    urgent = {"profession": Profession.TRANSPORTEUR, "special_setting": SpecialSetting.TRANSPORT_URGENT}
    assert rate(care_date=20221231, **urgent) == (65_00, CaseRate.URGENT_TRANSPORT)
    assert rate(care_date=20230101, **urgent) == (100_00, CaseRate.URGENT_TRANSPORT)


def test_that_setting_means_nothing_for_a_doctor() -> None:
    assert rate(special_setting=SpecialSetting.TRANSPORT_URGENT) == (70_00, CaseRate.ORDINARY)


# --- exemptions -----------------------------------------------------------------------------------------------------


LEAVE_THE_SHARE = {Exemption.ASPA, Exemption.ENFANT_HANDICAPE, Exemption.CONTRACEPTION, Exemption.RISQUE_SANITAIRE}
"""Of an adult of 40 who sees a doctor."""


@pytest.mark.parametrize("exemption", list(Exemption))
def test_the_exempt_are_paid_whole_but_not_for_an_unrelated_illness(exemption: Exemption) -> None:
    expected = (
        (70_00, CaseRate.ORDINARY)
        if exemption in {Exemption.NONE, Exemption.ALD_SANS_RAPPORT, *LEAVE_THE_SHARE}
        else (100_00, CaseRate.TERRORISM if exemption == Exemption.VICTIME_TERRORISME else CaseRate.EXEMPT)
    )
    assert rate(exemption=exemption) == expected
    if exemption not in {Exemption.ASPA, Exemption.EXAMEN_GROSSESSE}:
        assert rate(exemption=exemption, profession=Profession.MASSEUR_KINESITHERAPEUTE)[1] == expected[1]


def test_the_aide_medicale_pays_the_whole_base() -> None:
    assert rate(ame=1) == (100_00, CaseRate.AME)
    assert rate(ame=1, exemption=Exemption.ALD) == (100_00, CaseRate.AME)


@pytest.mark.parametrize("key", ["COE", "COD", "COB", "CCP", "IMT"])
def test_a_prevention_act_has_its_own_rate(key: str) -> None:
    assert rate(act=key) == (100_00, CaseRate.ACT)
    assert rate(act=key, scheme=Scheme.ALSACE_MOSELLE) == (100_00, CaseRate.ACT)


# --- Alsace-Moselle -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (90_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.SAGE_FEMME}, (90_00, CaseRate.ALSACE_MOSELLE)),
        *(({"profession": profession}, (90_00, CaseRate.ALSACE_MOSELLE)) for profession in AUXILIAIRES),
        ({"profession": Profession.LABORATOIRE}, (90_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.ETABLISSEMENT}, (100_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MAJEUR}, (90_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MODERE}, (80_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.IRREMPLACABLE}, (100_00, CaseRate.ORDINARY)),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.FAIBLE}, (15_00, CaseRate.ORDINARY)),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.LPP}, (60_00, CaseRate.ORDINARY)),
        ({"profession": Profession.CHIRURGIEN_DENTISTE}, (90_00, CaseRate.ALSACE_MOSELLE)),
        ({"profession": Profession.TRANSPORTEUR}, (55_00, CaseRate.ORDINARY)),
        ({"profession": Profession.PSYCHOLOGUE}, (90_00, CaseRate.ALSACE_MOSELLE)),
        ({"exemption": Exemption.ALD}, (100_00, CaseRate.EXEMPT)),
    ],
)
def test_the_local_scheme_adds_what_is_known_of_it(facts: dict[str, Any], expected: tuple[int, CaseRate]) -> None:
    assert rate(scheme=Scheme.ALSACE_MOSELLE, **facts) == expected


@pytest.mark.parametrize("profession", list(Profession))
def test_six_professions_are_auxiliaires(profession: Profession) -> None:
    assert is_auxiliaire(make(profession=profession)) is (profession in AUXILIAIRES)


def test_a_doctor_seen_in_alsace_moselle_is_paid_25_euros_of_30() -> None:  # E15
    answer = settled(
        scheme=Scheme.ALSACE_MOSELLE, referral=Referral.SEQUENCE, convention=Convention.SECTEUR_2_OPTAM, base=30_00
    )
    assert (answer.amo, answer.ticket_moderateur, answer.participation_forfaitaire) == (25_00, 3_00, 2_00)


# --- heavy acts -----------------------------------------------------------------------------------------------------

TECHNICAL: dict[str, Any] = {"act": "acte_technique", "status": 3, "age": 17, "age_1er_janvier": 17}


@pytest.mark.parametrize(
    ("day", "base", "fee", "case"),
    [
        (20060831, 90_99, 0, CaseActeLourd.NOT_HEAVY),
        (20060901, 90_99, 0, CaseActeLourd.NOT_HEAVY),
        (20060901, 91_00, 18_00, CaseActeLourd.FLAT_FEE),
        (20110223, 91_00, 18_00, CaseActeLourd.FLAT_FEE),
        (20110224, 119_99, 0, CaseActeLourd.NOT_HEAVY),
        (20110224, 120_00, 18_00, CaseActeLourd.FLAT_FEE),
        (20181231, 120_00, 18_00, CaseActeLourd.FLAT_FEE),
        (20190101, 120_00, 24_00, CaseActeLourd.FLAT_FEE),
        (20260331, 120_00, 24_00, CaseActeLourd.FLAT_FEE),
        (20260401, 120_00, 32_00, CaseActeLourd.FLAT_FEE),
        (20260401, 119_99, 0, CaseActeLourd.NOT_HEAVY),
    ],
)
def test_a_flat_fee_replaces_the_ticket_moderateur_from_the_threshold_up(
    day: int, base: int, fee: int, case: CaseActeLourd
) -> None:
    answer = settled(care_date=day, base=base, fee=base, **TECHNICAL)
    assert (answer.forfait_acte_lourd, answer.case_acte_lourd) == (fee, case)
    if fee:
        assert (answer.ticket_moderateur, answer.amo, answer.patient) == (0, base - fee, fee)
    else:
        assert answer.ticket_moderateur == base - answer.amo


def test_the_fee_of_2026_starts_on_the_first_or_on_the_22nd_of_april() -> None:
    act = make(care_date=20260421, base=120_00, fee=120_00, **TECHNICAL)
    later = law_of(act, {"acte_lourd_32": "2026-04-22"})
    assert heavy_act(act, 120_00, 70_00, later) == (24_00, CaseActeLourd.FLAT_FEE)
    assert heavy_act(act, 120_00, 70_00, law_of(act)) == (32_00, CaseActeLourd.FLAT_FEE)
    next_day = act._replace(care_date=20260422)
    assert heavy_act(next_day, 120_00, 70_00, law_of(next_day, {"acte_lourd_32": "2026-04-22"}))[0] == 32_00


def test_before_september_2006_no_flat_fee_is_known() -> None:
    answer = settled(care_date=20060831, base=200_00, fee=200_00, **TECHNICAL)
    assert (answer.forfait_acte_lourd, answer.case_acte_lourd) == (0, CaseActeLourd.NOT_HEAVY)
    assert (answer.ticket_moderateur, answer.amo) == (60_00, 140_00)


@pytest.mark.parametrize("act", ["anesthesie", "consultation"])
def test_anaesthesia_and_consultations_are_not_heavy_acts(act: str) -> None:
    answer = settled(base=200_00, fee=200_00, act=act, status=3)
    assert (answer.case_acte_lourd, answer.ticket_moderateur) == (CaseActeLourd.NOT_HEAVY, 60_00)


def test_costly_imaging_bears_neither_share_nor_flat_fee() -> None:  # R160-16 II 1
    facts: dict[str, Any] = {"act": "imagerie", "specialty": 6, "status": 3}
    answer = settled(base=150_00, fee=150_00, **facts)
    assert (answer.case_acte_lourd, answer.ticket_moderateur, answer.amo) == (CaseActeLourd.IMAGING, 0, 148_00)
    below = settled(base=119_99, fee=119_99, **facts)
    assert (below.case_acte_lourd, below.ticket_moderateur) == (CaseActeLourd.NOT_HEAVY, 36_00)


def test_costly_pathology_keeps_its_proportional_share() -> None:  # R160-16 IV
    setting = SpecialSetting.ANATOMOPATHOLOGIE
    answer = settled(act="acte_technique", base=150_00, fee=150_00, special_setting=setting)
    assert (answer.forfait_acte_lourd, answer.ticket_moderateur) == (0, 45_00)


def test_a_pathologist_s_costly_act_keeps_its_share_by_the_specialty_alone() -> None:  # R160-16 IV
    answer = settled(act="acte_technique", base=150_00, fee=150_00, specialty=37, referral=Referral.SOINS_ITERATIFS)
    assert (answer.forfait_acte_lourd, answer.ticket_moderateur) == (0, 45_00)


def test_a_heavy_act_is_a_doctors() -> None:
    act = make(act="acte_technique", profession=Profession.INFIRMIER)
    assert heavy_act(act, 500_00, 60_00, law_of(act)) == (0, CaseActeLourd.NOT_HEAVY)


@pytest.mark.parametrize(
    ("act", "base", "day", "by_practice", "by_text"),
    [
        ("acte_technique", 150_00, 20250602, 90_00, 126_00),
        ("acte_technique", 150_00, 20260602, 90_00, 118_00),
        ("acte_technique", 119_99, 20250602, 71_99, 71_99),
        ("COURONNE", 150_00, 20250602, 90_00, 90_00),  # a prosthesis keeps its share by the text too
        ("acte_technique", 150_00, 20181231, 105_00, 105_00),  # the version of R160-16 that is read starts in 2019
    ],
)
def test_a_dentists_costly_act_by_practice_and_by_the_text(
    act: str, base: int, day: int, by_practice: int, by_text: int
) -> None:  # R160-16 I, IV
    dentist = make(act=act, base=base, fee=base, profession=Profession.CHIRURGIEN_DENTISTE, care_date=day)
    for option, amo in (("pratique", by_practice), ("texte", by_text)):
        law = law_of(dentist, {"acte_lourd_dentaire": option})
        assert settle(dentist, support.NO_CONTRACT, support.NOTHING_BORNE, law, support.DEFAULT_READINGS).amo == amo


@pytest.mark.parametrize("profession", [Profession.MEDECIN, Profession.CHIRURGIEN_DENTISTE])
@pytest.mark.parametrize("option", ["pratique", "texte"])
def test_a_dental_prosthesis_keeps_its_share_whatever_its_tariff(profession: Profession, option: str) -> None:
    prosthesis = make(act="acte_technique", base=150_00, profession=profession, purpose=Purpose.PROTHESE_DENTAIRE)
    law = law_of(prosthesis, {"acte_lourd_dentaire": option})
    assert heavy_act(prosthesis, 150_00, 60_00, law) == (0, CaseActeLourd.NOT_HEAVY)  # R160-16 IV


def test_an_emergency_charge_is_the_patients_in_the_local_scheme_too() -> None:
    visit = settled(
        profession=Profession.ETABLISSEMENT, act="forfait_patient_urgences", fee=19_61, scheme=Scheme.ALSACE_MOSELLE
    )
    assert (visit.patient, visit.case_rate) == (19_61, CaseRate.ORDINARY)


@pytest.mark.parametrize(("day", "option", "amo"), [(20250602, "intention", 80_00), (20250602, "lettre", 60_00)])
def test_devices_with_the_old_age_minimum_by_each_reading(day: int, option: str, amo: int) -> None:  # R160-9
    device = make(
        profession=Profession.PHARMACIE,
        convention=0,
        drug_class=DrugClass.LPP,
        base=100_00,
        fee=100_00,
        exemption=Exemption.ASPA,
        age=70,
        care_date=day,
    )
    law = law_of(device, {"aspa_dispositifs": option})
    assert settle(device, support.NO_CONTRACT, support.NOTHING_BORNE, law, support.DEFAULT_READINGS).amo == amo


@pytest.mark.parametrize(
    "exemption", [Exemption.ALD, Exemption.MATERNITE, Exemption.AT_MP, Exemption.INVALIDITE, Exemption.NOUVEAU_NE]
)
def test_who_is_exempt_owes_no_flat_fee(exemption: Exemption) -> None:
    answer = settled(base=200_00, fee=200_00, exemption=exemption, **TECHNICAL)
    assert (answer.forfait_acte_lourd, answer.case_acte_lourd, answer.amo) == (0, CaseActeLourd.EXEMPT, 200_00)


def test_an_illness_unrelated_to_the_heavy_act_exempts_from_nothing() -> None:
    answer = settled(base=200_00, fee=200_00, exemption=Exemption.ALD_SANS_RAPPORT, **TECHNICAL)
    assert (answer.forfait_acte_lourd, answer.amo) == (24_00, 176_00)


def test_the_local_scheme_bears_the_flat_fee() -> None:
    answer = settled(base=200_00, fee=200_00, scheme=Scheme.ALSACE_MOSELLE, **TECHNICAL)
    assert (answer.forfait_acte_lourd, answer.case_acte_lourd) == (0, CaseActeLourd.BORNE_BY_SCHEME)
    assert (answer.amo, answer.patient, answer.ticket_moderateur) == (200_00, 0, 0)


def test_a_flat_fee_is_never_above_what_is_charged() -> None:
    answer = settled(base=200_00, fee=10_00, **TECHNICAL)
    assert (answer.base, answer.forfait_acte_lourd, answer.amo, answer.patient) == (10_00, 10_00, 0, 10_00)


def test_the_threshold_counts_the_tariff_not_the_fee() -> None:
    assert settled(base=120_00, fee=119_00, **TECHNICAL).case_acte_lourd == CaseActeLourd.FLAT_FEE
    assert settled(base=119_99, fee=300_00, **TECHNICAL).case_acte_lourd == CaseActeLourd.NOT_HEAVY


def test_a_heavy_act_outside_the_pathway_bears_the_flat_fee_and_the_capped_surcharge() -> None:
    answer = settled(base=200_00, fee=200_00, act="acte_technique", age=17)
    assert (answer.forfait_acte_lourd, answer.majoration, answer.amo, answer.patient) == (24_00, 10_60, 165_40, 34_60)


def test_a_listed_act_is_heavy_by_its_tariff() -> None:
    answer = settled(act="BFGA002", fee=271_70, status=3)
    assert (answer.forfait_acte_lourd, answer.amo, answer.participation_forfaitaire) == (24_00, 245_70, 2_00)


@pytest.mark.parametrize(
    ("day", "age", "base", "amo"),
    [
        (20200203, 12, 193_50, 193_50),
        (20200203, 15, 161_25, 161_25),
        (20200203, 12, 107_50, 75_25),
        (20200203, 16, 193_50, 135_45),
        (20250602, 12, 193_50, 193_50),
        (20250602, 12, 120_00, 120_00),
        (20250602, 12, 107_50, 64_50),
    ],
)
def test_orthodontics_begun_in_childhood_is_whole_from_the_threshold_of_a_costly_act(
    day: int, age: int, base: int, amo: int
) -> None:
    dentist = {"profession": Profession.CHIRURGIEN_DENTISTE, "convention": 0, "purpose": Purpose.ORTHODONTIE}
    answer = settled(care_date=day, age=age, base=base, fee=600_00, **dentist)
    assert (answer.amo, answer.forfait_acte_lourd) == (amo, 0)


@pytest.mark.parametrize(
    ("profession", "more", "points"),
    [
        (Profession.MEDECIN, {}, 80_00),
        (Profession.PEDICURE_PODOLOGUE, {}, 80_00),
        (Profession.LABORATOIRE, {}, 80_00),
        (Profession.PSYCHOLOGUE, {}, 60_00),
        (Profession.PHARMACIE, {"drug_class": DrugClass.MAJEUR}, 65_00),
        (Profession.TRANSPORTEUR, {}, 55_00),
    ],
)
def test_fees_of_practitioners_paramedics_and_laboratories_have_the_rate_of_the_stay(
    profession: Profession, more: dict[str, int], points: int
) -> None:  # R160-5, 1°
    assert rate(profession=profession, special_setting=SpecialSetting.HOSPITALISATION, **more)[0] == points


@pytest.mark.parametrize("facts", [{"exemption": Exemption.ASPA}, {"scheme": Scheme.ALSACE_MOSELLE}, {}])
def test_a_rate_that_is_not_known_stays_unknown_whoever_pays(facts: dict[str, int]) -> None:
    """Sessions with a psychologist have no rate before April 2022: neither R160-9 nor the local scheme makes one."""
    session = {"profession": Profession.PSYCHOLOGUE, "base": 40_00, "fee": 40_00}
    assert rate(care_date=20220404, **session, **facts) == (0, CaseRate.UNKNOWN)
    assert rate(care_date=20220405, **session)[0] == 60_00


def test_major_appliances_bear_no_share() -> None:  # R160-16 V
    device = {"profession": Profession.PHARMACIE, "base": 1_000_00, "fee": 1_000_00}
    assert rate(drug_class=DrugClass.GRAND_APPAREILLAGE, **device) == (100_00, CaseRate.ORDINARY)
    assert rate(drug_class=DrugClass.LPP, **device)[0] == 60_00
    answer = settled(drug_class=DrugClass.GRAND_APPAREILLAGE, **device)
    assert (answer.amo, answer.franchise) == (1_000_00, 0)


def test_care_billed_with_a_hospital_flat_rate_is_paid_80_percent() -> None:  # R160-5, 13°
    setting = {"special_setting": SpecialSetting.HOPITAL_SANS_SEJOUR}
    assert rate(care_date=20260101, **setting) == (80_00, CaseRate.HOSPITAL_WITHOUT_STAY)
    assert rate(care_date=20251231, **setting) == (0, CaseRate.UNKNOWN)
    drug = {"profession": Profession.PHARMACIE, "drug_class": DrugClass.MAJEUR}
    assert rate(care_date=20260101, **drug, **setting) == (65_00, CaseRate.ORDINARY)


def test_a_psychologist_is_covered_from_three_years_old() -> None:  # R162-64
    session = {"profession": Profession.PSYCHOLOGUE, "base": 50_00, "fee": 50_00}
    assert rate(age=2, **session) == (0, CaseRate.NOT_COVERED)
    assert rate(age=3, **session) == (60_00, CaseRate.ORDINARY)
    assert rate(age=2)[0] == 70_00


def test_a_local_or_old_age_rate_that_is_not_above_the_ordinary_one_changes_nothing() -> None:
    local, old = make(scheme=Scheme.ALSACE_MOSELLE), make(exemption=Exemption.ASPA, profession=Profession.LABORATOIRE)
    law = law_of(local)._replace(alsace_honoraires=70_00, taux_aspa=60_00)
    assert rate_of_act(local, law) == (70_00, CaseRate.ORDINARY)
    assert rate_of_act(old, law) == (60_00, CaseRate.ORDINARY)


def test_a_law_without_sessions_covers_none() -> None:
    session = make(profession=Profession.PSYCHOLOGUE)
    assert sessions_used_up(session, NOTHING_BORNE, law_of(session)._replace(seances_annee=0))
    assert not sessions_used_up(session, NOTHING_BORNE, law_of(session)._replace(seances_annee=UNKNOWN))


@pytest.mark.parametrize(
    "facts",
    [
        {"special_setting": SpecialSetting.CURE_THERMALE, "profession": Profession.ETABLISSEMENT},
        {"exemption": Exemption.AMP},
        {"drug_class": DrugClass.FAIBLE, "profession": Profession.PHARMACIE},
    ],
)
def test_state_medical_aid_leaves_to_adults_what_it_covers_for_minors(facts: dict[str, Any]) -> None:
    assert rate(ame=1, age=18, **facts) == (0, CaseRate.NOT_COVERED)
    assert rate(ame=1, age=17, **facts) == (100_00, CaseRate.AME)


def test_what_is_not_refunded_bears_no_flat_fee() -> None:
    act = {**TECHNICAL, "age": 18, "age_1er_janvier": 18}
    uncovered = settled(ame=1, exemption=Exemption.AMP, base=150_00, fee=150_00, **act)
    assert (uncovered.forfait_acte_lourd, uncovered.ticket_moderateur, uncovered.amo) == (0, 150_00, 0)


@pytest.mark.parametrize(
    ("facts", "covered"),
    [
        ({"fee": 45_00}, 15_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.LPP}, 5_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.GRAND_APPAREILLAGE}, 5_00),
        ({"profession": Profession.PHARMACIE, "drug_class": DrugClass.MAJEUR}, 0),
        ({"profession": Profession.PSYCHOLOGUE, "base": 50_00, "fee": 60_00}, 0),
    ],
)
def test_which_overruns_of_a_victim_of_terrorism_are_covered(facts: dict[str, int], covered: int) -> None:
    """L169-2-1 for acts, L169-3 for devices; neither names medicines or sessions with a psychologist."""
    act = {"convention": 0, "base": 10_00, "fee": 15_00, **facts} if "profession" in facts else facts
    answer = settled(exemption=Exemption.VICTIME_TERRORISME, **act)
    assert answer.amo == answer.base + covered
