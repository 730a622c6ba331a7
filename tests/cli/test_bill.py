"""`parcours bill` and `parcours bill check`: a table, JSON, worked bills, and everything a person can get wrong."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.text import Text, agreed

BILL = """
id: soins
care_date: 2025-05-06
age: 60
profession: infirmier
lines:
- {code: AMI 2, fee: 6.30}
- {code: AMI 1/2, fee: 1.58}
"""
WORKED = """
bills:
- id: soins
  conf: A
  facts: {care_date: 2025-05-06, age: 60, professional: infirmier}
  lines:
  - {code: AMI 2, fee: 6.30, base: 6.30, rate: 60, gross: 3.78, franchise: 1.00, amo: 2.78, patient: 3.52}
  - {code: AMI 1/2, fee: 1.58, base: 1.58, rate: 60, gross: 0.95, franchise: 0.95, amo: 0.00, patient: 1.58}
  total: {fee: 7.88, base: 7.88, gross: 4.73, franchise: 1.95, amo: 2.78, patient: 5.10}
- id: clinique
  facts: {care_date: 2026-05-12, age: 30, setting: hospitalisation, tariffs: "200.00, 150.00"}
  contract: responsable_100
  lines:
  - {code: acte 1, fee: 200.00, base: 200.00, amo: 200.00}
  - {code: acte 2 asso 3, fee: 112.50, base: 112.50, amo: 112.50}
  - {code: GHS, fee: 2400.00, base: 2400.00, forfait_acte_lourd: 32.00, amo: 2368.00, amc: 32.00}
  - {code: FJ x 3, fee: 69.00, amo: 0.00, amc: 69.00}
- id: sejour
  facts: {entry: 2025-10-06, exit: 2025-10-16, age: 70, setting: hospitalisation, tarif_jour: "90.00"}
  lines:
  - {code: FJ x 11, fee: 220.00, patient: 220.00}
