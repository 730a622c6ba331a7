"""Each fault that people met on the first pages (B1 to B19), each answer that was unsafe to act on (A1 to A10).

None comes back: a test says which it holds (`holds`), and the last one that every number is held.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import parcours
from parcours.cli.main import app
from tests.web.pages import quote

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
NUMBERS = {*(f"B{number}" for number in range(1, 20)), *(f"A{number}" for number in range(1, 11))}
HELD: dict[str, str] = {}
"""Number -> the test that holds it."""
FRENCH = {"locale": "fr-FR"}
C2S = quote(
    care_date="2026-11-23", specialty="ophtalmologie", role="correspondant", referral="avis_ponctuel", fee="80",
    convention="secteur_2", c2s="true", contract=None, tiers_payant="full", act="consultation",
)  # fmt: skip
ON_CALL = quote(
    care_date="2026-11-22", age="4", medecin_traitant=None, role=None, referral=None, fee="61.50",
    special_setting="permanence_des_soins", contract="none",
)  # fmt: skip


def holds(*numbers: str) -> Callable[[Any], Any]:
    """The faults and answers that a test keeps away."""

    def kept(test: Any) -> Any:
        HELD.update(dict.fromkeys(numbers, test.__name__))
        return test

    return kept


def seen(page: Any) -> str:
    """What a page says, with ordinary spaces."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", page.locator("main").inner_text())


def answer(page: Any, label: str, then: str) -> None:
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_role("heading", name=then).wait_for()


# --- faults of the quote ----------------------------------------------------------------------------------------------


@holds("B1")
def test_the_language_link_keeps_the_answers_of_every_step(visit: Visit) -> None:
    page = visit("/")
    answer(page, "A dermatologist", "How old is the patient?")
    page.locator("#number").fill("40")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("heading", name="Do you have a médecin traitant?").wait_for()
    page.locator("#switch-language").click()
    page.get_by_role("heading", name="Avez-vous un médecin traitant").wait_for()
    assert "40 ans" in seen(page)
    assert "Un dermatologue" in seen(page)


@holds("B2")
@pytest.mark.parametrize("script", [True, False])
def test_an_age_that_is_refused_is_told_beside_its_field(browser: Any, site: str, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script, **FRENCH)
    page = context.new_page()
    page.goto(f"{site}/?specialty=dermatologie")
    page.locator("#number").fill("150")
    page.get_by_role("button", name="Continuer", exact=True).click()
    page.locator("#wrong").wait_for()
    assert page.locator("#wrong").inner_text() == "Entrez un âge entre 0 et 130, en années entières."
    assert page.locator("#number").input_value() == "150"
    if script:
        page.locator("#number:focus").wait_for()
    context.close()


@holds("B3", "B18")
def test_a_day_before_the_law_and_a_day_far_ahead_are_told(browser: Any, site: str) -> None:
    context = browser.new_context(**FRENCH)
    page = context.new_page()
    reply = page.goto(f"{site}/?care_date=2005-01-01&specialty=generaliste&age=34")
    assert reply.status == 400
    assert "Choisissez un jour à partir du 1er janvier 2006" in seen(page)
    page.goto(site + quote(care_date="2050-01-01"))
    assert "Vous avez choisi le 1er janvier 2050, c’est loin. Est-ce exact" in seen(page)
    context.close()


def test_no_connection_is_told(browser: Any, site: str) -> None:
    context = browser.new_context(**FRENCH)
    page = context.new_page()
    page.goto(site)
    context.set_offline(True)
    page.get_by_role("link", name="Un dermatologue").first.click()
    page.locator("#trouble:not([hidden])").wait_for()
    assert "Pas de connexion" in page.locator("#trouble").inner_text()
    context.set_offline(False)
    context.close()


@holds("B4", "B5")
def test_answers_are_words_and_what_is_not_there_is_not_assumed_aloud(visit: Visit) -> None:
    page = visit(quote(care_date="2026-11-23", medecin_traitant_left_on="2026-06-24"), **FRENCH)
    text = seen(page)
    assert "24 juin 2026" in text
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)
    assert "aucun" not in page.locator(".assumed").inner_text()


