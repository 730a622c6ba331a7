"""`/bill` without a browser: the address is the bill, each value that is wrong has its sentence beside its field."""

import html
import json
import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from parcours.documents import code_of
from parcours.engine.bill.receipt import read_any, replay_any
from parcours.engine.bill.settle import settle_bill
from parcours.law.workdays import easter, is_sunday_or_holiday
from parcours.web.bill.catalogue import find, known_codes
from parcours.web.bill.makers import MAKERS, STARTS
from parcours.web.pages import today
from parcours.web.public.situations import situations
from parcours.web.quote.supplements import suggestions
from tests.support.client import TestClient
from tests.web.pages import BILLS, VISIT, bill, quote

OWN = (("medecin_traitant", "true"), ("role", "medecin_traitant"), ("referral", "none"))
GP = (("care_date", "2026-03-10"), ("age", "40"), ("specialty", "generaliste"), ("convention", "secteur_1"), *OWN)
STAY = (("kind", "sejour"), ("entry", "2026-11-18"), ("age", "50"))
ASKED = (("exemption", "none"), ("c2s", "false"), ("scheme", "general"), ("contract", "none"), ("tiers_payant", "none"))


def seen(client: TestClient, path: str, **headers: str) -> str:
    """The text of a page, its spaces made plain."""
    return html.unescape(client.get(path, headers=headers).text).replace("\u202f", " ").replace("\xa0", " ")


def left(page: str) -> str:
    return re.search(r'class="sum money[^>]*>([^<]*)<', page)[1]  # type: ignore[index]


def test_the_page_and_the_engine_say_the_same(client: TestClient) -> None:
    lines = [{"code": "VG", "fee": "30"}, {"code": "MD", "fee": "10"}]
    page = seen(client, bill(*GP, *ASKED, *(pair for line in lines for pair in line.items())))
    answer = settle_bill({**dict(GP), "lines": lines})
    assert answer.totals["patient"] == 1400
    assert left(page) == "€14.00"
    assert "Left to you in the end<" in page, "nothing is left to ask"
    assert re.findall(r"you (€[\d.]+)</strong>", page) == ["€11.00", "€3.00"]


def test_a_line_without_a_price_is_at_its_tariff_where_the_law_sets_it(client: TestClient) -> None:
    page = seen(client, bill(*GP, ("code", "VG"), ("code", "MD")))
    assert re.findall(r'placeholder="([^"]*)"', page) == ["30.00", "10.00"]
    assert left(page) == "€14.00"
    french = seen(client, bill(*GP, ("code", "VG")), **{"accept-language": "fr"})
    assert 'placeholder="30,00"' in french
    free = seen(client, bill(("profession", "chirurgien_dentiste"), ("age", "45"), ("code", "HBLD634")))
    assert "The price is free: copy the one of the paper." in free


def test_a_supplement_that_the_consultation_holds_is_not_counted_twice(client: TestClient) -> None:
    page = seen(client, bill(*VISIT[:-1]))
    assert re.findall(r'placeholder="([^"]*)"', page) == ["30.00", "10.00", "30.00", "5.00"]


@pytest.mark.parametrize(
    ("pairs", "field", "said"),
    [
        ((*GP, ("code", "VG"), ("fee", "abc")), "line-1-fee", "Expected: euros from 0"),
        ((*GP, ("code", "VG"), ("code", "MD"), ("fee", "-3")), "line-2-fee", "Expected: euros from 0"),
        ((("age", "200"), *GP[2:], ("code", "G")), "head-age", "Expected: a whole"),
        ((("care_date", "2026-02-31"), *GP[1:], ("code", "G")), "head-care_date", "Expected: "),
        ((*STAY, ("exit", "2026-11-16")), "head-exit", "Expected: not before"),
        ((*GP, ("code", "HBLD634"), ("fee", "500"), ("tooth", "3")), "line-1-tooth", "a whole number from 11"),
    ],
)  # fmt: skip
def test_a_wrong_value_has_its_sentence_beside_its_field(
    client: TestClient, pairs: tuple[tuple[str, str], ...], field: str, said: str
) -> None:
    response = client.get(bill(*pairs))
    assert response.status_code == 400
    text = html.unescape(response.text)
    assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-said" aria-invalid="true"', text)
    assert said in re.search(rf'id="{field}-said">([^<]*)<', text)[1]  # type: ignore[index]


def test_a_code_that_no_bill_knows_is_told_on_its_line(client: TestClient) -> None:
    response = client.get(bill(*GP, ("code", "ZZZ9")))
    assert response.status_code == 400
    assert "a code of a bill" in html.unescape(response.text)


