"""The demonstration: every story is there and shows what it says, and the engine settles it."""

from datetime import date

import pytest

from parcours.engine.case import settle
from parcours.registry.declarations.timeline import people_with_two_contracts
from parcours.registry.demo.fictitious import fictitious_nir
from parcours.registry.demo.seed import find_story, seed
from parcours.registry.demo.stories import STORIES
from parcours.registry.directory.service import search_professionals
from parcours.registry.errors import Conflict, NotFound
from parcours.registry.people.models import Insured
from parcours.registry.people.service import find_by_nir
from parcours.registry.store.db import Database
from parcours.registry.visits.facts import visit_facts
from parcours.registry.visits.service import visits_that_would_change

LETTERS = {
    "own_doctor": "T", "outside": "P", "opinion": "O", "opinion_used_up": "P", "c2s_outside": "P",
    "two_practices": "T", "child": "L", "cosigned": "T", "cosignature_awaited": "S", "retired": "Z",
    "retired_then_declared": "P", "moved": "Z", "late_paper": "T", "form_on_its_way": "N", "joint": "T",
    "same_premises": "R", "locum": "R", "ald_protocol": "O", "ald_elsewhere": "P", "iterative": "O",
    "sequence": "O", "correspondent": "O", "ipa": "O", "other_doctor": "O", "changed": "T",
    "ended_by_doctor": "S", "new_gp": "J", "deficit_zone": "B", "centre_in_zone": "B", "pregnant": "P",
    "alsace_moselle": "T", "care_home": "T", "psychiatrist_22": "D", "ophthalmologist": "P",
    "no_doctor_found": "S", "conciliated": "T", "proposed_by_doctor": "S",
}  # fmt: skip
"""Status of each story in the pathway, read from the law by hand."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration on SQLite, seeded once."""
    from parcours.registry.store import schema
    from parcours.registry.store.keyring import new_key

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", key := new_key())
        database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
        schema.upgrade(database.engine)
        with database.writing() as session:
            seed(session, population=60)
    yield database, key
    database.close()


@pytest.fixture
def demo_session(demo, monkeypatch):
    database, key = demo
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", key)
    with database.reading() as session:
        yield session


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.key)
def test_each_story_settles_as_the_law_says(demo_session, story):
    found, patient, professional = find_story(demo_session, story.key)
    facts = visit_facts(demo_session, patient, professional, found.on, related_to="none")
    if story.key == "ald_protocol":
        facts = visit_facts(demo_session, patient, professional, found.on)
    answer = settle(facts.values() | {"fee": "60"}, {})
    assert answer.to_dict()["status"] == LETTERS[story.key]
    assert story.fr != story.en


def test_the_late_form_would_change_a_visit(demo_session):
    _, patient, _ = find_story(demo_session, "late_paper")
    (change,) = visits_that_would_change(demo_session, patient)
    assert change.facts == {"medecin_traitant": (False, True), "role": ("autre", "medecin_traitant")}


def test_everybody_is_obviously_invented(demo_session):
    people = demo_session.query(Insured).limit(1000).all()
    doctors = search_professionals(demo_session, limit=1000)
    assert len(people) > 90
    assert len(doctors) > 90
    assert all("-" in one.family_name and one.family_name[-3:].isdigit() for one in [*people, *doctors])
    assert people_with_two_contracts(demo_session) == []


def test_the_same_seed_gives_the_same_people(demo_session):
    person = find_by_nir(demo_session, fictitious_nir(1000))
    assert (person.family_name, person.birth_date) == ("Exemple-1000", person.birth_date)
    assert person.birth_date.year >= 1932
    assert person.birth_date < date(2026, 1, 1)


def test_seeding_again_changes_nothing_and_never_mixes(database):
    with database.writing() as session:
        assert seed(session, population=3) == seed(session, population=7) == list(STORIES)
        assert find_by_nir(session, fictitious_nir(1002))
        assert find_by_nir(session, fictitious_nir(1003)) is None


def test_a_registry_with_people_is_not_seeded(world):
    world.person()
    with pytest.raises(Conflict, match="empty"):
        seed(world.session)


def test_an_unknown_story_lists_the_known_ones(demo_session):
    with pytest.raises(NotFound, match="own_doctor"):
        find_story(demo_session, "nonsense")
