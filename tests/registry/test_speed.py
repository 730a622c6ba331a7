"""What keeps the registry fast with a million people in it: few statements an act, built once, each through an index.

Times are measured by `benchmarks/registry.py`; here it is the reasons for them that are held.
"""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import InternalError

from parcours.registry.conciliation import service as cases
from parcours.registry.declarations import timeline
from parcours.registry.demo.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Fund
from parcours.registry.directory.near import doctors_near
from parcours.registry.errors import NotFound
from parcours.registry.people import family
from parcours.registry.people import service as people
from parcours.registry.referrals import service as referrals
from parcours.registry.visits.facts import visit_facts
from tests.registry.declarations.test_declarations import declare
from tests.registry.visits.test_facts import refer
from tests.registry.world import ADULT_BORN, instant

DAY = date(2025, 5, 20)
KNOWN = datetime(2025, 5, 1, 18, tzinfo=UTC)


class Country(NamedTuple):
    """Public ids; the person has another médecin traitant and a referral to a cardiologist."""

    person: str
    gp: str
    specialist: str
    cardiologist: str
    rpps: str


OPERATIONS = {
    "by_nir": (2, lambda s, c: people.find_by_nir(s, fictitious_nir(1))),
    "by_name": (1, lambda s, c: people.find_by_name(s, "Exemple-1", ADULT_BORN)),
    "by_rpps": (1, lambda s, c: directory.get_professional(s, c.rpps)),
    "by_prefix": (2, lambda s, c: directory.search_professionals(s, family_name="Mod", limit=20)),
    "as_of": (1, lambda s, c: timeline.as_of(s, c.person, DAY)),
    "as_known_on": (1, lambda s, c: timeline.as_known_on(s, c.person, DAY, KNOWN)),
    "history": (1, lambda s, c: timeline.history(s, c.person)),
    "patients": (1, lambda s, c: timeline.patients_of(s, c.gp)),
    "rights": (1, lambda s, c: people.rights_on(s, c.person, DAY)),
    "children": (1, lambda s, c: family.children_of(s, c.person, DAY)),
    "near": (5, lambda s, c: doctors_near(s, "99001", on=DAY)),
    "referrals": (1, lambda s, c: referrals.referrals_of(s, c.person)),
    "cases": (1, lambda s, c: cases.cases_of_fund(s, "01C991")),
    "facts": (10, lambda s, c: visit_facts(s, c.person, c.specialist, DAY)),
    "facts_known_at": (10, lambda s, c: visit_facts(s, c.person, c.specialist, DAY, known_at=KNOWN)),
    "facts_of_a_general_practitioner": (11, lambda s, c: visit_facts(s, c.person, c.gp, DAY)),
    "facts_on_a_referral": (11, lambda s, c: visit_facts(s, c.person, c.cardiologist, DAY)),
}


@pytest.fixture
def statements(shared):
    """The statements that are run from now on, with their parameters."""
    seen = []

    def note(connection, cursor, statement, parameters, context, many):
        seen.append((statement, parameters))

    event.listen(shared.engine, "before_cursor_execute", note)
    yield seen
    event.remove(shared.engine, "before_cursor_execute", note)


@pytest.fixture
def country(world):
    person, doctor = world.person(nir=fictitious_nir(1)), world.doctor()
    others = [world.doctor(specialty=specialty) for specialty in (1, 5, 3)]
    declare(world, person, doctor, instant(2025, 3, 1))
    refer(world, person, doctor, specialty=3)
    ids = Country(person.id, *(one.id for one in others), doctor.rpps)
    world.session.expunge_all()
    return ids


def plan_of(session, statement, parameters):
    """How the database would run a statement, one step a line."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row[3] for row in rows]
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # where a table is empty, a scan is always cheaper
    return [row[0].strip() for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def scans(plan):
    """Steps that walk through a whole table."""
    return [step for step in plan if "Seq Scan" in step or (step.startswith("SCAN") and "USING" not in step)]


@pytest.mark.parametrize("name", OPERATIONS)
def test_few_statements_and_each_through_an_index(world, country, statements, name):
    most, operation = OPERATIONS[name]
    statements.clear()
    operation(world.session, country)
    run = list(statements)
    assert 1 <= len(run) <= most, "\n".join(statement for statement, _ in run)
    for statement, parameters in run:
        assert scans(plan_of(world.session, statement, parameters)) == [], statement


def test_a_signed_form_is_not_looked_for_among_all_the_patients_of_the_doctor(world, country, statements):
    statements.clear()
    visit_facts(world.session, country.person, country.specialist, DAY)
    (form,) = [one for one in statements if "declarations.route = " in one[0]]
    assert any("ix_declarations_insured_id" in step for step in plan_of(world.session, *form))


@pytest.mark.parametrize("name", ["near", "facts", "facts_known_at", "facts_on_a_referral"])
def test_what_is_asked_often_is_built_once(world, country, shared, name):
    """The second time every statement is found in the cache of the engine: nothing is compiled."""
    _, operation = OPERATIONS[name]
    operation(world.session, country)
    hits = []

    def note(connection, cursor, statement, parameters, context, many):
        hits.append(context.cache_hit.name)

    event.listen(shared.engine, "before_cursor_execute", note)
    operation(world.session, country)
    event.remove(shared.engine, "before_cursor_execute", note)
    assert set(hits) == {"CACHE_HIT"}


def test_readers_keep_the_statements_that_postgresql_prepared(database):
    if database.engine.dialect.name == "sqlite":
        return
    for _ in range(8):
        with database.reading() as session, suppress(NotFound):
            directory.get_professional(session, fictitious_rpps(1))
    with database.reading() as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("people_professionals" in statement for statement in prepared)


def test_what_a_reader_writes_is_never_kept(database):
    for flush in (True, False):
        with suppress(InternalError), database.reading() as session:
            session.add(Fund(code="01C992", name="Caisse", department="99"))
            if flush:
                session.flush()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Fund)) == 0