def test_what_is_missing_on_a_line_is_asked_there(client: TestClient) -> None:
    page = seen(client, bill(("profession", "infirmier"), ("age", "60"), ("code", "AMI")))
    assert "Needed to settle this line." in page
    assert 'id="line-1-coefficient"' in page
    taxi = seen(
        client,
        bill(("profession", "transporteur"), ("age", "60"), ("code", "VSL"), ("fee", "30"), ("distance_km", "20")),
    )
    assert 'id="line-1-zone"' in taxi


def test_the_next_question_is_one_that_matters_and_its_answers_keep_the_lines(client: TestClient) -> None:
    page = seen(
        client,
        bill(("care_date", "2026-03-10"), ("age", "40"), ("specialty", "generaliste"), ("code", "VG"), ("code", "MD")),
    )
    assert "In which sector does the doctor practise?" in page
    sector = next(one for one in re.findall(r'href="(/bill\?[^"]*)"', page) if "convention=secteur_1" in one)
    assert sector.endswith("code=VG&code=MD")
    assert "How do you come to see this doctor?" in seen(client, sector)


def test_outside_the_pathway_the_circumstances_are_asked(client: TestClient) -> None:
    alone = dict(GP) | {"role": "autre"}
    page = seen(client, bill(*alone.items(), ("code", "VG")))
    assert "Is there something special about this visit?" in page


@pytest.mark.parametrize(
    ("pairs", "offered", "hidden"),
    [
        ((("care_date", "2026-11-22"), *GP[1:]), ["CRD", "F"], ["CRN", "MD"]),
        ((("care_date", "2026-11-24"), *GP[1:], ("code", "VG")), ["MD", "IK"], ["CRD"]),
        ((("care_date", "2026-11-24"), ("at", "evening"), *GP[1:]), ["CRN", "MN"], ["CRM"]),
        ((("care_date", "2026-05-14"), ("profession", "infirmier")), ["DIMANCHE", "IFD"], ["NUIT"]),
        ((("care_date", "2026-11-24"), ("age", "4"), *GP[2:], ("code", "G"), ("fee", "30")), ["MEG"], []),
        ((("care_date", "2026-11-24"), ("age", "4"), *GP[2:], ("code", "G"), ("fee", "35")), [], ["MEG"]),
    ],
)  # fmt: skip
def test_the_day_the_hour_a_visit_and_the_age_suggest_lines(
    client: TestClient, pairs: tuple[tuple[str, str], ...], offered: list[str], hidden: list[str]
) -> None:
    page = seen(client, bill(*pairs))
    chips = "".join(re.findall(r'<ul class="chips adds">(.*?)</ul>', page, re.DOTALL))
    codes = set(re.findall(r'href="[^"]*code=(\w+)#paper"', chips))
    assert set(offered) <= codes
    assert not codes & set(hidden)


def test_holidays_of_france() -> None:
    assert [easter(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25),
    ]  # fmt: skip
    holidays = [date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 7, 14), date(2026, 11, 22)]
    assert all(is_sunday_or_holiday(day) for day in holidays)
    assert not is_sunday_or_holiday(date(2026, 11, 23))


def test_lines_are_found_by_code_and_by_words(client: TestClient) -> None:
    assert find("MD", 0)[0].code == "MD"
    assert "DEQP003" in {known.code for known in find("electro", 0)}
    assert "HBLD634" in {known.code for known in find("couronne ceramo", 0)}
    assert "BOITE" in {known.code for known in find("medicament", 0)}
    assert find("   ", 0) == find("qwertz", 0) == []
    page = seen(client, bill(("specialty", "cardiologie"), ("q", "electro"), ("code", "CS")))
    assert "Found for “electro”" in page
    assert "code=CS&code=DEQP003" in page.replace("&amp;", "&")
    assert "Nothing found" in seen(client, bill(("specialty", "cardiologie"), ("q", "zzz"), ("code", "CS")))


OF_EYES = (
    *(("specialty", "ophtalmologie"), ("age", "58"), ("convention", "secteur_1"), ("exemption", "ald")),
    *(("medecin_traitant", "true"), ("role", "correspondant"), ("referral", "soins_iteratifs"), ("contract", "none")),
)


