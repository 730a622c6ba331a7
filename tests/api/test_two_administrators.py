"""A role is given by two administrators, never to oneself, and who it concerns is told."""

import pytest

from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from tests.api.fixtures import TEST, settings_for_tests, trail

API = "/api/v1"


@pytest.fixture
def settings(tmp_path):
    return settings_for_tests(outbox=tmp_path / "outbox")


@pytest.fixture
def second(as_user, database, country):
    with database.writing() as session:
        account = accounts.create_account(session, TEST, login="second@example.org")
        accounts.grant_role(session, TEST, account, Role.ADMINISTRATOR)
        country.accounts["second"] = account.id
    return as_user("second")


def new_login(administrator):
    return administrator.post(f"{API}/accounts", json={"login": "new@example.org", "display_name": "New"}).json()["id"]


@pytest.mark.parametrize("role", ["doctor", "insured", "officer", "administrator"])
def test_nobody_acts_in_a_role_before_a_second_administrator_confirms(as_user, second, country, role):
    subject = {"doctor": {"professional_id": country.amar}, "insured": {"patient_id": country.alice},
               "officer": {"fund": "01C991"}, "administrator": {}}[role]  # fmt: skip
    first = as_user("administrator")
    country.accounts["new"] = new_login(first)
    roles = f"{API}/accounts/{country.accounts['new']}/roles"
    made = first.post(roles, json={"role": role, **subject})
    assert made.status_code == 201
    account = first.get(f"{API}/accounts/{country.accounts['new']}").json()
    assert (account["roles"], [one["role"] for one in account["waiting_roles"]]) == ([], [role])
    assert as_user("new").get(f"{API}/people/{country.alice}").status_code in {401, 403, 404}
    confirmation = f"{roles}/{made.json()['grant_id']}/confirmation"
    refused = first.post(confirmation)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_administrator")
    assert second.post(confirmation).status_code == 200
    assert second.post(confirmation).status_code == 404
    expected = 200 if role != "administrator" else 404
    assert as_user("new").get(f"{API}/people/{country.alice}").status_code == expected


def test_nobody_gives_themselves_a_role(as_user, country):
    url = f"{API}/accounts/{country.accounts['administrator']}/roles"
    refused = as_user("administrator").post(url, json={"role": "doctor", "professional_id": country.amar})
    assert (refused.status_code, refused.json()["code"]) == (403, "own_role")


def test_the_professional_is_told_and_the_patient_sees_the_real_actor(database, settings, country, as_user, second):
    first = as_user("administrator")
    country.accounts["new"] = new_login(first)
    roles = f"{API}/accounts/{country.accounts['new']}/roles"
    grant = first.post(roles, json={"role": "doctor", "professional_id": country.amar}).json()["grant_id"]
    assert not settings.outbox.exists()
    assert second.post(f"{roles}/{grant}/confirmation").status_code == 200
    told = [path.read_text() for path in settings.outbox.iterdir()]
    assert sorted(text.split("To: ")[1].split()[0] for text in told) == ["amar@example.org", "delegate@example.org"]
    assert as_user("new").get(f"{API}/people/{country.alice}").status_code == 200
    latest = next(
        one for one in as_user("alice").get(f"{API}/people/{country.alice}/accesses").json()["items"]
        if one["event"] == "people:person:read"
    )  # fmt: skip
    assert latest["account"] == "New"
    assert latest["by"] is not None
    assert len(trail(database, tag="accounts:grant:confirm", record_id=grant)) == 1
