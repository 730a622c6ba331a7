"""Amounts of the quote that a stranger found wrong: lawful supplements, ranges, guarantees, days of grace."""

import re
from collections.abc import Sequence
from datetime import date
from html import unescape
from io import BytesIO
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from parcours.contracts.paste import read_contract
from parcours.engine.compare.plans import understood_of
from parcours.engine.say.possible import Range
from parcours.text import euros, plain_euros
from parcours.web.pages import Page
from parcours.web.quote import last
from parcours.web.quote.cards import Card
from parcours.web.quote.form import Form
from parcours.web.quote.state import state_of
from parcours.web.quote.supplements import suggestions, tariff
from parcours.web.quote.unsure import whatever_is_not_known
from tests.support.client import TestClient
from tests.web.pages import quote
from tests.web.test_quote_guards import words

OWN = {"medecin_traitant": "true", "role": "medecin_traitant", "referral": "none", "contract": "none"}
SUNDAY, WEDNESDAY, SATURDAY = "2026-11-22", "2026-11-25", "2026-11-21"
ON_CALL = "permanence_des_soins"
READ = re.compile(r"(?:This price is to the cent|If [^.]{1,120}, this price is lawful)[^€]*€.*? left to you")
"""How a price may be read as several lines."""


@pytest.mark.parametrize(
    ("specialty", "day", "group", "setting"),
    [
        ("generaliste", SUNDAY, "sunday", "none"),
        ("generaliste", SUNDAY, "sunday", ON_CALL),
        ("generaliste", SUNDAY, "evening", ON_CALL),
        ("generaliste", SUNDAY, "night", ON_CALL),
        ("generaliste", SATURDAY, "saturday", ON_CALL),
        ("generaliste", WEDNESDAY, "evening", ON_CALL),
        ("generaliste", WEDNESDAY, "night", ON_CALL),
        ("dermatologie", SUNDAY, "sunday", "none"),
        ("dermatologie", SUNDAY, "night", ON_CALL),
        ("dermatologie", WEDNESDAY, "evening", ON_CALL),
        ("dermatologie", WEDNESDAY, "night", ON_CALL),
    ],
)
def test_every_supplement_that_a_bill_knows_explains_a_price(
    client: TestClient, specialty: str, day: str, group: str, setting: str
) -> None:
    table = suggestions()["generaliste" if specialty == "generaliste" else "medecin"]
    facts = {**OWN, "specialty": specialty, "care_date": day, "special_setting": setting, "urgent": None}
    who, visit = (("specialty", specialty), ("convention", "secteur_1"), ("age", "40")), 3000
    if specialty != "generaliste":
        facts, visit = {**facts, "role": "correspondant", "referral": "soins_iteratifs"}, 3150
    for code in table[group]:
        cents = visit + tariff(code, date.fromisoformat(day), who)
        assert cents > visit, code
        page = words(client, quote(**facts, fee=plain_euros(cents)))
        read = [one for one in READ.findall(page) if f" {code} " in one]
        asked_for = code[:2] in ("CR", "VR")
        if asked_for and setting != ON_CALL:
            assert not read, (code, "no call centre sent the patient")
            continue
        sure = day == SUNDAY and code in table["sunday"] and not code.startswith("V")
        assert read, (code, cents)
        uncalled = setting == ON_CALL and not asked_for
        assert ("you went there without calling the 15" in read[0]) == uncalled, read
        assert read[0].startswith("This price" if sure and not uncalled else "If "), read
        assert ("To check" in page) != sure, code
        if group == "sunday":
            assert euros(cents - visit, "en") in words(client, quote(**facts, fee=None)), "asked with the price"


@pytest.mark.parametrize(("age", "fee", "left"), [("4", "40", "€12.00"), ("40", "35", "€12.50")])
def test_a_sunday_s_price_is_that_of_its_lines(client: TestClient, age: str, fee: str, left: str) -> None:
    """At the practice, without a call centre, with its own doctor."""
    page = words(client, quote(**OWN, care_date=SUNDAY, specialty="generaliste", age=age, fee=fee))
    assert f"Read so, {left} is left to you" in page
    assert "Letters to claim it back" not in page


@pytest.mark.parametrize(("age", "fee", "left"), [("4", "54.06", "€16.22"), ("40", "49.06", "€16.72")])
def test_a_doctor_on_call_seen_without_the_15_asks_a_lawful_price(
    client: TestClient, age: str, fee: str, left: str
) -> None:
    """The exception has no condition of a call (D162-1-6, 5): the urgent Sunday supplement is lawful, as elsewhere."""
    facts = {**OWN, "role": "autre", "specialty": "generaliste", "care_date": SUNDAY, "special_setting": ON_CALL}
    page = words(client, quote(**facts, age=age, fee=fee))
    assert f"{left} of €{fee} charged" in page
    assert "If you went there without calling the 15, this price is lawful" in page
    assert "Letters to claim it back" not in page
    asked = words(client, quote(**facts, age=age, fee=None))
    assert "€19.06 · if you went there without calling the 15" in asked, "with the price"


