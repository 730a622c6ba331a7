"""What the GDPR gives a person: a copy of everything (art. 15, 20) and an access that can be closed (art. 17)."""

import json

import pytest

from parcours.edge.caller import CSRF_HEADER
from parcours.registry.accounts import find
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import ExternalIdentity
from parcours.registry.contexts import METADATA
from parcours.registry.identity.service import current_identifier
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import PASSWORD, trail

V1 = "/api/v1"


def test_the_copy_holds_every_table_that_names_the_person_and_what_hangs_on_it(as_user, country, database):
    as_user("amar").get(f"{V1}/people/{country.alice}")
    copy = as_user("alice").get(f"{V1}/people/{country.alice}/export").json()
    about = {table.name for table in METADATA.sorted_tables if "insured_id" in table.c}
    assert about - {"account_grants"} <= set(copy)
    hanging = {"referrals_uses", "referrals_reports", "care_plans_actors", "cases_contacts", "people_kinships"}
    assert hanging <= set(copy)
    with database.reading() as session:
        number = current_identifier(session, country.alice, paris_today()).value
    assert copy["identity_identifiers"][0]["value"] == number
    assert "SECRÈTE" in copy["referrals"][0]["letter"], "one's own letters, in clear"
    assert [one["right"] if "right" in one else one["kind"] for one in copy["people_rights"]] == ["c2s"]
    assert {"people:person:read", "people:person:export"} & {one["tag"] for one in copy["audit_events"]}
    assert [one["login"] for one in copy["accounts"]] == ["alice@example.org"]
    (event,) = trail(database, tag=PeopleTag.PERSON_EXPORT)
    assert (event.insured_id, event.why) == (country.alice, "patient_self")


def test_the_copy_holds_nothing_of_others_and_no_secret(as_user, country, database):
    answer = as_user("alice").get(f"{V1}/people/{country.alice}/export")
    content = answer.text
    for name in ("zoe", "yann"):
        assert getattr(country, name) not in content
    for word in ("name_index", "value_index", "hash", "csrf", "password", "$argon2"):
        assert word not in content
    assert not any(account in content for account in country.accounts.values())


def test_a_command_prints_the_same_copy_and_is_traced(country, database, database_url, monkeypatch):
    from typer.testing import CliRunner

    from parcours.cli.admin import app

    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    printed = CliRunner().invoke(app, ["export-person", "--patient", country.alice])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output)["referrals"][0]["id"] == country.referral
    (event,) = trail(database, tag=PeopleTag.PERSON_EXPORT)
    assert (event.actor_kind, event.insured_id) == ("system", country.alice)
    assert CliRunner().invoke(app, ["export-person", "--patient", "nobody"]).exit_code == 2


def close(client, **body):
    return client.post(f"{V1}/account/closing", json=body)


def test_a_closed_access_is_erased_and_the_record_is_kept(app, anonymous, country, database):
    opened = anonymous.post(f"{V1}/session", json={"login": "alice@example.org", "password": PASSWORD})
    anonymous.headers[CSRF_HEADER] = opened.json()["csrf_token"]
    assert close(anonymous, password="wrong").status_code == 401
    closed = close(anonymous, password=PASSWORD)
    assert closed.status_code == 200, closed.text
    assert "art. 17(3)(b)" in closed.json()["message"]
    assert anonymous.get(f"{V1}/session").status_code == 401
    again = anonymous.post(f"{V1}/session", json={"login": "alice@example.org", "password": PASSWORD})
    assert again.status_code == 401
    with database.reading() as session:
        assert find.find_account(session, "alice@example.org") is None
        account = find.get_account(session, country.accounts["alice"])
        assert (account.password_hash, account.display_name, account.active_grants) == (None, "", [])
        assert account.login.endswith("@closed.invalid")
    assert [event.record_id for event in trail(database, tag=Tag.ACCOUNT_CLOSE)] == [country.accounts["alice"]]


@pytest.mark.parametrize("name", ["amar"])
def test_the_record_of_who_closed_their_access_goes_on(anonymous, as_user, country, database, name):
    with database.writing() as session:
        account = find.get_account(session, country.accounts["alice"])
        accounts.close_account(session, accounts.Who("account", account.id), account)
    assert as_user(name).get(f"{V1}/people/{country.alice}").status_code == 200


def test_who_closed_their_access_may_come_back_by_a_provider(database, country):
    with database.writing() as session:
        account = find.get_account(session, country.accounts["alice"])
        session.add(ExternalIdentity(issuer="https://id.example", subject_index="x" * 64, account_id=account.id))
        session.flush()
        accounts.close_account(session, accounts.Who("account", account.id), account)
    from parcours.registry.access.model import Role
    from parcours.registry.accounts.linking import _account_before

    with database.reading() as session:
        before = _account_before(session, "https://id.example", Role.INSURED, {"insured_id": country.alice})
    assert before is None
