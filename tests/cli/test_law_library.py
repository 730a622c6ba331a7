"""`parcours law import`, `find` and `library`, and bills by code: what a person sees, in both languages."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from parcours.cli.main import app
from tests.support import official


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "library"))
    monkeypatch.setenv("COLUMNS", "200")
    return official.write_all(tmp_path)


def test_import_find_and_library(files: dict[str, Path]) -> None:
    assert "rien n'est importé ici" in run("law", "library", "--lang", "fr").output
    done = run("law", "import", "ccam", str(files["ccam"]), "--lang", "en")
    assert "prices in 2 grids (3 Secteur 1" in done.stderr
    assert "ccam: 6 codes, distribution of 2026-11-20" in done.stdout
    grids = ("--grid", "secteur_1=3", "--grid", "secteur_2=4")
    assert "prices" not in run("law", "import", "ccam", str(files["ccam"]), *grids, "--lang", "en").stderr
    again = run("law", "import", "ccam", str(files["ccam"]), *grids, "--lang", "fr")
    assert "rien n'a changé" in again.stdout
    run("law", "import", "bdpm", str(files["bdpm"]), "--on", "2026-11-01")
    assert "2026-11-01" in run("law", "library").output
    kept = json.loads(run("law", "library", "--json").output)
    assert [(one["name"], one["codes"], one["day"]) for one in kept] == [
        ("ccam", 6, "2026-11-20"), ("bdpm", 6, "2026-11-01"),
    ]  # fmt: skip
    assert "Biopsie" in run("law", "find", "biopsie", "--lang", "fr").output
    one = json.loads(run("law", "find", "3400930000002", "--on", "2026-11-25", "--json").output)[0]
    assert (one["code"], one["price"], one["nomenclature"]) == ("3400930000002", 28.3, "bdpm")
    assert "aucun code" in run("law", "find", "hippopotame", "--lang", "fr", code=1).stderr
    assert run("law", "find", "hippopotame", "--json", code=1).stdout.strip() == "[]"


def test_a_past_value_that_changes_is_told(files: dict[str, Path], tmp_path: Path) -> None:
    run("law", "import", "nabm", str(files["nabm"]))
    tables = official.nabm_tables()
    rows = tables["NABM_HISTO_TOT105"][1]
    rows[2] = (*rows[2][:6], 4.0, *rows[2][7:])
    other = official.write_tables(tmp_path / "other", tables)
    told = run("law", "import", "nabm", str(other), "--lang", "en").stderr
    assert "1 codes have another value than before on a past day: 9005 (2009-03-01)" in told


def test_a_bill_by_code_says_its_lists(files: dict[str, Path], tmp_path: Path) -> None:
    run("law", "import", "lpp", str(files["lpp"]))
    bill = tmp_path / "bill.yaml"
    bill.write_text("{care_date: 2026-11-25, age: 40, lines: [{code: '2900001', fee: 30}]}", "utf-8")
    said = run("bill", str(bill), "--lang", "en").output
    assert "€9.00" in said
    assert "Official lists imported: LPP 2026-11-20" in said


def test_a_key_says_what_it_needs_and_a_dentist_s_acts_are_never_cut(files: dict[str, Path], tmp_path: Path) -> None:
    run("law", "import", "ngap", str(files["ngap"]))
    run("law", "import", "ccam", str(files["ccam"]))
    bill = tmp_path / "bill.yaml"
    bill.write_text(
        "{care_date: 2026-11-25, age: 40, specialty: generaliste, convention: secteur_1, medecin_traitant: true, "
        "role: medecin_traitant, lines: [{code: ZMG, fee: 5}]}",
        "utf-8",
    )
    assert "ZMG goes with: G, VG." in run("bill", str(bill), "--lang", "en").output
    bill.write_text(
        "{care_date: 2026-11-25, age: 40, profession: chirurgien_dentiste, convention: secteur_1, "
        "lines: [{code: LAPH001 phase 1, fee: 50}, {code: AGES001, fee: 20}]}",
        "utf-8",
    )
    lines = json.loads(run("bill", str(bill), "--json").output)["lines"]
    assert [line["base"] for line in lines] == [50, 20]


def test_seven_digits_that_are_a_device_and_a_box_are_named(files: dict[str, Path], tmp_path: Path) -> None:
    run("law", "import", "bdpm", str(files["bdpm"]), "--on", "2026-11-01")
    tables = official.lpp_tables()
    for name in tables:
        columns, rows = tables[name]
        tables[name] = columns, [tuple(3000001 if value == 2900001 else value for value in row) for row in rows]
    run("law", "import", "lpp", str(official.write_tables(tmp_path / "other", tables)))
    bill = tmp_path / "bill.yaml"
    for code, status, said in (
        ("3000001", 2, "LPP or CIP before a code of both"),
        ("LPP 3000001", 0, "MONTURE"),
        ("CIP 3000001", 0, "DOLOR"),
    ):
        bill.write_text(f"{{care_date: 2026-11-25, age: 40, lines: [{{code: '{code}', fee: 30}}]}}", "utf-8")
        assert said in run("bill", str(bill), "--lang", "en", code=status).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cim10", "."), "nomenclature is unknown (given: cim10; allowed: ccam, lpp, nabm, bdpm, ngap)"),
        (("ccam", "none"), "none: cannot be read: no such file or directory"),
        (("ccam", "."), "a file of the distribution is missing"),
        (("ccam", ".", "--grid", "secteur_1"), "--grid"),
        (("ccam", ".", "--grid", "docteur=3"), "--grid: this value is not accepted (given: docteur"),
        (("ccam", ".", "--grid", "secteur_1=x"), "--grid: this value is not accepted (given: x"),
        (("bdpm", ".", "--on", "hier"), "--on"),
    ],
)
def test_a_wrong_import_is_a_sentence(files, tmp_path: Path, monkeypatch, arguments, said: str) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert said in run("law", "import", *arguments, "--lang", "en", code=2).stderr


def test_files_of_the_official_shape_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "library"))
    for name, codes in (("ccam", 100), ("lpp", 60), ("nabm", 60), ("bdpm", 60), ("ngap", 20)):
        folder = tmp_path / name
        run("sample", "--nomenclature", name, "--codes", str(codes), "-o", str(folder))
        assert f"{name}: {codes} codes" in run("law", "import", name, str(folder), "--lang", "en").stdout
    wrong = run("sample", "--nomenclature", "cim10", "-o", str(tmp_path), "--lang", "en", code=2)
    assert "--nomenclature" in wrong.stderr
    run("sample", "--nomenclature", "ccam", "--codes", "-1", "-o", str(tmp_path), code=2)
    run("sample", "--nomenclature", "ccam", "-o", str(tmp_path / "ngap" / "ngap.csv"), code=2)
