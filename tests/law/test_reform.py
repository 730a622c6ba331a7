"""A reform to try: dated changes of values, composed in order, named in receipts, under another digest of the law."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import parcours
from parcours.engine.case import settle
from parcours.engine.say.explain import explain
from parcours.engine.say.receipt import digest, receipt, replay
from parcours.law.cache import flat_law
from parcours.law.loader import load
from parcours.law.reform import ReformError, apply, read_changes, read_texts, reformed
from tests.cli.test_settle import run

BOOK = load()
GP_OUTSIDE: dict[str, Any] = {
    "care_date": "2025-06-02", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30,
    "medecin_traitant": True, "role": "autre", "referral": "none",
}  # fmt: skip


def amo(**facts: Any) -> int:
    return settle({**GP_OUTSIDE, **facts}).settlement.amo


def test_a_reform_changes_the_answer_and_nothing_after_it() -> None:
    assert amo() == 8_40
    with reformed({"majoration.taux": "30 %"}):
        assert amo() == 30_00 * 70 // 100 - 7_95 - 2_00  # capped at 30 % of 26.50
    with reformed(
        {"tariffs/consultations.generaliste.sans_coordination": 40, "participation_forfaitaire.montant": "3,00"}
    ):
        assert amo(fee=40) == 28_00 - 10_60 - 3_00
    assert amo() == 8_40


def test_a_dated_change_starts_on_its_day() -> None:
    reform = {"majoration.taux": {"2025-06-02": "30%", "2026-01-01": 0}}
    with reformed(reform):
        assert [flat_law().default.on(day).majoration_taux for day in (20250601, 20250602, 20251231, 20260101)] == [
            40_00, 30_00, 30_00, 0,
        ]  # fmt: skip
        assert amo(care_date="2025-06-01") == 8_40
        assert amo(care_date="2026-02-02") == 19_00


def test_changes_compose_in_order() -> None:
    first, then = read_texts(BOOK, ["majoration.taux=30%@2025-01-01", "majoration.taux=20%@2024-01-01"])
    on = lambda changes, day: apply(BOOK, changes).on(day).majoration_taux  # noqa: E731
    assert [on((first, then), day) for day in (20231231, 20240101, 20250101)] == [40_00, 20_00, 20_00]
    assert [on((then, first), day) for day in (20240101, 20250101)] == [20_00, 30_00]
    with reformed({"majoration.taux": "30%"}), reformed({"participation_forfaitaire.montant": 0}):
        assert amo() == 21_00 - 7_95


def test_a_reform_holds_whatever_the_reading() -> None:
    book = apply(BOOK, read_changes(BOOK, {"acte_lourd.forfait": 50}))
    for option in BOOK.readings["acte_lourd_32"].options:
        assert book.on(20260410, {"acte_lourd_32": option}).acte_lourd_forfait == 50_00


def test_the_law_itself_is_untouched_and_has_another_digest() -> None:
    before = flat_law().digest
    with reformed({"parcours.age_exclusion": 18}) as changes:
        assert load().digest == flat_law().digest != before
        assert flat_law().reform == changes
        assert settle({**GP_OUTSIDE, "age": 17}).to_dict()["status"] != settle(GP_OUTSIDE).to_dict()["status"]
    assert load() is BOOK
    assert flat_law().digest == before


def test_two_answers_at_once_keep_their_own_reform() -> None:
    """A reform travels with its caller, not with the process."""

    def under(rate: int) -> set[int]:
        with reformed({"majoration.taux": f"{rate} %"}):
            return {amo() for _ in range(200)}

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(under, [0, 10, 20, 30]))
    assert [len(each) for each in found] == [1, 1, 1, 1]
    assert found == [{19_00}, {19_00 - 2_65}, {19_00 - 5_30}, {19_00 - 7_95}]


def test_what_is_kept_under_a_reform_is_never_the_laws() -> None:
    """Ages, bills, forms: whatever was asked first."""
    from parcours.engine.case import candidates
    from parcours.engine.say.sitting import telling_ages
    from parcours.law import thresholds
    from parcours.law.bill.book import bill_law

    def seen() -> tuple[Any, ...]:
        bill = bill_law()
        return candidates(), telling_ages(20250101), thresholds.participation_age(), bill.digest, bill.parameters

    reform = {"participation_forfaitaire.age_exemption": 21, "acte_lourd.forfait": 50, "parcours.age_exclusion": 17}
    with reformed(reform):
        under = seen()
    alone = seen()
    with reformed(reform):
        assert seen() == under
    assert alone == seen()
    assert all(one != other for one, other in zip(under, alone, strict=True))


def test_an_answer_is_explained_under_its_own_reform() -> None:
    with reformed({"majoration.taux": "30 %"}):
        answer = settle(GP_OUTSIDE)
    step = next(step for step in explain(answer, "en").steps if step.stage == "majoration")
    assert "30%" in step.text
    assert "€7.95" in step.text


def test_a_changed_value_is_no_longer_that_of_its_article() -> None:
    with reformed({"majoration.taux": "30 %"}):
        steps = {step.stage: step for step in explain(settle(GP_OUTSIDE), "en").steps}
    tried = {value.id: value for value in steps["majoration"].values}["majoration.taux"]
    assert (tried.tried, tried.first_day, tried.confidence) == (True, None, None)
    assert steps["majoration"].reform
    assert [ref.id for ref in steps["majoration"].references] == ["CSS-L162-5-3", "CSS-R160-6"], (
        "R160-6 holds the cap too"
    )
    dermatologist = {**GP_OUTSIDE, "specialty": "dermatologie"}
    with reformed({"majoration.taux": "30 %"}):
        alone = next(step for step in explain(settle(dermatologist), "en").steps if step.stage == "majoration")
    assert ([ref.id for ref in alone.references], alone.first_day, alone.confidence) == (["CSS-L162-5-3"], None, None)
    assert [step.reform for stage, step in steps.items() if stage != "majoration"] == [False] * (len(steps) - 1)
    assert not any(step.reform for step in explain(settle(GP_OUTSIDE), "en").steps)


def test_a_changed_tariff_is_no_longer_that_of_its_article() -> None:
    with reformed({"tariffs/consultations.generaliste.sans_coordination": 40}):
        base = next(step for step in explain(settle({**GP_OUTSIDE, "fee": 40}), "en").steps if step.stage == "base")
    assert (base.reform, base.references, base.first_day, base.confidence) == (True, (), None, None)


def test_a_receipt_names_the_reform_and_replays_under_it() -> None:
    with reformed({"majoration.taux": {"2025-01-01": "30 %"}}):
        made = receipt(settle(GP_OUTSIDE))
    assert made["law"]["reform"] == [{"id": "majoration.taux", "value": "30", "first_day": "2025-01-01"}]
    assert made["law"]["values"]["majoration.taux"] == 30_00
    assert made["law"]["data"] != receipt(settle(GP_OUTSIDE))["law"]["data"]
    assert "reform" not in receipt(settle(GP_OUTSIDE))["law"]
    assert replay(json.loads(json.dumps(made))).same


def test_a_reform_that_the_law_no_longer_knows_is_said() -> None:
    with reformed({"majoration.taux": "30 %"}):
        made = receipt(settle(GP_OUTSIDE))
    made["law"]["reform"][0]["id"] = "majoration.tau"
    made["hash"] = digest({name: value for name, value in made.items() if name != "hash"})
    again = replay(made, "en")
    assert not again.same
    assert "majoration.tau" in again.sentences[0]


@pytest.mark.parametrize(
    ("reform", "code", "field"),
    [
        ({"majoration.tau": 3}, "reform_unknown", "set"),
        ({"majoration.fourchette_min": 3}, "reform_unknown", "set"),
        ({"tariffs/acts.ZZZ": 3}, "reform_unknown", "set"),
        ({"majoration.taux": "beaucoup"}, "reform_value", "majoration.taux"),
        ({"majoration.taux": "0.3"}, "reform_value", "majoration.taux"),
        ({"majoration.taux": 30}, "reform_value", "majoration.taux"),
        ({"majoration.taux": "30 €"}, "reform_value", "majoration.taux"),
        ({"participation_forfaitaire.montant": "3 %"}, "reform_value", "participation_forfaitaire.montant"),
        ({"majoration.taux": "30.005 %"}, "reform_value", "majoration.taux"),
        ({"majoration.taux": "-1 %"}, "reform_value", "majoration.taux"),
        ({"majoration.taux": "101 %"}, "reform_value", "majoration.taux"),
        ({"majoration.taux": "nan%"}, "reform_value", "majoration.taux"),
        ({"tariffs/acts.APC": "1e12"}, "reform_value", "tariffs/acts.APC"),
        ({"majoration.taux": "1e999 %"}, "reform_value", "majoration.taux"),
        ({"parcours.age_exclusion": "16,5"}, "reform_value", "parcours.age_exclusion"),
        ({"parcours.exception_ipa": "maybe"}, "reform_value", "parcours.exception_ipa"),
        ({"majoration.taux": {"soon": "30 %"}}, "reform_day", "majoration.taux"),
        ({"majoration.taux": {"1999-01-01": "30 %"}}, "reform_day", "majoration.taux"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(reform: Mapping[str, Any], code: str, field: str) -> None:
    with pytest.raises(ReformError) as caught:
        read_changes(BOOK, reform)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.message["fr"] != caught.value.message["en"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("majoration.tau", "did you mean majoration.taux"),
        ("majoration_taux", "did you mean majoration.taux"),
        ("APC", "did you mean tariffs/acts.APC"),
        ("generaliste.sans_coordination", "did you mean tariffs/consultations.generaliste.sans_coordination"),
        ("lion", "for example"),
    ],
)
def test_a_value_that_no_rule_reads_is_answered_with_what_was_meant(given: str, said: str) -> None:
    with pytest.raises(ReformError) as caught:
        read_changes(BOOK, {given: "30 %"})
    assert said in caught.value.message["en"]


def test_the_python_face() -> None:
    assert parcours.law_on("2025-06-02").majoration_taux == 40_00
    assert parcours.law_on("2025-06-02", reform={"majoration.taux": "30 %"}).majoration_taux == 30_00
    assert parcours.law_on("2026-04-10", readings={"acte_lourd_32": "2026-04-22"}).acte_lourd_forfait == 24_00
    with parcours.reformed({"majoration.taux": "30 %"}):
        assert amo() == 11_05


VISIT = (
    "--care-date", "2025-06-02", "--age", "40", "--specialty", "generaliste", "--convention", "secteur_1",
    "--fee", "30", "--medecin-traitant", "true", "--role", "autre", "--referral", "none",
)  # fmt: skip


def test_set_on_every_command_that_settles(tmp_path: Path) -> None:
    change = ("--set", "majoration.taux=30%")
    settled = run("settle", *VISIT, *change, "--json")
    assert json.loads(settled.stdout)["amo"] == 11.05
    assert "majoration.taux=30" in settled.stderr
    assert "7.95" in run("explain", *VISIT, *change, "--text", "--lang", "en").stdout
    for lang, tried, why in (
        ("fr", "Réforme essayée : majoration.taux=30 %, participation_forfaitaire.montant=3,00 €", "réforme essayée"),
        ("en", "Reform tried: majoration.taux=30%, participation_forfaitaire.montant=€3.00", "reform tried"),
    ):
        both = (*change, "--set", "participation_forfaitaire.montant=3")
        explained = run("explain", *VISIT, *both, "--lang", lang)
        assert explained.stderr.strip().replace("\u202f", " ") == tried
        assert explained.stdout.count(why) == 2
        refused = run("explain", *VISIT, "--set", "majoration.taux=0.3", "--lang", lang)
        assert refused.exit_code == 2
        assert all(word in refused.stderr for word in ("majoration.taux", "0.3", "30 %"))
    assert json.loads(run("receipt", *VISIT, *change).stdout)["law"]["reform"]
    assert run("advise", *VISIT, *change, "--json").exit_code == 0
    assert run("questions", *VISIT[:4], *change, "--json").exit_code == 0
    assert "11.05" in run("tables", "--on", "2025-06-02", *change, "--json").stdout
    assert json.loads(run("settle", *VISIT, "--json").stdout)["amo"] == 8.40
    wrong = run("settle", *VISIT, "--set", "majoration.taux", "--lang", "en")
    assert wrong.exit_code == 2
    assert "NAME=VALUE" in wrong.stderr


def test_a_file_is_settled_under_a_reform_too(tmp_path: Path) -> None:
    source, small, large = (tmp_path / name for name in ("acts.ndjson", "small.ndjson", "large.parquet"))
    source.write_text(json.dumps(GP_OUTSIDE) + "\n", "utf-8")
    assert run("settle", str(source), "-o", str(small), "--set", "majoration.taux=30%").exit_code == 0
    assert json.loads(small.read_text("utf-8"))["amo"] == 11.05
    assert run("settle", str(source), "-o", str(large), "--set", "majoration.taux=30%").exit_code == 0
    import polars as pl

    assert float(pl.read_parquet(large)["amo"][0]) == 11.05
    from parcours.engine.batch.summary import receipt_of

    assert receipt_of(large)["reform"][0]["id"] == "majoration.taux"
    explained = run("explain", str(large), "--facts", str(source), "--row", "1", "--text", "--lang", "en")
    assert "€7.95" in explained.stdout, "a row is explained under the reform of its run"


def test_a_law_to_try_is_given_to_settle_for_an_act_and_for_a_table() -> None:
    import polars as pl

    law = parcours.law(reform={"majoration.taux": "30 %"})
    assert parcours.settle(GP_OUTSIDE, law=law).settlement.amo == 11_05
    assert parcours.settle_one(GP_OUTSIDE, law=parcours.law()).settlement.amo == 8_40
    frame = pl.DataFrame([GP_OUTSIDE])
    for table in (parcours.settle(frame, law=law), parcours.settle(frame.lazy(), law=law).collect()):
        assert str(table["amo"][0]) == "11.05"
    with reformed({"majoration.taux": "30 %"}):
        lazy = parcours.settle(frame.lazy())
    assert str(lazy.collect()["amo"][0]) == "11.05", "what was asked under a reform is answered under it"
    assert law.on(20250602).majoration_taux == 30_00


def test_an_answer_and_a_law_are_one_line_in_a_notebook() -> None:
    law = parcours.law(reform={"majoration.taux": "30 %"})
    assert repr(parcours.settle(GP_OUTSIDE)) == (
        "<Answer 2025-06-02 fee=30.00: outside amo=8.40 amc=0.00 patient=21.60>"
    )
    assert "majoration.taux=30" in repr(law)
    assert "\n" not in repr(law)
    assert len(repr(law)) < 100
    assert set(parcours.__all__) >= {"settle", "settle_one", "settle_table", "law", "law_on", "explain"}
