"""Whatever happens to a person's declarations, in whatever order it becomes known, the past is never rewritten."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.registry.declarations import service as declarations
from parcours.registry.declarations import timeline
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.models import State
from parcours.registry.declarations.service import Proposal
from parcours.registry.errors import RegistryError
from parcours.registry.store.db import Database
from tests.registry.world import World

START = date(2024, 1, 1)
SPAN = 500
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["declare", "declare", "paper", "paper", "end", "annul"]),
        st.integers(0, 3),
        st.integers(0, 60),
        st.integers(0, 200),
    ),
    min_size=1,
    max_size=12,
)


def instant_of(day, step):
    """Acts of one day follow one another, a minute apart."""
    return datetime.combine(day, time(12, step), UTC)


def declare(session, person, doctor, at, back):
    declaration = declarations.propose(session, Proposal(person.id, doctor.id), at=at)
    declarations.agree(session, declaration.id, party="doctor", at=at)


def paper(session, person, doctor, at, back):
    form = PaperForm(
        person.id, doctor.id, signed_on=at.date() - timedelta(back), received_on=at.date(),
        signed_by_insured=True, signed_by_doctor=True,
    )  # fmt: skip
    declarations.record_paper(session, form, at=at)


def end(session, person, doctor, at, back):
    contract = timeline.as_of(session, person.id, at.date())
    if contract is not None:
        on = max(contract.starts_on, at.date() - timedelta(back))
        declarations.end(session, contract.declaration_id, reason="patient", on=on, at=at)


def annul(session, person, doctor, at, back):
    mine = [one for one in timeline.declarations_of(session, person.id) if one.state in {State.IN_FORCE, State.ENDED}]
    if mine:
        declarations.annul(session, mine[back % len(mine)].id, at=at)


STEPS = {"declare": declare, "paper": paper, "end": end, "annul": annul}


def answers(session, person, known_at):
    """Whose patient the person is, day after day, as known at an instant."""
    line = timeline.history(session, person.id, known_at=known_at)
    days = (START + timedelta(days=offset) for offset in range(-200, SPAN, 7))
    return [next((one.professional_id for one in line if one.holds(day)), None) for day in days]


@pytest.fixture(scope="module")
def country(empty_sqlite, tmp_path_factory, monkeypatch_module):
    import shutil

    path = tmp_path_factory.mktemp("history") / "registry.db"
    shutil.copy(empty_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    with database.writing() as session:
        world = World(session)
        yield world, [world.doctor() for _ in range(4)]
        session.rollback()
    database.close()


@pytest.fixture(scope="module")
def monkeypatch_module():
    from parcours.registry.store.keyring import new_key

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_SECRET_KEYS", new_key())
        yield patch


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_one_at_a_time_and_the_known_past_stays(country, actions):
    world, doctors = country
    whole = world.session.begin_nested()
    try:
        check(world, doctors, actions)
    finally:
        whole.rollback()


def check(world, doctors, actions):
    session, person, today = world.session, world.person(), START
    seen = []
    for step, (action, doctor, wait, back) in enumerate(actions):
        today += timedelta(days=wait)
        at = instant_of(today, step)
        try:
            STEPS[action](session, person, doctors[doctor], at, back)
        except RegistryError:
            continue
        seen.append((at, answers(session, person, at)))
        assert answers(session, person, None) == answers(session, person, at)
    line = timeline.history(session, person.id)
    line = [one for one in line if one.ends_on != one.starts_on]
    for earlier, later in pairwise(line):
        assert earlier.ends_on is not None
        assert earlier.ends_on <= later.starts_on
    assert all((one.ends_on is None) == (one.end_code is None) for one in line)
    for known_at, answer in seen:
        assert answers(session, person, known_at) == answer
