"""Authority over a person: recorded with its proof by one, confirmed by another, ended by a decision or by age."""

from datetime import date

import pytest
from sqlalchemy import select

from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.contexts import expire
from parcours.registry.people.models import Insured, Kinship
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import TEST, trail

API = "/api/v1"


@pytest.fixture
def second_officer(as_user, database, country):
    with database.writing() as session:
        account = accounts.create_account(session, TEST, login="second@example.org")
        accounts.grant_role(session, TEST, account, Role.OFFICER, fund_code="01C991")
        country.accounts["second"] = account.id
    return as_user("second")


def confirm(user, person, link):
    return user.post(f"{API}/people/{person}/holders/{link}/confirmation", headers={"If-Match": "*"})


@pytest.mark.parametrize("first", ["client", "officer"])
def test_a_guardian_opens_nothing_before_a_second_person_confirms(as_user, second_officer, country, first):
    people = f"{API}/people/{country.alice}"
    letter = f"{API}/referrals/{country.referral}/letter"
    proposer, guardian = as_user(first), as_user("nora")
    body = {"holder_id": country.nora, "kind": "guardian", "starts_on": paris_today().isoformat()}
    assert proposer.post(people + "/holders", json=body).json()["errors"][0]["field"] == "proof"
    made = proposer.post(people + "/holders", json=body | {"proof": "Jugement (fictif)"})
    assert (made.status_code, made.json()["confirmed_at"]) == (201, None)
    link = made.json()["id"]
    assert [guardian.get(one).status_code for one in (letter, people, people + "/export")] == [404] * 3
    assert confirm(proposer, country.alice, link).status_code == 403
    assert guardian.get(letter).status_code == 404
    assert confirm(second_officer, country.alice, link).status_code == 200
    assert guardian.get(letter).status_code == 200
    assert confirm(second_officer, country.alice, link).status_code == 409
    copy = as_user("alice").get(people + "/export").text
    assert link in copy
    assert not any(account in copy for account in country.accounts.values())
    ended = proposer.post(
        f"{people}/holders/{link}/end", json={"ends_on": paris_today().isoformat(), "proof": "Mainlevée"},
        headers={"If-Match": "*"},
    )  # fmt: skip
    assert ended.status_code == 200
    assert guardian.get(letter).status_code == 404


def test_a_parent_deprived_of_authority_loses_the_child(as_user, database, country):
    child, parent, officer = f"{API}/people/{country.bob}", as_user("alice"), as_user("officer")
    (link,) = officer.get(child + "/holders").json()
    assert parent.get(child).status_code == 200
    end = {"ends_on": paris_today().isoformat(), "proof": "Jugement (fictif)"}
    assert officer.post(f"{child}/holders/{link['id']}/end", json=end).status_code == 428
    version = officer.get(child).headers["ETag"]
    assert officer.post(f"{child}/holders/{link['id']}/end", json=end, headers={"If-Match": version}).status_code == 200
    assert parent.get(child).status_code == 404
    assert parent.get(f"{API}/people/{country.alice}/children").json() == [
        one for one in parent.get(f"{API}/people/{country.alice}/children").json() if one["id"] == country.nora
    ]
    assert [one.why for one in trail(database, tag="people:holder:end")] != []


def test_a_link_is_reached_by_its_own_person_only(as_user, country):
    officer = as_user("officer")
    assert confirm(officer, country.bob, country.link).status_code == 404


def test_expire_ends_the_authority_on_the_eighteenth_birthday(database, country):
    with database.writing() as session:
        session.get_one(Insured, country.bob).birth_date = date(2000, 2, 29)
    for times in (1, 0):
        with database.writing() as session:
            assert expire(session)["people"] == times
    with database.reading() as session:
        query = select(Kinship.ends_on).where(Kinship.child_id == country.bob, Kinship.superseded_at.is_(None))
        assert session.scalars(query).all() == [date(2018, 3, 1)]
