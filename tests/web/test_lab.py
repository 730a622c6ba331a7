"""`/lab`: the law moved on an invented sample, all of it in the address; the file that runs."""

import re
from collections.abc import Iterator
from html import unescape

import numpy as np
import pytest

from parcours.edge.settings import Settings
from parcours.engine.batch.supposed import SupposedLaw, settle_people
from parcours.lab.cases import cascades, cases
from parcours.lab.reform import known_reforms, plan_of, read_reform, read_text
from parcours.lab.study import study
from parcours.lab.world import world_of
from parcours.site.app import create_app
from parcours.web.lab.form import PRESETS, SLIDERS, SWITCHES, YEAR, entry_of, in_force, query_of, read_as
from parcours.web.lab.page import SAMPLES
from parcours.web.lab.sample import SEED, Sample
from tests.support.client import TestClient

PEOPLE = 300


@pytest.fixture(scope="module")
def lab() -> Iterator[TestClient]:
    settings = Settings(page_rate_limit_per_minute=0, lab_people=PEOPLE)
    sample = SAMPLES.setdefault(PEOPLE, Sample(PEOPLE))
    assert sample.wait(300)
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1:8000", headers={"accept-language": "en"}
    ) as client:
        yield client


def shown(lab: TestClient, address: str, lang: str = "en", status: int = 200) -> str:
    answer = lab.get(address, headers={"accept-language": lang})
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "private, no-cache"
    return unescape(answer.text).replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("Synthetic data", "Behaviour off", "not law", "No effect: every figure stays the same", "Twelve typical"),
        ),
        (
            "fr",
            ("Données synthétiques", "Comportements inchangés", "n'est pas le droit", "Aucun effet", "Douze cas types"),
        ),
    ],
)
def test_where_the_law_is_nothing_changes_and_the_page_says_what_it_is(
    lab: TestClient, lang: str, words: tuple[str, ...]
) -> None:
    html = shown(lab, "/lab", lang)
    for said in words:
        assert said in html.replace("’", "'")
    assert len(re.findall(r'type="range"', html)) == len(SLIDERS)
    assert len(re.findall(r'type="checkbox"', html)) == len(SWITCHES)
    assert html.count('class="case"') == 12


def test_a_slider_moves_the_answer_and_the_form_is_the_address(lab: TestClient) -> None:
    html = shown(lab, "/lab?fr-drug=3&pf=4&participation_dentiste=1")
    assert "No effect" not in html
    assert re.search(r'name="fr-drug"[^>]* value="3"', html)
    assert re.search(r'name="participation_dentiste" type="checkbox" value="1" checked', html)
    assert "franchise.medicament=€3.00" in html
    assert "/lab.yaml?fr-drug=3&pf=4&participation_dentiste=1" in html


def test_a_script_asks_for_the_changing_part_alone(lab: TestClient) -> None:
    part = lab.get("/lab?maj=0", headers={"hx-request": "true"}).text
    assert part.startswith('<section id="lab"')
    assert "<form" not in part
    strip = re.search(r'<p id="lab-strip"[^>]* hx-swap-oob="true">(.*?)</p>', part)
    assert strip, "what changes is also said beside the sliders"
    assert lab.get("/lab?maj=0").text.count(strip[1]) == 1


def test_the_file_gives_the_page_s_figures_on_the_command_line(lab: TestClient) -> None:
    answer = lab.get("/lab.yaml?maj=0&gp=40&ald=95&shield=600&excess=150&acces_direct_list=1")
    assert answer.headers["content-disposition"] == 'attachment; filename="lab.yaml"'
    reforms = read_text(answer.text)
    entry = entry_of({"maj": "0", "gp": "40", "ald": "95", "shield": "600", "excess": "150", "acces_direct_list": "1"})
    page = SAMPLES[PEOPLE].study(entry)
    command = study(world_of(PEOPLE, YEAR, SEED), reforms)
    assert (page.reformed == command.reformed).all()
    assert not page.without_effect


