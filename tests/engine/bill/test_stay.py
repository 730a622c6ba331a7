"""The invoice of a stay and of an emergency visit: the daily charge against the share, the flat fee, the surcharge."""

from typing import Any

import pytest

from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError, UnknownTariff
from parcours.law.bill.codes import CaseCharge, CaseCostly, CaseCover, CaseInvoice, CaseSession, CaseSurcharge
from parcours.law.cases import CasePayment
from parcours.rules.bill.stay import Stay, StayInvoice, stay_invoice
from parcours.rules.bill.types import BillReadings


def stayed(entry: str, exit_: str, readings: dict[str, str] | None = None, **more: Any) -> BillAnswer:
    stay = {"entry": entry, "exit": exit_, **more.pop("stay", {})}
    return settle_bill({"age": 50, "stay": stay, **more}, readings)


def owed(answer: BillAnswer) -> dict[str, int]:
    return {line.code.key: one.settlement.patient for line, one in zip(answer.lines, answer.settled, strict=True)}


def test_the_charge_is_counted_inside_a_greater_share() -> None:
    assert owed(stayed("2025-10-06", "2025-10-08", stay={"daily_tariff": 900})) == {"TM_SEJOUR": 360_00, "FJ": 20_00}


def test_a_share_below_the_charge_leaves_the_charge_alone() -> None:
    assert owed(stayed("2025-10-06", "2025-10-08", stay={"daily_tariff": 90})) == {"FJ": 60_00}


def test_a_share_equal_to_the_charge_is_owed_once() -> None:
    assert owed(stayed("2025-10-06", "2025-10-08", stay={"daily_tariff": 100})) == {"TM_SEJOUR": 40_00, "FJ": 20_00}


def test_the_day_of_exit_may_be_counted_inside_the_whole_share() -> None:
    answer = stayed("2025-10-06", "2025-10-08", {"fj_jour_sortie": "global"}, stay={"daily_tariff": 900})
    assert owed(answer) == {"TM_SEJOUR": 360_00}


def test_a_stay_inside_one_day_owes_no_charge() -> None:
    assert owed(stayed("2025-10-06", "2025-10-06", stay={"daily_tariff": 900})) == {"TM_SEJOUR": 180_00}


@pytest.mark.parametrize(
    "facts",
    [
        {"exemption": "ald"},
        {"exemption": "maternite"},
        {"scheme": "alsace_moselle"},
        {"stay": {"daily_tariff": 900, "linked_stay": True}},
    ],
)
def test_a_stay_inside_one_day_that_asks_nothing_says_that_the_day_is_why(facts: dict[str, Any]) -> None:
    answer = stayed("2025-10-06", "2025-10-06", **{"stay": {"daily_tariff": 900}, **facts})
    assert owed(answer) == {"FJ": 0}
    assert answer.settled[0].case_charge == CaseCharge.INSIDE_ONE_DAY
    assert "same day" in bill_dict(answer)["lines"][0]["reasons"][0]["en"]


@pytest.mark.parametrize("line", [{"code": "FPU"}, {"code": "FPU", "fee": 18}, {"code": "FPU minore", "fee": 8.49}])
def test_there_is_no_emergency_charge_before_2022(line: dict[str, Any]) -> None:
    visit = {"code": "chambre", "fee": 1}
    bill = {"care_date": "2021-12-31", "age": 40, "lines": [visit, line]}
    with pytest.raises(UnknownTariff) as refused:
        settle_bill(bill)
    assert refused.value.field == "lines[2].code"
    assert "2022-01-01" in refused.value.message["en"]
    assert settle_bill({**bill, "care_date": "2022-01-01"}).totals["patient"] > 1_00


def test_the_charge_of_each_day_is_its_own() -> None:  # 20.00, then 23.00 from 2026-03-01
    answer = stayed("2026-02-27", "2026-03-02", stay={"daily_tariff": 900, "heavy_act": True})
    assert owed(answer) == {"FORFAIT_ACTE_LOURD": 24_00, "FJ": 20_00 + 20_00 + 23_00 + 23_00}


def test_who_is_exempt_owes_no_flat_fee_of_a_costly_stay() -> None:
    answer = stayed("2026-05-04", "2026-05-06", exemption="ald", stay={"daily_tariff": 900, "heavy_act": True})
    assert owed(answer) == {"FJ": 3 * 23_00}


def test_from_the_31st_day_the_share_goes_and_the_charge_stays() -> None:
    answer = stayed("2025-03-01", "2025-04-02", stay={"daily_tariff": 400})  # 32 nights
    assert owed(answer) == {"TM_SEJOUR": 30 * 80_00, "FJ": 3 * 20_00}
    assert answer.settled[-1].case_charge == CaseCharge.FROM_DAY_31


