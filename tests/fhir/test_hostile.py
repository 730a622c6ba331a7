"""Who means harm, or sends nonsense: every answer is an OperationOutcome that a client can read, never a failure."""

import base64
import copy
import json
import logging
from random import Random

import pytest

from parcours.fhir import paging
from parcours.fhir.capability import KINDS
from parcours.fhir.r4 import check
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import BOTH
from tests.fhir.claims import REFERRED, claim, info, item
from tests.fhir.test_records import sheet, without_empty

pytestmark = pytest.mark.usefixtures("country")
WEIRD = (None, True, -1, 10**400, 1e308, "", " ", "x" * 10_000, "\u0000", [], {}, [[]], [None], {"x": None}, "#",
         "Patient/#")  # fmt: skip
WORDS = ("", "x", "a,b", "|", "||", "a|b|c", "\x00", "é", "٣", "2026-٠١-01", "ge9999-99-99", "eq", "%", "_", "*", "'--",
         "x," * 300, "http://x/Patient/1", "../..", "9" * 400, "Patient/", "$", "{}")  # fmt: skip


def page_token(said):
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


@pytest.mark.parametrize("database_kind", [BOTH[1]], indirect=True)
def test_a_page_that_nobody_gave_is_refused_before_the_database(country, as_client, monkeypatch, caplog):
    """Forged, of another type, of somebody's other search, too deep: nothing of it reaches a statement or a log."""
    caplog.set_level(logging.DEBUG)
    evil = "0199'; DROP TABLE people_organisations; --"
    said = json.dumps([0, evil, [["name", "x"]]]).encode()
    monkeypatch.setattr(paging, "COUNTED", 1)
    client = as_client("amar")
    other = next(one["url"] for one in client.get("Organization", params={"_count": "1"}).json()["link"]
                 if one["relation"] == "next").partition("_page=")[2]  # fmt: skip
    own = next((one["url"] for one in client.get("AuditEvent", params={"patient": country.alice, "_count": "1"})
                .json()["link"] if one["relation"] == "next"), "")  # fmt: skip
    forged = [
        page_token(said),
        page_token(b"0" + said),
        page_token(b"[" * 5000),
        page_token(b"0[1e400, 0, []]"),
        "é",
        "",
    ]
    for type_ in ("Organization", "Practitioner", "Claim", "ExplanationOfBenefit", "CodeSystem"):
        for token in filter(None, [*forged, own.partition("_page=")[2]]):
            if (type_, token) == ("CodeSystem", forged[0]):
                continue  # what is public is not sealed: a page of it is any page
            answer = client.get(type_, params={"_page": token})
            assert (answer.status_code, check(answer.json(), "OperationOutcome")) == (400, []), (type_, token)
            assert "DROP" not in answer.text
    assert client.get("Organization", params={"_page": other}).status_code == 200
    assert "DROP" not in caplog.text
    assert client.get("Practitioner/%00").status_code == client.get("Claim/%00").status_code == 404


@pytest.mark.parametrize("database_kind", [BOTH[1]], indirect=True)
def test_every_parameter_takes_nonsense(country, as_client):
    client, about = as_client("amar"), {"patient": country.alice}
    for type_, kind in KINDS.items():
        if not kind.searched:
            continue
        names = [*kind.params, *(f"{one}:exact" for one in kind.params), "_id", "_lastUpdated", "_count", "_sort",
                 "_summary", "_elements", "_include", "_revinclude", "_total", "patient.identifier"]  # fmt: skip
        draw = Random(type_)
        for name in names:
            for word in draw.sample(WORDS, 1):
                query = {**({} if kind.public or "patient" not in kind.params else about), name: word}
                answer = client.get(type_, params=query)
                assert answer.status_code in {200, 400}, (type_, name, word, answer.text)
                assert check(json.loads(answer.text, parse_float=str), "") == [] or answer.status_code == 200


def places(value, at=()):
    """Every place of a JSON value."""
    yield at
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(one, (*at, name))


def changed(value, at, new):
    """The same, with another thing at a place."""
    if not at:
        return new
    found = copy.copy(value)
    found[at[0]] = changed(found[at[0]], at[1:], new)
    return found


