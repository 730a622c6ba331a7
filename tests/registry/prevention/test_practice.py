"""Whom a practice writes to, and what the flat fee of the médecin traitant counts."""

from dataclasses import replace
from datetime import date

import pytest

from parcours.documents.prevention import is_younger
from parcours.law.prevention.indicators import indicators
from parcours.registry.prevention import service
from parcours.registry.prevention.practice import cents_per_indicator, counts_of, due_of
from parcours.registry.prevention.service import NewStatement

ON = date(2026, 11, 26)


def said(found):
    return {one.indicator.id: (one.met, one.concerned) for one in found}


def test_an_indicator_counts_whom_it_concerns_and_who_meets_it(session, world):
    met, not_yet, young = (world.person(born=born) for born in (date(1971, 3, 2), date(1970, 1, 1), date(2012, 1, 1)))
    service.state(session, met.id, NewStatement("done", "colorectal", date(2026, 1, 5), "professional"))
    found = said(counts_of(due_of(session, one, ON) for one in (met, not_yet, young)))
    assert found["colorectal"] == (1, 2)
    assert found["sein"] == (0, 0), "nobody said whom it concerns"
    assert found["hpv"] == (0, 1)
    assert found["ror"] == (0, 1), "adults are not counted"


def test_who_is_set_aside_is_not_counted_and_who_refuses_is(session, world):
    aside, refuses = world.person(born=date(1971, 3, 2)), world.person(born=date(1971, 3, 2))
    service.state(session, aside.id, NewStatement("excluded", "colorectal", ON, "professional", reason="high_risk"))
    service.state(session, refuses.id, NewStatement("refused", "colorectal", ON, "patient_says"))
    assert said(counts_of(due_of(session, one, ON) for one in (aside, refuses)))["colorectal"] == (0, 1)


def test_influenza_counts_from_65_even_where_it_is_advised_sooner(session, world):
    ill, old = world.person(born=date(1990, 1, 1)), world.person(born=date(1961, 11, 26))
    service.set_profile(session, ill.id, {"heart_or_lung_disease": True})
    assert said(counts_of(due_of(session, one, ON) for one in (ill, old)))["grippe"] == (0, 1)


def test_a_letter_names_nothing_of_a_minors_own(session, world):
    girl = world.person(born=date(2010, 6, 1))
    service.set_profile(session, girl.id, {"pregnancy": {"started_on": "2026-07-01"}})
    due = due_of(session, girl, ON)
    assert any(one.item.programme.sensitive for one in due.now)
    assert not any(one.item.programme.sensitive for one in due.open)
    for_a_delegate = replace(due, intimate=False)
    assert for_a_delegate.now
    assert not any(one.item.programme.sensitive for one in for_a_delegate.now)
    assert said(counts_of([for_a_delegate])) == said(counts_of([due]))


def test_who_died_is_due_nothing(session, world):
    person = world.person(born=date(1971, 3, 2))
    person.died_on = date(2026, 11, 1)
    session.flush()
    assert not due_of(session, person, ON).now


@pytest.mark.parametrize(("on", "cents"), [(date(2025, 12, 31), 0), (date(2026, 1, 1), 500)])
def test_an_indicator_is_paid_since_2026(on, cents):
    assert cents_per_indicator(on) == cents


def test_nine_indicators_each_with_a_source():
    assert len(indicators()) == 9
    assert all(one.sources for one in indicators().values())


@pytest.mark.parametrize(("on", "younger"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)])
def test_parents_read_the_letter_until_the_birthday(on, younger):
    assert is_younger(date(2010, 3, 1), on, 16) is younger