@pytest.mark.parametrize(
    ("who", "fee", "left", "read"),
    [
        ({"age": "4"}, "45", "€20.50", "VG"),
        ({"age": "4", "special_setting": ON_CALL}, "75", "€50.50", "VRD"),
        ({"age": "40", "special_setting": ON_CALL}, "40", "€21.00", "MD"),
        ({"age": "40", "special_setting": ON_CALL}, "70", "€51.00", "VRD"),
        ({"age": "40", "special_setting": ON_CALL, "c2s": "true"}, "40", "€10.00", "MD"),
    ],
)
def test_what_nobody_said_is_a_possibility_and_no_answer(
    client: TestClient, who: dict[str, str], fee: str, left: str, read: str
) -> None:
    """A visit at home explains the price to the cent: the answer is that of the practice, and the rest to check."""
    alone = dict.fromkeys(("medecin_traitant", "role", "referral"), None) if who["age"] == "4" else {"role": "autre"}
    facts = {**alone, "contract": "none", "specialty": "generaliste", "care_date": SUNDAY, **who}
    page = words(client, quote(**facts, fee=fee))
    assert f"{left} of €{fee}.00 charged" in page
    possible = [one for one in READ.findall(page) if one.startswith("If the doctor came to your home")]
    assert [f" {read} " in one for one in possible] == [True]
    early = words(client, quote(**facts, fee=fee, tiers_payant=None))
    assert "To check" not in early or "If the doctor came to your home" in early, "with the first warning, not the last"
    (paper,) = PdfReader(BytesIO(client.get(quote(**facts, fee=fee).replace("/?", "/quote.pdf?")).content)).pages
    assert "If the doctor came to your home" in " ".join(paper.extract_text().split()), "on its one page too"


def test_an_unknown_sector_says_between_what_and_what_the_amount_lies(client: TestClient) -> None:
    facts = {**OWN, "specialty": "dermatologie", "care_date": WEDNESDAY, "role": "correspondant", "fee": "60"}
    address = quote(**{**facts, "referral": "avis_ponctuel"}, convention="secteur_1")
    assert "By what you did not know" not in words(client, address)
    assert re.search(
        r"By what you did not know, it is €[\d.]+ to €[\d.]+", words(client, address + "&unsure=convention")
    )


def test_a_visit_at_home_on_another_day_explains_its_travel(client: TestClient) -> None:
    html = client.get(quote(**OWN, care_date=WEDNESDAY, fee="40")).text
    assert "explains it to the cent" in html
    assert "code=VG&amp;fee=30.00&amp;code=MD&amp;fee=10.00" in html


GYNAECOLOGIST = {
    "care_date": "2026-11-26",
    "specialty": "gynecologie_obstetrique",
    "role": "correspondant",
    "referral": "avis_ponctuel",
    "act": "consultation",
    "convention": "secteur_2",
    "fee": "80",
    "contract": None,
}
NO_OPTAM = {"acte_technique_pct_br_non_optam": 180}


@pytest.mark.parametrize("name", ["guarantee", "contract"])
@pytest.mark.parametrize("line", ["100 % en plus de la Sécu", "100% on top of the Sécu", "Sécu + 100 %"])
def test_a_guarantee_on_top_of_the_scheme_is_said_and_asked_again(client: TestClient, name: str, line: str) -> None:
    reply = client.get(quote(**{**GYNAECOLOGIST, name: line}), headers={"accept-language": "fr"})
    page = words(client, quote(**{**GYNAECOLOGIST, name: line}), "fr")
    assert reply.status_code == 400
    assert "responsable_100" not in page
    assert "« Sécu + 100 % » s’écrit 170 % ; « TM + 100 % » et « BR + 100 % » s’écrivent 200 %" in page
    assert unescape(reply.text).count(f'value="{line}" aria-invalid="true"') == 1, "what was written is kept"
    assert "80,00 €" in page, "and so is every other answer"
    beside = client.get("/compare", params={"contract": line, "premium": "20"}, headers={"accept-language": "fr"})
    assert beside.status_code == 400
    assert "s’écrivent 200 %" in unescape(beside.text).replace("\u202f", " ").replace("\xa0", " "), "one refusal"


def test_a_guarantee_that_is_not_read_is_said(client: TestClient) -> None:
    page = words(client, quote(**{**GYNAECOLOGIST, "contract": "150 pour cent"}))
    assert "Write it in percentages of the tariff" in page


