"""Two who act at the same time on one person: one after the other, never both."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from parcours.registry.declarations import service as declarations
from parcours.registry.declarations import timeline
from parcours.registry.declarations.models import State, Tenure
from parcours.registry.declarations.service import Proposal
from parcours.registry.declarations.timeline import people_with_two_contracts
from parcours.registry.errors import Conflict, Refused
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.covering import uses_of
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.store.db import Database
from tests.registry.declarations.test_declarations import declare
from tests.registry.world import World, instant

RUNNERS = 6


def together(database_url, work):
    """Run `work(session, rank)` in several threads, each with its own connections; results and refusals."""
    barrier = Barrier(RUNNERS)

    def run(rank):
        database = Database.open(database_url)
        try:
            barrier.wait(timeout=20)
            with database.writing() as session:
                return work(session, rank)
        except (Conflict, Refused) as refused:
            return refused
        finally:
            database.close()

    with ThreadPoolExecutor(RUNNERS) as pool:
        return list(pool.map(run, range(RUNNERS)))


def test_many_declarations_at_once_leave_one_in_force(database, database_url):
    with database.writing() as session:
        world = World(session)
        person, doctors = world.person().id, [world.doctor().id for _ in range(RUNNERS)]

    def work(session, rank):
        declaration = declarations.propose(session, Proposal(person, doctors[rank]))
        return declarations.agree(session, declaration.id, party="doctor").id

    results = together(database_url, work)
    assert all(isinstance(one, str) for one in results), results
    with database.reading() as session:
        states = [one.state for one in timeline.declarations_of(session, person)]
        assert sorted(states) == [State.ENDED] * (RUNNERS - 1) + [State.IN_FORCE]
        assert people_with_two_contracts(session) == []


def test_the_same_agreement_given_twice_counts_once(database, database_url):
    with database.writing() as session:
        world = World(session)
        person, doctor = world.person().id, world.doctor().id
        declaration = declarations.propose(session, Proposal(person, doctor)).id
    results = together(
        database_url, lambda session, rank: declarations.agree(session, declaration, party="doctor").state
    )
    assert results.count(State.IN_FORCE) == 1
    assert sum(isinstance(one, Conflict) for one in results) == RUNNERS - 1
    with database.reading() as session:
        assert len(session.scalars(select(Tenure)).all()) == 1


def test_an_opinion_used_by_many_at_once_serves_once(database, database_url):
    with database.writing() as session:
        world = World(session)
        person, doctor = world.person(), world.doctor()
        specialists = [world.doctor(specialty=3).id for _ in range(RUNNERS)]
        declare(world, person, doctor, instant(2025, 1, 1))
        new = NewReferral(person.id, doctor.id, "avis_ponctuel", Letter("Essai", "Essai ?"), specialty=3)
        referral = referrals.write_referral(session, new, at=instant(2025, 5, 1)).id
    day = instant(2025, 5, 10).date()
    results = together(
        database_url,
        lambda session, rank: referrals.use(session, referral, specialists[rank], care_date=day).id,
    )
    assert sum(isinstance(one, str) for one in results) == 1
    with database.reading() as session:
        assert len(uses_of(session, referral)) == 1
