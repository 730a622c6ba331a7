"""A price that is several lines, the act that is changed, blanks of letters, what a bill does not read."""

import json
import re
from html import unescape

import pytest

from parcours.engine.bill.receipt import bill_receipt, read_any, replay_any
from parcours.engine.bill.settle import settle_bill
from parcours.engine.case import settle
from parcours.engine.say.receipt import receipt
from tests.support.client import TestClient
from tests.web.pages import quote
from tests.web.test_quote_guards import C2S, SENT, SUNDAY, words
from tests.web.test_quote_people import link_named

TWO_LINES = {**SUNDAY, "fee": "61.50"}


def test_a_price_that_splits_tells_each_line_in_the_why_the_paper_and_the_receipt(client: TestClient) -> None:
    why = words(client, quote(**TWO_LINES)).split(" Why ")[1].split("What would have been cheaper")[0]
    assert "G General practitioner's consultation" in why.replace("’", "'")
    assert "CRD Supplement: visit asked for by the call centre" in why
    assert (why.count("€10.50"), why.count("€7.95")) == (1, 1), "the share of each line"
    kept = client.get(quote(**TWO_LINES).replace("/?", "/receipt.json?")).text
    assert [line["code"] for line in json.loads(kept)["lines"]] == ["G", "CRD"]
    assert replay_any(read_any(kept), "en").same
    told = client.get(quote(**TWO_LINES).replace("/?", "/quote.txt?")).text
    assert "2. G General" in told
    assert "3. CRD Supplement" in told


def test_a_sunday_without_a_price_names_its_supplements_and_the_split_heads_the_answer(client: TestClient) -> None:
    asked = words(client, quote(**{**SUNDAY, "fee": None}))
    assert "The paper of this day may add, lawful and refunded in part:" in asked
    assert "CRD €26.50" in asked
    split = words(client, quote(**TWO_LINES))
    assert "€18.45 of €61.50 charged" in split, "what is left of both lines"
    assert "This price is to the cent several lawful lines, all refunded" in split
    assert "in excess" not in split


def test_the_card_of_a_situation_tells_what_another_reading_would_leave(client: TestClient) -> None:
    page = words(client, "/situations/c2s")
    assert "left to you €0.00 or €19.60: the texts leave a doubt" in page


@pytest.mark.parametrize("fee", ["60", "80"])
def test_an_opinion_that_was_chosen_or_read_in_the_price_can_be_changed(client: TestClient, fee: str) -> None:
    facts = {**SENT, "specialty": "cardiologie", "convention": "secteur_1", "fee": fee}
    address = quote(**facts) if fee == "60" else quote(**facts, act="APC")
    page = client.get(address).text
    again = client.get(link_named(page, "Change: Act")).text
    assert "a consultation, or a one-off opinion?" in again
    chosen = re.search(r'href="([^"]+)"><span>A consultation', again)
    assert chosen
    assert "act=consultation" in unescape(chosen[1])
    assert "Act A consultation" in words(client, unescape(chosen[1]))


@pytest.mark.parametrize(
    ("convention", "fee", "as_consultation"),
    [("secteur_1", "75", "€54.95"), ("secteur_2_optam", "60", "€39.95"), ("secteur_2", "75", "€60.90")],
)
def test_the_act_is_asked_wherever_an_opinion_would_change_the_price(
    client: TestClient, convention: str, fee: str, as_consultation: str
) -> None:
    """NGAP 18: an APC has one base in every sector; who does not know sees both."""
    facts = {**SENT, "specialty": "dermatologie", "convention": convention, "fee": fee, "contract": "none"}
    page = client.get(quote(**facts)).text
    assert "a consultation, or a one-off opinion?" in page
    assert "To check:" not in page, "nothing is said to be unlawful before the act is known"
    unsure = words(client, quote(**facts, act="consultation", unsure="act"))
    opinion = f"€{int(fee) - 40}.00"
    assert f"A consultation {as_consultation}" in unsure
    assert f"A one-off opinion (avis ponctuel de consultant) {opinion}" in unsure


@pytest.mark.parametrize(
    ("lang", "blank"), [("fr", "[à compléter\xa0: nom du professionnel]"), ("en", "ophtalmologie")]
)
def test_a_letter_says_what_is_known_and_names_what_is_not(client: TestClient, lang: str, blank: str) -> None:
    address = quote(**C2S, to="mediator").replace("/?", "/letter.txt?")
    told = client.get(address, headers={"accept-language": lang}).text
    assert "[…]" not in told
    assert "(ophtalmologie)" in told, "the letter is French"
    assert "[à compléter\xa0: adresse de votre caisse]" in told


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Is it “quantity”?"), ("fr", "Est-ce «\u202fquantity\u202f»\u202f?")]
)
def test_a_bill_refuses_by_name_what_it_does_not_read(client: TestClient, lang: str, said: str) -> None:
    address = "/bill?care_date=2026-11-20&specialty=generaliste&age=40&code=G&fee=30&quantitty=2"
    page = client.get(address, headers={"accept-language": lang})
    assert page.status_code == 400
    assert said in page.text
    assert "bill-top" not in page.text, "no amount for what was not read"
    for kind in ("txt", "json", "pdf"):
        assert "quantitty" in client.get(address.replace("/bill?", f"/bill.{kind}?")).text
    shared = client.get(address.replace("quantitty=2", "utm_source=x&fbclid=y"))
    assert shared.status_code == 200, "what other sites add to an address"


def test_what_only_changes_the_advance_is_not_called_cheaper(client: TestClient) -> None:
    page = words(client, quote(tiers_payant="none"))
    less = page.split("To advance less, at the same cost")[1].split("Why nothing better applied")[0]
    assert "No cheaper: the same sum is left to you" in less
    assert "of which €12.60 will be taken from a later refund" in less
    assert "direct billing" not in page.split("What would have been cheaper")[1].split("To advance less")[0]


def test_a_session_of_mon_soutien_psy_cites_its_own_articles_in_both_receipts() -> None:
    facts = {"care_date": "2026-11-20", "profession": "psychologue", "age": 30}
    bill = bill_receipt(settle_bill({**facts, "lines": [{"code": "seance psy", "fee": 50}]}))["references"]
    assert {"CSS-L162-58", "CSS-R162-65"} <= set(bill)
    assert not {"CONV-2024", "CSS-R160-5"} & set(bill), "those of doctors"
    assert set(receipt(settle({**facts, "fee": 50}))["references"]) == set(bill)
