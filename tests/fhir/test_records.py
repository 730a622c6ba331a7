"""Records of the registry as resources: who reads what, pages that stand alone, a claim sent, decided, taken back."""

import pytest
from sqlalchemy import func, select

from parcours.engine.facts import jsonio
from parcours.fhir.capability import KINDS
from parcours.fhir.r4 import check
from parcours.registry.audit.context import Tag
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import Claim
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import open_right
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import trail
from tests.fhir.claims import BASE, amounts, claim, eobs, item

pytestmark = pytest.mark.usefixtures("country")
PERSONAL = sorted(name for name, one in KINDS.items() if one.personal)
RARE = {"RelatedPerson", "PaymentReconciliation", "PaymentNotice", "Communication"}
"""What Alice has none of."""
ROLES = (
    "alice", "nora", "zoe", "amar", "zola", "sand", "delegate", "officer", "officer_zoe", "administrator", "client",
    "client_bare",
)  # fmt: skip


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def sheet(country, number, day=None, fee=30.00, **more):
    """A Claim for Alice by her doctor."""
    said = claim(item(1, "consultation", fee, day or str(paris_today())), **more)
    return said | {
        "use": "claim", "contained": [], "patient": {"reference": f"Patient/{country.alice}"},
        "provider": {"reference": f"Practitioner/{country.amar}"},
        "identifier": [{"system": f"{BASE}/sid/sheet-number", "value": str(number)}],
    }  # fmt: skip


def without_empty(body):
    return {name: value for name, value in body.items() if value != []}


def decide(database):
    """The fund decides all that waits."""
    with database.writing() as session:
        for row in session.scalars(select(Claim).where(Claim.state == "received")):
            adjudicate(session, row, day=paris_today(), at=now_utc())


@pytest.fixture
def refunded(country, database, as_client):
    """Five claims of Alice, decided."""
    doctor = as_client("amar")
    for number in range(2, 7):
        answer = doctor.post("Claim", json=without_empty(sheet(country, number, fee=20.00 + number)))
        assert answer.status_code == 201, answer.text
    decide(database)
    return country


def test_a_claim_is_sent_decided_and_read(country, database, as_client):
    doctor, patient = as_client("amar"), as_client("alice")
    body = without_empty(sheet(country, 7))
    sent = doctor.post("Claim", json=body)
    assert sent.status_code == 201, sent.text
    assert sent.headers["location"] == f"{BASE}/Claim/{sent.json()['id']}"
    again = doctor.post("Claim", json=body)
    assert (again.status_code, again.json()["id"]) == (200, sent.json()["id"])
    altered = doctor.post("Claim", json=without_empty(sheet(country, 7, fee=31.00)))
    assert (altered.status_code, altered.json()["issue"][0]["expression"]) == (409, ["Claim.identifier"])
    waiting = doctor.post("Claim/$submit", json=body).json()
    assert (waiting["resourceType"], waiting["outcome"]) == ("ClaimResponse", "queued")
    decide(database)
    page = patient.get("ClaimResponse", params={"request": f"Claim/{sent.json()['id']}"}).json()
    assert [one["resource"]["outcome"] for one in page["entry"]] == ["complete"]
    found = patient.get("ExplanationOfBenefit", params={"claim": sent.json()["id"]}).json()
    said = amounts(found["entry"][0]["resource"]["total"])
    assert (said["submitted"], said["benefit"], said["priorpayerpaid"]) == (30_00, 21_00, 9_00), "C2S"
    assert said["benefit"] + said["priorpayerpaid"] + said["memberliability"] == said["submitted"]
    why = patient.get(f"ExplanationOfBenefit/{found['entry'][0]['resource']['id']}/$explain").json()
    assert {"fr", "en", "case"} <= {part["name"] for part in why["parameter"][0]["part"]}