@holds("B7", "B8")
def test_numbers_keep_their_unit_and_nothing_is_nothing(visit: Visit) -> None:
    optam = quote(specialty="psychiatrie", role="correspondant", referral="avis_ponctuel", convention="secteur_2_optam")
    text = seen(visit(optam.replace("fee=30", "fee=52"), **FRENCH))
    assert "ne rembourse pas ce qui dépasse la base" in text
    assert "0,00 € dépassent" not in text
    for number in re.findall(r": (\d+) depuis le", text):
        pytest.fail(f"{number} has no unit")
    assert not re.search(r"[^\s/]:\s\d", text.replace("http", "")), "a French colon has a space before it"
    left = seen(visit(quote(care_date="2026-11-23", medecin_traitant_left_on="2026-06-24"), **FRENCH))
    assert "il y a moins d’un an" in left
    assert "0,00 € seront repris" not in seen(visit(C2S, **FRENCH))


@holds("B17")
def test_nothing_looks_chosen_under_a_still_pointer_and_a_double_click_answers_once(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="A dermatologist", exact=True).dblclick()
    page.get_by_role("heading", name="How old is the patient?").wait_for()
    assert "still" in (page.locator("html").get_attribute("class") or "")


@holds("B19")
def test_tiers_payant_with_the_mutuelle_is_for_those_who_have_one(visit: Visit) -> None:
    page = visit(quote(contract="none", tiers_payant=None))
    text = seen(page)
    assert "At the desk, do you pay everything?" in text
    assert "with the mutuelle" not in text


@holds("B9")
def test_a_snippet_is_a_whole_sentence_and_situations_come_first(visit: Visit) -> None:
    page = visit("/search?q=medecin+retraite", **FRENCH)
    first = page.locator(".found .entry").first.inner_text()
    assert "Situation" in first
    for snippet in page.locator(".found .entry p").all_inner_texts():
        assert snippet.strip() not in ("Pendant", "Avant", "For", "Under")


@holds("B10")
def test_the_page_of_tiers_payant_shows_what_is_paid_at_the_desk(visit: Visit) -> None:
    text = seen(visit("/situations/tiers_payant", **FRENCH))
    assert {"30,00 €", "9,00 €", "0,00 €"} <= set(re.findall(r"sur place (\d+,\d\d €)", text))


@holds("B16")
def test_a_visit_is_printed_on_two_sheets_with_the_day_and_the_address(browser: Any, site: str) -> None:
    context = browser.new_context(**FRENCH)
    page = context.new_page()
    page.goto(site + quote())
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    assert len(pages) <= 2
    page.emulate_media(media="print")
    assert "Imprimé le" in page.locator(".print-only").inner_text()
    assert site in page.locator(".print-only").inner_text()
    context.close()


def test_the_first_answers_are_seen_on_a_phone(visit: Visit) -> None:
    page = visit("/", viewport={"width": 390, "height": 844}, **FRENCH)
    assert page.locator("a.option").first.bounding_box()["y"] < 844 - 48


# --- answers that people would act on ---------------------------------------------------------------------------------


@holds("A1")
def test_a_lawful_supplement_of_a_sunday_is_never_called_unlawful(visit: Visit) -> None:
    page = visit(ON_CALL, **FRENCH)
    text = seen(page)
    assert "illégal" not in text
    assert "plusieurs lignes permises, toutes remboursées" in text
    page.get_by_role("link", name="Calculer la facture entière").click()
    page.wait_for_load_state()
    assert "CRD" in page.locator("main").inner_html()
    assert "à réclamer" not in seen(page)


@holds("A2", "B6")
def test_what_was_asked_under_the_c2s_is_to_dispute_and_not_owed(visit: Visit) -> None:
    page = visit(C2S, **FRENCH)
    text = seen(page)
    assert page.locator("#result .sum").inner_text().replace("\u202f", " ") == "0,00 €"
    assert "48,50 € vous ont été demandés en trop : vous ne les devez pas" in text
    assert "C2S 9,45 €" in text
    assert "mutuelle vous verse" not in text
    assert page.get_by_role("button", name="PDF").count() >= 2, "letters to the professional and to the mediator"
    paid = visit(C2S.replace("tiers_payant=full", "tiers_payant=none"), **FRENCH)
    assert "la C2S vous verse" in seen(paid)
    paid.goto(paid.url.replace("/?", "/quote.txt?"))
    told = paid.locator("body").inner_text()
    assert "la C2S vous verse" in told
    assert "mutuelle vous verse" not in told


