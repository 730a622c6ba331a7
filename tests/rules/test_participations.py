"""Participation forfaitaire (L160-13 II, R160-19, R160-20) and franchises (L160-13 III): amounts, exemptions, caps."""

from typing import Any

import pytest

from parcours.law.cases import CaseFranchise, CaseParticipation, CaseRate
from parcours.law.codes import DrugClass, Exemption, Profession, Role, Scheme, SpecialSetting
from parcours.rules.participations import franchise as franchise_of
from parcours.rules.participations import increased, number_of_acts
from parcours.rules.types import Counters
from tests.rules.support import NOTHING_BORNE, law_of, make, settled

OWN: dict[str, Any] = {"role": Role.MEDECIN_TRAITANT}


def participation(counters: Counters = NOTHING_BORNE, **facts: Any) -> tuple[int, CaseParticipation]:
    answer = settled(counters=counters, **facts)
    return answer.participation_forfaitaire, CaseParticipation(answer.case_participation)


def franchise(counters: Counters = NOTHING_BORNE, **facts: Any) -> tuple[int, CaseFranchise]:
    answer = settled(counters=counters, **facts)
    return answer.franchise, CaseFranchise(answer.case_franchise)


# --- participation forfaitaire: amount and who bears it --------------------------------------------------------------


@pytest.mark.parametrize(("day", "amount"), [(20060101, 1_00), (20240514, 1_00), (20240515, 2_00), (20261122, 2_00)])
@pytest.mark.parametrize("facts", [OWN, {}, {"medecin_traitant": 0}])
def test_one_euro_then_two_inside_and_outside(day: int, amount: int, facts: dict[str, Any]) -> None:
    assert participation(care_date=day, base=26_50, **facts) == (amount, CaseParticipation.TAKEN)


@pytest.mark.parametrize("profession", list(Profession))
def test_doctors_and_laboratories_only(profession: Profession) -> None:
    expected = (
        (2_00, CaseParticipation.TAKEN)
        if profession in {Profession.MEDECIN, Profession.LABORATOIRE}
        else (0, CaseParticipation.NOT_CONCERNED)
    )
    assert participation(profession=profession, base=20_00, fee=20_00, drug_class=0) == expected


@pytest.mark.parametrize("act", ["MRT", "MCG", "IK"])
def test_a_supplement_is_not_an_act(act: str) -> None:
    assert participation(act=act, base=5_00, fee=5_00, **OWN) == (0, CaseParticipation.NOT_CONCERNED)


@pytest.mark.parametrize("act", ["consultation", "APC", "acte_technique", "imagerie", "TCG"])
def test_every_kind_of_act_bears_it(act: str) -> None:
    assert participation(act=act, base=50_00, fee=50_00, **OWN) == (2_00, CaseParticipation.TAKEN)


@pytest.mark.parametrize(
    ("facts", "case"),
    [
        ({"special_setting": SpecialSetting.HOSPITALISATION}, CaseParticipation.EXEMPT_STAY),
        ({"special_setting": SpecialSetting.DEPISTAGE_ORGANISE}, CaseParticipation.EXEMPT_SCREENING),
        ({"age": 17}, CaseParticipation.EXEMPT_AGE),
        ({"age": 18, "age_1er_janvier": 17}, CaseParticipation.EXEMPT_AGE),
        ({"exemption": Exemption.MATERNITE}, CaseParticipation.EXEMPT_MATERNITY),
        ({"exemption": Exemption.VICTIME_TERRORISME}, CaseParticipation.EXEMPT_TERRORISM),
        ({"prelevement_biologie": 1}, CaseParticipation.EXEMPT_SAMPLING),
        ({"c2s": 1}, CaseParticipation.EXEMPT_C2S),
        ({"ame": 1}, CaseParticipation.EXEMPT_AME),
    ],
)
def test_who_is_exempt(facts: dict[str, Any], case: CaseParticipation) -> None:
    assert participation(**{**OWN, **facts}) == (0, case)


@pytest.mark.parametrize(
    "exemption",
    sorted(set(Exemption) - {Exemption.MATERNITE, Exemption.EXAMEN_GROSSESSE, Exemption.VICTIME_TERRORISME}),
)
def test_an_exemption_from_the_ticket_moderateur_does_not_exempt(exemption: Exemption) -> None:
    assert participation(exemption=exemption, **OWN) == (2_00, CaseParticipation.TAKEN)


def test_who_turns_18_in_the_year_is_exempt_until_its_end() -> None:
    assert participation(age=18, age_1er_janvier=17, **OWN)[0] == 0
    assert participation(age=18, age_1er_janvier=18, **OWN)[0] == 2_00
    assert participation(age=19, age_1er_janvier=18, **OWN)[0] == 2_00


