"""Worked settlements of the documentation of the national data base (SNDS), DREES, an insurer and a think tank."""

from typing import Any

import pytest

from parcours.engine.case import settle

GP: dict[str, Any] = {"age": 40, "specialty": "generaliste", "convention": "secteur_1", "referral": "none"}
INSIDE: dict[str, Any] = {**GP, "medecin_traitant": True, "role": "medecin_traitant"}
OUTSIDE: dict[str, Any] = {**GP, "medecin_traitant": True, "role": "autre"}
DREES, GROUPAMA = "DREES, note on the surcharge (2024)", "Groupama, table of GP refunds (2025)"
SNDS, MOLINARI = "SNDS documentation, town care amounts", "Institut économique Molinari, quoting ameli (2009)"


def facts(origin: dict[str, Any], day: str, fee: str, base: str | None = None, **more: Any) -> dict[str, Any]:
    return {**origin, "care_date": day, "fee": fee, **({"base": base} if base else {}), **more}


@pytest.mark.parametrize(
    ("source", "case", "expected"),
    [
        (DREES, facts(INSIDE, "2023-12-01", "26.50"), {"gross": 18_55, "majoration": 0}),
        (DREES, facts(OUTSIDE, "2023-12-01", "26.50"), {"gross": 18_55, "majoration": 10_60}),
        (DREES, facts(OUTSIDE, "2023-12-01", "44", "44"), {"gross": 30_80, "majoration": 10_60}),
        (GROUPAMA, facts(INSIDE, "2025-06-01", "30"), {"amo": 19_00}),
        (GROUPAMA, facts(OUTSIDE, "2025-06-01", "30"), {"amo": 8_40, "majoration": 10_60}),
        (GROUPAMA, facts(INSIDE, "2025-06-01", "50", convention="secteur_2"), {"base": 23_00, "amo": 14_10}),
        (GROUPAMA, facts(OUTSIDE, "2025-06-01", "50", convention="secteur_2"), {"amo": 4_90, "majoration": 9_20}),
        (SNDS, facts(INSIDE, "2018-06-01", "27"), {"base": 25_00, "gross": 17_50, "depassement": 2_00}),
        (SNDS, facts(INSIDE, "2019-06-01", "25", exemption="ald"), {"gross": 25_00}),
        (MOLINARI, facts(OUTSIDE, "2009-06-01", "22", "22"), {"amo": 5_60, "majoration": 8_80}),
        (MOLINARI, facts(OUTSIDE, "2009-06-01", "33", "25"), {"amo": 6_50, "majoration": 10_00}),
        (DREES, facts(OUTSIDE, "2023-12-01", "26.50", c2s=True), {"amo": 7_95, "amc": 18_55, "patient": 0}),
        (SNDS, facts(INSIDE, "2019-06-01", "25", c2s=True), {"amo": 17_50, "amc": 7_50, "patient": 0}),
        (SNDS, facts(INSIDE, "2019-06-01", "30", scheme="alsace_moselle"), {"gross": 22_50, "depassement": 5_00}),
        (SNDS, facts(INSIDE, "2016-06-01", "35", "23"), {"amo": 15_10, "gross": 16_10, "depassement": 12_00}),
    ],
)
def test_a_worked_settlement(source: str, case: dict[str, Any], expected: dict[str, int]) -> None:
    settlement = settle(case).settlement
    gross = settlement.amo + settlement.majoration + settlement.participation_forfaitaire
    amounts = {**settlement._asdict(), "gross": gross}
    assert {name: amounts[name] for name in expected} == expected, source


def test_under_tiers_payant_the_surcharge_is_a_negative_line_of_a_later_refund() -> None:
    settlement = settle(facts(OUTSIDE, "2023-12-01", "26.50", tiers_payant="partial") | {"age": 17}).settlement
    assert (26_50 - settlement.advance, settlement.deferred) == (18_55, 10_60)


def test_a_visit_at_night_is_settled_line_by_line() -> None:
    lines = [("25", "consultation"), ("19.06", "F"), ("3.00", "MCG")]
    gross = 0
    for amount, act in lines:
        settlement = settle(facts(INSIDE, "2019-06-01", amount, amount, act=act)).settlement
        gross += settlement.amo + settlement.participation_forfaitaire
    assert gross == 32_94
