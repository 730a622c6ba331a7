"""The quote for fifteen kinds of people: the day, the sector, another visit, why, the contract, the letter."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from pypdf import PdfReader

from parcours.web.pages import today
from tests.support.client import TestClient
from tests.web.pages import quote
from tests.web.test_quote_guards import C2S, words

YOUNG = {
    "specialty": "psychiatrie",
    "age": "22",
    "care_date": "2026-11-20",
    "fee": "52",
    "role": "autre",
    "referral": "none",
}
FREE = {
    "specialty": "gynecologie_obstetrique", "convention": "secteur_2", "fee": "75", "care_date": "2026-11-20",
    "role": "correspondant", "referral": "avis_ponctuel", "act": "consultation",
}  # fmt: skip
FLAT_150 = '{"responsable":true,"consultation_pct_br_optam":150,"consultation_pct_br_non_optam":150}'
NAMES = {
    "name": "Ada Martin", "address": "1 rue du Test, 99001 Exempleville", "number": "2 55 08 99 001 001 05",
    "town": "Exempleville", "professional": "Dr Jean Essai", "practice": "2 rue du Test", "fund": "CPAM, 99000 Exemple",
}  # fmt: skip


def link_named(page: str, label: str) -> str:
    """The address of a link by its aria-label."""
    found = re.search(rf'href="([^"]+)" aria-label="{label}"', page)
    assert found, label
    return unescape(found[1])


def test_the_day_is_seen_from_the_first_question_and_changed_in_one_step(client: TestClient) -> None:
    first = client.get("/").text
    asked = re.search(r'class="small quiet visit-day">.*?href="([^"]+)"', first)
    assert asked
    page = client.get(unescape(asked[1])).text
    assert "Which day is the visit?" in page
    for day in ("Today", "Yesterday"):
        assert day in page
    chosen = re.search(r'class="chips quick"><li><a href="([^"]+)">Today', page)
    assert chosen
    after = client.get(unescape(chosen[1])).text
    assert "Who are you seeing?" in unescape(after)
    assert dict(parse_qsl(urlsplit(unescape(chosen[1])).query))["care_date"] == today().isoformat()


def test_the_day_is_an_answer_that_can_be_changed(client: TestClient) -> None:
    address = quote(care_date="2026-11-22")
    page = client.get(address).text
    assert "Sunday 22 November 2026" in words(client, address)
    assert "dimanche 22 novembre 2026" in words(client, address, "fr")
    again = client.get(link_named(page, "Change: Day")).text
    assert 'name="care_date" type="date" value="2026-11-22"' in again
    hidden = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', again[again.index("number-form") :])
    )
    assert hidden["fee"] == "30"
    assert "care_date" not in hidden, "asked, not hidden too"
    assert "ask" not in hidden
    back = re.search(r'class="back" href="([^"]+)"', again)
    assert back
    assert words(client, unescape(back[1])) == words(client, address)


def test_the_doctor_on_call_on_a_sunday_starts_with_the_day(client: TestClient) -> None:
    start = re.search(r'href="([^"]+)">The doctor on call, on a Sunday', client.get("/").text)
    assert start
    asked = words(client, unescape(start[1]))
    assert "Which day is the visit?" in asked
    assert "It is the doctor on call" in asked


def test_the_question_of_the_sector_says_where_it_is_found(client: TestClient) -> None:
    page = client.get(quote(convention=None, fee=None)).text
    card = page[page.index('class="card question"') :]
    assert 'href="/directory"' in card
    assert "https://annuairesante.ameli.fr" in card


def test_another_visit_starts_from_the_person_without_a_kept_profile(client: TestClient) -> None:
    """All that was told of the person is kept; whether the next care is for the illness is asked again."""
    for exemption in ("invalidite", "ald", "ald_sans_rapport", "ald+maternite"):
        page = client.get(quote(exemption=exemption, c2s="false", scheme="alsace_moselle")).text
        found = re.search(r'href="([^"]+)">Another visit for the same person', page)
        assert found
        said = dict(parse_qsl(urlsplit(unescape(found[1])).query, keep_blank_values=True))
        assert (said["age"], said["contract"]) == ("40", "responsable_100")
        assert (said["exemption"], said["c2s"], said["scheme"]) == (exemption, "false", "alsace_moselle")
        assert said.get("unsure") == (None if exemption == "invalidite" else "exemption"), "is this care for the ALD?"
        assert said.keys().isdisjoint({"fee", "specialty", "care_date", "role", "convention"})
        assert "Who are you seeing?" in words(client, unescape(found[1]))


@pytest.mark.parametrize(
    "exemption", ["examen_grossesse", "examen_enfant", "prevention", "ivg", "ald+examen_grossesse"]
)
def test_a_cover_of_one_visit_is_asked_again_at_the_next(client: TestClient, exemption: str) -> None:
    """Nobody is said to have no cover for having had an examination that was covered (L160-9)."""
    page = client.get(quote(exemption=exemption, c2s="false", scheme="general")).text
    found = re.search(r'href="([^"]+)">Another visit for the same person', page)
    assert found
    said = dict(parse_qsl(urlsplit(unescape(found[1])).query, keep_blank_values=True))
    assert said.keys().isdisjoint({"exemption", "unsure"})
    assert (said["age"], said["c2s"], said["scheme"]) == ("40", "false", "general")


def test_the_reason_of_a_cover_from_before_is_asked_again(client: TestClient) -> None:
    page = client.get(quote(exemption="ald", unsure="exemption")).text
    assert "Is this care for the illness" in page
    assert "exemption=ald_sans_rapport" in page


def test_the_act_is_asked_where_only_a_one_off_opinion_explains_the_price_under_the_c2s(client: TestClient) -> None:
    facts = {"specialty": "cardiologie", "role": "correspondant", "referral": "avis_ponctuel", "c2s": "true"}
    page = words(client, quote(**facts, convention="secteur_2", fee="80", contract=None))
    assert "a consultation, or a one-off opinion?" in page


@pytest.mark.parametrize(
    ("changes", "fr", "en"),
    [
        (
            YOUNG,
            "De 16 à 25 ans, cette spécialité (psychiatrie) se consulte sans adressage, et le patient a 22 ans",
            "From 16 to 25, this specialty (psychiatry) can be seen without referral, and the patient is 22",
        ),
        (
            {**YOUNG, "specialty": "gynecologie_medicale", "age": "30", "fee": "40", "purpose": "contraception"},
            "Pour ce motif (contraception), cette spécialité",
            "For this reason (contraception), this specialty",
        ),
    ],
)  # fmt: skip
def test_the_reason_of_a_direct_access_is_the_one_that_holds(
    client: TestClient, changes: dict[str, str], fr: str, en: str
) -> None:
    assert fr in words(client, quote(**changes), "fr")
    page = words(client, quote(**changes))
    assert en in page
    assert "for this purpose or at this age" not in page


def test_facts_that_do_not_go_together_are_still_answered(client: TestClient) -> None:
    """Somebody who does not know how they came, and has no médecin traitant: each answer that they may give."""
    alone = "/?specialty=orl&age=40&medecin_traitant=false&role=autre&referral=none&unsure=role"
    page = words(client, alone)
    assert "You did not know: How you came" in page
    assert "I declare this doctor as my médecin traitant today" in page
    assert "It is planned in my long-term illness protocol" not in page
    for facts in ("medecin_traitant=false&role=medecin_traitant", "role=remplacant&referral=avis_ponctuel"):
        assert client.get(f"/?specialty=orl&age=40&{facts}").status_code == 200


def test_a_fact_that_only_the_settlement_needs_is_asked(client: TestClient) -> None:
    cover = "exemption=examen_enfant&c2s=false&scheme=general&tiers_payant=none"
    page = words(client, f"/?profession=sage_femme&fee=26.50&{cover}")
    assert "How old is the patient?" in page
    assert "Why" in words(client, f"/?profession=sage_femme&fee=26.50&{cover}&age=4")


def test_why_a_contract_counts_less_without_optam(client: TestClient) -> None:
    for contract in (FLAT_150, "responsable_150"):
        page = words(client, quote(**FREE, contract=contract))
        assert (
            "Here your contract counts 130% of the tariff, as this doctor is not in OPTAM; with one who is, 150%."
            in page
        )
        assert "at least 20% of the tariff less there, and never more than 200%" in page
    assert "Ici votre contrat compte 130 % du tarif" in words(client, quote(**FREE, contract=FLAT_150), "fr")
    signed = {**FREE, "convention": "secteur_2_optam"}
    for address in (quote(**signed, contract=FLAT_150), quote(**FREE), quote(**FREE, contract="none")):
        assert "Here your contract counts" not in words(client, address)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("to", ["professional", "mediator"])
def test_a_letter_holds_what_is_typed_and_no_address_does(client: TestClient, to: str, lang: str) -> None:
    page = client.get(quote(**C2S), headers={"accept-language": lang}).text
    form = page[page.index('class="letter-fields"') :]
    assert set(re.findall(r'<input id="letter-(\w+)"', form)) == set(NAMES)
    targets = [unescape(one) for one in re.findall(r'formaction="([^"]+)"', form)]
    pdf = next(one for one in targets if one.startswith("/letter.pdf") and f"to={to}" in one)
    assert not any(name in dict(parse_qsl(urlsplit(pdf).query)) for name in NAMES)
    answer = client.post(pdf, data=NAMES, headers={"accept-language": lang})
    assert answer.headers["cache-control"] == "private, no-store"
    written = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    told = client.post(pdf.replace(".pdf?", ".txt?"), data=NAMES, headers={"accept-language": lang}).text
    for text in (written, told):
        for name in ("name", "number", "professional", "fund" if to == "mediator" else "practice"):
            assert NAMES[name] in text, name
    assert "[…]" not in told


def test_what_is_typed_into_a_letter_cannot_change_its_form(client: TestClient) -> None:
    address = quote(**C2S, to="professional").replace("/?", "/letter.txt?")
    told = client.post(address, data={"name": "Ada\r\nMartin\x00" + "x" * 500, "lines": "no"}).text
    assert "Ada Martin" in told
    assert "x" * 121 not in told
    assert client.post(address.replace(".txt", ".pdf"), data={"name": '"#read("/etc/passwd")'}).status_code == 200
    assert client.post(quote(to="professional").replace("/?", "/letter.pdf?"), data=NAMES).status_code == 400


def test_a_sector_that_nobody_knows_is_free_where_the_price_says_so(client: TestClient) -> None:
    """A newcomer asked 60 euros: no part of it is called unlawful because a sector was guessed."""
    asked = {"specialty": "dermatologie", "medecin_traitant": "false", "contract": "none", "unsure": "convention"}
    page = words(client, quote(**asked, fee="60"))
    assert "I don’t know (Sector 2 without OPTAM, for now)" in page
    assert "€55.10" in page
    assert "of which €23.00 to check" in page, "in sector 1, beside the others"
    assert "To check:" not in page
    assert "I don’t know (Sector 1, for now)" in words(client, quote(**asked, fee="30"))
    assert "To check:" in words(client, quote(**{**asked, "unsure": ""}, fee="60")), "who knows the sector is told"


def test_two_gynaecologists_are_told_apart_or_shown_side_by_side(client: TestClient) -> None:
    """ "A gynaecologist" is asked further; who does not know sees both, and 40 euros are not called too much."""
    start = re.search(r'href="([^"]+)"><span>A gynaecologist', client.get("/").text)
    assert start
    asked = client.get(unescape(start[1])).text
    assert "An obstetric gynaecologist" in asked
    unknown = re.search(r'href="([^"]+)">I don’t know', asked)
    assert unknown
    said = dict(parse_qsl(urlsplit(unescape(unknown[1])).query))
    seen = {**said, "role": "autre", "referral": "none", "purpose": "contraception", "care_date": "2026-11-20"}
    page = words(client, quote(**seen, fee="40"))
    assert "You did not know: Gynaecologist" in page
    assert "A medical gynaecologist" in page
    assert "of which €8.50 to check" in page, "at the obstetrician, beside the other"
    assert "Before you dispute" not in page
    ordinary = client.get(quote(**{**seen, "unsure": "specialty,fee"}, fee="31.50")).text
    rows = ordinary[ordinary.index("You did not know: Gynaecologist") :]
    assert re.findall(r"fee=([0-9.]+)", rows)[:2] == ["40.00", "31.50"], "each at its own tariff"


def test_a_recent_settling_is_only_offered_where_it_can_count(client: TestClient) -> None:
    for specialty, offered in (("generaliste", True), ("dermatologie", False)):
        page = words(
            client,
            quote(
                specialty=specialty,
                urgent=None,
                away=None,
                special_setting=None,
                installed_on=None,
                medecin_traitant_left_on=None,
            ),
        )
        assert "Is there something special about this visit?" in page
        assert ("a GP who settled here recently" in page) == offered


def test_what_is_not_owed_is_no_saving(client: TestClient) -> None:
    page = client.get(quote(**C2S)).text
    assert "Choose a doctor who applies" not in page, "nothing is owed: no doctor is cheaper"
    assert "Show your attestation and ask for full direct billing" in page, "what saves an advance stays"


def test_the_price_of_a_one_off_opinion_is_lawful_when_it_is_typed(client: TestClient) -> None:
    """Sent once by the médecin traitant and asked 60 euros in sector 1: the act is the opinion, typed or clicked."""
    sent = {"specialty": "dermatologie", "role": "correspondant", "care_date": "2026-11-20", "contract": "none"}
    once = words(client, quote(**sent, referral="avis_ponctuel", fee="60"))
    assert "To check:" not in once
    assert once.count("€20.00") > 0, "30% of 60 and the flat contribution"
    assert "To check:" in words(client, quote(**sent, referral="avis_ponctuel", fee="61", act="APC"))
    assert "To check:" in words(client, quote(**sent, referral="soins_iteratifs", fee="60"))


def test_whether_the_protocol_plans_this_doctor_is_asked_before_an_amount(client: TestClient) -> None:
    """D162-1-6, 3: an act of the ALD protocol is inside the pathway without a letter."""
    ill = {"specialty": "dermatologie", "exemption": "ald", "fee": "31.50", "tiers_payant": "none"}
    page = words(client, quote(**ill))
    assert "Does your care protocol (ALD) plan this doctor?" in page
    assert "€2.00 to €17.60" in page, "no amount is exact before it"
    answers = re.findall(r'class="option" href="([^"]+)"', client.get(quote(**ill)).text)
    yes, no = (words(client, unescape(address)) for address in answers)
    assert "Left to you in the end Inside the pathway €2.00" in yes
    assert "Left to you in the end Outside the pathway €17.60" in no
    assert "long-term illness protocol names this doctor" not in no, "what was denied is no advice"
    assert "plan this doctor" not in words(client, quote(**{**ill, "exemption": "none"}))
    lost = re.search(r'href="([^"]+)">I don’t know', client.get(quote(**ill)).text)
    assert lost
    page = client.get(unescape(lost[1])).text
    rows = page.split("You did not know: Care protocol")[1].split("</ul>")[0]
    two = [words(client, unescape(address)) for address in re.findall(r'href="([^"]+)"', rows)]
    assert [one.split("Left to you in the end ")[1][:7] for one in two] == ["Inside ", "Outside"]
    assert "How you came Nobody sent me Change" in words(client, unescape(lost[1])), "that was answered"
    known = words(client, quote(**ill, unsure="exemption"))
    assert "I don’t know" not in known.split("Your answers")[1].split("Why")[0], "a known cover"


def test_whether_it_is_a_compulsory_examination_of_pregnancy_is_asked_before_an_amount(client: TestClient) -> None:
    """L160-9, CSP L2122-1: from the first one on, before the months when everything is covered."""
    asked = "Is it a compulsory examination of the pregnancy?"
    early = {
        "specialty": "gynecologie_obstetrique",
        "purpose": "grossesse",
        "age": "30",
        "fee": "31.50",
        "contract": "none",
    }
    address = quote(**early)
    page = words(client, address)
    assert asked in page
    assert "€0.00 to €11.45" in page, "no amount is exact before it"
    answers = re.findall(r'class="option" href="([^"]+)"', client.get(address).text)
    yes, no = (words(client, unescape(one)) for one in answers)
    assert "Left to you in the end Inside the pathway €0.00" in yes
    assert "Left to you in the end Inside the pathway €11.45" in no
    assert "Say that it is a compulsory examination" not in no, "what was denied is no advice"
    unsure = words(client, f"{address}&unsure=exemption")
    assert "Yes, it is one of them €0.00" in unsure
    assert "No, it is another visit €11.45" in unsure
    assert asked not in words(client, quote(**early, exemption="maternite"))


def test_the_price_without_the_young_patients_supplement_is_offered(client: TestClient) -> None:
    page = words(client, quote(**{**YOUNG, "fee": None, "care_date": "2026-11-26"}))
    assert "€75.00 official tariff" in page
    assert "€57.00 without the young patient’s supplement" in page
    older = words(client, quote(**{**YOUNG, "fee": None, "care_date": "2026-11-26", "age": "30"}))
    assert "young patient’s supplement" not in older


def test_a_step_and_a_lever_tell_one_number_for_one_letter(client: TestClient) -> None:
    soon = (today() + timedelta(days=9)).isoformat()
    page = words(client, quote(specialty="cardiologie", care_date=soon, fee="60", tiers_payant="none"))
    step = re.search(
        r"Ask your médecin traitant for a letter The visit is then inside the pathway: €([\d.]+) less", page
    )
    assert step is not None
    assert f"−€{step[1]} Get referred by your declared doctor" in page


def test_a_name_that_is_no_fact_is_refused_by_name(client: TestClient) -> None:
    answer = client.get(quote(agee="12"))
    assert answer.status_code == 400
    page = words(client, quote(agee="12"))
    assert "“agee” in this address is no fact of a visit. Is it “age”?" in page
    assert "Left to you in the end" not in page
    assert client.get(quote(agee="12").replace("/?", "/quote.txt?")).status_code == 400
    assert client.get(quote(utm_source="letter", fbclid="x")).status_code == 200, "what other sites add to a link"


def levers(client: TestClient, **changes: str) -> str:
    """What the page says would have been cheaper, at an eye doctor's."""
    page = words(
        client,
        quote(**{"specialty": "ophtalmologie", "purpose": "none", "fee": "75", "tiers_payant": "none", **changes}),
    )
    return page.split("What would have been cheaper")[1].split("Why nothing better")[0]


