"""The migrations make exactly what the models say, forwards and backwards."""

import pytest
from sqlalchemy import inspect, text

from parcours.registry import schema
from parcours.registry.db import Database
from parcours.registry.errors import Misconfigured


def test_the_migrations_make_what_the_models_say(database):
    assert schema.current_revision(database.engine) == schema.head_revision()
    assert schema.differences(database.engine) == []
    schema.require_current(database.engine)


def test_down_to_nothing_and_up_again(database):
    schema.downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    with pytest.raises(Misconfigured, match="registry upgrade"):
        schema.require_current(database.engine)
    schema.upgrade(database.engine)
    assert schema.differences(database.engine) == []


def test_the_overlap_triggers_come_with_the_migrations(database):
    catalogue = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%no_overlap%'",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%no_overlap%'",
    }
    with database.engine.connect() as connection:
        found = connection.execute(text(catalogue[connection.dialect.name])).scalar()
    assert found == {"sqlite": 2, "postgresql": 1}[database.engine.dialect.name]


def test_sqlite_is_durable_and_checks_references(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'new' / 'registry.db'}")
    with database.engine.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                   ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")}  # fmt: skip
    database.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    assert (tmp_path / "new" / "registry.db").stat().st_mode & 0o077 == 0
