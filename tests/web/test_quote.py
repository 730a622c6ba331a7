"""The quote: one question at a time, exact to the cent, nothing that identifies, every value escaped."""

import json
import re
from html import unescape
from io import BytesIO
from itertools import chain
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from pypdf import PdfReader

from parcours.documents import code_of
from parcours.engine.facts import encoding
from parcours.engine.say import sitting
from parcours.engine.say.possible import BESIDE, MONEY, PATHWAY
from parcours.engine.say.questions import answer_words, choices_of
from parcours.engine.say.receipt import read_receipt, replay
from parcours.engine.say.sitting import Sitting, ask
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.text import LANGS
from parcours.web import i18n
from parcours.web.pages import Page
from parcours.web.quote.questions import BY_FACT, JOURNEY, ORDER
from parcours.web.quote.quote import quote_of
from parcours.web.quote.result import plain_parameter
from tests.support.client import TestClient
from tests.web.pages import GP_OUTSIDE, quote

SUM = re.compile(r'<p class="sum money[^"]*">([^<]+)</p>')
QUESTION = re.compile(r'<h2 id="question"[^>]*>([^<]+)</h2>')


def shown(html: str) -> str:
    found = SUM.search(html)
    assert found, "no result is shown"
    return unescape(found[1]).replace("\u202f", " ").replace("\xa0", " ")


def test_the_result_is_exact_and_explained(client: TestClient) -> None:
    page = unescape(client.get(quote()).text)
    assert shown(page) == "€12.60"
    assert "Outside the pathway" in page
    assert "€8.40" in page
    assert "€9.00" in page
    assert "CSS-R160-6" in page
    assert "−€10.60" in page, "what would have been cheaper"
    assert not QUESTION.search(page), "nothing is left to ask"


def test_the_same_in_french(client: TestClient) -> None:
    page = client.get(quote(), headers={"accept-language": "fr"}).text
    assert shown(page) == "12,60 €"
    assert "Hors du parcours" in page


def test_what_is_assumed_is_said_with_its_value(client: TestClient) -> None:
    facts = {"specialty": "dermatologie", "fee": "60", "contract": "none"}
    for lang, said in (
        ("fr", "le contraire : acte : consultation, quantité : 1."),
        ("en", "say otherwise: act: consultation, quantity: 1."),
    ):
        page = unescape(client.get(quote(**facts), headers={"accept-language": lang}).text).replace("\xa0", " ")
        assert said in page, lang
        assert (' : <span class="money">' in page) == (lang == "fr"), "a space before a colon"
    everything = unescape(client.get(quote(act="APC", quantity="1", fee="60"), headers={"accept-language": "fr"}).text)
    assert "le contraire" not in everything, "nothing is assumed"


def test_questions_come_one_by_one_until_the_result_is_exact(client: TestClient) -> None:
    """Follow the first answer of every question: the range never widens, and it ends."""
    address, asked = "/?specialty=dermatologie", []
    for _ in range(20):
        page = client.get(address).text
        shown(page)
        question = QUESTION.search(page)
        if question is None:
            break
        asked.append(unescape(question[1]))
        address = next_step(page)
    assert question is None, asked
    assert len(asked) == len(set(asked)), f"a question came twice: {asked}"
    assert 4 <= len(asked) <= 10


def next_step(page: str) -> str:
    """The address of the first answer; a number where a number is asked."""
    card = page[page.index('class="card question"') :]
    link = re.search(r'class="option" href="([^"]+)"', card) or re.search(
        r'class="chips quick"><li><a href="([^"]+)"', card
    )
    if link:
        return unescape(link[1])
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', card)
    return "/?" + urlencode([*hidden, ("age", "40")])


def test_there_is_a_range_from_the_first_answer(client: TestClient) -> None:
    assert shown(client.get("/?specialty=generaliste&care_date=2025-06-02").text) == "€0.00 to €21.60"


def test_a_range_narrows(client: TestClient) -> None:
    wide = shown(client.get(quote(exemption=None, c2s=None, contract=None, scheme=None, tiers_payant=None)).text)
    narrow = shown(client.get(quote(contract=None, scheme=None, tiers_payant=None)).text)
    assert wide == "€0.00 to €21.60"
    assert narrow == "€2.00 to €21.60", "a contract that is not responsable may pay the surcharge"


def test_who_pays_what_adds_up_to_the_fee(client: TestClient) -> None:
    page = unescape(client.get(quote(tiers_payant="partial")).text)
    bar = re.search(r'<ul class="payers">(.*?)</ul>', page, re.DOTALL)
    assert bar
    amounts = [round(float(text) * 100) for text in re.findall(r'money">€([\d.]+)<', bar[1])]
    assert sum(amounts) == 3000
    widths = [
        float(width)
        for width in re.findall(r'class="seg-(?:amo|amc|you|later)" x="[\d.]+" y="0" width="([\d.]+)"', page)
    ]
    assert sum(widths) == pytest.approx(1000, abs=0.1)


