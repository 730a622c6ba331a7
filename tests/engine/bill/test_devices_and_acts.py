"""Optical equipments by correction, devices renewed, stays that follow, named acts, and the readings left."""

from typing import Any

import pytest

from parcours.engine.bill.disputed import other_readings
from parcours.engine.bill.notes import notes_of
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.law.bill.book import bill_law
from parcours.law.bill.codes import CaseCostly, CaseCover

GLASSES = {"care_date": "2025-06-03", "age": 40, "profession": "pharmacie"}
LENSES = [
    {"code": "VERRE_B", "eye": "od", "fee": 600},
    {"code": "VERRE_B", "eye": "og", "fee": 600},
]


def glasses(category: str | None, **more: Any) -> BillAnswer:
    lines = [{**line, "category": category} if category else line for line in LENSES]
    contract = {"responsable": True, "verre_euros": 600}
    return settle_bill({**GLASSES, "contract": contract, "lines": lines, **more})


@pytest.mark.parametrize(("category", "most"), [("a", 420), ("b", 560), ("c", 700), ("d", 610), ("e", 750), ("f", 800)])
def test_a_responsible_contract_pays_an_equipment_up_to_the_ceiling_of_its_correction(category: str, most: int) -> None:
    answer = glasses(category)
    assert answer.totals["amo"] + answer.totals["amc"] == most * 100
    assert answer.settled[1].case_cover == CaseCover.OPTICAL_CEILING


def test_no_ceiling_without_the_correction_nor_for_another_contract() -> None:
    assert glasses(None).totals["patient"] == 0
    free = {"responsable": False, "verre_euros": 600}
    assert glasses("a", contract=free).totals["patient"] == 0


def test_a_lens_that_the_ceiling_leaves_whole_is_paid_in_euros_and_nothing_else_by_its_guarantee() -> None:
    half = {"responsable": True, "verre_euros": 210}  # twice: the 420 of category a
    assert [one.case_cover for one in glasses("a", contract=half).settled] == [CaseCover.EUROS, CaseCover.EUROS]
    lines = [{"code": "LENTILLES", "fee": 60}, {"code": "MONTURE_A", "fee": 30}]
    other = settle_bill({**GLASSES, "contract": half, "lines": lines})
    assert [one.settlement.amc for one in other.settled] == [15_79, 3_60], "their share: they are no lens of class B"


def test_two_equipments_of_a_bill_have_each_its_ceiling() -> None:
    lines = [{**LENSES[0], "category": category} for category in ("a", "c", "a", "c")]
    contract = {"responsable": True, "verre_euros": 600}
    settled = settle_bill({**GLASSES, "contract": contract, "lines": lines}).settled
    paid = [one.settlement.amo + one.settlement.amc for one in settled]
    assert (paid[0] + paid[2], paid[1] + paid[3]) == (420_00, 700_00)


def test_only_a_responsible_contract_has_the_limits_of_the_decree() -> None:
    free = {"responsable": False, "monture_euros": 150, "aide_auditive_euros": 2000}
    lines = [{"code": "MONTURE_B", "fee": 200}, {"code": "AIDE_AUDITIVE_II", "fee": 2500}]

    def paid(**contract: Any) -> list[int]:
        settled = settle_bill({**GLASSES, "contract": {**free, **contract}, "lines": lines}).settled
        return [one.settlement.amo + one.settlement.amc for one in settled]

    assert paid() == [150_00, 2000_00]
    assert paid(responsable=True) == [100_00, 1700_00]


def test_a_contract_that_pays_less_than_the_floor_is_told() -> None:
    def told(euros: int) -> list[str]:
        answer = settle_bill({
            **GLASSES,
            "contract": {"responsable": True, "verre_euros": euros},
            "lines": [{**line, "category": "c", "fee": 150} for line in LENSES],
        })  # fmt: skip
        return [note.text["en"] for note in notes_of(answer.lines, answer.settled, "", answer.bill)]

    assert told(99) == ["A responsible contract pays more for an equipment of this correction."]
    assert told(100) == []  # 200 in all: the floor of category c


@pytest.mark.parametrize(
    ("age", "previous", "told"),
    [
        (40, "2023-06-04", True),
        (40, "2023-06-03", False),
        (10, "2024-06-04", True),
        (10, "2024-06-03", False),
        (5, "2024-12-04", True),
        (5, "2024-12-03", False),
    ],
)
def test_glasses_renewed_before_their_delay_are_noted(age: int, previous: str, told: bool) -> None:
    def notes(**more: Any) -> int:
        line = {"code": "MONTURE_A", "fee": 30, "previous_on": previous, **more}
        answer = settle_bill({**GLASSES, "age": age, "lines": [line]})
        return len(list(notes_of(answer.lines, answer.settled, "", answer.bill)))

    assert notes() == told
    assert notes(sight_changed=True) == 0


