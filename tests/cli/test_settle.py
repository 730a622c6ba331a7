"""`parcours settle`: one act from flags, a file of acts, and everything a person can get wrong. Never a traceback."""

import csv
import json
import os
import resource
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.cli.settle import SHORT, by_hand
from parcours.engine.case import settle
from parcours.engine.facts.jsonio import dumps
from parcours.engine.facts.vocabulary import FACTS
from parcours.engine.results import AMOUNTS, CASE_CODES

VISIT: dict[str, Any] = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
COMMAND = Path(sys.executable).with_name("parcours")


def run(*arguments: str) -> Result:
    """Run the command in this process; an exception that escapes is a failure of the test."""
    result = CliRunner().invoke(app, [*arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def flags(**facts: Any) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in {**VISIT, **facts}.items()]


def write(folder: Path, rows: list[Any], name: str = "acts.ndjson") -> Path:
    path = folder / name
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line, parse_float=Decimal) for line in path.read_text("utf-8").splitlines()]


# --- one act --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["outside the care pathway", "€8.40", "€21.60", "€7.00"]),
        ("fr", ["hors du parcours", "8,40\u202f€", "21,60\u202f€"]),
    ],
)
def test_one_act_as_a_table_a_person_reads(lang: str, words: list[str]) -> None:
    result = run("settle", *flags(), "--lang", lang)
    assert result.exit_code == 0
    for word in words:
        assert word.lower() in result.output.lower()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ["le 1er juin 2025", "CSS R160-6", "depuis le", "A : texte officiel lu", "acte : consultation"]),
        ("en", ["on 1 June 2025", "CSS R160-6", "since", "A: official text read", "act: consultation"]),
    ],
)
def test_the_table_of_an_act_says_its_day_its_articles_and_no_code(lang: str, words: list[str]) -> None:
    result = run("settle", *flags(), "--lang", lang)
    assert result.exit_code == 0
    text = " ".join(result.output.replace("\u202f", " ").split())
    for word in words:
        assert word in text
    for code in ("not_coordinated", "all_advanced", "opposable", "scheme=general", "quantity=1"):
        assert code not in text


def test_our_command_is_named_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    from parcours.cli.common import as_typed

    said = "le parcours de soins : voyez `parcours settle --help`"
    assert as_typed(said) == said, "typed as `parcours`, or called from Python"
    monkeypatch.setattr("sys.argv", [".venv/bin/parcours", "settle"])
    assert as_typed(said) == "le parcours de soins : voyez `.venv/bin/parcours settle --help`"
    assert as_typed("/usr/bin/parcours settle") == "/usr/bin/parcours settle"


