"""Transfers, papers, messages, who looked; and a CapabilityStatement that is walked: all of it is served, no more."""

import base64
import hashlib
import re

import pytest
from sqlalchemy import select

from parcours.engine.facts import jsonio
from parcours.fhir.capability import KINDS
from parcours.fhir.r4 import check
from parcours.registry.claims.models import Claim
from parcours.registry.payments.service import run
from parcours.registry.store.clock import now_utc, paris_today
from tests.fhir.claims import BASE
from tests.fhir.test_records import PERSONAL, decide, refunded, sheet, without_empty  # noqa: F401

pytestmark = pytest.mark.usefixtures("country")
VALUES = {"token": "x", "reference": "x", "string": "x", "date": "ge2020-01-01", "number": "1"}
NOBODY = "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10"


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def pay(database, party, *, professional=False):
    """The fund pays what is due to a person or a practice."""
    with database.writing() as session:
        codes = set(session.scalars(select(Claim.fund_code)))
        for code in sorted(codes):
            run(session, f"amo:{code}", party, day=paris_today(), at=now_utc(), professional=professional)


@pytest.fixture
def paid(refunded, database):  # noqa: F811
    """Refunds of Alice that were paid."""
    pay(database, refunded.alice)
    return refunded


def entries(client, address, **query):
    answer = client.get(address, params=query)
    assert answer.status_code == 200, answer.text
    found = [one["resource"] for one in jsonio.loads(answer.text).get("entry", ())]
    assert [check(one) for one in found if check(one)] == []
    return found


def test_a_transfer_is_the_sum_of_its_lines(paid, as_client):
    client = as_client("alice")
    (transfer,) = entries(client, "PaymentReconciliation")
    assert sum(one["amount"]["value"] for one in transfer["detail"]) == transfer["paymentAmount"]["value"]
    assert {one["request"]["reference"][:6] for one in transfer["detail"]} == {"Claim/"}
    (notice,) = entries(client, "PaymentNotice")
    assert notice["payment"] == {"reference": f"PaymentReconciliation/{transfer['id']}"}
    shares = [one["payment"] for one in entries(client, "ExplanationOfBenefit") if "payment" in one]
    parts = sum(one["amount"]["value"] for one in shares)
    assert parts == transfer["paymentAmount"]["value"]
    assert as_client("zoe").get(f"PaymentReconciliation/{transfer['id']}").status_code == 404
    assert entries(as_client("amar"), "PaymentReconciliation") == [], "the practice was not paid"
    assert as_client("amar").get(f"PaymentNotice/{transfer['id']}").status_code == 404


def test_a_practice_reads_its_own_transfers(country, database, as_client):
    doctor = as_client("amar")
    body = without_empty(sheet(country, 61)) | {"payee": {"type": {"coding": [{"code": "provider"}]}}}
    assert doctor.post("Claim", json=body).status_code == 201
    decide(database)
    pay(database, country.amar, professional=True)
    found = entries(doctor, "PaymentReconciliation", requestor=f"Practitioner/{country.amar}")
    assert found
    assert doctor.get(f"PaymentReconciliation/{found[0]['id']}").status_code == 200
    (line,) = found[0]["detail"]
    assert line["amount"] == found[0]["paymentAmount"]
    assert as_client("zola").get(f"PaymentReconciliation/{found[0]['id']}").status_code == 404
    assert entries(doctor, "PaymentNotice")[0]["provider"] == {"reference": f"Practitioner/{country.amar}"}


def test_a_paper_is_a_pdf_with_its_size_and_hash(paid, as_client):
    client = as_client("alice")
    found = entries(client, "DocumentReference")
    assert {one["type"]["coding"][0]["code"] for one in found} == {"REMB", "ATTEST-DROITS-AM"}
    for one in found:
        attachment = one["content"][0]["attachment"]
        raw = client.get(attachment["url"], headers={"Accept": "application/pdf"})
        assert raw.headers["content-type"] == "application/pdf"
        assert (raw.content[:5], len(raw.content)) == (b"%PDF-", attachment["size"])
        assert base64.b64encode(hashlib.sha1(raw.content).digest()).decode() == attachment["hash"]
        inside = client.get(attachment["url"]).json()
        assert base64.b64decode(inside["data"]) == raw.content
        assert check(inside, "Binary") == []
        for role in ("zoe", "zola", "administrator"):
            assert as_client(role).get(attachment["url"]).status_code == 404
    assert client.get("Binary").status_code == 405


def test_messages_and_who_looked(paid, as_client):
    client = as_client("alice")
    (message,) = entries(client, "Communication", category="statement")
    assert message["payload"] == [{"contentString": "Un remboursement a été versé"}]
    assert as_client("amar").get(f"Communication/{message['id']}").status_code == 404
    as_client("amar").get("CareTeam", params={"patient": paid.alice})
    events = entries(client, "AuditEvent", action="R", _count="200")
    assert any(one["agent"][0]["who"].get("reference") == f"Practitioner/{paid.amar}" for one in events)
    (same,) = entries(client, "AuditEvent", _id=events[0]["id"])
    assert same["recorded"] == events[0]["recorded"]


def test_a_group_is_the_fund_of_who_asks(country, as_client):
    (group,) = entries(as_client("officer"), "Group")
    assert group["quantity"] > 1
    assert as_client("officer").get(f"Group/{group['id']}").json()["name"] == group["name"]
    assert as_client("officer").get("Group/01C992").status_code == 404
    assert entries(as_client("alice"), "Group") == []


def served(client):
    """The types that are read, as the statement has them."""
    return [one for one in client.get("metadata").json()["rest"][0]["resource"] if "interaction" in one]


def test_what_is_announced_is_taken_under_strict_handling(country, as_client):
    client, strict = as_client("client"), {"Prefer": "handling=strict"}
    for one in served(client):
        type_ = one["type"]
        about = {"patient": country.alice} if type_ in PERSONAL and "patient" in KINDS[type_].params else {}
        about |= {"_id": country.alice} if type_ == "Patient" else {}
        asked = [{param["name"]: VALUES[param["type"]]} for param in one.get("searchParam", ())]
        asked += [{"_include": include} for include in one.get("searchInclude", ())]
        asked += [{"_revinclude": include, "_count": "1"} for include in one.get("searchRevInclude", ())]
        for query in asked:
            answer = client.get(type_, params=about | query, headers=strict)
            assert answer.status_code == 200, (type_, query, answer.text)
        if asked:
            assert client.get(type_, params=about | {"colour": "x"}, headers=strict).status_code == 400
    text = client.get("metadata").text
    for definition in re.findall(rf'"({BASE}/(?:OperationDefinition|SearchParameter)/[^"]+)"', text):
        assert client.get(definition).status_code == 200


def test_what_is_not_announced_is_not_served(country, as_client):
    client = as_client("client")
    for one in served(client):
        type_, codes = one["type"], {interaction["code"] for interaction in one["interaction"]}
        place = f"{type_}/{NOBODY}"
        assert client.get(place).status_code == 404
        if "update" not in codes:
            assert client.put(place, json={"resourceType": type_}).status_code == 405
            assert client.post(type_, json={"resourceType": type_}).status_code == 405
        assert {client.delete(place).status_code, client.patch(place).status_code} == {405}
        for path in (f"{place}/_history", f"{type_}/_history", f"{place}/_history/1"):
            assert client.get(path).status_code in {404, 405}
