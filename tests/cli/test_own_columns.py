"""A file with its own columns and words, as a mutuelle has them: settled, written as it came, refusals counted."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from parcours.cli.batch import compiling_told
from parcours.cli.main import app
from parcours.engine.batch.loops import Loop

HEADER = "ADHERENT;Date de soins;Naissance;SPE;SECTEUR;OPTAM;Montant;MT;ADRESSE;ROLE\n"
ROWS = (
    "a;02/06/2025;01/02/1980;Médecine générale;1;NON;30,00;1;N;medecin_traitant\n"
    "a;03/06/2025;01/02/1980;Dermatologie;2;OUI;60,00;1;O;correspondant\n"
    "b;03/06/2025;05/07/1990;DERMATO;2;non;60,00;0;N;autre\n"
    "b;04/06/2025;05/07/1990;DERMATO;2;non;65,50;0;N;autre\n"
    "c;04/06/2025;05/07/1990;Dermatologie;3;non;65,50;0;N;autre\n"
)
MAPS = (
    "ADHERENT=patient_id", "Date de soins=care_date", "Naissance=birth_date", "SPE=specialty", "Montant=fee",
    "MT=medecin_traitant", "ADRESSE=referral", "ROLE=role", "SECTEUR+OPTAM=convention",
)  # fmt: skip
VALUES = (
    "ADRESSE:O=avis_ponctuel", "ADRESSE:n=none", "SECTEUR+OPTAM:1+non=secteur_1", "SECTEUR+OPTAM:2+oui=secteur_2_optam",
    "SECTEUR+OPTAM:2+non=secteur_2",
)  # fmt: skip


@pytest.fixture
def acts(tmp_path: Path) -> Path:
    path = tmp_path / "actes.csv"
    path.write_text(HEADER + ROWS, "latin-1")
    return path


def run(*arguments: object) -> Any:
    answer = CliRunner().invoke(app, [str(one) for one in arguments])
    assert "Traceback" not in answer.output
    return answer


def options(flag: str, texts: tuple[str, ...]) -> list[str]:
    return [part for text in texts for part in (flag, text)]


def test_own_columns_and_words_are_settled_and_written_as_they_came(acts: Path, tmp_path: Path) -> None:
    output = tmp_path / "regles.csv"
    said = [*options("--map", MAPS), *options("--values", (*VALUES, "SPE:DERMATO=dermatologie"))]
    done = run("settle", acts, "-o", output, *said, "--lang", "fr")
    assert done.exit_code == 3, done.stderr
    assert "La sortie est écrite de même" in done.stderr
    with output.open(encoding="latin-1", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [row["convention"] for row in rows] == ["secteur_1", "secteur_2_optam", "secteur_2", "secteur_2"]
    assert (rows[0]["care_date"], rows[0]["fee"], rows[0]["amo"], rows[0]["SECTEUR"]) == (
        "02/06/2025", "30,00", "19,00", "1",
    )  # fmt: skip
    totals = run("summary", output, "--by", "month", "--lang", "fr").stdout
    assert "Médecine générale" in totals
    assert "Par mois" in totals
    plain = run("settle", acts, "-o", tmp_path / "plain.csv", *said, "--plain")
    assert plain.exit_code == 3
    found = [json.loads(run("summary", one, "--json").stdout)["totals"] for one in (output, tmp_path / "plain.csv")]
    assert found[0] == found[1]


def test_refused_rows_are_counted_by_reason_with_the_column_and_its_words(acts: Path, tmp_path: Path) -> None:
    output = tmp_path / "regles.csv"
    done = run("settle", acts, "-o", output, *options("--map", MAPS), *options("--values", VALUES), "--lang", "en")
    assert done.exit_code == 3
    table = done.stderr.partition("Refused rows, by reason:\n")[2].splitlines()
    assert table[0].startswith("2  SPE (specialty): “DERMATO” (2); expected: a specialty: dermatologie")
    assert table[1].startswith("1  SECTEUR+OPTAM (convention): “3+non” (1); expected: secteur_1, ")
    assert "--values SPE:DERMATO=…" in table[2]
    receipt = json.loads(output.with_name("regles.csv.receipt.json").read_text())
    assert [(one["column"], one["rows"], one["values"]) for one in receipt["refused_because"]] == [
        ("SPE", 2, {"DERMATO": 2}), ("SECTEUR+OPTAM", 1, {"3+non": 1}),
    ]  # fmt: skip
    refused = json.loads(output.with_name("regles.csv.rejected.ndjson").read_text().splitlines()[0])["error"]
    assert (refused["column"], refused["message"].partition(":")[0]) == ("SPE", "SPE → specialty")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("SECTEUR=1", "COLUMN:GIVEN=OURS"),
        ("LION:1=2", "column 'LION' is not a fact"),
        ("ROLE:X=lion", "ROLE → role: 'lion' is not accepted"),
    ],
)
def test_a_word_that_stands_for_nothing_stops_the_run(acts: Path, tmp_path: Path, value: str, said: str) -> None:
    done = run("settle", acts, "-o", tmp_path / "o.csv", *options("--map", MAPS), "--values", value, "--lang", "en")
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_totals_alone_need_no_file_and_capitals_no_map(tmp_path: Path) -> None:
    acts = tmp_path / "acts.csv"
    head, row = "specialty,fee,age,medecin_traitant,Role,care_date,convention", "34,true,medecin_traitant,2026-11-20"
    acts.write_text(f"{head}\ngeneraliste,30,{row},secteur_1\ngp,30,{row},secteur_1\n")
    done = run("settle", acts, "--summary", "--lang", "en")
    assert done.exit_code == 3
    assert "1  specialty: “gp” (1); expected: a specialty: generaliste\n" in done.stderr
    assert "€19.00" in done.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["acts.csv"]


def test_columns_that_files_of_funds_have_are_asked_about(tmp_path: Path) -> None:
    acts = tmp_path / "acts.csv"
    acts.write_text("specialty,fee,age,care_date,MT,Sect,Orientation\ngeneraliste,30,34,2026-11-20,1,1,N\n")
    said = run("settle", acts, "-o", tmp_path / "out.csv", "--lang", "en").stderr
    assert "--map MT=medecin_traitant --map Sect=convention --map Orientation=referral" in said


@pytest.mark.parametrize("sector", [(), ("SECTEUR=convention",)])
def test_a_sector_beside_its_optam_is_one_fact_with_it(acts: Path, tmp_path: Path, sector: tuple[str, ...]) -> None:
    """The sector alone would make each doctor with OPTAM one without."""
    said = run("settle", acts, "-o", tmp_path / "o.csv", *options("--map", sector), "--lang", "en").stderr
    assert "all together: --map SECTEUR+OPTAM=convention " in said
    assert "--map SECTEUR=" not in said
    assert "carried through as they are, no fact read in them: ADRESSE\n" in said
    alone = [one for one in MAPS if "OPTAM" not in one]
    values = options(
        "--values", ("ADRESSE:O=avis_ponctuel", "ADRESSE:n=none", "SECTEUR:1=secteur_1", "SECTEUR:2=secteur_2")
    )
    told = ("--map", "SECTEUR=convention", "--map", "OPTAM=")
    done = run("settle", acts, "-o", tmp_path / "o.csv", *options("--map", (*alone,)), *told, *values, "--lang", "en")
    assert done.exit_code == 3, "who says that OPTAM is not read is believed"


def test_compiling_the_rules_is_said_once_and_only_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    several = [Loop(_settle_nothing), Loop(_settle_less)]
    for said in ("Compiling the rules, once: a minute or two.\n", ""):
        with compiling_told("en"):
            for loop in several:
                loop(np.zeros(1))
        assert capsys.readouterr().err == said


def _settle_nothing(numbers: Any) -> None:
    numbers[0] = 0


def _settle_less(numbers: Any) -> None:
    numbers[0] = 1