def test_an_answer_can_be_changed(client: TestClient) -> None:
    page = client.get(quote()).text
    change = re.search(r'href="([^"]+)" aria-label="Change: Sector"', page)
    assert change
    again = client.get(unescape(change[1])).text
    found = QUESTION.search(again)
    assert found
    assert found[1] == "In which sector does the doctor practise?"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("fee", "a lot", "Enter an amount in euros"),
        ("age", "-3", "Enter an age between 0 and 130"),
        ("age", "150", "Enter an age between 0 and 130"),
        ("care_date", "2025-02-30", "Choose a day from 1 January 2006"),
        ("care_date", "2005-01-01", "Choose a day from 1 January 2006"),
        ("specialty", "plumber", "Choose who you are seeing"),
        ("convention", "secteur_9", "choose one of those below"),
        ("plafond_majoration", "perhaps", "plafond_majoration"),
    ],
)
def test_a_wrong_value_is_named_and_asked_again(client: TestClient, name: str, value: str, message: str) -> None:
    answer = client.get(quote(**{name: value}))
    assert answer.status_code == 400
    error = re.search(r'<p class="error"[^>]* role="alert"[^>]*>([^<]+)</p>', answer.text)
    assert error
    assert message in unescape(error[1]).replace("\xa0", " ")
    field = re.search(r'<input [^>]*name="(\w+)"[^>]* aria-describedby="wrong"', answer.text)
    assert (field[1] if field else "") == (name if name in ("fee", "age", "care_date") else ""), "beside its field"
    assert "Traceback" not in answer.text


PAYLOAD = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "name", sorted({*GP_OUTSIDE, "purpose", "base", "act", "lang", "ask", "readings", "profession"})
)
def test_every_value_is_escaped(client: TestClient, name: str) -> None:
    for address in (quote(**{name: PAYLOAD}), quote(**{name: PAYLOAD, "fee": None})):
        answer = client.get(address)
        assert answer.status_code in (200, 400)
        assert PAYLOAD not in answer.text
        assert "<script>alert" not in answer.text


def test_what_identifies_is_never_read_from_an_address(client: TestClient) -> None:
    page = client.get(quote(birth_date="1985-03-04", patient_id="2850378", professional_id="10001")).text
    body = page[page.index("<main") :]
    for secret in ("1985-03-04", "2850378", "10001"):
        assert secret not in body


def test_a_reading_can_be_chosen(client: TestClient) -> None:
    assert shown(client.get(quote(plafond_majoration="fiche")).text) == "€14.00"


def test_htmx_gets_the_part_that_changes(client: TestClient) -> None:
    part = client.get(quote(), headers={"hx-request": "true"}).text
    assert part.lstrip().startswith("<title>")
    assert "<html" not in part
    assert shown(part) == "€12.60"
    whole = client.get(quote(), headers={"hx-request": "true", "hx-history-restore-request": "true"}).text
    assert "<html" in whole


def test_the_receipt_replays_to_the_cent(client: TestClient) -> None:
    answer = client.get(quote().replace("/?", "/receipt.json?"))
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    content = read_receipt(answer.text)
    assert content["result"]["patient"] == 1260
    assert replay(content, "en").same
    assert "birth_date" not in json.dumps(content["facts"])


def test_a_receipt_needs_a_complete_answer(client: TestClient) -> None:
    assert client.get("/receipt.json?specialty=generaliste").status_code == 400


def test_an_open_question_is_said_as_text_too(client: TestClient) -> None:
    said = client.get("/quote.txt?care_date=2026-11-20&specialty=generaliste&lang=en").text.splitlines()
    assert said[:2] == ["No amount yet. The next question:", "How old is the patient?"]
    assert client.get(said[2]).status_code == 200


def test_the_child_with_a_fever_has_the_age_that_is_said(client: TestClient) -> None:
    link = re.search(r'href="([^"]+)">My child has a fever', client.get("/?lang=en").text)
    assert link
    assert 'name="age"' in client.get(unescape(link[1])).text


