"""The decision space: no hole, no conflict, every case reached, and a check that would see a defect."""

import csv
from pathlib import Path

import numpy as np
import pytest

from parcours.engine.proof import space_run
from parcours.engine.proof.pages import COLUMNS, decision_csv
from parcours.engine.proof.space import axis_text, check_space, example, regimes, small
from parcours.engine.proof.space_euros import check_euros
from parcours.engine.proof.space_grid import AXES, Grid, Variant, grid_of, professionals, variants
from parcours.engine.proof.space_laws import LAWS, moved, never
from parcours.engine.proof.space_run import block_of, letters_that_apply, majorated_letters
from parcours.law.cache import flat_law
from parcours.law.cases import CaseStatus
from parcours.law.codes import Profession, Purpose, Status
from parcours.law.record import LawRecord
from parcours.rules.pathway import pathway_status
from parcours.rules.types import Act, Readings

TABLE = Path("docs/law/decision-table.csv")
FLAT = flat_law()
LAW = FLAT.default.rows[-1]


@pytest.mark.slow
def test_the_whole_space_is_sound_and_its_published_table_is_this_one() -> None:
    told: list[tuple[int, int]] = []
    report = check_space(progress=lambda done, size: told.append((done, size)))
    assert told[-1] == (report.combinations, report.combinations)
    assert report.combinations > 1_000_000_000
    assert (report.holes, report.conflicts, report.unreached) == (0, 0, ())
    assert [law.name for law in report.laws] == list(LAWS)
    assert all(law.broken == 0 and law.checked > 0 for law in report.laws)
    assert report.sound
    assert TABLE.read_text("utf-8") == decision_csv(report.table), "run: parcours space publish docs/law"


@pytest.mark.slow
def test_the_laws_of_the_euros_hold() -> None:
    laws = check_euros()
    assert all(law.checked > 0 for law in laws)
    assert [law.example for law in laws if law.broken] == []


def test_the_published_table_replays_under_the_interpreted_rules() -> None:
    with TABLE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) > 400
    for row in rows:
        act, law = act_of_row(row)
        status, case = pathway_status(act, law, Readings())
        assert (Status(status).name, CaseStatus(case).name.lower()) == (row["status"], row["case"]), row["example"]


def act_of_row(row: dict[str, str]) -> tuple[Act, LawRecord]:
    """The facts of a line of the table, through the vocabulary."""
    from parcours.engine.facts.encoding import read
    from parcours.engine.facts.vocabulary import BY_NAME

    said = dict(item.partition("=")[::2] for item in row["example"].split())
    law = FLAT.default.on(int(row["first_day"].replace("-", "")))
    doctor = next(item for item in professionals(FLAT) if item.name == row["professional"])
    values = {name: read(BY_NAME[name], text or "true", FLAT) for name, text in said.items()}
    if "act" in values:
        values["act"] = values["act"][0]
    blank = Act(*(0,) * len(Act._fields))._replace(care_date=law.first_day, quantity=1, base=-1)
    facts = {"medecin_traitant": int(row["medecin_traitant"] == "true"), **values}
    return blank._replace(profession=doctor.profession, specialty=doctor.specialty, **facts), law


def test_the_eras_are_those_in_which_the_pathway_changes() -> None:
    days = [variant.first_day for variant in variants() if not variant.name]
    assert days == [20060101, 20060103, 20160213, 20190221, 20190301, 20190814, 20210428, 20231229]


def test_professionals_are_told_apart_by_what_the_law_says_of_them() -> None:
    found = professionals(FLAT)
    assert sum(len(item.alike) for item in found) == len(FLAT.specialties) + len(Profession) - 1
    assert [item.name for item in found if not item.concerned] == ["directeur_laboratoire", "chirurgien_dentiste"]


def test_the_grid_has_a_value_on_each_side_of_every_threshold() -> None:
    values = grid_of(variants()[-6], FLAT).values
    assert values["age"] == (15, 16, 25, 26)
    assert {Purpose.NONE, Purpose.IVG_MEDICAMENTEUSE, Purpose.REFRACTION} <= set(values["purpose"])


def block_of_first(variant: Variant, grid: Grid) -> space_run.SpaceBlock:
    """A small block of the first professional."""
    return block_of(variant, professionals(FLAT)[0], grid)


def test_a_hole_is_seen() -> None:
    variant = variants()[0]
    no_position = variant.law._replace(position=(0,) * len(variant.law.position))
    block = block_of_first(Variant("", variant.first_day, no_position, Readings()), small(grid_of(variant, FLAT)))
    assert block.holes == block.counts.sum()


def test_a_conflict_is_seen() -> None:
    variant = variants()[0]
    majoree = list(variant.law.majoree)
    majoree[Status.H] = 1
    wrong = Variant("", variant.first_day, variant.law._replace(majoree=tuple(majoree)), Readings())
    block = block_of_first(wrong, small(grid_of(variant, FLAT)))
    assert block.conflicts > 0
    assert block.broken["away_never"][1] > 0


def test_a_sound_block_has_neither() -> None:
    variant = variants()[0]
    block = block_of_first(variant, small(grid_of(variant, FLAT)))
    assert (block.holes, block.conflicts) == (0, 0)
    assert all(broken == 0 for _, broken in block.broken.values())
    assert block.overlaps > 0


def test_a_broken_law_is_counted() -> None:
    shape = (2,) * len(AXES)
    majorated = np.zeros(shape, bool)
    majorated[:, 1] = True
    assert moved(majorated, "medecin_traitant")[1] == majorated.size // 2
    grid = Grid(dict.fromkeys(AXES, (0, 1)))
    assert never(majorated, grid, medecin_traitant=0) == (majorated.size // 2, 0)


def test_letters_of_exceptions_that_apply_together_are_told() -> None:
    act = Act(*(0,) * len(Act._fields))._replace(care_date=20250602, urgent=1, away=1, medecin_traitant=0)
    letters = letters_that_apply(act, LAW, Readings())
    assert letters == 1 << Status.W | 1 << Status.H
    assert majorated_letters(LAW) & letters == 0 < majorated_letters(LAW)


def test_an_example_is_written_as_flags() -> None:
    block = block_of_first(variants()[0], small(grid_of(variants()[0], FLAT)))
    place = int(block.examples[1, CaseStatus.URGENCY].max())
    assert "urgent" in example(block, place).split()
    assert axis_text("installation", (20250101, 1, 0, 0, 0)) == "installed_on=2025-01-01 zone_deficitaire"
    assert axis_text("teleconsultation", (0, 0)) == ""


def test_regimes_cover_who_is_not_concerned_and_every_status() -> None:
    found = regimes()
    assert (1, 0, 0) in found
    assert {status for _, _, status in found} >= {int(status) for status in Status if status}
