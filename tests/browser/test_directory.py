"""Find a doctor in a browser: on a phone and a desk, in both themes and languages, without a script, logged in."""

import pytest

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD
from tests.browser.test_looks import LEVELS, violations
from tests.support.server import UNLIMITED, country_folder, running

pytestmark = pytest.mark.browser
SEARCH = "/directory?place=99001&specialty=generaliste"
NOBODY = "/directory?place=99001&accepts=adults"


@pytest.fixture(scope="module")
def served(tmp_path_factory, sqlite_country):
    folder = tmp_path_factory.mktemp("directory")
    environment = country_folder(folder, sqlite_country)
    with running(folder, PARCOURS_SECOND_FACTOR_ROLES="[]", **environment, **UNLIMITED) as server:
        yield server


@pytest.fixture(scope="module")
def ids(sqlite_country):
    return sqlite_country[1]


@pytest.fixture
def opened(browser, served):
    """A page of a new browser, logged in as somebody or not."""
    contexts = []

    def page_of(name="", **options):
        context = browser.new_context(**{"locale": "fr-FR", "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        if name:
            page.goto(f"{served.address}/login")
            page.locator("#login").fill(f"{name}@example.org")
            page.locator("#password").fill(PASSWORD)
            page.locator("form button[type=submit]").first.click()
            page.wait_for_load_state()
        return page

    yield page_of
    for context in contexts:
        context.close()


@pytest.fixture
def seen(served, ids):
    """Every page there is, by who sees it."""
    doctor = f"/directory/professionals/{ids.zola}"
    return {"": (SEARCH, NOBODY, doctor), "alice": (SEARCH, f"/directory/professionals/{ids.amar}"),
            "amar": ("/practice/line",)}  # fmt: skip


def test_axe_finds_nothing_and_nothing_overflows_a_phone(opened, served, seen):
    """All rules in the light theme, contrast in the dark one; 320 px wide, in both languages."""
    for name, paths in seen.items():
        page = opened(name, viewport={"width": 320, "height": 640})
        for path in paths:
            for lang in ("fr", "en"):
                page.goto(f"{served.address}{path}{'&' if '?' in path else '?'}lang={lang}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 320, (path, lang)
            assert violations(page, LEVELS) == [], path
            page.emulate_media(color_scheme="dark")
            assert violations(page, {"type": "rule", "values": ["color-contrast"]}) == [], path
            page.emulate_media(color_scheme="light")


def test_a_line_is_kept_and_shown_without_a_script(opened, served, ids):
    page = opened("amar", java_script_enabled=False)
    page.goto(f"{served.address}/practice/line?lang=en")
    page.get_by_label("takes new adult patients").select_option("yes")
    page.get_by_label("Languages").fill("pt en")
    page.get_by_label("Act 1").fill("Consultation")
    page.get_by_label("Fee (€)").first.fill("30")
    page.get_by_role("button", name="Save this line").click()
    assert page.get_by_role("status").first.inner_text() == "Saved."
    assert sorted(page.get_by_label("Languages").input_value().split()) == ["en", "pt"]
    public = opened(java_script_enabled=False)
    public.goto(f"{served.address}/directory?lang=en")
    public.get_by_label("Commune or postcode").fill("Exempleville")
    public.get_by_label("New patients").select_option("adults")
    public.get_by_role("button", name="Search", exact=True).click()
    assert public.get_by_text("takes new patients").count() >= 1
    public.locator("main h3 a").first.click()
    assert str(ids.amar) in public.url
    assert public.get_by_role("link", name="Log in and ask this doctor").is_visible()


def test_from_the_page_of_a_doctor_to_a_declaration(opened, served, ids):
    """Somebody with no médecin traitant asks, and a co-signature follows where one is needed."""
    page = opened("nora")
    page.goto(f"{served.address}/directory/professionals/{ids.zola}?lang=en")
    page.get_by_role("link", name="Ask this doctor").click()
    page.get_by_role("button", name="Ask this doctor").click()
    assert "awaited" in page.get_by_role("status").first.inner_text()
    waiting = page.locator("section.card", has_text="Still to sign")
    assert "authority" in waiting.inner_text(), "Nora is sixteen: a parent signs too"
    assert "the doctor" in waiting.inner_text()