def test_a_search_that_finds_nothing_says_how_to_copy_the_paper(client: TestClient) -> None:
    """Without the national table here, a code or words that are not in our own list go on the bill with their base."""
    page = seen(client, bill(*OF_EYES, ("q", "BGQP999")))
    assert "This site does not hold the national list of acts (CCAM)" in page
    assert "Copy the paper by hand" in page
    assert "code=BGQP999" in page
    assert "code=ACTE" in seen(client, bill(*OF_EYES, ("q", "zzz")))
    for words in ("fundus", "fond d'œil", "rétinographie", "retina", "BGQP002"):
        found = seen(client, bill(*OF_EYES, ("q", words)))
        assert "Copy the paper by hand" not in found, words
        assert "code=BGQP00" in found, words
    line = (("code", "BGQP002"), ("fee", "30"), ("base", "30"))
    assert left(seen(client, bill(*OF_EYES, *line))) == "€2.00"


def test_every_code_that_is_suggested_is_known() -> None:
    from parcours.engine.bill.codetext import read_code
    from parcours.law.bill.book import bill_law
    from parcours.law.cache import flat_law
    from parcours.law.codes import Profession

    assert len({known.code for known in known_codes()}) > 150
    for name, groups in suggestions().items():
        profession = Profession.__members__.get(name.upper(), Profession.MEDECIN)
        for code in (code for codes in groups.values() for code in codes):
            assert read_code(code, int(profession), flat_law(), bill_law()).key, f"{name}: {code}"


@pytest.mark.parametrize("place", range(len(STARTS)))
def test_every_paper_to_start_from_is_settled(client: TestClient, place: int) -> None:
    page = seen(client, bill(*STARTS[place][1]))
    assert left(page).startswith("€")
    assert "Why, line by line" in page


@pytest.mark.parametrize("place", range(len(MAKERS)))
def test_every_maker_opens_a_paper(client: TestClient, place: int) -> None:
    _, _, facts, lines = MAKERS[place]
    page = seen(client, bill(*facts.items(), *(pair for line in lines for pair in line.items())))
    assert 'id="paper"' in page
    assert "Who made the paper out?" not in page


def test_the_receipt_replays_and_the_text_says_the_same(client: TestClient) -> None:
    address = bill(*GP, ("code", "VG"), ("code", "MD"))
    receipt = client.get(address.replace("/bill?", "/bill.json?"))
    content = read_any(receipt.content)
    assert content["total"]["patient"] == 1400
    assert replay_any(content).same
    assert not set(json.dumps(content)) & {"\u2063"}
    text = client.get(address.replace("/bill?", "/bill.txt?"))
    assert "Left to you in the end: €14.00" in text.text
    for path in ("/bill.json", "/bill.txt", "/bill.pdf"):
        assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("lang", "left", "why"), [("en", "€14.00", "Line by line"), ("fr", "14,00 €", "Ligne par ligne")]
)
def test_a_bill_on_paper_says_the_same_and_carries_its_receipt(
    client: TestClient, lang: str, left: str, why: str
) -> None:
    paper = printed(client, bill(*GP, *ASKED, ("code", "VG"), ("code", "MD")), lang)
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert len(paper.pages) == 1
    words = said(paper)
    assert left in words
    assert why in words
    assert words.count("VG") >= 2, "among the lines, and why"
    assert ("What to do now" if lang == "en" else "Que faire maintenant") in words
    content = read_any(paper.attachments["parcours.json"][0])
    assert replay_any(content).same
    assert code_of(content["hash"]) in words


def test_a_long_bill_has_the_pages_that_it_needs(client: TestClient) -> None:
    paper = printed(client, bill(*GP, *ASKED, *(("code", "VG"), ("fee", "30")) * 40), "fr")
    assert len(paper.pages) > 1
    assert "40. VG" in said(paper)


def printed(client: TestClient, address: str, lang: str) -> PdfReader:
    answer = client.get(address.replace("/bill?", "/bill.pdf?"), headers={"accept-language": lang})
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(BytesIO(answer.content))


def said(paper: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in paper.pages).replace("\u202f", " ").split())


def test_nothing_in_an_address_says_who_the_patient_is(client: TestClient) -> None:
    page = seen(
        client,
        bill(*GP, ("birth_date", "1980-01-02"), ("patient_id", "abc"), ("id", "x"), ("code", "VG"), ("note", "secret")),
    )
    body = page.partition("<main")[2]
    assert body
    assert not any(word in body for word in ("1980-01-02", "patient_id", "secret"))
    assert client.get(BILLS[0]).headers["cache-control"] == "private, no-cache"


def test_a_quote_goes_on_as_a_bill(client: TestClient) -> None:
    page = seen(client, quote())
    address = next(one for one in re.findall(r'href="(/bill\?[^"]*)"', page) if "code=" in one)
    assert address.endswith("code=G&fee=30")
    assert left(seen(client, address)) == left(page) == "€12.60"
    assert 'href="/bill"' in seen(client, "/")