@holds("A3")
def test_what_to_do_depends_on_a_card_or_paper_and_has_a_last_day(visit: Visit) -> None:
    text = seen(visit(quote(care_date="2026-11-23"), **FRENCH))
    for words in ("Que faire maintenant", "avec la carte, quelques semaines sur papier", "postez-la à votre caisse"):
        assert words in text
    assert re.search(r"pendant 2 ans à partir du trimestre suivant, jusqu’au \d+ \w+ 2028", text)
    retired = seen(visit(quote(care_date="2026-11-23", medecin_traitant_left_on="2026-06-24"), **FRENCH))
    assert "23 juin 2027 inclus" in retired, "the end of the year of grace"


@holds("A4")
def test_a_contract_is_entered_as_it_is_printed(visit: Visit) -> None:
    page = visit(quote(contract=None, tiers_payant=None))
    page.locator("#guarantee").fill("150 %")
    page.locator("form.guarantee button").click()
    page.locator(".given", has_text="150%").wait_for()
    assert "150% with OPTAM, 130% without" in seen(page), "R871-2: twenty points less, as it is counted"


@holds("A5", "A6", "A7")
@pytest.mark.parametrize(
    ("profession", "question"),
    [
        ("psychologue", "Is the psychologist in Mon soutien psy"),
        ("chirurgien_dentiste", "What did the dentist do"),
        ("masseur_kinesitherapeute", "Was there a doctor’s prescription"),
        ("infirmier", "Was there a doctor’s prescription"),
        ("laboratoire", "Was there a doctor’s prescription"),
    ],
)
def test_what_changes_the_amount_is_asked_in_words_a_patient_has(visit: Visit, profession: str, question: str) -> None:
    page = visit(f"/?profession={profession}&age=34")
    assert question in seen(page)
    assert "official tariff" not in seen(page)


@holds("A8")
def test_several_conditions_may_hold_at_once(visit: Visit, site: str) -> None:
    page = visit(quote(exemption=None, c2s=None, scheme=None, contract=None, tiers_payant=None))
    page.get_by_text("Several of these").click()
    boxes = page.locator(".several label")
    boxes.filter(has_text="long-term").first.click()
    boxes.filter(has_text="C2S").first.click()
    page.locator(".several button").click()
    page.locator(".several").wait_for(state="detached")
    given = page.locator(".given").inner_text()
    assert "C2S" in given
    assert "long-term" in given.lower()
    page.goto(site + quote(away=None, urgent=None, special_setting=None, fee=None))
    page.get_by_text("Several of these").click()
    boxes = page.locator(".several label")
    boxes.filter(has_text="away from home").click()
    boxes.filter(has_text="on call").click()
    page.locator(".several button").click()
    page.locator(".several").wait_for(state="detached")
    assert {"away", "on call"} <= set(re.findall("away|on call", page.locator(".given").inner_text().lower()))


@holds("A10")
def test_nobody_is_given_a_doctor_by_a_common_situation_without_seeing_it(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="I saw a dermatologist without a referral").click()
    page.get_by_role("heading", name="How old is the patient?").wait_for()
    assert "Yes, one is declared" in page.locator(".given").inner_text(), "shown, with Change beside it"


def test_i_do_not_know_shows_the_outcomes_side_by_side(visit: Visit) -> None:
    page = visit(quote(convention=None, fee="60", specialty="dermatologie", contract="none"))
    page.get_by_role("link", name="I don’t know").click()
    page.locator(".outcomes").wait_for()
    assert page.locator(".outcomes li").count() >= 3


@holds("A7")
def test_who_does_not_know_a_tariff_may_say_so(visit: Visit) -> None:
    page = visit("/?profession=masseur_kinesitherapeute&age=34&told=yes&fee=20&care_date=2026-11-20")
    page.get_by_role("heading", name="What is the official tariff of this session?").wait_for()
    page.get_by_role("link", name="I don’t know").click()
    page.get_by_role("heading", name="Does one of these apply to the patient?").wait_for()
    assert "I don’t know" in page.locator(".given").inner_text()