def test_a_sheet_of_several_acts_is_one_explanation(country, database, as_client):
    body = without_empty(sheet(country, 8))
    body["item"] = [item(1, "VG", 30.00, str(paris_today())), item(2, "MD", 10.00, str(paris_today()))]
    assert as_client("amar").post("Claim", json=body).status_code == 201
    decide(database)
    (eob, _) = list(eobs(as_client("alice").get("ExplanationOfBenefit").json()))
    assert [amounts(one["adjudication"])["submitted"] for one in eob["item"]] == [30_00, 10_00]
    assert sum(amounts(one["adjudication"])["benefit"] for one in eob["item"]) == amounts(eob["total"])["benefit"]


def test_a_claim_is_taken_back_before_the_decision_twice_is_the_same(country, database, as_client):
    doctor = as_client("amar")
    sent = doctor.post("Claim", json=without_empty(sheet(country, 9)))
    cancelled = doctor.post(f"Claim/{sent.json()['id']}/$cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert doctor.post(f"Claim/{sent.json()['id']}/$cancel").json() == cancelled.json()
    other = doctor.post("Claim", json=without_empty(sheet(country, 10)))
    stale = doctor.put(f"Claim/{other.json()['id']}", json={"resourceType": "Claim", "status": "cancelled"},
                       headers={"If-Match": 'W/"old"'})  # fmt: skip
    assert stale.status_code == 412
    put = doctor.put(f"Claim/{other.json()['id']}", json={"resourceType": "Claim", "status": "cancelled"},
                     headers={"If-Match": other.headers["etag"]})  # fmt: skip
    assert put.status_code == 200, put.text
    third = doctor.post("Claim", json=without_empty(sheet(country, 11)))
    decide(database)
    assert doctor.post(f"Claim/{third.json()['id']}/$cancel").status_code == 409
    assert doctor.put(f"Claim/{third.json()['id']}", json=third.json()).status_code == 422


def test_what_is_refused_is_not_half_written(country, database, as_client):
    def count():
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(Claim))

    before, doctor = count(), as_client("amar")
    for change in (
        {"total": {"value": 1, "currency": "EUR"}}, {"patient": {"reference": f"Patient/{country.zoe}"}},
        {"provider": {"reference": f"Practitioner/{country.zola}"}}, {"provider": {"display": "?"}},
        {"supportingInfo": [{"sequence": 1, "category": {"coding": [{"code": "colour"}]}, "valueString": "red"}]},
        {"item": [item(1, "ZZZ", 30.0, str(paris_today()))]}, {"item": [item(1, "consultation", 30.0, "2199-01-01")]},
        {"created": "yesterday"},
    ):  # fmt: skip
        answer = doctor.post("Claim", json=without_empty(sheet(country, 12) | change))
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["issue"][0]["expression"] or answer.status_code == 403
    assert doctor.post("Observation", json={"resourceType": "Observation"}).status_code == 405
    assert count() == before


