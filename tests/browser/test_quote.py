"""The quote in a browser: from the first question to the receipt, by mouse, by keyboard, and without JavaScript."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.waiting import until
from tests.web.pages import quote

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def shown(page: Any) -> str:
    return str(page.locator(".sum").inner_text()).replace("\xa0", " ").replace("\u202f", " ")


def answer(page: Any, words: str) -> None:
    """Choose an answer and wait for the next step, which HTMX puts in place without loading a page."""
    before = page.url
    page.locator("a.option", has_text=words).first.click()
    page.wait_for_url(lambda url: url != before)


def fill(page: Any, value: str) -> None:
    before = page.url
    page.locator("#number").fill(value)
    page.locator(".number-form button").click()
    page.wait_for_url(lambda url: url != before)


def to_the_end(page: Any) -> None:
    """A dermatologist seen without a letter, by someone who has a médecin traitant and a basic mutuelle."""
    answer(page, "A dermatologist")
    assert "to" in shown(page), "a range from the first answer"
    fill(page, "40")
    answer(page, "Yes, one is declared")
    answer(page, "Nobody sent me")
    answer(page, "No, none of this")
    assert page.get_by_role("heading", name="In which sector does the doctor practise?").is_visible()
    answer(page, "Sector 1")
    fill(page, "37")
    answer(page, "None of these")
    answer(page, "Yes, a basic one")
    answer(page, "Yes, and I am refunded later")


def test_from_the_first_question_to_the_receipt(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    documents: list[str] = []
    page.on("request", lambda request: documents.append(request.url) if request.resource_type == "document" else None)
    to_the_end(page)
    assert documents == [], "HTMX replaced the step: no page was loaded"
    page.get_by_role("heading", name="Why", exact=True).wait_for()
    assert shown(page) == "€23.10"
    assert page.locator(".tag.outside").inner_text() == "Outside the pathway"
    assert page.locator(".bar rect").count() >= 3
    assert "€23.10" in page.title()
    with page.expect_download() as download:
        page.get_by_text("For programs").click()
        page.get_by_role("link", name="The receipt in JSON").click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    receipt = json.loads(file.read_text("utf-8"))
    assert receipt["result"]["patient"] == 2310
    assert receipt["facts"]["age"] == 40


def test_every_step_has_an_address_that_can_be_shared(visit: Visit) -> None:
    page = visit("/")
    to_the_end(page)
    page.get_by_role("heading", name="Why", exact=True).wait_for()
    address = re.sub(r"^http://[^/]+", "", page.url)
    for name in ("birth_date", "patient", "name", "nir"):
        assert name not in address
    other = visit(address)
    assert shown(other) == shown(page) == "€23.10"
    page.go_back()
    page.wait_for_load_state()
    page.get_by_role("heading", name="At the desk, do you pay everything?").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Do you have a mutuelle?").wait_for()


def test_without_javascript(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    to_the_end(page)
    assert shown(page) == "€23.10"
    assert not page.get_by_role("button", name="Copy as text").is_visible()
    page.get_by_role("link", name="As text").click()
    assert "Left to you in the end: €23.10" in page.locator("body").inner_text()


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reach(page, "A dermatologist")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How old is the patient?").wait_for()
    until(page, "document.activeElement.id === 'question'")
    reach_id(page, "number")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Do you have a médecin traitant?").wait_for()
    until(page, "document.activeElement.id === 'question'")
    reach(page, "Yes, one is declared")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="How do you come to see this doctor?").wait_for()


def reach(page: Any, words: str) -> None:
    """Press Tab until the focus is on these words."""
    for _ in range(60):
        if page.evaluate(
            "w => document.activeElement.matches('a, button') && document.activeElement.innerText.includes(w)", words
        ):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{words} cannot be reached by keyboard")


def reach_id(page: Any, id_: str) -> None:
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == id_:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"#{id_} cannot be reached by keyboard")


def test_an_explanation_opens_on_focus_and_closes_on_escape(visit: Visit) -> None:
    page = visit(quote())
    term = page.locator(".tip > a").first
    tip = page.locator(".tip-text").first
    assert not tip.is_visible()
    term.focus()
    assert tip.is_visible()
    assert len(tip.inner_text()) > 20
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_a_result_is_announced_and_copied(visit: Visit) -> None:
    page = visit(quote(tiers_payant=None), permissions=["clipboard-read", "clipboard-write"])
    answer(page, "Yes, and I am refunded later")
    until(page, "document.getElementById('live').textContent.includes('€12.60')")
    page.get_by_role("button", name="Copy as text").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "Left to you in the end: €12.60" in page.evaluate("navigator.clipboard.readText()")


def test_the_language_switch_keeps_the_quote(visit: Visit) -> None:
    page = visit(quote())
    page.locator("#switch-language").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert shown(page) == "12,60 €"
    page.get_by_role("link", name="Urgences").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", level=1).inner_text() == "Numéros d’urgence"


def test_a_situation_opens_in_the_quote(visit: Visit) -> None:
    page = visit("/situations/hors_parcours")
    row = page.locator(".visits a", has_text="GP, outside the pathway")
    amount = row.locator(".visit-sum strong").inner_text()
    row.click()
    page.wait_for_load_state()
    assert shown(page) == amount
    assert page.locator("#question").count() == 0, "the example is complete"


def test_a_value_that_is_code_stays_text(visit: Visit) -> None:
    page = visit("/search?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    assert page.locator("main img").count() == 0
    assert page.locator("#q").input_value() == "<img src=x onerror=alert(1)>"


def test_on_paper_only_the_answer_remains(visit: Visit) -> None:
    page = visit(quote())
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.locator(".actions").is_visible()
    assert page.locator(".sum").is_visible()
    assert page.locator(".reasons").is_visible()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_slow_answer_is_seen_on_its_way_and_moves_nothing(visit: Visit, motion: str) -> None:
    page = visit("/", reduced_motion=motion)
    held: list[Any] = []
    page.route(lambda url: "specialty=" in url, lambda route: held.append(route))  # noqa: PLW0108 - marked by Playwright
    bar = "() => getComputedStyle(document.body, '::before')"
    title = page.get_by_role("heading", level=1)
    before = title.bounding_box()
    assert page.evaluate(f"{bar}.position") != "fixed"
    page.locator("a.option", has_text="A dermatologist").first.click()
    until(page, f"{bar}.position === 'fixed' && document.querySelector('.htmx-request') !== null")
    assert page.evaluate(f"{bar}.animationName") == ("none" if motion == "reduce" else "on-its-way")
    assert title.bounding_box() == before
    held[0].continue_()
    page.wait_for_url(lambda url: "specialty=" in url)
    until(page, f"{bar}.position !== 'fixed'")