@pytest.mark.parametrize(
    ("exemption", "charges"), [("ald", {"FJ": 60_00}), ("maternite", {}), ("at_mp", {}), ("nouveau_ne", {})]
)
def test_the_exempt_owe_no_share_and_some_no_charge(exemption: str, charges: dict[str, int]) -> None:
    facts = {"exemption": exemption, "stay": {"daily_tariff": 900}}
    answer = stayed("2025-10-06", "2025-10-08", **facts)
    assert owed(answer) == (charges or {"FJ": 0})
    if not charges:
        assert answer.settled[0].case_charge == CaseCharge.CHARGE_EXEMPT, "the charge that is not owed is said"


def test_the_local_scheme_bears_the_share_and_the_charge() -> None:
    answer = stayed("2025-10-06", "2025-10-08", scheme="alsace_moselle", stay={"daily_tariff": 900})
    assert owed(answer) == {"FJ": 0}
    assert answer.settled[0].case_charge == CaseCharge.BORNE_BY_SCHEME


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"stay": {"daily_tariff": 900}}, "directly €1,440.00 of €1,800.00 (2 nights at €900.00)."),
        ({"stay": {"daily_tariff": 90}}, "directly the rest of the stay, which is not on it."),
        ({"stay": {"heavy_act": True}}, "how much depends on the hospital's daily tariff"),
        ({"exemption": "ald", "stay": {"daily_tariff": 900}}, "directly the rest of the stay"),
    ],
)
def test_what_the_hospital_is_paid_beside_the_invoice_is_said(facts: dict[str, Any], said: str) -> None:
    answer = stayed("2025-10-06", "2025-10-08", **facts)
    (note,) = [note for note in notes_of_bill(answer) if "patient's bill" in note.text.en]
    assert said in note.text.en
    assert note.lines == tuple(line.number for line in answer.lines)
    assert bill_dict(answer)["notes"][0]["en"] == note.text.en


def test_an_emergency_visit_says_who_pays_its_care_and_a_clinic_has_it_on_its_line() -> None:
    visit = settle_bill({"care_date": "2026-03-15", "age": 40, "lines": [{"code": "FPU"}]})
    assert ["care of the visit" in note.text.en for note in notes_of_bill(visit)] == [True]
    clinic = stayed("2025-10-06", "2025-10-08", lines=[{"code": "GHS", "base": 50, "fee": 50}])
    assert not [note for note in notes_of_bill(clinic) if "patient's bill" in note.text.en]


def test_outside_the_pathway_one_capped_surcharge_that_a_responsible_contract_never_pays() -> None:
    answer = stayed(
        "2025-10-06", "2025-10-08", medecin_traitant=False, contract="responsable_100", stay={"daily_tariff": 900}
    )
    assert owed(answer) == {"TM_SEJOUR": 0, "FJ": 0, "MAJORATION_SEJOUR": 10_60}


def test_the_daily_tariff_is_asked_for() -> None:
    with pytest.raises(FactError, match=r"stay\.daily_tariff"):
        stayed("2025-10-06", "2025-10-08")


def test_a_clinic_bears_the_flat_fee_on_the_package_of_the_stay() -> None:
    lines = [{"code": "chirurgien", "base": 100, "fee": 100}, {"code": "anesthesie", "base": 40, "fee": 40}]
    bill = {
        "care_date": "2025-06-03", "age": 60, "special_setting": "hospitalisation", "specialty": "chirurgie_generale",
        "convention": "secteur_1", "medecin_traitant": True, "role": "correspondant", "referral": "soins_iteratifs",
    }  # fmt: skip
    answer = settle_bill({**bill, "lines": [*lines, {"code": "GHS", "base": 800, "fee": 800}]})
    assert [one.settlement.patient for one in answer.settled] == [0, 0, 24_00]  # 100 + 40: the act and its anaesthesia


@pytest.mark.parametrize(
    ("exemption", "day", "amount", "case"),
    [
        ("none", "2026-03-01", 23_00, CaseCharge.EMERGENCY),
        ("none", "2026-02-28", 19_61, CaseCharge.EMERGENCY),
        ("ald", "2026-03-01", 9_96, CaseCharge.EMERGENCY_REDUCED),
        ("at_mp", "2022-01-01", 8_49, CaseCharge.EMERGENCY_REDUCED),
        ("maternite", "2026-03-01", 0, CaseCharge.EMERGENCY_EXEMPT),
    ],
)
def test_the_charge_of_an_emergency_visit(exemption: str, day: str, amount: int, case: CaseCharge) -> None:
    bill = {"care_date": day, "age": 40, "exemption": exemption, "lines": [{"code": "FPU"}]}
    answer = settle_bill(bill)
    assert (answer.totals["patient"], answer.totals["amo"]) == (amount, 0)
    assert answer.settled[0].case_charge == case