def test_the_local_scheme_does_not_exempt() -> None:
    assert participation(scheme=Scheme.ALSACE_MOSELLE, **OWN)[0] == 2_00


def test_a_doctor_who_directs_a_laboratory_bears_it_and_no_franchise() -> None:
    answer = settled(specialty=38, base=20_00, fee=20_00)
    assert (answer.participation_forfaitaire, answer.franchise) == (2_00, 0)


def test_a_letter_with_a_coefficient_is_one_act_whatever_its_coefficient() -> None:
    blood = make(act="B", profession=Profession.LABORATOIRE, quantity=40_00)
    assert number_of_acts(blood, law_of(blood)) == 1
    assert participation(act="B", profession=Profession.LABORATOIRE, quantity=40_00, fee=10_00)[0] == 2_00


def test_several_acts_bear_one_each() -> None:
    assert participation(base=90_00, fee=90_00, quantity=3, **OWN) == (6_00, CaseParticipation.TAKEN)


# --- participation forfaitaire: caps --------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "unit", "most"), [(20240514, 1_00, 4_00), (20240515, 2_00, 8_00)])
def test_four_a_day_with_one_professional(day: int, unit: int, most: int) -> None:
    facts = {"care_date": day, "base": 26_50, **OWN}
    assert participation(Counters(participation_nombre_jour=3), **facts) == (unit, CaseParticipation.TAKEN)
    assert participation(Counters(participation_nombre_jour=4), **facts) == (0, CaseParticipation.DAILY_CAP)
    assert participation(Counters(participation_nombre_jour=5), **facts) == (0, CaseParticipation.DAILY_CAP)
    assert participation(base=500_00, fee=500_00, care_date=day, quantity=5, **OWN) == (
        most,
        CaseParticipation.DAILY_CAP,
    )


@pytest.mark.parametrize(("day", "unit"), [(20240514, 1_00), (20240515, 2_00)])
def test_fifty_euros_a_year(day: int, unit: int) -> None:
    facts = {"care_date": day, "base": 26_50, **OWN}
    assert participation(Counters(participation_annee=50_00 - unit), **facts) == (unit, CaseParticipation.TAKEN)
    assert participation(Counters(participation_annee=49_50), **facts) == (50, CaseParticipation.ANNUAL_CAP)
    assert participation(Counters(participation_annee=50_00), **facts) == (0, CaseParticipation.ANNUAL_CAP)
    assert participation(Counters(participation_annee=50_01), **facts) == (0, CaseParticipation.ANNUAL_CAP)


def test_the_smaller_of_the_two_caps_is_named() -> None:
    both = Counters(participation_annee=49_50, participation_nombre_jour=3)
    assert participation(both, **OWN) == (50, CaseParticipation.ANNUAL_CAP)
    full = Counters(participation_annee=50_00, participation_nombre_jour=4)
    assert participation(full, **OWN) == (0, CaseParticipation.ANNUAL_CAP)


@pytest.mark.parametrize(("day", "most"), [(20241230, 50), (20250101, 25)])
def test_the_year_counts_contributions_whatever_each_was(day: int, most: int) -> None:  # D160-6
    facts = {"care_date": day, "base": 26_50, **OWN}
    reduced = {"participation_annee": 20_00}
    assert participation(Counters(participation_nombre_annee=most - 1, **reduced), **facts)[0] == 2_00
    last = participation(Counters(participation_nombre_annee=most, **reduced), **facts)
    assert last == (0, CaseParticipation.ANNUAL_CAP)


@pytest.mark.parametrize(("refund", "most"), [(20241231, 50), (20250101, 25)])
def test_the_yearly_number_is_that_of_the_refund(refund: int, most: int) -> None:  # D160-6
    """Care of April 2024, 1 € each: refunded in 2025, the 26th contribution of that year is no longer due."""
    facts = {"care_date": 20240415, "reimbursement_date": refund, "base": 26_50, **OWN}
    borne = Counters(participation_annee=20_00, participation_nombre_annee=most - 1)
    assert participation(borne, **facts) == (1_00, CaseParticipation.TAKEN)
    full = borne._replace(participation_nombre_annee=most)
    assert participation(full, **facts) == (0, CaseParticipation.ANNUAL_CAP)


def test_never_above_what_is_reimbursed() -> None:
    assert participation(base=2_00, fee=2_00, **OWN) == (1_40, CaseParticipation.LIMITED_TO_REIMBURSEMENT)
    assert participation(fee=0, **OWN) == (0, CaseParticipation.LIMITED_TO_REIMBURSEMENT)
    assert settled(base=2_00, fee=2_00, **OWN).amo == 0


def test_what_is_reimbursed_is_after_the_surcharge() -> None:
    answer = settled(base=5_00, fee=5_00)
    assert (answer.majoration, answer.participation_forfaitaire, answer.amo) == (2_00, 1_50, 0)