def test_a_claim_takes_nonsense_anywhere(country, as_client, monkeypatch):
    """At each place of an estimate, of a sheet and of a question of rights, things that do not belong there."""
    doctor, nobody, draw = as_client("amar"), as_client("anonymous"), Random(19)
    estimate = claim(item(1, "consultation", 80.00, "2026-03-01"), facts=REFERRED, contract="responsable_100")
    sent = without_empty(sheet(country, 44)) | {"supportingInfo": info(("degraded", True)), "total": {"value": 30.00}}
    rights = {"resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
              "patient": {"reference": f"Patient/{country.alice}"}, "created": str(paris_today()),
              "insurer": {"display": "AMO"}, "provider": {"reference": f"Practitioner/{country.amar}"}}  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "urn:x", "resource": estimate}]}
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": estimate}]}
    for client, address, body in (
        (nobody, "Claim/$submit", estimate), (doctor, "Claim/$submit", estimate), (doctor, "Claim", sent),
        (doctor, "CoverageEligibilityRequest/$submit", rights), (nobody, "Claim/$submit", bundle),
        (nobody, "Claim/$submit", parameters), (nobody, "Claim/$validate", estimate),
    ):  # fmt: skip
        for at in places(body):
            new = draw.choice(WEIRD)
            text = json.dumps(changed(body, at, new)).replace("Infinity", "1e999")
            answer = client.post(address, content=text, headers={"Content-Type": "application/fhir+json"})
            assert answer.status_code < 500, (address, at, new, answer.text)
            if answer.status_code >= 400:
                said = answer.json()
                assert said["resourceType"] == "OperationOutcome", (address, at)
                assert check(said) == [], (address, at, new, said)
    deep = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": estimate}]}
    for _ in range(300):
        deep = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": deep}]}
    assert nobody.post("Claim/$submit", json=deep).status_code in {400, 422}


def test_a_read_is_conditional_on_what_it_says(country, as_client):
    client = as_client("alice")
    read = client.get(f"Patient/{country.alice}")
    tag = read.headers["etag"]
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        answer = client.get(f"Patient/{country.alice}", headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), given
    assert client.get(f"Patient/{country.alice}", headers={"If-None-Match": '"x"'}).status_code == 200
    assert as_client("zoe").get(f"Patient/{country.alice}", headers={"If-None-Match": tag}).status_code == 404
    stated = {one.get("conditionalRead") for one in client.get("metadata").json()["rest"][0]["resource"]}
    stated.discard(None)
    assert stated == {"not-match"}, "dates of change say nothing of what derives from other records"


def test_a_claim_is_its_address(country, as_client):
    doctor = as_client("amar")
    sent = doctor.post("Claim", json=without_empty(sheet(country, 45))).json()
    other = doctor.post("Claim", json=without_empty(sheet(country, 46))).json()
    answer = doctor.put(f"Claim/{sent['id']}", json=other | {"status": "cancelled"})
    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (400, ["Claim.id"])
    assert {doctor.get(f"Claim/{one['id']}").json()["status"] for one in (sent, other)} == {"active"}


def test_what_comes_between_two_pages_moves_nothing(country, as_client):
    """The pages of a search are those of one moment: nothing twice, nothing missed, one total."""
    doctor, client = as_client("amar"), as_client("alice")
    for number in range(50, 55):
        doctor.post("Claim", json=without_empty(sheet(country, number)))
    pages = [client.get("Claim", params={"_count": "2"}).json()]
    while following := next((one["url"] for one in pages[-1]["link"] if one["relation"] == "next"), None):
        doctor.post("Claim", json=without_empty(sheet(country, 60 + len(pages))))
        pages.append(client.get(following).json())
    seen = [one["resource"]["id"] for page in pages for one in page["entry"]]
    assert len(seen) == len(set(seen)) == pages[0]["total"]
    assert {page["total"] for page in pages} == {len(seen)}
    assert client.get("Claim", params={"_summary": "count"}).json()["total"] == len(seen) + len(pages) - 1
