"""Files in every format settle as single cases do; no row is lost, none is settled twice."""

import json
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcours.engine.batch.run import BUCKETS, STREAM, Job, in_order, settle_path
from parcours.engine.batch.summary import read_row, receipt_of
from parcours.engine.case import Answer
from parcours.engine.digest import rules_digest
from parcours.engine.memory import settle_many
from parcours.engine.results import result_dict
from parcours.law.in_use import IN_USE, Change, enacted

FORMATS = [".parquet", ".arrow", ".csv", ".ndjson"]
READ = {
    ".parquet": pl.read_parquet,
    ".arrow": pl.read_ipc,
    ".csv": pl.read_csv,
    ".ndjson": partial(pl.read_ndjson, infer_schema_length=None),
}


def expected(table: pa.Table) -> dict[int, dict]:
    """{row of the source: results} by the engine of single cases, and what it refuses."""
    rows = [
        {name: value for name, value in row.items() if name != "claim" and value is not None}
        for row in table.to_pylist()
    ]
    return {
        number: result_dict(answer.settlement) if isinstance(answer, Answer) else None
        for number, answer in enumerate(settle_many(rows), start=1)
    }


def check_same(output: Path, answers: dict[int, dict]) -> None:
    settled = {row["source_row"]: row for row in READ[output.suffix](output).rows(named=True)}
    assert set(settled) == {number for number, answer in answers.items() if answer}
    for number, row in settled.items():
        for name, value in answers[number].items():
            given = row[name]
            if isinstance(value, str) or value is None:
                assert (given or "") == (value or ""), (number, name)
            else:
                assert round(float(given) * 100) == round(value * 100), (number, name)


def refused_rows(path: Path) -> list[int]:
    return [json.loads(line)["source_row"] for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_input_format_settles_alike(acts, write, tmp_path, suffix) -> None:
    output = tmp_path / "settled.parquet"
    report = settle_path(Job(str(write(acts, f"acts{suffix}")), output, chunk=100))
    assert (report.rows, report.refused) == (len(acts), 2)
    assert report.rows == report.settled + report.refused
    check_same(output, expected(acts))
    assert refused_rows(report.rejected) == [8, 10]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_output_format_holds_the_same(acts, write, tmp_path, suffix) -> None:
    output = tmp_path / f"settled{suffix}"
    settle_path(Job(str(write(acts, "acts.parquet")), output, chunk=100))
    check_same(output, expected(acts))
    assert receipt_of(output)["settled"] == len(acts) - 2


def test_rows_in_any_order_are_dealt_by_patient_and_settle_alike(acts, write, tmp_path) -> None:
    shuffled = pl.from_arrow(acts).sample(fraction=1.0, shuffle=True, seed=2).to_arrow()
    modes = []
    output = tmp_path / "settled.parquet"
    job = Job(str(write(shuffled, "acts.parquet")), output, chunk=100)
    settle_path(job, lambda stage, *_: modes.append(stage))
    assert "deal" in modes
    check_same(output, expected(shuffled))


def test_one_patient_longer_than_a_chunk_is_not_cut(write, tmp_path) -> None:
    fact = {
        "patient_id": "one",
        "professional_id": "d",
        "care_date": "2025-03-01",
        "profession": "medecin",
        "specialty": "generaliste",
    }
    fact |= {
        "convention": "secteur_1",
        "fee": 30,
        "age": 40,
        "medecin_traitant": True,
        "role": "medecin_traitant",
        "referral": "none",
    }
    acts = pa.Table.from_pylist([fact] * 45)
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(acts, "acts.parquet")), output, chunk=10))
    check_same(output, expected(acts))
    assert pl.read_parquet(output)["participation_forfaitaire"].sum() == 8, "the daily cap holds across chunks"


def test_a_folder_and_a_glob(acts, write, tmp_path) -> None:
    for part in range(3):
        write(acts.slice(part * 200, 200), f"claims/part-{part}.parquet")
    answers = expected(acts.slice(0, 600))
    for source in ("claims", "claims/part-*.parquet"):
        output = tmp_path / "settled.parquet"
        report = settle_path(Job(str(tmp_path / source), output, chunk=90))
        assert report.rows == 600
        check_same(output, answers)


def test_other_names_are_mapped_and_other_columns_carried(acts, write, tmp_path) -> None:
    renamed = acts.rename_columns(["date_soins" if name == "care_date" else name for name in acts.column_names])
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(renamed, "acts.parquet")), output, columns={"date_soins": "care_date"}))
    assert pl.read_parquet(output)["claim"].to_list()[:3] == [0, 1, 2]


def test_facts_that_bear_the_name_of_a_result_are_kept_beside_it(acts, write, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(acts, "acts.parquet")), output))
    table = pq.read_table(output)
    assert pa.types.is_decimal(table.schema.field("base").type)
    assert "given_base" in table.column_names
    assert pa.types.is_dictionary(table.schema.field("case_status").type)


def test_the_receipt_names_law_rules_readings_and_arguments(acts, write, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(acts, "acts.parquet")), output, readings={"plafond_majoration": "fiche"}))
    receipt = receipt_of(output)
    assert receipt["readings"] == {"plafond_majoration": "fiche"}
    assert receipt["rules"] == rules_digest()
    assert receipt["law"]
    assert receipt["arguments"]["source"].endswith("acts.parquet")
    assert (receipt["rows"], receipt["settled"], receipt["refused"]) == (len(acts), len(acts) - 2, 2)


def test_a_row_is_found_by_its_number_in_the_source(acts, write, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(acts, "acts.parquet")), output, chunk=50))
    row = read_row(output, 123)
    assert row["claim"] == 122
    assert row["case_payment"] == expected(acts)[123]["case_payment"]


def test_every_row_refused_gives_an_empty_file_with_all_its_columns(acts, write, tmp_path) -> None:
    bad = acts.set_column(acts.column_names.index("profession"), "profession", pa.array(["sorcier"] * len(acts)))
    output = tmp_path / "settled.parquet"
    report = settle_path(Job(str(write(bad, "acts.parquet")), output))
    assert (report.settled, report.refused) == (0, len(acts))
    assert len(pl.read_parquet(output)) == 0
    assert "case_payment" in pl.read_parquet(output).columns


def test_modes_have_distinct_names() -> None:
    assert STREAM != BUCKETS


def test_the_threads_of_a_run_are_under_the_reform_of_the_caller() -> None:
    changes = (Change("participation_forfaitaire.age_exemption", "25", ""),)
    with enacted(changes):
        assert list(in_order(lambda _: IN_USE.get(), (1, 2, 3), 2)) == [changes] * 3
