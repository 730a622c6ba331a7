"""The year of the demonstration: every queue of the fund has something in it, and the books hold."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select

from parcours.engine.facts import jsonio
from parcours.fhir.bulk import chunks, exported
from parcours.fhir.r4 import check
from parcours.fhir.site import Site
from parcours.registry.claims.models import Claim, Regularisation
from parcours.registry.contexts import verify
from parcours.registry.demo.seed import SEED, seed
from parcours.registry.messages.models import Message
from parcours.registry.messages.words import SUBJECTS
from parcours.registry.payments.queues import QUEUES, queue, queue_sizes
from parcours.registry.scenario import town
from parcours.registry.scenario.town import FUND, WAITING, finish, live
from parcours.registry.store.keyring import new_key
from tests.fhir import fr_core

KEY = new_key()


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    """The keys under which the town lived: its books are sealed with them."""
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", KEY)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A town whose first year was interrupted in its stories, then lived."""
    from parcours.registry.store import schema
    from parcours.registry.store.db import Database

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", KEY)
        database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}")
        schema.upgrade(database.engine)
        with database.writing() as session:
            seed(session, population=20)
        patch.setattr(town, "finish", stop)
        with pytest.raises(KeyboardInterrupt):
            live(database, seed=SEED, visits=12)
        patch.setattr(town, "finish", finish)
        with database.reading() as session:
            assert session.scalar(select(func.count(Claim.id))) == 0
        live(database, seed=SEED, visits=12)
        yield database
        database.close()


def stop(database):
    """Ctrl-C while the stories are told."""
    raise KeyboardInterrupt


def test_every_queue_has_something_in_it(lived):
    with lived.reading() as session:
        sizes = queue_sizes(session, FUND, date(2026, 11, 26))
        listed = {name: len(queue(session, FUND, name, date(2026, 11, 26))) for name in QUEUES}
    assert sizes == listed
    assert all(sizes.values()), sizes


def test_every_message_of_the_account_has_words(lived):
    with lived.reading() as session:
        found = session.execute(select(Message.subject, Message.recipient, Message.insured_id).distinct())
        told = {subject for subject, recipient, insured_id in found if recipient == insured_id}
    assert set() < told <= SUBJECTS.keys()


def test_the_books_hold_and_a_second_time_changes_nothing(lived):
    with lived.reading() as session:
        assert [one for one in verify(session) if one.count] == []
        sizes = queue_sizes(session, FUND, date(2026, 11, 26))
    live(lived, seed=SEED, visits=12)
    with lived.reading() as session:
        assert queue_sizes(session, FUND, date(2026, 11, 26)) == sizes


def test_corrections_wait_for_a_second_officer(lived):
    with lived.reading() as session:
        waiting = session.scalar(select(func.count(Regularisation.id)))
    assert 0 < waiting <= WAITING


def test_every_resource_of_a_whole_export_is_valid(lived):
    """R4, and what FR Core and the care circle ask of who says that they follow them: no error, every type is there."""
    site, counts = Site("https://parcours.example/fhir"), Counter()
    names = [one.name for one in exported()]
    for _, said in chunks(lived.reading, site, names, ""):
        for name, lines in said.items():
            counts[name] += len(lines)
            for one in map(jsonio.loads, lines):
                assert (check(one, name), fr_core.wrong(one)) == ([], []), one
    assert {name for name in names if not counts[name]} == {"AuditEvent"}, "nobody has looked yet"
    assert counts["ExplanationOfBenefit"] > counts["Provenance"] > 0
