"""`parcours lab run`: what it writes and refuses, ten deciles always, one person's change as the row's."""

import csv
import json
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.engine.batch.supposed import PLACE, SupposedLaw
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.errors import ParcoursError
from parcours.lab import anchors as anchors_of
from parcours.lab.population import generate
from parcours.lab.reform import known_reforms, plan_of, read_text
from parcours.lab.say import sentences, share, who_loses
from parcours.lab.study import PAYERS, divided, groups_of, kept_people, per_person, plans_of, study, winners
from parcours.lab.tables import concentration, incomes_of, sure_payers, sure_winners, tables
from parcours.lab.world import World, deciles, passing, world_of
from tests.equivalence.year_by_act import encoded_year, settle_year

YEAR, PEOPLE, SEED = 2025, 1500, 3


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["lab", *arguments, "--lang", "en"])
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(PEOPLE, YEAR, SEED)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab") / "out"
    arguments = ("--people", "1.5e3", "--seed", "3", "--reform", "franchises_pf_x2", "--reform", "dentistes_70")
    code, said = run("run", *arguments, "-o", str(folder))
    assert code == 0, said
    assert "franchises_pf_x2 → dentistes_70" in said
    return folder


def test_a_run_writes_tables_in_three_formats_plots_a_note_and_the_receipt(written: Path) -> None:
    names = {path.name for path in written.iterdir()}
    for name in (
        "payers",
        "winners",
        "by_decile",
        "by_age",
        "by_zone",
        "by_ald",
        "by_cover",
        "effort",
        "caps",
        "steps",
    ):
        assert {f"{name}.parquet", f"{name}.csv"} <= names
        rows = list(csv.DictReader((written / f"{name}.csv").read_text("utf-8").splitlines()))
        assert len(rows) == pq.read_table(written / f"{name}.parquet").num_rows > 0
    for plot in ("waterfall", "winners", "distribution", "lorenz", "caps", "sankey", "map"):
        assert (written / f"{plot}.svg").read_text("utf-8").startswith("<svg")
        assert "invented" in (written / f"{plot}.svg").read_text("utf-8")
        assert (written / f"{plot}.png").read_bytes().startswith(b"\x89PNG")
    page = (written / "plots.html").read_text("utf-8")
    assert page.count("<svg") == page.count("<details>") == 7
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    schema = pq.read_schema(written / "payers.parquet")
    assert all(b"invented" in said[b"synthetic"] for said in (schema.metadata, *(field.metadata for field in schema)))
    with ZipFile(written / "tables.xlsx") as file:
        book = file.read("xl/workbook.xml").decode()
    assert 'name="payers"' in book
    assert 'name="sources"' in book
    receipt = json.loads((written / "receipt.json").read_text("utf-8"))
    assert (receipt["people"], receipt["seed"], receipt["year"], receipt["behaviour"]) == (1500, 3, 2025, "off")
    assert receipt["command"].split()[0] == "parcours"
    assert receipt["reforms"] == ["franchises_pf_x2", "dentistes_70"]


