"""What a session makes of its lines: article 11B, associations, consultation and act, costly acts, the surcharge."""

from typing import Any

import pytest

from parcours.engine.bill.settle import settle_bill
from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.law.bill.codes import CaseCostly, CaseInvoice, CaseSession, CaseSurcharge

OWN = {
    "care_date": "2026-03-10",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "medecin_traitant",
}
OUTSIDE = {**OWN, "role": "autre", "referral": "none"}
NURSE = {"care_date": "2025-06-03", "age": 60, "profession": "infirmier"}


def bases(facts: dict[str, Any], *lines: dict[str, Any]) -> list[int]:
    return [one.settlement.base for one in settle_bill({**facts, "lines": list(lines)}).settled]


def cases(stage: str, facts: dict[str, Any], *lines: dict[str, Any]) -> list[int]:
    return [getattr(one, stage) for one in settle_bill({**facts, "lines": list(lines)}).settled]


def technical(tariff: int, **more: Any) -> dict[str, Any]:
    return {"code": "ACTE", "tariff": tariff, "fee": tariff, **more}


def test_11b_the_highest_coefficient_in_full_the_second_at_half_the_third_nothing() -> None:
    lines = [{"code": "AMI", "coefficient": coefficient, "fee": 20} for coefficient in (1, 4, 2)]
    assert bases(NURSE, *lines) == [0, 12_60, 3_15]
    assert cases("case_session", NURSE, *lines) == [
        CaseSession.NGAP_NOT_NOTED,
        CaseSession.NGAP_FIRST,
        CaseSession.NGAP_HALF,
    ]


def test_11b_half_of_a_coefficient_is_rounded_once() -> None:  # 3.15 x 1.5 / 2 = 2.3625, not half of 4.73
    assert bases(NURSE, {"code": "AMI 2", "fee": 9}, {"code": "AMI 1.5/2", "fee": 9}) == [6_30, 2_36]


def test_several_acts_of_a_letter_on_one_line_are_worth_as_many_and_a_letter_of_analyses_is_of_all_of_them() -> None:
    several = {"code": "AMI", "coefficient": 1, "quantity": 3, "fee": 20}
    assert bases(NURSE, {"code": "AMI", "coefficient": 2, "fee": 9}, several) == [6_30, 4_73]  # half of 9.45
    assert bases({**NURSE, "profession": "laboratoire"}, {"code": "B 70", "quantity": 6, "fee": 20}) == [17_50]


@pytest.mark.parametrize(
    ("lines", "contributions"),
    [
        ([{"code": "G", "fee": 30}, {"code": "CAGD001", "fee": 19.63}], [2_00, 0]),
        ([{"code": "G", "fee": 30}, {"code": "EGFA007", "fee": 62.70}], [0, 2_00]),
        ([technical(50), technical(30), technical(20)], [2_00, 2_00, 0]),
        ([technical(50), {**technical(30), "fee": 0}], [2_00, 0]),
    ],
)
def test_an_act_that_the_session_does_not_pay_bears_no_contribution_even_elsewhere(
    lines: list[dict[str, Any]], contributions: list[int]
) -> None:
    settled = settle_bill({**OWN, "lines": lines}).settled
    assert [one.settlement.participation_forfaitaire for one in settled] == contributions
    assert {one.case_invoice for one in settled} == {CaseInvoice.OWN}


def test_11b_never_cuts_a_care_package() -> None:
    assert bases(NURSE, {"code": "BSB", "fee": 18.20}, {"code": "DI 2.5", "fee": 25}) == [18_20, 25_00]


def test_two_sessions_of_a_day_do_not_cut_each_other() -> None:
    morning = {"code": "AMI", "coefficient": 2, "fee": 7, "session": "matin"}
    assert bases(NURSE, morning, {**morning, "session": "soir"}) == [6_30, 6_30]


def test_ccam_two_acts_full_and_half_by_tariff_whatever_their_order() -> None:
    assert bases(OWN, technical(30), technical(50)) == [15_00, 50_00]
    assert bases(OWN, technical(50), technical(30)) == [50_00, 15_00]
    assert bases(OWN, technical(50), technical(30), technical(20)) == [50_00, 15_00, 0]


def test_ccam_transmitted_codes_say_the_circumstance() -> None:
    limbs = technical(50), technical(30, association=3)
    assert bases(OWN, *limbs) == [50_00, 22_50]
    assert bases(OWN, technical(50), technical(30, association=4)) == [50_00, 30_00]
    assert bases(OWN, technical(50), technical(30, association=5)) == [50_00, 30_00]


def test_a_flat_modifier_is_not_cut_a_percentage_is() -> None:
    assert bases(OWN, technical(50), technical(30, fee=100, modifiers=["M"])) == [50_00, 15_00 + 26_88]
    # 30.00 x 1.13 x 50 % from 2025-11-05; 1.158 before
    assert bases(OWN, technical(50), technical(30, fee=100, modifiers=["Y"])) == [50_00, 16_95]
    assert bases({**OWN, "care_date": "2025-11-04"}, technical(50), technical(30, fee=100, modifiers=["Y"])) == [
        50_00,
        17_37,
    ]