def test_a_lever_tells_what_is_of_this_visit(client: TestClient) -> None:
    sent = {"convention": "secteur_2", "role": "correspondant", "referral": "soins_iteratifs"}
    inside, maternity = levers(client, **sent), levers(client, **sent, exemption="maternite")
    assert "utside the pathway" not in inside
    assert "Here 200% of the tariff is assumed with OPTAM, 180% without" in inside
    assert "pays the patient’s share" in inside
    assert "pays the patient’s share" not in maternity, "there is none"
    assert "a specialist may add the authorised extra fee" in levers(client, convention="secteur_2")


def test_a_closed_reading_is_told_to_who_reopens_it(client: TestClient) -> None:
    question = "Is the surcharge outside the pathway capped?"
    assert question not in words(client, quote())
    assert question in words(client, quote(plafond_majoration="fiche"))


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "à 4 mois au plus de la naissance"), ("en", "at most 4 months before")]
)
def test_maternity_is_asked_in_the_words_of_the_law(client: TestClient, lang: str, said: str) -> None:
    """D160-3: four months before the expected birth."""
    assert said in words(client, quote(exemption=None, c2s=None, scheme=None, age="30", contract=None), lang)


def test_a_ground_that_screening_holds_is_named_as_what_follows(client: TestClient) -> None:
    invited = {"specialty": "dermatologie", "fee": "25", "special_setting": "depistage_organise", "contract": "none"}
    assert "It follows from your answers: exemption: prevention act." in words(client, quote(**invited))
    assert "follows from your answers" not in words(client, quote())
    receipt = client.get(quote(**invited).replace("/?", "/receipt.json?")).json()
    assert "exemption" not in receipt["facts"]
    assert receipt["assumed"]["exemption"] == "prevention"


def test_nothing_comes_back_of_what_is_never_advanced(client: TestClient) -> None:
    """L432-3: after an accident at work the fund pays the professional."""
    page = words(client, quote(exemption="at_mp", role="medecin_traitant", contract="none"))
    assert "At the desk you pay €0.00" in page
    assert "the Sécu sends you" not in page
    assert "the refund comes by itself" not in page