def test_franchises_do_not_fill_the_caps_of_the_participation() -> None:
    assert participation(Counters(franchise_annee=50_00, franchise_jour=50_00), **OWN)[0] == 2_00


# --- franchises: amount and who bears them ---------------------------------------------------------------------------

BOX: dict[str, Any] = {"profession": Profession.PHARMACIE, "drug_class": DrugClass.MAJEUR, "base": 20_00, "fee": 20_00}
NURSE: dict[str, Any] = {"profession": Profession.INFIRMIER, "base": 20_00, "fee": 20_00}
TRIP: dict[str, Any] = {"profession": Profession.TRANSPORTEUR, "base": 60_00, "fee": 60_00}


@pytest.mark.parametrize(
    ("facts", "first", "then"),
    [(BOX, 50, 1_00), (NURSE, 50, 1_00), (TRIP, 2_00, 4_00)],
)
def test_a_franchise_starts_in_2008_and_doubles_in_2024(facts: dict[str, Any], first: int, then: int) -> None:
    assert franchise(care_date=20071231, **facts) == (0, CaseFranchise.NOT_YET_CREATED)
    assert franchise(care_date=20080101, **facts) == (first, CaseFranchise.TAKEN)
    assert franchise(care_date=20240330, **facts) == (first, CaseFranchise.TAKEN)
    assert franchise(care_date=20240331, **facts) == (then, CaseFranchise.TAKEN)


def test_a_franchise_of_one_cent_is_a_franchise_and_an_unknown_one_is_none() -> None:
    act = make(**NURSE)
    for value, expected in ((1, (1, CaseFranchise.TAKEN)), (-1, (0, CaseFranchise.NOT_YET_CREATED))):
        law = law_of(act)._replace(franchise_auxiliaire=value)
        assert franchise_of(act, 12_00, NOTHING_BORNE, law) == expected


AUXILIAIRES = range(Profession.INFIRMIER, Profession.PEDICURE_PODOLOGUE + 1)


@pytest.mark.parametrize("profession", list(Profession))
def test_who_brings_a_franchise(profession: Profession) -> None:
    bears = profession in {*AUXILIAIRES, Profession.PHARMACIE, Profession.TRANSPORTEUR}
    amount, case = franchise(profession=profession, base=20_00, fee=20_00)
    assert case == (CaseFranchise.TAKEN if bears else CaseFranchise.NOT_CONCERNED)
    assert bool(amount) is bears


@pytest.mark.parametrize("drug", [c for c in DrugClass if c not in {DrugClass.NONE, DrugClass.HOMEOPATHIE}])
def test_drugs_but_not_devices(drug: DrugClass) -> None:
    bears = drug not in {DrugClass.LPP, DrugClass.SERVICE_PHARMACIEN, DrugClass.GRAND_APPAREILLAGE}
    expected = (1_00, CaseFranchise.TAKEN) if bears else (0, CaseFranchise.NOT_CONCERNED)
    assert franchise(**{**BOX, "drug_class": drug}) == expected


def test_nothing_is_taken_off_nothing() -> None:
    homeopathy = {**BOX, "drug_class": DrugClass.HOMEOPATHIE}
    assert franchise(**homeopathy) == (0, CaseFranchise.LIMITED_TO_REIMBURSEMENT)


def test_a_nurses_supplement_is_not_an_act() -> None:
    assert franchise(act="MAU", profession=Profession.INFIRMIER, fee=1_35) == (0, CaseFranchise.NOT_CONCERNED)


@pytest.mark.parametrize(
    ("facts", "case"),
    [
        ({"special_setting": SpecialSetting.HOSPITALISATION}, CaseFranchise.EXEMPT_STAY),
        ({"age": 17}, CaseFranchise.EXEMPT_AGE),
        ({"age": 18, "age_1er_janvier": 17}, CaseFranchise.EXEMPT_AGE),
        ({"exemption": Exemption.MATERNITE}, CaseFranchise.EXEMPT_MATERNITY),
        ({"exemption": Exemption.VICTIME_TERRORISME}, CaseFranchise.EXEMPT_TERRORISM),
        ({"c2s": 1}, CaseFranchise.EXEMPT_C2S),
        ({"ame": 1}, CaseFranchise.EXEMPT_AME),
    ],
)
@pytest.mark.parametrize("care", [BOX, NURSE, TRIP])
def test_who_is_exempt_from_franchises(facts: dict[str, Any], case: CaseFranchise, care: dict[str, Any]) -> None:
    assert franchise(**care, **facts) == (0, case)


