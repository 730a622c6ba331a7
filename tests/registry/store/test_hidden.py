"""Who somebody is and what they have is not read by who takes the database without its keys."""

from datetime import date

import pytest
from sqlalchemy import text

from parcours.registry.care_plans.models import CarePlan, PlanActor, PlanKind
from parcours.registry.people import service as people
from parcours.registry.people.models import Right, RightKind
from parcours.registry.referrals.models import Flow, Referral, SequenceProvider
from parcours.registry.store import schema
from parcours.registry.store.clock import now_utc
from tests.registry.store.test_keys_at_rest import exchange, sqlite_id
from tests.registry.world import World

BORN, DAY = date(1961, 7, 23), date(2024, 3, 1)
COLUMNS = {
    "people_insured": ("birth_date", "commune_code", "died_on"),
    "people_rights": ("kind",),
    "referrals": ("specialty", "flow"),
    "referrals_sequence_providers": ("specialty",),
    "care_plans": ("kind",),
    "care_plans_actors": ("specialty",),
}


@pytest.fixture
def patient(database):
    """Somebody with every right, a referral in two steps and a plan."""
    with database.writing() as session:
        world = World(session)
        person, doctor = world.person(born=BORN), world.doctor()
        person.died_on = date(2026, 2, 3)
        session.add_all(Right(insured_id=person.id, kind=kind, starts_on=DAY) for kind in RightKind)
        plan = CarePlan(
            insured_id=person.id, author_id=doctor.id, kind=PlanKind.PROTOCOLE_ALD, content="x", starts_on=DAY
        )
        referral = Referral(
            insured_id=person.id, author_id=doctor.id, specialty=33, flow=Flow.SEQUENCE, issued_on=DAY,
            valid_until=DAY, letter="{}", authored_by_medecin_traitant=True, recorded_at=now_utc(),
        )  # fmt: skip
        session.add_all((plan, referral))
        session.flush()
        session.add(PlanActor(plan_id=plan.id, specialty=42, acts="x"))
        session.add(SequenceProvider(referral_id=referral.id, rank=1, specialty=8))
        return person.id


def stored(database):
    with database.engine.connect() as connection:
        return {
            f"{table}.{name}": sorted(connection.execute(text(f"SELECT {name} FROM {table}")).scalars(), key=repr)
            for table, names in COLUMNS.items()
            for name in names
        }


def known(database, patient):
    with database.reading() as session:
        person = people.get_insured(session, patient)
        referral, plan = session.query(Referral).one(), session.query(CarePlan).one()
        return {
            "who": (person.birth_date, person.commune_code, person.died_on),
            "rights": sorted(one.kind for one in people.rights_on(session, patient, DAY)),
            "referral": (referral.flow, referral.specialty),
            "plan": plan.kind,
            "steps": (session.query(SequenceProvider).one().specialty, session.query(PlanActor).one().specialty),
        }


EXPECTED = {
    "who": (BORN, "99001", date(2026, 2, 3)),
    "rights": sorted(RightKind),
    "referral": (Flow.SEQUENCE, 33),
    "plan": PlanKind.PROTOCOLE_ALD,
    "steps": (8, 42),
}


def test_the_database_shows_bytes_and_their_length_says_nothing(database, patient):
    assert known(database, patient) == EXPECTED
    for name, values in stored(database).items():
        sizes = {len(bytes(one)) for one in values}
        assert len(sizes) == 1, f"{name}: the length tells which"
        assert not any(word in bytes(one) for one in values for word in (b"ald", b"1961", b"99001", b"sequence", b"33"))


def test_older_data_are_hidden_by_the_upgrade_and_read_as_before(database, patient):
    schema.downgrade(database.engine, "0019")
    clear = stored(database)
    assert [str(one) for one in clear["people_insured.birth_date"]] == ["1961-07-23"]
    assert clear["people_rights.kind"] == sorted(RightKind)
    assert clear["referrals.specialty"] == [33]
    schema.upgrade(database.engine)
    assert known(database, patient) == EXPECTED
    assert all(isinstance(one, bytes | memoryview) for values in stored(database).values() for one in values)
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None


def test_a_birth_date_of_another_row_hides_nobody_else_in_a_list(database):
    with database.writing() as session:
        world = World(session)
        ids = [world.person(born=born).id for born in (BORN, BORN, date(1990, 1, 1))]
        name = people.get_insured(session, ids[0]).family_name
        for row in ids[1:2]:
            twin = people.get_insured(session, row)
            twin.family_name, twin.name_index = name, people.get_insured(session, ids[0]).name_index
    exchange(database, "people_insured", "birth_date", *(sqlite_id(database, row) for row in ids[1:]))
    with database.reading() as session:
        found = {one.id: one.birth_date for one in people.find_by_name(session, name, BORN)}
    assert found == {ids[0]: BORN, ids[1]: None}
