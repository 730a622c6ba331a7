"""Lines given by their code alone, once the official files are imported: price of the day, or what misses, said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parcours.engine.bill.explain import explain_bill
from parcours.engine.bill.find import find
from parcours.engine.bill.receipt import bill_receipt, diff_any, read_any, replay_any
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError, Impossible
from parcours.engine.say.receipt import canonical
from parcours.law.library.importing import import_library
from parcours.law.library.installed import only_libraries
from tests.support import official

GRIDS = {"secteur_1": 3, "secteur_2": 4}
FACTS = {
    "care_date": "2026-11-25",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "medecin_traitant",
}


@pytest.fixture(scope="module")
def _imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("official")
    patch = pytest.MonkeyPatch()
    patch.setenv("PARCOURS_LIBRARY_DIR", str(folder / "library"))
    for name, files in official.write_all(folder).items():
        import_library(name, [files], 20261120 if name == "bdpm" else 0, GRIDS if name == "ccam" else None)
    yield
    patch.undo()


pytestmark = pytest.mark.usefixtures("_imported")


def settle(line: Any, **facts: Any) -> BillAnswer:
    lines = line if isinstance(line, list) else [line]
    return settle_bill({**FACTS, **facts, "lines": lines})


def base_of(line: dict[str, Any], **facts: Any) -> int:
    answer = settle(line, **facts)
    return answer.settled[0].settlement.base


def refused(line: dict[str, Any], **facts: Any) -> str:
    with pytest.raises(FactError) as caught:
        settle(line, **facts)
    assert caught.value.sentence("fr") != caught.value.sentence("en")
    return caught.value.sentence("en")


@pytest.mark.parametrize(
    ("day", "convention", "base"),
    [
        ("2024-12-31", "secteur_1", 1426),
        ("2025-01-01", "secteur_1", 1452),
        ("2025-01-01", "secteur_2", 1352),
        ("2016-12-31", "secteur_1", 1352),
    ],
)
def test_an_act_has_the_price_of_its_day_and_of_the_grid_of_who_does_it(day, convention, base) -> None:
    assert base_of({"code": "DEQP003", "fee": 40}, care_date=day, convention=convention) == base


@pytest.mark.parametrize(
    ("line", "base"),
    [
        ({"code": "QZHA001", "fee": 40}, 4000),
        ({"code": "CCAM QZHA001", "fee": 40}, 4000),
        ({"code": "QZHA001", "activity": 4, "fee": 48}, 4800),
        ({"code": "QZHA001 activité 4", "fee": 48}, 4800),
        ({"code": "LAPH001", "phase": 2, "fee": 60}, 6000),
        ({"code": "LAPH001 phase 1", "fee": 50}, 5000),
        ({"code": "LAPH001 phase 1 + Y", "fee": 60}, 5650),
        ({"code": "LAPH001 phase 1 + Y J", "fee": 60}, 5975),
        ({"code": "DEQP003 + U", "fee": 40}, 3967),
        ({"code": "ZZZZ002", "fee": 40}, 0),
        ({"code": "1104", "fee": 6}, 575),
        ({"code": "NABM 1104", "fee": 6}, 575),
        ({"code": "1104 x 2", "fee": 20}, 1150),
        ({"code": "9005", "fee": 1}, 75),
        ({"code": "0552", "fee": 20}, 0),
        ({"code": "2900001", "fee": 30}, 900),
        ({"code": "LPP 2900003 OD", "fee": 900}, 40000),
        ({"code": "2900002 x 2", "fee": 65}, 1950),
        ({"code": "3400930000001", "fee": 2.18}, 218),
        ({"code": "CIP 3000001", "fee": 2.18}, 218),
        ({"code": "3400930000003", "fee": 17.20}, 1720),
        ({"code": "3400930000004", "fee": 1135}, 113500),
        ({"code": "3400930000002", "fee": 28.30, "generic": "refused"}, 1720),
        ({"code": "3400930000002", "fee": 28.30, "generic": "not_substitutable"}, 2830),
        ({"code": "3400930000003", "fee": 17.20, "generic": "refused"}, 1720),
        ({"code": "3400930000001", "fee": 2.18, "generic": "refused"}, 218),
        ({"code": "3400930000005", "fee": 5}, 0),
        ({"code": "3400930000006", "fee": 6.02, "rate_class": 30}, 602),
        ({"code": "ZAI 2", "fee": 6.30}, 630),
        ({"code": "ZMG", "fee": 5}, 500),
    ],
)
def test_a_line_of_a_code_alone_has_its_base(line: dict[str, Any], base: int) -> None:
    assert base_of(line) == base


@pytest.mark.parametrize(("day", "base"), [("2019-12-31", 30000), ("2020-01-01", 35000), ("2021-01-01", 40000)])
def test_a_device_has_the_base_of_its_period(day: str, base: int) -> None:
    assert base_of({"code": "2900003", "fee": 1500}, care_date=day) == base


def test_modifiers_change_on_their_day() -> None:
    bases = [base_of({"code": "LAPH001 phase 1 + Y", "fee": 90}, care_date=day) for day in ("2025-11-04", "2025-11-05")]
    assert bases == [5790, 5650]


@pytest.mark.parametrize(
    ("code", "rate", "franchise"), [("3400930000001", 6500, 100), ("2900001", 6000, 0), ("1104", 6000, 0)]
)
def test_a_code_brings_its_rate_and_what_it_bears(code: str, rate: int, franchise: int) -> None:
    one = settle({"code": code, "fee": 30}).settled[0].settlement
    assert (one.rate, one.franchise) == (rate, franchise)


def test_full_sante_is_paid_whole_up_to_its_highest_price() -> None:
    answer = settle({"code": "2900001", "fee": 30}, contract="responsable_100")
    assert (answer.totals["amo"], answer.totals["amc"], answer.totals["patient"]) == (540, 2460, 0)


@pytest.mark.parametrize(
    ("line", "facts", "said"),
    [
        ({"code": "ZZZZ001", "fee": 9}, {}, "'ZZZZ001': closed since 2015-06-30; QZHA001 replaces it"),
        ({"code": "QZHA001", "fee": 9}, {"care_date": "2011-12-19"}, "known from 2011-12-20 on"),
        ({"code": "QZHA001", "fee": 9}, {"convention": "secteur_2_optam"}, "the grids of prices differ (40.00 (3"),
        ({"code": "QZHA001", "fee": 9}, {"convention": None}, "convention: is not given and changes the answer"),
        ({"code": "QZHA001", "activity": 2, "fee": 9}, {}, "line 1, activity: '2' is not accepted; expected: 1, 4"),
        ({"code": "LAPH001", "fee": 9}, {}, "line 1, phase: is not given and changes the answer; expected: 1, 2"),
        ({"code": "LAPH001", "phase": 3, "fee": 9}, {}, "line 1, phase: '3' is not accepted; expected: 1, 2"),
        ({"code": "DEQP003 + Y", "fee": 9}, {}, "modifiers: 'Y' is not accepted; expected: of DEQP003: F P S U"),
        ({"code": "AAAA001", "fee": 9}, {}, "give base; a code of CCAM of 2026-11-20"),
        ({"code": "9998", "fee": 9}, {}, "closed since 2014-12-31"),
        ({"code": "0553", "fee": 9}, {}, "B 60.00 + PB 2.00: give base"),
        ({"code": "1105", "fee": 9}, {}, "expected: a code of NABM 105 of 2026-11-20"),
        ({"code": "2900004", "fee": 9}, {}, "closed since 2019-12-31"),
        ({"code": "2900005", "fee": 9}, {}, "give base"),
        ({"code": "2900009", "fee": 9}, {}, "a code of BDPM of 2026-11-20; a code of LPP 901 of 2026-11-20"),
        ({"code": "3400930000002", "fee": 28.30}, {}, "line 1, generic: is not given and changes the answer"),
        ({"code": "3400930000006", "fee": 6.02}, {}, "line 1, rate_class: is not given and changes the answer"),
        ({"code": "3400930000003", "fee": 9}, {"care_date": "2026-11-19"}, "known from 2026-11-20 on"),
        ({"code": "ZCO", "fee": 60}, {"care_date": "2026-07-01"}, "closed since 2026-06-30"),
    ],
)  # fmt: skip
def test_what_a_library_does_not_settle_is_said(line: dict[str, Any], facts: dict[str, Any], said: str) -> None:
    given = {name: value for name, value in {**FACTS, **facts}.items() if value is not None}
    with pytest.raises(FactError) as caught:
        settle_bill({**given, "lines": [line]})
    assert said in caught.value.sentence("en"), caught.value.sentence("en")
    assert caught.value.sentence("fr") != caught.value.sentence("en")


@pytest.mark.parametrize(
    ("code", "name"),
    [("QZHA002", "ccam"), ("1104", "nabm"), ("3400930000001", "bdpm"), ("LPP 2900001", "lpp"), ("2900001", "lpp")],
)
def test_only_libraries_an_unknown_code_says_which_file_to_import(code: str, name: str) -> None:
    with only_libraries():
        assert f"parcours law import {name} FILES" in refused({"code": code, "fee": 9})


def test_the_base_that_a_line_gives_wins() -> None:
    answer = settle({"code": "QZHA001", "fee": 50, "base": 45})
    assert (answer.settled[0].settlement.base, answer.lines[0].line.given) == (4500, 1)
    assert base_of({"code": "3400930000001", "fee": 3, "price": 1.5}) == 252
    with only_libraries():
        assert base_of({"code": "DEQP003", "fee": 14.52}) == 1452


def test_a_bill_says_which_libraries_it_used() -> None:
    lines = [{"code": "QZHA001", "fee": 40}, {"code": "3400930000001", "fee": 2.18}, {"code": "FJ"}]
    said = bill_dict(settle(lines))
    assert sorted(said["libraries"]) == ["bdpm", "ccam"]
    assert said["libraries"]["bdpm"]["day"] == "2026-11-20"
    assert said["lines"][0]["label"]["fr"].startswith("Biopsie")
    assert "libraries" not in bill_dict(settle({"code": "FJ"}))


@pytest.mark.parametrize(
    ("lines", "bases"),
    [
        (["QZHA001", "DEQP003"], [4000, 726]),
        (["QZHA001", "LAPH001 phase 2"], [4000, 6000]),
        (["LAPH001 phase 2", "QZHA001"], [6000, 4000]),
        (["LAPH001 phase 2", "DEQP003"], [6000, 726]),
        (["QZHA001", "LAPH001 phase 2", "DEQP003"], [4000, 6000, 726]),
    ],
)
def test_two_acts_are_a_session_unless_the_list_foresees_the_second_in_full(lines, bases) -> None:
    answer = settle([{"code": code, "fee": 90} for code in lines])
    assert [one.settlement.base for one in answer.settled] == bases


@pytest.mark.parametrize(
    ("lines", "facts", "said"),
    [
        ([{"code": "1104 x 2", "fee": 12}], {}, "1104: 1 at most."),
        ([{"code": "2900002 x 3", "fee": 90}], {}, "2900002: 2 at most."),
        ([{"code": "2900002 x 2", "fee": 90}], {}, ""),
        ([{"code": "AGES001", "fee": 90}], {"age": 2}, "AGES001 is foreseen from 3 up to 12 years."),
        ([{"code": "AGES001", "fee": 90}], {"age": 12}, ""),
        ([{"code": "AGES001", "fee": 90}], {"age": 13}, "AGES001 is foreseen from 3 up to 12 years."),
    ],
)  # fmt: skip
def test_what_the_lists_limit_is_noted(lines: list[Any], facts: dict[str, Any], said: str) -> None:
    notes = [one["en"] for one in bill_dict(settle(lines, **facts))["notes"]]
    assert said in notes if said else not [one for one in notes if one.startswith(("AGES", "29000"))]


@pytest.mark.parametrize("codes", [("QZHA001", "ZZZZ001"), ("ZZZZ001", "QZHA001")])
def test_what_a_list_never_pairs_in_one_session_is_refused_whatever_the_order(codes: tuple[str, str]) -> None:
    lines = [{"code": code, "fee": 40} for code in codes]
    with pytest.raises(Impossible, match=r"line 2, code.*never billed together"):
        settle(lines, care_date="2014-06-02")
    assert settle([lines[0], {**lines[1], "association": 5}], care_date="2014-06-02").lines
    assert settle([lines[0], {**lines[1], "session": "evening"}], care_date="2014-06-02").lines


def test_the_base_is_explained_by_its_list() -> None:
    explanation = explain_bill(settle({"code": "2900002 x 2", "fee": 65}), "en")
    sentences = [step.text for step in explanation.lines[0].steps]
    assert "Tariff of this code in the LPP of 2026-11-20, €19.50; refunded at 60%." in sentences


def test_the_highest_price_counts_for_each_device() -> None:
    assert settle({"code": "2900002 x 2", "fee": 65}, contract="responsable_100").totals["patient"] == 0


def found(text: str, day: int = 20261125, most: int = 20) -> list[str]:
    return [one.code for one in find(text, day, most)]


def test_codes_are_found_by_words_without_accents_by_their_start_and_whole() -> None:
    assert found("électrocardio") == found("ELECTROCARDIO") == ["DEQP003", "YYYY490"]
    assert found("biopsie abord direct")[0] == "QZHA001"
    assert found("zzzz") == ["ZZZZ002", "ZZZZ001"]
    assert found("34009300000")[:2] == ["3400930000001", "3400930000002"]
    assert found("calmix generique") == ["3400930000003", "3400930000004"]
    assert "FJ" in found("forfait journalier")
    assert "APC" in found("avis ponctuel")
    assert not found("hippopotame")
    assert not found("  ")
    assert len(found("e", most=3)) == 3


@pytest.mark.parametrize(
    ("text", "day", "price", "detail"),
    [
        ("1104", 20261125, 575, "B 23.00"),
        ("1104", 20230101, 754, "B 29.00"),
        ("2900001", 20261125, 900, "highest price 30.00"),
        ("2900005", 20261125, -1, "on a quote"),
        ("3400930000002", 20261125, 2830, "fee of 1.02 included; 65 %"),
        ("3400930000005", 20261125, -1, "not refunded"),
        ("ZZZZ001", 20261125, -1, "closed since 2015-06-30; QZHA001 replaces it"),
        ("ZZZZ002", 20261125, 0, "not refunded"),
        ("DEQP003", 20250101, -1, "by grid: 14.52 (3), 13.52 (4)"),
        ("LAPH001", 20250101, 5000, ""),
        ("ZAI", 20231231, 300, ""),
        ("APC", 20261125, 6000, ""),
        ("FJ", 20261125, 2300, ""),
    ],
)
def test_what_is_found_has_its_price_on_the_day(text: str, day: int, price: int, detail: str) -> None:
    one = find(text, day, 5)[0]
    assert (one.price, one.detail.en) == (price, detail)


def test_every_label_is_plain_json(tmp_path: Path) -> None:
    assert json.dumps(bill_dict(settle({"code": "1104", "fee": 6})), default=str)


def receipt(line: dict[str, Any]) -> dict[str, Any]:
    return read_any(canonical(bill_receipt(settle(line))))


@pytest.mark.parametrize(
    "line",
    [
        {"code": "QZHA001", "fee": 40},
        {"code": "3400930000001", "fee": 2.18},
        {"code": "DEQP003", "fee": 14.52},
        {"code": "FJ"},
        {"code": "ACTE", "tariff": 100, "modifiers": "J", "fee": 120},
    ],
)
def test_a_receipt_replays_with_its_own_library(line: dict[str, Any]) -> None:
    kept = receipt(line)
    assert replay_any(kept, "en").same
    with only_libraries():
        if not kept["law"].get("libraries"):
            assert replay_any(kept, "en").same
            return
        said = replay_any(kept, "en")
    assert not said.same
    assert "which has not been imported here: `parcours law import" in said.sentences[0]


def test_a_receipt_made_without_library_replays_beside_one() -> None:
    with only_libraries():
        kept = receipt({"code": "DEQP003", "fee": 14.52})
    assert "libraries" not in kept["law"]
    assert replay_any(kept, "en").same


def test_another_library_is_refused_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = receipt({"code": "QZHA001", "fee": 40})
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "other"))
    tables = official.ccam_tables()
    tables["R_PU_BASE"][1][3] = ("QZHA00110", 3, 41.0, 20111220)
    import_library("ccam", [official.write_tables(tmp_path / "files", tables)], 0, GRIDS)
    for lang, said in (("fr", "il ne se rejoue qu'avec la sienne"), ("en", "it replays with its own only")):
        assert said in replay_any(kept, lang).sentences[0]
    other = receipt({"code": "QZHA001", "fee": 40})
    assert any("The imported official lists changed (CCAM 2026-11-20" in one for one in diff_any(kept, other, "en"))


def test_an_import_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "library"))
    assert "parcours law import ccam" in refused({"code": "LAPH001 phase 2", "fee": 60})
    tables = official.ccam_tables()
    for price in (60.0, 61.0):
        tables["R_PU_BASE"][1][8] = ("LAPH00112", 3, price, 20111220)
        import_library("ccam", [official.write_tables(tmp_path / str(price), tables)], 0, GRIDS)
        assert base_of({"code": "LAPH001 phase 2", "fee": 70}) == price * 100
