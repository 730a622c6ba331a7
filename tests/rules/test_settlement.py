"""One act settled: what is paid at the desk and later, the order of the stages, and the amounts of a settlement."""

from typing import Any

import pytest

from parcours.engine.results import COMPARED
from parcours.law.cases import CaseBase, CasePayment, CaseRate
from parcours.law.codes import Convention, Profession, Role, SpecialSetting, Status, TiersPayant
from parcours.rules.settlement import settle
from parcours.rules.types import NO_CONTRACT, Counters, Readings
from tests.rules.support import NOTHING_BORNE, RESPONSABLE_100, law_of, make, settled

OWN = {"role": Role.MEDECIN_TRAITANT}


def payment(**facts: Any) -> tuple[int, int, CasePayment]:
    """(advance, deferred, case)."""
    answer = settled(**facts)
    return answer.advance, answer.deferred, CasePayment(answer.case_payment)


def test_without_tiers_payant_the_patient_advances_all() -> None:
    assert payment(**OWN) == (30_00, 0, CasePayment.ALL_ADVANCED)
    assert payment(contract=RESPONSABLE_100) == (30_00, 0, CasePayment.ALL_ADVANCED)


def test_the_part_of_the_fund_is_not_advanced_to_a_trainee() -> None:  # L162-5-11
    trainee: dict[str, Any] = {"special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE}
    assert payment(care_date=20251231, **OWN, **trainee) == (9_00, 2_00, CasePayment.PAID_DIRECTLY)
    assert payment(care_date=20251230, **OWN, **trainee) == (30_00, 0, CasePayment.ALL_ADVANCED)


def test_a_setting_of_doctors_in_training_means_nothing_for_a_nurse() -> None:
    nurse: dict[str, Any] = {"profession": Profession.INFIRMIER, "convention": 0, "base": 10_00, "fee": 10_00}
    trainee = {"special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE}
    assert payment(care_date=20260302, **nurse, **trainee) == (10_00, 0, CasePayment.ALL_ADVANCED)


def test_under_partial_tiers_payant_the_patient_advances_all_but_the_part_of_the_fund() -> None:
    facts: dict[str, Any] = {"tiers_payant": TiersPayant.PARTIAL, "contract": RESPONSABLE_100}
    assert payment(**OWN, **facts) == (9_00, 2_00, CasePayment.PARTIAL_THIRD_PARTY)
    assert payment(**facts) == (9_00, 12_60, CasePayment.PARTIAL_THIRD_PARTY)


def test_under_full_tiers_payant_nothing_refunded_is_advanced() -> None:
    facts: dict[str, Any] = {"tiers_payant": TiersPayant.FULL, "contract": RESPONSABLE_100}
    assert payment(**OWN, **facts) == (0, 2_00, CasePayment.FULL_THIRD_PARTY)
    assert payment(**facts) == (0, 12_60, CasePayment.FULL_THIRD_PARTY)
    assert payment(fee=45_00, **OWN, **facts) == (15_00, 2_00, CasePayment.FULL_THIRD_PARTY)


def test_full_tiers_payant_without_a_contract_leaves_the_ticket_moderateur_at_the_desk() -> None:
    assert payment(tiers_payant=TiersPayant.FULL, **OWN) == (9_00, 2_00, CasePayment.FULL_THIRD_PARTY)


def test_the_surcharge_is_recovered_later_under_tiers_payant() -> None:
    # the public example: 18.55 is paid at 26.50, then a line of -10.60
    facts: dict[str, Any] = {"care_date": 20231201, "fee": 26_50, "age": 17, "tiers_payant": TiersPayant.PARTIAL}
    assert payment(**facts) == (7_95, 10_60, CasePayment.PARTIAL_THIRD_PARTY)


def test_for_c2s_the_surcharge_is_applied_at_once() -> None:
    assert payment(c2s=1, tiers_payant=TiersPayant.FULL) == (0, 0, CasePayment.FULL_THIRD_PARTY)
    assert payment(c2s=1, tiers_payant=TiersPayant.PARTIAL) == (19_60, 0, CasePayment.PARTIAL_THIRD_PARTY)
    text = Readings(c2s_hors_parcours=1)
    assert payment(c2s=1, tiers_payant=TiersPayant.FULL, readings=text) == (19_60, 0, CasePayment.FULL_THIRD_PARTY)


def test_a_contract_that_gives_back_the_surcharge_leaves_nothing_to_recover_twice() -> None:
    generous = RESPONSABLE_100._replace(responsable=0, majoration=1, participations=1)
    assert payment(contract=generous, tiers_payant=TiersPayant.FULL) == (0, 0, CasePayment.FULL_THIRD_PARTY)
    surcharge_only = generous._replace(participations=0)
    assert payment(contract=surcharge_only, tiers_payant=TiersPayant.FULL) == (0, 2_00, CasePayment.FULL_THIRD_PARTY)


def test_a_franchise_is_recovered_later_too() -> None:
    facts: dict[str, Any] = {"profession": Profession.INFIRMIER, "base": 20_00, "fee": 20_00}
    assert payment(tiers_payant=TiersPayant.PARTIAL, **facts) == (8_00, 1_00, CasePayment.PARTIAL_THIRD_PARTY)


# --- the whole settlement -------------------------------------------------------------------------------------------


def test_every_amount_of_an_act_outside_the_pathway() -> None:
    answer = settled(fee=45_00, convention=Convention.SECTEUR_2_OPTAM, contract=RESPONSABLE_100)
    amounts = {name: value for name, value in answer._asdict().items() if name in COMPARED}
    assert amounts == {
        "base": 30_00,
        "rate": 70_00,
        "ticket_moderateur": 9_00,
        "majoration": 10_60,
        "participation_forfaitaire": 2_00,
        "franchise": 0,
        "forfait_acte_lourd": 0,
        "amo": 8_40,
        "amc": 9_00,
        "patient": 27_60,
        "advance": 45_00,
        "deferred": 0,
        "max_fee": -1,
        "depassement": 15_00,
        "unlawful_excess": 0,
    }
    assert answer.notes == 0


def test_the_parts_of_the_patient_have_their_names() -> None:
    answer = settled(fee=45_00)
    parts = (answer.ticket_moderateur, answer.majoration, answer.participation_forfaitaire, answer.depassement)
    assert parts == (9_00, 10_60, 2_00, 15_00)
    assert answer.patient == sum(parts)


def test_an_unknown_rate_voids_the_refund() -> None:
    act = make(profession=Profession.PSYCHOLOGUE, care_date=20220404, base=30_00)
    answer = settle(act, NO_CONTRACT, NOTHING_BORNE, law_of(act), Readings())
    assert (answer.case_rate, answer.rate, answer.amo, answer.patient) == (CaseRate.UNKNOWN, 0, 0, 30_00)


def test_an_unknown_base_voids_the_refund() -> None:
    answer = settled(care_date=20101231, specialty=1)
    assert (answer.case_base, answer.base, answer.amo, answer.patient) == (CaseBase.UNKNOWN, 0, 0, 30_00)


def test_a_free_act_costs_nothing() -> None:
    answer = settled(fee=0)
    amounts = (answer.base, answer.amo, answer.amc, answer.patient, answer.advance, answer.deferred, answer.majoration)
    assert amounts == (0,) * 7


def test_the_caps_are_read_from_the_counters() -> None:
    assert settled(counters=Counters(participation_annee=50_00), **OWN).amo == 21_00


@pytest.mark.parametrize("letter", [Status.P, Status.S])
def test_the_readings_reach_every_stage(letter: Status) -> None:
    answer = settled(readings=Readings(plafond_majoration=1, arrondi_da=1), specialty=5, base=100_00, status=letter)
    assert (answer.majoration, answer.max_fee) == (12_00, 118_00)  # the fee of 30 € is the base
