"""What the policy finds out of many people at once is what it finds out of each."""

import pytest
from sqlalchemy import event

from parcours.registry.access.model import Actor, Role
from parcours.registry.contexts import POLICY
from parcours.registry.declarations import service as declarations
from parcours.registry.people.context import Action, of_patient
from tests.api.fixtures import declare, refer
from tests.registry.world import World


@pytest.fixture
def many(database):
    """Twelve people: some of one doctor, some of the partner or shared, one referred, some of nobody."""
    with database.writing() as session:
        world = World(session)
        place = world.place("maison_de_sante")
        one, other, specialist = world.doctor(place), world.doctor(place), world.doctor(specialty=5)
        people = [world.person() for _ in range(12)]
        for rank, person in enumerate(people[:10]):
            if rank % 3 == 2:
                new = declarations.Proposal(
                    insured_id=person.id, professional_id=other.id, joint_ids=(one.id,), organisation_id=place.id
                )
                declarations.agree(session, declarations.propose(session, new).id, party="doctor")
            else:
                declare(session, person, (one, other)[rank % 3])
        refer(session, people[0], one, specialist)
        return [of_patient(person) for person in people], (one.id, other.id, specialist.id)


def actors(doctors):
    yield from (Actor(role, "x", professional_id=one) for one in doctors for role in (Role.DOCTOR, Role.DELEGATE))
    yield Actor(Role.OFFICER, "x", fund_code="01C991")
    yield Actor(Role.ADMINISTRATOR, "x")


def test_foreseen_is_decided_as_asked_one_by_one(database, many):
    records, doctors = many
    seen = set()
    for actor in actors(doctors):
        with database.reading() as session:
            alone = [POLICY.decide(session, actor, Action.READ_PATIENT, one).allowed for one in records]
        with database.reading() as session:
            POLICY.remember(session)
            POLICY.foresee(session, actor, Action.READ_PATIENT, records)
            together = [POLICY.decide(session, actor, Action.READ_PATIENT, one).allowed for one in records]
        assert together == alone
        seen.add(tuple(alone))
    assert len(seen) >= 4


def test_a_doctor_of_many_patients_asks_the_database_once(database, many):
    records, doctors = many
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    actor = Actor(Role.DOCTOR, "x", professional_id=doctors[0])
    with database.reading() as session:
        POLICY.remember(session)
        POLICY.foresee(session, actor, Action.READ_PATIENT, records)
        mine = [one for one in records if POLICY.decide(session, actor, Action.READ_PATIENT, one).allowed]
        before = len(asked)
        for one in mine:
            assert POLICY.enforce(session, actor, Action.READ_PATIENT, one).allowed
    assert len(mine) == 7
    assert not [one for one in asked[before:] if one.startswith("SELECT")]


def test_a_session_that_writes_remembers_nothing(database, many):
    records, doctors = many
    actor = Actor(Role.DOCTOR, "x", professional_id=doctors[2])
    with database.writing() as session:
        POLICY.foresee(session, actor, Action.READ_PATIENT, records)
        assert not POLICY.decide(session, actor, Action.READ_PATIENT, records[1]).allowed
        refer(session, *_persons(session, records[1], doctors))
        assert POLICY.decide(session, actor, Action.READ_PATIENT, records[1]).allowed


def _persons(session, record, doctors):
    from parcours.registry.directory.models import Professional
    from parcours.registry.people.models import Insured

    author, addressee = session.get(Professional, doctors[1]), session.get(Professional, doctors[2])
    return session.get(Insured, record.insured_id), author, addressee
