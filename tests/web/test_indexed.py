"""What other sites, search engines and phones read of the pages."""

import re
import xml.etree.ElementTree as ET

import pytest

from parcours.edge.settings import Settings
from parcours.site.app import create_app
from tests.support.client import TestClient

SITE = "http://127.0.0.1:8000"


def test_every_address_of_the_map_answers_and_is_its_own_canonical(client: TestClient) -> None:
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").text
    found = [url[0].text or "" for url in ET.fromstring(client.get("/sitemap.xml").text)]
    assert len(found) == len(set(found)) > 400
    for address in found[::23]:
        page = client.get(address.removeprefix(SITE))
        assert page.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in page.text


def test_each_page_of_the_map_describes_itself(client: TestClient) -> None:
    found = [(url[0].text or "").removeprefix(SITE) for url in ET.fromstring(client.get("/sitemap.xml").text)]
    alone = [address for address in found if address.endswith("?lang=fr") and address.count("/") < 3]
    assert len(alone) > 40
    pages: dict[str, str] = {}
    for address in (*alone, "/law/parameters/majoration.taux?lang=fr", "/law/articles/CSS-R160-6?lang=fr"):
        said = re.search(r'<meta name="description" content="([^"]+)">', client.get(address).text)
        assert said, address
        assert said[1] not in pages, f"{address} says what {pages[said[1]]} says"
        pages[said[1]] = address


def test_a_shared_page_says_what_it_is(client: TestClient) -> None:
    page = client.get("/situations/ald?lang=fr").text
    assert '<meta property="og:title" content="J’ai une affection de longue durée (ALD)">' in page
    assert 'property="og:locale" content="fr_FR"' in page
    image = re.search(r'og:image" content="http://127.0.0.1:8000([^"]+)"', page)
    assert image is not None
    assert client.get(image[1]).headers["content-type"] == "image/png"


def test_what_others_show_of_a_quote_holds_nobody_s_facts(client: TestClient) -> None:
    page = client.get("/?specialty=psychiatrie&age=22&lang=en").text
    assert f'<meta property="og:url" content="{SITE}/?lang=en">' in page
    assert f'<link rel="canonical" href="{SITE}/?lang=en">' in page


def test_the_icons_of_the_manifest_exist(client: TestClient) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]


@pytest.mark.parametrize("contact", [None, "mailto:security@example.org"])
def test_whom_to_tell_of_a_weakness_is_a_setting(contact: str | None) -> None:
    with TestClient(create_app(Settings(security_contact=contact)), base_url=SITE) as own:
        answer = own.get("/.well-known/security.txt")
        page = own.get("/security", headers={"accept-language": "en"}).text
    assert answer.text.startswith(f"Contact: {contact or f'{SITE}/security'}\nExpires: 20")
    assert f"Policy: {SITE}/security" in answer.text
    assert ("security@example.org" in page) == (contact is not None)