def test_a_step_takes_less_than_fifteen_milliseconds_of_the_server() -> None:
    from parcours.web.bill.address import state_of
    from parcours.web.bill.paper import Paper
    from parcours.web.pages import Page, render
    from tests.support.pace import within

    paper = Page("/bill", (*GP, ("code", "VG"), ("code", "MD")), "en", explicit=False, partial=True)
    assert within(0.015, lambda: render(paper, "_bill_partial.html", bill=Paper(state_of(paper)).view()))


@pytest.mark.parametrize("slug", [slug for slug, entry in situations().items() if entry["group"] == "bills"])
def test_a_situation_told_by_bills_opens_each_with_the_same_amounts(client: TestClient, slug: str) -> None:
    page = seen(client, f"/situations/{slug}")
    rows = re.findall(r'<li><a href="(/bill\?[^"]*)">.*?<strong class="money">([^<]*)</strong>', page, re.DOTALL)
    assert len(rows) == len(situations()[slug]["bills"])
    for address, amount in rows:
        opened = seen(client, address)
        assert left(opened) == amount
        assert "Left to you in the end<" in opened, "the bill is complete"
    assert 'href="/law/articles' in page
    if slug == "visite_du_dimanche":
        days = {date.fromisoformat(day) for day in re.findall(r"care_date=([\d-]+)", page)}
        assert [day.weekday() for day in days] == [6]


def test_the_charges_of_a_stay_are_lines_that_nobody_wrote(client: TestClient) -> None:
    page = seen(client, BILLS[3])
    paper = page[page.index('id="paper"') : page.index('id="add"')]
    assert re.findall(r'<p class="line-fee money">([^<]*)</p>', paper) == ["€360.00", "€23.00"]
    assert 'name="code"' not in paper


@pytest.mark.parametrize(
    "fact", ["installed_on", "referrer_installed_on", "medecin_traitant_left_on", "contract", "role"]
)
def test_a_fact_that_the_engine_refuses_is_told_and_is_no_answer(client: TestClient, fact: str) -> None:
    kept = [(name, value) for name, value in GP if name != fact]
    response = client.get(bill((fact, "2026-02-31"), *kept, ("code", "VG")))
    assert response.status_code == 400
    body = html.unescape(response.text)
    assert 'class="error" role="alert"' in body
    assert "<dd>2026-02-31" not in body


def test_a_day_before_the_first_known_law_has_its_sentence(client: TestClient) -> None:
    response = client.get(
        bill(("care_date", "2005-01-01"), ("profession", "infirmier"), ("age", "60"), ("code", "AMI 2"))
    )
    assert response.status_code == 400
    assert "2006-01-01" in response.text


def test_a_damaged_library_gives_a_page_that_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ccam.sqlite").write_bytes(b"not a library")
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path))
    response = client.get(bill(*GP, ("code", "ABCD001")))
    assert response.status_code == 503
    assert str(tmp_path) not in response.text


@pytest.mark.parametrize(("lang", "said"), [("fr", "depuis le 2022-01-01"), ("en", "since 2022-01-01")])
def test_an_emergency_charge_before_there_was_one_asks_for_no_base(client, lang, said):
    page = client.get(f"/bill?kind=urgences&care_date=2021-06-01&age=40&code=FPU&lang={lang}")
    assert (page.status_code, said in page.text) == (400, True)


def test_a_bill_says_what_to_do_now(client: TestClient) -> None:
    """Under every result: the refund with its day, two years; the card, for a visit to come."""
    lines = (("code", "G"), ("fee", "35"), ("code", "CRD"), ("fee", "26.50"))
    facts = (("care_date", "2026-11-22"), ("specialty", "generaliste"), ("age", "4"), ("exemption", "none"))
    rest = (("special_setting", "permanence_des_soins"), ("contract", "none"), ("tiers_payant", "none"))
    page = html.unescape(client.get(bill(*facts, *rest, *lines)).text).replace("\xa0", " ").replace("\u202f", " ")
    todo = page[page.index('id="todo"') : page.index('id="why"')]
    assert "Give your carte Vitale" not in todo
    assert (
        "Give your carte Vitale" in client.get(bill(("care_date", today().isoformat()), *facts[1:], *rest, *lines)).text
    )
    assert "€43.05 around" in todo
    assert "until 31 December 2028" in todo
    assert "calendar" not in todo


def test_the_packages_of_an_ambulance_have_names(client: TestClient) -> None:
    page = client.get(bill(("profession", "transporteur"), ("age", "60"), ("code", "AMBULANCE"))).text
    assert ">Package of the département</option>" in html.unescape(page)
    assert ">prise_en_charge<" not in page
