"""The year of the demonstration: every queue of the fund has something in it, and the books hold."""

from datetime import date

import pytest
from sqlalchemy import func, select

from parcours.registry.claims.models import Claim, Regularisation
from parcours.registry.contexts import verify
from parcours.registry.demo.seed import SEED, seed
from parcours.registry.payments.desk import QUEUES, queue_sizes
from parcours.registry.scenario import town
from parcours.registry.scenario.town import FUND, WAITING, finish, live
from parcours.registry.store.keyring import new_key

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
    assert set(sizes) == set(QUEUES)
    assert all(sizes.values()), sizes


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
