"""A whole bill in a browser: copied line by line by mouse, by keyboard, and without JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.waiting import until
from tests.web.pages import BILLS

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def shown(page: Any) -> str:
    return str(page.locator(".sum").inner_text()).replace("\xa0", " ").replace("\u202f", " ")


def follow(page: Any, locator: Any) -> None:
    """Follow a link or send a form, and wait for the next step."""
    before = page.url
    locator.click()
    page.wait_for_url(lambda url: url != before)


def answer(page: Any, words: str) -> None:
    follow(page, page.locator("a.option", has_text=words).first)


def copied(page: Any) -> None:
    """A home visit of one's own doctor, with its travel."""
    answer(page, "A general practitioner")
    page.locator("#head-care_date").fill("2026-03-10")
    page.locator("#head-age").fill("40")
    follow(page, page.get_by_role("button", name="Recompute"))
    page.locator("#head-age[value='40']").wait_for()
    follow(page, page.locator(".adds a", has_text="VG").first)
    follow(page, page.locator(".adds a", has_text="MD").first)
    answer(page, "Sector 1")
    answer(page, "This is my médecin traitant")
    answer(page, "None of these")
    answer(page, "No")
    answer(page, "Yes, and I am refunded later")


def test_a_paper_is_copied_line_by_line_without_javascript(visit: Visit) -> None:
    page = visit("/bill", java_script_enabled=False)
    copied(page)
    assert shown(page) == "€14.00"
    assert page.locator(".line").count() == 2
    assert page.get_by_role("heading", name="Why, line by line").is_visible()
    follow(page, page.get_by_role("link", name="Remove line 2: MD"))
    assert shown(page) == "€11.00"
    page.locator("#q").fill("deplacement")
    follow(page, page.get_by_role("button", name="Search"))
    follow(page, page.locator(".adds a", has_text="MD").first)
    assert shown(page) == "€14.00"
    page.get_by_role("link", name="As text").click()
    assert "Left to you in the end: €14.00" in page.locator("body").inner_text()


def test_a_price_that_is_changed_settles_the_bill_again(visit: Visit) -> None:
    page = visit(BILLS[0].replace("&at=evening", ""))
    documents: list[str] = []
    page.on("request", lambda request: documents.append(request.url) if request.resource_type == "document" else None)
    before = shown(page)
    page.locator("#line-4-fee").fill("5")
    page.locator("#line-1-fee").focus()
    page.wait_for_url(re.compile("fee=5"))
    until(page, "text => document.querySelector('.sum').innerText !== text", before)
    assert documents == [], "HTMX replaced the page: nothing was loaded"
    assert page.evaluate("document.activeElement.id") == "line-1-fee", "the focus stays on the paper"
    other = visit(re.sub(r"^http://[^/]+", "", page.url))
    assert shown(other) == shown(page)


def test_a_wrong_price_is_told_beside_its_field(browser: Any, site: str) -> None:
    for scripts in (True, False):
        context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
        page = context.new_page()
        page.goto(site + BILLS[0])
        page.locator("#line-1-fee").fill("thirty")
        page.get_by_role("button", name="Recompute").click()
        said = page.locator("#line-1-fee-said")
        said.wait_for()
        assert "Not understood" in said.inner_text()
        assert page.locator("#line-1-fee").input_value() == "thirty"
        context.close()


def test_a_paper_is_copied_by_keyboard(visit: Visit) -> None:
    page = visit(BILLS[1])
    page.locator("#q").focus()
    page.locator("#q").fill("spiro")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=spiro"))
    found = page.locator(".adds a", has_text="GLQP012").first
    found.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("code=GLQP012"))
    assert page.locator(".line").count() == 2


def test_on_paper_only_the_bill_remains(visit: Visit) -> None:
    page = visit(BILLS[0])
    page.emulate_media(media="print")
    for name in ("header.top", ".add", ".paper-end", ".actions"):
        assert not page.locator(name).first.is_visible()
    assert page.locator(".lines").is_visible()
    assert page.locator(".lines-why").is_visible()
