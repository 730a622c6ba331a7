"""Each way a file can be wrong has its own sentence, in both languages, and leaves nothing behind."""

import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.engine.batch.errors import BatchError, UnreadableInput, WrongColumns
from parcours.engine.batch.header import may_be_needed
from parcours.engine.batch.run import Job, settle_path

RUN = CliRunner()
ACT = {
    "care_date": "2025-06-01",
    "fee": 30,
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "medecin_traitant",
    "referral": "none",
}


def csv(tmp_path, *rows, header=None, encoding="utf-8"):
    path = tmp_path / "acts.csv"
    lines = [
        ",".join(header or ACT),
        *(row if isinstance(row, str) else ",".join(map(str, row.values())) for row in rows),
    ]
    path.write_bytes("\n".join(lines).encode(encoding) + b"\n")
    return path


def refused(source, tmp_path, **job):
    """The errors of the refused rows, and how many rows were settled."""
    report = settle_path(Job(str(source), tmp_path / "settled.parquet", **job))
    lines = report.rejected.read_text("utf-8").splitlines() if report.rejected else []
    return {json.loads(line)["source_row"]: json.loads(line)["error"] for line in lines}, report.settled


def stopped(source, tmp_path, kind=BatchError, **job):
    output = tmp_path / "settled.parquet"
    with pytest.raises(kind) as caught:
        settle_path(Job(str(source), output, **job))
    assert not output.exists()
    assert set(caught.value.message) == {"fr", "en"}
    return caught.value.message


def test_a_doctor_who_leaves_after_the_care_has_not_left(tmp_path) -> None:
    """Refused in a file as in one case, on a form and in a bill."""
    header = [*ACT, "medecin_traitant_left_on"]
    rows = [{**ACT, "left": left} for left in ("2025-06-02", "2025-06-01", "")]
    errors, settled = refused(csv(tmp_path, *rows, header=header), tmp_path)
    assert settled == 2
    assert errors[1]["field"] == "medecin_traitant_left_on"


def test_a_truncated_parquet(acts, write, tmp_path) -> None:
    path = write(acts, "acts.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    assert "not a whole Parquet file (truncated?)" in stopped(path, tmp_path, UnreadableInput)["en"]


def test_pages_of_a_parquet_that_are_damaged(acts, write, tmp_path) -> None:
    path = write(acts, "acts.parquet")
    content = bytearray(path.read_bytes())
    content[4:2000] = b"\xff" * 1996
    path.write_bytes(content)
    assert "acts.parquet" in stopped(path, tmp_path, UnreadableInput)["en"]


def test_a_missing_column_and_the_nearest_name(tmp_path) -> None:
    header = ["care_dt" if name == "care_date" else name for name in ACT]
    message = stopped(csv(tmp_path, ACT, header=header), tmp_path, WrongColumns)
    assert message["en"] == "column care_date is missing; the nearest name is 'care_dt': --map care_dt=care_date"
    assert message["fr"].startswith("il manque la colonne care_date ; le nom le plus proche")


def test_columns_that_rows_of_doctors_will_need_are_told_before_the_first_row(tmp_path) -> None:
    kept = {name: value for name, value in ACT.items() if name not in ("role", "convention")}
    assert may_be_needed([*kept], {}) == ["convention", "role"]
    assert may_be_needed([*kept, "SECT", "ROLE"], {"SECT": "convention"}) == []
    header = ["care_dt" if name == "care_date" else name for name in kept]
    told = stopped(csv(tmp_path, kept, header=header), tmp_path, WrongColumns)
    assert "no column convention, role: a row of a doctor" in told["en"], "with all else that is wrong"
    source = csv(tmp_path, kept, header=[*kept])
    done = RUN.invoke(app, ["settle", str(source), "--summary", "-o", str(tmp_path / "o.csv"), "--lang", "en"])
    assert done.stderr.startswith("no column convention, role"), "before the first row"
    assert "no column contract: no complementary insurance is assumed" in done.stderr


def test_a_misspelt_column_is_not_passed_over(tmp_path) -> None:
    path = csv(tmp_path, {**ACT, "x": "p1"}, header=[*ACT, "pacient_id"])
    assert "did you mean patient_id? --map pacient_id=patient_id" in stopped(path, tmp_path, WrongColumns)["en"]
    assert refused(path, tmp_path, columns={"pacient_id": ""}) == ({}, 1)


def test_a_column_given_twice(tmp_path) -> None:
    path = csv(tmp_path, {**ACT, "x": 30}, header=[*ACT, "fee"])
    assert stopped(path, tmp_path, WrongColumns)["en"] == "column 'fee' is given twice"


def test_a_column_with_the_name_of_a_result(tmp_path) -> None:
    path = csv(tmp_path, {**ACT, "x": 3}, header=[*ACT, "amo"])
    assert "'amo' bears the name of a result" in stopped(path, tmp_path, WrongColumns)["en"]


def test_a_map_to_a_column_that_is_not_there(tmp_path) -> None:
    assert "there is no column 'soins'" in stopped(csv(tmp_path, ACT), tmp_path, columns={"soins": "care_date"})["en"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("care_date", "2025-02-30"),
        ("care_date", "1999-01-01"),
        ("care_date", ""),
        ("fee", ""),
        ("fee", "-3"),
        ("fee", "30.005"),
        ("fee", "thirty"),
        ("age", "131"),
        ("age", ""),
        ("convention", "secteur_9"),
        ("role", ""),
        ("medecin_traitant", "perhaps"),
        ("specialty", "magie"),
    ],
)
def test_a_wrong_or_missing_value_refuses_its_row_only(tmp_path, field, value) -> None:
    path = csv(tmp_path, ACT, {**ACT, field: value}, {**ACT, "fee": "30,00".replace(",", ".")})
    errors, settled = refused(path, tmp_path)
    assert settled == 2
    assert set(errors) == {2}
    assert field in errors[2]["message"]


