"""A receipt replays to the same cents, or says which parameter, rule or reading changed."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.say.receipt import (
    ReceiptError,
    answer_of,
    canonical,
    diff,
    digest,
    read_receipt,
    receipt,
    receipt_text,
    replay,
)
from parcours.law.codes import Ips, Status
from parcours.law.loader import load
from tests.engine.say.receipts import ACTS, FOLDER, GP, text_of
from tests.properties.strategies import acts

GOLDEN = sorted(FOLDER.glob("*.json"))


def changed(**parts: Any) -> dict[str, Any]:
    """A receipt as it would have been written under another law: some parts replaced, signed again."""
    content = read_receipt(text_of("gp_outside_capped"))
    for path, value in parts.items():
        section, _, name = path.partition("__")
        target = content[section]
        *folders, last = name.split("__")
        for folder in folders:
            target = target[folder]
        target[last.replace("_DOT_", ".")] = value
    body = {name: value for name, value in content.items() if name != "hash"}
    return {**body, "hash": digest(body)}


def test_every_kept_act_has_its_golden_receipt() -> None:
    assert [path.stem for path in GOLDEN] == sorted(ACTS)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_receipt_replays_to_the_same_cents(path: Any) -> None:
    result = replay(read_receipt(path.read_bytes()), "en")
    assert result.same, result.sentences


@pytest.mark.parametrize("name", ACTS)
def test_a_receipt_has_one_way_to_be_written(name: str) -> None:
    text = text_of(name)
    assert canonical(read_receipt(text)) == text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_a_receipt_holds_the_rules_the_law_and_the_articles() -> None:
    content = read_receipt(text_of("gp_outside_capped"))
    assert content["law"]["data"] == load().digest
    assert len(content["engine"]["rules"]) == 32
    assert content["law"]["values"]["majoration.taux"] == 4000
    assert "CSS-R160-6" in content["references"]
    assert content["result"]["majoration"] == 1060


def test_another_value_of_the_law_is_named_with_both_values() -> None:
    content = changed(law__values__majoration_DOT_plafond_assiette=2500, result__majoration=1000, result__amo=900)
    result = replay(content, "en")
    assert not result.same
    text = " ".join(result.sentences)
    assert "majoration.plafond_assiette" in text
    assert "€25.00" in text
    assert "€26.50" in text
    assert "€9.00 on the receipt, €8.40 today" in text


def test_another_tariff_is_named() -> None:
    result = replay(changed(law__tariff=2650, result__base=2650), "fr")
    assert any("tarif de cet acte" in sentence and "26,50" in sentence for sentence in result.sentences)


def test_another_default_of_a_reading_is_named() -> None:
    result = replay(changed(readings__plafond_majoration="fiche", result__majoration=1200), "en")
    assert any("plafond_majoration" in sentence and "fiche" in sentence for sentence in result.sentences)


def test_other_rules_are_named() -> None:
    result = replay(changed(engine__rules="0" * 32, result__patient=1), "en")
    assert any("code of the rules" in sentence for sentence in result.sentences)


def test_another_case_is_said_in_words() -> None:
    result = replay(changed(cases__status="medecin_traitant"), "en")
    assert any("This is your declared doctor" in sentence for sentence in result.sentences)


def test_the_same_cents_under_newer_data_are_said_so() -> None:
    result = replay(changed(law__data="0" * 32), "en")
    assert result.same
    assert "although" in result.sentences[0]


def test_a_changed_receipt_is_refused() -> None:
    content = copy.deepcopy(read_receipt(text_of("gp_outside_capped")))
    content["result"]["patient"] = 0
    result = replay(content, "en")
    assert not result.same
    assert "hash" in result.sentences[0]


def test_facts_that_are_no_longer_accepted_are_said() -> None:
    result = replay(changed(facts__specialty="astrologie"), "en")
    assert not result.same
    assert "astrologie" in result.sentences[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"format": "other"}'])
def test_what_is_not_a_receipt_is_refused(text: str) -> None:
    with pytest.raises(ReceiptError, match="not a receipt"):
        read_receipt(text)


def test_an_incomplete_receipt_says_what_is_missing() -> None:
    with pytest.raises(ReceiptError, match="law"):
        read_receipt(json.dumps({"format": "parcours-receipt-1", "engine": {}}))


@given(acts())
def test_any_answer_has_a_receipt_that_replays(facts: dict[str, Any]) -> None:
    try:
        answer = settle(facts)
    except FactError:
        return
    content = read_receipt(canonical(receipt(answer)))
    assert answer_of(content).settlement == answer.settlement
    assert replay(content, "fr").same
    assert read_receipt(receipt_text(answer)) == content, "written on one line, it says the same"


CODED = [*(("status", item.name) for item in Status if item), *(("ips", item.name) for item in Ips if item)]


@pytest.mark.parametrize(("name", "letter"), CODED)
def test_a_coded_claim_has_a_receipt_that_replays(name: str, letter: str) -> None:
    claim = {key: GP[key] for key in ("care_date", "age", "specialty", "convention", "fee")}
    try:
        answer = settle({**claim, name: letter, "medecin_traitant": True})
    except FactError:
        return
    content = read_receipt(canonical(receipt(answer)))
    assert answer_of(content).settlement == answer.settlement


def test_two_receipts_are_compared_in_words() -> None:
    before = receipt(settle(GP))
    after = receipt(settle({**GP, "away": True, "contract": {"responsable": True, "consultation_pct_br": 150}}))
    text = "\n".join(diff(before, after, "en"))
    assert ": no → yes" in text
    assert "complementary contract: no → yes" in text
    assert "€10.60 → €0.00" in text
    assert "Before: You have a declared doctor" in text


def test_a_guarantee_that_changes_is_named() -> None:
    contracts = ({"responsable": True, "consultation_pct_br": part} for part in (150, 200))
    before, after = (receipt(settle({**GP, "contract": contract})) for contract in contracts)
    assert any("150% → 200%" in sentence for sentence in diff(before, after, "en"))


def test_the_same_receipt_twice_has_no_difference() -> None:
    content = receipt(settle(GP))
    assert diff(content, content, "fr") == ("Aucune différence.",)
