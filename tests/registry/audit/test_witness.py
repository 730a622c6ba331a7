"""Who writes to the database without the keys cannot have the service sign what they did: not by the next event, not
by an older copy put back, not by another history of the same length."""

import shutil

import pytest
from sqlalchemy import select, text

from parcours.registry.audit import proof, seals
from parcours.registry.audit import service as audit
from parcours.registry.audit.chain import HASHED, row_hash
from parcours.registry.audit.models import AuditEvent, AuditHead
from parcours.registry.audit.witness import ANCHORS_VARIABLE, forget, kept_for
from parcours.registry.contexts import rotate_keys
from parcours.registry.errors import Invalid, Misconfigured
from parcours.registry.people.context import Tag
from parcours.registry.store import installation
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import new_key
from tests.api.fixtures import TEST
from tests.support.pace import within
from tests.support.templates import KEY

PATIENT = new_id()


def write(database, count=1, patient=PATIENT):
    for _ in range(count):
        with database.writing() as session:
            audit.record(session, Tag.PERSON_READ, TEST, insured_id=patient)


def codes(database):
    return {one.code for one in proof.examine(database).findings}


def another_process(database):
    """What a process that has just started remembers: what was kept outside the database, and no more."""
    forget(database.engine)


@pytest.fixture(autouse=True)
def sealed(database, tmp_path, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path / "data"))
    installation.seal(database.engine)


@pytest.fixture
def open_to_all(database):
    """An attacker who owns the database has dropped its triggers, and puts them back."""
    from parcours.registry.audit.models import APPEND_ONLY_TRIGGERS

    names = {
        "sqlite": ("DROP TRIGGER audit_events_no_update", "DROP TRIGGER audit_events_no_delete"),
        "postgresql": (
            "DROP TRIGGER audit_events_no_change ON audit_events",
            "DROP TRIGGER audit_events_no_truncate ON audit_events",
        ),
    }[database.engine.dialect.name]

    def doing(work):
        with database.writing() as session:
            for one in names:
                session.execute(text(one))
            work(session)
            for one in APPEND_ONLY_TRIGGERS[database.engine.dialect.name]:
                session.execute(text(one))

    return doing


def chain_anew(session):
    """Hash every row again from what it now holds, as anybody can, and put the last one in the head, unsigned."""
    previous = "0" * 64
    sequence = 0
    for row in session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)):
        sequence += 1
        row.sequence, row.previous_hash = sequence, previous
        row.hash = previous = row_hash({name: getattr(row, name) for name in HASHED})
        chain = row.chain
        session.flush()
    head = session.scalars(select(AuditHead).where(AuditHead.chain == chain)).one()
    head.sequence, head.hash = sequence, previous


def alter_and_chain_anew(session):
    session.execute(text("UPDATE audit_events SET why = 'nothing to see' WHERE sequence = 2"))
    chain_anew(session)


def remove_and_chain_anew(session):
    session.execute(text("DELETE FROM audit_events WHERE sequence = 2"))
    chain_anew(session)


@pytest.mark.parametrize("forge", [alter_and_chain_anew, remove_and_chain_anew])
def test_the_next_event_does_not_sign_a_forged_past(database, open_to_all, forge):
    write(database, 4)
    open_to_all(forge)
    before = codes(database)
    assert {"head_forged", "unsigned"} <= before
    for start in (lambda _: None, another_process):
        start(database)
        with pytest.raises(Misconfigured, match="forged"):
            write(database)
    assert codes(database) == before
    write(database, 1, patient=_in_another_chain())


def _in_another_chain():
    digit = format((int(PATIENT[-1], 16) + 1) % 16, "x")
    return new_id()[:-1] + digit


