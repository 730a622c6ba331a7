"""Joining Parquet parts, the sample, the totals, and the cache of compiled code."""

import json
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.cli.summary import _print
from parcours.engine.batch import loops, parquet_join
from parcours.engine.batch.errors import UnreadableInput
from parcours.engine.batch.run import Job, settle_path
from parcours.engine.batch.summary import Summary, read_row, summarise
from parcours.engine.case import settle
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say.explain import explain
from parcours.lab.sample import Sample, write_sample

RUN = CliRunner()


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-(2**40), 2**40), st.text(max_size=5)), min_size=1, max_size=5),
        min_size=1,
        max_size=20,
    )
)
def test_joined_parquet_parts_are_one_file(parts) -> None:
    body, groups, rows, first = bytearray(parquet_join.MAGIC), [], 0, None
    for part in parts:
        table = pa.table({"n": [n for n, _ in part], "text": pa.array([text for _, text in part]).dictionary_encode()})
        stream = pa.BufferOutputStream()
        pq.write_table(table, stream)
        taken = parquet_join.Part.of(memoryview(stream.getvalue()))
        groups += parquet_join.groups_at(taken, len(body), len(groups))
        body += taken.pages
        first, rows = first or taken.footer, rows + len(part)
    body += parquet_join.footer(first, groups, rows, {"parcours": "reçu"})
    file = pq.ParquetFile(pa.BufferReader(bytes(body)))
    assert file.metadata.num_row_groups == len(parts)
    assert file.metadata.metadata[b"parcours"].decode() == "reçu"
    assert file.read().to_pydict() == {
        "n": [n for part in parts for n, _ in part],
        "text": [t for part in parts for _, t in part],
    }


@given(
    st.dictionaries(
        st.integers(1, 400), st.one_of(st.integers(-(2**62), 2**62), st.booleans(), st.binary(max_size=300))
    )
)
def test_a_footer_is_written_as_it_was_read(values) -> None:
    kinds = {int: parquet_join.I64, bool: parquet_join.TRUE, bytes: parquet_join.BINARY}
    fields = {field: (kinds[type(value)], value) for field, value in values.items()}
    read, _ = parquet_join.read_struct(parquet_join.write_struct(fields), 0)
    assert {field: value for field, (_, value) in read.items()} == values


def test_the_same_seed_gives_the_same_sample_and_every_act_can_be_settled(tmp_path) -> None:
    first, second, other = (tmp_path / f"{n}.parquet" for n in "abc")
    assert write_sample(Sample(50, 2025, 1), first) == write_sample(Sample(50, 2025, 1), second)
    write_sample(Sample(50, 2025, 2), other)
    assert pl.read_parquet(first).equals(pl.read_parquet(second))
    assert not pl.read_parquet(first).equals(pl.read_parquet(other))
    assert pl.read_parquet(first)["patient_id"].is_sorted()
    assert settle_path(Job(str(first), tmp_path / "settled.parquet")).refused == 0


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "csv", "ndjson"])
def test_a_sample_in_every_format(tmp_path, suffix) -> None:
    path = tmp_path / f"sample.{suffix}"
    result = RUN.invoke(app, ["sample", "--patients", "5", "--year", "2024", "-o", str(path), "--lang", "en"])
    assert result.exit_code == 0, result.output
    report = settle_path(Job(str(path), tmp_path / "settled.parquet"))
    assert report.settled == report.rows > 0


def test_a_year_before_the_law_is_refused(tmp_path) -> None:
    result = RUN.invoke(app, ["sample", "--year", "1990", "-o", str(tmp_path / "sample.parquet")])
    assert result.exit_code == 2
    assert result.stderr.startswith("--year: ")
    assert "1990" in result.stderr


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    write_sample(Sample(80, 2025, 4), folder / "acts.parquet")
    for suffix in ("parquet", "arrow", "csv", "ndjson"):
        settle_path(Job(str(folder / "acts.parquet"), folder / f"settled.{suffix}"))
    return folder


def test_labels_of_a_summary_are_read_in_a_terminal_of_80_columns(capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    many = dict.fromkeys(("fee", "amo", "amc", "patient", "majoration"), Decimal("123456789.10"))
    rows = [{"specialty": "chirurgie_generale", "acts": 12_345_678, **many}]
    _print(Summary(12_345_678, many, [], rows, {}, {}, {}), "fr")
    said = capsys.readouterr().out
    assert said.count("Chirurgie générale ") == 2, "the table is cut in two"
    assert said.count("123 456 789,10".replace(" ", "\u202f")) >= 5, "no number gives way"


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "csv", "ndjson"])
def test_totals_are_the_sums_of_the_rows(settled, suffix) -> None:
    totals = summarise(str(settled / f"settled.{suffix}"))
    rows = pl.read_parquet(settled / "settled.parquet")
    assert totals.acts == len(rows) == sum(row["acts"] for row in totals.by_status)
    for name in ("fee", "amo", "amc", "patient", "majoration"):
        assert totals.totals[name] == sum(rows[name].to_list(), Decimal(0)), name
        assert totals.totals[name] == sum((row[name] for row in totals.by_specialty), Decimal(0)), name
    assert totals.totals["amo"] + totals.totals["amc"] + totals.totals["patient"] == totals.totals["fee"]
    assert sum(totals.majoration.values()) == totals.totals["majoration"] > 0
    assert totals.receipt["settled"] == len(rows)


def test_the_command_prints_totals_draws_and_gives_json(settled, tmp_path) -> None:
    source, plot = str(settled / "settled.parquet"), tmp_path / "plot.svg"
    assert "surcharges recovered later" in RUN.invoke(app, ["summary", source, "--lang", "en"]).stdout
    result = RUN.invoke(app, ["summary", source, "--json", "--plot", str(plot), "--lang", "fr"])
    assert json.loads(result.stdout)["acts"] > 0
    assert plot.read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "csv", "ndjson"])