"""


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["bill", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(folder: Path, text: str, name: str = "bill.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_bill_is_a_table_with_who_pays_and_why(tmp_path: Path) -> None:
    result = run(written(tmp_path, BILL), "--lang", "fr")
    assert result.exit_code == 0
    assert "Total" in result.output
    assert "5,10" in result.output
    assert "Noté à moitié" in result.output
    assert "NGAP 11B" in result.output


def test_json_names_the_case_of_every_level(tmp_path: Path) -> None:
    result = run(written(tmp_path, BILL), "--json")
    lines = json.loads(result.output)["lines"]
    assert [line["case_session"] for line in lines] == ["ngap_first", "transmitted_half"]
    assert {
        "case_status",
        "case_franchise",
        "case_costly",
        "case_surcharge",
        "case_invoice",
        "case_charge",
        "case_cover",
    } <= set(lines[0])


def test_a_file_of_several_bills_says_which_one_is_refused(tmp_path: Path) -> None:
    good = {"age": 40, "care_date": "2026-03-15", "lines": [{"code": "FPU"}]}
    bad = {"id": "mauvaise", "lines": [{"code": "FPU"}]}
    path = written(tmp_path, f"{json.dumps(good)}\n{json.dumps(bad)}\n", "bills.ndjson")
    result = run(path, "--json", "--lang", "en")
    assert result.exit_code == 3
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers[0]["total"]["patient"] == 23
    assert (answers[1]["id"], answers[1]["error"]["field"]) == ("mauvaise", "lines[0].care_date")


def test_check_compares_every_amount(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, WORKED), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "3 bills: 3 equal" in result.stderr


def test_a_summary_agrees_with_its_numbers(tmp_path: Path) -> None:
    one = written(tmp_path, WORKED[: WORKED.index("- id: clinique")])
    for lang, said in (("fr", "1 facture : 1 égale ; "), ("en", "1 bill: 1 equal; ")):
        assert run("check", one, "--lang", lang).stderr.startswith(said)
    bills = Text("{bills} {bills:facture|factures}", "{bills} {bills:bill|bills}")
    assert [agreed(bills, "fr", bills=n) for n in (0, 1, 2)] == ["0 facture", "1 facture", "2 factures"]
    assert [agreed(bills, "en", bills=n) for n in (0, 1, 2)] == ["0 bills", "1 bill", "2 bills"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("amo: 2.78, patient: 3.52", "amo: 2.79, patient: 3.52", "soins: line 1 (AMI 2): amo: 2.79 ≠ 2.78"),
        ("patient: 5.10}", "patient: 5.11}", "soins: total: patient: 5.11 ≠ 5.10"),
        ("FJ x 3, fee: 69.00", "FJ x 3, fee: 70.00", "clinique: line 4 (FJ x 3): fee: 70.00 ≠ 69.00"),
        ("- {code: FJ x 11, fee: 220.00", "- {code: TM sejour 11 j, fee: 220.00", "sejour: line not expected (FJ)"),
    ],
)
def test_check_says_each_difference(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in WORKED
    result = run("check", written(tmp_path, WORKED.replace(before, after, 1)), "--lang", "en")
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("code: AMI 2", "code: XYZ 2", "line 1, code: 'XYZ 2' is not accepted"),
        ("fee: 6.30", "fee: beaucoup", "line 1, fee: 'beaucoup' is not accepted"),
        (", fee: 6.30", "", "line 1, fee: is not given"),
        ("age: 60\n", "", "age_1er_janvier: is not given and changes the answer"),
        ("care_date: 2025-05-06\n", "", "care_date: is not given"),
        ("care_date: 2025-05-06", "care_date: 2025-02-30", "care_date: '2025-02-30' is not accepted"),
        ("profession: infirmier", "profession: infirmiere", "profession: 'infirmiere'"),
        ("id: soins", "identifiant: soins", "identifiant"),
        ("fee: 6.30}", "fee: 6.30, tarif: 5}", "line 1, tarif: this name is unknown; did you mean tariff?"),
        ("profession: infirmier", "professio: infirmier", "professio: this name is unknown; did you mean profession?"),
        ("lines:", "ligne:", "ligne"),
        ("lines:", "lines: 3\nother:", "other"),
    ],
)
def test_a_wrong_bill_is_a_sentence_and_an_exit_code(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in BILL
    result = run(written(tmp_path, BILL.replace(before, after, 1)), "--lang", "en")
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("text", ["[", "- 3", "", "{}", "lines: []", "bills: []", "\x00"])
def test_a_file_that_is_no_bill_is_refused_in_words(tmp_path: Path, text: str) -> None:
    for arguments in ([], ["check"]):
        result = run(*arguments, written(tmp_path, text))
        assert result.exit_code in {1, 2}
        assert result.output.strip()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.yaml")).exit_code == 2


def other(*arguments: str) -> Result:
    """Another command than `bill`, on a bill."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("command", "lang", "said"),
    [
        ("explain", "fr", "Noté à moitié : par le professionnel"),
        ("explain", "en", "Coefficient 2 at €3.15 each"),
        ("advise", "fr", "Demander la complémentaire santé solidaire"),
        ("advise", "en", "less for you on this bill"),
        ("questions", "fr", "Plus rien ne peut changer le résultat : il vous reste 5,10 €."),
        ("questions", "en", "Nothing more can change the result: €5.10 is left to you."),
    ],
)
def test_the_commands_of_one_act_take_a_bill(tmp_path: Path, command: str, lang: str, said: str) -> None:
    path = written(tmp_path, BILL)
    result = other(command, path, "--lang", lang)
    assert result.exit_code == 0, result.output
    assert said in " ".join(result.output.replace("\u202f", " ").split())
    assert json.loads(other(command, path, "--json").output)


def test_explain_in_plain_sentences_and_a_bill_among_several(tmp_path: Path) -> None:
    bills = [{"care_date": "2026-03-15", "age": 40, "lines": [{"code": code}]} for code in ("FPU", "FJ")]
    path = written(tmp_path, "\n".join(json.dumps(bill) for bill in bills), "bills.ndjson")
    result = other("explain", path, "--row", "2", "--text", "--lang", "en")
    assert "FJ" in result.output
    assert "FPU" not in result.output
    assert other("explain", path, "--row", "3").exit_code == 2


