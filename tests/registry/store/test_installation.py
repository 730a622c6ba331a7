"""A database is opened with its own keys only, and one value that cannot be read hides no other."""

import os

import pytest
from sqlalchemy import text

from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.access.export import rows_about
from parcours.registry.accounts.find import list_accounts
from parcours.registry.accounts.service import create_account
from parcours.registry.audit.service import system
from parcours.registry.contexts import CONTEXTS, METADATA, rotate_keys
from parcours.registry.errors import Misconfigured
from parcours.registry.people.models import Insured
from parcours.registry.people.service import find_by_name
from parcours.registry.store import installation
from parcours.registry.store.keyring import KEYS_FILE_VARIABLE, KEYS_VARIABLE, keyring, new_key
from tests.api.fixtures import CHEAP
from tests.registry.store.test_keys_at_rest import exchange, sqlite_id
from tests.registry.world import ADULT_BORN, World


def test_the_keys_of_another_installation_are_refused(database, database_url, monkeypatch):
    installation.seal(database.engine)
    installation.require_keys(database.engine)
    mine = os.environ[KEYS_VARIABLE]
    monkeypatch.setenv(KEYS_VARIABLE, new_key())
    with pytest.raises(Misconfigured, match="not those of this database"):
        installation.require_keys(database.engine)
    with pytest.raises(Misconfigured):
        installation.seal(database.engine)
    with pytest.raises(Misconfigured):
        _ = Services(Settings(database_url=database_url)).database
    monkeypatch.setenv(KEYS_VARIABLE, f"{os.environ[KEYS_VARIABLE]} {mine}")
    installation.require_keys(database.engine)


@pytest.mark.parametrize("statement", ["DELETE FROM installation", "UPDATE installation SET key_check = NULL"])
def test_a_database_without_a_check_value_is_judged_by_what_is_in_it(database, monkeypatch, statement):
    """Older tables have none; and nobody gets past it by removing it."""
    with database.writing() as session:
        World(session).person()
        session.execute(text(statement))
    installation.require_keys(database.engine)
    monkeypatch.setenv(KEYS_VARIABLE, new_key())
    with pytest.raises(Misconfigured, match="not those of this database"):
        installation.require_keys(database.engine)


def test_the_check_value_follows_the_keys(database, monkeypatch):
    installation.seal(database.engine)
    old, new = os.environ[KEYS_VARIABLE], new_key()
    monkeypatch.setenv(KEYS_VARIABLE, f"{new} {old}")
    rotate_keys(database)
    monkeypatch.setenv(KEYS_VARIABLE, new)
    installation.require_keys(database.engine)
    monkeypatch.setenv(KEYS_VARIABLE, old)
    with pytest.raises(Misconfigured):
        installation.require_keys(database.engine)


@pytest.mark.parametrize(("mode", "accepted"), [(0o600, True), (0o400, True), (0o640, True), (0o644, False),
                                                (0o660, False), (0o666, False), (0o602, False)])  # fmt: skip
def test_a_key_file_open_to_others_is_refused(monkeypatch, tmp_path, mode, accepted):
    path = tmp_path / "keys"
    path.write_text(new_key())
    path.chmod(mode)
    monkeypatch.delenv(KEYS_VARIABLE)
    monkeypatch.setenv(KEYS_FILE_VARIABLE, str(path))
    if accepted:
        assert keyring().keys
        return
    with pytest.raises(Misconfigured, match=f"mode {mode:04o}.*chmod 600"):
        keyring()


def test_the_data_folder_is_closed_to_others(monkeypatch, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    (folder / "secret.keys").write_text(new_key())
    (folder / "secret.keys").chmod(0o600)
    folder.chmod(0o755)
    monkeypatch.delenv(KEYS_VARIABLE)
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(folder))
    assert keyring().keys
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_account_that_cannot_be_read_hides_no_other(database, monkeypatch):
    """As one written by a service with the wrong key was: the list failed for everybody."""
    with database.writing() as session:
        kept = create_account(session, system("test"), login="a@example.org", display_name="A", password=None,
                              hashing=CHEAP).id  # fmt: skip
    with monkeypatch.context() as wrong:
        wrong.setenv(KEYS_VARIABLE, new_key())
        blob = keyring().encrypt("b@example.org", "accounts.login", kept)
    with database.writing() as session:
        other = create_account(session, system("test"), login="b@example.org", display_name="B", password=None,
                               hashing=CHEAP).id  # fmt: skip
        session.execute(
            text("UPDATE accounts SET login = :blob WHERE id = :id"),
            {"blob": blob, "id": sqlite_id(database, other)},
        )
    with database.reading() as session:
        found = {one.id: str(one.login) for one in list_accounts(session)}
    assert found[kept] == "a@example.org"
    assert "unreadable" in found[other]


def test_people_of_one_name_are_found_although_one_cannot_be_read(database):
    with database.writing() as session:
        world = World(session)
        ids = [world.person(family_name="Exemple-Un").id for _ in range(3)]
    exchange(database, "people_insured", "first_name", *(sqlite_id(database, row) for row in ids[:2]))
    with database.reading() as session:
        found = {one.id: str(one.first_name) for one in find_by_name(session, "Exemple-Un", ADULT_BORN)}
        assert set(found) == set(ids)
        assert ["unreadable" in found[one] for one in ids] == [True, True, False]
        copy = rows_about(session, ids[0], CONTEXTS, METADATA)["people_insured"][0]
        assert "unreadable" in copy["first_name"]
        assert copy["family_name"] == "Exemple-Un"
    with database.reading() as session, pytest.raises(Misconfigured):
        session.get(Insured, ids[0])


def test_a_marked_value_is_never_written_back(database):
    with database.writing() as session:
        world = World(session)
        ids = [world.person(family_name="Exemple-Un").id for _ in range(2)]
    exchange(database, "people_insured", "first_name", *(sqlite_id(database, row) for row in ids))
    with database.writing() as session:
        found = {one.id: one for one in find_by_name(session, "Exemple-Un", ADULT_BORN)}
        found[ids[0]].commune_code = found[ids[1]].commune_code
        found[ids[0]].family_name = "Exemple-Deux"
    with database.reading() as session, pytest.raises(Misconfigured):
        session.get(Insured, ids[0])