def test_every_resource_is_of_the_form_of_r4(refunded, as_client):
    answer = as_client("alice").get(f"Patient/{refunded.alice}/$everything")
    assert answer.status_code == 200, answer.text
    resources = [one["resource"] for one in jsonio.loads(answer.text)["entry"]]
    assert {one["resourceType"] for one in resources} >= set(PERSONAL) - {
        "RelatedPerson",
        "PaymentReconciliation",
        "PaymentNotice",
        "Communication",
    }
    assert [(one["resourceType"], check(one)) for one in resources if check(one)] == []
    for type_ in ("Practitioner", "PractitionerRole", "Organization"):
        page = jsonio.loads(as_client("alice").get(type_).text)
        assert page["total"] > 0
        assert [check(one["resource"]) for one in page["entry"] if check(one["resource"])] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_person_one_may_not_see_does_not_exist(country, database, as_client, role):
    """Every type, by every role, of somebody else: as of nobody, and traced."""
    client, nobody = as_client(role), "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"
    others = {"zoe": country.alice, "officer_zoe": country.alice, "zola": country.alice}
    person = others.get(role, country.yann)
    before = len(trail(database))
    for type_ in PERSONAL:
        name = next(one for one in ("patient", "subject", "beneficiary", "_id") if one in {*KINDS[type_].params, "_id"})
        found = client.get(type_, params={name: person})
        unknown = client.get(type_, params={name: nobody})
        assert found.status_code == unknown.status_code == 200, (type_, found.text)
        assert found.json()["total"] == unknown.json()["total"] == 0, type_
        assert "entry" not in found.json()
        read, none = client.get(f"{type_}/{person}"), client.get(f"{type_}/{nobody}")
        assert (read.status_code, read.json()) == (none.status_code, none.json()), type_
        assert read.status_code == 404
    assert client.get(f"Patient/{person}/$everything").status_code == 404
    assert client.get(f"ExplanationOfBenefit/{nobody}/$explain").status_code == 404
    assert client.post(f"Claim/{nobody}/$cancel").status_code == 404
    body = without_empty(sheet(country, 3) | {"patient": {"reference": f"Patient/{person}"}})
    for said in (body, body | {"use": "predetermination"}):
        assert client.post("Claim/$submit", json=said).status_code == 404, role
    assert client.post("Claim", json=body).status_code == 404
    refused = [one for one in trail(database)[before:] if one.tag == Tag.ACCESS_REFUSE]
    assert len(refused) >= 4 * len(PERSONAL)


def test_nobody_reads_nothing(as_client, country):
    client = as_client("anonymous")
    for type_ in PERSONAL:
        assert client.get(type_).status_code == 401
        assert client.get(f"{type_}/{country.alice}").status_code == 401


def fund_of(client, country):
    """The fund that pays the compulsory part."""
    return client.get("Coverage", params={"type": "amo"}).json()["entry"][0]["resource"]["payor"][0]["reference"][13:]


def test_a_page_stands_alone(refunded, as_client):
    client = as_client("alice")
    query = {
        "patient": f"Patient/{refunded.alice}", "_count": "2", "_include": "ExplanationOfBenefit:provider",
        "insurer:Organization": fund_of(client, refunded),
    }  # fmt: skip
    url, pages, seen = f"{BASE}/ExplanationOfBenefit", 0, []
    answer = client.post("ExplanationOfBenefit/_search", data=query)
    while True:
        page = answer.json()
        pages += 1
        assert page["total"] == 5
        matches = [one for one in page["entry"] if one["search"]["mode"] == "match"]
        included = [one["resource"] for one in page["entry"] if one["search"]["mode"] == "include"]
        assert len(matches) <= 2
        assert [one["id"] for one in included] == [refunded.amar]
        assert len({one["fullUrl"] for one in page["entry"]}) == len(page["entry"])
        seen += [one["resource"]["id"] for one in matches]
        url = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)
        if url is None:
            break
        assert refunded.alice not in url
        answer = client.get(url)
    assert (pages, len(set(seen))) == (3, 5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "active"}, 10), ({"status:not": "active"}, 0), ({"created": "gt2020"}, 10),
        ({"created": "lt2020"}, 0),
        ({"service-date": "ge2026-01-01"}, 10), ({"type": "professional"}, 10), ({"type": "|professional"}, 0),
        ({"_summary": "count"}, 10), ({"_count": "0"}, 10), ({"patient.identifier": "urn:oid:x|000"}, 0),
    ],
)  # fmt: skip
def test_searches(refunded, as_client, query, expected):
    assert as_client("alice").get("ExplanationOfBenefit", params=query).json()["total"] == expected


def test_conditional_reads_elements_and_reverse_includes(refunded, as_client):
    client = as_client("alice")
    read = client.get(f"Patient/{refunded.alice}")
    assert client.get(f"Patient/{refunded.alice}", headers={"If-None-Match": read.headers["etag"]}).status_code == 304
    assert read.headers["x-request-id"]
    short = client.get(f"Patient/{refunded.alice}", params={"_elements": "birthDate"}).json()
    assert set(short) == {"resourceType", "id", "meta", "birthDate"}
    assert short["meta"]["tag"][-1]["code"] == "SUBSETTED"
    query = {"_id": refunded.alice, "_revinclude": "CareTeam:subject"}
    page = client.get("Patient", params=query).json()
    assert {one["resource"]["resourceType"] for one in page["entry"]} == {"Patient", "CareTeam"}
    assert client.get("Patient", params={"x": "1"}, headers={"Prefer": "handling=strict"}).status_code == 400


