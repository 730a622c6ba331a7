"""The page of disputed examples says what the engine says today."""

from tests.published.page import PAGE, text


def test_the_page_of_conflicts_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == text(), "run: python -m tests.published.page"