@pytest.mark.parametrize("exemption", [Exemption.ALD, Exemption.AT_MP, Exemption.INVALIDITE])
def test_illness_and_invalidity_do_not_exempt_from_franchises(exemption: Exemption) -> None:
    assert franchise(**BOX, exemption=exemption) == (1_00, CaseFranchise.TAKEN)


def test_an_urgent_transport_is_exempt() -> None:
    assert franchise(**TRIP, special_setting=SpecialSetting.TRANSPORT_URGENT) == (
        0,
        CaseFranchise.EXEMPT_URGENT_TRANSPORT,
    )


def test_who_turned_18_bears_franchises_from_the_next_year() -> None:
    assert franchise(**BOX, age=18, age_1er_janvier=18) == (1_00, CaseFranchise.TAKEN)


# --- franchises: caps -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("care", "day", "unit", "most"),
    [
        (NURSE, 20240330, 50, 2_00),
        (NURSE, 20240331, 1_00, 4_00),
        (TRIP, 20240330, 2_00, 4_00),
        (TRIP, 20240331, 4_00, 8_00),
    ],
)
def test_a_daily_cap_with_one_nurse_or_one_carrier(care: dict[str, Any], day: int, unit: int, most: int) -> None:
    facts = {**care, "care_date": day}
    assert franchise(Counters(franchise_jour=most - unit), **facts) == (unit, CaseFranchise.TAKEN)
    assert franchise(Counters(franchise_jour=most - 25), **facts) == (25, CaseFranchise.DAILY_CAP)
    assert franchise(Counters(franchise_jour=most), **facts) == (0, CaseFranchise.DAILY_CAP)
    assert franchise(Counters(franchise_jour=most + 1), **facts) == (0, CaseFranchise.DAILY_CAP)


def test_drugs_have_no_daily_cap() -> None:
    assert franchise(Counters(franchise_jour=20_00), **{**BOX, "quantity": 12}) == (12_00, CaseFranchise.TAKEN)


@pytest.mark.parametrize("care", [BOX, NURSE, TRIP])
def test_fifty_euros_a_year_for_the_three_kinds_together(care: dict[str, Any]) -> None:
    assert franchise(Counters(franchise_annee=49_50), **care) == (50, CaseFranchise.ANNUAL_CAP)
    assert franchise(Counters(franchise_annee=50_00), **care) == (0, CaseFranchise.ANNUAL_CAP)
    assert franchise(Counters(franchise_annee=50_01), **care) == (0, CaseFranchise.ANNUAL_CAP)
    assert (
        franchise(Counters(participation_annee=50_00, participation_nombre_jour=25), **care)[1] == CaseFranchise.TAKEN
    )


def test_the_smaller_cap_of_a_franchise_is_named() -> None:
    assert franchise(Counters(franchise_annee=49_00, franchise_jour=3_50), **NURSE) == (50, CaseFranchise.DAILY_CAP)
    assert franchise(Counters(franchise_annee=49_50, franchise_jour=3_25), **NURSE) == (50, CaseFranchise.ANNUAL_CAP)
    assert franchise(Counters(franchise_annee=50_00, franchise_jour=4_00), **NURSE) == (0, CaseFranchise.ANNUAL_CAP)


def test_a_franchise_is_never_above_what_is_reimbursed() -> None:
    cheap = {**BOX, "base": 1_00, "fee": 1_00}
    assert franchise(**cheap) == (65, CaseFranchise.LIMITED_TO_REIMBURSEMENT)
    assert settled(**cheap).amo == 0


def test_ten_boxes_bear_ten_franchises() -> None:
    assert franchise(**{**BOX, "quantity": 10, "base": 200_00, "fee": 200_00}) == (10_00, CaseFranchise.TAKEN)


# --- the memory -----------------------------------------------------------------------------------------------------


def test_the_counters_come_out_increased_by_what_the_act_took() -> None:
    act = make(**OWN)
    before = Counters(10, 2, 1, 30, 40, 5)
    assert increased(act, before, 2_00, 0, law_of(act)) == Counters(2_10, 3, 2, 30, 40, 5)
    assert increased(act, before, 1, 1_00, law_of(act)) == Counters(11, 3, 2, 1_30, 1_40, 5), "a reduced one is one"
    session = make(profession=Profession.PSYCHOLOGUE)
    assert increased(session, before, 0, 0, law_of(session)) == Counters(10, 2, 1, 30, 40, 6)


def test_a_thirteenth_session_of_the_civil_year_is_not_covered() -> None:  # R162-65
    session: dict[str, Any] = {"profession": Profession.PSYCHOLOGUE, "fee": 50_00, "care_date": 20260601}
    assert settled(counters=Counters(seances_annee=11), **session).amo == 30_00
    answer = settled(counters=Counters(seances_annee=12), **session)
    assert (answer.amo, answer.patient, answer.case_rate) == (0, 50_00, CaseRate.SESSIONS_USED_UP)
