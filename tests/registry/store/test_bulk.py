"""Long transactions have room on SQLite and leave the connection as it was; PostgreSQL knows what they wrote."""

from pathlib import Path
from uuid import RFC_4122, UUID

from sqlalchemy import select

from parcours.registry.directory.models import Commune
from parcours.registry.store.bulk import MUCH_KIB, much_cache, tidy
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_ids, parse_id


def cache(session) -> int:
    return session.connection().exec_driver_sql("PRAGMA cache_size").scalar()


def test_a_long_transaction_has_much_cache_and_the_next_one_has_not(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'r.db'}")
    try:
        with database.writing() as session:
            before = cache(session)
            with much_cache(session):
                assert cache(session) == -MUCH_KIB
            assert cache(session) == before
    finally:
        database.close()


def test_many_rows_are_counted_and_known_to_be_final(database) -> None:
    with database.writing() as session:
        session.add_all(Commune(code=f"{n:05}", name="Lieu", department="00") for n in range(999))
    tidy(database, Commune)
    with database.reading() as session:
        if session.connection().dialect.name == "postgresql":
            known = "SELECT n_live_tup, vacuum_count, analyze_count FROM pg_stat_user_tables WHERE relname = '{}'"
            told = session.connection().exec_driver_sql(known.format(Commune.__tablename__)).one()
            assert tuple(told) == (999, 1, 1)
        assert len(session.scalars(select(Commune.id)).all()) == 999


def test_many_ids_are_ids_in_their_order() -> None:
    made = new_ids(10_000)
    assert made == sorted(set(made))
    assert all(parse_id(one) == one and UUID(one).version == 7 and UUID(one).variant == RFC_4122 for one in made)
    assert new_ids(0) == []