def older_copy(database, write_more):
    """The rows and the head of a moment ago, every one of them genuine, put back after more was written."""
    with database.reading() as session:
        heads = {head.chain: (head.sequence, head.hash, head.signature) for head in session.scalars(select(AuditHead))}
    write_more()

    def put_back(session):
        session.execute(text("DELETE FROM audit_events WHERE sequence > 3"))
        for chain, (sequence, last, signature) in heads.items():
            head = session.scalars(select(AuditHead).where(AuditHead.chain == chain)).one()
            head.sequence, head.hash, head.signature = sequence, last, signature

    return put_back


@pytest.mark.parametrize("start", [lambda _: None, another_process], ids=["same process", "another process"])
def test_a_removed_tail_with_its_older_head_is_found_and_never_written_over(database, open_to_all, start):
    write(database, 3)
    open_to_all(older_copy(database, lambda: write(database, 2)))
    assert codes(database) == {"forked"}
    start(database)
    with pytest.raises(Misconfigured, match="row 5, seen before"):
        write(database)
    assert codes(database) == {"forked"}


def write_interrupted(database):
    with database.as_one() as whole:
        write(whole, 3)
        raise KeyboardInterrupt


def write_and_fail(database):
    with database.writing() as session:
        audit.record(session, Tag.PERSON_READ, TEST, insured_id=PATIENT)
        raise ZeroDivisionError


def write_as_one(database, *counts):
    with database.as_one() as whole:
        for count in counts:
            write(whole, count)


@pytest.mark.parametrize("start", [lambda _: None, another_process], ids=["same process", "another process"])
def test_rows_of_a_transaction_that_was_taken_back_were_never_seen(database, start):
    write(database)
    with pytest.raises(KeyboardInterrupt):
        write_interrupted(database)
    start(database)
    write(database)
    assert codes(database) == set()


def test_a_unit_that_fails_in_a_transaction_that_is_kept_was_never_seen(database):
    with database.as_one() as whole:
        write(whole, 2)
        with pytest.raises(ZeroDivisionError):
            write_and_fail(whole)
    write(database)
    assert codes(database) == set()


@pytest.mark.parametrize("start", [lambda _: None, another_process], ids=["same process", "another process"])
def test_the_rows_of_a_transaction_that_was_kept_are_missed(database, open_to_all, start):
    write(database, 3)
    open_to_all(older_copy(database, lambda: write_as_one(database, 1, 1)))
    start(database)
    with pytest.raises(Misconfigured, match="row 5, seen before"):
        write(database)
    assert codes(database) == {"forked"}


def test_another_history_of_the_same_length_is_found(database, open_to_all, tmp_path, monkeypatch):
    """A second machine, which has not seen the rows that were removed, writes others in their place."""
    write(database, 3)
    open_to_all(older_copy(database, lambda: write(database, 2)))
    (tmp_path / "other").mkdir()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv(ANCHORS_VARIABLE, str(tmp_path / "other"))
        another_process(database)
        write(database, 4)
        assert codes(database) == set(), "this machine saw nothing else"
    another_process(database)
    assert codes(database) == {"forked"}
    with pytest.raises(Misconfigured, match="seen before"):
        write(database)


def test_another_database_keeps_the_ends(database, open_to_all, tmp_path, monkeypatch):
    monkeypatch.setenv(ANCHORS_VARIABLE, f"sqlite:///{tmp_path / 'witness.db'}")
    write(database, 3)
    another_process(database)  # each process writes an anchor at its first event
    put_back = older_copy(database, lambda: write(database, 2))
    another_process(database)
    write(database)
    open_to_all(put_back)
    another_process(database)
    assert codes(database) == {"forked"}
    with pytest.raises(Misconfigured, match="seen before"):
        write(database)
    other = Database.open(f"sqlite:///{tmp_path / 'witness.db'}")
    with other.writing() as session:
        session.execute(text("UPDATE audit_anchors SET content = '[]'"))
    other.close()
    assert codes(database) == {"witness_damaged"}


def test_ends_that_were_edited_are_found_and_stop_the_chain(database, tmp_path):
    write(database, 3)
    path = kept_for(database.engine.url, _name(database)).path
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes().replace(b", 3, ", b", 2, "))
    another_process(database)
    assert codes(database) == {"witness_damaged"}
    with pytest.raises(Misconfigured, match="outside the database"):
        write(database)


