"""The desks in a browser: a declaration without a script, a bill by keyboard, nothing wider than its window."""

from dataclasses import dataclass

import pytest

from parcours.registry.directory.service import get_professional
from parcours.registry.people.service import get_insured
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, declare
from tests.support.server import UNLIMITED, country_folder, running
from tests.support.templates import KEY
from tests.web.test_practice import change

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


@dataclass
class Steps:
    """What people press, one after another."""

    taken: int = 0

    def press(self, what):
        what.click()
        self.taken += 1


def test_a_newcomer_of_sixteen_declares_a_doctor_in_six_steps(browser, served):
    """From the page for newcomers to a declaration in force; a parent signs too, and the doctor accepts."""
    server, ids, _ = served
    steps = Steps()
    nora = browser.new_context(locale="en-GB", java_script_enabled=False).new_page()
    nora.goto(f"{server.address}/start?who=student")
    steps.press(nora.get_by_role("link", name="Declare a doctor"))
    nora.get_by_label("E-mail address").fill("nora@example.org")
    nora.get_by_label("Password", exact=True).fill(PASSWORD)
    steps.press(nora.get_by_role("button", name="Log in", exact=True))
    steps.press(nora.locator(f"#near + .rows a[href*='{ids.amar}']"))
    steps.press(nora.get_by_role("button", name="Ask this doctor"))
    assert "awaited" in nora.get_by_role("status").inner_text()
    alice = logged_in(browser, server.address, "alice", java_script_enabled=False)
    steps.press(alice.get_by_role("link", name="Sign for"))
    steps.press(alice.get_by_role("button", name="Sign as"))
    assert "Your signature is recorded" in alice.get_by_role("status").inner_text()
    assert steps.taken <= 6
    amar = logged_in(browser, server.address, "amar", java_script_enabled=False)
    amar.get_by_role("link", name="Declarations to answer: 1").click()
    amar.get_by_role("button", name="Accept").click()
    nora.goto(f"{server.address}/me/doctor")
    assert "You have no médecin traitant" not in nora.locator("main").inner_text()
    for page in (nora, alice, amar):
        page.context.close()


PRESSED = """
addEventListener("keydown", (event) => {
  if (event.isTrusted) sessionStorage.setItem("pressed", Number(sessionStorage.getItem("pressed") ?? 0) + 1);
}, true);
"""


def test_a_secretary_bills_a_visit_outside_with_tiers_payant_in_25_keystrokes(browser, served):
    """From the card on, to a sheet ready for its signature, counted by the browser; the doctor signs and sends it.

    The simulated reader holds the cards of who declared the doctor: here today, and the visit was a year before.
    """
    today = paris_today()
    if (today.month, today.day) == (2, 29):
        pytest.skip("there was no such day a year ago")
    server, ids, url = served
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        change(
            url, lambda session: declare(session, get_insured(session, ids.yann), get_professional(session, ids.amar))
        )
    page = logged_in(browser, server.address, "delegate")
    page.context.add_init_script(PRESSED)
    page.reload()
    page.get_by_label("Simulated card reader").select_option(ids.yann)
    page.get_by_label("Simulated card reader").focus()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    page.get_by_label("Codes").wait_for()
    assert "declared here" in page.locator(".flags").inner_text()
    a_year_before = ("ArrowRight", "ArrowRight", "ArrowDown")
    for key in ("g", "Tab", "ArrowDown", "Tab", "Tab", *a_year_before, "Enter"):
        page.keyboard.press(key)
    page.get_by_text("The patient pays now").wait_for()
    assert page.locator("#care_date").input_value() == today.replace(year=today.year - 1).isoformat()
    assert page.locator("#tiers_payant").input_value() == "partial"
    assert "Outside the pathway" in page.locator(".error").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert "a doctor must sign it" in page.get_by_role("status").inner_text()
    assert 12 <= int(page.evaluate("sessionStorage.getItem('pressed')")) <= 25
    amar = logged_in(browser, server.address, "amar", java_script_enabled=False)
    amar.get_by_role("link", name="Sheets to sign: 1").click()
    amar.get_by_role("button", name="Sign").first.click()
    assert "sent" in amar.get_by_role("status").inner_text().lower()
    for one in (page, amar):
        one.context.close()


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
