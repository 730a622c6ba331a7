"""Pages: of everything about a person, of a directory that nobody counts, of the sheets of a practice."""

import pytest

from parcours.engine.facts import jsonio
from parcours.fhir import paging, professionals
from parcours.fhir.r4 import check
from parcours.registry.complementary.service import register
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import BOTH
from tests.fhir.claims import BASE, amounts
from tests.fhir.test_records import PERSONAL, decide, refunded, sheet, without_empty  # noqa: F401

pytestmark = pytest.mark.usefixtures("country")


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def paged(client, address, **query):
    """Every page of a search."""
    answer = client.get(address, params=query)
    while True:
        assert answer.status_code == 200, answer.text
        page = jsonio.loads(answer.text)
        yield page
        following = [one["url"] for one in page["link"] if one["relation"] == "next"]
        if not following:
            return
        answer = client.get(following[0])


def matches(page):
    return [one["resource"] for one in page.get("entry", ()) if one["search"]["mode"] == "match"]


def test_everything_about_a_person_by_type_since_and_by_pages(refunded, as_client):  # noqa: F811
    client, address = as_client("alice"), f"Patient/{refunded.alice}/$everything"
    (whole,) = paged(client, address)
    names = [(one["resourceType"], one["id"]) for one in matches(whole)]
    assert len(names) == len(set(names)) == whole["total"]
    named = {one["fullUrl"] for one in whole["entry"] if one["search"]["mode"] == "include"}
    assert f"{BASE}/Practitioner/{refunded.amar}" in named
    pages = list(paged(client, address, _count="7"))
    assert {len(matches(one)) for one in pages[:-1]} == {7}
    seen = [(one["resourceType"], one["id"]) for page in pages for one in matches(page)]
    assert {one["total"] for one in pages} == {len(seen)} == {len(set(seen))}, "what is read meanwhile comes later"
    assert set(names) <= set(seen)
    (some,) = paged(client, address, _type="Coverage,Claim")
    assert {one["resource"]["resourceType"] for one in some["entry"]} == {"Coverage", "Claim"}
    (names,) = paged(client, address, _type="Practitioner")
    assert (names["total"], f"{BASE}/Practitioner/{refunded.amar}" in [one["fullUrl"] for one in names["entry"]]) == (
        0,
        True,
    )
    (none,) = paged(client, address, _type="Claim", _since="2199-01-01")
    assert (none["total"], "entry" in none) == (0, False)
    body = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueCode": "Coverage"}]}
    assert client.post(address, json=body).json()["total"] == 2
    for wrong in ({"_type": "Observation"}, {"_since": "then"}, {"_count": "few"}):
        answer = client.get(address, params=wrong)
        assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (400, [*wrong])
    strict = {"Prefer": "handling=strict"}
    assert client.get(address, params={"colour": "red"}, headers=strict).status_code == 400
    assert as_client("zoe").get(address).status_code == 404


@pytest.mark.parametrize("type_", ["Practitioner", "PractitionerRole", "Organization"])
def test_a_long_directory_is_paged_without_a_total(country, as_client, monkeypatch, type_):
    """Counted while it is short; else each page begins where the one before ended, and nothing comes twice."""
    client = as_client("alice")
    pages = list(paged(client, type_, _count="3"))
    short = [one["id"] for page in pages for one in matches(page)]
    assert {one["total"] for one in pages} == {len(short)} == {len(set(short))}
    monkeypatch.setattr(paging, "COUNTED", 2)
    monkeypatch.setattr(paging, "MOST_READ", 4)
    monkeypatch.setattr(professionals, "MOST", 2)
    pages = list(paged(client, type_, _count="3"))
    assert len(pages) > 1
    assert not any("total" in one for one in pages)
    assert [one["id"] for page in pages for one in matches(page)] == short
    assert client.get(type_, params={"_sort": "_id"}).json()["issue"][0]["diagnostics"] == "too_many"
    assert [one["id"] for page in paged(client, type_, _id=short[-1]) for one in matches(page)] == short[-1:]