def test_a_receipt_of_a_bill_replays_and_compares(tmp_path: Path) -> None:
    path, receipt = written(tmp_path, BILL), tmp_path / "receipt.json"
    assert other("receipt", path, "-o", str(receipt)).exit_code == 0
    assert "Same amounts" in other("replay", str(receipt), "--lang", "en").output
    assert "No difference" in other("diff", str(receipt), str(receipt), "--lang", "en").output


def test_what_is_no_bill_and_flags_beside_a_bill_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "age: 40")
    for command in ("advise", "questions", "receipt"):
        result = other(command, path, "--lang", "en")
        assert (result.exit_code, "it needs `lines`" in result.output) == (2, True)
    assert other("advise", written(tmp_path, BILL), "--age", "40").exit_code == 2


def test_a_question_about_a_bill_is_asked(tmp_path: Path) -> None:
    result = other("questions", written(tmp_path, BILL.replace("age: 60\n", "")), "--lang", "fr")
    assert result.exit_code == 0
    assert "Quel âge" in result.output


ROWS = """bill_id,care_date,age,profession,specialty,convention,medecin_traitant,role,code,fee
b1,2026-03-10,40,,generaliste,secteur_1,true,medecin_traitant,G,30
b1,2026-03-10,40,,generaliste,secteur_1,true,medecin_traitant,DEQP003,14.52
b2,2026-03-10,40,infirmier,,,,,AMI 2,6.30
b2,2026-03-10,40,infirmier,,,,,AMI 1/2,1.58
"""


@pytest.mark.parametrize("name", ["out.csv", "out.ndjson", "out.parquet"])
def test_a_row_of_a_settled_file_of_bills_is_explained(tmp_path: Path, name: str) -> None:
    output = str(tmp_path / name)
    settled = CliRunner().invoke(app, ["settle", written(tmp_path, ROWS, "lines.csv"), "-o", output])
    assert settled.exit_code == 0, settled.output
    biopsy = CliRunner().invoke(app, ["explain", output, "--row", "2", "--lang", "en", "--text"])
    assert biopsy.exit_code == 0, biopsy.output
    assert "The visit and this act add up" in biopsy.output
    nurse = CliRunner().invoke(app, ["explain", output, "--row", "4", "--lang", "fr", "--json"])
    [line] = json.loads(nurse.output)["lines"]
    assert "2,78" not in nurse.output
    assert [step["case"] for step in line["steps"] if step["stage"] == "franchise"] == ["limited_to_reimbursement"]


WORDS = """
bills:
- id: montagne
  facts: {care_date: 2025-05-06, age: 60, professional: infirmier}
  lines:
  - {code: AMI 4, fee: 12.60, base: 12.60, franchise: 1.00, amo: 6.56}
  - {code: IK montagne 10 km, fee: 4.00, base: 4.00, amo: 2.40}
- id: dentiste
  facts: {care_date: 2026-03-10, age: 40, professional: chirurgien_dentiste}
  lines:
  - {code: HBFD010, fee: 33.74, base: 33.74, rate: 60, amo: 20.24}
- id: bilan
  facts: {care_date: 2026-03-10, age: 40, professional: orthophoniste}
  lines:
  - {code: bilan orthophonique, fee: 88.40, base: 88.40, rate: 60, gross: 53.04, franchise: 1.00, amo: 52.04}
- id: psychiatrie
  facts: {entry: 2026-03-10, exit: 2026-03-20, age: 50, setting: hospitalisation, tarif_jour: 300, discipline: psy}
  lines:
  - {code: TM sejour 10 j, fee: 600.00}
  - {code: FJ sortie, fee: 17.00}
- id: vsl
  facts: {care_date: 2025-06-03, age: 50, professional: transporteur}
  lines:
  - {code: "VSL aller, 12 km, zone B", fee: 26.79, base: 26.79, franchise: 4.00, amo: 10.73}
"""


def test_what_people_write_beside_a_code_is_read_and_an_unknown_word_keeps_its_base(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, WORDS), "--json")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["given_bases"] for line in result.stdout.splitlines()] == [[], [1], [1], [], []]
