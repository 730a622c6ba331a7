"""A visit through the API: facts of the registry, settled, kept, with a receipt that settles again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from parcours.engine.facts import jsonio
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import new_id
from parcours.registry.visits.context import Tag
from tests.api.fixtures import trail


def visit(country, **more):
    return {"professional_id": country.amar, "care_date": paris_today().isoformat()} | more


V1 = "/api/v1"
GIVEN = {"act": "consultation", "fee": 30.5}


def test_a_visit_is_settled_kept_and_given_a_receipt(as_user, country, database):
    doctor = as_user("amar")
    made = doctor.post(f"{V1}/people/{country.alice}/visits", json=visit(country, given=GIVEN))
    assert made.status_code == 201, made.text
    content = made.json()
    facts = {one["name"]: one for one in content["facts"]}
    assert (facts["role"]["value"], facts["role"]["record_id"]) == ("medecin_traitant", country.declaration)
    assert content["given"]["fee"] == "30.5", "cents are never a float"
    result = content["result"]
    assert Decimal(result["amo"]) + Decimal(result["amc"]) + Decimal(result["patient"]) == Decimal("30.50")
    assert result["pathway"] == "inside"
    receipt = jsonio.dumps(content["receipt"])
    replayed = doctor.post(f"{V1}/receipts/replay", content=receipt, headers={"Content-Type": "application/json"})
    assert replayed.json().get("same") is True, replayed.text
    patient = as_user("alice")
    assert patient.get(made.headers["Location"]).json() == content
    assert patient.get(f"{V1}/people/{country.alice}/visits").json()["items"][0] == content
    assert Tag.FACTS_ANSWER in [one.tag for one in trail(database)]


def test_a_visit_sent_again_with_its_key_is_one_visit(as_user, country):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/visits"
    key = {"Idempotency-Key": "visit-1"}
    first, again = (doctor.post(url, json=visit(country, given=GIVEN), headers=key) for _ in range(2))
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [one["id"] for one in doctor.get(url).json()["items"]] == [first.json()["id"], country.visit]


def test_visits_come_newest_first_by_pages(as_user, country):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/visits"
    days = [(paris_today() - timedelta(days=ago)).isoformat() for ago in (2, 1, 0)]
    made = [doctor.post(url, json=visit(country, care_date=day, given=GIVEN)).json()["id"] for day in days]
    page = doctor.get(url, params={"limit": 2}).json()
    assert [one["id"] for one in page["items"]] == made[:0:-1]
    rest = doctor.get(url, params={"limit": 2, "cursor": page["next"]}).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([made[0], country.visit], None)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"role": "autre"}, "given.role"), ({"fee": -1}, "fee"), ({"colour": "red"}, "colour"), ({}, "fee")],
)
def test_what_is_wrong_in_a_visit_is_named_and_nothing_is_kept(as_user, country, given, field):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/visits"
    refused = doctor.post(url, json=visit(country, given=given))
    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == field
    assert [one["id"] for one in doctor.get(url).json()["items"]] == [country.visit]


def test_a_visit_of_somebody_else_is_not_found_under_another_name(as_user, country):
    doctor = as_user("amar")
    made = doctor.post(f"{V1}/people/{country.alice}/visits", json=visit(country, given=GIVEN)).json()
    patient = as_user("alice")
    for person, seen in ((country.bob, made["id"]), (country.alice, new_id())):
        found = patient.get(f"{V1}/people/{person}/visits/{seen}")
        assert (found.status_code, found.json()["code"]) == (404, "not_found")


def test_what_the_api_settled_is_what_later_knowledge_contradicts(as_user, country):
    officer, patient = as_user("officer"), as_user("alice")
    today = paris_today()
    seen = (today - timedelta(days=10)).isoformat()
    body = visit(country, professional_id=country.zola, care_date=seen, given=GIVEN)
    made = officer.post(f"{V1}/people/{country.bob}/visits", json=body)
    assert made.status_code == 201, made.text
    form = {
        "patient_id": country.bob, "professional_id": country.zola, "parent_id": country.alice,
        "signed_on": (today - timedelta(days=20)).isoformat(), "received_on": today.isoformat(),
        "signed_by_insured": False, "signed_by_doctor": True,
    }  # fmt: skip
    assert officer.post(f"{V1}/declarations/forms", json=form).status_code == 201
    (change,) = patient.get(f"{V1}/people/{country.bob}/visits/changes").json()
    assert change["visit_id"] == made.json()["id"]


def test_a_visit_kept_without_its_reasons_says_so(as_user, country):
    kept = as_user("amar").get(f"{V1}/people/{country.alice}/visits/{country.visit}").json()
    assert {one["reason"]["en"] for one in kept["facts"]} == {"reason not kept"}
    assert {one["record_id"] for one in kept["facts"]} == {None}