def test_one_act_as_one_json_object_with_two_decimals() -> None:
    result = run("settle", *flags(), "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout, parse_float=Decimal)
    assert '"amo": 8.40' in result.stdout
    assert {name: answer[name] for name in ("status", "ips", "pathway", "rate", "case_status", "case_majoration")} == {
        "status": "P",
        "ips": "S",
        "pathway": "outside",
        "rate": 7000,
        "case_status": "outside",
        "case_majoration": "capped",
    }
    assert all(answer[name] is None or answer[name].as_tuple().exponent == -2 for name in AMOUNTS)
    assert set(CASE_CODES) <= set(answer)
    assert answer["amo"] + answer["amc"] + answer["patient"] == 30
    assert answer["defaults"]["act"] == "consultation"
    other = next(reading for reading in answer["readings"] if reading["name"] == "plafond_majoration")
    assert (other["option"], other["amo"]) == ("fiche", Decimal("7.00"))


def test_a_reading_may_be_chosen() -> None:
    result = run("settle", *flags(), "--json", "--reading", "plafond_majoration=fiche")
    assert json.loads(result.stdout)["amo"] == 7.00


def test_a_free_fee_has_no_maximum() -> None:
    assert json.loads(run("settle", *flags(convention="secteur_2"), "--json").stdout)["max_fee"] is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"specialty": "dermato"}, ["specialty", "dermatologie"]),
        ({"care_date": "2025-02-30"}, ["care_date", "2025-02-30"]),
        ({"fee": -5}, ["fee", "-5"]),
        ({"fee": "abc"}, ["fee", "abc"]),
        ({"birth_date": "2000-01-01"}, ["age", "25"]),
        ({"care_date": "2005-01-01"}, ["care_date", "2006-01-01"]),
        ({"contract": "nope"}, ["contract", "responsable_100"]),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_wrong_fact_is_one_sentence_and_exit_code_2(facts: dict[str, Any], words: list[str], lang: str) -> None:
    result = run("settle", *flags(**facts), "--lang", lang)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert all(word in result.stderr for word in words)
    assert not result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["settle"],
        ["settle", *flags(), "--reading", "nope=1"],
        ["settle", *flags(), "--reading", "plafond_majoration"],
        ["settle", *flags(), "--reading", "plafond_majoration=nope"],
        ["settle", *flags(), "--lang", "de"],
        ["settle", "--no-such-flag"],
        ["settle", "acts.ndjson", "--fee=30"],
        ["settle", "acts.ndjson"],
        ["settle", "--care-date=2025-06-01", "--profession=pharmacie", "--convention=secteur_1", "--fee=3", "--age=40"],
        ["no-such-command"],
    ],
)
def test_a_wrong_command_line_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("width", ["60", "80"])
@pytest.mark.parametrize("command", ["settle", "explain", "advise", "questions", "tables"])
def test_no_line_is_wider_than_the_terminal_nor_ends_with_spaces(
    command: str, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    said = [] if command == "tables" else flags()
    for line in run(command, *said).stdout.splitlines():
        assert len(line) <= int(width), line
        assert line == line.rstrip(" "), repr(line)


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["out.ndjson", "out.parquet"])
def test_care_later_than_what_is_checked_is_said_of_a_file_as_of_one_case(tmp_path: Path, output: str) -> None:
    rows = [{**VISIT, "care_date": day} for day in ("2050-01-03", "2050-01-04", VISIT["care_date"])]
    told = run("settle", str(write(tmp_path, rows)), "-o", str(tmp_path / output)).stderr
    assert "a rule may have changed since. 2 rows." in told
    before = run("settle", str(write(tmp_path, rows[2:])), "-o", str(tmp_path / output)).stderr
    assert "a rule may have changed since" not in before


def test_a_file_of_acts_keeps_ids_and_places(tmp_path: Path) -> None:
    rows = [
        {**VISIT, "id": "a"},
        {**VISIT, "id": 2, "role": "medecin_traitant"},
        {**VISIT, "contract": {"responsable": True, "consultation_pct_br": 150}, "id": {"x": 1}},
        VISIT,
    ]
    output = tmp_path / "out.ndjson"
    result = run("settle", str(write(tmp_path, rows)), "-o", str(output))
    assert result.exit_code == 0
    assert "4 rows read = 4 settled + 0 refused" in result.stderr
    settled = results(output)
    assert [row.get("id") for row in settled] == ["a", 2, {"x": 1}, None]
    assert [row["amo"] for row in settled] == [Decimal("8.40"), Decimal("19.00"), Decimal("8.40"), Decimal("8.40")]
    expected = json.loads(run("settle", *flags(), "--json").stdout, parse_float=Decimal)
    assert settled[3] == expected


BAD_ROWS: list[tuple[Any, str]] = [
    ({**VISIT, "specialty": "dermato", "id": 1}, "specialty"),
    ({**VISIT, "care_date": "2025-02-30", "id": 2}, "care_date"),
    ({**VISIT, "fee": -5}, "fee"),
    ({**VISIT, "fee": "abc"}, "fee"),
    ({**VISIT, "birth_date": "2000-01-01"}, "age"),
    (
        {"care_date": "2025-06-01", "profession": "pharmacie", "convention": "secteur_1", "fee": 3, "age": 40},
        "convention",
    ),
    ({**VISIT, "surprise": 1}, "surprise"),
    ({}, "care_date"),
    ("{not json}\n", "line"),
    ("[1, 2]\n", "line"),
    ("null\n", "line"),
    ('{"fee": NaN}\n', "line"),
    ('{"fee": 1e999999999}\n', "fee"),
    ('{"fee": ' + "1" * 5000 + "}\n", "line"),
    ("[" * 100_000 + "\n", "line"),
    ({**VISIT, "fee": "\ud800"}, "fee"),
    ({**VISIT, "\ud800": 1}, "\ud800"),
    ({**VISIT, "contract": {"responsable": True, "plafond_par_acte": "1e999999"}}, "contract.plafond_par_acte"),
    ({**VISIT, "care_date": "2010-12-31"}, "act"),
]


