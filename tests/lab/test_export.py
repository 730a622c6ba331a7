"""Tables of the national shapes: unique keys, joins without loss, codes of their lists, the money of the engine."""

import csv
import gzip
import hashlib
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.engine.bill.settle import settle_bill
from parcours.engine.facts.jsonio import loads
from parcours.fhir.claim_read import read_claim
from parcours.lab.export import dcir, fhir
from parcours.lab.export.aggregates import DAMIR_KEYS
from parcours.lab.export.run import PARTED, SHAPES, export
from parcours.lab.values import of_year, people_values, values_in
from parcours.law.cache import flat_law
from parcours.law.codes import Status

PEOPLE, YEAR, SEED = 1_500, 2022, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab") / "france"
    export(PEOPLE, YEAR, SEED, SHAPES, path)
    return path


@pytest.fixture(scope="module")
def tables(folder):
    months = [pl.read_csv(path, separator=";", infer_schema_length=None) for path in folder.glob("A*.csv.gz")]
    aggregate = {"DAMIR": pl.concat(months, how="vertical_relaxed")}
    parted = {name: read_parts(folder / name) for name in PARTED}
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")} | parted | aggregate


def read_parts(folder):
    """A table cut by department, its people in their order."""
    kind = {"department": pl.String}
    return pl.read_parquet(folder, hive_partitioning=True, hive_schema=kind).sort(pl.nth(1), "number")


@pytest.fixture(scope="module")
def said(folder):
    with (folder / "dictionary.csv").open(encoding="utf-8") as file:
        return {(row["table"], row["column"]): row for row in csv.DictReader(file, delimiter=";")}


KEYS = {
    "people": ["patient"],
    "doctors": ["doctor"],
    "offers": ["specialty", "department", "convention"],
    "acts": ["patient", "number"],
    "settled": ["patient_id", "number"],
    "ER_PRS_F": list(dcir.KEYS),
    "ER_ARO_F": [*dcir.KEYS, "ARO_ORD_NUM"],
    "IR_BEN_R": ["BEN_NIR_PSA", "BEN_RNG_GEM"],
    "IR_IMB_R": ["BEN_NIR_PSA", "BEN_RNG_GEM", "IMB_ALD_NUM"],
    "IR_MTT_R": ["BEN_NIR_PSA", "BEN_RNG_GEM"],
    "DA_PRA_R": ["PFS_PFS_NUM"],
    "DAMIR": list(DAMIR_KEYS),
    "base_rac": ["patient", "item"],
    "individus": ["idi"],
    "menages": ["idmen"],
}
NAMED = [
    ("acts", ["patient"], "people", ["patient"]),
    ("acts", ["patient_id"], "people", ["patient_id"]),
    ("acts", ["professional_id"], "doctors", ["professional_id"]),
    ("settled", ["patient_id", "number"], "acts", ["patient_id", "number"]),
    ("acts", ["patient_id", "number"], "settled", ["patient_id", "number"]),
    ("people", ["doctor"], "doctors", ["doctor"]),
    ("offers", ["specialty", "department", "convention"], "doctors", ["specialty", "department", "convention"]),
    ("ER_PRS_F", ["BEN_NIR_PSA", "BEN_RNG_GEM"], "IR_BEN_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"]),
    ("ER_ARO_F", list(dcir.KEYS), "ER_PRS_F", list(dcir.KEYS)),
    ("IR_IMB_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"], "IR_BEN_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"]),
    ("IR_MTT_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"], "IR_BEN_R", ["BEN_NIR_PSA", "BEN_RNG_GEM"]),
    ("IR_MTT_R", ["MTT_PFS_NUM"], "DA_PRA_R", ["PFS_PFS_NUM"]),
    ("base_rac", ["patient"], "people", ["patient"]),
    ("individus", ["idi"], "people", ["patient"]),
    ("individus", ["idmen"], "menages", ["idmen"]),
    ("menages", ["idmen"], "people", ["household"]),
]
"""Columns of a table that name rows of another."""


def test_every_table_has_a_key(tables) -> None:
    assert set(tables) == set(KEYS)


@pytest.mark.parametrize("table", KEYS)
def test_keys_are_unique_and_said(tables, table) -> None:
    rows = tables[table].select(KEYS[table])
    assert len(rows) == len(rows.unique()) > 0
    assert not rows.null_count().sum_horizontal()[0]