def test_an_unknown_modifier_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(FactError, match=r"line 1, modifiers: 'J'.*F, M, P, S, U, Y, Z"):
        bases(OWN, technical(50, modifiers=["J"]))


def test_a_consultation_and_an_electrocardiogram_add_up() -> None:
    assert bases(OWN, {"code": "G", "fee": 30}, {"code": "DEQP003", "fee": 14.52}) == [30_00, 14_52]


def test_a_consultation_and_another_act_the_better_one_only() -> None:
    assert bases(OWN, {"code": "G", "fee": 30}, {"code": "EGFA007", "fee": 62.70}) == [0, 62_70]
    assert bases(OWN, {"code": "G", "fee": 30}, {"code": "CAGD001", "fee": 19.63}) == [30_00, 0]


def test_spirometry_adds_to_a_visit_from_2026() -> None:
    lines = {"code": "G", "fee": 30}, {"code": "GLQP012", "fee": 41.08}
    assert bases({**OWN, "care_date": "2025-12-31"}, *lines) == [0, 41_08]
    assert bases({**OWN, "care_date": "2026-01-01"}, *lines) == [30_00, 41_08]


def test_a_biopsy_done_in_the_visit_is_half() -> None:
    dermatologist = {**OWN, "specialty": "dermatologie", "role": "correspondant", "referral": "soins_iteratifs"}
    assert bases(dermatologist, {"code": "CS", "fee": 31.50}, {"code": "QZHA001", "tariff": 40, "fee": 20}) == [
        31_50,
        20_00,
    ]


def test_the_letter_is_the_rest_when_its_supplements_stand_apart() -> None:
    sent = {**OWN, "specialty": "dermatologie", "role": "correspondant", "referral": "soins_iteratifs"}
    lines = {"code": "CS", "fee": 40}, {"code": "MPC", "fee": 2}, {"code": "MCS", "fee": 5}
    assert bases({**sent, "care_date": "2018-03-06"}, *lines) == [23_00, 2_00, 5_00]  # 30.00 in all


def test_the_supplement_joins_its_act_before_the_cap_of_the_surcharge() -> None:
    lines = [{"code": "VG", "fee": 30}, {"code": "MD", "fee": 10}]
    joint = settle_bill({**OUTSIDE, "lines": lines})
    assert [one.settlement.majoration for one in joint.settled] == [10_60, 0]
    assert [one.case_surcharge for one in joint.settled] == [CaseSurcharge.WITH_SUPPLEMENTS, CaseSurcharge.JOINED]
    apart = settle_bill({**OUTSIDE, "lines": lines}, {"majoration_seance": "par_ligne"})
    assert [one.settlement.majoration for one in apart.settled] == [10_60, 4_00]


def test_tariffs_of_a_visit_add_up_to_a_costly_act_from_120() -> None:
    below = settle_bill({**OWN, "lines": [technical(100), technical("39.98")]})
    assert [one.settlement.forfait_acte_lourd for one in below.settled] == [0, 0]
    reached = settle_bill({**OWN, "lines": [technical(100), technical(40)]})
    assert [one.settlement.forfait_acte_lourd for one in reached.settled] == [24_00, 0]
    assert [one.case_costly for one in reached.settled] == [CaseCostly.BEARS_VISIT, CaseCostly.COVERED_BY_VISIT]
    assert [one.settlement.ticket_moderateur for one in reached.settled] == [0, 0]


def test_two_costly_acts_of_a_visit_owe_one_flat_fee() -> None:
    answer = settle_bill({**OWN, "lines": [technical(300), technical(300, association=4)]})
    assert [one.settlement.forfait_acte_lourd for one in answer.settled] == [24_00, 0]


def test_two_practitioners_do_not_add_up() -> None:
    lines = [technical(100, professional_id="A"), technical(40, professional_id="B", session="B")]
    assert [one.settlement.forfait_acte_lourd for one in settle_bill({**OWN, "lines": lines}).settled] == [0, 0]


def test_four_contributions_a_day_for_one_professional() -> None:
    lines = [{"code": "ACTE", "base": 20, "fee": 20} for _ in range(6)]
    taken = [one.settlement.participation_forfaitaire for one in settle_bill({**OWN, "lines": lines}).settled]
    assert taken == [2_00, 2_00, 2_00, 2_00, 0, 0]


def test_deductibles_of_a_day_are_capped_for_the_patient_not_by_professional() -> None:
    nurse = [{"code": "AMI 3", "fee": 9.45, "session": str(place)} for place in range(3)]
    physio = [{"code": "RAM 8.1", "fee": 17.90, "session": str(place)} for place in range(3)]
    answer = settle_bill({"care_date": "2026-03-10", "age": 60, "profession": "infirmier", "lines": nurse + physio})
    assert [one.settlement.franchise for one in answer.settled] == [1_00, 1_00, 1_00, 1_00, 0, 0]