def test_rights_of_a_day(country, as_client):
    asked = {
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
        "patient": {"reference": f"Patient/{country.alice}"}, "created": str(paris_today()),
        "insurer": {"display": "AMO"},
    }  # fmt: skip
    answer = as_client("alice").post("CoverageEligibilityRequest/$submit", json=asked)
    assert answer.status_code == 200, answer.text
    assert check(jsonio.loads(answer.text)) == []
    assert [one["inforce"] for one in answer.json()["insurance"]] == [True, True]
    assert as_client("zoe").post("CoverageEligibilityRequest/$submit", json=asked).status_code == 404


def test_an_estimate_for_somebody_the_registry_knows(country, database, as_client):
    body = without_empty(sheet(country, 1) | {"use": "predetermination"})
    (eob, *_) = eobs(as_client("alice").post("Claim/$submit", json=body).json())
    assert amounts(eob["total"])["benefit"] > 0
    assert as_client("zoe").post("Claim/$submit", json=body).status_code == 404
    told = trail(database, insured_id=country.alice)
    assert {one.tag for one in told} >= {"claims:claim:read", "access:record:refuse"}


def test_a_resource_is_validated(as_client, country):
    client = as_client("anonymous")
    wrong = client.post("Patient/$validate", json={"resourceType": "Patient", "birthDate": "never"}).json()
    assert wrong["issue"][0]["expression"] == ["Patient.birthDate"]
    assert (
        client.post("Patient/$validate", json={"resourceType": "Patient"}).json()["issue"][0]["severity"]
        == "information"
    )
    estimate = client.post("Claim/$validate", json=claim(item(1, "ZZZ", 3, "2026-03-01"))).json()
    assert estimate["issue"][0]["expression"] == ["Claim.item[0].productOrService"]


def test_a_fund_finds_a_person_by_number_or_by_name_and_day(country, database, as_client):
    """And a practice by the number alone; of somebody else nothing is found, and it is traced."""
    officer = as_client("officer")
    patient = officer.get(f"Patient/{country.alice}").json()
    numbers = {one["system"]: one["value"] for one in patient["identifier"]}
    ((identity, number), (billed, same)) = numbers.items()
    assert (identity, billed, number) == ("urn:oid:1.2.250.1.213.1.4.10", "urn:oid:1.2.250.1.213.1.4.13", same)
    name = {"family": patient["name"][0]["family"].upper(), "birthdate": patient["birthDate"]}

    def found(who, **query):
        answer = as_client(who).get("Patient", params=query)
        assert answer.status_code == 200, answer.text
        return [one["resource"]["id"] for one in answer.json().get("entry", ())]

    for token in (number, f"{identity}|{number}", f"{billed}|{number}"):
        assert [found(who, identifier=token) for who in ("officer", "client", "amar")] == [[country.alice]] * 3
    assert found("officer", **name) == found("client", **name) == [country.alice]
    assert found("officer", **name | {"birthdate": "1901-01-01"}) == []
    assert found("officer", identifier=number, _id=country.alice, **name) == [country.alice]
    assert found("officer", identifier=number, _id=country.bob) == []
    before = len(trail(database))
    assert found("officer_zoe", identifier=number) == found("officer_zoe", **name) == found("zola", identifier=number)
    assert found("officer", identifier=f"urn:oid:1.2.3|{number}") == found("zoe", identifier=number) == []
    told = trail(database)[before:]
    assert len([one for one in told if one.tag == Tag.ACCESS_REFUSE]) >= 5
    refunds = as_client("officer").get("ExplanationOfBenefit", params={"patient.identifier": number})
    assert refunds.status_code == 200
    assert as_client("amar").get("Patient", params=name).status_code == 400, "a practice names no one by their name"