def test_a_row_of_a_file_is_explained_as_the_same_act_alone(acts, write, tmp_path, suffix) -> None:
    """The number is that of the source, though two rows of it were refused; the readings are those of the run."""
    output, readings = tmp_path / f"settled.{suffix}", {"plafond_majoration": "fiche"}
    table = acts.drop_columns(["patient_id"])  # each act alone: no cap
    settle_path(Job(str(write(table, "acts.parquet")), output, readings=readings))
    for act in table.slice(40, 25).to_pylist():
        facts = {name: value for name, value in act.items() if name in BY_NAME and value is not None}
        alone = explain(settle(facts, readings), "en")
        command = ["explain", str(output), "--row", str(act["claim"] + 1), "--lang", "en", "--json"]
        told = json.loads(RUN.invoke(app, command, catch_exceptions=False).stdout)
        assert told["headline"] == alone.headline
        assert [step["text"] for step in told["steps"]] == [step.text for step in alone.steps]


def test_a_refused_row_has_no_explanation_and_the_message_says_where_it_is(acts, write, tmp_path) -> None:
    output = tmp_path / "settled.parquet"
    settle_path(Job(str(write(acts, "acts.parquet")), output))
    refused = json.loads(output.with_name("settled.parquet.rejected.ndjson").read_text("utf-8").splitlines()[0])
    result = RUN.invoke(app, ["explain", str(output), "--row", str(refused["source_row"]), "--lang", "en"])
    assert result.exit_code == 2
    assert "rejected" in result.stderr


def test_a_file_that_is_not_settled_has_no_totals_and_no_rows(settled) -> None:
    with pytest.raises(UnreadableInput, match="is not a settled file"):
        summarise(str(settled / "acts.parquet"))
    with pytest.raises(UnreadableInput, match="row 999999 is not there"):
        read_row(settled / "settled.parquet", 999_999)


def test_a_changed_rule_is_compiled_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = loops.cache_directory()
    assert before.is_relative_to(tmp_path)
    monkeypatch.setattr(loops, "rules_digest", lambda: "another rule")
    assert loops.cache_directory() != before


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_totals_by_any_column_and_by_month(settled, suffix) -> None:
    totals = summarise(str(settled / f"settled.{suffix}"), ("month", "convention"))
    rows = pl.read_parquet(settled / "settled.parquet")
    months = [row["month"] for row in totals.by["month"]]
    assert months == sorted(months)
    assert set(months) == {f"2025-{month:02d}" for month in range(1, 13)}
    for name in ("month", "convention"):
        assert sum(row["amo"] for row in totals.by[name]) == totals.totals["amo"]
        assert sum(row["acts"] for row in totals.by[name]) == len(rows)
    with pytest.raises(UnreadableInput, match=r"no column sector to group by; there is year, month, .*convention"):
        summarise(str(settled / "settled.parquet"), ("sector",))


def test_the_difference_between_the_law_and_a_reform_of_a_file(settled, tmp_path) -> None:
    base, reform = settled / "settled.parquet", tmp_path / "reform.csv"
    tried = ["settle", str(settled / "acts.parquet"), "-o", str(reform), "--set", "majoration.taux=30%"]
    assert RUN.invoke(app, tried).exit_code == 0
    found = json.loads(RUN.invoke(app, ["diff", str(base), str(reform), "--by", "case_majoration", "--json"]).stdout)
    before, after = pl.read_parquet(base), pl.read_csv(reform)
    assert found["rows"] == len(before)
    assert found["totals"]["amo"] == pytest.approx([float(before["amo"].sum()), after["amo"].sum()])
    patients = before.select("source_row", was=pl.col("patient").cast(float)).join(after, on="source_row")
    assert found["pay_less"] == (patients["patient"] < patients["was"] - 0.001).sum() > 0
    assert found["pay_more"] == 0
    groups = {row["case_majoration"]: row["changed"] for row in found["groups"]["case_majoration"]}
    assert groups["none"] == 0
    assert sum(groups.values()) == found["changed"]
    assert found["causes"]["reform"][1] == [{"id": "majoration.taux", "value": "30", "first_day": ""}]
    assert "inputs" not in found["causes"]
    told = RUN.invoke(app, ["diff", str(base), str(reform), "--lang", "en"], catch_exceptions=False).stdout
    assert "reform: no → majoration.taux=30" in told
    assert "law: " not in told, "a reform is another law: said once"


def test_what_is_not_settled_is_not_compared(settled) -> None:
    result = RUN.invoke(app, ["diff", str(settled / "acts.parquet"), str(settled / "settled.parquet"), "--lang", "en"])
    assert (result.exit_code, "is not a settled file" in result.stderr) == (2, True)


def test_a_difference_names_its_columns_in_french(settled, tmp_path) -> None:
    reform = tmp_path / "reform.parquet"
    tried = ["settle", str(settled / "acts.parquet"), "-o", str(reform), "--set", "majoration.taux=30%"]
    assert RUN.invoke(app, tried).exit_code == 0
    by = [part for name in ("specialty", "medecin_traitant", "case_majoration") for part in ("--by", name)]
    told = RUN.invoke(app, ["diff", str(settled / "settled.parquet"), str(reform), *by, "--lang", "fr"]).stdout
    for title in ("Par spécialité", "Par médecin traitant", "Par raison de la majoration", "Médecine générale", "oui"):
        assert title in told
    assert "Par specialty" not in told