@pytest.mark.usefixtures("lab")
def test_a_side_that_a_slider_does_not_touch_is_kept_and_the_sums_are_those_of_all_acts() -> None:
    world = SAMPLES[PEOPLE].made()
    moves = [{slider.key: str(value)} for slider in SLIDERS for value in (slider.low, slider.high)]
    moves += [{name: "1", "maj": "90", "fr-drug": "2"} for name, _ in SWITCHES]
    for move in moves:
        plan = plan_of([read_reform(entry_of(move))], YEAR)
        law = SupposedLaw(plan.records, plan.rule_readings(), plan.hypotheses)
        whole = [settle_people(part, law, fees_move=True) for part in world.encoded]
        assert (world.settle(plan) == np.concatenate(whole, axis=1)).all(), move


def test_what_is_out_of_bounds_or_no_number_leaves_the_law_where_it_is(lab: TestClient) -> None:
    assert entry_of(
        {"maj": "400", "pf": "a", "fr-drug": "1.005", "unknown": "1", "collection_mode": "yes"}
    ) == entry_of({})
    assert "No effect" in shown(lab, "/lab?maj=400&pf=NaN&fr-drug=<script>alert(1)</script>")


@pytest.mark.parametrize("name", PRESETS)
def test_a_known_reform_is_an_address(name: str) -> None:
    reform = known_reforms()[name]
    again = read_text_of(query_of(reform.source))
    kept = {change for change in plan_of([reform], YEAR).changes if "plafond_jour" not in change.id}
    assert {(one.id, float(one.value)) for one in again.changes} >= {(one.id, float(one.value)) for one in kept}
    assert again.hypotheses == plan_of([reform], YEAR).hypotheses


def read_text_of(query: dict[str, str]):
    return plan_of([read_reform(entry_of(query))], YEAR)


def test_the_sliders_start_where_the_law_is() -> None:
    law = in_force()
    assert (law["maj"], law["maj-cap"], law["pf"], law["fr-drug"], law["doctor"], law["gp"]) == (
        "40",
        "26.5",
        "2",
        "1",
        "70",
        "30",
    )
    for slider in SLIDERS:
        assert slider.low <= float(law[slider.key]) <= slider.high


def test_a_slider_is_read_as_people_write_amounts() -> None:
    cap = next(slider for slider in SLIDERS if slider.key == "maj-cap")
    rate = next(slider for slider in SLIDERS if slider.key == "maj")
    assert [read_as("26.5", cap, lang) for lang in ("fr", "en")] == ["26,50\u202f€", "€26.50"]
    assert [read_as("40", rate, lang) for lang in ("fr", "en")] == ["40\u202f%", "40%"]


def test_a_sample_that_is_not_ready_closed_or_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    making = Sample(1_000_001)
    monkeypatch.setattr(making, "_make", lambda: None)
    missing = Sample(1_000_002)
    missing.missing = "numpy"
    for people, sample, said in (
        (999_999, making, "being made"),
        (999_998, missing, "parcours[batch]"),
        (0, Sample(0), "not open"),
    ):
        monkeypatch.setitem(SAMPLES, people, sample)
        monkeypatch.setattr(sample, "wait", lambda _seconds: False)
        with TestClient(
            create_app(Settings(page_rate_limit_per_minute=0, lab_people=people)), headers={"accept-language": "en"}
        ) as client:
            html = client.get("/lab").text
        assert said in html
        assert 'type="range"' in html
        assert ('hx-trigger="load delay' in html) == (sample is making), "the page asks again by itself"


def test_twelve_typical_people_add_up_and_differ() -> None:
    found = cascades(plan_of([known_reforms()["franchises_pf_x2"]], YEAR))
    assert len(found) == len(cases(YEAR)) == 12
    for one in found:
        for sums in (one.before, one.after):
            assert sums["amo"] + sums["amc"] + sums["patient"] == sums["fee"]
        assert one.after["patient"] >= one.before["patient"]
    by_id = {one.case.id: one.after["patient"] - one.before["patient"] for one in found}
    assert (by_id["child"], by_id["c2s"], by_id["pregnancy"]) == (0, 0, 0)
    assert by_id["dialysis"] == 50_00 + 6 * 2_00
    raised = {
        one.case.id: one.after["fee"] - one.before["fee"]
        for one in cascades(plan_of([known_reforms()["tariff_g_35"]], YEAR))
    }
    assert raised["worker"] == 4 * 5_00