@pytest.mark.parametrize(
    ("tariff", "days", "case"),
    [
        (900, [("TM_SEJOUR", 2), ("FJ", 1)], CaseCharge.EXIT_DAY),
        (100, [("TM_SEJOUR", 2), ("FJ", 1)], CaseCharge.EXIT_DAY),
        (90, [("FJ", 3)], CaseCharge.CHARGE_ABOVE_SHARE),
    ],
)
def test_each_charge_says_its_days_and_what_it_is(tariff: int, days: list[tuple[str, int]], case: CaseCharge) -> None:
    answer = stayed("2025-10-06", "2025-10-08", stay={"daily_tariff": tariff})
    assert [(line.code.key, line.line.act.quantity) for line in answer.lines] == days
    assert answer.settled[-1].case_charge == case


def test_one_charge_of_a_night_is_not_that_of_the_exit() -> None:  # the share of 19.00 is inside the charge of 20.00
    answer = stayed("2025-10-06", "2025-10-07", {"fj_jour_sortie": "global"}, stay={"daily_tariff": 95})
    assert [(line.code.key, line.line.act.quantity) for line in answer.lines] == [("FJ", 2)]
    assert answer.settled[-1].case_charge == CaseCharge.CHARGE_ABOVE_SHARE


def of_charges(**facts: Any) -> list[dict[str, int]]:
    """What is not zero of the settlements of a daily charge and of a room."""
    lines = [{"code": "FJ"}, {"code": "chambre", "fee": 50}]
    answer = settle_bill({"care_date": "2026-05-12", "age": 40, "lines": lines, **facts})
    return [{name: value for name, value in one.settlement._asdict().items() if value} for one in answer.settled]


def test_a_charge_is_what_is_asked_and_who_pays_it_and_nothing_else() -> None:
    advanced, third, fund = CasePayment.ALL_ADVANCED, CasePayment.FULL_THIRD_PARTY, CasePayment.PAID_DIRECTLY
    charge, room = {"base": 23_00, "max_fee": -1}, {"max_fee": -1}
    asked = {"patient": 50_00, "advance": 50_00}
    assert of_charges() == [
        {**charge, "patient": 23_00, "advance": 23_00, "case_payment": advanced},
        {**room, **asked, "case_payment": advanced},
    ]
    assert of_charges(contract="responsable_100", tiers_payant="full") == [
        {**charge, "amc": 23_00, "case_payment": third},
        {**room, **asked, "case_payment": third},
    ]
    assert of_charges(exemption="at_mp")[1] == {**room, **asked, "case_payment": fund}


def test_the_levels_of_a_bill_leave_a_charge_alone() -> None:
    lines = [{"code": "FJ"}, {"code": "chambre", "fee": 50}]
    charge, room = settle_bill(
        {"care_date": "2026-05-12", "age": 40, "contract": "responsable_100", "lines": lines}
    ).settled
    untouched = (0, CaseSession.ALONE, CaseCostly.NOT_CONCERNED, CaseSurcharge.NOT_CONCERNED, CaseInvoice.OWN)
    assert charge[1:] == (*untouched, CaseCharge.CHARGE_ABOVE_SHARE, CaseCover.CHARGE_COVERED)
    assert room[1:] == (*untouched, CaseCharge.COMFORT, CaseCover.NOT_COVERED)


def test_a_line_of_care_is_no_charge() -> None:
    act = {"code": "ACTE", "base": 10, "fee": 10, "specialty": "generaliste", "convention": "secteur_1"}
    facts = {"care_date": "2026-05-12", "age": 40, "medecin_traitant": True, "role": "medecin_traitant"}
    (one,) = settle_bill({**facts, "lines": [act]}).settled
    assert one.case_charge == CaseCharge.NOT_A_CHARGE


