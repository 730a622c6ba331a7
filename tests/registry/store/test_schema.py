"""The migrations make exactly what the models say, forwards and backwards."""

import ast
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from parcours.registry.contexts import METADATA
from parcours.registry.errors import Misconfigured
from parcours.registry.migrations import versions
from parcours.registry.store import schema
from parcours.registry.store.db import Database


def test_the_migrations_make_what_the_models_say(database):
    assert schema.current_revision(database.engine) == schema.head_revision()
    assert schema.differences(database.engine, METADATA) == []
    schema.require_current(database.engine)


def test_down_to_nothing_and_up_again(database):
    schema.downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    with pytest.raises(Misconfigured, match="registry upgrade"):
        schema.require_current(database.engine)
    schema.upgrade(database.engine)
    assert schema.differences(database.engine, METADATA) == []


def test_the_overlap_triggers_come_with_the_migrations(database):
    catalogue = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%no_overlap%'",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%no_overlap%'",
    }
    with database.engine.connect() as connection:
        found = connection.execute(text(catalogue[connection.dialect.name])).scalar()
    assert found == {"sqlite": 2, "postgresql": 1}[database.engine.dialect.name]


def test_many_who_start_at_once_all_find_it_ready(tmp_path):
    command = [str(Path(sys.executable).with_name("parcours")), "registry", "init"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARCOURS_")}
    environment["PARCOURS_DATA_DIR"] = str(tmp_path / "installation")
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    said = [one.communicate(timeout=300) for one in running]
    assert [one.returncode for one in running] == [0] * 8, said
    assert sum("secret" in out for out, _ in said) == 1, said
    assert sorted(one.name for one in (tmp_path / "installation").iterdir() if one.name[0] == ".") == []


@pytest.mark.postgresql
def test_many_who_migrate_one_server_at_once(postgresql_server):
    from tests.support.postgresql import new_database

    def migrate(url):
        database = Database.open(url)
        try:
            schema.upgrade(database.engine)
            return schema.current_revision(database.engine)
        finally:
            database.close()

    with new_database(postgresql_server, "migrated_at_once") as url, ThreadPoolExecutor(4) as threads:
        assert set(threads.map(migrate, [url] * 4)) == {schema.head_revision()}


REVISIONS = sorted(Path(versions.__path__[0]).glob("[0-9]*.py"))


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: path.stem)
def test_a_revision_takes_nothing_from_code_that_may_change(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    assert modules <= {"sqlalchemy", "alembic", *sys.stdlib_module_names}


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(tg.oid) || prosrc FROM pg_trigger tg"
    " JOIN pg_proc p ON p.oid = tgfoid JOIN pg_class c ON c.oid = tgrelid"
    " WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace",
}


def triggers_of(connection):
    found = connection.execute(text(TRIGGERS[connection.dialect.name])).all()
    return {name: " ".join(body.replace("made.", "").replace("public.", "").split()) for name, body in found}


def test_the_migrations_make_the_triggers_that_the_models_say(database, tmp_path):
    with database.engine.connect() as migrated:
        expected = triggers_of(migrated)
    modelled = database
    if database.engine.dialect.name == "sqlite":
        modelled = Database.open(f"sqlite:///{tmp_path / 'models.db'}")
    with modelled.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA made"))
            connection.execute(text("SET search_path TO made"))
        METADATA.create_all(connection)
        assert triggers_of(connection) == expected != {}
        connection.rollback()
    if modelled is not database:
        modelled.close()


def test_sqlite_is_durable_and_checks_references(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'new' / 'registry.db'}")
    with database.engine.connect() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                   ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")}  # fmt: skip
    database.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    assert (tmp_path / "new" / "registry.db").stat().st_mode & 0o077 == 0