def test_organizations_are_found_by_what_they_are_and_where(country, as_client):
    client = as_client("alice")
    every = [one for page in paged(client, "Organization") for one in matches(page)]
    town = next((one["address"][0]["city"] for one in every if "address" in one), "nowhere")
    for query, fits in (
        ({"type": "pay"}, lambda one: one["type"][0]["coding"][0]["code"] == "pay"),
        ({"type": "ins"}, lambda one: False),
        ({"address-city": town[:5].lower()}, lambda one: one.get("address", [{}])[0].get("city") == town),
        ({"address-city": f"Nowhere,{town}"}, lambda one: one.get("address", [{}])[0].get("city") == town),
        ({"name": f"Nobody,{every[0]['name'][:6].upper()}"}, lambda one: one["name"][:6] == every[0]["name"][:6]),
        ({"address-postalcode": "0"}, lambda one: one.get("address", [{}])[0].get("postalCode", "")[:1] == "0"),
    ):  # fmt: skip
        found = {one["id"] for page in paged(client, "Organization", **query) for one in matches(page)}
        assert found == {one["id"] for one in every if fits(one)}, query


@pytest.mark.parametrize("database_kind", [BOTH[1]], indirect=True)
def test_what_is_no_id_of_the_registry_is_never_compared_with_one(country, as_client, database, monkeypatch):
    """PostgreSQL refuses to compare a text with an id: a number that nobody bears, a page that begins at an insurer."""
    doctor = as_client("amar")
    for query in ({"patient.identifier": "nobody"}, {"patient": "Patient/x"}):
        answer = doctor.get("Claim", params=query)
        assert (answer.status_code, answer.json().get("total")) == (200, 0), query
    with database.writing() as session:
        for name in ("Mutuelle une", "Mutuelle deux", "Mutuelle trois"):
            register(
                session, country.nora, name, contract=None, at=now_utc(), day=paris_today(), starts_on=paris_today()
            )
    monkeypatch.setattr(paging, "COUNTED", 1)
    pages = list(paged(doctor, "Organization", _count="1"))
    names = [one["name"] for page in pages for one in matches(page)]
    assert len(names) == len(pages)
    assert {"Mutuelle une", "Mutuelle deux", "Mutuelle trois"} == set(names[-3:]), "insurers come last"


def test_a_practice_reads_back_what_it_sent_and_no_refund(country, database, as_client):
    doctor = as_client("amar")
    direct = doctor.post("Claim", json=without_empty(sheet(country, 71))).json()
    third = without_empty(sheet(country, 72, fee=31.00)) | {"payee": {"type": {"coding": [{"code": "provider"}]}}}
    third = doctor.post("Claim", json=third).json()
    assert doctor.get(f"Claim/{direct['id']}").json() == direct
    decide(database)
    about = {"patient": f"Patient/{country.alice}"}
    for query in (about, {}, {"_id": direct["id"]}, {"identifier": direct["identifier"][0]["value"]}):
        assert direct["id"] in [one["id"] for page in paged(doctor, "Claim", **query) for one in matches(page)]
    answers = {one["id"]: one for page in paged(doctor, "ClaimResponse", **about) for one in matches(page)}
    assert {answers[one["id"]]["outcome"] for one in (direct, third)} == {"complete"}
    assert "total" not in answers[direct["id"]], "the patient is paid: what they get is theirs"
    assert amounts(answers[third["id"]]["total"])["submitted"] == 31_00
    assert [check(one) for one in answers.values() if check(one)] == []
    one = doctor.get("ClaimResponse", params={"request": f"Claim/{third['id']}", "_include": "ClaimResponse:request"})
    assert [entry["resource"]["id"] for entry in one.json()["entry"]] == [third["id"]] * 2
    other = as_client("zola")
    assert {other.get(f"{name}/{direct['id']}").status_code for name in ("Claim", "ClaimResponse")} == {404}
    assert other.get("Claim", params=about).json()["total"] == 0
    assert doctor.get("ExplanationOfBenefit", params=about).json()["total"] == 0


def test_what_comes_and_goes_between_two_pages_leaves_none_out(country, as_client):
    """Newest first: a sheet sent after the first page was read, and one of that page taken back."""
    doctor = as_client("amar")
    for number in range(41, 46):
        doctor.post("Claim", json=without_empty(sheet(country, number)))
    about = {"patient": f"Patient/{country.alice}", "status": "active"}
    before = [one["id"] for page in paged(doctor, "Claim", **about) for one in matches(page)]
    pages = paged(doctor, "Claim", **about, _count="2")
    seen = [one["id"] for one in matches(next(pages))]
    doctor.post("Claim", json=without_empty(sheet(country, 46)))
    assert doctor.post(f"Claim/{seen[0]}/$cancel", json={}).status_code == 200
    seen += [one["id"] for page in pages for one in matches(page)]
    assert seen == before
