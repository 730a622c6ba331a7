"""What is past its time leaves the database in a sealed file, and the trail is as sound as before."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from parcours.registry.audit import archives, proof
from parcours.registry.audit import service as audit
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.audit.service import system
from parcours.registry.audit.witness import forget
from parcours.registry.contexts import rotate_keys
from parcours.registry.errors import Conflict, Invalid
from parcours.registry.people.context import Tag
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import new_key
from tests.api.fixtures import TEST
from tests.support.templates import KEY

OLD, NEW = datetime(2024, 3, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC)
BEFORE, WHY = date(2025, 1, 1), "kept in the safe of the fund"
PEOPLE = [new_id() for _ in range(20)]


def write(database, monkeypatch, at, people=PEOPLE):
    monkeypatch.setattr(audit, "now_utc", lambda: at)
    with database.writing() as session:
        for person in people:
            audit.record(session, Tag.PERSON_READ, TEST, insured_id=person)


@pytest.fixture
def aged(database, monkeypatch):
    """Forty rows of two years ago, forty of now."""
    for at in (OLD, OLD + timedelta(days=1), NEW, NEW + timedelta(days=1)):
        write(database, monkeypatch, at)
    return database


def rows(database):
    with database.reading() as session:
        return session.scalar(select(func.count(AuditEvent.id)))


def purge(database, path, reason=WHY):
    return archives.purge(database, path, system("purge"), AuditTag.AUDIT_ARCHIVE, reason)


def codes(database, anchor=None):
    return {one.code for one in proof.examine(database, anchor).findings}


def test_archived_then_removed_and_still_sound_for_all_who_saw_the_rows(aged, tmp_path, monkeypatch):
    with aged.reading() as session:
        anchor = proof.anchor(session)
    found = archives.write(aged, tmp_path / "2024.trail", before=BEFORE)
    assert (found.rows, found.destroy_after) == (40, date(2028, 1, 1))
    assert (tmp_path / "2024.trail").stat().st_mode & 0o077 == 0
    assert rows(aged) == 80
    assert purge(aged, tmp_path / "2024.trail").rows == 40
    assert rows(aged) == 41  # and the row that says so
    assert codes(aged) == codes(aged, anchor) == set()
    forget(aged.engine)  # another process, which knows what was kept outside
    write(aged, monkeypatch, NEW + timedelta(days=2))
    assert codes(aged, anchor) == set()
    with aged.reading() as session:
        said = session.scalars(select(AuditEvent).where(AuditEvent.tag == AuditTag.AUDIT_ARCHIVE)).one()
    assert (said.why, json.loads(said.details)["rows"]) == (WHY, 40)
    assert archives.read(tmp_path / "2024.trail").sha256 == json.loads(said.details)["sha256"]


def test_the_trail_is_as_append_only_as_before(aged, tmp_path):
    archives.write(aged, tmp_path / "a", before=BEFORE)
    purge(aged, tmp_path / "a")
    for change in ("DELETE FROM audit_events", "UPDATE audit_events SET why = 'x'"):
        with pytest.raises(DBAPIError), aged.writing() as session:
            session.execute(text(change))


def test_a_second_archive_goes_on_from_the_first(aged, tmp_path):
    archives.write(aged, tmp_path / "a", before=date(2024, 3, 2))
    purge(aged, tmp_path / "a")
    found = archives.write(aged, tmp_path / "b", before=BEFORE)
    assert found.rows == 20
    with pytest.raises(Conflict, match="does not begin"):
        purge(aged, tmp_path / "a")
    purge(aged, tmp_path / "b")
    assert codes(aged) == set()


def test_seals_hold_under_the_new_key_alone(aged, tmp_path, monkeypatch):
    archives.write(aged, tmp_path / "a", before=BEFORE)
    purge(aged, tmp_path / "a")
    new = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{new} {KEY}")
    rotate_keys(aged)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new)
    assert codes(aged) == set()


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:3] + lines[4:],
        lambda lines: lines[:-1],
        lambda lines: [one.replace("people:person", "people:parson") for one in lines],
        lambda lines: [one.replace("2028", "2099") for one in lines],
        lambda lines: [*lines, "{}"],
        lambda lines: ["nonsense"],
        lambda _: [],
    ],
    ids=["row", "end", "content", "end_date", "more", "nonsense", "empty"],
)
def test_an_archive_that_was_touched_removes_nothing(aged, tmp_path, change):
    path = tmp_path / "a"
    archives.write(aged, path, before=BEFORE)
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n", encoding="utf-8")
    with pytest.raises(Invalid, match="sealed"):
        purge(aged, path)
    assert rows(aged) == 80


def test_an_archive_of_other_keys_removes_nothing(aged, tmp_path, monkeypatch):
    archives.write(aged, tmp_path / "a", before=BEFORE)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", new_key())
    with pytest.raises(Invalid):
        archives.read(tmp_path / "a")


def test_less_than_six_months_an_existing_file_and_nothing_so_old_are_refused(aged, tmp_path):
    with pytest.raises(Invalid, match="six months"):
        archives.write(aged, tmp_path / "a", before=NEW.date())
    with pytest.raises(Conflict, match="nothing so old"):
        archives.write(aged, tmp_path / "a", before=date(2020, 1, 1))
    assert list(tmp_path.glob("*.partial")) == []
    (tmp_path / "a").touch()
    with pytest.raises(Conflict, match="exists"):
        archives.write(aged, tmp_path / "a", before=BEFORE)
    archives.write(aged, tmp_path / "b", before=BEFORE)
    with pytest.raises(Invalid, match="why"):
        purge(aged, tmp_path / "b", reason="x")


def forge(database, statement):
    with database.writing() as session:
        names = proof.TRIGGERS[database.engine.dialect.name]
        for name in names:
            where = "" if database.engine.dialect.name == "sqlite" else " ON audit_events"
            session.execute(text(f"DROP TRIGGER {name}{where}"))
        session.execute(text(statement))


def test_who_removes_rows_without_the_keys_cannot_call_it_an_archive(aged, tmp_path):
    archives.write(aged, tmp_path / "a", before=date(2024, 3, 2))
    purge(aged, tmp_path / "a")
    forge(
        aged,
        "UPDATE audit_heads SET archived_sequence = archived_sequence + 1,"
        " archived_hash = (SELECT hash FROM audit_events WHERE audit_events.chain = audit_heads.chain"
        " AND sequence = archived_sequence + 1)"
        " WHERE archived_sequence IS NOT NULL",
    )
    assert "archive_forged" in codes(aged)


def test_a_trail_that_is_not_whole_is_not_archived(aged, tmp_path):
    forge(aged, "UPDATE audit_events SET why = 'nothing' WHERE sequence = 1")
    with pytest.raises(Conflict, match="not whole"):
        archives.write(aged, tmp_path / "a", before=BEFORE)
    assert list(tmp_path.glob("a*")) == []
