"""What stands around a claim: who referred, how the sheet was made, the contract that promises to pay, who is paid."""

from datetime import timedelta

import pytest

from parcours.engine.facts import jsonio
from parcours.fhir.r4 import check
from parcours.registry.claims.models import Claim, SheetKind
from parcours.registry.complementary.service import register
from parcours.registry.referrals import service as referrals
from parcours.registry.store.clock import now_utc, paris_today
from tests.fhir.claims import info
from tests.fhir.test_records import decide, sheet, without_empty

pytestmark = pytest.mark.usefixtures("country")
MUTUELLE = "Mutuelle Exemple"


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def only(client, address, **query):
    """The one resource of a search."""
    answer = client.get(address, params=query)
    (found,) = [one["resource"] for one in jsonio.loads(answer.text)["entry"]]
    assert check(found) == []
    return found


def test_a_referred_sheet_names_who_referred(country, database, as_client):
    """The referral says its flow; once the visit is recorded the sheet and its explanation name it and its author."""
    doctor, reference = as_client("sand"), {"reference": f"ServiceRequest/{country.referral}"}
    body = without_empty(sheet(country, 81, fee=60.00)) | {
        "provider": {"reference": f"Practitioner/{country.sand}"}, "supportingInfo": info(("degraded", True)),
    }  # fmt: skip
    stranger = doctor.post("Claim", json=body | {"referral": {"reference": f"ServiceRequest/{country.referral_zoe}"}})
    assert (stranger.status_code, stranger.json()["issue"][0]["expression"]) == (422, ["Claim.referral"])
    wrong = doctor.post("Claim", json=body | {"supportingInfo": [body["supportingInfo"][0] | {"valueBoolean": None}]})
    assert 400 <= wrong.status_code < 500
    sent = doctor.post("Claim", json=body | {"referral": reference}).json()
    said = {one["category"]["coding"][0]["code"]: one for one in sent["supportingInfo"]}
    assert said["referral"]["valueString"] == "avis_ponctuel"
    assert said["degraded"]["valueBoolean"] is said["signed"]["valueBoolean"] is True
    with database.writing() as session:
        assert session.get_one(Claim, sent["id"]).kind is SheetKind.DEGRADED
        referrals.use(session, country.referral, country.sand, care_date=paris_today())
    decide(database)
    patient = as_client("alice")
    about = {"claim": sent["id"], "insurer": sent["insurer"]["reference"]}
    for one in (only(patient, "Claim", _id=sent["id"]), only(patient, "ExplanationOfBenefit", **about)):
        assert one["referral"] == reference
        assert [member["provider"]["reference"] for member in one["careTeam"]] == [
            f"Practitioner/{country.sand}", f"Practitioner/{country.amar}"]  # fmt: skip
        assert one["careTeam"][1]["role"]["coding"][0]["code"] == "referrer"


def test_a_contract_is_an_organization_that_promises_to_pay(country, database, as_client):
    """Its number is in the rights of the day and, for a sheet that it pays, in the sheet; a parent is paid as such."""
    with database.writing() as session:
        register(session, country.nora, MUTUELLE, contract="responsable_220", at=now_utc(), day=paris_today(),
                 starts_on=paris_today() - timedelta(days=400))  # fmt: skip
    officer, patient = as_client("officer"), {"reference": f"Patient/{country.nora}"}
    asked = {
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"], "patient": patient,
        "created": str(paris_today()), "insurer": {"display": "AMO"},
    }  # fmt: skip
    assert "preAuthRef" not in officer.post("CoverageEligibilityRequest/$submit", json=asked).json()
    named = asked | {"provider": {"reference": f"Practitioner/{country.amar}"}}
    promise = officer.post("CoverageEligibilityRequest/$submit", json=named).json()["preAuthRef"]
    body = without_empty(sheet(country, 82)) | {"patient": patient}
    full = body | {"payee": {"type": {"coding": [{"code": "provider"}]}}}
    sent = officer.post("Claim", json=full)
    assert sent.status_code == 201, sent.text
    amo, amc = sent.json()["insurance"]
    assert ("preAuthRef" in amo, amc["preAuthRef"], amc["coverage"]["display"]) == (False, [promise], MUTUELLE)
    assert sent.json()["payee"]["party"] == {"reference": f"Practitioner/{country.amar}"}
    coverage = officer.get(amc["coverage"]["reference"]).json()
    insurer = officer.get(coverage["payor"][0]["reference"]).json()
    assert (insurer["name"], insurer["type"][0]["coding"][0]["code"]) == (MUTUELLE, "ins")
    assert only(officer, "Organization", name="mutuelle") == insurer
    assert officer.get("Organization/ins-0").status_code == 404
    decide(database)
    eob = only(officer, "ExplanationOfBenefit", patient=country.nora, coverage=amc["coverage"]["reference"])
    assert eob["insurer"] == {"reference": coverage["payor"][0]["reference"], "display": MUTUELLE}
    assert {note["language"]["coding"][0]["code"] for note in eob["processNote"]} == {"fr", "en"}