def test_an_explanation_names_the_coverage_that_paid(refunded, as_client):
    client = as_client("alice")
    held = {one["resource"]["id"]: one["resource"] for one in client.get("Coverage").json()["entry"]}
    page = client.get("ExplanationOfBenefit", params={"_include": "*", "_count": "200"}).json()
    for eob in eobs(page):
        (insured,) = eob["insurance"]
        own = held[insured["coverage"]["reference"].removeprefix("Coverage/")]["type"]["coding"][0]["code"]
        assert own == ("c2s" if eob["id"].endswith("-amc") else "amo"), "Alice has the C2S"
    included = {one["resource"]["id"] for one in page["entry"] if one["search"]["mode"] == "include"}
    assert {*held, refunded.amar} <= included
    amo = next(id_ for id_, one in held.items() if one["type"]["coding"][0]["code"] == "amo")
    assert client.get("ExplanationOfBenefit", params={"coverage": amo}).json()["total"] == 5


def test_a_right_that_exempts_is_a_class_of_the_coverage(country, database, as_client):
    with database.writing() as session:
        open_right(session, country.alice, RightKind.ALD, starts_on=paris_today())
    page = as_client("alice").get("Coverage", params={"type": "amo"}).json()
    classes = {one["type"]["coding"][0]["code"]: one["value"] for one in page["entry"][0]["resource"]["class"]}
    assert classes == {"group": "general", "plan": "ald"}


def test_a_claim_is_created_unless_it_exists(refunded, as_client):
    doctor = as_client("amar")
    sent = doctor.post("Claim", json=without_empty(sheet(refunded, 30)))
    number = sent.json()["identifier"][1]
    condition = {"If-None-Exist": f"patient={refunded.alice}&identifier={number['system']}|{number['value']}"}
    again = doctor.post("Claim", json=without_empty(sheet(refunded, 31)), headers=condition)
    assert (again.status_code, again.json()["id"]) == (200, sent.json()["id"])
    several = doctor.post("Claim", json=without_empty(sheet(refunded, 32)),
                          headers={"If-None-Exist": f"patient={refunded.alice}&use=claim"})  # fmt: skip
    assert (several.status_code, several.json()["issue"][0]["expression"]) == (412, ["If-None-Exist"])
    unknown = doctor.post("Claim", json=without_empty(sheet(refunded, 33)), headers={"If-None-Exist": "colour=red"})
    assert unknown.status_code == 400
    new = {"If-None-Exist": f"patient={refunded.alice}&identifier=nothing"}
    assert doctor.post("Claim", json=without_empty(sheet(refunded, 34)), headers=new).status_code == 201


def test_roles_are_found_by_what_they_are_and_where(country, as_client):
    client = as_client("alice")
    every = [one["resource"] for one in client.get("PractitionerRole").json()["entry"]]
    role = next(one for one in every if "TRE_R38" in str(one.get("specialty")))
    code, place = role["specialty"][0]["coding"][0]["code"], role["organization"]["reference"]
    national = next(one for one in role["specialty"][0]["coding"] if "TRE_R38" in one["system"])
    for query, fits in (
        ({"specialty": code}, lambda one: one.get("specialty") == role["specialty"]),
        ({"specialty": f"nothing,{code}"}, lambda one: one.get("specialty") == role["specialty"]),
        ({"specialty": national["code"]}, lambda one: one.get("specialty") == role["specialty"]),
        ({"specialty": f"{national['system']}|{national['code']}"},
         lambda one: one.get("specialty") == role["specialty"]),
        ({"organization": place}, lambda one: one["organization"]["reference"] == place),
        ({"specialty": "nothing"}, lambda one: False),
    ):  # fmt: skip
        page = client.get("PractitionerRole", params=query).json()
        assert {one["resource"]["id"] for one in page.get("entry", ())} == {one["id"] for one in every if fits(one)}
