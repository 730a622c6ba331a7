"""`parcours prevention`: a table a person reads, one JSON object, cases checked, and what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app

RUNNER = CliRunner()
WOMAN = ["prevention", "--birth-date", "1971-03-02", "--sex", "female", "--on", "2026-11-26"]
CASES = Path(__file__).parents[1] / "engine" / "prevention" / "cases.yaml"


def run(*words: str) -> str:
    answer = RUNNER.invoke(app, [*words])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_a_table_in_both_languages() -> None:
    french, english = run(*WOMAN, "--lang", "fr"), run(*WOMAN, "--lang", "en")
    assert french.startswith("À faire maintenant")
    assert "Dépistage" in french
    assert "100 %" in french.replace("\u202f", " ")
    assert english.startswith("Due now")
    assert "Bowel" in english
    assert "reminder, not a prescription" in english


def test_json_has_state_days_price_and_sources() -> None:
    answer = json.loads(run(*WOMAN, "--done", "sein=2024-11-15", "--json", "--lang", "en"))
    breast = {item["programme"]: item for item in answer["items"]}["sein"]
    assert (breast["state"], breast["since"], breast["by"]) == ("due", "2026-11-15", "2046-03-01")
    assert breast["price"]["free"] is True
    assert breast["sources"] == ["SENIORACTU-2024", "ARR-2024-01-16"]
    assert breast["confirmed"] is False


def test_every_programme_is_listed_when_asked() -> None:
    listed = run(*WOMAN, "--all", "--lang", "en")
    assert "child.j8" in listed
    assert "over" in listed


def test_facts_in_a_file_and_by_flags(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("{birth_date: 2002-01-10, done: [{programme: hpv_rattrapage, on: 2025-12-15}]}")
    words = ("prevention", "--facts", str(file), "--on", "2026-03-01", "--json")
    found = {item["programme"]: item for item in json.loads(run(*words, "--refused", "zona"))["items"]}
    assert found["hpv_rattrapage"]["doses_due_on"] == ["2026-02-15", "2026-06-15"]
    assert found["zona"]["state"] == "refused"
    assert found["sein"]["state"] == "unknown"
    more = ("--cervix", "yes", "--excluded", "col_uterus=organ_absent", "--immunosuppressed")
    found = {item["programme"]: item for item in json.loads(run(*words, *more))["items"]}
    assert found["col_uterus"]["state"] == "excluded"
    assert found["grippe"]["state"] == "upcoming"


def test_a_pregnancy() -> None:
    words = ("prevention", "--birth-date", "1996-01-01", "--on", "2026-12-25", "--pregnant-since", "2026-03-31")
    found = {
        item["programme"]: item for item in json.loads(run(*words, "--gave-birth-on", "2026-12-20", "--json"))["items"]
    }
    assert found["grossesse.dents"]["by"] == "2027-06-19"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--birth-date", "1971-13-02"], "birth_date"),
        ([], "birth_date"),
        (["--birth-date", "1971-03-02", "--done", "sein"], "--done"),
        (["--birth-date", "1971-03-02", "--done", "sain=2024-01-01"], "sein"),
        (["--birth-date", "1971-03-02", "--on", "x"], "--on"),
    ],
)
def test_what_is_wrong_is_named(words: list[str], said: str) -> None:
    for lang in ("fr", "en"):
        answer = RUNNER.invoke(app, ["prevention", *words, "--lang", lang])
        assert answer.exit_code == 2
        assert said in answer.stderr


def test_cases_are_checked(tmp_path: Path) -> None:
    assert RUNNER.invoke(app, ["prevention", "check", str(CASES)]).exit_code == 0
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("checks: [{programme: sein, birth_date: 1976-11-26, at: 2026-11-26, in_range: false}]")
    answer = RUNNER.invoke(app, ["prevention", "check", str(wrong), "--lang", "en"])
    assert answer.exit_code == 1
    assert "in_range: False ≠ True" in answer.stdout
    assert "1 case checked, 1 difference" in answer.stderr
    wrong.write_text("[]")
    assert RUNNER.invoke(app, ["prevention", "check", str(wrong)]).exit_code == 2


def test_a_population_in_and_out_of_parquet(tmp_path: Path) -> None:
    from datetime import date

    import pyarrow as pa
    import pyarrow.parquet as pq

    people, output = tmp_path / "people.parquet", tmp_path / "due.parquet"
    pq.write_table(pa.table({"id": ["a"], "birth_date": [date(1976, 11, 26)], "sex": ["female"]}), people)
    words = ["prevention", "population", str(people), "--out", str(output), "--on", "2026-11-26", "--lang", "en"]
    answer = RUNNER.invoke(app, words)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stderr.startswith("1 person, ")
    rows = {row["programme"]: row for row in pq.read_table(output).to_pylist()}
    assert rows["sein"] == {
        "id": "a",
        "programme": "sein",
        "state": "due",
        "due_on": date(2026, 11, 26),
        "question": None,
    }
    assert RUNNER.invoke(app, [*words, "--state", "late"]).exit_code == 2
