"""A doctor leaves: each fund decides for its people, the day is bounded, and a mistake can be undone."""

from datetime import timedelta

import pytest

from parcours.registry.accounts import clients
from parcours.registry.declarations import departures
from parcours.registry.declarations.timeline import as_known_on
from parcours.registry.directory.context import Scope
from parcours.registry.errors import Misconfigured
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import TEST, trail

TODAY = paris_today()


@pytest.fixture
def writer(as_user, country, database):
    """A program that may write the directory, and nothing else, of no fund."""
    with database.writing() as session:
        _, country.clients["writer"] = clients.create_client(session, TEST, name="w", scopes={Scope.DIRECTORY_WRITE})
    return as_user("writer")


def leave(client, doctor, days_ago=1, reason="deceased"):
    body = {"reason": reason, "on": (TODAY - timedelta(days=days_ago)).isoformat()}
    path = f"/api/v1/professionals/{doctor}"
    return client.post(f"{path}/departure", json=body, headers={"If-Match": client.get(path).headers["ETag"]})


def doctor_of(client, person):
    contract = client.get(f"/api/v1/people/{person}/medecin-traitant").json()["contract"]
    return contract and contract["professional_id"]


def decide(client, departure, what):
    return client.post(f"/api/v1/departures/{departure}/{what}")


def test_a_directory_token_ends_no_declaration(writer, as_user, country, database):
    answer = leave(writer, country.amar)
    assert answer.status_code == 200, answer.text
    assert answer.json()["declarations_ended"] == 0
    (proposed,) = answer.json()["proposed_to"]
    assert (proposed["fund"], proposed["declarations"]) == ("01C991", 1)
    assert doctor_of(as_user("alice"), country.alice) == country.amar
    assert len(as_user("amar").get("/api/v1/my/patients").json()["items"]) == 1
    assert as_user("amar").get(f"/api/v1/people/{country.alice}").status_code == 200
    assert trail(database, tag="declarations:departure:propose")
    assert leave(writer, country.amar).status_code == 409, "one awaits already"


def test_the_fund_concerned_decides_and_can_undo(writer, as_user, country, database):
    proposed = leave(writer, country.amar).json()["proposed_to"][0]["id"]
    shown = next(one for one in as_user("officer").get("/api/v1/departures").json()["items"] if one["id"] == proposed)
    assert (shown["id"], shown["state"], shown["reason"]) == (proposed, "proposed", "deceased")
    for name, status in (("officer_zoe", 404), ("amar", 404), ("administrator", 404), ("writer", 404), ("alice", 404)):
        assert decide(as_user(name), proposed, "confirmation").status_code == status, name
    assert proposed not in str(as_user("officer_zoe").get("/api/v1/departures").json())
    assert decide(as_user("officer"), proposed, "undoing").status_code == 409
    assert decide(as_user("officer"), proposed, "confirmation").json()["state"] == "confirmed"
    assert doctor_of(as_user("alice"), country.alice) is None
    assert as_user("amar").get(f"/api/v1/people/{country.alice}").status_code == 404
    assert [one.insured_id for one in trail(database, tag="declarations:declaration:end")] == [country.alice]
    assert decide(as_user("officer"), proposed, "undoing").json()["state"] == "undone"
    assert doctor_of(as_user("alice"), country.alice) == country.amar
    assert as_user("amar").get(f"/api/v1/people/{country.alice}").status_code == 200
    doctor = as_user("alice").get(f"/api/v1/professionals/{country.amar}").json()
    assert doctor.get("ceased_on") is None
    assert [one.insured_id for one in trail(database, tag="declarations:declaration:resume")] == [country.alice]


def test_a_fund_refuses_and_nothing_has_changed(writer, as_user, country):
    proposed = leave(writer, country.amar).json()["proposed_to"][0]["id"]
    assert decide(as_user("officer"), proposed, "refusal").json()["state"] == "refused"
    assert decide(as_user("officer"), proposed, "confirmation").status_code == 409
    assert doctor_of(as_user("alice"), country.alice) == country.amar


@pytest.mark.parametrize(("days", "status"), [(90, 200), (91, 422), (300, 422)])
def test_the_past_is_bounded(writer, country, days, status):
    answer = leave(writer, country.amar, days)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "departure_long_ago"
    assert leave(writer, country.free, days).status_code == status, "also where it ends nothing"


def test_the_bound_is_a_setting(writer, country, monkeypatch):
    monkeypatch.setenv(departures.DAYS_VARIABLE, "10")
    assert leave(writer, country.amar, 11).status_code == 422
    for wrong in ("-1", "400", "x", "²"):
        monkeypatch.setenv(departures.DAYS_VARIABLE, wrong)
        with pytest.raises(Misconfigured):
            departures.longest_past()


def test_who_leaves_nobody_leaves_at_once(writer, as_user, country):
    answer = leave(writer, country.free)
    assert answer.json() == {"declarations_ended": 0, "proposed_to": []}


def test_a_departure_undone_does_not_take_a_later_choice_back(writer, as_user, country, database):
    from tests.api.fixtures import declare

    proposed = leave(writer, country.amar).json()["proposed_to"][0]["id"]
    decide(as_user("officer"), proposed, "confirmation")
    with database.writing() as session:
        from parcours.registry.directory.models import Professional
        from parcours.registry.people.models import Insured

        declare(session, session.get(Insured, country.alice), session.get(Professional, country.free))
    assert decide(as_user("officer"), proposed, "undoing").status_code == 200
    assert doctor_of(as_user("alice"), country.alice) == country.free


def test_each_fund_decides_for_its_own(writer, as_user, country, database):
    from parcours.registry.directory.models import Professional
    from parcours.registry.people.models import Insured
    from tests.api.fixtures import declare

    with database.writing() as session:
        declare(session, session.get(Insured, country.yann), session.get(Professional, country.amar))
    proposed = {one["fund"]: one["id"] for one in leave(writer, country.amar, reason="retired").json()["proposed_to"]}
    assert set(proposed) == {"01C991", "01C992"}
    assert decide(as_user("officer_zoe"), proposed["01C992"], "confirmation").status_code == 200
    with database.reading() as session:
        assert as_known_on(session, country.yann, TODAY, None) is None
        assert as_known_on(session, country.alice, TODAY, None) is not None
    assert decide(as_user("officer"), proposed["01C991"], "confirmation").status_code == 200
    assert decide(as_user("officer_zoe"), proposed["01C992"], "undoing").status_code == 200
    with database.reading() as session:
        assert as_known_on(session, country.yann, TODAY, None) is not None
        assert as_known_on(session, country.alice, TODAY, None) is None
