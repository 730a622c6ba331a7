"""A command that is asked in French refuses in French, whatever was typed wrong: ours and what the reader refuses."""

import json
import re

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.errors import os_reason
from tests.house.test_texts import FOREIGN, words

EMPTY_DATABASE = ("--database", "sqlite:///{folder}/none.db")
WRONG = [
    "settle",
    "settle --zz",
    "settle --lang",
    "settle --fee thirty",
    "settle --care-date demain --fee 30",
    "settle --set zz=1 --fee 30",
    "settle --reading zz",
    "settle --reading zz=1 --fee 30",
    "settle one.csv two.csv",
    "settle one.csv",
    "settle one.csv --fee 30",
    "settle {folder}/none.csv -o {folder}/out.csv",
    "settle {folder}/none.parquet -o {folder}/out.parquet",
    "settle {folder}/none.parquet -o {folder}/out.zz",
    "settle {folder}/none.parquet -o {folder}/out.parquet --workers 0",
    "settle {folder}/none.parquet -o {folder}/out.parquet --workers x",
    "settle {folder}/empty.csv -o {folder}/out.csv",
    "settle {folder}/empty.csv -o {folder}/out.parquet",
    "settle {folder}/acts.csv -o {folder}/acts.csv",
    "settle {folder}/acts.csv -o {folder}/out.parquet --map zz",
    "settle {folder}/acts.csv -o {folder}/out.parquet --map feee=zz",
    "settle {folder}/twice.csv -o {folder}/out.csv",
    "settle {folder}/twice.csv -o {folder}/out.parquet",
    "settle {folder}/near.csv -o {folder}/out.parquet",
    "settle {folder}/latin.csv -o {folder}/out.csv",
    "settle {folder}/latin.csv -o {folder}/out.parquet",
    "settle {folder}/other.parquet -o {folder}/out.parquet",
    "settle {folder}/acts.csv -o {folder}/none/none/out.csv",
    "bill one.yaml two.yaml",
    "bill {folder}/none.yaml",
    "bill {folder}/latin.csv",
    "bill {folder}/bad.json",
    "bill {folder}/empty.json",
    "bill check {folder}/list.json",
    "sample",
    "sample -o {folder}/s.zz",
    "sample -o {folder}/s.csv --patients 0",
    "sample -o {folder}/s.csv --patients x",
    "sample -o {folder}/s.csv --year 1990",
    "summary {folder}/none.parquet",
    "summary {folder}/acts.csv",
    "summary {folder}/other.parquet",
    "summary {folder}/acts.csv --plot x.gif",
    "tables --on demain",
    "law show zz",
    "law show majoration.taux --on demain",
    "law show majoration.taux --on 1900-01-01",
    "law text zz",
    "law zz",
    "contract audit zz",
    "contract audit {folder}/list.json",
    "contract audit responsable_base --on demain",
    "facts --story zz {database}",
    "facts {database}",
    "registry verify {database}",
    "registry verify {folder}/none.zip {database}",
    "directory near zz {database}",
    "admin list {database}",
    "audit verify --anchor {folder}/none.json {database}",
    "explain",
    "explain {folder}/none.csv",
    "explain {folder}/acts.csv --row 99",
    "explain {folder}/bad.json",
    "explain {folder}/none.parquet",
    "advise --fee 30",
    "questions --fee thirty",
    "receipt --fee 30",
    "replay",
    "replay {folder}/none.json",
    "replay {folder}/bad.json",
    "replay {folder}/inside",
    "diff {folder}/bad.json {folder}/bad.json",
    "space zz",
    "check-claims --zz",
    "serve --port x",
    "serve --port 999999",
    "nope",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "inside").mkdir()
    (folder / "empty.csv").write_text("")
    (folder / "acts.csv").write_text("care_date,age,profession,fee\n2025-06-02,40,medecin,30\n")
    (folder / "twice.csv").write_text("care_date,fee,fee\n2025-06-02,30,30\n")
    (folder / "near.csv").write_text("care_date,feee,age,profession\n2025-06-02,30,40,medecin\n")
    (folder / "latin.csv").write_bytes("care_date,specialty\n2025-06-02,médecin\n".encode("latin-1"))
    (folder / "other.parquet").write_bytes(b"not a Parquet file")
    (folder / "bad.json").write_text("{zz")
    (folder / "empty.json").write_text("[]")
    (folder / "list.json").write_text(json.dumps([3]))
    return folder


def run(command: str, folder, lang: str):
    database = " ".join(EMPTY_DATABASE).format(folder=folder)
    arguments = command.format(folder=folder, database=database).split()
    return CliRunner().invoke(
        app, [*arguments, *(["--lang", lang] if arguments[-1] != "--lang" else [])], env={"LANG": lang}
    )


@pytest.mark.parametrize("command", WRONG)
def test_a_refusal_in_french_holds_no_english(command, folder):
    told = run(command, folder, "fr")
    assert told.exit_code not in {0, 70}, told.output
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
    assert told.stderr.strip(), told.output
    said = re.sub(r"--[\w-]+", "", told.stderr.replace(str(folder), ""))
    assert not words(said) & FOREIGN["fr"], said
    assert "╭" not in said


def test_the_reader_of_the_line_gives_the_same_exit_code_in_both_languages(folder):
    for command in (
        "settle --zz",
        "nope",
        "sample",
        "sample -o x.csv --patients x",
        "replay {folder}/none.json",
    ):
        assert run(command, folder, "fr").exit_code == run(command, folder, "en").exit_code == 2, command


def test_what_the_system_refuses_is_said_in_both_languages():
    assert os_reason(FileNotFoundError(2, "No such file or directory"))["fr"] == "ce fichier ou ce dossier n'existe pas"
    assert dict(os_reason(OSError(5, "Input/output error"))) == {"fr": "EIO", "en": "EIO"}
