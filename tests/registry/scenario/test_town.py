"""The year of the demonstration: every queue of the fund has something in it, and the books hold."""

from datetime import date

import pytest

from parcours.registry.contexts import verify
from parcours.registry.demo.seed import SEED, seed
from parcours.registry.payments.desk import QUEUES, queue_sizes
from parcours.registry.scenario.town import FUND, live


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    from parcours.registry.store import schema
    from parcours.registry.store.db import Database
    from parcours.registry.store.keyring import new_key

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", new_key())
        database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}")
        schema.upgrade(database.engine)
        with database.writing() as session:
            seed(session, population=20)
        live(database, seed=SEED, visits=12)
        yield database
        database.close()


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
