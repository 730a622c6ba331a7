"""Search: what people write leads to the page they need."""

from pathlib import Path

import pytest
import yaml

from parcours.text import LANGS
from parcours.web.public.search import find, known_as
from tests.support.client import TestClient

QUERIES = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text("utf-8"))
ASKED = [(query, page) for pages in QUERIES.values() for page, queries in pages.items() for query in queries]


def test_there_are_four_hundred_queries() -> None:
    assert len({query for query, _ in ASKED}) >= 400


def test_an_emergency_leads_to_the_fifteen_before_any_other_number() -> None:
    assert find("samu", "fr").entries[0].title.endswith("appelez le 15")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("query", "page"), ASKED, ids=[query for query, _ in ASKED])
def test_the_page_that_is_needed_comes_first_in_both_languages(query: str, page: str, lang: str) -> None:
    first = find(query, lang).entries[0]
    assert f"{first.path}#{first.fragment}".rstrip("#") == page


def test_every_page_that_has_other_names_exists(client: TestClient) -> None:
    for path in known_as():
        assert client.get(path).status_code == 200, path


def test_a_misspelt_word_is_read_as_the_nearest_and_said_to_be(client: TestClient) -> None:
    page = client.get("/search?q=generalsite&lang=fr").text
    assert "/situations/generaliste" in page
    assert "Lu comme «\u202fgeneraliste\u202f»" in page


def test_where_nothing_is_found_pages_are_proposed(client: TestClient) -> None:
    for query in ("", "?q=zzzqqqxx"):
        page = client.get(f"/search{query}").text
        assert "/situations/trouver_un_medecin" in page
        assert "/emergency" in page