def test_ten_public_totals_stand_beside_and_a_run_that_is_far_from_them_is_an_error(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(csv.DictReader((written / "anchors.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 10
    assert {row["near"] for row in rows} == {"True"}
    paid = anchors_of.paid
    monkeypatch.setattr(anchors_of, "paid", lambda *asked: paid(*asked) * 1_000)
    code, said = run("run", "--people", "1000")
    assert code == 1
    assert "majorations_2022_Meur.total" in said
    code, said = run("run", "--people", "999")
    assert code == 0, "too few people to be held to anything"


def test_the_effort_is_what_is_paid_by_the_income_of_the_household(world: World) -> None:
    rows = world.people.select(["household", "household_size", "age", "standard_of_living"]).to_pylist()
    incomes = incomes_of(world)
    houses: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        houses.setdefault(row["household"], []).append(place)
    whole = [places for places in houses.values() if len(places) == rows[places[0]]["household_size"]]
    assert len(whole) > 300
    for places in whole:
        units = 0.5 + sum(0.3 if rows[place]["age"] < 14 else 0.5 for place in places)
        assert incomes[places].sum() == pytest.approx(units * rows[places[0]]["standard_of_living"])


def test_the_note_is_short_and_says_what_it_is(written: Path) -> None:
    pdf = PdfReader(written / "note.pdf")
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert len(pdf.pages) <= 2
    for words in ("In three sentences", "invented", "Behaviour off", "not law", "Who pays"):
        assert words in text
    assert len((written / "sentences.txt").read_text("utf-8").splitlines()) == 7


def test_the_reform_that_was_written_gives_the_same_figures(written: Path, tmp_path: Path) -> None:
    files = [str(written / f"{name}.yaml") for name in ("franchises_pf_x2", "dentistes_70")]
    arguments = ["--people", "1500", "--seed", "3", "--json", *(part for file in files for part in ("--reform", file))]
    code, said = run("run", *arguments)
    assert code == 0
    again = json.loads(said[said.index("{") :])
    assert again["receipt"]["plan"] == json.loads((written / "receipt.json").read_text("utf-8"))["plan"]
    rows = list(csv.DictReader((written / "payers.csv").read_text("utf-8").splitlines()))
    assert [float(row["change_eur"]) for row in rows] == [row["change_eur"] for row in again["tables"]["payers"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reform", "franchise_x2"], "franchises_pf_x2"),
        (["--by", "tenth"], "decile"),
        (["--where", "region=1"], "--where: no such part to keep (given: region; allowed: decile"),
        (["--where", "decile=11"], "--where: no such part to keep (given: decile=11; allowed: 1, 2"),
        (["--people", "0"], "1000"),
        (["--people", "many"], "1000"),
        (["--year", "1900"], "2099"),
        (["--elasticity", "0.1"], "No such option"),
    ],
)
def test_an_unknown_option_or_label_is_an_error_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    code, text = run("run", "--people", "20", *arguments, "-o", str(tmp_path / "out"))
    assert code == 2
    assert said in text
    assert not list(tmp_path.iterdir())


def test_a_typo_in_a_reform_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "typo.yaml"
    file.write_text("changes: {participation_forfetaire.montant: 4}", "utf-8")
    code, text = run("run", "--people", "20", "--reform", str(file), "-o", str(tmp_path / "out"))
    assert code == 2
    assert "participation_forfaitaire.montant" in text
    assert [path.name for path in tmp_path.iterdir()] == ["typo.yaml"]


def test_the_reforms_are_listed_and_none_is_law() -> None:
    code, text = run("reforms")
    assert code == 0
    assert "none of them is law" in text
    assert all(name in text for name in known_reforms())


def test_equal_values_are_together_in_the_lower_tenth() -> None:
    assert deciles(np.array([5, 5, 5, 5])).tolist() == [1, 1, 1, 1]
    assert deciles(np.arange(100)).tolist() == [1 + k // 10 for k in range(100)]
    assert deciles(np.array([0] * 35 + list(range(1, 66)))).tolist()[:36] == [1] * 35 + [4]


def test_there_are_always_ten_tenths_and_a_part_has_the_ranks_of_the_whole(world: World) -> None:
    reform = known_reforms()["franchises_pf_x2"]
    whole = study(world, [reform])
    for where in ({}, {"zone": "paris"}, {"decile": "3"}):
        rows = winners(study(world, [reform], where), "decile")
        assert [row["group"] for row in rows] == [str(tenth) for tenth in range(1, 11)]
        for row in rows:
            if row["winners_share"] is not None:
                assert row["winners_share"] + row["losers_share"] + row["unchanged_share"] == pytest.approx(1)
    third = winners(study(world, [reform], {"decile": "3"}), "decile")
    assert third[2] == winners(whole, "decile")[2]
    assert all(row["people"] == 0 and row["losers_share"] is None for row in third if row["group"] != "3")


def test_a_cell_of_fewer_than_eleven_people_is_not_shown(world: World) -> None:
    rows = winners(study(world, [known_reforms()["franchises_pf_x2"]]), "department")
    few = [row for row in rows if row["people"] is None]
    assert few
    assert all(row["total_change_eur"] is None and row["losers"] is None for row in few)
    assert all(row["people"] == 0 or row["people"] >= 11 for row in rows if row["people"] is not None)


def test_groups_and_restrictions_cover_everybody_once(world: World) -> None:
    for name in ("decile", "age", "zone", "ald", "cover", "sex", "mt"):
        assert sum(mask.sum() for _, mask in groups_of(world, name)) == PEOPLE, name
    assert kept_people(world, {"ald": "yes"}).sum() < PEOPLE
    with pytest.raises(ParcoursError):
        groups_of(world, "income")


def test_one_person_settled_act_by_act_has_the_change_of_the_row(world: World) -> None:
    plan = plan_of([known_reforms()["pf_1_euro"]], YEAR)
    found = study(world, list(plan.reforms))
    acts = generate(PEOPLE, YEAR, SEED).acts
    patient = acts["patient"].to_numpy()
    in_force, reformed = SupposedLaw(world.run.records), SupposedLaw(plan.records)
    for place in np.argsort(found.change)[:5]:
        rows = acts.filter(pa.array(patient == world.people["patient"][int(place)].as_py())).to_pylist()
        facts = [{key: value for key, value in row.items() if key in BY_NAME and value is not None} for row in rows]
        for row in facts:
            row["reimbursement_date"] = min(row["reimbursement_date"], row["care_date"].replace(month=12, day=31))
        year = encoded_year(facts)
        before, after = (sum(one.outcome.patient for one in settle_year(year, law)) for law in (in_force, reformed))
        assert (before, after - before) == (found.baseline[PLACE["patient"], place], found.change[place])


def test_neither_order_nor_workers_nor_blocks_change_a_figure(world: World) -> None:
    reform = known_reforms()["franchises_pf_x2"]
    one = world_of(PEOPLE, YEAR, SEED, threads=1)
    assert (study(one, [reform]).reformed == study(world, [reform]).reformed).all()
    few = world_of(400, YEAR, SEED)
    assert (few.baseline == world.baseline[:, :400]).all()


def test_concentration_is_of_what_is_paid(world: World) -> None:
    rows = concentration(study(world, []))
    assert 0 < rows[0]["top_1_pct_share"] < rows[0]["top_5_pct_share"] < rows[0]["top_10_pct_share"] < 1
    assert rows[0] == {**rows[1], "series": "baseline"}


def test_an_interval_holds_the_figure_and_is_as_wide_as_the_draw_of_people_makes_it(world: World) -> None:
    found = study(world, [known_reforms()["franchises_pf_x2"]])
    change = found.change / 100
    payer = next(row for row in sure_payers(found) if row["payer"] == "patients")
    expected = 1.96 * change.std() / len(change) ** 0.5
    half = (payer["high_per_person_eur"] - payer["low_per_person_eur"]) / 2
    assert payer["low_per_person_eur"] <= payer["change_per_person_eur"] <= payer["high_per_person_eur"]
    assert expected / 2 < half < expected * 2  # neighbours share a household: the lots are not people
    for row in sure_winners(found, "decile"):
        for name in ("losers_share", "winners_share"):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"], (row["group"], name)
    assert sure_winners(found) == sure_winners(study(world, [known_reforms()["franchises_pf_x2"]]))


def test_nothing_is_sure_to_be_nothing_where_the_law_stays(world: World) -> None:
    row = sure_winners(study(world, []))[0]
    assert row["losers_share_high"] == row["mean_change_low_eur"] == row["mean_change_high_eur"] == 0


def test_flows_add_up_to_the_payers_and_the_map_to_the_change(world: World) -> None:
    found = study(world, [known_reforms()["franchises_pf_x2"]])
    said = tables(found, [])
    for series in ("baseline", "reform"):
        for row in said["payers"][:4]:
            sums = sum(
                one["eur_per_person"]
                for one in said["flows"]
                if (one["series"], one["payer"]) == (series, row["payer"])
            )
            assert sums * PEOPLE == pytest.approx(row[f"{series}_eur"], rel=1e-3, abs=PEOPLE * 1e-3)
    assert len(said["map"]) == 101
    for row in said["map"]:
        assert (row["mean_change_eur"] is None) == (row["people"] in (None, 0))
    north, south = ({one["department"]: one["y_km"] for one in said["map"]}[code] for code in ("59", "66"))
    assert north > south + 700


def test_people_settled_in_passing_are_settled_as_those_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    reforms = [known_reforms()[name] for name in ("tariff_g_35", "c2s_automatique")]
    kept = study(world_of(900, YEAR, SEED, c2s_for_all=True), reforms)
    monkeypatch.setattr("parcours.lab.world.BLOCK", 400)
    passed = study(passing(900, YEAR, SEED, plans_of(reforms, YEAR)), reforms)
    assert passed.world.people.equals(kept.world.people)
    assert passed.world.acts == kept.world.acts
    assert not passed.world.encoded
    for one, other in ((passed.baseline, kept.baseline), (passed.reformed, kept.reformed)):
        assert (one == other).all()
    assert all((a.alone == b.alone).all() for a, b in zip(passed.steps, kept.steps, strict=True))


def test_a_reform_that_begins_within_the_year_is_told_in_a_full_year_too(world: World) -> None:
    late, whole = (
        study(world, read_text(f"changes: {{franchise.medicament: {said}}}")) for said in ("{2025-07-01: 2.00}", "2.00")
    )
    assert whole.full_year is None
    assert late.full_year is not None
    assert (late.full_year == whole.reformed).all()
    rows = {row["payer"]: row for row in tables(late, [])["payers"]}
    assert 0 > rows["amo"]["change_eur"] > rows["amo"]["full_year_change_eur"]
    assert rows["amo"]["full_year_change_eur"] == tables(whole, [])["payers"][0]["change_eur"]
    assert [line.startswith("In a full year: health insurance") for line in sentences(late, "en")][:2] == [False, True]
    assert not any("full year" in line for line in sentences(whole, "en"))


def test_shown_parts_add_up_and_nobody_is_said_in_words(world: World) -> None:
    assert divided([15, -25, 10], 10) == [2, -3, 1]
    assert sum(divided([15, -25, 10], 10)) == 0
    found = study(world, [known_reforms()["sans_majoration"]])
    each = per_person(found)
    assert sum(each[name] for name in PAYERS) == each["fees"]
    assert "Nobody would lose a euro in the year" in who_loses(found, "en")
    assert "Personne n'y perdrait un euro" in who_loses(found, "fr")
    assert share(0.0001, "en") == "less than 0.1%"