def _name(database):
    with database.reading() as session:
        return installation.name_of(session)


def test_several_processes_share_the_ends(database):
    others = [Database.open(database.engine.url.render_as_string(hide_password=False)) for _ in range(2)]
    for _ in range(3):
        for one in (database, *others):
            write(one)
    result = proof.examine(database)
    assert (result.rows, result.sound, result.seen) == (9, True, 1)
    for one in others:
        one.close()


def test_what_cannot_be_kept_elsewhere_is_said_and_the_work_stands(database, tmp_path, monkeypatch, caplog):
    (tmp_path / "kept").mkdir()
    monkeypatch.setenv(ANCHORS_VARIABLE, str(tmp_path / "kept"))
    write(database)
    shutil.rmtree(tmp_path / "kept")
    write(database)
    assert "could not be kept" in caplog.text
    with database.reading() as session:
        assert proof.verify(session).rows == 2


def test_a_setting_that_names_nothing_is_refused(database, tmp_path, monkeypatch):
    monkeypatch.setenv(ANCHORS_VARIABLE, str(tmp_path / "nowhere"))
    another_process(database)
    with pytest.raises(Misconfigured, match="PARCOURS_AUDIT_ANCHORS"):
        write(database)


def test_missing_triggers_and_a_borrowed_name_are_found(database):
    write(database)
    with database.writing() as session:
        if database.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_events_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE installation SET id = :id"), {"id": new_id().replace("-", "")})
    assert codes(database) >= {"triggers_missing", "installation_forged"}


def test_after_an_inquiry_the_service_writes_again_and_the_wrong_stays_visible(database, open_to_all):
    write(database, 4)
    open_to_all(alter_and_chain_anew)
    found = proof.examine(database)
    with pytest.raises(Invalid), database.writing() as session:
        seals.accept(session, found, "ok")
    with database.writing() as session:
        assert seals.accept(session, found, "row 2 was changed by hand, see file 12") == 1
    write(database, 2)
    assert codes(database) == {"unsigned"}
    with database.writing() as session:
        seals.resign(session)
    assert codes(database) == {"unsigned"}


def test_new_keys_need_no_signature_of_the_old_ones(database, monkeypatch, open_to_all):
    write(database, 3)
    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    rotate_keys(database)
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", newer)
    another_process(database)
    assert codes(database) == set()
    write(database, 2)
    assert codes(database) == set()
    open_to_all(alter_and_chain_anew)
    assert codes(database) >= {"head_forged", "altered", "unsigned"}, "the seal covers the rows before it"


def test_a_forged_chain_is_not_sealed_under_new_keys(database, monkeypatch, open_to_all):
    write(database, 3)
    open_to_all(alter_and_chain_anew)
    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    rotate_keys(database)
    assert codes(database) >= {"head_forged", "unsigned"}


def test_rows_from_before_rows_were_signed_are_sealed_once(database, open_to_all):
    write(database, 3)
    open_to_all(lambda session: session.execute(text("UPDATE audit_events SET signature = NULL")))
    assert codes(database) == {"unsigned"}
    with database.writing() as session:
        assert seals.seal(session) == 1
        assert seals.seal(session) == 0
    assert codes(database) == set()
    open_to_all(lambda session: session.execute(text("UPDATE audit_heads SET seal = NULL WHERE sequence = 3")))
    assert codes(database) == {"unsigned"}


def test_a_verification_is_fast_enough_for_a_million_rows(database):
    """A minute for a million: fifteen thousand rows in less than 0.9 s."""
    with database.writing() as session:
        for _ in range(15_000):
            audit.record(session, Tag.PERSON_READ, TEST, insured_id=PATIENT)
    assert proof.examine(database).rows == 15_000
    assert within(0.9, lambda: proof.examine(database), rounds=3)