def test_a_hearing_aid_is_renewed_after_four_years() -> None:
    line = {"code": "AIDE_AUDITIVE_I", "fee": 950, "previous_on": "2021-06-04"}
    answer = settle_bill({**GLASSES, "lines": [line]})
    assert len(list(notes_of(answer.lines, answer.settled, "", answer.bill))) == 1


def test_the_acts_of_a_stay_that_follows_a_costly_one_are_whole() -> None:
    doctor = {"specialty": "ophtalmologie", "convention": "secteur_1", "medecin_traitant": True, "role": "autre"}
    stay = {"entry": "2026-03-10", "exit": "2026-03-12", "linked_stay": True}
    answer = settle_bill({"age": 40, **doctor, "stay": stay, "lines": [{"code": "ACTE", "base": 50, "fee": 50}]})
    assert answer.settled[0].settlement.amo == 50_00
    assert answer.settled[0].case_costly == CaseCostly.COVERED_BY_STAY
    assert answer.totals["forfait_acte_lourd"] == 0


def test_beside_the_package_of_a_clinic_the_share_is_counted_at_the_rate_of_the_person() -> None:
    stay = {"entry": "2026-03-10", "exit": "2026-03-12"}
    bill = {"age": 40, "stay": stay, "lines": [{"code": "GHS", "base": 100, "fee": 100}]}
    assert settle_bill(bill).totals["patient"] == 20_00 + 69_00 - 20_00  # the greater of the share and the charges
    exempt = settle_bill({**bill, "exemption": "ald"})
    assert exempt.totals["patient"] == 69_00  # no share in which the daily charges would be counted


def test_a_named_act_of_a_nurse_has_its_coefficient_and_may_say_another() -> None:
    nurse = {"care_date": "2025-06-03", "age": 60, "profession": "infirmier"}
    named = settle_bill({**nurse, "lines": [{"code": "perfusion longue", "fee": 50}]})
    assert named.settled[0].settlement.base == 44_10  # 14 x 3.15
    other = settle_bill({**nurse, "lines": [{"code": "PERFUSION_LONGUE", "coefficient": 15, "fee": 50}]})
    assert other.settled[0].settlement.base == 47_25


def test_the_fee_linked_to_age_at_seventy_depends_on_a_reading() -> None:
    bill = {"care_date": "2025-06-03", "age": 70, "profession": "pharmacie", "lines": [{"code": "HDA", "fee": 1.58}]}
    assert settle_bill(bill).totals["base"] == 1_58
    assert settle_bill(bill, {"hda_70": "apres_70"}).totals["base"] == 0
    assert settle_bill({**bill, "age": 2}, {"hda_70": "apres_70"}).totals["base"] == 1_58
    assert "hda_70" in {other.name for other in other_readings(settle_bill(bill))}


def test_the_supervision_of_a_cure_may_bear_a_contribution() -> None:
    bill = {"care_date": "2026-03-10", "age": 60, "lines": [{"code": "surveillance medicale", "fee": 80}]}
    assert settle_bill(bill).totals["participation_forfaitaire"] == 0
    other = settle_bill(bill, {"pf_cure": "une"}).totals
    assert (other["participation_forfaitaire"], other["amo"], other["majoration"]) == (2_00, 54_00, 0)


def test_a_value_known_to_be_unknown_is_none() -> None:
    crown = {"care_date": "2025-06-03", "age": 40, "c2s": True, "profession": "chirurgien_dentiste"}
    bill = {**crown, "convention": "secteur_1", "lines": [{"code": "HBLD634", "tooth": 11, "fee": 451.25}]}
    assert settle_bill(bill).settled[0].case_cover == CaseCover.CATEGORY
    assert bill_law().codes["HBLD634"].c2s[1] == (451_25, -1)


@pytest.mark.parametrize(("percent", "case"), [(425, CaseCover.CATEGORY), (426, CaseCover.EQUIPMENT_CEILING)])
def test_a_hearing_aid_is_capped_beyond_its_ceiling_only(percent: int, case: CaseCover) -> None:
    """425 % of the base of 400 is the ceiling of a responsible contract, 1,700 (R871-2 4°)."""
    contract = {"responsable": True, "appareillage_pct_br": percent}
    bill = {"care_date": "2026-03-10", "age": 70, "contract": contract}
    lines = [{"code": "AIDE_AUDITIVE_II", "fee": 2000}]
    assert settle_bill({**bill, "lines": lines}).settled[0].case_cover == case
