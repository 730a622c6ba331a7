"""Encryption at rest: what it hides, what it detects, how keys are replaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from parcours.registry.db import EncryptedText, keyring
from parcours.registry.errors import Misconfigured
from parcours.registry.fictitious import fictitious_nir
from parcours.registry.keyring import KEYS_FILE_VARIABLE, KEYS_VARIABLE, create_keys_file, new_key, parse_keys
from parcours.registry.models import load_models
from parcours.registry.people import service as people
from parcours.registry.people.models import Insured
from parcours.registry.rotation import rotate_keys
from tests.registry.world import ADULT_BORN, World

KEYS = parse_keys(new_key())


@given(st.text())
def test_what_is_written_is_read(secret):
    blob = KEYS.encrypt(secret, "a.b")
    assert KEYS.decrypt(blob, "a.b") == secret
    assert KEYS.encrypt(secret, "a.b") != blob


@given(st.text(min_size=1), st.data())
def test_any_altered_byte_is_seen(secret, data):
    blob = bytearray(KEYS.encrypt(secret, "a.b"))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Misconfigured):
        KEYS.decrypt(bytes(blob), "a.b")


def test_a_value_opens_in_its_own_column_only():
    with pytest.raises(Misconfigured):
        KEYS.decrypt(KEYS.encrypt("x", "a.b"), "a.c")


def test_an_index_depends_on_the_key_and_the_column():
    other = parse_keys(new_key())
    indexes = {KEYS.blind_index("x", "a"), KEYS.blind_index("x", "b"), other.blind_index("x", "a")}
    assert len(indexes) == 3
    assert KEYS.blind_index("x", "a") in indexes


@pytest.mark.parametrize("bad", ["short", "é", "A" * 10, "!" * 44])
def test_a_bad_key_is_named_not_shown(monkeypatch, bad):
    monkeypatch.setenv(KEYS_VARIABLE, bad)
    with pytest.raises(Misconfigured, match="32 bytes") as refused:
        keyring()
    assert bad not in str(refused.value)


def test_no_key_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv(KEYS_VARIABLE)
    monkeypatch.delenv(KEYS_FILE_VARIABLE, raising=False)
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path))
    with pytest.raises(Misconfigured, match="registry init"):
        keyring()
    assert create_keys_file(tmp_path / "secret.keys")
    assert not create_keys_file(tmp_path / "secret.keys")
    assert (tmp_path / "secret.keys").stat().st_mode & 0o077 == 0
    assert keyring().keys


def test_keys_are_not_shown():
    assert "AESGCM" not in repr(KEYS)
    assert "index=" not in repr(KEYS)


def test_rotation_rewrites_everything_and_the_old_key_can_go(database, monkeypatch):
    old, new = new_key(), new_key()
    monkeypatch.setenv(KEYS_VARIABLE, old)
    with database.writing() as session:
        person = World(session).person(nir=fictitious_nir(8)).id
    monkeypatch.setenv(KEYS_VARIABLE, f"{new} {old}")
    with database.reading() as session:
        assert people.find_by_nir(session, fictitious_nir(8)).id == person
    counts = rotate_keys(database)
    assert counts["people_insured"] == counts["identity_identifiers"] == 1
    assert set(rotate_keys(database).values()) == {0}
    monkeypatch.setenv(KEYS_VARIABLE, new)
    with database.reading() as session:
        assert people.find_by_nir(session, fictitious_nir(8)).id == person
        assert people.find_by_name(session, "exemple-1", ADULT_BORN)[0].first_name == "Camille"
    monkeypatch.setenv(KEYS_VARIABLE, old)
    with database.reading() as session, pytest.raises(Misconfigured):
        session.get(Insured, person)


def test_personal_columns_are_encrypted():
    """A new column that holds a person's words must be added here, or be encrypted."""
    plain = {
        f"{table.name}.{column.name}"
        for table in load_models().sorted_tables
        if table.name.startswith(
            ("people_insured", "declarations", "referrals", "care_plans", "cases", "people_rights")
        )
        for column in table.columns
        if str(column.type) in {"VARCHAR", "TEXT"} and not isinstance(column.type, EncryptedText)
    }
    assert plain == {
        "people_insured.name_index", "people_insured.commune_code", "declarations.form", "cases.fund_code"
    }  # fmt: skip


def test_an_error_of_the_database_hides_the_values(database):
    with database.writing() as session:
        world = World(session)
        person = world.person(family_name="Exemple-Secret")
        with pytest.raises(Exception, match="people_insured") as refused, session.begin_nested():
            session.execute(
                text("INSERT INTO people_insured (id, name_index) VALUES (:id, 'Secret')"), {"id": person.id}
            )
        assert person.id not in str(refused.value)
        session.rollback()