def test_a_bad_row_becomes_an_error_in_its_place_and_the_others_are_settled(tmp_path: Path) -> None:
    rows: list[Any] = []
    for bad, _ in BAD_ROWS:
        rows += [bad, {**VISIT, "id": len(rows)}]
    output = tmp_path / "out.ndjson"
    result = run("settle", str(write(tmp_path, rows)), "-o", str(output), "--lang", "en")
    assert result.exit_code == 3
    assert f"{len(rows)} rows read = {len(BAD_ROWS)} settled + {len(BAD_ROWS)} refused" in result.stderr
    source = write(tmp_path, [VISIT, rows[0]])
    for out in ("two.ndjson", "two.parquet"):
        two = run("settle", str(source), "-o", str(tmp_path / out), "--lang", "fr")
        assert "2 lignes lues = 1 liquidée + 1 refusée →" in two.stderr
    settled = results(output)
    assert [row["error"]["field"] for row in settled[::2]] == [field for _, field in BAD_ROWS]
    assert [settled[0]["id"], settled[2]["id"]] == [1, 2]
    assert [row["amo"] for row in settled[1::2]] == [Decimal("8.40")] * len(BAD_ROWS)
    for row in settled[::2]:
        assert set(row["error"]) == {"field", "value", "allowed", "message"}
        assert row["error"]["message"]


