"""A bill explained, advised, asked about and replayed: each over the worked bills, then the cases a person meets."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.engine.bill.advise import BillAdvice, advise_bill
from parcours.engine.bill.codetext import plain
from parcours.engine.bill.disputed import other_readings
from parcours.engine.bill.explain import explain_bill
from parcours.engine.bill.questions import ask_bill
from parcours.engine.bill.receipt import bill_receipt, diff_any, read_any, replay_any
from parcours.engine.bill.settle import settle_bill
from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.say.receipt import ReceiptError, canonical, digest, receipt
from parcours.law.exact import ExactLoader

WORKED = yaml.load(Path(__file__).with_name("worked.yaml").read_text("utf-8"), Loader=ExactLoader)
VISIT: dict[str, Any] = {
    "care_date": "2026-03-10", "age": 40, "specialty": "generaliste", "convention": "secteur_1",
    "medecin_traitant": True, "role": "autre", "referral": "none", "contract": "responsable_100",
    "lines": [{"code": "VG", "fee": 30}, {"code": "MD", "fee": 10}],
}  # fmt: skip
BOX: dict[str, Any] = {"care_date": "2026-02-10", "age": 45, "profession": "pharmacie", "contract": "responsable_100"}


@pytest.mark.parametrize("worked", WORKED, ids=[plain(one["name"]) for one in WORKED])
def test_every_worked_bill_is_explained_advised_and_replayed(worked: dict[str, Any]) -> None:
    answer = settle_bill(worked["bill"])
    for lang in ("fr", "en"):
        explanation = explain_bill(answer, lang)
        assert len(explanation.lines) == len(answer.lines)
        for line in explanation.lines:
            assert line.steps, f"line {line.number} has no reason"
            assert all(step.text and step.references for step in line.steps)
        advice = advise_bill(answer, lang)
        for option in (*advice.singles, *advice.pairs, *advice.conditional):
            assert option.saved > 0 or option.advance_saved > 0
            assert option.patient == advice.patient - option.saved
    again = read_any(canonical(bill_receipt(answer)))
    assert replay_any(again, "fr").same


def test_a_step_of_a_line_names_its_article_and_its_value() -> None:
    explanation = explain_bill(settle_bill(VISIT), "en")
    visit, travel = explanation.lines
    surcharge = next(step for step in visit.steps if step.stage == "majoration")
    assert "€10.60" in surcharge.text
    assert "CSS-R160-6" in {one.id for one in surcharge.references}
    assert [step.case for step in travel.steps if step.stage == "case_surcharge"] == ["joined"]
    assert [step.case for step in explanation.pathway] == ["outside"], "said once, not under each line"
    told = {(one.name, one.patient) for one in explanation.other_readings}
    assert told == {("majoration_seance", 1660)}, "a closed point is told to who reopens it"


def test_a_base_that_the_bill_gives_is_said_to_be_so() -> None:
    bill = {**BOX, "lines": [{"code": "princeps 65 %", "fee": 28.30, "base": 17.20}]}
    step = explain_bill(settle_bill(bill), "en").lines[0].steps[0]
    assert (step.stage, step.case) == ("base", "given")
    assert "given by the bill, €17.20" in step.text


def saved(advice: BillAdvice) -> dict[str, int]:
    return {"+".join(one.levers): one.saved for one in (*advice.singles, *advice.pairs, *advice.conditional)}


def test_the_pathway_that_is_followed_takes_the_surcharge_off_the_whole_bill() -> None:
    assert saved(advise_bill(settle_bill(VISIT)))["see_medecin_traitant"] == 1060


def test_a_lever_keeps_the_fees_but_where_the_law_sets_them() -> None:
    """A dermatologist seen with a letter asks the coordinated tariff: the visit costs more, less is left."""
    bill = {**VISIT, "specialty": "dermatologie", "lines": [{"code": "CS", "fee": 26.50}]}
    advice = advise_bill(settle_bill(bill))
    option = next(one for one in advice.singles if one.levers == ("get_referral",))
    referred = {**bill, "role": "correspondant", "referral": "soins_iteratifs"}
    tariff = settle_bill({**referred, "lines": [{"code": "CS", "fee": 1000}]}).totals["base"]
    fee = Decimal(tariff).scaleb(-2)
    assert tariff > 2650
    assert option.patient == settle_bill({**referred, "lines": [{"code": "CS", "fee": fee}]}).totals["patient"]


@pytest.mark.parametrize(
    ("line", "lever", "less"),
    [
        (
            {"code": "princeps 65 %", "price": 20, "generic": "refused", "generic_price": 12, "fee": 21.02},
            "generic",
            800,
        ),
        ({"code": "princeps 65 %", "fee": 28.30, "base": 17.20}, "generic", 1110),
        ({"code": "boite 65 %", "price": 8.90, "quantity": 3, "fee": 29.76}, "three_month", 200),
        ({"code": "monture B", "fee": 120}, "class_a_frame", 11995),
        ({"code": "aide auditive II", "fee": 1500, "ear": "od"}, "class_i_hearing_aid", 110000),
        ({"code": "monture A", "fee": 45}, "within_ceiling", 1500),
    ],
)
def test_a_lever_of_a_line_is_settled(line: dict[str, Any], lever: str, less: int) -> None:
    found = saved(advise_bill(settle_bill({**BOX, "lines": [line]})))
    assert [cents for name, cents in found.items() if name.startswith(lever) and "+" not in name] == [less]


def test_a_product_that_may_not_be_replaced_has_no_generic() -> None:
    line = {"code": "princeps 65 %", "price": 20, "generic": "not_substitutable", "fee": 21.02}
    assert "generic_accepted" not in saved(advise_bill(settle_bill({**BOX, "lines": [line]})))


def test_a_private_room_can_be_left_out() -> None:
    bill = {
        "care_date": "2026-05-11", "age": 50, "special_setting": "hospitalisation",
        "lines": [{"code": "FJ", "quantity": 2}, {"code": "chambre", "fee": 90}],
    }  # fmt: skip
    advice = advise_bill(settle_bill(bill))
    assert next(one for one in advice.singles if one.levers == ("shared_room",)).saved == 9000


def test_the_questions_of_a_bill_end_where_nothing_can_change_it() -> None:
    known = {"care_date": "2026-03-10", "lines": VISIT["lines"]}
    asked = []
    while (found := ask_bill(known, "en")).question is not None:
        asked.append(found.question.fact)
        known = {**known, found.question.fact: {**VISIT}[found.question.fact]}
        if found.low is not None and found.high is not None:
            assert found.low <= 1560 + 10_00
    assert {"specialty", "convention", "role"} <= set(asked)
    assert found.low == found.high == settle_bill(known).totals["patient"]
    assert "Nothing more" in found.text


def test_a_question_about_a_line_names_it() -> None:
    found = ask_bill({**BOX, "profession": "infirmier", "lines": [{"code": "AMI", "fee": 3}]}, "en")
    assert found.question is not None
    assert (found.question.fact, found.line, found.low) == ("coefficient", 1, None)
    assert found.question.text == "Line 1 (AMI): the coefficient of AMI?"
    with pytest.raises(FactError):
        ask_bill({**VISIT, "age": 200}, "en")


def test_a_range_holds_the_answer() -> None:
    found = ask_bill({name: value for name, value in VISIT.items() if name != "role"}, "en")
    assert found.question is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= settle_bill(VISIT).totals["patient"] <= found.high
    assert found.to_dict()["high"] == Decimal(found.high).scaleb(-2)


def changed_receipt() -> dict[str, Any]:
    """A receipt of another law: the surcharge was 30 %, and the visit was refunded otherwise."""
    content = json.loads(canonical(bill_receipt(settle_bill(VISIT))))
    del content["hash"]
    content["law"]["days"]["2026-03-10"]["majoration.taux"] = 3000
    content["law"]["bills"] = "0" * 32
    content["lines"][0]["result"]["amo"] = 1140
    content["lines"][1]["cases"]["case_surcharge"] = "own"
    return {**content, "hash": digest(content)}


def test_a_receipt_says_what_changed() -> None:
    result = replay_any(changed_receipt(), "en")
    assert not result.same
    text = "\n".join(result.sentences)
    assert "majoration.taux" in text
    assert "Line 1 (VG), compulsory insurance's part (AMO): €11.40 becomes €8.40." in text
    assert "Line 2 (MD), Outside the pathway" in text
    assert "tariffs of bills changed" in text


def test_a_receipt_that_was_changed_or_is_no_receipt_is_told() -> None:
    content = json.loads(canonical(bill_receipt(settle_bill(VISIT))))
    tampered = deepcopy(content)
    tampered["total"]["patient"] = 1
    assert "changed after it was issued" in replay_any(tampered, "en").sentences[0]
    for wrong in ({**content, "more": 1}, {name: content[name] for name in content if name != "lines"}):
        with pytest.raises(ReceiptError):
            read_any(json.dumps(wrong))
    with pytest.raises(ReceiptError):
        read_any("{")


def test_two_receipts_are_compared_line_by_line() -> None:
    own = {
        **VISIT,
        "role": "medecin_traitant",
        "lines": [*VISIT["lines"], {"code": "IK", "fee": 9.76, "distance_km": 20}],
    }
    before, after = (bill_receipt(settle_bill(bill)) for bill in (VISIT, own))
    text = "\n".join(diff_any(before, after, "en"))
    assert "The bill had 2 lines, it has 3." in text
    assert "Line 1 (VG), surcharge (majoration): €10.60 becomes €0.00." in text
    assert diff_any(before, before, "en") == ("No difference.",)
    act = receipt(settle({**{name: VISIT[name] for name in VISIT if name != "lines"}, "fee": 30}))
    assert replay_any(act, "en").same, "the receipt of one act, by the same way"
    assert diff_any(act, act, "en") == ("No difference.",)
    with pytest.raises(ReceiptError):
        diff_any(before, act, "en")


def test_every_article_of_a_lever_of_bills_is_told() -> None:
    from parcours.engine.bill.advise import line_levers

    for name, entry in line_levers().items():
        for key in ("label", "fr", "en", "change", "references"):
            assert entry[key], f"{name}.{key}"
        assert set(entry["label"]) == {"fr", "en"}


def test_an_option_that_changes_no_value_of_the_day_is_not_settled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bill = {
        "care_date": "2026-04-10",
        "age": 40,
        "specialty": "dermatologie",
        "convention": "secteur_1",
        "medecin_traitant": True,
        "role": "autre",
        "referral": "none",
        "lines": [{"code": "CS", "fee": 26.50}, {"code": "acte 1", "fee": 130.00, "base": 130.00}],
    }
    answer = settle_bill(bill)
    found = list(other_readings(answer))
    assert found
    monkeypatch.setattr("parcours.engine.bill.disputed.same_answer", lambda *_: False)
    assert list(other_readings(answer)) == found
