"""Find a doctor: the pages, on a country of the demonstration; what they say, refuse, and never show."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from parcours.edge.settings import Settings
from parcours.registry.demo.fictitious import fictitious_rpps
from parcours.registry.directory import service
from parcours.registry.directory.claims import state
from parcours.registry.directory.models import ClaimSource, OppositionScope, Postcode
from parcours.registry.directory.oppositions import oppose
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from parcours.site.app import create_app
from tests.registry.world import World
from tests.support.client import TestClient


@pytest.fixture(scope="module")
def doctors(tmp_path_factory):
    """A database file, and the site on it: two GPs in one commune, a third next door who opposes being shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", new_key())
        url = f"sqlite:///{tmp_path_factory.mktemp('directory') / 'registry.db'}"
        database = Database.open(url)
        schema.upgrade(database.engine)
        with database.writing() as session:
            world = World(session)
            ids = [world.doctor().id, world.doctor().id, world.doctor(specialty=3).id, world.doctor().id]
            service.set_convention(session, ids[2], "secteur_2", starts_on=service.paris_today())
            session.add(Postcode(postcode="99100", commune_code="99001"))
            session.add(Postcode(postcode="99100", commune_code="99002"))
            said = {
                "accepts_adults": "yes",
                "phone": "0199000001",
                "website": "https://example.org/a",
                "language": "pt",
            }
            state(session, ids[0], said, ClaimSource.PROFESSIONAL)
            oppose(session, service.get_professional(session, ids[3]), OppositionScope.ALL)
        with TestClient(
            create_app(Settings(database_url=url)), base_url="http://127.0.0.1:8000", headers={"accept-language": "en"}
        ) as client:
            yield client, ids
        database.close()


def test_a_search_shows_prices_order_and_sources(doctors):
    client, ids = doctors
    page = client.get("/directory", params={"place": "Exempleville", "specialty": "generaliste"})
    assert page.status_code == 200
    found = re.findall(r"/directory/professionals/([0-9a-f-]+)", page.text)
    assert found == [ids[0], ids[1]]
    for words in (
        "takes new patients",
        "you pay €30.00, get back €19.00",
        "get back €8.40",
        "said by the professional",
    ):
        assert words in page.text
    assert "0199000001" not in page.text
    assert '<polygon class="border"' in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert page.headers["cache-control"] == "private, no-cache"


def test_a_postcode_names_its_communes_and_unknown_is_offered(doctors):
    client, _ = doctors
    page = client.get("/directory", params={"place": "99100", "accepts": "adults"}).text
    assert "2 communes are meant" in page
    assert "2 others did not say" in page
    assert "unknown=true" in page
    assert page.index("Ask your fund for help") < page.index("the 15 (SAS)")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("proche_de=44.8&specialty=generaliste", 400, "proche_de"),
        ("place=nowhere", 422, "No commune of this name"),
        ("specialty=generaliste", 200, "Where? Type a commune or a postcode"),
        ("place=&specialty=&q=", 200, "Where? Type a commune or a postcode"),
        ("place=99001&radius=900", 422, "radius"),
    ],
)
def test_what_is_not_understood_is_refused_by_name_and_lists_nobody(doctors, query, status, words):
    page = doctors[0].get(f"/directory?{query}")
    assert page.status_code == status
    assert words in page.text
    assert "/directory/professionals/" not in page.text


def test_the_page_of_a_professional(doctors):
    client, ids = doctors
    page = client.get(f"/directory/professionals/{ids[0]}")
    assert page.headers["x-robots-tag"] == "noindex"
    for words in ('href="tel:0199000001"', 'rel="noreferrer noopener nofollow"', "counts until", "speaks"):
        assert words in page.text
    assert client.get(f"/directory/professionals/{ids[3]}").status_code == 404
    assert client.get(f"/directory/professionals/{fictitious_rpps(9999)}").status_code == 404
    free = client.get(f"/directory/professionals/{ids[2]}").text
    assert "or more, get back" in free


def test_the_page_of_a_professional_opens_the_quote_with_what_is_known(doctors):
    client, ids = doctors
    page = client.get(f"/directory/professionals/{ids[2]}?age=34").text
    link = re.search(r'href="([^"]+)">What my own visit here would cost', page)
    assert link is not None
    said = dict(parse_qsl(urlsplit(unescape(link[1])).query))
    assert said == {"specialty": "cardiologie", "convention": "secteur_2", "age": "34"}
    assert "Do you have a médecin traitant?" in client.get(unescape(link[1])).text


def test_a_report_is_written_down_and_changes_nothing(doctors):
    client, ids = doctors
    address = f"/directory/professionals/{ids[0]}"
    sent = client.post(f"{address}/wrong", data={"attribute": "phone", "note": "not theirs"})
    assert "it is written down" in sent.text
    assert "0199000001" in sent.text
    assert client.post(f"{address}/wrong", data={"attribute": "nosuch"}).status_code == 400


def test_an_appointment_for_a_calendar_says_no_reason(doctors):
    client, ids = doctors
    file = client.get(f"/directory/professionals/{ids[2]}/appointment.ics?at=2026-12-01T10:30")
    assert file.headers["content-type"].startswith("text/calendar")
    lines = file.content.decode().split("\r\n")
    assert "DTSTART;TZID=Europe/Paris:20261201T103000" in lines
    assert "SUMMARY:Medical appointment" in lines
    assert "CLASS:PRIVATE" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    assert "ardio" not in file.text
    assert client.get(f"/directory/professionals/{ids[2]}/appointment.ics?at=tomorrow").status_code == 400


def test_without_a_database_the_page_says_so(client, monkeypatch, tmp_path):
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PARCOURS_DATABASE_URL", raising=False)
    asked = client.get("/directory")
    assert asked.status_code == 200
    assert "No directory is loaded here" in asked.text, "before a form is filled for nothing"
    page = client.get("/directory?place=Tours")
    assert page.status_code == 503
    assert "No directory is loaded here" in page.text
    assert not list(tmp_path.iterdir())


def test_without_imported_data_a_place_or_a_name_says_so_and_leads_on(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    database = Database.open(url)
    schema.upgrade(database.engine)
    database.close()
    with TestClient(create_app(Settings(database_url=url)), headers={"accept-language": "en"}) as client:
        assert "No directory is loaded here" in client.get("/directory").text, "before a form is filled for nothing"
        for asked in ("place=75011", "q=Dupont"):
            page = client.get(f"/directory?{asked}")
            assert page.status_code == 503
            assert "No directory is loaded here" in page.text
            assert "annuairesante.ameli.fr" in page.text
