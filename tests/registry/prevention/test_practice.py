"""Whom a practice writes to, and what the flat fee of the médecin traitant counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from parcours.documents.prevention import is_younger
from parcours.law.prevention.indicators import indicators, not_known
from parcours.registry.people.service import open_right
from parcours.registry.prevention import service
from parcours.registry.prevention.practice import cents_per_indicator, counts_of, due_of
from parcours.registry.prevention.service import NewStatement
from tests.registry.world import instant

ON = date(2026, 11, 26)


def said(found):
    return {one.indicator.id: (one.met, one.concerned) for one in found}


def test_an_indicator_counts_whom_it_concerns_and_who_meets_it(session, world):
    met, not_yet, young = (world.person(born=born) for born in (date(1971, 3, 2), date(1970, 1, 1), date(2012, 1, 1)))
    service.state(session, met.id, NewStatement("done", "colorectal", date(2026, 1, 5), "professional"))
    found = said(counts_of(session, (met, not_yet, young), ON))
    assert found["colorectal"] == (1, 2)
    assert found["sein"] == (0, 0), "nobody said whom it concerns"
    assert found["hpv"] == (0, 1)
    assert found["ror"] == (0, 1), "adults are not counted"


def test_who_is_set_aside_is_not_counted_and_who_refuses_is(session, world):
    aside, refuses = world.person(born=date(1971, 3, 2)), world.person(born=date(1971, 3, 2))
    service.state(session, aside.id, NewStatement("excluded", "colorectal", ON, "professional", reason="high_risk"))
    service.state(session, refuses.id, NewStatement("refused", "colorectal", ON, "patient_says"))
    assert said(counts_of(session, (aside, refuses), ON))["colorectal"] == (0, 1)


def test_influenza_counts_from_65_even_where_it_is_advised_sooner(session, world):
    ill, old = world.person(born=date(1990, 1, 1)), world.person(born=date(1961, 11, 26))
    service.set_profile(session, ill.id, {"heart_or_lung_disease": True})
    assert said(counts_of(session, (ill, old), ON))["grippe"] == (0, 1)


@pytest.mark.parametrize(("on", "season", "met"), [
    (date(2026, 10, 14), (date(2025, 10, 15), date(2026, 1, 31)), 1),  # the day before it opens: the last one
    (date(2026, 10, 15), (date(2026, 10, 15), date(2027, 1, 31)), 0),
    (date(2026, 1, 31), (date(2025, 10, 15), date(2026, 1, 31)), 1),  # its last day
    (date(2026, 2, 1), (date(2025, 10, 15), date(2026, 1, 31)), 1),
    (date(2026, 7, 1), (date(2025, 10, 15), date(2026, 1, 31)), 1),
])  # fmt: skip
def test_a_season_is_the_open_one_or_the_last_that_ended(session, world, on, season, met):
    """Both vaccines of the winter; one patient vaccinated, one not, one who turned 65 only after the season."""
    people = [world.person(born=born) for born in (date(1950, 1, 1), date(1950, 1, 1), date(1961, 2, 1))]
    for name in ("grippe", "covid_19"):
        service.state(session, people[0].id, NewStatement("done", name, date(2025, 11, 3), "professional"))
    found = {one.indicator.id: one for one in counts_of(session, people, on)}
    concerned = 2 if season[1].year == 2026 else 3
    for name in ("grippe", "covid"):
        assert (found[name].met, found[name].concerned, found[name].season) == (met, concerned, season)
    assert found["sein"].season is None


def test_below_65_a_vaccine_counts_by_the_long_term_condition(session, world):
    """Diabetes (8) concerns the three; depression (23) Covid-19 alone; a right that ended yesterday, none."""
    grown, young = date(1990, 1, 1), date(2012, 1, 1)
    people = [world.person(born=born) for born in (grown, grown, young, grown)]
    for person, number, ends_on in zip(people, ("8", "23.a", "8", "8"), (None, None, None, ON), strict=True):
        open_right(session, person.id, "ald", starts_on=ON - timedelta(400), ends_on=ends_on, detail=number)
    for name in ("grippe", "pneumocoque_65"):
        service.state(session, people[0].id, NewStatement("done", name, date(2026, 10, 20), "professional"))
    found = said(counts_of(session, people, ON))
    assert (found["grippe"], found["covid"], found["pneumocoque"]) == ((1, 2), (0, 3), (1, 1))
    service.state(
        session, people[2].id, NewStatement("excluded", "grippe", ON, "professional", reason="contraindication")
    )
    assert said(counts_of(session, people, ON))["grippe"] == (1, 1)


def test_dental_and_compulsory_examinations_are_those_of_the_age(session, world):
    baby, teeth = world.person(born=date(2026, 3, 1), at=instant(2026, 3, 2)), world.person(born=date(2016, 3, 1))
    service.state(session, baby.id, NewStatement("done", "child.m9", date(2026, 11, 5), "professional"))
    service.state(session, teeth.id, NewStatement("done", "mt_dents", date(2026, 4, 5), "professional"))
    found = said(counts_of(session, (baby, teeth), ON))
    assert found["examens_enfant"] == (1, 1), "at ten no window is open"
    assert found["mt_dents"] == (1, 1), "under three, nobody is concerned"


def test_a_letter_names_nothing_of_a_minors_own(session, world):
    girl = world.person(born=date(2010, 6, 1))
    service.set_profile(session, girl.id, {"pregnancy": {"started_on": "2026-07-01"}})
    due = due_of(session, girl, ON)
    assert any(one.item.programme.sensitive for one in due.now)
    assert not any(one.item.programme.sensitive for one in due.open)
    for_a_delegate = replace(due, intimate=False)
    assert for_a_delegate.now
    assert not any(one.item.programme.sensitive for one in for_a_delegate.now)


def test_who_died_is_due_nothing(session, world):
    person = world.person(born=date(1971, 3, 2))
    person.died_on = date(2026, 11, 1)
    session.flush()
    assert not due_of(session, person, ON).now


@pytest.mark.parametrize(("on", "cents"), [(date(2025, 12, 31), 0), (date(2026, 1, 1), 500)])
def test_an_indicator_is_paid_since_2026(on, cents):
    assert cents_per_indicator(on) == cents


def test_eleven_indicators_each_with_a_source_and_four_not_known_with_a_reason():
    assert len(indicators()) == 11
    assert sum(one.count for one in not_known()) == 4
    assert all(one.reason.fr and one.reason.en for one in not_known())
    assert all(one.sources for one in indicators().values())


@pytest.mark.parametrize(("on", "younger"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)])
def test_parents_read_the_letter_until_the_birthday(on, younger):
    assert is_younger(date(2010, 3, 1), on, 16) is younger
