"""How long a record is kept: the longest time applies, a dispute freezes it, the trail outlives the text."""

from datetime import UTC, date, datetime

import pytest

from parcours.registry.access.model import Who
from parcours.registry.conciliation.models import Case
from parcours.registry.record import projects, retention, service
from parcours.registry.record.context import Tag
from parcours.registry.record.service import NewStatement

BEFORE = datetime(2006, 3, 1, 12, tzinfo=UTC)
WHO = Who("system", role="record purge")


@pytest.fixture
def written(session, world):
    def write(born=date(1950, 1, 1), died=None):
        person = world.person(born=born, at=datetime(2006, 1, 1, tzinfo=UTC))
        line = service.state(session, person.id, world.doctor(since=date(2000, 1, 1)).id,
                             NewStatement("problems", text="asthme"), at=BEFORE)  # fmt: skip
        service.state(session, person.id, line.author_id, NewStatement("problems", "refuted", "x", corrects=line.id),
                      at=BEFORE)  # fmt: skip
        person.died_on = died
        session.flush()
        return person

    return write


@pytest.mark.parametrize(("born", "died", "until"), [
    (date(1950, 1, 1), None, date(2026, 3, 1)),  # twenty years after the last contact
    (date(2005, 5, 4), None, date(2033, 5, 4)),  # the 28th birthday
    (date(2004, 2, 29), None, date(2032, 2, 29)),
    (date(1950, 1, 1), date(2010, 1, 1), date(2026, 3, 1)),
    (date(1950, 1, 1), date(2020, 1, 1), date(2030, 1, 1)),  # ten years after death
])  # fmt: skip
def test_the_longest_time_applies(session, written, born, died, until):
    person = written(born, died)
    assert retention.kept_until(session, person.id, date(2026, 11, 26)).until == until


def test_a_purge_destroys_the_text_on_its_day_and_keeps_the_trail(session, written, world):
    person = written()
    assert retention.purge(session, WHO, date(2026, 2, 28)) == []
    assert [one.insured_id for one in retention.purge(session, WHO, date(2026, 3, 1))] == [person.id]
    assert service.history_of(session, person.id) == []
    assert retention.kept_until(session, person.id, date(2026, 3, 1)) is None
    assert retention.purge(session, WHO, date(2026, 3, 1)) == []
    (event,) = (one for one in session.info["parcours.audit.pending"] if one.tag is Tag.RECORD_PURGE)
    assert event.insured_id == person.id
    assert "asthme" not in str(event.details)


def test_a_dispute_freezes_it(session, written):
    person = written()
    session.add(Case(insured_id=person.id, fund_code="01C991", opened_on=date(2026, 1, 1),
                     first_contact_due_on=date(2026, 1, 2), due_on=date(2026, 1, 3)))  # fmt: skip
    session.flush()
    assert retention.kept_until(session, person.id, date(2026, 3, 1)).frozen
    assert retention.due_for_purge(session, date(2026, 3, 1)) == []


def test_what_was_noted_since_is_a_contact(session, written):
    person = written()
    author = service.history_of(session, person.id)[0].author_id
    projects.plan(session, person.id, author, projects.NewProject("x", date(2027, 1, 1)),
                  at=datetime(2026, 1, 1, 12, tzinfo=UTC))  # fmt: skip
    assert retention.kept_until(session, person.id, date(2026, 11, 26)).until == date(2046, 1, 1)
