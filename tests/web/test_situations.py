"""The pages of situations: what each line leaves to the patient is the engine's, on tariffs of a day."""

import re
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader

from parcours.web.public.situations import complete, settled, situations, title_of
from tests.support.client import TestClient

SETTLED_PAGES = {
    # slug: what is left to the patient on each line, in cents, on the tariffs of November 2026
    "prison": [2_00, 2_00, 0, 21_60],
    "accident_du_travail": [2_00, 2_00, 1_00, 11_00],
    "invalidite": [2_00, 12_60, 2_00, 8_00, 0],
    "ivg": [2_00, 0, 0, 21_60],
    "contraception": [2_00, 2_00, 0, 1_00, 14_00],
    "examens_enfant": [0, 0, 0, 10_50],
    "prevention": [2_00, 0, 2_00, 11_00],
    "maternite": [0, 0, 11_45, 0],
    "sage_femme_adresse": [11_45, 9_95, 20_55],
    "sans_medecin_traitant": [21_60, 16_32, 11_00, 20_55],
}


@pytest.mark.parametrize("slug", SETTLED_PAGES)
def test_the_pages_of_people_show_what_the_law_leaves_to_them(slug: str) -> None:
    """Prison (L382-35), work accidents (L432-1), disability (R160-10, R160-18), abortion, contraception, examinations
    of children and prevention (R160-17), sent by a midwife (L162-5-3, 4°).
    """
    day = date(2026, 11, 26)
    lines = [settled(complete(line["facts"], day)).settlement.patient for line in situations()[slug]["examples"]]
    assert lines == SETTLED_PAGES[slug]


def test_a_question_names_the_ages_of_the_law() -> None:
    assert title_of(situations()["enfants"], "en") == "My child is under 16"
    assert title_of(situations()["contraception"], "fr") == "La contraception avant 26 ans"


def test_what_is_to_declare_of_a_pregnancy_and_what_holds_at_twenty_five_are_said(client: TestClient) -> None:
    """The page that "déclaration de grossesse" finds; the direct access and the tariff of the young end apart."""
    assert "Declare the pregnancy before the end of the third month" in client.get("/situations/maternite").text
    page = client.get("/situations/psychiatrie").text
    assert "the year of being 25 counts, as we read the agreement" in page
    assert "tariff stops at 25" in page


def test_a_letter_to_the_conciliator_is_ready_without_an_account_in_french_with_its_translation(
    client: TestClient,
) -> None:
    for lang, named in (("fr", "conciliateur"), ("en", "mediator")):
        page = client.get("/situations/trouver_un_medecin", headers={"accept-language": lang}).text
        assert named in page
        address = re.search(r'formaction="(/letter.txt[^"]+)"', page)
        assert address
        typed = {"name": "Ada Martin", "refused": "Dr Essai, 3 novembre"}
        told = client.post(unescape(address[1]), data=typed, headers={"accept-language": lang}).text
        assert "Objet\u00a0: Aide pour trouver un médecin traitant" in told
        assert "Dr Essai, 3 novembre" in told
        assert ("Subject: Help to find" in told) == (lang == "en")
        pdf = client.post(unescape(address[1]).replace(".txt", ".pdf"), data=typed, headers={"accept-language": lang})
        pages = [page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages]
        assert len(pages) == (2 if lang == "en" else 1)
        assert "Madame, Monsieur" in pages[0]


@pytest.mark.parametrize("slug", ["trouver_un_medecin", "sans_medecin_traitant", "dermatologie", "carte_perdue"])
def test_a_page_leads_to_where_it_can_be_done(client: TestClient, slug: str) -> None:
    page = client.get(f"/situations/{slug}").text
    part = page[page.index('id="go"') : page.index('id="compare"')]
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', part)]
    assert len(links) >= 2
    assert any(link.startswith("https://") for link in links), "an official page"
    for link in links:
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link


def test_pages_promise_no_more_than_their_examples(client: TestClient) -> None:
    def said(slug: str) -> str:
        return unescape(client.get(f"/situations/{slug}", headers={"accept-language": "en"}).text)

    assert "enough to avoid it" not in said("sans_medecin_traitant")
    assert "whole share" in said("c2s")
    assert "Inside the pathway you pay nothing" in said("c2s")
    assert "adds nothing" not in said("vaccins")
    genetics = said("genetique_medicale")
    assert "after an anomaly was found in the family" in genetics
    assert "D162-1-6" in genetics
    for slug in ("dermatologie", "urgence", "trouver_un_medecin", "medecin_de_garde"):
        assert "never refunded less" not in said(slug), slug
    for slug in ("carte_perdue", "nouveaux_arrivants"):
        assert "from the quarter after the care" in said(slug), slug
    for slug in ("ald", "diabete_yeux", "ivg", "prevention", "contraception", "invalidite"):
        assert re.search("but for the (doctor\u2019s |doctor's )?flat contribution", said(slug)), slug
