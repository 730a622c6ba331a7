"""Somebody keeps pages on their device, loses the network, finds them; then forgets them all."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.waiting import until
from tests.web.pages import QUOTES

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
ADDRESSES = """async () => {
  const all = [];
  for (const name of await caches.keys()) for (const one of await (await caches.open(name)).keys()) all.push(one.url);
  return all;
}"""


def keep(page: Any) -> None:
    """The button, and the wait until it is done."""
    page.get_by_role("button", name="Keep on this device").click()
    page.get_by_text("Kept on this device on").wait_for(timeout=240_000)
    until(page, "navigator.serviceWorker.controller !== null")


@pytest.mark.parametrize("width", [390, 1280])
def test_emergency_numbers_situations_and_the_last_answers_open_without_a_network(visit: Visit, width: int) -> None:
    page = visit("/offline?lang=en", viewport={"width": width, "height": 800})
    assert page.evaluate(ADDRESSES) == [], "nothing is kept before it is asked"
    keep(page)
    site = page.url.split("/offline")[0]
    page.goto(site + QUOTES[0])
    until(page, "async () => (await (await caches.open('answers')).keys()).length === 1")
    said = page.locator("#summary").text_content()

    page.context.set_offline(True)
    page.goto(site + "/emergency")
    assert page.locator("a[href='tel:15']").first.is_visible()
    assert "kept on this device" in page.locator("#trouble").text_content()
    page.goto(site + "/situations/urgence?lang=en")
    assert page.locator("h1").is_visible()
    page.goto(site + QUOTES[0])
    assert page.locator("#summary").text_content() == said
    page.goto(site + "/compare")
    assert page.locator("h1").text_content() == "Without a connection", "what is not kept leads to what is"
    page.locator("#kept-answers a").first.wait_for()
    assert page.locator("#kept-answers a").count() == 1

    page.get_by_role("button", name="Forget all of it").click()
    page.get_by_text("Nothing is kept on this device.").wait_for()
    assert page.evaluate(ADDRESSES) == []
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_pages_of_an_account_and_questions_are_never_kept(visit: Visit) -> None:
    page = visit("/offline?lang=en")
    keep(page)
    site = page.url.split("/offline")[0]
    for path in ("/login", "/", "/search?q=ald"):
        page.goto(site + path)
    kept = [urlsplit(one) for one in page.evaluate(ADDRESSES)]
    assert not [one for one in kept if one.path == "/" or one.path.startswith(("/search", "/login", "/me", "/my"))]
