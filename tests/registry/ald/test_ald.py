"""Protocols of long-term conditions: the list by version, and what no story tells."""

from datetime import date

import pytest

from parcours.law import thresholds
from parcours.law.ald.book import ald_law
from parcours.registry.ald import decisions, service
from parcours.registry.ald.service import NewProtocol
from parcours.registry.care_plans.service import Actor
from parcours.registry.contexts import CONTEXTS
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.registry.messages.models import Message
from parcours.registry.messages.service import body_of

NEW = NewProtocol("24", "suivi", (Actor("consultation", specialty=8),))


def test_the_list_has_the_number_of_conditions_that_the_code_says():
    open_now = [one for one in ald_law().values() if one.listed and one.open_on(date(2026, 11, 26))]
    assert len(open_now) == thresholds.whole("exoneration.ald_liste_nombre", date(2026, 11, 26))


@pytest.mark.parametrize(
    ("condition", "day", "years", "renewal"),
    [
        ("24", date(2024, 7, 9), 3, 3),
        ("24", date(2024, 7, 10), 5, 5),
        ("3", date(2024, 7, 9), 5, 5),
        ("3", date(2024, 7, 10), 10, 10),
        ("1", date(2017, 4, 5), 2, 2),
        ("1", date(2017, 4, 6), 3, 10),
        ("19.2", date(2024, 7, 10), 5, 5),
        ("23.a", date(2024, 7, 9), 5, 5),
        ("23.a", date(2024, 7, 10), 10, 10),
        ("30", date(2026, 1, 1), 5, 5),
        ("31", date(2026, 1, 1), None, None),
        ("30", date(2010, 1, 1), None, None),
    ],
)
def test_a_duration_is_that_of_the_day(condition, day, years, renewal):
    entry = ald_law()[condition]
    assert (entry.years_on(day), entry.years_on(day, renewal=True)) == (years, renewal)


def test_severe_hypertension_left_the_list():
    assert [ald_law()["12"].open_on(day) for day in (date(2011, 6, 26), date(2011, 6, 27))] == [True, False]


def test_a_protocol_without_a_duration_of_the_law_needs_an_end(session, world):
    row = service.prepare(session, world.person().id, world.doctor().id, NewProtocol("31", "x", NEW.actors))
    service.sign(session, row.id)
    service.send(session, row.id)
    decisions.opine(session, row.id, "favourable")
    with pytest.raises(Invalid):
        decisions.grant(session, row.id)
    assert decisions.grant(session, row.id, until=date(2030, 1, 1)).granted_until == date(2030, 1, 1)


def test_each_step_has_its_place_and_an_opinion_its_word(session, world):
    row = service.prepare(session, world.person().id, world.doctor().id, NEW)
    with pytest.raises(Refused):
        service.send(session, row.id)
    for early in (decisions.grant, decisions.reply):
        with pytest.raises(Conflict):
            early(session, row.id)
    service.sign(session, row.id)
    service.send(session, row.id)
    with pytest.raises(Conflict):
        service.propose(session, row.id, world.doctor().id, "x")
    with pytest.raises(Invalid):
        decisions.opine(session, row.id, "nosuch")
    assert decisions.withdraw(session, row.id).state.value == "withdrawn"


def test_a_renewal_keeps_its_condition_and_a_follow_up_comes_after(session, world):
    person, doctor = world.person(), world.doctor()
    row = service.prepare(session, person.id, doctor.id, NEW)
    for wrong in (
        NewProtocol("8", "x", NEW.actors, renews=row.id),
        NewProtocol("24", "x", NEW.actors, kind="follow_up"),
        NewProtocol("24", "x", NEW.actors, kind="follow_up", renews=row.id),
    ):
        with pytest.raises(Invalid):
            service.prepare(session, person.id, doctor.id, wrong)


def test_no_message_names_the_condition(session, world):
    row = service.prepare(session, world.person().id, world.doctor().id, NEW)
    service.sign(session, row.id)
    service.send(session, row.id)
    decisions.observe(session, row.id, "SECRET")
    messages = session.query(Message).all()
    assert {one.subject for one in messages} == {"ald_more_asked"}
    assert all(body_of(one) == {"simulated": True, "text": "you_have_a_message"} for one in messages)


def test_time_is_written_down_with_the_other_ends():
    assert next(one for one in CONTEXTS if one.name == "ald").expire is not None


@pytest.mark.parametrize(
    ("condition", "until", "confidence"),
    [("24", None, "A"), ("5", None, "C"), ("24", date(2028, 1, 1), None), ("31", None, None)],
)
def test_a_duration_says_how_sure_it_is(session, world, condition, until, confidence):
    person, doctor = world.person(), world.doctor()
    new = NewProtocol(condition, "suivi", NEW.actors, until=until)
    found = service.duration_asked(session, service.prepare(session, person.id, doctor.id, new))
    assert (found.confidence if found else None) == confidence
