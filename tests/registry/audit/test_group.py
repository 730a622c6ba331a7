"""Traces of many requests go in few commits, and none is promised before it is there."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from sqlalchemy import event, func, select

from parcours.registry.audit import proof
from parcours.registry.audit import service as audit
from parcours.registry.audit.group import TrailWriter
from parcours.registry.audit.models import AuditEvent
from parcours.registry.people.context import Tag
from parcours.registry.store.ids import new_id
from tests.api.fixtures import TEST


def read(**changes):
    return audit.Event(Tag.PERSON_READ, TEST, insured_id=new_id(), **changes)


def kept(writer, events):
    writer.put(events).result()


def count(database):
    with database.reading() as session:
        return session.scalar(select(func.count(AuditEvent.id)))


def test_who_comes_during_a_commit_shares_the_next_and_each_finds_its_own_there(database):
    writer, commits, asked = TrailWriter(database), [], []

    def hold(_connection):
        commits.append(1)
        while len(commits) == 1 and len(asked) < 16:
            time.sleep(0.001)

    def ask(_):
        mine = read()
        coming = writer.put([mine, read()])
        asked.append(1)
        coming.result()
        with database.reading() as session:
            return session.scalar(select(AuditEvent.tag).where(AuditEvent.insured_id == mine.insured_id))

    event.listen(database.engine, "commit", hold)
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(ask, range(16)))
    readings = 16 if database.engine.dialect.name == "postgresql" else 0  # which end with a commit there
    assert set(found) == {Tag.PERSON_READ.value}
    assert len(commits) - readings <= 2
    assert count(database) == 32
    assert proof.examine(database).sound


def test_what_cannot_be_written_fails_its_own_request_only(database):
    writer, started = TrailWriter(database), Signal()
    kept(writer, [read()])

    def fail():
        with pytest.raises(TypeError):
            kept(writer, [read(details={"it": object()})])

    def hold(_connection):
        if started.is_set():
            return
        started.set()
        later.extend([threads.submit(fail), threads.submit(kept, writer, [read(), read()])])
        while len(writer._waiting) < 2:
            pass

    later = []
    with ThreadPoolExecutor(4) as threads:
        event.listen(database.engine, "commit", hold)
        kept(writer, [read()])
        for one in later:
            one.result(timeout=30)
    assert started.is_set()
    assert count(database) == 4
    assert proof.examine(database).sound


def test_a_request_of_many_events_is_not_parted(database, monkeypatch):
    monkeypatch.setattr("parcours.registry.audit.group.TOGETHER", 3)
    writer = TrailWriter(database)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(kept, writer, [read() for _ in range(size)]) for size in (7, 1, 2, 5)]:
            done.result(timeout=30)
    assert count(database) == 15
    assert proof.examine(database).sound


def test_a_commit_waits_for_who_is_reading_and_not_for_ever(database, monkeypatch):
    writer, commits = TrailWriter(database), []
    event.listen(database.engine, "commit", lambda _connection: commits.append(1))
    monkeypatch.setattr("parcours.registry.audit.group.MOMENT", 30)
    with writer.reading():
        early = writer.put([read()])
        with writer.reading():
            late = writer.put([read()])
    early.result(timeout=30)
    late.result(timeout=30)
    assert len(commits) == 1
    monkeypatch.setattr("parcours.registry.audit.group.MOMENT", 0.01)
    with writer.reading():
        writer.put([read()]).result(timeout=30)
    assert count(database) == 3