def test_a_guarantee_is_echoed_as_it_is_counted(client: TestClient) -> None:
    page = words(client, quote(**{**GYNAECOLOGIST, "guarantee": "150 %"}), "fr")
    assert "150 % avec OPTAM, 130 % sans" in page
    assert "52,10 €" in page
    assert "150% with OPTAM, 130% without" in understood_of("150 %", "en"), "on the page that compares too"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Couronne 300 %", {"dentaire_pct_br": 300}),
        ("Biologie 200 %, kiné 150 %", {"biologie_pct_br": 200, "auxiliaire_pct_br": 150}),
        ("radiologie OPTAM 200 %, hors OPTAM 180 %", {"acte_technique_pct_br_optam": 200, **NO_OPTAM}),
        ("2 verres 150 €", {"verre_euros": 150}),
        ("généraliste 150 %, spécialiste 200 %", None),
        ("dents 100 % + 200 €", None),
        ("ostéopathie 300 %", None),
    ],
)
def test_what_names_one_kind_of_care_changes_no_other(line: str, said: dict[str, int] | None) -> None:
    """Visits are at what the law asks of every contrat responsable there (R871-2), on each page that reads a line."""
    found = read_contract(line)
    frame = {"responsable": True, "cent_pour_cent_sante": True, "forfait_journalier": True}
    assert found == (said and {**frame, **said})


@pytest.mark.parametrize("line", ["Couronne 300 %", "kiné 300 %"])
def test_a_crown_changes_no_visit(client: TestClient, line: str) -> None:
    page, basic = (
        words(client, quote(**{**GYNAECOLOGIST, name: value}), "fr")
        for name, value in (("guarantee", line), ("contract", "responsable_100"))
    )
    assert page.count("59,00 €") == basic.count("59,00 €") > 0
    assert "visites et actes 100 %, ce que tout contrat responsable paie" in page


class Sheet:
    """A page of the quote without a server: its address read, its links written."""

    lang, explicit, site = "en", False, ""

    def __init__(self, address: str) -> None:
        self.query = parse_qsl(urlsplit(address).query, keep_blank_values=True)

    def address(self, path: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
        return f"{path}?{urlencode(list(pairs))}"

    def url(self, path: str, **_: str) -> str:
        return path


WRITTEN = {"age": ("4", "22", "40"), "fee": ("25", "60", "80"), "base": ("23",)}


@given(
    start=st.sampled_from(
        [{"specialty": one} for one in ("generaliste", "dermatologie", "gynecologie_obstetrique", "psychiatrie")]
        + [{"profession": one, "told": "yes"} for one in ("masseur_kinesitherapeute", "chirurgien_dentiste")]
        + [{"specialty": "dermatologie", "medecin_traitant": "true", "age": "40", "role": "autre", "referral": "none"}]
    ),
    data=st.data(),
)
@settings(max_examples=15, deadline=None)
def test_what_is_sure_holds_whatever_the_page_is_answered(start: dict[str, str], data: st.DataObject) -> None:
    """At each question, every answer that the page offers: the least that is owed is no more, the most no less."""
    address = Sheet("").address("/", [("care_date", "2026-11-25"), *start.items()])
    for _ in range(20):
        form = form_at(address)
        card, before = shown(form)
        if card is None:
            return
        links = [link.url for link in form.links(card) if link.url.startswith("/?")]
        if card.kind in WRITTEN:
            links = [form.url({**form.state.given, card.facts[0]: value}) for value in WRITTEN[card.kind]]
        for link in links:
            _, after = shown(form_at(link))
            assert before.low <= after.low, (card.id, link)
            if "fee" in form.state.given and before.high is not None:
                assert after.high is not None, (card.id, link)
                assert after.high <= before.high, (card.id, link)
        if not links:  # a day is written
            return
        address = data.draw(st.sampled_from(links))


def shown(form: Form) -> tuple[Card | None, Range]:
    """The question of a page, and the range that it shows: that of every answer still to come, those asked last too."""
    card = form.question(form.state.standing.fact)
    return card, whatever_is_not_known(form, form.state.standing, last.answers(card, form.state)).range


def form_at(address: str) -> Form:
    sheet = cast("Page", Sheet(address))
    return Form(state_of(sheet), sheet)


def test_the_range_holds_every_answer_that_is_not_known(client: TestClient) -> None:
    address = quote(
        care_date="2026-11-26",
        specialty="dermatologie",
        medecin_traitant="false",
        fee="60",
        contract=None,
        unsure="convention",
    )
    page = words(client, address)
    assert "Outside the convention" in page
    assert "€2.00 to €60.00" in page
    assert "Covered in any case €0.00" in page


def test_a_lever_counts_what_sector_1_may_ask_outside_the_pathway(client: TestClient) -> None:
    facts = {"care_date": "2026-11-26", "specialty": "dermatologie", "medecin_traitant": "false", "contract": "none"}
    page = words(client, quote(**facts, convention="secteur_2", fee="60"))
    assert "−€24.05 Choose a doctor who applies the opposable tariff" in page, "37 euros, not 26.50"
    asked = words(client, quote(**facts, convention=None, fee=None))
    assert "save with a specialist outside the pathway" in asked
    assert "At the official tariff of sector 1; more where more may be asked." in asked


@pytest.mark.parametrize("slug", ["medecin_parti", "trouver_un_medecin"])
def test_what_a_text_settles_is_no_doubt(client: TestClient, slug: str) -> None:
    """R160-6 caps the surcharge: the flat part of some sheets is their error."""
    assert "leave a doubt" not in words(client, f"/situations/{slug}")
