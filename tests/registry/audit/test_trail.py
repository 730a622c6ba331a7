"""The trail cannot be changed unseen."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from parcours.registry.access.model import Tag
from parcours.registry.audit import proof, seals
from parcours.registry.audit import service as audit
from parcours.registry.audit.chain import HASHED, row_hash
from parcours.registry.audit.models import CHAINS, GENESIS, AuditEvent, AuditHead
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.store.ids import new_id
from tests.api.fixtures import TEST

PATIENT = new_id()


def write(database, count=1, patient=PATIENT, **details):
    for _ in range(count):
        with database.writing() as session:
            audit.record(
                session, PeopleTag.PERSON_READ, TEST, insured_id=patient, record=("patient", patient), details=details
            )


def verify(database, anchor=None):
    with database.reading() as session:
        return proof.verify(session, anchor)


def codes(database, anchor=None):
    return {finding.code for finding in verify(database, anchor).findings}


def chain_of(database):
    with database.reading() as session:
        return session.scalar(select(AuditEvent.chain).where(AuditEvent.insured_id == PATIENT).limit(1))


@pytest.fixture
def without_triggers(database):
    """An attacker who owns the database can drop its triggers."""
    with database.writing() as session:
        if database.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_events_no_update"))
            session.execute(text("DROP TRIGGER audit_events_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
    return database


def execute(database, statement, **values):
    with database.writing() as session:
        session.execute(text(statement), values)


def test_an_empty_trail_is_sound(database):
    assert verify(database) == proof.Verification(0, ())


def test_what_was_written_is_sound_and_numbered_without_gap(database):
    write(database, 5, patient=PATIENT)
    write(database, 3, patient=new_id())
    assert verify(database) == proof.Verification(8, ())
    with database.reading() as session:
        mine = session.scalars(
            select(AuditEvent.sequence).where(AuditEvent.insured_id == PATIENT).order_by(AuditEvent.sequence)
        )
        numbers = list(mine)
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 5


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET why = 'x'", "DELETE FROM audit_events"])
def test_the_database_refuses_to_change_the_trail(database, statement):
    write(database)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(database, statement)
    assert verify(database).sound


def test_postgresql_refuses_to_empty_the_trail(database):
    if database.engine.dialect.name != "postgresql":
        return
    write(database)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(database, "TRUNCATE audit_events")


def test_an_event_of_a_transaction_that_failed_is_not_kept(database):
    def fail():
        with database.writing() as session:
            audit.record(session, PeopleTag.PERSON_READ, TEST)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verify(database).rows == 0


@pytest.mark.parametrize(
    "column", ["why", "details", "record_kind", "role", "actor_kind", "tag", "hash", "previous_hash"]
)
def test_an_altered_row_is_found(without_triggers, column):
    write(without_triggers, 3)
    value = "people:person:change" if column == "tag" else "x"
    execute(without_triggers, f"UPDATE audit_events SET {column} = :value WHERE sequence = 2", value=value)
    findings = verify(without_triggers).findings
    assert ("altered", 2) in {(one.code, one.sequence) for one in findings}


def test_a_row_altered_with_its_hash_breaks_the_chain(without_triggers):
    write(without_triggers, 3)
    with without_triggers.writing() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.sequence == 2)).one()
        row.why = "forged"
        row.hash = row_hash({name: getattr(row, name) for name in HASHED})
    assert codes(without_triggers) == {"unsigned", "broken_link"}


def test_a_removed_row_is_found(without_triggers):
    write(without_triggers, 3)
    execute(without_triggers, "DELETE FROM audit_events WHERE sequence = 2")
    assert codes(without_triggers) == {"removed"}


def test_rows_cut_at_the_end_are_found(without_triggers):
    write(without_triggers, 3)
    execute(without_triggers, "DELETE FROM audit_events WHERE sequence = 3")
    assert codes(without_triggers) == {"truncated"}


def test_a_head_moved_back_without_the_key_is_found(without_triggers):
    write(without_triggers, 3)
    execute(without_triggers, "DELETE FROM audit_events WHERE sequence = 3")
    with without_triggers.writing() as session:
        last = session.scalars(select(AuditEvent).where(AuditEvent.sequence == 2)).one()
        head = session.scalars(select(AuditHead).where(AuditHead.chain == last.chain)).one()
        head.sequence, head.hash = 2, last.hash
    assert codes(without_triggers) == {"head_forged"}


def test_an_older_head_put_back_with_its_signature_is_found_by_an_anchor(without_triggers):
    write(without_triggers, 2)
    chain = chain_of(without_triggers)
    with without_triggers.reading() as session:
        old = session.scalars(select(AuditHead).where(AuditHead.chain == chain)).one()
        kept = {"sequence": old.sequence, "hash": old.hash, "signature": old.signature}
    write(without_triggers, 2)
    with without_triggers.reading() as session:
        anchor = proof.anchor(session)
    execute(without_triggers, "DELETE FROM audit_events WHERE sequence > 2")
    execute(
        without_triggers,
        "UPDATE audit_heads SET sequence = :sequence, hash = :hash, signature = :signature WHERE chain = :chain",
        chain=chain, **kept,
    )  # fmt: skip
    assert codes(without_triggers) == set(), "without an anchor this cannot be seen"
    assert codes(without_triggers, proof.Anchor.from_json(anchor.to_json())) == {"truncated"}


def test_an_anchor_still_fits_after_more_was_written(database):
    write(database, 3)
    with database.reading() as session:
        anchor = proof.anchor(session)
    write(database, 3)
    assert verify(database, anchor).sound


def test_a_forged_anchor_is_found(database):
    write(database, 3)
    with database.reading() as session:
        anchor = proof.anchor(session)
    forged = proof.Anchor(anchor.taken_at, anchor.heads[:-1], anchor.signature)
    assert "anchor_forged" in codes(database, forged)


def test_a_removed_head_is_found(database):
    write(database, 1)
    execute(database, "DELETE FROM audit_heads WHERE chain = :chain", chain=chain_of(database))
    assert codes(database) == {"head_missing"}


@pytest.mark.parametrize("chain", [-5, CHAINS, 99])
def test_a_row_added_in_a_chain_that_does_not_exist_is_found(database, chain):
    write(database, 2)
    forged = audit._row(audit.Event(PeopleTag.PERSON_READ, TEST, PATIENT), chain, 1, GENESIS)
    with database.writing() as session:
        session.execute(insert(AuditEvent), [forged])
    assert [(one.code, one.chain) for one in verify(database).findings] == [("head_missing", chain)]


def test_heads_are_signed_again_under_a_new_key(database, monkeypatch):
    from parcours.registry.store.keyring import new_key
    from tests.support.templates import KEY

    write(database, 2)
    newer = new_key()
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", f"{newer},{KEY}")
    assert verify(database).sound
    with database.writing() as session:
        assert seals.resign(session) == CHAINS
    monkeypatch.setenv("PARCOURS_SECRET_KEYS", newer)
    assert verify(database).sound


def test_writers_at_the_same_time_make_one_sound_chain(database):
    def work(_):
        write(database, 10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert verify(database) == proof.Verification(80, ())


def test_writers_of_several_chains_do_not_block_each_other(database):
    patients = [new_id() for _ in range(12)]

    def work(number):
        order = patients if number % 2 else patients[::-1]
        with database.writing() as session:
            for one in order:
                audit.record(session, PeopleTag.PERSON_READ, TEST, insured_id=one)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    assert verify(database) == proof.Verification(144, ())


def test_the_first_writers_at_once_make_the_heads_once(database):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: write(database, 1, patient=new_id()), range(8)))
    assert verify(database) == proof.Verification(8, ())


def test_every_tag_is_source_subject_action():
    assert all(len(tag.value.split(":")) == 3 and tag.value == tag.value.lower() for tag in Tag)
    assert len({tag.value for tag in Tag}) == len(Tag)
