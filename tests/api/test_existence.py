"""Whether somebody exists is told to nobody without a right to know it: the same answer, work and trace."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from parcours.registry.accounts import clients
from parcours.registry.demo.fictitious import fictitious_nir
from parcours.registry.identity.service import current_identifier
from parcours.registry.people.context import Scope
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import TEST, trail

NOBODY = fictitious_nir(1_500_000)


@pytest.fixture
def number_of_zoe(database, country):
    with database.reading() as session:
        nir = current_identifier(session, country.zoe, paris_today())
        return nir.value + str(nir.key).zfill(2) if len(nir.value) == 13 else nir.value


@contextmanager
def statements(database):
    """What the database is asked, without its values."""
    asked = []
    listen = lambda _c, _cursor, statement, *_: asked.append(_shape(statement))  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)


def _shape(statement):
    """A statement without the columns that are left out where they are empty."""
    text = " ".join(statement.split())
    return text.partition(" (")[0] if text.startswith("INSERT") else text


def besides_the_trail(asked):
    """Which of the sixteen chains two events fall into is a matter of ids: one or two."""
    return [one for one in asked if "audit_" not in one]


def asked_for(database, client, path, body):
    client.post(path, json=body)  # what a first request asks besides
    before = len(trail(database))
    with statements(database) as asked:
        answer = client.post(path, json=body)
    return answer, asked, len(trail(database)) - before


@pytest.mark.parametrize("name", ["officer", "client"])
def test_a_search_does_the_same_for_another_fund_and_for_nobody(as_user, database, number_of_zoe, name):
    other, work, traced = asked_for(database, as_user(name), "/api/v1/people/search", {"nir": number_of_zoe})
    nobody, same_work, same_trace = asked_for(database, as_user(name), "/api/v1/people/search", {"nir": NOBODY})
    assert other.status_code == nobody.status_code == 200
    assert other.json() == nobody.json() == {"items": []}
    assert besides_the_trail(work) == besides_the_trail(same_work)
    assert traced == same_trace == 2


def test_a_proposal_of_a_doctor_does_the_same_for_a_number_and_for_nobody(as_user, database, country, number_of_zoe):
    body = {"professional_id": country.amar, "birth_date": "1901-02-03"}
    known, work, traced = asked_for(database, as_user("amar"), "/api/v1/declarations", body | {"nir": number_of_zoe})
    nobody, same_work, same_trace = asked_for(database, as_user("amar"), "/api/v1/declarations", body | {"nir": NOBODY})
    assert known.status_code == nobody.status_code == 404
    assert known.json() == nobody.json()
    assert work == same_work
    assert traced == same_trace


def person(nir):
    return {"nir": nir, "family_name": "Exemple", "first_name": "Camille", "birth_date": "1985-06-15",
            "commune": "98001", "fund": "01C991"}  # fmt: skip


def test_only_who_may_register_learns_that_a_number_is_taken(app, as_user, database, country, number_of_zoe):
    with database.writing() as session:
        scopes = {Scope.PEOPLE_READ, Scope.PEOPLE_WRITE}
        _, country.clients["writer"] = clients.create_client(
            session, TEST, name="writer", scopes=scopes, fund_code="01C991"
        )
    for nir in (number_of_zoe, NOBODY):
        refused = as_user("writer").post("/api/v1/people", json=person(nir))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    taken = as_user("officer").post("/api/v1/people", json=person(number_of_zoe))
    assert (taken.status_code, taken.json()["code"]) == (409, "identifier_taken")
    (traced,) = trail(database, insured_id=country.zoe, why="identifier_taken")
    assert traced.tag == "access:record:refuse"
    seen = as_user("zoe").get(f"/api/v1/people/{country.zoe}/accesses").json()["items"]
    assert any("identifier_taken" in str(one) for one in seen)