@pytest.mark.parametrize(("table", "columns", "of", "key"), NAMED)
def test_what_a_table_names_is_in_the_other(tables, table, columns, of, key) -> None:
    rows = tables[table]
    if columns == ["professional_id"]:
        rows = rows.filter(pl.col("specialty").is_not_null())  # the others are in no list of doctors
    named = rows.select(columns).drop_nulls().unique()
    assert not named.join(tables[of], left_on=columns, right_on=key, how="anti").height
    assert named.height


@pytest.mark.parametrize("table", KEYS)
def test_codes_are_of_the_lists_of_the_dictionary(tables, said, table) -> None:
    listed = {
        column: {code for one in row["codes"].split("; ") for code in (one, one.split(" ")[0])}
        for (name, column), row in said.items()
        if name == table and row["codes"] and not row["codes"].startswith("same as")
    }
    words = {name for name, kind in tables[table].schema.items() if kind == pl.String} - FREE
    filled = {name for name in words if tables[table][name].null_count() < len(tables[table])}
    assert filled <= set(listed), "every column of words says which"
    for column, codes in listed.items():
        seen = tables[table][column].drop_nulls().unique()
        assert {str(one) for one in seen} <= {"", *codes}, column


FREE = {
    "patient_id", "professional_id", "commune", "department", "departement", "notes", "BEN_NIR_PSA", "BEN_NIR_ANO",
    "BEN_IDT_ANO", "BEN_RES_COM", "BEN_RES_DPT", "PFS_EXE_NUM", "PFS_PFS_NUM", "PFS_EXE_DPT", "MTT_PFS_NUM",
    "ORG_CLE_NUM", "EXE_SOI_AMD", "EXE_SOI_AMF", "MED_MTF_COD",
}  # fmt: skip
"""Words that are in no list of codes: numbers of people and doctors, places, months, ICD-10."""


def test_offers_count_the_doctors_outside_the_hospital(tables) -> None:
    outside = tables["doctors"].filter(pl.col("status") != "salaried")
    assert tables["offers"]["doctors"].sum() == len(outside) == len(tables["DA_PRA_R"])
    assert tables["offers"]["closed"].sum() == outside["closed"].sum() > 0
    assert set(outside.filter(pl.col("closed"))["specialty"]) == {"generaliste"}


def test_doctors_of_the_lines_are_in_the_table_of_doctors(tables) -> None:
    seen = tables["ER_PRS_F"].filter(pl.col("PSE_SPE_COD") > 0)["PFS_EXE_NUM"]
    assert set(seen) <= set(tables["DA_PRA_R"]["PFS_PFS_NUM"])


def test_columns_are_the_national_ones(tables) -> None:
    for name in ("ER_PRS_F", "ER_ARO_F", "IR_BEN_R", "IR_IMB_R", "IR_MTT_R", "DA_PRA_R"):
        assert tables[name].columns == list(dcir.columns(name))
    assert len(tables["ER_PRS_F"].columns) == 123


