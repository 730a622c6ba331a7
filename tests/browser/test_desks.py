"""The desks in a browser: a declaration without a script, a bill by keyboard, nothing wider than its window."""

import pytest

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import KEY, PASSWORD
from tests.support.server import UNLIMITED, country_folder, running
from tests.web.test_practice import number_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory, sqlite_country):
    folder = tmp_path_factory.mktemp("desks")
    environment = country_folder(folder, sqlite_country)
    with running(folder, PARCOURS_SECOND_FACTOR_ROLES="[]", **environment, **UNLIMITED) as server:
        yield server, sqlite_country[1], environment["PARCOURS_DATABASE_URL"]


def logged_in(browser, address, name, **options):
    page = browser.new_context(**{"locale": "en-GB", **options}).new_page()
    page.goto(f"{address}/login")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    return page


def test_somebody_declares_a_doctor_in_six_steps_and_the_doctor_accepts(browser, served):
    server, _, _ = served
    nora = logged_in(browser, server.address, "nora", java_script_enabled=False)
    nora.get_by_role("link", name="Declare a médecin traitant").click()
    nora.locator("#near + .rows a").first.click()
    nora.get_by_role("button", name="Ask this doctor").click()
    steps = 3
    assert "awaited" in nora.get_by_role("status").inner_text()
    alice = logged_in(browser, server.address, "alice", java_script_enabled=False)
    alice.get_by_role("link", name="Sign for").click()
    alice.get_by_role("button", name="Sign as").click()
    steps += 2
    assert steps <= 6
    assert "Your signature is recorded" in alice.get_by_role("status").inner_text()
    for page in (nora, alice):
        page.context.close()


def test_a_secretary_bills_a_visit_outside_with_tiers_payant_in_few_keystrokes(browser, served):
    server, ids, url = served
    page = logged_in(browser, server.address, "zola")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        number, born = number_of(url, ids.alice)
    page.get_by_label("Or the number").fill(number)
    page.get_by_label("and the birth date").fill(born)
    page.get_by_role("button", name="Look up").click()
    assert "declared:" in page.locator(".flags").inner_text()
    keys = ["g", "Tab", "ArrowUp", "Shift+Tab", "Enter"]
    for key in keys:
        page.keyboard.press(key)
    page.get_by_text("The patient pays now").wait_for()
    assert page.locator("#tiers_payant").input_value() == "partial"
    assert "Outside the pathway" in page.locator(".error").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert "the fund has received it" in page.get_by_role("status").inner_text()
    assert len(keys) + 1 <= 25
    page.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_a_desk_is_wider_than_its_window(browser, served, width):
    server, ids, _ = served
    for name, paths in (
        ("alice", ("/me", "/me/doctor", "/me/money", "/me/card", "/me/privacy", "/account/security")),
        ("amar", ("/practice", f"/practice/patient?of={ids.alice}", "/practice/sheets", "/practice/patients")),
        ("officer", ("/fund", "/fund/queues/held", f"/fund/people/{ids.alice}", f"/fund/cases/{ids.case}")),
    ):
        page = logged_in(browser, server.address, name, viewport={"width": width, "height": 800})
        for path in paths:
            page.goto(server.address + path)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.context.close()
