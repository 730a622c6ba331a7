"""Log in, forget the password, follow the link of the message, log in again: in a browser, and without a script."""

import email
import re
import time
from email.policy import default

import pytest

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.support.server import UNLIMITED, country_folder, running

pytestmark = pytest.mark.browser
NEW = "une phrase que moi seule dirais"


@pytest.fixture(scope="module")
def served(tmp_path_factory, sqlite_country):
    folder = tmp_path_factory.mktemp("accounts")
    environment = country_folder(folder, sqlite_country)
    with running(folder, PARCOURS_OUTBOX=str(folder / "outbox"), **environment, **UNLIMITED) as server:
        yield server


def link_of(server, address):
    """The link of the message sent to this address, at the address where the server is.

    The message leaves after the answer: it is waited for, by its addressee, since others' are there before.
    """
    outbox = server.log.parent / "outbox"
    for _ in range(600):
        files = sorted(outbox.glob("*.eml")) if outbox.exists() else []
        messages = [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]
        texts = [message.get_content() for message in messages if address in message["To"]]
        links = [found[1] for text in texts if (found := re.search(r"http://127\.0\.0\.1:\d+(\S+)", text))]
        if links:
            return server.address + links[-1]
        time.sleep(0.1)
    raise AssertionError(f"no message was sent to {address}")


def test_a_forgotten_password(browser, served):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{served.address}/login")
    page.get_by_role("link", name="Password forgotten?").click()
    page.get_by_label("E-mail address").fill("alice@example.org")
    page.get_by_role("button", name="Send me a link").click()
    assert "a message was sent" in page.get_by_role("status").inner_text()
    page.goto(link_of(served, "alice@example.org"))
    assert page.get_by_label("Code of the message").input_value().startswith("pcr_")
    assert "pcr_" not in page.url, "the code leaves the address"
    page.get_by_label("New password").fill("passwordpassword")
    page.get_by_role("button", name="Change the password").click()
    assert page.get_by_role("alert").inner_text()
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    assert page.url.endswith("/login?said=changed")
    page.get_by_label("E-mail address").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_role("heading", name="Hello", exact=False).inner_text()
    page.get_by_role("button", name="Log out", exact=True).click()
    assert "logged out" in page.get_by_role("status").inner_text()
    page.goto(f"{served.address}/account")
    assert page.url.endswith("/login")
    context.close()


def test_it_works_without_a_script_in_french(browser, served):
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/forgot")
    page.get_by_label("Adresse électronique").fill("nora@example.org")
    page.get_by_role("button", name="Envoyez-moi un lien").click()
    link = link_of(served, "nora@example.org")
    page.goto(link)
    page.get_by_label("Code du message").fill(link.partition("#token=")[2])
    page.get_by_label("Nouveau mot de passe").fill(NEW)
    page.get_by_role("button", name="Changer le mot de passe").click()
    page.get_by_label("Adresse électronique").fill("nora@example.org")
    page.get_by_label("Mot de passe", exact=True).fill(NEW)
    page.get_by_role("button", name="Se connecter").click()
    assert page.get_by_role("heading", name="Bonjour").inner_text()
    context.close()
