"""What a contract in euros pays for glasses and hearing aids, at its limits and beside others (R871-2)."""

from typing import Any

from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.law.bill.codes import CaseCover

SHOP = {"care_date": "2025-06-03", "age": 40, "profession": "pharmacie"}


def sold(contract: dict[str, Any], *lines: dict[str, Any]) -> BillAnswer:
    return settle_bill({**SHOP, "contract": contract, "lines": list(lines)})


def lens(fee: int, category: str) -> dict[str, Any]:
    return {"code": "VERRE_B", "category": category, "fee": fee}


def test_a_guarantee_that_just_fits_the_ceiling_of_an_equipment_is_paid_as_such() -> None:
    answer = sold({"responsable": True, "verre_euros": 210}, lens(600, "a"), lens(600, "a"))  # 2 x 210 = 420
    assert answer.settled[1].case_cover == CaseCover.EUROS


def test_each_equipment_has_a_ceiling_of_its_own_and_other_lines_none() -> None:
    contract = {"responsable": True, "verre_euros": 600}
    assert sold(contract, lens(400, "a"), lens(500, "b")).totals["patient"] == 0
    other = {"code": "MONTURE_A", "fee": 9}
    answer = sold(contract, other, lens(600, "a"), other, lens(600, "a"))
    assert sum(one.settlement.amo + one.settlement.amc for one in (answer.settled[1], answer.settled[3])) == 420_00


def test_only_a_responsible_contract_is_capped() -> None:
    free = {"responsable": False, "monture_euros": 150, "aide_auditive_euros": 1900}
    answer = sold(free, {"code": "MONTURE_B", "fee": 150}, {"code": "AIDE_AUDITIVE_II", "fee": 1800})
    assert answer.totals["patient"] == 0


def test_a_hearing_aid_in_percent_of_the_base_is_capped_above_1700_euros() -> None:
    def case(percent: int) -> int:
        contract = {"responsable": True, "appareillage_pct_br": percent}
        return sold(contract, {"code": "AIDE_AUDITIVE_II", "fee": 2500}).settled[0].case_cover

    assert case(426) == CaseCover.EQUIPMENT_CEILING  # 400 x 4.26 = 1704
    assert case(425) == CaseCover.CATEGORY  # 1700 just fits
