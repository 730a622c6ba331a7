"""What people met and must not meet again (the numbers are those of the review): answers that are safe to act on."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from pypdf import PdfReader

from parcours.contracts.paste import read_guarantee
from parcours.rules.notes import WITH_THE_RIGHT
from parcours.web.pages import today
from parcours.web.quote.state import plain_amount
from parcours.web.quote.todo import RIGHTS
from tests.support.client import TestClient
from tests.web.pages import quote

FRENCH = {"accept-language": "fr"}


def words(client: TestClient, address: str, lang: str = "en") -> str:
    """The text of a page."""
    html = client.get(address, headers={"accept-language": lang}).text
    text = re.sub(r"<[^>]+>", " ", html[html.index("<main") :])
    return " ".join(unescape(text).replace("\u202f", " ").replace("\xa0", " ").split())


SENT = {"care_date": "2026-11-26", "role": "correspondant", "referral": "avis_ponctuel"}
C2S = {**SENT, "specialty": "ophtalmologie", "convention": "secteur_2", "fee": "80", "c2s": "true", "contract": None}
C2S["act"] = "consultation"
SUNDAY = {
    "care_date": "2026-11-22",
    "age": "4",
    "special_setting": "permanence_des_soins",
    "medecin_traitant": None,
    "role": None,
    "referral": None,
    "contract": "none",
}


def test_the_language_link_of_a_step_keeps_the_answers(client: TestClient) -> None:
    part = client.get(quote(tiers_payant=None), headers={"hx-request": "true"}).text
    link = re.search(r'<a class="lang" id="switch-language" hx-swap-oob="true" href="([^"]+)"', part)
    assert link
    said = dict(parse_qsl(urlsplit(unescape(link[1])).query))
    assert said["lang"] == "fr"
    assert (said["fee"], said["age"], said["convention"]) == ("30", "40", "secteur_1")


def test_a_departure_is_said_once_and_in_words(client: TestClient) -> None:
    page = words(client, quote(care_date="2026-11-26", medecin_traitant_left_on="2026-06-24"), "fr")
    assert "2026-06-24" not in page.split("Pourquoi")[0]
    assert page.count("Médecin traitant parti le 24 juin 2026") == 1
    assert "1 an depuis le 29/12/2023" in page, "a time says its unit"


def test_a_year_of_grace_says_its_end_and_goes_into_a_calendar(client: TestClient) -> None:
    address = quote(care_date="2026-11-26", medecin_traitant_left_on="2026-06-24")
    assert "No surcharge up to and including 23 June 2027" in words(client, address)
    file = client.get(address.replace("/?", "/quote.ics?"))
    assert file.headers["content-type"].startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20270623" in file.text
    for lang, said in (("en", "up to and including 23 June 2027"), ("fr", "jusqu’au 23 juin 2027 inclus")):
        last = quote(care_date="2027-06-23", medecin_traitant_left_on="2026-06-24")
        assert said in words(client, last, lang)
    assert "DTSTART;VALUE=DATE:20281231" in file.text, "two years to ask for the refund"


def test_what_may_not_be_asked_is_no_debt(client: TestClient) -> None:
    page = words(client, quote(**C2S))
    assert "€0.00 €48.50 were asked of you in excess: you do not owe them." in page
    assert "mutuelle sends you" not in page.split("What to do now")[0].replace("by your fund or your mutuelle", "")
    assert "the C2S sends you" in page
    assert "Ask for direct billing (tiers payant): it is your right" in page
    assert "<title>€48.50 asked in excess" in client.get(quote(**C2S)).text


def test_what_to_do_about_a_sum_asked_in_excess(client: TestClient) -> None:
    todo = words(client, quote(**C2S)).split("What to do now")[1].split("Why")[0]
    assert "Do not pay what is asked in excess" in todo
    assert "you have nothing to pay at the desk. The price may not be more than €31.50" in todo
    assert "Paid already? Claim €48.50 back" in todo
    assert "in excess" not in words(client, quote()).split("What to do now")[1]
    page = words(client, quote(**C2S, tiers_payant="full"))
    assert "you have nothing to pay at the desk. The price may not be more than €31.50" in page
    assert "€48.50 stays with you" not in page, "it is not owed"
    assert "at this price €0.00 stays with you, and €48.50 is asked in excess: you do not owe it" in page


def test_direct_billing_is_no_right_outside_the_pathway(client: TestClient) -> None:
    """L161-36-4, L861-3: not for an act of a doctor, whatever the illness."""
    ill = {"exemption": "ald", "specialty": "ophtalmologie", "fee": "35", "tiers_payant": "none"}
    inside = {"role": "correspondant", "referral": "avis_ponctuel", "act": "consultation"}
    assert "it is your right" not in words(client, quote(**ill))
    assert "it is your right" in words(client, quote(**ill, **inside))


def test_who_sees_a_psychiatrist_hears_of_other_help(client: TestClient) -> None:
    facts = {"specialty": "psychiatrie", "care_date": (today() + timedelta(days=9)).isoformat(), "fee": "52"}
    young, older = (words(client, quote(**facts, age=age)) for age in ("22", "50"))
    for page in (young, older):
        assert "Mon soutien psy: sessions refunded by the Sécu" in page
    assert "The student health service sees you directly" in young
    assert "student health service" not in older.split("Your answers")[1].split("Why")[0]


@pytest.mark.parametrize("to", ["professional", "mediator"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_letters_are_ready_as_text_and_as_pdf(client: TestClient, to: str, lang: str) -> None:
    address = quote(**C2S, to=to)
    text = client.get(address.replace("/?", "/letter.txt?"), headers={"accept-language": lang}).text
    assert "48,50\u202f€" in text, "in French, which is what a doctor reads"
    assert ("€48.50" in text) == (lang == "en"), "and translated"
    assert "L861-3" in text
    pdf = client.get(address.replace("/?", "/letter.pdf?"), headers={"accept-language": lang})
    assert "L861-3" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    assert client.get(quote(to=to).replace("/?", "/letter.pdf?")).status_code == 400, "nothing to dispute"


def test_a_lawful_supplement_is_never_called_illegal(client: TestClient) -> None:
    for lang in ("fr", "en"):
        page = words(client, quote(**SUNDAY, fee="61.50"), lang).lower()
        assert "illégal" not in page
        assert "unlawful" not in page
    page = client.get(quote(**SUNDAY, fee="61.50")).text
    assert "CRD" in page
    assert "To check" not in page
    link = re.search(r'Read so, €18.45 is left to you.</p>\s*<p class="small"><a href="(/bill\?[^"]+)"', page)
    assert link
    bill = words(client, unescape(link[1]))
    assert "€43.05" in bill, "both lines are refunded: 70 % of 35 + 26.50"
    assert "CRD" in words(client, quote(**SUNDAY, fee=None)) or "asked for by the call centre" in words(
        client, quote(**SUNDAY, fee=None)
    )


def test_what_is_not_known_is_shown_side_by_side(client: TestClient) -> None:
    facts = {
        "care_date": "2026-11-26",
        "specialty": "dermatologie",
        "medecin_traitant": "false",
        "fee": "60",
        "contract": "none",
    }
    asked = client.get(quote(**facts, convention=None)).text
    link = re.search(r'<a href="([^"]+)">I don’t know</a>', asked)
    assert link
    page = words(client, unescape(link[1]))
    assert "You did not know: Sector" in page
    assert "Sector 1 €54.05 of which €23.00 to check" in page
    assert "Sector 2 without OPTAM €55.10" in page
    assert "I don’t know (Sector 2 without OPTAM, for now)" in page, "at this price the sector is hardly the first"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("You did not know: Sector", "Sector 2 without OPTAM", "€55.10", "as supposed here", "What to do now")),
        (
            "fr",
            (
                "Vous ne saviez pas : Secteur",
                "Secteur 2 sans OPTAM",
                "55,10 €",
                "comme supposé ici",
                "Que faire maintenant",
            ),
        ),
    ],
)
def test_an_answer_that_is_not_sure_has_every_outcome_and_the_steps_on_its_sheet(
    client: TestClient, lang: str, said: tuple[str, ...]
) -> None:
    facts = {"care_date": "2026-11-26", "specialty": "dermatologie", "medecin_traitant": "false", "fee": "60"}
    page = client.get(quote(**facts, contract="none", convention="secteur_2", unsure="convention")).text
    address = unescape(re.findall(r'href="(/quote.pdf[^"]+)"', page)[0])
    paper = PdfReader(BytesIO(client.get(address, headers={"accept-language": lang}).content))
    told = " ".join(
        " ".join(one.extract_text() for one in paper.pages).replace("\u202f", " ").replace("\xa0", " ").split()
    )
    for text in said:
        assert text in told
    assert len(paper.pages) == 1


def test_a_price_or_an_age_that_is_changed_is_still_in_its_field(client: TestClient) -> None:
    page = client.get(quote(fee="75", age="40")).text
    for name, value in (("fee", "75"), ("age", "40")):
        link = re.search(rf'href="([^"]*&amp;was={value}[^"]*)"', page)
        assert link
        field = client.get(unescape(link[1])).text
        assert re.search(rf'name="{name}"[^>]* value="{value}"', field)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_guarantee_is_entered_as_the_contract_prints_it(client: TestClient, lang: str) -> None:
    """A contrat responsable pays at least 20 points less without OPTAM (R871-2): one flat 150 is 130 there, and it
    is said.
    """
    facts = {**SENT, "specialty": "gynecologie_obstetrique", "convention": "secteur_2", "fee": "75", "contract": None}
    flat = words(client, quote(**facts, guarantee="150 %"), lang)
    assert ("150 % avec OPTAM" if lang == "fr" else "150% with OPTAM") in flat
    assert ("47,10 €" if lang == "fr" else "€47.10") in flat
    two = words(client, quote(**facts, guarantee="OPTAM 170 % / hors OPTAM 150 %"), lang)
    assert ("42,50 €" if lang == "fr" else "€42.50") in two


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("150", (150, 150)),
        ("150 % BR", (150, 150)),
        ("Consultations spécialistes OPTAM : 200 % BR - hors OPTAM : 180 % BR", (200, 180)),
        ("hors OPTAM 130%, OPTAM 150%", (150, 130)),
        ("Adhérent DPTAM 220 % / non DPTAM 200 %", (220, 200)),
        ("220/200", (220, 200)),
        ("150 % hors OPTAM, 170 % OPTAM", (170, 150)),
        ("150 % (non OPTAM) 170 % (OPTAM)", (170, 150)),
        ("150 % OPTAM, hors OPTAM 130 %", (150, 130)),
        ("150 % hors OPTAM", None),
        ("100 % BR + 30 €", None),
        ("TM + 100 %", (200, 200)),
        ("nothing", None),
        ("5 €", None),
    ],
)
def test_lines_of_contracts(line: str, read: tuple[int, int] | None) -> None:
    assert read_guarantee(line) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("60 €", "60"), ("60€", "60"), ("1 000", "1000"), ("1\u202f000,50", "1000,50"), ("a lot", "alot")],
)
def test_amounts_as_people_write_them(written: str, read: str) -> None:
    assert plain_amount(written) == read


def test_several_conditions_hold_at_once(client: TestClient) -> None:
    facts = {"exemption": None, "c2s": None, "scheme": None, "contract": None, "tiers_payant": None}
    page = client.get(quote(**facts)).text
    assert 'name="several" value="c2s=true"' in page
    assert 'name="several" value="exemption=ald"' in page
    ticked = client.get(
        quote(**facts).replace("/?", "/?exemption=none&c2s=false&scheme=general&")
        + "&several=c2s%3Dtrue&several=exemption%3Dald&several=exemption%3Dmaternite"
    )
    said = words(client, str(ticked.request.url.raw_path.decode()))
    assert "C2S" in said
    assert "long-term illness" in said.lower()


@pytest.mark.parametrize(
    ("age", "profession", "offered", "left_out"),
    [
        ("4", None, {"ald", "examen_enfant"}, {"maternite", "invalidite", "contraception", "ivg", "at_mp"}),
        ("22", None, {"maternite", "contraception", "ivg", "at_mp"}, {"examen_enfant"}),
        ("40", None, {"maternite", "invalidite", "ivg", "prevention"}, {"examen_enfant", "contraception"}),
        ("78", None, {"ald", "invalidite", "rente_at"}, {"maternite", "ivg", "contraception", "examen_enfant"}),
        ("4", "pharmacie", {"ald"}, {"examen_enfant", "prevention", "maternite"}),
    ],
)
def test_what_covers_is_offered_to_whom_it_may_concern(
    client: TestClient, age: str, profession: str | None, offered: set[str], left_out: set[str]
) -> None:
    open_ = {"exemption": None, "c2s": None, "scheme": None, "contract": None, "tiers_payant": None}
    address = quote(age=age, role="medecin_traitant", **open_)
    if profession:
        address = f"/?profession={profession}&age={age}&care_date=2026-11-20&told=yes&drug_class=majeur&fee=20&base=20"
    page = unescape(client.get(address).text)
    assert "Does one of these apply to the patient?" in page
    asked = page[page.index('class="answers-list') : page.index('class="given"')]
    grounds = set(re.findall(r"exemption=(\w+)", asked))
    assert (offered - grounds, left_out & grounds) == (set(), set())


@pytest.mark.parametrize(
    ("profession", "question", "no"),
    [
        ("psychologue", "Is the psychologist in Mon soutien psy?", "The Sécu refunds nothing of these sessions"),
        ("infirmier", "Was there a doctor’s prescription?", "Without a prescription the Sécu refunds nothing"),
        ("pharmacie", "Was there a doctor’s prescription?", "Without a prescription the Sécu refunds nothing"),
    ],
)
def test_what_decides_first_is_asked_in_a_patient_s_words(
    client: TestClient, profession: str, question: str, no: str
) -> None:
    address = f"/?profession={profession}&care_date=2026-11-20"
    assert question in words(client, address)
    assert no in words(client, f"{address}&told=no")
    assert question not in words(client, f"{address}&told=yes").split("Your answers")[0]


def test_a_dentist_s_crown_is_no_consultation(client: TestClient) -> None:
    page = client.get("/?profession=chirurgien_dentiste&care_date=2026-11-20").text
    link = re.search(r'href="(/bill\?[^"]*code=HBLD634[^"]*)"', page)
    assert link
    assert "HBLD634" in client.get(unescape(link[1])).text


def test_an_unlikely_value_is_confirmed_once(client: TestClient) -> None:
    page = client.get(quote(age="109")).text
    assert "You entered an age of 109 years. Is it right?" in unescape(page)
    yes = re.search(r'href="([^"]+)"><span>Yes, it is right', page)
    assert yes
    assert "Is it right?" not in client.get(unescape(yes[1])).text
    assert "Is it right?" in client.get(quote(care_date="2050-01-01")).text
    assert "Is it right?" not in client.get(quote()).text


def test_a_day_to_come_says_that_the_law_may_change(client: TestClient) -> None:
    coming = (today() + timedelta(days=365)).isoformat()
    assert "which may change before" in words(client, quote(care_date=coming))
    assert "which may change before" not in words(client, quote())


def test_a_full_direct_billing_needs_somebody_else_who_pays(client: TestClient) -> None:
    assert "with the mutuelle" not in words(client, quote(contract="none", tiers_payant=None, exemption="none"))
    assert "with the mutuelle" in words(client, quote(tiers_payant=None))


def test_each_question_says_where_it_stands_and_goes_back(client: TestClient) -> None:
    page = client.get(quote(tiers_payant=None)).text
    assert re.search(r"Question \d+ of about \d+", page)
    back = re.search(r'class="back" href="([^"]+)"', page)
    assert back
    assert "Do you have a mutuelle?" in client.get(unescape(back[1])).text


def test_what_to_do_has_links_out_and_no_dead_one_of_ours(client: TestClient) -> None:
    page = client.get(quote(medecin_traitant="false", care_date="2026-11-26")).text
    todo = page[page.index('class="todo"') : page.index('id="why"')]
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', todo)]
    assert sum(link.startswith("https://") for link in links) >= 3
    for link in links:
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link
    assert "Declare a médecin traitant" in unescape(todo)
    assert "until 31 December 2028" in unescape(todo).replace("\xa0", " ")


def test_who_holds_the_c2s_advances_nothing_inside_the_pathway(client: TestClient) -> None:
    """L861-3, D861-6: the fund pays both parts; outside the pathway a doctor may ask for the tariff."""
    seen = {**C2S, "age": "40", "purpose": "refraction"}
    for paid, less in (("none", "€31.50"), ("partial", "€9.45")):
        page = words(client, quote(**seen, tiers_payant=paid))
        assert "you have nothing to pay at the desk" in page, paid
        assert "it is your right" in page, paid
        assert f"{less} less to advance Show your attestation and ask for full direct billing" in page, paid
        assert "is the most that may be asked of you" not in page, paid
    alone = {**seen, "role": "autre", "referral": "none", "purpose": "none"}
    outside = words(client, quote(**alone, tiers_payant="none"))
    assert "€26.50 is the most that may be asked of you" in outside
    assert "it is your right" not in outside
    assert "with the mutuelle" not in words(client, quote(**C2S, tiers_payant=None))


def test_the_badge_says_what_changes_no_refund(client: TestClient) -> None:
    gone = {"care_date": "2026-11-26", "medecin_traitant": "false"}
    for declared in ("false", "true"):  # one law, one badge
        page = words(client, quote(**{**gone, "medecin_traitant": declared}, medecin_traitant_left_on="2026-06-28"))
        assert "Left to you in the end The year after your doctor left: no penalty" in page
    child = words(client, quote(age="8", care_date="2026-11-26"))
    assert "Left to you in the end The pathway has no effect" in child
    after = quote(**gone, medecin_traitant_left_on="2026-12-01")
    assert client.get(after).status_code == 400
    assert "The day your médecin traitant left: enter a day that exists, not after the visit." in words(client, after)


def test_only_what_is_older_than_the_care_is_said_to_be(client: TestClient) -> None:
    """Values of the day itself are not older than the care."""
    said = words(client, quote(care_date="2026-11-22")).split("This is not legal advice.")[1].split("Printed on")[0]
    assert "values checked on 22 November 2026" not in said
    assert "The care is later than what is checked (articles read as they stood on" in said


def test_every_ground_with_the_right_to_direct_billing_says_so_whoever_gives_the_care(client: TestClient) -> None:
    """L162-1-21, L162-1-22: maternity has it, and so has each compulsory examination (L160-9)."""
    assert sum(1 << ground for ground in RIGHTS) == WITH_THE_RIGHT
    seen = {"specialty": None, "profession": "sage_femme", "convention": "none", "fee": "26.50", "tiers_payant": "none"}
    page = words(client, quote(**seen, exemption="examen_grossesse"), "fr")
    assert "Demandez le tiers payant : c’est votre droit" in page
    assert "Avec un examen obligatoire de la grossesse, personne ne peut vous demander" in page
    assert "c’est votre droit" not in words(client, quote(**seen, exemption="none"), "fr")


def test_after_the_year_of_grace_a_new_declaration_is_the_first_step(client: TestClient) -> None:
    """Nobody is sent back to a doctor who is gone (L162-5-3, 5°)."""
    for specialty, first in (
        ("generaliste", "Declare a new médecin traitant The visit is then inside the pathway: €10.60 less for you."),
        ("dermatologie", "Declare a new médecin traitant, and ask for a letter The visit is then inside the pathway:"),
    ):
        gone = {"specialty": specialty, "care_date": today().isoformat(), "medecin_traitant_left_on": "2025-01-20"}
        page = words(client, quote(**gone, role="autre", referral="none"))
        assert page.split("What to do now")[1].split("Before", 1)[1].strip().startswith(first)
        assert page.count(first) == 1
        assert "See your médecin traitant instead" not in page
        assert "Ask your médecin traitant for a letter" not in page


def test_who_does_not_know_the_exact_day_is_told_which_to_give(client: TestClient) -> None:
    page = words(client, quote(ask="medecin_traitant_left_on", medecin_traitant_left_on=None), "fr")
    assert "Vous ne savez pas le jour exact ? Donnez le plus ancien possible" in page