def test_wrong_types_of_whole_columns_refuse_every_row(tmp_path) -> None:
    path = tmp_path / "acts.parquet"
    pl.DataFrame([{**ACT, "care_date": 12.5}, {**ACT, "care_date": 13.5}]).write_parquet(path)
    errors, settled = refused(path, tmp_path)
    assert (settled, set(errors)) == (0, {1, 2})
    assert "care_date" in errors[1]["message"]


def test_mixed_encodings_name_the_line(tmp_path) -> None:
    path = csv(tmp_path, {**ACT, "x": "Léa"}, header=[*ACT, "name"])
    path.write_bytes(path.read_bytes() + (",".join(map(str, ACT.values())) + ",Zoé\n").encode("latin-1"))
    assert "is not UTF-8 (line 3, byte" in stopped(path, tmp_path, UnreadableInput)["en"]


def test_a_line_with_too_many_cells_is_refused_alone(tmp_path) -> None:
    line = ",".join(map(str, ACT.values()))
    errors, settled = refused(csv(tmp_path, ACT, f"{line},more", ACT, f"{line},again,more", ACT), tmp_path)
    assert settled == 3
    assert set(errors) == {2, 4}
    assert errors[2]["allowed"] == "9 cells for 8 columns"


def test_semicolons_and_a_mark_of_byte_order(tmp_path) -> None:
    path = csv(tmp_path, ACT)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b",", b";"))
    assert refused(path, tmp_path) == ({}, 1)


def test_lines_that_are_not_json(tmp_path) -> None:
    path = tmp_path / "acts.ndjson"
    good = json.dumps(ACT)
    path.write_text("\n".join([good, "{not json", "[1]", "", good, json.dumps({**ACT, "fees": 3})]) + "\n")
    errors, settled = refused(path, tmp_path, columns={"fees": ""})
    assert settled == 3
    assert set(errors) == {2, 3}


@pytest.mark.parametrize("name", ["acts.csv", "acts.ndjson", "acts.parquet", "acts.arrow"])
def test_an_empty_file(tmp_path, name) -> None:
    (tmp_path / name).write_bytes(b"")
    assert name in stopped(tmp_path / name, tmp_path, UnreadableInput)["fr"]


def test_a_file_without_rows(tmp_path) -> None:
    path = csv(tmp_path)
    assert "no row" in stopped(path, tmp_path, UnreadableInput)["en"]


def test_unknown_extensions_and_missing_files(tmp_path) -> None:
    (tmp_path / "acts.xlsx").write_text("x")
    assert "unknown extension; expected: .parquet" in stopped(tmp_path / "acts.xlsx", tmp_path)["en"]
    assert "there is no such file" in stopped(tmp_path / "nothing.parquet", tmp_path)["en"]


def test_files_of_different_columns(acts, write, tmp_path) -> None:
    write(acts, "claims/a.parquet")
    write(acts.drop_columns(["fee"]), "claims/b.parquet")
    assert "b.parquet: does not have the columns of the first file" in stopped(tmp_path / "claims", tmp_path)["en"]


def test_the_command_prints_counts_and_codes(tmp_path) -> None:
    path = tmp_path / "acts.parquet"
    pq.write_table(pa.Table.from_pylist([ACT, {**ACT, "fee": -1}]), path)
    output = tmp_path / "settled.parquet"
    result = RUN.invoke(app, ["settle", str(path), "-o", str(output), "--lang", "en"])
    assert result.exit_code == 3
    assert "2 rows read = 1 settled + 1 refused" in result.stderr
    result = RUN.invoke(app, ["settle", str(tmp_path / "no.parquet"), "-o", str(output), "--lang", "fr"])
    assert result.exit_code == 2
    assert "il n'y a rien de ce nom" in result.stderr
    result = RUN.invoke(app, ["settle", str(path), "-o", str(output), "--map", "fee", "--lang", "en"])
    assert result.exit_code == 2
    assert "COLUMN=NAME" in result.stderr


def test_a_line_longer_than_any_act_is_refused_and_the_others_are_settled(acts, write, tmp_path) -> None:
    source = write(acts.slice(20, 3), "acts.ndjson")
    lines = source.read_text("utf-8").splitlines()
    source.write_text("\n".join([lines[0], '{"fee": "' + "9" * 2_500_000 + '"}', *lines[1:]]) + "\n", "utf-8")
    report = settle_path(Job(str(source), tmp_path / "settled.parquet"))
    assert (report.rows, report.settled, report.refused) == (4, 3, 1)
    refused = json.loads(report.rejected.read_text("utf-8"))
    assert refused["source_row"] == 2
    assert "1000000" in refused["error"]["allowed"]
    assert len(refused["error"]["value"]) <= 200


def test_a_quotation_mark_that_is_never_closed_is_named(tmp_path) -> None:
    source = tmp_path / "acts.csv"
    source.write_text("care_date,fee,age,specialty\n2025-06-01,30,40," + '"' + "x" * 40_000_000, "utf-8")
    with pytest.raises(UnreadableInput, match="a quotation mark that is never closed"):
        settle_path(Job(str(source), tmp_path / "settled.parquet"))


def test_each_refusal_of_a_run_has_its_code():
    kinds = BatchError.__subclasses__()
    assert len({kind.CODE for kind in kinds} | {BatchError.CODE}) == len(kinds) + 1
