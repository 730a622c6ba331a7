"""Files whose rows are lines of bills: settled as `parcours bill` does, whatever their format and their order."""

import json
import random
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from parcours.engine.batch.chunk import Run, settle_rows
from parcours.engine.batch.frame import settle_table
from parcours.engine.batch.run import BUCKETS, Job, settle_path
from parcours.engine.bill.settle import settle_bill
from parcours.engine.bill.vocabulary import BORNE
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import dumps
from tests.engine.batch.test_interruptions import Stop, stopping_after
from tests.engine.bill.test_worked import worked

COMPARED = (
    "base",
    "amo",
    "amc",
    "patient",
    "participation_forfaitaire",
    "franchise",
    "forfait_acte_lourd",
    "majoration",
)
OWN = {
    "care_date": "2026-03-10", "age": 40, "profession": "medecin", "specialty": "generaliste",
    "convention": "secteur_1", "medecin_traitant": True, "role": "medecin_traitant",
}  # fmt: skip


def rows_of(bill: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The lines of a bill as rows of a file."""
    shared = {key: value for key, value in bill.items() if key not in ("lines", "id", "title", "kind", "note")}
    if bill.get("kind") == "sejour":
        shared.setdefault("special_setting", "hospitalisation")
    rows = []
    for line in bill["lines"]:
        row = {**shared, **line, "bill_id": name}
        if "session" in row:
            row["session_id"] = f"{name} {row.pop('session')}"
        for key, value in row.items():
            if isinstance(value, list):
                row[key] = ",".join(value)
            elif isinstance(value, dict):
                row[key] = dumps(value)
        rows.append(row)
    return rows


def plain_bills() -> list[dict[str, Any]]:
    """The worked bills that are lines alone: neither a stay that adds some, nor counters before the bill."""
    return [entry["bill"] for entry in worked() if not ({"stay", "territory"} | set(BORNE)) & set(entry["bill"])]


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table of texts, with the number of each."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {
        name: pa.array([None if row.get(name) is None else str(row[name]) for row in rows], pa.string())
        for name in names
    }
    return pa.table({**columns, "row": pa.array(range(len(rows)), pa.int64())})


def settled(table: pa.Table, readings: dict[str, str] | None = None) -> list[dict[str, Any]]:
    return settle_table(table, run=Run.of(readings)).to_pylist()


def expected(bill: dict[str, Any], readings: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """What the bill gives alone: amounts in euros and cases."""
    answer = settle_bill(bill, readings)
    return [
        {
            **{name: Decimal(getattr(one.settlement, name)).scaleb(-2) for name in COMPARED},
            "case_session": one.case_session,
        }
        for one in answer.settled
    ]


def test_every_worked_bill_gives_the_same_as_rows_of_a_table() -> None:
    bills = plain_bills()
    assert len(bills) > 40
    rows = [row for number, bill in enumerate(bills) for row in rows_of(bill, str(number))]
    found = settled(table_of(rows))
    wanted = [line for bill in bills for line in expected(bill)]
    for row, one, other in zip(rows, found, wanted, strict=True):
        assert one["error"] is None, row
        assert {name: one[name] for name in COMPARED} == {name: other[name] for name in COMPARED}, row


@pytest.mark.parametrize("name", ["lines.csv", "lines.ndjson", "lines.parquet"])
def test_lines_in_any_order_and_format_are_put_together(name: str, tmp_path: Any, write: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("parcours.engine.batch.buckets.ROWS", 20)
    bills = plain_bills()[:30]
    rows = [row for number, bill in enumerate(bills) for row in rows_of(bill, str(number))]
    wanted = [line for bill in bills for line in expected(bill)]
    table = table_of(rows)
    for chunk, mixed in ((13, table), (13, pl.from_arrow(table).sample(fraction=1.0, shuffle=True, seed=4).to_arrow())):
        # lines of a bill keep their order among themselves: it only tells which of equal lines bears a capped amount
        output = tmp_path / "out.parquet"
        report = settle_path(Job(str(write(mixed, name)), output, chunk=chunk))
        assert (report.rows, report.refused) == (len(rows), 0)
        total = pl.read_parquet(output).select(pl.col(list(COMPARED)).sum()).rows(named=True)[0]
        assert total == {item: sum(line[item] for line in wanted) for item in COMPARED}


def test_what_was_borne_in_a_bill_counts_for_the_next_of_the_patient() -> None:
    acts = [{**OWN, "code": "ACTE", "base": 20, "fee": 20, "patient_id": "A", "professional_id": "D"} for _ in range(6)]
    rows = [{**row, "bill_id": str(number // 3)} for number, row in enumerate(acts)]
    found = settled(table_of([*rows, {**rows[0], "patient_id": "B", "bill_id": "9"}]))
    assert [row["participation_forfaitaire"] for row in found] == [*[2] * 4, 0, 0, 2]


def test_a_patient_s_deductibles_of_a_day_are_capped_over_bills_of_several_professionals() -> None:
    nurse = {"care_date": "2026-03-10", "age": 60, "profession": "infirmier", "code": "AMI 3", "fee": 9.45}
    physio = {**nurse, "profession": "masseur_kinesitherapeute", "code": "RAM 8.1", "fee": 17.90}
    rows = [{**row, "patient_id": "A", "bill_id": name, "session_id": name} for row, name in
            ((nurse, "1"), (nurse, "2"), (nurse, "3"), (physio, "4"), (physio, "5"))]  # fmt: skip
    assert [row["franchise"] for row in settled(table_of(rows))] == [1, 1, 1, 1, 0]


def test_bills_apart_carry_the_counters_that_a_bill_together_would_count() -> None:
    draw = random.Random(3)
    codes = (("G", 30), ("MD", 10), ("DEQP003", 14.52), ("AMI 2", 6.30), ("AMI 1", 3.15), ("IFD", 2.75), ("B 70", 17.5))
    rows = []
    for patient in range(40):
        for line in range(draw.randint(2, 8)):
            code, fee = draw.choice(codes)
            profession = {"A": "infirmier", "I": "infirmier", "B": "laboratoire"}.get(code[0], "medecin")
            own = {
                name: value for name, value in OWN.items() if profession == "medecin" or name in ("care_date", "age")
            }
            row = {**own, "profession": profession, "code": code, "fee": fee, "patient_id": f"P{patient:03}"}
            rows.append({**row, "session_id": f"{patient} {line}", "professional_id": profession})
    together = settled(table_of([{**row, "bill_id": "one"} for row in rows]))
    apart = settled(table_of([{**row, "bill_id": str(number)} for number, row in enumerate(rows)]))
    assert [row["error"] for row in together] == [None] * len(rows)
    for name in COMPARED:
        assert [row[name] for row in together] == [row[name] for row in apart], name


def test_rows_that_name_no_bill_are_settled_as_alone(acts: pa.Table) -> None:
    table = acts.append_column("bill_id", pa.nulls(len(acts), pa.string()))
    one, other = settle_rows(acts, Run.of()), settle_rows(table, Run.of())
    assert one.count == other.count
    assert one.left.tolist() == other.left.tolist()
    plain = pl.from_arrow(settle_table(acts, run=Run.of()))
    with_bills = pl.from_arrow(settle_table(table, run=Run.of())).select(plain.columns)
    assert with_bills.equals(plain)


def test_a_bill_with_a_refused_line_is_refused_whole_and_says_which(tmp_path: Any, write: Any) -> None:
    rows = [
        {**OWN, "code": "G", "fee": 30, "bill_id": "1"},
        {**OWN, "code": "NOTHING", "fee": 5, "bill_id": "1"},
        {**OWN, "code": "G", "fee": 30, "bill_id": "2"},
    ]
    output = tmp_path / "out.parquet"
    report = settle_path(Job(str(write(table_of(rows), "lines.csv")), output))
    assert (report.rows, report.settled, report.refused) == (3, 1, 2)
    refused = [json.loads(line) for line in (tmp_path / "out.parquet.rejected.ndjson").read_text().splitlines()]
    assert [line["source_row"] for line in refused] == [1, 2]
    assert refused[0]["error"]["field"] == "bill_id"
    assert "line 2 is refused" in refused[0]["error"]["message"]
    assert refused[1]["error"]["field"] == "code"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contract": "responsable_100"}, "contract"),
        ({"territory": "974"}, "territory"),
        ({"fee": "much"}, "fee"),
        ({"coefficient": "-1"}, "coefficient"),
        ({"care_date": "1990-01-01"}, "care_date"),
        ({"quantity": "1.5"}, "quantity"),
        ({"age": None, "code": "AIDE_AUDITIVE_I", "base": None}, "age"),
        ({"supplement_of": "x"}, "supplement_of"),
        ({"medecin_traitant_left_on": "2026-03-11"}, "medecin_traitant_left_on"),
        ({"exemption": "unheard_of"}, "exemption"),
    ],
)
def test_each_fault_of_a_line_is_named(change: dict[str, Any], field: str) -> None:
    rows = [{**OWN, "code": "G", "fee": 30, "bill_id": "1"}, {**OWN, "code": "MD", "fee": 10, "bill_id": "1", **change}]
    found = settled(table_of(rows))
    assert all(row["error"] for row in found)
    assert field in found[1]["error"], found[1]["error"]


def test_a_missing_fact_that_matters_refuses_the_bill_one_that_does_not_is_let_be() -> None:
    unsaid = {name: value for name, value in OWN.items() if name not in ("role", "medecin_traitant")}
    doctor = [{**unsaid, "code": "G", "fee": 30, "bill_id": "1"}, {**unsaid, "code": "MD", "fee": 10, "bill_id": "1"}]
    assert all("medecin_traitant" in row["error"] for row in settled(table_of(doctor)))
    child = [{**row, "age": 10} for row in doctor]  # under 16 nothing of the pathway changes an amount
    assert [row["error"] for row in settled(table_of(child))] == [None, None]


def test_a_stay_is_one_whole_over_its_bills() -> None:
    surgeon = {**OWN, "specialty": "ophtalmologie", "code": "ACTE", "base": 200, "fee": 200, "stay_id": "S"}
    rows = [
        {**surgeon, "bill_id": "1"},
        {"care_date": "2026-03-10", "age": 40, "profession": "etablissement", "code": "GHS", "base": 900, "fee": 900,
         "bill_id": "2", "stay_id": "S"},
    ]  # fmt: skip
    found = settled(table_of(rows))
    assert [row["forfait_acte_lourd"] for row in found] == [0, 24]
    assert [row["case_costly"] for row in found] == ["covered_by_stay", "bears_stay"]


def test_a_session_cuts_its_lines_without_a_bill() -> None:
    nurse = {"care_date": "2025-06-03", "age": 60, "profession": "infirmier", "fee": 20, "session_id": "S"}
    found = settled(table_of([{**nurse, "code": "AMI", "coefficient": coefficient} for coefficient in (1, 4, 2)]))
    assert [row["base"] for row in found] == [0, Decimal("12.60"), Decimal("3.15")]


def test_a_reading_of_bills_is_chosen_for_a_file_and_a_wrong_one_refused() -> None:
    outside = {**OWN, "role": "autre", "referral": "none", "bill_id": "1"}
    table = table_of([{**outside, "code": "VG", "fee": 30}, {**outside, "code": "MD", "fee": 10}])
    assert [row["majoration"] for row in settled(table)] == [Decimal("10.60"), 0]
    assert [row["majoration"] for row in settled(table, {"majoration_seance": "par_ligne"})] == [Decimal("10.60"), 4]
    with pytest.raises(FactError, match="majoration_seance"):
        Run.of({"majoration_seance": "perhaps"})


@pytest.mark.parametrize("order", ["together", "apart"])
def test_resume_ends_with_the_same_file(order: str, tmp_path: Any, write: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("parcours.engine.batch.buckets.ROWS", 40)
    rows = [row for number, bill in enumerate(plain_bills()) for row in rows_of(bill, f"{number:03}")]
    table = table_of(rows)
    if order == "apart":
        table = pl.from_arrow(table).sample(fraction=1.0, shuffle=True, seed=2).to_arrow()
    source, whole, output = write(table, "lines.parquet"), tmp_path / "whole.parquet", tmp_path / "out.parquet"
    settle_path(Job(str(source), whole, chunk=30))
    with pytest.raises(Stop):
        settle_path(Job(str(source), output, chunk=30), stopping_after(2, Stop()))
    partial = tmp_path / "out.parquet.partial"
    assert ((partial / "mode").read_text() == BUCKETS) == (order == "apart")
    report = settle_path(Job(str(source), output, chunk=30, resume=True))
    assert report.settled == len(rows)
    assert pl.read_parquet(output).equals(pl.read_parquet(whole))


NURSE_DAY = {"care_date": "2025-06-03", "age": "60", "profession": "infirmier", "fee": "20", "patient_id": "p"}


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({"code": "BSA"}, {"code": "BSC"}, False),
        ({"code": "BSA"}, {"code": "BSA"}, False),
        ({"code": "BSA"}, {"code": "BSC", "care_date": "2025-06-04"}, True),
        ({"code": "AIS 3"}, {"code": "BSB"}, False),
        ({"code": "AMI 1"}, {"code": "MIE"}, False),
        ({"code": "AMI 1"}, {"code": "MIE", "age": "3"}, True),
        ({"code": "BSA"}, {"code": "BSC", "bill_id": "another", "patient_id": "q"}, True),
    ],
)
def test_a_bill_with_lines_that_no_bill_can_hold_is_refused_as_alone(
    first: dict[str, str], second: dict[str, str], kept: bool
) -> None:
    rows = [{**NURSE_DAY, "bill_id": "b", **first}, {**NURSE_DAY, "bill_id": "b", **second}]
    errors = [row["error"] for row in settled(table_of(rows))]
    assert all(error is None for error in errors) if kept else "cannot be billed so" in errors[1]
