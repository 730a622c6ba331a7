"""The therapeutic project: its calendar on every day, counted from the plan or from the last time."""

from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from parcours.law.prevention.codes import DueState
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from parcours.registry.record import projects
from parcours.registry.record.models import CountedFrom, RecordAction, Rhythm
from parcours.registry.record.projects import NewAction, NewProject

DUE, OVERDUE, UPCOMING, DONE = DueState.DUE, DueState.OVERDUE, DueState.UPCOMING, DueState.DONE
REVIEW = date(2027, 1, 1)


@pytest.fixture
def planned(session, world):
    person, doctor = world.person(), world.doctor()

    def plan(*actions):
        projects.plan(session, person.id, doctor.id, NewProject("marcher", REVIEW, actions, date(2024, 1, 1)))
        return person

    return plan


def on(session, person, *days):
    found = [projects.calendar(session, person.id, date.fromisoformat(day))[0] for day in days]
    return [(one.state, one.since and one.since.isoformat(), one.by and one.by.isoformat()) for one in found]


def note(session, person, day, outcome="done"):
    action = projects.calendar(session, person.id, REVIEW)[0].action
    projects.note(session, action.id, outcome, date.fromisoformat(day), None)


def test_a_yearly_eye_check_counts_from_the_last_one(session, planned):
    person = planned(NewAction("fond d'œil", date(2024, 2, 29), every=1, rhythm="year", after_days=30))
    assert on(session, person, "2024-02-28", "2024-02-29", "2024-03-30", "2024-03-31") == [
        (UPCOMING, "2024-02-29", "2024-03-30"), (DUE, "2024-02-29", "2024-03-30"),
        (DUE, "2024-02-29", "2024-03-30"), (OVERDUE, "2024-02-29", "2024-03-30"),
    ]  # fmt: skip
    note(session, person, "2024-02-29")
    assert on(session, person, "2025-02-27", "2025-02-28", "2025-03-31") == [
        (DONE, None, None), (DUE, "2025-02-28", "2025-03-30"), (OVERDUE, "2025-02-28", "2025-03-30"),
    ]  # fmt: skip
    note(session, person, "2025-06-10")
    assert on(session, person, "2026-06-09", "2026-06-10")[1][0] is DUE, "a late one moves the next"


def test_a_cure_counts_from_its_plan_whatever_the_day_it_was_done(session, planned):
    person = planned(
        NewAction("cure", date(2026, 1, 5), every=3, rhythm="week", before_days=2, after_days=2, counted_from="planned")
    )
    note(session, person, "2026-01-07")
    assert on(session, person, "2026-01-23", "2026-01-24", "2026-01-28", "2026-01-29") == [
        (DONE, None, None), (DUE, "2026-01-24", "2026-01-28"), (DUE, "2026-01-24", "2026-01-28"),
        (OVERDUE, "2026-01-24", "2026-01-28"),
    ]  # fmt: skip
    note(session, person, "2026-01-24")
    assert on(session, person, "2026-02-14")[0][1] == "2026-02-14", "done early: the plan stays"


@pytest.mark.parametrize(
    ("every", "rhythm", "wished"),
    [(10, "day", "2026-01-20"), (2, "week", "2026-01-24"), (1, "month", "2026-02-10"), (1, "year", "2027-01-10")],
)
def test_every_rhythm(session, planned, every, rhythm, wished):
    person = planned(NewAction("x", date(2026, 1, 1), every=every, rhythm=rhythm))
    note(session, person, "2026-01-10")
    assert on(session, person, wished)[0] == (DUE, wished, wished)


def test_once_is_once_and_an_end_is_an_end(session, planned):
    once = planned(NewAction("x", date(2026, 1, 1)))
    note(session, once, "2026-01-02")
    assert on(session, once, "2036-01-01") == [(DONE, None, None)]
    until = planned(NewAction("x", date(2026, 1, 1), every=6, until=date(2026, 12, 31)))
    note(session, until, "2026-01-01")
    note(session, until, "2026-07-01")
    assert on(session, until, "2026-12-31", "2027-01-01") == [(DONE, None, None), (DueState.CLOSED, None, None)]


@pytest.mark.parametrize(("outcome", "state"), [("refused", DueState.REFUSED), ("contraindicated", DueState.EXCLUDED),
                                                ("not_concerned", DueState.NOT_CONCERNED)])  # fmt: skip
def test_what_is_refused_waits_no_more_until_it_is_done(session, planned, outcome, state):
    person = planned(NewAction("x", date(2026, 1, 1), every=1, rhythm="year"))
    note(session, person, "2026-01-05", outcome)
    assert [one[0] for one in on(session, person, "2026-01-04", "2026-01-05")] == [OVERDUE, state]
    note(session, person, "2026-02-01")
    assert on(session, person, "2026-02-02")[0][0] is DONE