def test_codes_that_are_derived_are_those_of_the_law_and_of_the_nomenclatures(tables) -> None:
    book = dcir.book()
    natures = {code for code in book["natures"].values() if isinstance(code, int)}
    natures |= set(book["natures"]["drug_classes"].values())
    specialties = {0, *flat_law().specialties.values()}
    lists = {
        "PRS_NAT_REF": natures, "BSE_PRS_NAT": natures, "ARO_PRS_NAT": natures, "PRS_NAT": {*natures, dcir.DEFERRED},
        "PRS_PDS_QCP": {0, *(int(member) for member in Status)}, "PRS_PDS_QTP": {0, *dcir.ENTERED.values()},
        "PSE_SPE_COD": specialties, "PFS_SPE_COD": specialties, "PSE_SPE_SNDS": specialties,
        "PSE_ACT_NAT": {0, *book["activities"].values()}, "BEN_RES_REG": set(values_in("regions")["regions"].values()),
        "IMB_ALD_NUM": {number for number, _ in book["conditions"].values()},
        "MED_MTF_COD": {code for _, code in book["conditions"].values()},
    }  # fmt: skip
    met = {(name, column) for name, table in tables.items() if name.isupper() for column in lists if column in table}
    assert {column for _, column in met} == set(lists)
    for name, column in met:
        assert set(tables[name][column].drop_nulls()) <= lists[column], (name, column)


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
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert set(sums) == files
    for name in ("ER_PRS_F.parquet", "acts/department=75/acts.parquet", "README.md"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sums[name]
    card = (folder / "README.md").read_text("utf-8")
    assert "describe nobody" in card
    assert "parcours lab export --people 1500 --year 2022 --seed 3" in card


def test_the_dictionary_says_every_column_in_both_languages(said, tables) -> None:
    assert {name for name, _ in said} == set(tables)
    for name, table in tables.items():
        for column in table.columns:
            row = said[name, column]
            empty = table[column].null_count() == len(table)
            assert row["fr"], (name, column)
            assert (row["en"] != "not filled") or (empty and name.isupper()), (name, column)
    assert said["settled", "patient"]["en"] != said["acts", "patient"]["en"] == "number of the person"


def test_the_same_command_makes_the_same_files(folder, tmp_path) -> None:
    export(PEOPLE, YEAR, SEED, ("rac", "damir"), tmp_path / "again")
    again = pl.read_parquet(tmp_path / "again" / "base_rac.parquet")
    assert again.equals(pl.read_parquet(folder / "base_rac.parquet"))
    for path in folder.glob("A*.csv.gz"):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", PARTED)
def test_a_table_cut_by_department_is_sorted_by_person_and_holds_those_who_live_there(folder, tables, name) -> None:
    who = {"acts": "patient", "settled": "patient_id"}[name]
    lives = dict(tables["people"].select(who, "department").iter_rows())
    for path in (folder / name).iterdir():
        rows = pl.read_parquet(path / f"{name}.parquet", hive_partitioning=False)
        assert rows[who].is_sorted()
        assert {f"department={lives[one]}" for one in rows[who].unique()} == {path.name}
        assert "department" not in rows.columns


def test_every_column_says_in_its_file_what_it_holds_and_that_it_is_invented(folder, said) -> None:
    for path in folder.rglob("*.parquet"):
        for field in pq.read_schema(path):
            row = said[path.stem, field.name]
            assert field.metadata[b"fr"].decode() == row["fr"], field.name
            assert b"invented" in field.metadata[b"synthetic"]


@pytest.mark.parametrize("name", ["individus", "menages"])
def test_individuals_and_households_are_values_too_and_their_weights_add_up(folder, tables, name) -> None:
    values = pl.read_csv(folder / f"{name}.csv", separator=";", schema_overrides={"departement": pl.String})
    assert values.equals(tables[name].cast(dict(values.schema)))
    national = of_year(people_values()["pyramid"]["national"], YEAR)
    assert float(tables["individus"]["wprm"].sum()) == pytest.approx(national)
    assert tables["menages"]["personnes"].sum() == PEOPLE


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


def test_each_payer_explains_each_claim_with_the_amounts_of_the_settled_act(folder, tables) -> None:
    found = {
        name: {one["id"]: one for one in map(loads, (folder / f"{name}.ndjson").read_text("utf-8").splitlines())}
        for name in ("Patient", "Coverage", "Claim", "ExplanationOfBenefit")
    }
    visits = tables["settled"].filter((pl.col("act") == "consultation") & pl.col("specialty").is_not_null())
    rows = dict(
        zip(found["Claim"], visits.filter(pl.col("patient_id").is_in(found["Patient"])).to_dicts(), strict=True)
    )
    explained = set()
    for name, one in found["ExplanationOfBenefit"].items():
        kind, claim = one["claim"]["reference"].split("/")
        payer, row = name.rsplit("-", 1)[1], rows[claim]
        assert one["patient"]["reference"].split("/")[1] in found["Patient"]
        assert one["insurance"][0]["coverage"]["reference"].split("/")[1] in found["Coverage"]
        assert kind == "Claim"
        said = {
            line["category"]["coding"][0]["code"]: line["amount"]["value"] for line in one["item"][0]["adjudication"]
            if "amount" in line
        }  # fmt: skip
        assert said["benefit"] == row[payer]
        assert said["benefit"] + said["priorpayerpaid"] + said["memberliability"] == said["submitted"] == row["fee"]
        assert said.get("participation_forfaitaire", 0) == row["participation_forfaitaire"]
        explained.add((claim, payer))
    assert explained >= {(claim, "amo") for claim in rows}
    assert explained >= {(claim, "amc") for claim, row in rows.items() if row["amc"]}


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
