"""Hospitals: the emergency charge (L160-13 I, R160-17-1), the daily charge of a stay against its share (L174-4)."""

from typing import Any

import pytest

from parcours.engine.case import settle as settle_facts
from parcours.engine.errors import MissingFact, UnknownTariff
from parcours.law.cases import CaseActeLourd, CaseRate
from parcours.law.codes import Exemption, Profession, Scheme, SpecialSetting
from parcours.rules.charges import charge_of_stay, charge_of_visit, emergency_charge, owes_daily_charge
from tests.rules.support import law_of, make, settled

HOSPITAL: dict[str, Any] = {"profession": Profession.ETABLISSEMENT, "convention": 0}
VISIT: dict[str, Any] = {**HOSPITAL, "act": "forfait_patient_urgences"}
STAY: dict[str, Any] = {**HOSPITAL, "act": "sejour", "base": 2_700_00, "fee": 2_700_00, "sejour_jours": 3}
Case = CaseActeLourd


@pytest.mark.parametrize(
    ("day", "facts", "patient", "case"),
    [
        (20250602, {}, 19_61, Case.EMERGENCY),
        (20260301, {}, 23_00, Case.EMERGENCY),
        (20250602, {"exemption": Exemption.ALD}, 8_49, Case.EMERGENCY_REDUCED),
        (20250602, {"exemption": Exemption.ALD_SANS_RAPPORT}, 8_49, Case.EMERGENCY_REDUCED),
        (20260301, {"exemption": Exemption.AT_MP}, 9_96, Case.EMERGENCY_REDUCED),
        *(
            (20250602, {"exemption": ground}, 0, Case.EMERGENCY_EXEMPT)
            for ground in (
                Exemption.MATERNITE,
                Exemption.NOUVEAU_NE,
                Exemption.RENTE_AT,
                Exemption.INVALIDITE,
                Exemption.PENSION_MILITAIRE,
                Exemption.VICTIME_TERRORISME,
                Exemption.MINEUR_VICTIME,
                Exemption.DONNEUR,
                Exemption.RISQUE_SANITAIRE,
            )
        ),
        (20250602, {"special_setting": SpecialSetting.DETENU}, 0, Case.EMERGENCY_EXEMPT),
        (20250602, {"ame": 1}, 0, Case.EMERGENCY_EXEMPT),
        (20250602, {"exemption": Exemption.PREVENTION}, 19_61, Case.EMERGENCY),
    ],
)
def test_an_emergency_visit_costs_one_charge(day: int, facts: dict[str, Any], patient: int, case: Case) -> None:
    fee = 23_00 if day >= 20260301 else 19_61
    answer = settled(care_date=day, fee=fee, **VISIT, **facts)
    assert (answer.patient, answer.amo, answer.case_acte_lourd) == (patient, fee - patient, case)


def test_a_reduced_charge_that_is_billed_is_all_the_patients() -> None:
    answer = settled(fee=8_49, exemption=Exemption.ALD, **VISIT)
    assert (answer.amo, answer.patient) == (0, 8_49)


def test_c2s_pays_the_emergency_charge() -> None:
    answer = settled(fee=19_61, c2s=1, **VISIT)
    assert (answer.amc, answer.patient) == (19_61, 0)


def test_there_is_no_emergency_charge_before_2022() -> None:
    facts = {"care_date": "2021-12-31", "age": 40, "profession": "etablissement", "fee": 19.61}
    with pytest.raises(UnknownTariff):
        settle_facts({**facts, "act": "forfait_patient_urgences"})


def test_amounts_of_a_charge_not_known_are_void_and_never_negative() -> None:
    act = make(care_date=20211231, **VISIT)
    assert charge_of_visit(act, law_of(act)) == (0, Case.EMERGENCY)


@pytest.mark.parametrize(
    ("facts", "patient", "case"),
    [
        ({}, 540_00, Case.STAY_SHARE),
        ({"base": 200_00, "fee": 200_00}, 60_00, Case.DAILY_CHARGE),
        ({"base": 300_00, "fee": 300_00}, 60_00, Case.STAY_SHARE),
        ({"exemption": Exemption.ALD}, 60_00, Case.DAILY_CHARGE),
        ({"exemption": Exemption.ALD, "care_date": 20260301}, 69_00, Case.DAILY_CHARGE),
        ({"exemption": Exemption.MATERNITE}, 0, Case.NO_DAILY_CHARGE),
        ({"exemption": Exemption.AT_MP}, 0, Case.NO_DAILY_CHARGE),
        ({"exemption": Exemption.DONNEUR}, 0, Case.NO_DAILY_CHARGE),
        ({"special_setting": SpecialSetting.DETENU}, 0, Case.NO_DAILY_CHARGE),
        ({"scheme": Scheme.ALSACE_MOSELLE}, 0, Case.NO_DAILY_CHARGE),
        ({"ame": 1}, 0, Case.NO_DAILY_CHARGE),
        ({"base": 27_000_00, "fee": 27_000_00, "sejour_jours": 30}, 5_400_00, Case.STAY_SHARE),
        ({"base": 31_000_00, "fee": 31_000_00, "sejour_jours": 31}, 6_020_00, Case.LONG_STAY),
        ({"base": 3_100_00, "fee": 3_100_00, "sejour_jours": 31}, 620_00, Case.LONG_STAY),
        ({"base": 1_000_00, "fee": 1_000_00, "sejour_jours": 40}, 800_00, Case.DAILY_CHARGE),
        ({"base": 10_00, "fee": 10_00}, 10_00, Case.DAILY_CHARGE),
    ],
)
def test_the_patient_owes_the_greater_of_the_share_and_the_daily_charge(
    facts: dict[str, Any], patient: int, case: Case
) -> None:
    answer = settled(**{**STAY, **facts})
    assert (answer.patient, answer.case_acte_lourd) == (patient, case)


def test_the_days_of_a_stay_are_asked_for() -> None:
    facts = {"care_date": "2025-06-02", "age": 40, "profession": "etablissement", "act": "sejour", "base": 2700}
    with pytest.raises(MissingFact, match="sejour_jours"):
        settle_facts({**facts, "fee": 2700})
    assert settled(**{**STAY, "sejour_jours": 0}).case_rate == CaseRate.UNKNOWN


def test_bills_ask_the_same_rules() -> None:
    assert emergency_charge(make(exemption=Exemption.RENTE_AT), 23_00, 9_96)[0] == 0
    assert not owes_daily_charge(make(exemption=Exemption.DONNEUR))


def test_the_days_of_a_stay_not_said_leave_no_amount() -> None:
    act = make(**{**STAY, "sejour_jours": 0})
    assert charge_of_stay(act, 2_700_00, 540_00, law_of(act)) == (0, 0, Case.STAY_SHARE)


@pytest.mark.parametrize("days", [31, 60, 1000])
def test_the_daily_charge_of_a_long_stay_never_exceeds_the_base(days: int) -> None:
    """The share of the first days is at least their charges: what is left of the base holds those of the others."""
    least = 20_00 * days * 5
    answer = settled(**{**STAY, "sejour_jours": days, "base": least, "fee": least})
    assert answer.case_acte_lourd == Case.LONG_STAY
    assert answer.forfait_acte_lourd == 20_00 * (days - 30)
    assert answer.amo + answer.patient == least
