"""`/compare`: contracts over a year that people edit, all of it in the address."""

import re
from html import unescape

import pytest

from parcours.engine.compare.year import years
from tests.support.client import TestClient


def page(client: TestClient, address: str, lang: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": lang})
    assert answer.status_code == 200
    return unescape(answer.text).replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("name", sorted(years()))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_year_to_start_from_has_its_page(client: TestClient, name: str, lang: str) -> None:
    html = page(client, f"/compare?year={name}", lang)
    assert years()[name].label[lang] in html
    assert html.count("<polyline") == 4
    assert 'class="said error"' not in html


def test_the_form_is_the_address(client: TestClient) -> None:
    contracts = "contract=150&premium=20&contract=OPTAM+250%25%2C+hors+OPTAM+200%25&premium=60"
    address = f"/compare?year=family&shown=family&{contracts}&age=30&n-gp=0"
    html = page(client, address)
    assert 'value="OPTAM 250%, hors OPTAM 200%"' in html
    assert 'name="n-gp" type="text" inputmode="numeric" maxlength="2" value="0"' in html
    assert "€720.00" in html, "twelve premiums"
    totals = [float(text.replace(",", "")) for text in re.findall(r'<strong class="money">€([\d.,]+)</strong>', html)]
    assert len(totals) == 3
    assert totals == sorted(totals)


def test_a_contract_that_cannot_be_read_is_told_beside_its_field(client: TestClient) -> None:
    answer = client.get("/compare?contract=good&premium=20")
    assert answer.status_code == 400
    assert re.search(r'id="w1" role="alert">[^<]*percentages of the tariff', answer.text)
    assert 'aria-describedby="w1"' in answer.text
    assert "<script>alert" not in client.get("/compare?contract=<script>alert(1)</script>&premium=1").text


def test_each_care_has_its_price_and_contracts_are_compared_with_each_other(client: TestClient) -> None:
    html = page(client, "/compare?year=glasses&shown=glasses&p-eye=90&p-glasses.lens=300,50")
    by_hand = page(client, "/compare?year=glasses&p-eye=90")
    assert re.search(r'name="p-eye"[^>]* value="90.00"', by_hand), "an address that somebody wrote"
    assert re.search(r'name="p-gp"[^>]* value="30.00"', html), "the tariff unless said"
    assert re.search(r'name="p-eye"[^>]* value="90.00" aria-label="Price of Eye doctor', html)
    assert re.search(r'name="p-glasses.lens"[^>]* value="300.50"', html)
    first, *others = re.findall(r'<p class="(?:answer|small)">“([^<]*)</p>', html)
    second_against_first = r"Responsible contract.*” costs €[\d,.]+ (more|less) than “"
    assert re.match(second_against_first, first) or "come to the same" in first
    assert sum("No mutuelle" not in one for one in (first, *others)) == 3, "three contracts, three pairs"
    assert not re.search(r"from \d+\.\d+ ", html), "whole acts"
    refused = client.get("/compare?year=glasses&shown=glasses&p-eye=lion")
    assert refused.status_code == 400
    assert re.search(r'id="w-eye" role="alert">[^<]*price', refused.text)


def test_what_an_employer_pays_of_a_premium_is_no_cost(client: TestClient) -> None:
    address = (
        "/compare?year=student&shown=student&contract=100&premium=60&employer=50%25&contract=100&premium=40&employer="
    )
    html = page(client, address)
    assert html.count("premiums €360.00") == 1, "half of twelve times 60"
    assert "your employer pays €360.00 of premiums" in html
    assert html.count("your employer pays") == 1
    assert 'name="employer" type="text" inputmode="decimal" maxlength="6" value="50%"' in html
    refused = client.get("/compare?contract=100&premium=60&employer=150")
    assert refused.status_code == 400
    assert "from 0 to 100% of the premium" in unescape(refused.text).replace("\xa0", " ")


def test_contracts_of_a_firm_are_one_click_away(client: TestClient) -> None:
    """The least that an employer pays is the law's: nobody has to know it."""
    html = page(client, "/compare?year=student")
    found = re.search(r'href="([^"]+)">Through my work: the employer pays 50% of it', html)
    assert found
    through = page(client, found[1])
    assert through.count("your employer pays") == 3
    assert "Through my work" not in through, "said already"
    assert "year=student" in found[1]


def test_a_pasted_line_is_shown_back_and_what_is_secondary_is_folded(client: TestClient) -> None:
    html = page(client, "/compare?contract=Visits+full+cost%2C+teeth+%E2%82%AC500&premium=20")
    assert "Understood: visits and acts the whole price with OPTAM, 200% without, contrat responsable." in html
    assert html.count("<strong>Not counted: teeth €500.</strong>") == 2, "beside the field, and beside the result"
    assert html.count("<details>") == 2


@pytest.mark.parametrize(("lang", "teeth"), [("en", "teeth 200%"), ("fr", "dents 200 %")])
def test_a_contract_of_the_list_says_all_that_it_guarantees(client: TestClient, lang: str, teeth: str) -> None:
    html = page(client, f"/compare?contract=responsable_220&premium=65&contract=responsable_100&premium=30&lang={lang}")
    assert teeth in html.replace("\u202f", " ")
    assert html.count("Understood: " if lang == "en" else "Compris : ") == 2
