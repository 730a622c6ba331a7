"""The generated pages are those of today's law and rules."""

from pathlib import Path

import pytest

from parcours.engine.proof.pages import decision_page, static_pages, write_pages
from parcours.engine.proof.space import SpaceReport
from parcours.law.loader import load

FOLDER = Path("docs/law")
PAGES = static_pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run: parcours space publish --quick"


def test_every_page_of_the_index_exists() -> None:
    names = [part.split(")")[0] for part in PAGES["index.md"].split("](")[1:]]
    assert names
    assert all((FOLDER / name).is_file() for name in names)


def test_the_decision_page_says_what_was_counted() -> None:
    page = decision_page(SpaceReport(combinations=1234, holes=2), ())
    assert "| Combinations | 1,234 |" in page
    assert "| Holes | 2 |" in page


def test_pages_are_written_where_asked(tmp_path: Path) -> None:
    written = list(write_pages(tmp_path / "law", SpaceReport(), ()))
    assert sorted(path for path in (tmp_path / "law").rglob("*") if path.is_file()) == sorted(written)


def test_every_article_has_a_page_in_both_languages_with_cents() -> None:
    book = load()
    for id_, article in book.articles.items():
        page = PAGES[f"articles/{id_}.md"]
        assert article.address in page
        assert f"## {article.subject['fr']}" in page
        assert f"## {article.subject['en']}" in page
        assert f"[{id_.replace('-', ' ', 1)}]({id_}.md)" in PAGES["articles/README.md"]
    surcharge = PAGES["articles/CSS-R160-6.md"]
    assert "`majoration` €10.60" in surcharge
    assert "`amo` 8,40 €" in surcharge
    assert "{" not in surcharge


def test_the_folder_of_articles_holds_no_page_of_an_article_that_is_gone() -> None:
    assert {path.name for path in (FOLDER / "articles").iterdir()} == {
        name.removeprefix("articles/") for name in PAGES if name.startswith("articles/")
    }
