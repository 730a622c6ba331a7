"""The generated pages are those of today's law and rules."""

from pathlib import Path

import pytest

from parcours.engine.proof.pages import decision_page, static_pages, write_pages
from parcours.engine.proof.space import Report

FOLDER = Path("docs/law")
PAGES = static_pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run: parcours space publish docs/law"


def test_every_page_of_the_index_exists() -> None:
    names = [part.split(")")[0] for part in PAGES["index.md"].split("](")[1:]]
    assert names
    assert all((FOLDER / name).is_file() for name in names)


def test_the_decision_page_says_what_was_counted() -> None:
    page = decision_page(Report(combinations=1234, holes=2), ())
    assert "| Combinations | 1,234 |" in page
    assert "| Holes | 2 |" in page


def test_pages_are_written_where_asked(tmp_path: Path) -> None:
    written = [path.name for path in write_pages(tmp_path / "law", Report(), ())]
    assert sorted(path.name for path in (tmp_path / "law").iterdir()) == sorted(written)
