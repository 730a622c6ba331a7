"""The stories of the desks in a browser, as the people of the stories live them; axe on every page behind a login."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.claims.sheets import Sheet, receive, write
from parcours.registry.complementary import service as complementary
from parcours.registry.declarations import service as declarations
from parcours.registry.payments import service as payments
from parcours.registry.people.family import add_holder
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, declare
from tests.browser.test_desks import logged_in
from tests.browser.test_looks import LEVELS, violations
from tests.support.server import UNLIMITED, country_folder, running
from tests.support.templates import KEY
from tests.web.test_fund import change
from tests.web.test_practice import number_of

pytestmark = pytest.mark.browser
FUND = "01C992"


@pytest.fixture(scope="module")
def served(tmp_path_factory, sqlite_country):
    """A server that a name leads to: browsers keep passkeys for names only."""
    folder = tmp_path_factory.mktemp("stories")
    environment = country_folder(folder, sqlite_country)
    with running(folder, host="localhost", PARCOURS_SECOND_FACTOR_ROLES="[]", **environment, **UNLIMITED) as server:
        yield server, sqlite_country[1], environment["PARCOURS_DATABASE_URL"]


def in_registry(url, work):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        return change(url, work)


def test_a_passkey_is_made_and_opens_without_a_password(browser, served):
    server, _, _ = served
    page = logged_in(browser, server.address, "sand")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{server.address}/account/security")
    form = page.locator("form[data-passkey=make]")
    form.get_by_label("What you call it").fill("Clé du cabinet")
    form.get_by_label("Password").fill("not this one")
    form.get_by_role("button", name="Make a passkey").click()
    page.locator("#passkey-trouble").wait_for(state="visible")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("Clé du cabinet").wait_for()
    page.goto(f"{server.address}/account")
    page.get_by_role("button", name="Log out", exact=True).click()
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/practice")
    page.context.close()


def test_the_page_offers_to_stay_before_it_logs_out(browser, served):
    server, _, _ = served
    page = logged_in(browser, server.address, "zoe")
    page.clock.install()
    page.goto(f"{server.address}/me")
    page.clock.run_for("28:01")
    assert page.get_by_role("alertdialog").is_visible()
    page.get_by_role("button", name="Stay logged in").click()
    page.get_by_role("alertdialog").wait_for(state="hidden")
    page.clock.run_for("30:01")
    page.wait_for_url("**/login?said=idle")
    page.context.close()


def test_two_parents_see_the_same_child_and_one_declares(browser, served):
    server, ids, url = served
    in_registry(url, lambda session: add_holder(session, child_id=ids.bob, holder_id=ids.zoe) and None)
    alice = logged_in(browser, server.address, "alice", java_script_enabled=False)
    alice.goto(f"{server.address}/me/doctor?of={ids.bob}")
    alice.locator("#near + .rows a").first.click()
    alice.get_by_role("button", name="Ask this doctor").click()
    assert "awaited" in alice.get_by_role("status").inner_text()
    zoe = logged_in(browser, server.address, "zoe", java_script_enabled=False)
    zoe.get_by_role("link", name="Family").click()
    assert "also acting for them" in zoe.locator(".rows").first.inner_text()
    zoe.get_by_role("link", name="Their doctor").first.click()
    assert "a holder of parental authority" in zoe.locator("#waiting-1").locator("..").inner_text()
    for page in (alice, zoe):
        page.context.close()


def test_a_patient_understands_a_transfer_of_six_euros_forty(browser, served):
    """8.40 outside the pathway, less the flat contribution that an act without advance had left to take."""
    server, ids, url = served
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        number, born = number_of(url, ids.zoe)
    in_registry(url, lambda session: without_advance(session, ids))
    amar = logged_in(browser, server.address, "amar")
    amar.get_by_label("Or the number").fill(number)
    amar.get_by_label("and the birth date").fill(born)
    amar.get_by_role("button", name="Look up").click()
    assert "outside the pathway" in amar.locator(".flags").inner_text()
    amar.get_by_label("Codes").fill("G")
    amar.get_by_role("button", name="What to charge").click()
    amar.get_by_role("button", name="Sign and send").click()
    amar.get_by_role("status").wait_for()
    in_registry(url, lambda session: decided_and_paid(session, ids))
    zoe = logged_in(browser, server.address, "zoe", java_script_enabled=False)
    zoe.get_by_role("link", name="Refunds", exact=True).click()
    transfer = zoe.locator("#transfers + .rows li").first.inner_text()
    assert all(words in transfer for words in ("€6.40", "refund €8.40", "flat contribution −€2.00"))
    zoe.locator("#acts + .rows li", has_text="€8.40").get_by_role("link").first.click()
    said = zoe.locator("main").inner_text()
    for words in ("€8.40", "Taken: outside the pathway", "−€10.60", "Taken: flat contribution", "−€2.00", "Object to"):
        assert words in said
    assert zoe.locator("#why + ol > li").count() >= 3
    for page in (amar, zoe):
        page.context.close()


def without_advance(session, ids):
    """An act of the médecin traitant under tiers payant, paid: two euros are still to be taken."""
    today, at = paris_today(), now_utc()
    sheet = Sheet(
        insured_id=ids.zoe, professional_id=ids.zola, fund_code=FUND, care_date=today, number=7, lines=(3000,),
        tiers_payant="partial",
    )  # fmt: skip
    adjudicate(session, write(session, sheet, day=today, at=at, state=ClaimState.RECEIVED), day=today, at=at)
    payments.run(session, f"amo:{FUND}", ids.zola, professional=True, day=today, at=at)


def decided_and_paid(session, ids):
    """What the fund does at night: the sheet that came is decided, and paid."""
    today, at = paris_today(), now_utc()
    query = select(Claim).where(Claim.state == ClaimState.ACKNOWLEDGED, Claim.insured_id == ids.zoe)
    claim = session.scalars(query).one()
    receive(session, claim, day=today, at=at)
    adjudicate(session, claim, day=today, at=at)
    payments.run(session, f"amo:{FUND}", ids.zoe, professional=False, day=today, at=at)


def test_an_officer_closes_a_conciliation_with_a_declaration(browser, served):
    server, ids, url = served
    officer = logged_in(browser, server.address, "officer", java_script_enabled=False)
    officer.get_by_role("link", name="Conciliation").first.click()
    officer.locator(".rows a").first.click()
    officer.get_by_role("button", name="Note a call").first.click()
    officer.get_by_role("button", name="Accepts").first.click()
    assert "accepts" in officer.locator("main").inner_text()

    def sign(session):
        row = declare(session, SimpleNamespace(id=ids.nora), SimpleNamespace(id=ids.free))
        declarations.agree(session, row.id, party="parent", parent_id=ids.alice)

    in_registry(url, sign)
    officer.reload()
    officer.get_by_role("button", name="Declared:").click()
    assert "a médecin traitant is declared" in officer.locator("main").inner_text()
    officer.context.close()


def test_an_insurer_resolves_an_overlap(browser, served):
    server, ids, url = served

    def two(session):
        for name in ("amc_a", "amc_b"):
            complementary.register(session, ids.yann, name, contract=None, starts_on=paris_today(), at=now_utc(),
                                   day=paris_today())  # fmt: skip

    in_registry(url, two)
    page = logged_in(browser, server.address, "insurer", java_script_enabled=False)
    page.get_by_role("link", name="Overlaps").click()
    page.get_by_role("button", name="Ours was a mistake").first.click()
    assert "Saved" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Contracts").click()
    assert "ended" in page.locator("main").inner_text()
    page.context.close()


EVERY = {
    "alice": ("/me", "/me/doctor", "/me/doctor?with={zola}", "/me/care", "/me/care/letters/{referral}", "/me/record",
              "/me/calendar", "/me/money", "/me/money/{claim}", "/me/quote", "/me/card", "/me/mutuelle", "/me/family",
              "/me/messages", "/me/objections?claim={claim}", "/me/privacy", "/account", "/account/security"),
    "amar": ("/practice", "/practice/patient?of={alice}&acts=G", "/practice/sheets", "/practice/sheets/{claim}",
             "/practice/payments", "/practice/agreements?of={alice}",
             "/practice/declarations", "/practice/patients", "/practice/forfait",
             "/practice/record?of={alice}", "/practice/prevention",
             "/practice/letters", "/practice/letters/{referral}", "/practice/letters/new?of={alice}",
             "/practice/plans/new?of={alice}", "/practice/line"),
    "officer": ("/fund", "/fund/queues/held", "/fund/claims/{claim}", "/fund/people", "/fund/people/{alice}",
                "/fund/cases", "/fund/cases/{case}", "/fund/regularisations"),
    "insurer": ("/insurer", "/insurer/contracts", "/insurer/overlaps", "/insurer/requests"),
    "administrator": ("/admin", "/admin/programs"),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing_on_any_page_of_a_desk(browser, served, name):
    """All rules on the light theme, contrast on the dark one; no page is wider than the narrowest window."""
    server, ids, _ = served
    page = logged_in(browser, server.address, name, color_scheme="light", reduced_motion="reduce")
    wrong = []
    for path in EVERY[name]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(server.address + path.format(**vars(ids)))
        found = violations(page, LEVELS)
        page.emulate_media(color_scheme="dark")
        found += violations(page, {"type": "rule", "values": ["color-contrast"]})
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            found.append("wider than 320 px")
        wrong += [(path, one) for one in found]
    page.context.close()
    assert wrong == []
