"""Sheets, claims and the account over REST: submitted once, explained, and nobody else's."""

from parcours.registry.claims.context import Tag
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import trail

V1 = "/api/v1"


def sheet(country, **more):
    return {"professional_id": country.amar, "care_date": paris_today().isoformat(), "number": 7, "fee": "30.00"} | more


def test_a_sheet_is_submitted_once_decided_and_explained(as_user, country, database):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    key = {"Idempotency-Key": "sheet-7"}
    first, again = (doctor.post(url, json=sheet(country), headers=key) for _ in range(2))
    assert (first.status_code, first.json()["state"], first.json()["simulated"]) == (201, "received", True)
    assert again.json() == first.json()
    same = doctor.post(url, json=sheet(country))
    assert same.json()["id"] == first.json()["id"], "the same sheet without a key is the same claim"
    where = first.headers["Location"]
    decided = as_user("officer").post(f"{where}/adjudication")
    assert decided.json()["state"] == "adjudicated", decided.text
    content = as_user("alice").get(where, headers={"Accept-Language": "fr"}).json()
    (decision,) = content["decisions"]
    assert decision["amounts"]["amo"] in {"19.00", "21.00"}
    assert any("remboursement" in one or "médecin traitant" in one for one in decision["because"])
    assert {one["account"] for one in content["movements"]} >= {"prestations", "a_payer:insured"}
    assert {Tag.CLAIM_SUBMIT, Tag.CLAIM_DECIDE, Tag.CLAIM_READ} <= {one.tag for one in trail(database)}


def test_an_altered_sheet_is_refused_and_changes_nothing(as_user, country):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    doctor.post(url, json=sheet(country))
    refused = doctor.post(url, json=sheet(country, fee="31.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "sheet_altered")
    assert [one["fee"] for one in as_user("alice").get(url).json()["items"]] == ["30.00", "30.00"]


def test_a_practice_sends_its_own_sheets_only(as_user, country):
    refused = as_user("sand").post(f"{V1}/people/{country.alice}/claims", json=sheet(country))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_sheet")


def test_an_unknown_act_is_refused_by_its_field(as_user, country):
    refused = as_user("amar").post(f"{V1}/people/{country.alice}/claims", json=sheet(country, facts={"act": "ZZZ"}))
    assert refused.status_code == 422, refused.text
    assert len(as_user("alice").get(f"{V1}/people/{country.alice}/claims").json()["items"]) == 1


def test_the_account_says_the_counters_of_the_year(as_user, country):
    account = as_user("alice").get(f"{V1}/people/{country.alice}/account").json()
    assert (account["lines"], account["participations"], account["participations_cap"]) == ([], "0.00", "50.00")


def test_a_practice_reads_its_returns_on_from_the_last(as_user, country):
    doctor = as_user("amar")
    (message,) = doctor.get(f"{V1}/my/messages").json()["items"]
    assert (message["kind"], message["subject"], message["claim_id"]) == ("rsp", "rejected", country.claim)
    assert message["body"]["simulated"] is True
    assert doctor.get(f"{V1}/my/messages", params={"after": message["id"]}).json()["items"] == []
    assert as_user("zola").get(f"{V1}/my/messages").json()["items"] == []