def test_the_errors_of_a_file_speak_french(tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    run("settle", str(write(tmp_path, [{**VISIT, "fee": "abc"}])), "-o", str(output), "--lang", "fr")
    assert "n'est pas accepté" in results(output)[0]["error"]["message"]


def test_an_id_that_is_no_text_of_any_alphabet_is_given_back(tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    assert (
        run(
            "settle", str(write(tmp_path, ['{"id": "\\ud800", ' + json.dumps(VISIT)[1:] + "\n"])), "-o", str(output)
        ).exit_code
        == 0
    )
    assert results(output)[0]["id"] == "\ud800"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("suffix", [".ndjson", ".csv"])
def test_an_empty_file_is_exit_code_2(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    path.write_bytes(content)
    output = tmp_path / "out.ndjson"
    result = run("settle", str(path), "-o", str(output), "--lang", "en")
    assert (result.exit_code, "is empty" in result.stderr) == (2, True)
    assert not output.exists()


def test_a_file_that_is_not_utf_8_is_exit_code_2_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "latin1.ndjson"
    path.write_bytes((json.dumps(VISIT) + "\n").encode() + '{"patient_id": "René"}\n'.encode("latin-1"))
    output = tmp_path / "out.ndjson"
    result = run("settle", str(path), "-o", str(output), "--lang", "en")
    assert (result.exit_code, "is not UTF-8" in result.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there_is_exit_code_2(tmp_path: Path) -> None:
    assert run("settle", str(tmp_path / "none.ndjson"), "-o", str(tmp_path / "out.ndjson")).exit_code == 2


def test_an_output_that_cannot_be_written_is_exit_code_2(tmp_path: Path) -> None:
    assert run("settle", str(write(tmp_path, [VISIT])), "-o", str(tmp_path / "none" / "out.ndjson")).exit_code == 2


def test_the_output_never_replaces_the_input(tmp_path: Path) -> None:
    path = write(tmp_path, [VISIT])
    before = path.read_bytes()
    assert run("settle", str(path), "-o", str(path)).exit_code == 2
    assert path.read_bytes() == before


def test_an_unknown_reading_stops_before_the_file_is_written(tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    assert run("settle", str(write(tmp_path, [VISIT])), "-o", str(output), "--reading", "nope=1").exit_code == 2
    assert not output.exists()


def test_the_caps_run_over_a_patients_rows_in_order_of_date(tmp_path: Path) -> None:
    own = {**VISIT, "role": "medecin_traitant"}
    rows = [{**own, "care_date": f"2025-01-{day:02d}", "patient_id": "p"} for day in range(28, 0, -1)]
    rows.append({**own, "patient_id": "other"})
    output = tmp_path / "out.ndjson"
    assert run("settle", str(write(tmp_path, rows)), "-o", str(output)).exit_code == 0
    taken = [row["participation_forfaitaire"] for row in results(output)]
    assert taken == [0, 0, 0, *[2] * 25, 2]


# --- CSV ------------------------------------------------------------------------------------------------------------


def csv_file(folder: Path, lines: list[str], name: str = "acts.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def csv_results(path: Path, separator: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


HEADER = "id,care_date,age,specialty,convention,fee,medecin_traitant,role,referral,contract"
ROW = "1,2025-06-01,40,generaliste,secteur_1,30,oui,autre,none,"


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_csv_in_and_a_csv_out(tmp_path: Path, separator: str) -> None:
    inline = '"{""responsable"": true}"'
    lines = [HEADER, ROW, ROW.replace("1,", "b,", 1).replace("autre", "medecin_traitant") + "responsable_100"]
    lines = [line.replace(",", separator) for line in lines] + [ROW.replace(",", separator) + inline, ""]
    output = tmp_path / "out.csv"
    assert run("settle", str(csv_file(tmp_path, lines)), "-o", str(output)).exit_code == 0
    rows = csv_results(output, separator)  # as the file came
    assert [(row["id"], row["amo"], row["amc"], row["error_field"]) for row in rows] == [
        ("1", "8.40", "0.00", ""),
        ("b", "19.00", "9.00", ""),
        ("1", "8.40", "9.00", ""),
    ]


def test_bad_rows_of_a_csv_stay_in_their_place(tmp_path: Path) -> None:
    lines = [HEADER, ROW.replace("30", "abc"), "1,2025-06-01", ROW, ROW + ",one,two", ROW.replace("40", "")]
    output = tmp_path / "out.csv"
    result = run("settle", str(csv_file(tmp_path, lines)), "-o", str(output), "--lang", "en")
    assert result.exit_code == 3
    rows = csv_results(output)
    assert [row["error_field"] for row in rows] == ["fee", "line", "", "line", "age"]
    assert (rows[0]["error_value"], rows[0]["amo"], rows[2]["amo"]) == ("abc", "", "8.40")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["fee,fee", "1,2"], "there twice"),
        ([HEADER, ROW.replace("autre", '"autre')], "not CSV"),
    ],
)
def test_a_csv_that_cannot_be_read_is_exit_code_2(tmp_path: Path, lines: list[str], problem: str) -> None:
    result = run("settle", str(csv_file(tmp_path, lines)), "-o", str(tmp_path / "out.csv"), "--lang", "en")
    assert (result.exit_code, problem in result.stderr) == (2, True)


def test_a_csv_may_be_settled_into_ndjson_and_back(tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    assert run("settle", str(csv_file(tmp_path, [HEADER, ROW])), "-o", str(output)).exit_code == 0
    assert results(output)[0]["amo"] == Decimal("8.40")
    other = tmp_path / "out.csv"
    assert run("settle", str(write(tmp_path, [VISIT])), "-o", str(other)).exit_code == 0
    assert csv_results(other)[0]["amo"] == "8.40"


# --- the real command, in its own process ---------------------------------------------------------------------------

MEGABYTE = 1_000_000
MOST_MEMORY = 200 * MEGABYTE


def process(*arguments: str, memory: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if memory:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        env={**os.environ, "LANG": "C.UTF-8"},
    )


@pytest.mark.parametrize("name", ["acts.ndjson", "acts.csv"])
def test_a_line_of_50_megabytes_is_one_error_in_little_memory(tmp_path: Path, name: str) -> None:
    path, output = tmp_path / name, tmp_path / "out.ndjson"
    good = json.dumps(VISIT) if name == "acts.ndjson" else ROW
    with path.open("w") as stream:
        stream.write(good + "\n" if name == "acts.ndjson" else f"{HEADER}\n{good}\n")
        stream.write('{"fee": "' if name == "acts.ndjson" else "2,2025-06-01,40,generaliste,secteur_1,")
        for _ in range(50):
            stream.write("9" * MEGABYTE)
        stream.write(('"}' if name == "acts.ndjson" else ",true,autre,none,") + "\n" + good + "\n")
    result = process("settle", str(path), "-o", str(output), memory=MOST_MEMORY)
    assert (result.returncode, result.stdout) == (3, ""), result.stderr
    rows = results(output)
    assert [row.get("amo") for row in rows] == [Decimal("8.40"), None, Decimal("8.40")]
    assert rows[1]["error"]["field"] == "line"


def test_the_command_answers_and_refuses_in_its_own_process() -> None:
    answer = process("settle", *flags(), "--json")
    assert (answer.returncode, json.loads(answer.stdout)["amo"]) == (0, 8.40)
    refused = process("settle", *flags(fee="abc"))
    assert (refused.returncode, refused.stdout, "Traceback" in refused.stderr) == (2, "", False)


def test_a_yes_or_no_flag_may_stand_alone() -> None:
    base = [flag for flag in flags() if not flag.startswith("--medecin-traitant")]
    away = process("settle", *base, "--medecin-traitant", "--away", "--json")
    assert json.loads(away.stdout)["status"] == "H"
    undeclared = process("settle", *base, "--no-medecin-traitant", "--json")
    assert json.loads(undeclared.stdout)["status"] == "S"


def test_one_case_needs_no_heavy_library() -> None:
    code = (
        "import sys; from parcours.cli.main import app; sys.argv = ['parcours', *sys.argv[1:]]\n"
        "try: app()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'polars', 'pyarrow', 'yaml', 'fastapi', 'sqlalchemy', 'pydantic'}\n"
        "print(','.join(sorted(heavy & set(sys.modules))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "settle", *flags(), "--json"], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == ""


def test_the_command_line_and_the_library_agree() -> None:
    assert run("settle", *flags(), "--json").stdout == dumps(settle(VISIT).to_dict()) + "\n"


INSIDE = ["--care-date=2025-06-01", "--age=40", "--specialty=generaliste", "--convention=secteur_1", "--fee=30"]
INSIDE += ["--medecin-traitant", "--role=medecin_traitant", "--referral=none", "--json"]


def test_grounds_of_exemption_add_up_however_they_are_said() -> None:
    ways = [["ald,invalidite"], ["ald+invalidite"], ["ald", "invalidite"]]
    flags = [[part for ground in way for part in ("--exemption", ground)] for way in ways]
    settled = {process("settle", *INSIDE, *parts).stdout for parts in flags}
    assert len(settled) == 1
    assert json.loads(settled.pop())["amo"] == 28


def test_the_help_shows_how_to_say_no() -> None:
    shown = "".join(run("settle", "--help").output.replace("│", " ").split())
    assert shown.count("Ifnot:--no-") == sum(fact.kind == "boolean" for fact in FACTS) > 5
    assert "--no-away" in shown
    denied, false = (process("settle", *INSIDE, *parts).stdout for parts in (["--no-away"], ["--away", "false"]))
    assert denied == false != ""


def test_a_small_csv_has_row_numbers_a_receipt_and_its_refused_rows_apart(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    lines = [HEADER, ROW, ROW.replace("30", "abc")]
    assert run("settle", str(csv_file(tmp_path, lines)), "-o", str(output)).exit_code == 3
    assert [row["source_row"] for row in csv_results(output)] == ["1", "2"]
    receipt = json.loads((tmp_path / "out.csv.receipt.json").read_text("utf-8"))
    assert [receipt[name] for name in ("rows", "settled", "refused")] == [2, 1, 1]
    assert receipt["inputs"][0]["name"] == "acts.csv"
    rejected = results(tmp_path / "out.csv.rejected.ndjson")
    assert [(one["source_row"], one["error"]["field"], one["facts"]["fee"]) for one in rejected] == [(2, "fee", "abc")]
    assert run("settle", str(csv_file(tmp_path, lines[:2])), "-o", str(output)).exit_code == 0
    assert not (tmp_path / "out.csv.rejected.ndjson").exists(), "of an earlier run"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("parcours su", {"summary"}),
        ("parcours summary --b", {"--by"}),
        ("parcours settle --specialty derma", {"dermatologie"}),
        ("parcours settle --convention secteur_2", {"secteur_2", "secteur_2_optam"}),
        ("parcours settle --contract responsable_1", {"responsable_100", "responsable_150"}),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: str, offered: set[str]) -> None:
    place = str(len(words.split()) - 1)
    asked = {"_PARCOURS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
    done = subprocess.run([COMMAND], capture_output=True, text=True, check=False, env={**os.environ, **asked})
    assert (offered <= set(done.stdout.split()), done.stderr) == (True, "")


def test_the_command_alone_shows_what_there_is() -> None:
    alone = process()
    assert "Traceback" not in alone.stderr
    assert "settle" in alone.stdout + alone.stderr


@pytest.mark.parametrize(("rows", "expected"), [(10, True), (SHORT // 100, False)])
def test_lines_of_json_take_the_path_of_every_large_file_above_a_mebibyte(
    tmp_path: Path, rows: int, expected: bool
) -> None:
    """A hundred thousand acts take seconds, whatever the format; a few stay line by line, their errors in place."""
    path = tmp_path / "acts.ndjson"
    path.write_text((json.dumps(VISIT) + "\n") * rows, "utf-8")
    assert (path.stat().st_size < SHORT) == expected
    assert by_hand(path) == expected
