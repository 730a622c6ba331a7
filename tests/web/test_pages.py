"""Every page answers, in both languages, with a title, a language, and links that lead somewhere."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.support.client import TestClient
from tests.web.pages import PATHS, QUOTES, every_path, quote


class Outline(HTMLParser):
    """What a test reads of a page: links, ids, headings, attributes that a strict policy forbids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.forbidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        self.forbidden += [name for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.forbidden.append(tag)


@pytest.mark.parametrize("path", every_path())
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_is_whole(client: TestClient, path: str, lang: str) -> None:
    answer = client.get(path, headers={"accept-language": lang})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in answer.text
    assert re.search(r"<title>[^<]{4,} · parcours</title>", answer.text)
    outline = Outline(answer.text)
    assert outline.headings.count("h1") == 1
    assert outline.headings[0] == "h1"
    assert not outline.forbidden, "the policy allows no inline style and no inline script"
    assert len(outline.ids) == len(set(outline.ids)), "an id is used twice"
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<code>.*?</code>", "", answer.text, flags=re.DOTALL))
    assert "None" not in re.sub(r"None (of|is)", "", words)
    assert "{" not in words, "a placeholder was not filled"


def test_no_link_is_broken(client: TestClient) -> None:
    seen: dict[str, Outline] = {}
    waiting = [*PATHS, *QUOTES[:2]]
    targets: set[tuple[str, str]] = set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        seen[address] = Outline(answer.text if "html" in answer.headers["content-type"] else "")
        for link in seen[address].links:
            parts = urlsplit(urljoin(f"http://site{address}", unescape(link)))
            if parts.netloc != "site" or parts.scheme != "http":
                continue
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            targets.add((target, parts.fragment))
            if not parts.query and parts.path not in seen:
                waiting.append(parts.path)
    for target, fragment in targets:
        if fragment and target in seen:
            assert fragment in seen[target].ids, f"{target}#{fragment}"
        if target not in seen and "?" in target and not target.startswith("/?"):
            assert client.get(target).status_code == 200, target


@pytest.mark.parametrize("path", ["/nothing", "/situations/nothing", "/law/parameters/nothing.at.all"])
def test_an_unknown_address_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text


def test_a_method_that_does_not_exist_is_refused_with_a_page(client: TestClient) -> None:
    answer = client.post("/law")
    assert answer.status_code == 405
    assert "This request is not accepted" in answer.text


def test_the_language_switch_keeps_the_page_and_its_facts(client: TestClient) -> None:
    answer = client.get(QUOTES[0])
    link = unescape(re.search(r'id="switch-language" href="([^"]+)"', answer.text)[1])  # type: ignore[index]
    other = client.get(link)
    assert '<html lang="fr">' in other.text
    assert "12,60\u202f€" in other.text
    assert re.search(r'href="/situations\?lang=fr"', other.text), "the chosen language follows the links"


def test_the_emergency_page_is_one_click_from_everywhere(client: TestClient) -> None:
    for path in (*PATHS, "/nothing"):
        assert re.search(r'class="sos" href="/emergency"', client.get(path).text), path
    page = client.get("/emergency").text
    for number in ("15", "17", "18", "112", "114", "196", "116117", "3624", "0140054848"):
        assert re.search(rf'href="(tel|sms):{number}"', page), number
    assert "SAS" in page


@pytest.mark.parametrize("on", ["yesterday", "2026-13-01", "0001-01-01", "9999-01-01", "<b>"])
def test_a_day_without_law_is_said_and_escaped(client: TestClient, on: str) -> None:
    answer = client.get("/tables", params={"on": on})
    assert answer.status_code == 400
    assert "is not a day with known law" in answer.text
    assert "<b>”" not in answer.text


def test_the_tables_hold_the_published_figures(client: TestClient) -> None:
    page = client.get("/tables?on=2025-06-02", headers={"accept-language": "fr"}).text
    assert "19,00\u202f€" in page  # own doctor, 30 euros
    assert "8,40\u202f€" in page  # outside: capped
    assert "37,00\u202f€" in page  # most a specialist of sector 1 may charge outside


def test_a_quote_says_until_when_it_is_known_to_be_right(client: TestClient) -> None:
    past, later = (client.get(quote(care_date=day, lang="fr")).text for day in ("2025-06-02", "2026-11-02"))
    assert "Vérifié pour le jour des soins" in past
    assert "Soins plus récents que ce qui est vérifié" not in past
    assert "Soins plus récents que ce qui est vérifié" in later


def test_an_article_says_what_it_decides_with_cents_and_leads_to_the_official_text(client: TestClient) -> None:
    page = client.get("/law/articles/CSS-R160-6?lang=fr").text
    assert "10,60\u202f€" in page
    assert "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000031796275" in page
    assert "/law/parameters/majoration.taux?lang=fr" in page
    assert "rédaction n’a pas été lue" in client.get("/law/articles/CSS-L162-58?lang=fr").text
    moved = client.get("/law/articles/r.160-6?lang=en", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, "/law/articles/CSS-R160-6?lang=en")
    assert client.get("/law/articles/R160-666").status_code == 404


def test_search_finds_across_everything(client: TestClient) -> None:
    def found(words: str) -> str:
        return client.get("/search", params={"q": words}).text

    assert "/situations/dermatologie" in found("dermatologist")
    assert "/glossary#majoration" in found("majoration")
    assert "/law/articles/CSS-R160-6" in found("R160-6")
    assert "/situations/c2s" in found("C2S")
    assert "/emergency" in found("poison") or "/emergency" in found("samu")
    assert "/law/guides#" in found("refunds only 30%")
    assert "/situations/loin_de_chez_moi" in found("holiday unicorn"), "no page holds both words: the best of one"
    assert "Nothing found" in found("xyzzy")
    assert "&lt;script&gt;" in found("<script>")
    assert "<script>" not in re.sub(r"<script src=[^>]+>", "", found("<script>"))


def test_the_decision_table_filters(client: TestClient) -> None:
    outside = client.get("/law/decision-table?specialty=dermatologie&age=40&outcome=outside").text
    assert "Your médecin traitant" not in outside
    assert ">None of this<" in outside
    child = client.get("/law/decision-table?specialty=dermatologie&age=10&outcome=outside").text
    assert "No situation gives this outcome" in child
    assert client.get("/law/decision-table?specialty=nobody&age=x&outcome=y").status_code == 200


def test_the_docs_of_the_api_have_every_address_and_lead_to_nobody_else(client: TestClient) -> None:
    index = client.get("/api/docs")
    assert index.status_code == 200
    assert "/api/openapi.json" in index.text
    document = client.get("/api/openapi.json").json()
    tags = {operation["tags"][0] for item in document["paths"].values() for operation in item.values()}
    shown = ""
    for tag in tags:
        part = client.get(f"/api/docs/{tag.replace(' ', '-')}")
        assert part.status_code == 200, tag
        shown += part.text
    for path, item in document["paths"].items():
        assert f"<code>{path}</code>" in shown
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in shown
    assert not re.search(r'(src="|<link[^>]*href=")https?://(?!127)', shown), "a link may lead away, nothing is loaded"
    assert client.get("/api/docs/nothing").status_code == 404
    assert client.get(client.get("/api/v1").json()["openapi"]).json()["openapi"].startswith("3.")
    assert client.get("/api/nothing").headers["content-type"] == "application/problem+json"
    assert 'href="/api/docs' in client.get("/").text
    for usual in ("/docs", "/redoc", "/api"):
        assert client.get(f"{usual}?lang=en", follow_redirects=False).headers["location"] == "/api/docs?lang=en"
    assert client.get("/openapi.json").json() == document


def test_the_english_glossary_has_the_apostrophes_of_the_house(client: TestClient) -> None:
    page = unescape(re.sub(r"<[^>]+>", " ", client.get("/glossary?lang=en").text.split("<main")[1].split("</main")[0]))
    assert not re.findall(r"\w'\w+", page)