@holds("A9")
def test_what_a_specialist_asks_above_the_tariff_may_be_another_act(visit: Visit) -> None:
    page = visit(quote(specialty="ophtalmologie", role="correspondant", referral="soins_iteratifs", fee="60"), **FRENCH)
    text = seen(page)
    assert "Avant de contester" in text
    assert "un autre acte ou un supplément a son propre tarif" in text
    assert "illégal" not in text
    page.locator("#result").get_by_role("link", name="la facture entière").first.click()
    page.wait_for_url("**/bill?**")


# --- files of acts, Python, the API -----------------------------------------------------------------------------------

ROW = {
    "care_date": "2026-03-02",
    "age": "40",
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": "30",
    "medecin_traitant": "true",
    "role": "autre",
    "referral": "none",
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--lang", "en"])


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    stream = io.StringIO()
    table = csv.DictWriter(stream, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    path.write_text(stream.getvalue(), "utf-8")
    return path


@holds("B11", "B12")
def test_a_csv_keeps_every_column_and_is_summed_and_explained(tmp_path: Path) -> None:
    rows = [{"id": f"a{number}", **ROW, "branch": "north"} for number in range(3)]
    rows[2]["fee"] = "abc"
    out = tmp_path / "out.csv"
    assert run("settle", str(written(tmp_path / "acts.csv", rows)), "-o", str(out)).exit_code == 3
    with out.open(encoding="utf-8", newline="") as stream:
        settled = list(csv.DictReader(stream))
    assert [settled[0][name] for name in ("id", "branch", "source_row")] == ["a0", "north", "1"]
    assert {*rows[0]} <= {*settled[0]}
    assert json.loads(out.with_name("out.csv.receipt.json").read_text("utf-8"))["refused"] == 1
    assert '"abc"' in out.with_name("out.csv.rejected.ndjson").read_text("utf-8")
    summed = run("summary", str(out)).stdout
    assert "General practice" in summed
    assert "€60.00" in summed
    assert "Outside the pathway" in run("explain", str(out), "--row", "2").stdout


@holds("B13")
def test_columns_of_other_names_stop_with_the_fact_they_may_be(tmp_path: Path) -> None:
    path = written(tmp_path / "acts.csv", [{"ADHERENT": "1", **ROW}])
    refused = run("settle", str(path), "-o", str(tmp_path / "out.csv"))
    assert refused.exit_code == 2
    assert "did you mean patient_id? --map ADHERENT=patient_id" in refused.stderr
    assert not (tmp_path / "out.csv").exists()


@holds("B14")
def test_an_answer_is_one_line_in_python() -> None:
    shown = repr(parcours.settle(ROW))
    assert len(shown) < 120
    assert "patient=21.60" in shown


@holds("B15")
def test_the_api_refuses_by_name_what_it_does_not_know(visit: Visit, site: str) -> None:
    api = visit("/").request
    for path in ("/api/v1/law/parameters", "/api/v1/law/readings"):
        reply = api.get(f"{site}{path}?accepts_new_patients=true")
        assert (reply.status, "accepts_new_patients" in reply.text()) == (422, True), path


# --- a second visit ---------------------------------------------------------------------------------------------------


def test_who_one_is_stays_on_the_device_when_asked_and_starts_the_next_visit(visit: Visit) -> None:
    page = visit(quote())
    assert page.evaluate("localStorage.length") == 0, "nothing is kept before it is asked"
    page.get_by_role("button", name="Keep what concerns me for next time").click()
    page.get_by_role("button", name="Kept on this device").wait_for()
    page.goto(page.url.split("?")[0])
    kept = page.locator("#kept")
    assert "40 years" in kept.inner_text()
    kept.get_by_role("link", name="Start from these answers").click()
    page.get_by_role("heading", name="Who are you seeing?").wait_for()
    given = page.locator(".given").inner_text()
    assert "40 years" in given
    assert "€30" not in given, "the price is that of the visit before"
    page.goto(page.url.split("?")[0])
    page.get_by_role("button", name="Forget them").click()
    assert page.evaluate("localStorage.length") == 0
    assert not kept.is_visible()


def test_every_number_is_held() -> None:
    assert set(HELD) == NUMBERS