def test_the_answer_as_text(client: TestClient) -> None:
    answer = client.get(quote().replace("/?", "/quote.txt?"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Left to you in the end: €12.60 (of €30.00 charged)" in answer.text
    assert "- Assurance maladie (Sécu): €8.40" in answer.text


NOT_A_VISIT = re.compile(r"\b(visits?|visites?)\b")
A_KIND_OF_CARE = ("A prevention visit or screening", "Une visite de prévention ou un dépistage")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "profession",
    [
        "chirurgien_dentiste",
        "sage_femme",
        "masseur_kinesitherapeute",
        "infirmier",
        "psychologue",
        "laboratoire",
        "pharmacie",
        "transporteur",
    ],
)
def test_other_professions_can_be_quoted_to_the_end_in_words_of_theirs(
    client: TestClient, profession: str, lang: str
) -> None:
    address = f"/?profession={profession}&care_date=2026-03-01&lang={lang}"
    for _ in range(15):
        page = client.get(address).text
        question = QUESTION.search(page)
        if question is None:
            break
        asked = page[page.index("<h1>") : page.index('class="result"') if 'class="result"' in page else None]
        for words in A_KIND_OF_CARE:
            asked = asked.replace(words, "")
        assert not NOT_A_VISIT.search(re.sub(r"<[^>]+>", " ", asked)), asked
        kind = re.search(r'<input id="number" name="(\w+)"', page)
        chips = re.search(r'class="chips quick"', page)
        if kind and not chips:
            hidden = [
                (name, unescape(value))
                for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
            ]
            address = "/?" + urlencode([*hidden, (kind[1], {"age": "40", "fee": "30", "base": "20"}[kind[1]])])
        else:
            address = next_step(page)
    assert question is None
    assert ("Il vous reste à la fin" if lang == "fr" else "Left to you in the end") in page
    assert ("Non concerné par le parcours" if lang == "fr" else "Not concerned by the pathway") in page


def test_the_chips_of_common_situations_lead_to_a_result(client: TestClient) -> None:
    page = client.get("/").text
    chips = re.findall(
        r'<li><a href="(/\?[^"]+)">', page[page.index('class="chips"') : page.index('class="quote fresh"')]
    )
    assert len(chips) >= 8
    for chip in chips:
        answer = client.get(unescape(chip))
        assert answer.status_code == 200
        shown(answer.text)


@pytest.mark.parametrize("age", ["0", "1", "2", "5", "6", "15", "16", "17", "19", "25", "26", "39", "88"])
@pytest.mark.parametrize("day", ["2025-06-02", "2024-12-21", "2026-11-22"])
def test_an_answer_from_memory_is_the_engine_s(age: str, day: str) -> None:
    """Days of one era and ages between two thresholds share an answer: it is that of each."""
    facts = {
        "care_date": day,
        "age": age,
        "specialty": "psychiatrie",
        "medecin_traitant": "true",
        "role": "autre",
        "referral": "none",
    }
    for more in ({}, {"convention": "secteur_1", "fee": "60"}, {"installed_on": "2023-01-01"}):
        given: dict[str, str | None] = {**facts, **more}
        mine, engines = Sitting(given).standing(), ask(given, "en")
        assert mine.range == engines.range
        assert mine.fact == (engines.question.fact if engines.question else None)


OWN_WORDS = {
    "age_1er_janvier": "yes or no instead of an age",
    "medecin_traitant_indisponible": "could the doctor see you, not could the doctor not",
    "medecin_traitant_left_on": "asked once it is said that the doctor left",
    "installed_on": "asked once it is said that the doctor settled recently",
    "contract": "a kind of contract instead of its name",
}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_pages_command_line_and_api_ask_in_the_same_words(client: TestClient, lang: str) -> None:
    """A card about one fact has words of its own only where its answers are of another kind."""
    alone = {card.facts[0]: card for card in ORDER if len(card.facts) == 1}
    assert {fact for fact, card in alone.items() if card.title} == set(OWN_WORDS)
    page = client.get("/?specialty=generaliste&care_date=2025-06-02", headers={"accept-language": lang}).text
    engines = ask({"specialty": "generaliste", "care_date": "2025-06-02"}, lang).question
    found = QUESTION.search(page)
    assert engines
    assert found
    assert unescape(found[1]) == i18n.typography(engines.text, lang)
    assert i18n.typography(engines.help, lang) in unescape(page)


def test_a_quote_reads_its_facts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(sitting, "read", lambda item, *more: read.append(item.name) or encoding.read(item, *more))
    page = Page("/", tuple(parse_qsl(urlsplit(quote()).query)), "en", explicit=False, partial=False)
    assert quote_of(page).result
    assert len(read) == len(set(read)) > 10


def test_a_number_of_the_law_is_that_of_the_day() -> None:
    changed = [
        one
        for one in load().parameters.values()
        if len({value.value for value in one.values if type(value.value) is int}) > 1
    ]
    assert changed
    for parameter in changed:
        for value in parameter.values:
            shown_number = plain_parameter(parameter.id, number_of(value.first_day), "en")
            assert shown_number == i18n.number(value.value, "en"), parameter.id


def test_a_receipt_that_misses_facts_says_so_in_french(client: TestClient) -> None:
    answer = client.get("/receipt.json?specialty=generaliste", headers={"accept-language": "fr"})
    assert (answer.status_code, answer.text) == (400, "Il manque des réponses\xa0: répondez d’abord aux questions.\n")


@pytest.mark.parametrize("seed", range(12))
def test_any_way_through_the_form_ends(client: TestClient, seed: int) -> None:
    """Answer at random: no question comes back, no answer is refused, the result is explained."""
    draw = Random(seed)
    address = "/"
    for _ in range(14):
        answer = client.get(address)
        assert answer.status_code == 200, address
        card = answer.text.partition('class="card question"')[2].partition('class="result"')[0]
        if not card:
            break
        links = re.findall(r'<a (?:class="option" )?href="(/\?[^"]+)">', card)
        field = re.search(r'<input id="number" name="(\w+)" type="(\w+)"', card)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', card)
        if field and (not links or draw.random() < 0.5):
            values = {"age": ["3", "16", "17", "18", "22", "40"], "fee": ["20", "25,5", "60"], "base": ["10", "20"]}
            value = "2026-10-01" if field[2] == "date" else draw.choice(values[field[1]])
            address = "/?" + urlencode([*((name, unescape(text)) for name, text in hidden), (field[1], value)])
        else:
            address = unescape(draw.choice(links))
    assert not card, address
    assert '<h2 id="why">' in answer.text or '<h2 id="stop"' in answer.text


def test_every_fact_that_the_engine_may_ask_has_a_card() -> None:
    asked = {*PATHWAY, *MONEY, "sejour_jours", *chain(*BESIDE.values())}
    assert asked <= set(BY_FACT)


def test_sent_by_a_new_gp_without_a_declared_doctor(client: TestClient) -> None:
    """The visit that a newly settled GP prescribes is not surcharged (L162-5-4): it is asked, and then the day."""
    sent = {"medecin_traitant": "false", "role": "correspondant", "referral": "autre_medecin", "fee": "26.50"}
    facts = {**sent, "specialty": "dermatologie", "ask": "referrer_installed_on"}
    page = unescape(client.get(quote(**facts)).text)
    assert 'name="referrer_installed_on" type="date"' in page
    assert shown(client.get(quote(**{**facts, "referrer_installed_on": "2015-01-06"})).text) == "€12.60"
    assert shown(client.get(quote(**{**facts, "referrer_installed_on": "2025-01-06"})).text) == "€2.00"


def test_the_days_of_a_stay_are_asked(client: TestClient) -> None:
    page = unescape(client.get("/?profession=etablissement&act=sejour&care_date=2025-06-02").text)
    assert 'name="sejour_jours"' in page
    assert "How many days does the stay last?" in page


def test_a_journey_has_words_of_its_own(client: TestClient) -> None:
    said = {"care_date": "2025-06-02", "age": "40", "base": "60", "fee": "60", "exemption": "none", "c2s": "false"}
    address = "/?" + urlencode({"profession": "transporteur", **said, "contract": "none", "scheme": "general"})
    page = unescape(client.get(address).text)
    assert "An urgent journey, decided by the 15" in page
    assert "A screening I was invited to" not in page


def test_the_answer_on_paper_says_the_same_and_carries_its_receipt(client: TestClient) -> None:
    for lang, left, why in (("en", "€12.60", "Why"), ("fr", "12,60 €", "Pourquoi")):
        answer = client.get(quote().replace("/?", "/quote.pdf?"), headers={"accept-language": lang})
        assert answer.headers["content-type"] == "application/pdf"
        paper = PdfReader(BytesIO(answer.content))
        assert len(paper.pages) == 1
        words = " ".join(paper.pages[0].extract_text().replace("\u202f", " ").split())
        assert left in words
        assert why in words
        receipt = read_receipt(paper.attachments["parcours.json"][0])
        assert replay(receipt, lang).same
        assert code_of(receipt["hash"]) in words, "the code of the paper is that of the receipt"
    assert client.get("/quote.pdf?specialty=generaliste").status_code == 400


def test_a_card_has_no_words_of_its_own_for_an_answer_that_the_law_words() -> None:
    """ADR 0015: the command line, the API and the pages offer an answer about one fact in the same words."""
    for card in (*ORDER, JOURNEY):
        for option in card.options:
            if len(option.facts) == 1:
                ((name, value),) = option.facts.items()
                assert not option.label or "asked" not in load().codes.get(name, {}).get(value, {}), (card.id, value)
            if not option.label:
                name, value = next(iter(option.facts.items()))
                for lang in LANGS:
                    assert answer_words(name, value, lang)[0] in {one.label for one in choices_of(name, 0, lang)} | {
                        one.label for one in choices_of(name, 1, lang)
                    }
