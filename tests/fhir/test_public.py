"""What face reads: the CapabilityStatement, true to the routes; code systems, looked up and expanded; searches."""

import json

import pytest

from parcours.edge.settings import Settings
from parcours.engine.facts import jsonio
from parcours.fhir.app import ROUTES
from parcours.fhir.capability import KINDS
from parcours.fhir.operations import OPERATIONS
from parcours.fhir.r4 import check
from parcours.site.app import create_app as create_site
from parcours.web.public.fhir_page import ESTIMATE, READS
from tests.fhir.claims import BASE, REFERRED, claim, item
from tests.support.client import TestClient


def statement(client):
    return client.get("metadata").json()["rest"][0]


def test_the_statement_says_what_is_served_and_nothing_else(face):
    said = statement(face)
    assert check(jsonio.loads(face.get("metadata").text)) == []
    types = {one["type"]: one for one in said["resource"]}
    assert {name for name, one in types.items() if "interaction" in one} == set(KINDS)
    operations = {(one["type"], op["name"]) for one in said["resource"] for op in one.get("operation", ())}
    operations |= {("", op["name"]) for op in said.get("operation", ())}
    assert operations == {(one.type, one.name) for one in OPERATIONS}
    routed = {path.rpartition("$")[2] for path, _, _ in ROUTES if "$" in path}
    assert routed == {one.name for one in OPERATIONS}


@pytest.mark.parametrize("type_", ["CodeSystem", "ValueSet", "StructureDefinition", "OperationDefinition"])
def test_what_is_public_is_valid_and_readable(face, type_):
    page = face.get(type_).json()
    assert page["total"] == len(page["entry"])
    for one in page["entry"]:
        assert check(one["resource"], type_) == []
        assert face.get(one["fullUrl"]).json() == one["resource"]


def test_a_code_is_looked_up_and_a_value_set_expanded(face):
    query = {"system": f"{BASE}/CodeSystem/adjudication-fr", "code": "franchise"}
    said = {one["name"]: one for one in face.get("CodeSystem/$lookup", params=query).json()["parameter"]}
    assert said["display"]["valueString"] == "Franchise médicale"
    parameters = [
        {"name": name, "valueUri" if name == "system" else "valueCode": value} for name, value in query.items()
    ]
    posted = face.post("CodeSystem/$lookup", json={"resourceType": "Parameters", "parameter": parameters})
    assert posted.json()["parameter"] == list(face.get("CodeSystem/$lookup", params=query).json()["parameter"])
    assert face.get("CodeSystem/$lookup", params=query | {"code": "x"}).status_code == 404
    assert face.get("CodeSystem/$lookup").json()["issue"][0]["code"] == "required"
    expansion = face.get("ValueSet/ips/$expand", params={"filter": "urgence"}).json()["expansion"]
    assert [one["code"] for one in expansion["contains"]] == ["U"]
    same = face.get("ValueSet/$expand", params={"url": f"{BASE}/ValueSet/ips", "filter": "urgence"}).json()
    assert same["expansion"]["contains"] == expansion["contains"]


def test_a_search_pages_and_says_what_it_used(face):
    first = face.get("CodeSystem", params={"_count": "4", "_elements": "url", "unknown": "1"}).json()
    links = {one["relation"]: one["url"] for one in first["link"]}
    assert links["self"] == f"{BASE}/CodeSystem?_count=4&_elements=url"
    seen, url = [], links["self"]
    while url:
        page = face.get(url).json()
        assert len(page["entry"]) <= 4
        seen += [one["resource"]["id"] for one in page["entry"]]
        url = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)
    assert len(seen) == len(set(seen)) == first["total"]
    assert {"resourceType", "id", "meta", "url", "status", "content"} == set(first["entry"][0]["resource"])
    posted = face.post("CodeSystem/_search", data={"_count": "4", "name": "Cas"}).json()
    assert [one["resource"]["id"] for one in posted["entry"]] == ["case"]


@pytest.mark.parametrize(
    ("address", "headers", "status", "code"),
    [
        ("Nothing", {}, 404, "not-supported"),
        ("CodeSystem/none", {}, 404, "not-found"),
        ("CodeSystem?colour=red", {"Prefer": "handling=strict"}, 400, "not-supported"),
        ("CodeSystem?_count=many", {}, 400, "value"),
        ("CodeSystem?_page=invented", {}, 400, "value"),
        ("CodeSystem?_sort=colour", {}, 400, "value"),
        ("CodeSystem?_include=CodeSystem:url", {}, 400, "value"),
        ("metadata", {"Accept": "application/fhir+xml"}, 406, "not-supported"),
        ("metadata?_format=xml", {}, 406, "not-supported"),
        ("a/b/c/d", {}, 404, "not-supported"),
    ],
)
def test_every_refusal_is_an_operation_outcome(face, address, headers, status, code):
    answer = face.get(address, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["issue"][0]["code"] == code
    assert check(answer.json(), "OperationOutcome") == []


def test_counts_alone_are_answered(face):
    for query in ({"_summary": "count"}, {"_count": "0", "_totalMethod": "count"}):
        assert face.get("ValueSet", params=query).json().keys() == {"resourceType", "type", "total", "link"}


def test_the_claim_of_the_page_is_answered(face):
    body = jsonio.loads(ESTIMATE)
    answer = face.post("Claim/$submit", json=json.loads(ESTIMATE))
    assert answer.status_code == 200, answer.text
    assert check(body, "Claim") == []


def test_the_examples_of_the_page_are_answered(face):
    for address in READS:
        answer = face.get(f"{BASE.removesuffix('/fhir')}{address}")
        assert answer.status_code == 200, address
        assert answer.json()


def test_a_bundle_sent_to_the_address_of_the_server_is_refused_in_its_words(face):
    answer = face.post("", json={"resourceType": "Bundle", "type": "batch", "entry": []})
    assert (answer.status_code, answer.json()["issue"][0]["diagnostics"]) == (405, "no_batch")
    assert face.post("", content="{").status_code == 400
    settings = Settings(database_url="sqlite:////none/none.db", page_rate_limit_per_minute=0)
    with TestClient(create_site(settings)) as site:
        for path in ("/fhir", "/fhir/"):
            assert site.post(path, json={"resourceType": "Bundle", "type": "batch"}).json() == answer.json()
            large = site.post(path, content=b" " * 11_000_000, headers={"Content-Type": "application/fhir+json"})
            assert (large.status_code, large.json()["issue"][0]["code"]) == (413, "too-long")
        assert "<html" in site.get("/fhir").text


def test_one_resource_is_validated_by_its_address_too(face):
    said = claim(item(1, "consultation", 30, "2026-03-01"), facts=REFERRED)
    assert face.post("Claim/1/$validate", json=said).json()["issue"][0]["severity"] == "information"
    wrong = face.post("Claim/1/$validate", json=said | {"use": "x"}).json()
    assert wrong["issue"][0]["expression"] == ["Claim.use"]
