"""The commands of explanations: French and English, for a person and as JSON, and no traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from parcours.cli import advise, explain, guides, questions, receipt, space
from parcours.cli import settle as settle_command
from parcours.engine.case import settle
from parcours.engine.facts.jsonio import dumps
from parcours.engine.proof.space import SpaceReport

RUNNER = CliRunner()
FLAGS = [
    *("--care-date", "2025-06-02", "--age", "40", "--specialty", "generaliste", "--convention", "secteur_1"),
    *("--fee", "30", "--medecin-traitant", "true", "--role", "autre", "--referral", "none"),
]


FACTS = {name.strip("-").replace("-", "_"): value for name, value in zip(FLAGS[::2], FLAGS[1::2], strict=True)}


def run(app: Any, *arguments: str, typed: str | None = None) -> Result:
    """Run one command; a traceback is a failure."""
    result = RUNNER.invoke(app, list(arguments), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(("lang", "headline"), [("fr", "Hors du parcours de soins"), ("en", "Outside the pathway")])
def test_explain_for_a_person(lang: str, headline: str) -> None:
    result = run(explain.app, *FLAGS, "--lang", lang)
    assert result.exit_code == 0
    assert headline in result.output
    assert "CSS R160-6" in result.output


def test_explain_as_json_and_as_text() -> None:
    content = json.loads(run(explain.app, *FLAGS, "--json", "--lang", "en").output)
    assert next(step["case"] for step in content["steps"]) == "outside"
    text = run(explain.app, *FLAGS, "--text", "--all", "--lang", "en").output
    assert "Costly act · " in text


def test_explain_a_row_of_a_settled_file(tmp_path: Path) -> None:
    answer = settle(FACTS)
    path = tmp_path / "settled.ndjson"
    path.write_text("{}\n" + dumps({**answer.facts, **answer.to_dict()}) + "\n", "utf-8")
    assert "€8.40" in run(explain.app, str(path), "--row", "2", "--lang", "en").output
    assert run(explain.app, str(path), "--row", "1", "--lang", "en").exit_code == 2
    assert run(explain.app, str(path), "--row", "9", "--lang", "en").exit_code == 2
    assert run(explain.app, str(path), *FLAGS, "--lang", "en").exit_code == 2


@pytest.mark.parametrize("suffix", [".ndjson", ".csv", ".parquet"])
def test_explain_what_settle_wrote(tmp_path: Path, suffix: str) -> None:
    asked, settled = tmp_path / "asked.ndjson", tmp_path / f"settled{suffix}"
    asked.write_text(dumps(FACTS) + "\n", "utf-8")
    assert run(settle_command.app, str(asked), "-o", str(settled), "--lang", "en").exit_code == 0
    facts = [] if suffix == ".parquet" else ["--facts", str(asked)]
    result = run(explain.app, str(settled), *facts, "--lang", "en")
    assert "compulsory insurance pays €8.40" in result.output.replace("\n", " ")
    assert "the patient is 40" in result.output.replace("\n", " ")


def test_a_wrong_fact_is_one_sentence() -> None:
    result = run(explain.app, *FLAGS, "--age", "old", "--lang", "fr")
    assert result.exit_code == 2
    assert "age" in result.output


def test_an_unlawful_fee_warns() -> None:
    assert "€15.00" in run(explain.app, *FLAGS, "--fee", "45", "--lang", "en").output


def test_advise_for_a_person_and_as_json() -> None:
    text = run(advise.app, *FLAGS, "--lang", "fr").output
    assert "10,60" in text
    assert "Seulement si c'est vrai pour vous" in text
    content = json.loads(run(advise.app, *FLAGS, "--json", "--acts-per-year", "2", "--lang", "en").output)
    assert content["singles"][0]["saved_year"] == 21.2


def test_questions_next_and_done() -> None:
    assert "--care-date" in run(questions.app, "--specialty", "dermatologie", "--lang", "en").output
    content = json.loads(run(questions.app, "--specialty", "dermatologie", "--json", "--lang", "en").output)
    assert content["question"]["fact"] == "care_date"


def test_the_interview_ends_in_an_answer() -> None:
    answers = ["2025-06-02", "10", "nowhere", "secteur_1", "31.50", "", "true", ""]
    result = run(questions.app, "--ask", "--specialty", "dermatologie", "--lang", "en", typed="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "nowhere" in result.output
    assert "Who pays what" in result.output


def test_receipt_replay_and_diff(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    assert run(receipt.receipt_app, *FLAGS, "-o", str(first)).exit_code == 0
    assert run(receipt.receipt_app, *FLAGS, "--away", "true", "-o", str(second)).exit_code == 0
    assert json.loads(run(receipt.receipt_app, *FLAGS).output) == json.loads(first.read_text("utf-8"))
    assert "Same amounts" in run(receipt.replay_app, str(tmp_path), "--lang", "en").output
    assert "€10.60 → €0.00" in run(receipt.diff_app, str(first), str(second), "--lang", "en").output
    assert json.loads(run(receipt.diff_app, str(first), str(second), "--json", "--lang", "fr").output)


def test_a_receipt_that_no_longer_holds_exits_with_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    run(receipt.receipt_app, *FLAGS, "-o", str(path))
    path.write_text(path.read_text("utf-8").replace('"patient": 2160', '"patient": 1'), "utf-8")
    result = run(receipt.replay_app, str(path), "--json", "--lang", "en")
    assert result.exit_code == 1
    assert not json.loads(result.output)[str(path)]["same"]


def test_what_is_not_a_receipt_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}", "utf-8")
    assert "not a receipt" in run(receipt.replay_app, str(path), "--lang", "en").output
    (tmp_path / "empty").mkdir()
    assert run(receipt.replay_app, str(tmp_path / "empty")).exit_code == 2
    assert run(receipt.receipt_app, *FLAGS, "-o", str(tmp_path / "none" / "a.json")).exit_code == 2


def test_check_claims_prints_verdicts() -> None:
    assert "1 €" in run(guides.app, "--lang", "fr").output
    content = json.loads(run(guides.app, "--json", "--lang", "en").output)
    assert {claim["verdict"] for claim in content} >= {"true", "wrong"}


@pytest.mark.parametrize(
    ("report", "code"), [(SpaceReport(combinations=5), 0), (SpaceReport(combinations=5, holes=1), 1)]
)
def test_space_check_says_sound_or_not(monkeypatch: pytest.MonkeyPatch, report: SpaceReport, code: int) -> None:
    monkeypatch.setattr(space, "run", lambda workers, lang: (report, ()))
    for arguments in (["check", "--lang", "fr"], ["check", "--json", "--lang", "en"]):
        assert run(space.app, *arguments).exit_code == code


def test_space_publish_writes_the_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(space, "run", lambda workers, lang: (SpaceReport(combinations=5), ()))
    assert run(space.app, "publish", str(tmp_path), "--lang", "en").exit_code == 0
    assert (tmp_path / "decision-table.csv").is_file()


def test_the_commands_are_in_the_root_command() -> None:
    from parcours.cli.main import COMMANDS

    names = {"explain", "advise", "questions", "receipt", "replay", "diff", "space", "check-claims"}
    assert names <= set(COMMANDS)
    assert get_command(explain.app).params
