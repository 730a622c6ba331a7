"""The feed of messages, read on from the last id, while others write."""

from threading import Thread

from parcours.registry.messages import feed
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import messages_to, newest_to, send
from tests.registry.world import instant

READER = "MUT-1"


def tell(database, *words):
    at = instant(2026, 3, 2)
    with database.writing() as session:
        return [send(session, MessageKind.RSP, one, READER, {}, at=at, day=at.date()).id for one in words]


def read_on(database, after=None):
    with database.reading() as session:
        messages_to(session, READER)  # who asks was looked up: this look at the database is the older one
        kept = feed.end(session)
        return [one.subject for one in messages_to(session, READER, after=after, before=kept)]


def test_what_is_written_meanwhile_is_told_after_what_came_before(database):
    """Two writers at once: the first made its id first, and is kept last."""
    (last,) = tell(database, "zero")
    at = instant(2026, 3, 2)
    other = Thread(target=tell, args=(database, "two"))
    with database.writing() as session:
        send(session, MessageKind.RSP, "one", READER, {}, at=at, day=at.date())
        other.start()
        other.join(1)  # on SQLite it waits for its turn
        assert read_on(database, last) == []
    other.join()
    assert read_on(database, last) == ["one", "two"]


def test_the_newest_of_a_kind_come_first(database):
    tell(database, "one")
    tell(database, "two")
    with database.reading() as session:
        assert [one.subject for one in newest_to(session, READER, MessageKind.RSP)] == ["two", "one"]
        assert newest_to(session, READER, MessageKind.SECURE) == []
