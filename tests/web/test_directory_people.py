"""Find a doctor while logged in: one's own prices, one's own doctor, one's own line."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from parcours.registry.audit.models import AuditEvent
from parcours.registry.directory import service as directory
from parcours.registry.directory.claims import state
from parcours.registry.directory.models import ClaimSource
from parcours.registry.people.service import open_right
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.support.client import TestClient
from tests.web.test_me import database_kind, people, send  # noqa: F401


@pytest.fixture
def anybody(people):  # noqa: F811 - a fixture
    return TestClient(people("alice").app, base_url="https://testserver", headers={"Accept-Language": "en"})


def of(professional_id):
    return f"/directory/professionals/{professional_id}"


def test_prices_are_those_of_the_person_who_is_logged_in(people, country, database, anybody):  # noqa: F811
    """Of Alice, who declared Dr Amar, has the C2S and an ALD: what is hers today is marked, and leaves a trace."""
    with database.writing() as session:
        open_right(session, country.alice, "ald", starts_on=paris_today())
    alice = people("alice")
    page = alice.get(of(country.amar))
    assert page.headers["cache-control"] == "private, no-store"
    for words in ("you, today", "not for your ALD", "C2S", "This is your médecin traitant."):
        assert words in page.text, words
    today = page.text.index("you, today")
    assert page.text.index("As your médecin traitant") < today < page.text.index("With a letter from them")
    assert "for your ALD" in alice.get(of(country.amar), params={"ald": "true"}).text
    other = alice.get(of(country.zola)).text
    assert other.index("you, today") > other.index("Directly")
    assert f"/me/doctor?with={country.zola}" in other
    assert "you, today" in alice.get("/directory", params={"place": "99001", "specialty": "generaliste"}).text
    with database.reading() as session:
        traces = session.scalars(select(AuditEvent.insured_id).where(AuditEvent.tag == "facts:visit:read")).all()
    assert traces.count(country.alice) >= 4
    public = anybody.get(of(country.amar)).text
    assert "you, today" not in public
    assert "Log in and ask this doctor" in public


def test_a_visitor_says_who_it_is_for_with_one_touch(anybody, country):
    adult, solidarity = (anybody.get(of(country.amar), params=said).text for said in ({}, {"c2s": "true", "age": "30"}))
    assert "you pay €30.00, get back €19.00" in adult
    assert "get back €30.00" in solidarity
    assert "with what you said of yourself" in solidarity
    nobody = anybody.get(of(country.amar), params={"nobody": "true"}).text
    assert "get back €8.40" in nobody


def test_the_fee_that_the_doctor_said_is_the_one_that_is_settled(people, country, database, anybody):  # noqa: F811
    with database.writing() as session:
        directory.set_convention(session, country.amar, "secteur_2", starts_on=paris_today())
    assert "or more, get back" in anybody.get(of(country.amar)).text
    amar = people("amar")
    wrong = send(amar, "/practice/line", "keep", fee_2_euros="5x", website="ftp://x")
    assert wrong.status_code == 422
    assert re.findall(r'name="(\w+)" aria-invalid="true"', wrong.text) == ["fee_2_euros"]
    done = send(amar, "/practice/line", "keep", fee_1_act="Consultation", fee_1_euros="55,50", accepts_adults="yes")
    assert "Saved." in done.text
    page = anybody.get(of(country.amar)).text
    assert "you pay €55.50, get back" in page
    assert "Consultation:\xa0€55.50" in page or "Consultation: €55.50" in page
    assert "takes new patients" in page


def test_a_professional_and_their_delegate_keep_the_line(people, country, database, anybody):  # noqa: F811
    amar, delegate = people("amar"), people("delegate")
    with database.writing() as session:
        state(session, country.amar, {"phone": "0199000009", "carte_vitale": "no"}, ClaimSource.IMPORT)
    until = (paris_today() + timedelta(days=20)).isoformat()
    send(
        amar, "/practice/line", "keep", accepts_adults="yes", until=until, language="en, PT", phone="0199000001",
        website="https://example.org/amar", locum="Dr Exemple", tiers_payant="yes", carte_vitale="yes",
    )  # fmt: skip
    page = anybody.get(of(country.amar)).text
    for words in ("0199000001", "https://example.org/amar", "Dr Exemple", "third-party payment", "speaks"):
        assert words in page, words
    assert "0199000009" not in page
    mine = amar.get("/practice/line").text
    assert "Said otherwise elsewhere" in mine
    assert "0199000009" in mine
    assert f'value="{until}"' in mine
    send(delegate, "/practice/line", "keep", accepts_adults="no", language="en pt", phone="0199000001")
    assert "takes new patients" in anybody.get(of(country.amar)).text, "the professional's own word is the stronger"
    send(amar, "/practice/line", "keep", accepts_adults="no")
    page = anybody.get(of(country.amar)).text
    assert "takes no new patients" in page
    assert "https://example.org/amar" not in page, "an emptied field is said no more"
    wrong = send(amar, "/practice/line", "keep", language="portuguese", accepts_adults="yes")
    assert wrong.status_code == 422
    assert 'value="portuguese"' in wrong.text
    anybody.post(f"{of(country.amar)}/wrong", data={"attribute": "phone", "note": "a bakery answers"})
    assert "a bakery answers" in amar.get("/practice/line").text
    assert people("alice").get("/practice/line").status_code == 403
    away = anybody.get("/practice/line", follow_redirects=False)
    assert away.headers["location"].startswith("/login")


def test_only_the_professional_opposes_and_it_holds_at_once(people, country, anybody):  # noqa: F811
    amar, delegate = people("amar"), people("delegate")
    assert "Oppose being shown" not in delegate.get("/practice/line").text
    assert send(delegate, "/practice/line", "oppose", scope="all").status_code == 403
    assert anybody.get(of(country.amar)).status_code == 200
    send(amar, "/practice/line", "keep", phone="0199000001")
    send(amar, "/practice/line", "oppose", scope="contact")
    assert "0199000001" not in anybody.get(of(country.amar)).text
    send(amar, "/practice/line", "oppose", scope="all")
    assert anybody.get(of(country.amar)).status_code == 404
    assert people("zoe").get(of(country.amar)).status_code == 404
    chosen = people("zoe").get("/me/doctor", params={"with": country.amar}).text
    assert f'value="{country.amar}"' not in chosen
    assert "This is your médecin traitant." in people("alice").get(of(country.amar)).text
    assert "you oppose being shown" in amar.get(of(country.amar)).text
    send(amar, "/practice/line", "oppose", scope="")
    assert anybody.get(of(country.amar)).status_code == 200


def test_if_nobody_accepts_the_way_goes_down_to_a_conciliation(people, country, anybody):  # noqa: F811
    page = anybody.get("/directory", params={"place": "99001", "accepts": "adults"}).text
    order = (
        "Search farther, within 50 km",
        "Ask group practices",
        "CPTS",
        "Open a conciliation",
        "A remote",
        "call your",
    )
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "/me/doctor#help" in page
    nora = people("nora")
    assert 'id="help"' in nora.get("/me/doctor").text or "Your fund is looking with you" in nora.get("/me/doctor").text
