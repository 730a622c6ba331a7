"""Tables of the national shapes: unique keys, joins without loss, codes of their lists, the money of the engine."""

import csv
import gzip
import hashlib
from decimal import Decimal

import polars as pl
import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.engine.bill.settle import settle_bill
from parcours.engine.facts.jsonio import loads
from parcours.fhir.claim_read import read_claim
from parcours.lab.export import dcir, fhir
from parcours.lab.export.run import SHAPES, export
from parcours.law.codes import Status

PEOPLE, YEAR, SEED = 1_500, 2022, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab") / "france"
    export(PEOPLE, YEAR, SEED, SHAPES, path)
    return path


@pytest.fixture(scope="module")
def tables(folder):
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("people", ["patient"]),
        ("people", ["patient_id"]),
        ("ER_PRS_F", list(dcir.KEYS)),
        ("ER_ARO_F", [*dcir.KEYS, "ARO_ORD_NUM"]),
        ("IR_BEN_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"]),
        ("IR_IMB_R", ["BEN_NIR_PSA", "BEN_RNG_GEM", "IMB_ALD_NUM"]),
        ("IR_MTT_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"]),
        ("DA_PRA_R", ["PFS_PFS_NUM"]),
        ("base_rac", ["patient", "item"]),
        ("individus", ["idi"]),
        ("menages", ["idmen"]),
    ],
)
def test_keys_are_unique_and_said(tables, table, key) -> None:
    rows = tables[table].select(key)
    assert len(rows) == len(rows.unique()) > 0
    assert not rows.null_count().sum_horizontal()[0]


@pytest.mark.parametrize(
    ("table", "column", "of", "key"),
    [
        ("acts", "patient", "people", "patient"),
        ("ER_PRS_F", "BEN_NIR_PSA", "IR_BEN_R", "BEN_NIR_PSA"),
        ("IR_IMB_R", "BEN_NIR_PSA", "IR_BEN_R", "BEN_NIR_PSA"),
        ("IR_MTT_R", "BEN_NIR_PSA", "IR_BEN_R", "BEN_NIR_PSA"),
        ("IR_MTT_R", "MTT_PFS_NUM", "DA_PRA_R", "PFS_PFS_NUM"),
        ("base_rac", "patient", "people", "patient"),
        ("individus", "idmen", "menages", "idmen"),
    ],
)
def test_what_a_table_names_is_in_the_other(tables, table, column, of, key) -> None:
    assert set(tables[table][column]) <= set(tables[of][key])


def test_doctors_of_the_lines_are_in_the_table_of_doctors(tables) -> None:
    seen = tables["ER_PRS_F"].filter(pl.col("PSE_SPE_COD") > 0)["PFS_EXE_NUM"]
    assert set(seen) <= set(tables["DA_PRA_R"]["PFS_PFS_NUM"])


def test_the_nine_keys_join_without_loss(tables) -> None:
    lines, others = tables["ER_PRS_F"], tables["ER_ARO_F"]
    assert len(others.join(lines, on=list(dcir.KEYS), how="inner")) == len(others)


def test_columns_are_the_national_ones_and_codes_are_of_their_lists(tables) -> None:
    codes = dcir.book()["codes"]
    natures = {code for code in dcir.book()["natures"].values() if isinstance(code, int)}
    natures |= set(dcir.book()["natures"]["drug_classes"].values())
    for name in ("ER_PRS_F", "ER_ARO_F", "IR_BEN_R", "IR_IMB_R", "IR_MTT_R", "DA_PRA_R"):
        table = tables[name]
        assert table.columns == list(dcir.columns(name))
        for column in table.columns:
            if isinstance(codes.get(column), dict):
                assert set(table[column].drop_nulls()) <= set(codes[column]), column
    assert len(tables["ER_PRS_F"].columns) == 123
    assert set(tables["ER_PRS_F"]["PRS_NAT_REF"]) <= natures
    assert set(tables["ER_PRS_F"]["PRS_PDS_QCP"]) <= {0, *(int(member) for member in Status)}


def test_every_deferred_majoration_has_a_line_of_its_own_later_and_without_third_party(tables) -> None:
    lines = tables["ER_PRS_F"]
    first = lines.filter(pl.col("PRS_TYP_MAJ") == "T")
    later = lines.filter(pl.col("CPL_PRS_NAT") == dcir.DEFERRED)
    assert 0 < len(first) == len(later)
    assert first["PRS_MNT_MAJ"].sum() == -later["CPL_REM_MNT"].sum()
    assert set(later["DRG_NAT"]) == {10}
    both = first.join(later, on=["DCT_ORD_NUM", "EXE_SOI_DTD", "PFS_EXE_NUM", "PRS_NAT_REF"], suffix="_later")
    assert (both["FLX_TRT_DTD_later"] > both["FLX_TRT_DTD"]).all()