def test_a_new_project_ends_the_one_before_and_edits_nothing(session, world):
    person, doctor = world.person(), world.doctor()
    for aims in ("marcher", "nager"):
        projects.plan(session, person.id, doctor.id, NewProject(aims, REVIEW))
    assert [(one.aims, one.ended_on is None) for one in projects.projects_of(session, person.id)] == [
        ("marcher", False), ("nager", True),
    ]  # fmt: skip


def test_a_project_without_sense_is_refused_whole(session, world):
    person, doctor = world.person(), world.doctor()
    action = NewAction("x", date(2026, 1, 1))
    for wrong in (
        NewProject("x", date(2024, 1, 1), (action,), date(2024, 1, 1)),
        NewProject("x", REVIEW, (NewAction("x", date(2026, 1, 1), every=-1),)),
        NewProject("x", REVIEW, (NewAction("x", date(2026, 1, 2), until=date(2026, 1, 1)),)),
        NewProject("x", REVIEW, (action, NewAction("x", date(2026, 1, 1), rhythm="lune"))),
    ):
        with pytest.raises(Invalid):
            projects.plan(session, person.id, doctor.id, wrong)
    assert projects.current(session, person.id) is None
    with pytest.raises(NotFound):
        projects.note(session, "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10", "done", REVIEW, None)


def test_the_project_of_somebody_who_died_is_read_only(session, planned, world):
    person = planned(NewAction("x", date(2026, 1, 1)))
    action = projects.calendar(session, person.id, REVIEW)[0].action
    person.died_on = date(2026, 1, 2)
    session.flush()
    with pytest.raises((Refused, Conflict)):
        projects.note(session, action.id, "done", REVIEW, None)


@pytest.mark.parametrize(("field", "action"), [
    ("before_days", {"before_days": 10_000_000}), ("after_days", {"after_days": 367}), ("every", {"every": 121}),
    ("every", {"every": -1}), ("first_on", {"first_on": date(1, 1, 1)}), ("until", {"until": date(9999, 12, 31)}),
    ("what", {"what": "x" * 501}), ("who", {"who": "x" * 201}),
])  # fmt: skip
def test_a_project_that_no_calendar_could_count_is_refused_whoever_writes_it(planned, field, action):
    with pytest.raises(Invalid) as refused:
        planned(NewAction(**{"what": "fond d'œil", "first_on": date(2026, 1, 5)} | action))
    assert refused.value.field == field


def test_a_project_of_too_many_actions_is_refused(planned):
    with pytest.raises(Invalid):
        planned(*(NewAction("marcher", date(2026, 1, 5)) for _ in range(projects.MOST_ACTIONS + 1)))


@pytest.mark.parametrize("rhythm", ["day", "week", "month", "year"])
@pytest.mark.parametrize(("every", "before"), [(1, 0), (1, 366), (3, 40)])
def test_the_next_planned_day_is_found_without_counting_them_all(monkeypatch, rhythm, every, before):
    first = date(2000, 1, 31)
    action = RecordAction(first_on=first, every=every, rhythm=Rhythm(rhythm), before_days=before,
                          counted_from=CountedFrom.PLANNED)  # fmt: skip
    for done in (date(1999, 1, 1), first, date(2000, 2, 29), date(2026, 11, 27)):
        wanted = next(
            day for number in count(1)
            if (day := projects.times(action, first, number)) - timedelta(days=before) > done
        )  # fmt: skip
        assert projects.after(action, done) == wanted
    asked, times = [], projects.times
    monkeypatch.setattr(projects, "times", lambda *given: asked.append(given) or times(*given))
    projects.after(action, date(2900, 1, 1))
    assert len(asked) < 6


@pytest.mark.parametrize(
    "bad", [{"until": date(9999, 12, 31)}, {"after_days": 10**7}, {"every": 10**7, "rhythm": Rhythm.YEAR},
            {"before_days": 10**6}],
)  # fmt: skip
def test_an_action_kept_before_bounds_were_checked_is_unknown_and_hides_no_other(session, planned, bad):
    person = planned(NewAction("poids", date(2026, 1, 5), every=1), NewAction("marche", date(2026, 1, 6)))
    row = session.scalars(select(RecordAction).order_by(RecordAction.first_on)).first()
    note(session, person, "2026-01-07")
    for name, value in bad.items():
        setattr(row, name, value)
    session.flush()
    for day in ("2026-01-08", "9999-12-31"):
        found = {one.action.what: one.state for one in projects.calendar(session, person.id, date.fromisoformat(day))}
        assert found == {"poids": DueState.UNKNOWN, "marche": found["marche"]}
        assert found["marche"] is not DueState.UNKNOWN
