"""Each promise between claims and the books notices when somebody breaks it."""

import pytest
from sqlalchemy import text

from parcours.registry.claims.replay import differing
from parcours.registry.contexts import verify
from parcours.registry.scenario.run import play
from tests.registry.scenario.files import loaded

STORY = loaded()["S17"]
BREAKS = [
    ("UPDATE claims_decisions SET amo = amo + 1, patient = patient - 1", {"I3"}),
    ("UPDATE claims_decisions SET patient = patient + 1", {"I4"}),
    ("UPDATE claims_decisions SET pf = pf + 1", {"I5"}),
    ("UPDATE claims_decisions SET pf = pf + 5000", {"I5", "I5-cap"}),
    ("UPDATE claims_claims SET state = 'received'", {"state"}),
    ("INSERT INTO ledger_left SELECT id, 'amo:01C991', account, party, id, 1 FROM ledger_postings", {"left"}),
    ("UPDATE payments_orders SET cents = cents + 1", {"I7", "I12"}),
]


@pytest.mark.parametrize(("statement", "names"), BREAKS, ids=[", ".join(sorted(names)) for _, names in BREAKS])
def test_a_broken_promise_is_named(database, statement, names):
    assert play(database, STORY).held
    with database.writing() as session:
        assert not [one for one in verify(session) if one.count]
        session.execute(text(statement))
        assert {one.invariant.name for one in verify(session) if one.count} == names
        session.rollback()


@pytest.mark.parametrize("name", ["S17", "S31"])
def test_every_decision_is_settled_again_to_the_same_cents(database, name):
    assert play(database, loaded()[name]).held
    with database.writing() as session:
        assert list(differing(session)) == []
        session.execute(text("UPDATE claims_decisions SET amo = amo + 1, patient = patient - 1 WHERE number = 1"))
        session.expire_all()
        assert len(list(differing(session))) >= 1
        session.rollback()