@pytest.mark.parametrize(
    ("facts", "paid"),
    [
        ({}, [0, 0, 0, 0, 0, 0]),
        ({"contract": {"responsable": True, "hospitalisation_pct_br": 100}}, [23_00, 23_00, 180_00, 24_00, 0, 0]),
        ({"contract": {"responsable": True, "hospitalisation_pct_br": 99}}, [23_00, 23_00, 0, 0, 0, 0]),
        ({"contract": {"responsable": False, "hospitalisation_pct_br": 0}}, [0, 0, 0, 0, 0, 0]),
        (
            {"contract": {"responsable": False, "forfait_journalier": True, "majoration": True}},
            [23_00, 0, 0, 0, 10_60, 0],
        ),
        ({"contract": {"responsable": True, "chambre_euros": 60}}, [23_00, 23_00, 180_00, 24_00, 0, 120_00]),
        ({"contract": {"responsable": True, "chambre_euros": 90}}, [23_00, 23_00, 180_00, 24_00, 0, 150_00]),
        ({"c2s": True}, [23_00, 23_00, 180_00, 24_00, 10_60, 0]),
        ({"ame": True}, [23_00, 23_00, 180_00, 24_00, 10_60, 0]),
    ],
)
def test_who_pays_each_charge(facts: dict[str, Any], paid: list[int]) -> None:
    asked = {"FJ": 23, "FPU": 23, "TM sejour": 180, "forfait 24": 24, "majoration sejour": "10.60", "chambre": 150}
    lines = [{"code": code, "fee": fee, "quantity": 2 if code == "chambre" else 1} for code, fee in asked.items()]
    settled = settle_bill({"care_date": "2026-05-12", "age": 40, "lines": lines, **facts}).settled
    assert [one.settlement.amc for one in settled] == paid
    left = [fee - amc for fee, amc in zip((23_00, 23_00, 180_00, 24_00, 10_60, 150_00), paid, strict=True)]
    assert [one.settlement.patient for one in settled] == left


def test_a_charge_that_the_paper_has_on_a_line_is_not_counted_twice() -> None:
    clinic = {"code": "GHS", "fee": 1800, "base": 1800}
    answer = stayed("2026-05-04", "2026-05-07", stay={"heavy_act": True}, lines=[clinic, {"code": "FJ x 4"}])
    assert [
        (line.code.key, one.settlement.patient) for line, one in zip(answer.lines, answer.settled, strict=True)
    ] == [
        ("GHS", 32_00),
        ("FJ", 92_00),
    ]


@pytest.mark.parametrize("code", ["forfait journalier x 4", "FJ psychiatrie x 4"])
@pytest.mark.parametrize(("more", "charge"), [({"discipline": "psychiatrie"}, 68_00), ({}, None)])
def test_the_charge_of_psychiatry_on_a_line_is_that_of_the_stay(
    code: str, more: dict[str, Any], charge: int | None
) -> None:
    answer = stayed("2026-05-04", "2026-05-07", stay={"heavy_act": True, **more}, lines=[{"code": code}])
    (daily,) = [one for key, one in owed(answer).items() if key.startswith("FJ")]
    assert daily == (charge or (68_00 if "psy" in code else 92_00))
    assert answer.lines[0].text == code


@pytest.mark.parametrize(("days", "told"), [(3, True), (1, False)])
def test_charges_of_every_day_beside_the_share_of_every_night_are_told(days: int, told: bool) -> None:
    answer = stayed("2025-10-06", "2025-10-08", stay={"daily_tariff": 900}, lines=[{"code": f"FJ x {days}"}])
    twice = [note for note in notes_of_bill(answer) if "never both" in note.text.en]
    assert [note.lines for note in twice] == [(1, 2)] * told


ORDINARY = Stay(tariff=100_00, rate=80_00, costly=0, flat_fee=0, charge_due=1, whole_from=31)
APART, TOGETHER = BillReadings(), BillReadings(fj_jour_sortie=1)


@pytest.mark.parametrize(
    ("stay", "charges", "readings", "owed"),
    [
        (ORDINARY, [], APART, StayInvoice(1, 20_00, 0, 0, 0, 0)),
        (ORDINARY, [20_00, 20_00, 23_00], APART, StayInvoice(2, 40_00, 1, 23_00, 1, 0)),
        (ORDINARY._replace(tariff=50_00), [20_00, 20_00], APART, StayInvoice(0, 0, 2, 40_00, 0, 0)),
        (ORDINARY._replace(charge_due=0), [20_00] * 36, APART, StayInvoice(30, 600_00, 0, 0, 0, 0)),
        (ORDINARY, [20_00, 20_00], TOGETHER, StayInvoice(1, 20_00, 0, 0, 0, 0)),
        (ORDINARY, [10_00, 10_00, 25_00, 5_00], TOGETHER, StayInvoice(2, 40_00, 1, 25_00, 0, 0)),
    ],
)
def test_the_days_of_a_share_of_a_charge_and_the_exit_alone(
    stay: Stay, charges: list[int], readings: BillReadings, owed: StayInvoice
) -> None:
    assert stay_invoice(stay, charges, readings) == owed
