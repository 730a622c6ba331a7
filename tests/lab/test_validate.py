"""Targets beside ours: every figure is asked, failures come first, a fitted figure out of its tolerance is an error."""

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.lab import report as reports
from parcours.lab import validate
from parcours.lab.measure import simulated
from parcours.lab.measures import MEASURES


@pytest.fixture(scope="module")
def year():
    return simulated(1_200, 2022, 1)


def test_every_target_names_a_measure_a_year_and_a_source() -> None:
    found = list(validate.targets())
    assert len({target.id for target in found}) == 59
    assert len({target.name for target in found}) == len(found)
    for target in found:
        assert target.measure in (None, validate.COMPARED, *MEASURES), target.name
        assert target.use in ("fit", "validate")
        assert target.source
        assert target.measure or target.note or target.part == "health_centres"


def test_every_measure_is_some_targets() -> None:
    assert {target.measure for target in validate.targets()} - {None, validate.COMPARED} == set(MEASURES)


def test_every_figure_of_a_year_can_be_measured(year) -> None:
    for target in validate.targets():
        if target.measure and target.year == 2022:
            assert validate.measured(target, {2022: year}) >= 0, target.name


def test_sums_over_acts_and_over_people_are_the_same(year) -> None:
    for name in ("fee", "amo", "amc", "patient", "majoration"):
        assert year.acts[name].sum() == pytest.approx(year.people[name].sum())
    assert year.acts["fee"].sum() == pytest.approx(year.acts.select("amo", "amc", "patient").sum().sum_horizontal()[0])
    assert len(year.people) == 1_200


def test_failures_come_first_and_a_fitted_failure_is_an_error(monkeypatch, tmp_path) -> None:
    first = next(target for target in validate.targets() if target.id == "age_share_2022")
    impossible = first._replace(value=0.9, id="impossible")
    monkeypatch.setattr(validate, "targets", lambda: iter([first._replace(tolerance=0.5), impossible]))
    page = tmp_path / "page.md"
    answer = CliRunner().invoke(app, ["lab", "validate", "--people", "300", "--quiet", "--lang", "en", "-o", str(page)])
    assert answer.exit_code == 1, answer.output
    rows = [line.split()[0] for line in answer.output.splitlines()[1:3]]
    assert rows == ["impossible.under_20", "age_share_2022.under_20"]
    assert page.read_text("utf-8").index("impossible") < page.read_text("utf-8").index("age_share_2022")


def test_what_is_not_simulated_is_a_failure_that_says_so() -> None:
    target = next(target for target in validate.targets() if target.measure is None)
    made = validate.outcome(target, {}, [])
    assert not made.passed
    assert "not simulated" in reports.cells(made)


def test_an_unknown_kind_of_output_is_refused_before_anything_is_made() -> None:
    answer = CliRunner().invoke(app, ["lab", "validate", "-o", "table.pdf", "--lang", "en"])
    assert answer.exit_code == 2
    assert ".md, .csv" in answer.output