def test_money_is_that_of_the_engine_to_the_cent(tables) -> None:
    settled, lines, items = tables["settled"], tables["ER_PRS_F"], tables["base_rac"]
    assert dcir.majorations(lines) == settled["majoration"].cast(pl.Decimal(12, 2)).sum()
    assert lines["PRS_PAI_MNT"].sum() == settled["fee"].cast(pl.Decimal(12, 2)).sum() == items["spending"].sum()
    paid = lines["BSE_REM_MNT"].sum() + lines["CPL_REM_MNT"].sum()
    assert paid == settled["amo"].cast(pl.Decimal(12, 2)).sum() == items["amo"].sum()
    assert lines.filter(pl.col("PRS_ACT_QTE") < 0).height > 0, "some lines are reversed"


def test_each_item_adds_up(tables) -> None:
    rows = tables["base_rac"]
    parts = ("amo", "ticket_moderateur", "participations", "majoration", "overruns")
    assert (rows["spending"] == rows.select(pl.sum_horizontal(parts)).to_series()).all()
    assert (rows["out_of_pocket"] == rows["amc"] + rows["after_amc"]).all()


def test_some_children_have_two_numbers_and_one_identity(tables) -> None:
    numbers = tables["IR_BEN_R"].group_by("BEN_IDT_ANO").len()
    assert set(numbers["len"]) == {1, 2}
    assert len(numbers) == PEOPLE


def test_the_open_data_is_the_sum_of_the_lines(folder, tables) -> None:
    total, names = Decimal(0), dcir.book()["tables"]["DAMIR"].split()
    for path in folder.glob("A*.csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            reader = csv.DictReader(file, delimiter=";")
            assert reader.fieldnames == names
            total += sum(Decimal(row["PRS_PAI_MNT"]) for row in reader)
    assert len(names) == 56
    assert total == tables["ER_PRS_F"]["PRS_PAI_MNT"].sum()


def test_every_file_is_signed_named_and_says_that_it_is_synthetic(folder) -> None:
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    files = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert set(sums) == files
    for name in ("ER_PRS_F.parquet", "README.md"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sums[name]
    card = (folder / "README.md").read_text("utf-8")
    assert "describe nobody" in card
    assert "parcours lab export --people 1500 --year 2022 --seed 3" in card


def test_the_dictionary_says_every_column_in_both_languages_and_the_codes_of_ours(folder, tables) -> None:
    with (folder / "dictionary.csv").open(encoding="utf-8") as file:
        rows = {(row["table"], row["column"]): row for row in csv.DictReader(file, delimiter=";")}
    assert {name for name, _ in rows} == {*tables, "DAMIR"}
    for name, table in tables.items():
        for column in table.columns:
            row = rows[name, column]
            empty = table[column].null_count() == len(table)
            assert row["fr"], (name, column)
            assert (row["en"] != "not filled") or (empty and name.isupper()), (name, column)
    assert rows["settled", "patient"]["en"] != rows["acts", "patient"]["en"] == "number of the person"
    listed = [(name, column) for (name, column), row in rows.items() if not name.isupper() and row["codes"]]
    assert {("people", "cover"), ("acts", "referral"), ("settled", "status"), ("settled", "case_rate")} <= set(listed)
    for name, column in listed:
        assert set(tables[name][column].drop_nulls()) <= {"", *rows[name, column]["codes"].split("; ")}, (name, column)


def test_the_same_command_makes_the_same_files(folder, tmp_path) -> None:
    export(PEOPLE, YEAR, SEED, ("rac",), tmp_path / "again")
    again = pl.read_parquet(tmp_path / "again" / "base_rac.parquet")
    assert again.equals(pl.read_parquet(folder / "base_rac.parquet"))


def test_a_claim_of_the_extract_is_estimated_with_the_amounts_of_its_act(folder, tables) -> None:
    claims = [loads(line) for line in (folder / "Claim.ndjson").read_text("utf-8").splitlines()]
    people = {loads(line)["id"] for line in (folder / "Patient.ndjson").read_text("utf-8").splitlines()}
    assert len(people) == fhir.FIRST
    assert len({claim["id"] for claim in claims}) == len(claims)
    visits = tables["settled"].filter((pl.col("act") == "consultation") & pl.col("specialty").is_not_null())
    rows = visits.filter(pl.col("patient_id").is_in(people)).to_dicts()
    assert len(rows) == len(claims)
    for said, row in zip(claims[:60], rows, strict=False):
        asked = read_claim(said)
        made = settle_bill(asked.bill, asked.readings).settled[0].settlement
        assert (made.base, made.rate, made.majoration) == (row["base"] * 100, row["rate"], row["majoration"] * 100)


def test_an_unknown_shape_and_a_folder_of_others_are_refused(tmp_path) -> None:
    run = CliRunner()
    answer = run.invoke(app, ["lab", "export", "-o", str(tmp_path / "x"), "--shapes", "dcir,omop", "--lang", "en"])
    assert answer.exit_code == 2
    assert "omop" in answer.output
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", "utf-8")
    answer = run.invoke(app, ["lab", "export", "-o", str(tmp_path / "mine"), "--people", "10", "--lang", "en"])
    assert answer.exit_code == 2
    assert (tmp_path / "mine" / "thesis.txt").exists()
