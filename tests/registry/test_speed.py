"""What keeps the registry fast with a million people in it: few queries an act, each through an index.

Times are measured by `benchmarks/registry.py`; here it is the reasons for them that are held.
"""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from parcours.registry.cases import service as cases
from parcours.registry.declarations import service as declarations
from parcours.registry.facts import visit_facts
from parcours.registry.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.people import service as people
from parcours.registry.referrals import service as referrals
from tests.registry.test_declarations import declare
from tests.registry.world import ADULT_BORN, instant

DAY = date(2025, 5, 20)
KNOWN = datetime(2025, 5, 1, tzinfo=UTC)
OPERATIONS = {
    "by_nir": (2, lambda s, p, d: people.find_by_nir(s, fictitious_nir(1))),
    "by_name": (1, lambda s, p, d: people.find_by_name(s, "Exemple-1", ADULT_BORN)),
    "by_rpps": (1, lambda s, p, d: people.get_professional(s, fictitious_rpps(2))),
    "by_prefix": (1, lambda s, p, d: people.search_professionals(s, family_name="Mod", limit=20)),
    "as_of": (1, lambda s, p, d: declarations.as_of(s, p, DAY)),
    "as_known_on": (1, lambda s, p, d: declarations.as_known_on(s, p, DAY, KNOWN)),
    "history": (1, lambda s, p, d: declarations.history(s, p)),
    "patients": (1, lambda s, p, d: declarations.patients_of(s, d)),
    "rights": (1, lambda s, p, d: people.rights_on(s, p, DAY)),
    "children": (1, lambda s, p, d: people.children_of(s, p, DAY)),
    "near": (3, lambda s, p, d: people.doctors_near(s, "99001", on=DAY)),
    "referrals": (1, lambda s, p, d: referrals.referrals_of(s, p)),
    "cases": (1, lambda s, p, d: cases.cases_of_fund(s, "01C991")),
    "facts": (16, lambda s, p, d: visit_facts(s, p, d, DAY)),
    "facts_known_at": (16, lambda s, p, d: visit_facts(s, p, d, DAY, known_at=KNOWN)),
}


@pytest.fixture
def watched(shared, world):
    """A person with a médecin traitant, and the statements that are run from now on."""
    person, doctor = world.person(nir=fictitious_nir(1)), world.doctor()
    declare(world, person, doctor, instant(2025, 3, 1))
    person_id, doctor_id = person.id, world.doctor(specialty=3).id
    world.session.expunge_all()
    seen = []

    def note(connection, cursor, statement, parameters, context, many):
        seen.append((statement, parameters))

    event.listen(shared.engine, "before_cursor_execute", note)
    yield world.session, person_id, doctor_id, seen
    event.remove(shared.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", OPERATIONS)
def test_few_queries_and_each_through_an_index(shared, watched, name):
    session, person, doctor, seen = watched
    most, operation = OPERATIONS[name]
    operation(session, person, doctor)
    statements = list(seen)
    assert 1 <= len(statements) <= most, "\n".join(statement for statement, _ in statements)
    if shared.engine.dialect.name == "sqlite":
        for statement, parameters in statements:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and "USING" not in row[3]]
            assert scans == [], f"{scans}\n{statement}"
