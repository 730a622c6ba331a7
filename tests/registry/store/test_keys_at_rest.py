"""Encryption at rest: what it hides, what it detects, how keys are replaced."""

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from parcours.registry.contexts import METADATA, rotate_keys
from parcours.registry.demo.fictitious import fictitious_nir
from parcours.registry.demo.seed import seed
from parcours.registry.errors import Misconfigured
from parcours.registry.people import service as people
from parcours.registry.people.models import Insured
from parcours.registry.store.columns import EncryptedText
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import (
    KEYS_FILE_VARIABLE,
    KEYS_VARIABLE,
    create_keys_file,
    keyring,
    new_key,
    parse_keys,
)
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


ROW, OTHER = new_id(), new_id()


@given(st.text(min_size=1), st.data())
def test_any_altered_byte_of_a_value_of_a_row_is_seen(secret, data):
    blob = bytearray(KEYS.encrypt(secret, "a.b", ROW))
    assert KEYS.open(bytes(blob), "a.b") == (secret, ROW)
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Misconfigured):
        KEYS.open(bytes(blob), "a.b")


@pytest.mark.parametrize("length", range(40))
def test_a_cut_value_is_seen(length):
    with pytest.raises(Misconfigured):
        KEYS.open(KEYS.encrypt("secret", "a.b", ROW)[:length], "a.b")


def test_a_value_made_to_claim_another_row_is_seen():
    blob = KEYS.encrypt("x", "a.b", ROW).replace(uuid.UUID(ROW).bytes, uuid.UUID(OTHER).bytes)
    with pytest.raises(Misconfigured):
        KEYS.open(blob, "a.b")


def exchange(database, table, column, one, other):
    """What somebody can do who writes in the database without the keys."""
    with database.engine.begin() as connection:
        read = text(f"SELECT {column} FROM {table} WHERE id = :id")
        blobs = [bytes(connection.execute(read, {"id": row}).scalar_one()) for row in (one, other)]
        write = text(f"UPDATE {table} SET {column} = :blob WHERE id = :id")
        for row, blob in ((one, blobs[1]), (other, blobs[0])):
            connection.execute(write, {"id": row, "blob": blob})


@pytest.fixture
def two_people(database):
    with database.writing() as session:
        world = World(session)
        return world.person().id, world.person().id


def sqlite_id(database, row_id):
    return uuid.UUID(row_id).hex if database.engine.dialect.name == "sqlite" else row_id


def test_values_exchanged_between_two_rows_are_not_read(database, two_people):
    one, other = two_people
    exchange(database, "people_insured", "first_name", *(sqlite_id(database, row) for row in two_people))
    for row in (one, other):
        with database.reading() as session, pytest.raises(Misconfigured, match=r"people_insured\.first_name"):
            session.get(Insured, row)
    with database.reading() as session, pytest.raises(Misconfigured):
        session.scalars(select(Insured)).all()


def test_rotation_does_not_hide_an_exchange(database, two_people, monkeypatch):
    exchange(database, "people_insured", "first_name", *(sqlite_id(database, row) for row in two_people))
    monkeypatch.setenv(KEYS_VARIABLE, f"{new_key()} {os.environ[KEYS_VARIABLE]}")
    with pytest.raises(Misconfigured, match="people_insured"):
        rotate_keys(database)


def test_a_changed_or_copied_value_belongs_to_the_row_it_is_in(database, two_people):
    one, other = two_people
    with database.writing() as session:
        first, second = session.get(Insured, one), session.get(Insured, other)
        second.family_name, first.family_name = first.family_name, "Nouveau"
    with database.reading() as session:
        assert session.get(Insured, one).family_name == "Nouveau"
        assert session.get(Insured, other).family_name == "Exemple-1"


def blobs_of(database):
    """Every encrypted value in the database, by column."""
    found = {}
    with database.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, EncryptedText):
                    raw = connection.execute(text(f"SELECT {column.name} FROM {table.name}")).scalars()
                    found[str(column)] = [bytes(one) for one in raw if one is not None]
    return found


def test_values_written_before_are_read_and_bound_to_their_rows_by_a_rotation(database, two_people):
    with database.engine.begin() as connection:
        blob = keyring().encrypt("1 rue Ancienne", "people_insured.address")
        connection.execute(text("UPDATE people_insured SET address = :blob"), {"blob": blob})
    with database.reading() as session:
        assert session.get(Insured, two_people[0]).address == "1 rue Ancienne"
    assert rotate_keys(database)["people_insured"] == 2
    assert {one[0] for one in blobs_of(database)["people_insured.address"]} == {2}
    with database.reading() as session:
        assert session.get(Insured, two_people[0]).address == "1 rue Ancienne"


def test_everything_the_registry_writes_is_bound_to_its_row(database):
    with database.writing() as session:
        seed(session, population=0)
    written = {name: {blob[0] for blob in blobs} for name, blobs in blobs_of(database).items() if blobs}
    assert set(map(frozenset, written.values())) == {frozenset({2})}, written
    assert {"referrals.letter", "people_insured.family_name", "identity_identifiers.value"} <= set(written)


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
        for table in METADATA.sorted_tables
        if table.name.startswith(
            ("people_insured", "declarations", "referrals", "care_plans", "cases", "people_rights")
        )
        for column in table.columns
        if str(column.type) in {"VARCHAR", "TEXT"} and not isinstance(column.type, EncryptedText)
    }
    assert plain == {
        "people_insured.name_index", "declarations.form", "cases.fund_code"
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