def test_what_was_borne_before_the_bill_counts() -> None:
    bill = {**OWN, "lines": [{"code": "G", "fee": 30}], "pf_year": 50}
    assert settle_bill(bill).totals["participation_forfaitaire"] == 0
    assert settle_bill({**bill, "reimbursement_date": "2026-03-12"}).totals["participation_forfaitaire"] == 0


def test_a_given_base_says_that_an_orthodontic_half_year_is_whole_as_one_act_does() -> None:  # R160-16, L160-14
    child = {"care_date": "2025-06-03", "age": 12, "profession": "chirurgien_dentiste", "purpose": "orthodontie"}
    alone = settle({**child, "fee": 193.50, "base": 193.50}).settlement
    (line,) = settle_bill({**child, "lines": [{"code": "consultation", "fee": 193.50, "base": 193.50}]}).settled
    assert (line.settlement.rate, line.settlement.amo) == (alone.rate, alone.amo) == (100_00, 193_50)


def test_sessions_with_a_psychologist_on_one_bill_count_towards_those_of_the_year() -> None:  # L162-58, R162-65
    many, last = {"code": "consultation", "quantity": 11, "fee": 550}, {"code": "consultation", "fee": 50}
    bill = {"care_date": "2026-03-10", "age": 30, "profession": "psychologue"}
    answer = settle_bill({**bill, "lines": [many, last, last]})
    assert [one.settlement.rate for one in answer.settled] == [60_00, 60_00, 0]
    next_year = {**last, "care_date": "2027-01-04"}
    assert settle_bill({**bill, "lines": [many, last, next_year]}).settled[2].settlement.rate == 60_00


def nurse_and_physio(**readings: str) -> list[int]:
    bill = {
        "care_date": "2026-03-10",
        "age": 40,
        "lines": [
            *[{"code": "AMI 3", "profession": "infirmier", "fee": 9.45, "association": 1}] * 3,
            *[
                {"code": "RAM 8.1", "profession": "masseur_kinesitherapeute", "fee": 17.90, "session": n}
                for n in (1, 2)
            ],
        ],
    }
    return [one.settlement.franchise for one in settle_bill(bill, readings).settled]


def test_the_daily_cap_of_deductibles_is_the_patients() -> None:
    assert nurse_and_physio() == [1_00, 1_00, 1_00, 1_00, 0]  # L160-13 III: 4 euros, whoever acts


def test_the_daily_cap_of_deductibles_by_professional_is_a_reading() -> None:
    assert nurse_and_physio(franchise_plafond_jour="pratique") == [1_00, 1_00, 1_00, 1_00, 1_00]


LABORATORY = {"care_date": "2025-06-03", "age": 45, "profession": "laboratoire"}


def analyses(*coefficients: int) -> list[dict[str, Any]]:
    return [{"code": f"B {coefficient}", "fee": 0.25 * coefficient} for coefficient in coefficients]


def contributions(facts: dict[str, Any], lines: list[dict[str, Any]], **readings: str) -> list[int]:
    answer = settle_bill({**facts, "lines": lines}, readings)
    return [one.settlement.participation_forfaitaire for one in answer.settled]


def test_what_a_line_cannot_bear_of_its_contribution_is_taken_on_the_others_of_its_invoice() -> None:
    lines = analyses(18, 5, 22)  # refunds 2.70, 0.75, 3.30: three contributions make 6.00
    assert contributions(LABORATORY, lines) == [2_70, 75, 2_55]
    assert cases("case_invoice", LABORATORY, *lines) == [
        CaseInvoice.TAKES_OF_OTHERS,
        CaseInvoice.TAKEN_ELSEWHERE,
        CaseInvoice.TAKES_OF_OTHERS,
    ]
    answer = settle_bill({**LABORATORY, "lines": lines})
    assert [one.contribution for one in answer.settled] == [2_00, 2_00, 2_00]
    assert answer.totals["amo"] == 75


def test_by_the_other_reading_a_contribution_stops_at_the_refund_of_its_line() -> None:
    assert contributions(LABORATORY, analyses(18, 5, 22), pf_plafond_ligne="ligne") == [2_00, 75, 2_00]


def test_an_invoice_bears_no_more_than_its_refunds_and_only_that_counts() -> None:
    answer = settle_bill({**LABORATORY, "lines": analyses(5, 6, 14)})  # 4.50 of 6.00 due; refunds 3.75
    assert answer.totals["participation_forfaitaire"] == 3_75
    assert answer.totals["amo"] == 0
    assert sum(one.contribution for one in answer.settled) == 3_75
    assert [one.case_invoice for one in answer.settled][1] == CaseInvoice.OWN


def test_a_contribution_is_never_taken_on_the_invoice_of_somebody_else() -> None:
    other = {"code": "G", "fee": 30, **{name: OWN[name] for name in ("specialty", "convention", "medecin_traitant")}}
    lines = [*analyses(5), {**other, "role": "medecin_traitant", "profession": "medecin"}]
    assert contributions(LABORATORY, lines) == [75, 2_00]


def test_a_supplement_bears_what_its_act_cannot() -> None:  # one invoice, whatever the line
    lines = [technical(2, code="DEQP003"), {"code": "MD", "fee": 10}]
    assert contributions(OWN, lines) == [1_40, 60]
