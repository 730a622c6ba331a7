"""An estimate before care: the amounts of the engine, its reasons, and what is refused, where."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.fhir.estimate import predetermine
from parcours.fhir.r4 import check
from parcours.fhir.site import Site
from parcours.text import plain_euros
from tests.fhir.claims import BASE, REFERRED, amounts, claim, eobs, item

REFERRED_CLAIM = claim(facts=REFERRED, contract="responsable_220")


def sent(client, body):
    return client.post("Claim/$submit", content=json.dumps(body), headers={"Content-Type": "application/fhir+json"})


def test_an_estimate_has_an_explanation_a_payer_and_where_it_comes_from(face):
    answer = sent(face, REFERRED_CLAIM)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    kinds = [one["resource"]["resourceType"] for one in answer.json()["entry"]]
    assert kinds == ["ClaimResponse", "ExplanationOfBenefit", "ExplanationOfBenefit", "Provenance"]
    assert check(jsonio.loads(answer.text)) == []
    amo, amc = eobs(answer.json())
    assert (amo["use"], amo["outcome"]) == ("predetermination", "complete")
    said = amounts(amo["total"])
    assert said["submitted"] == 80_00
    assert said["eligible"] == 47_73
    assert (said["benefit"], said["priorpayerpaid"], said["memberliability"]) == (31_41, 46_59, 2_00)
    assert said["participation-forfaitaire"] == 2_00
    assert amounts(amc["total"])["benefit"] == 46_59
    assert amounts(amo["item"][0]["adjudication"]) == said
    assert '"value": 31.41' in answer.text, "decimals are written from integers"


def test_each_amount_has_the_case_that_made_it_and_its_sentences(face):
    outside = claim(sector="secteur_1", facts=(("medecin_traitant", False), ("role", "autre"), ("referral", "none")))
    (amo,) = eobs(sent(face, outside).json())
    reasons = {
        one["category"]["coding"][0]["code"]: one["reason"]["coding"][0]["code"]
        for one in amo["item"][0]["adjudication"] if "reason" in one
    }  # fmt: skip
    assert reasons["majoration-hors-parcours"] == "majoration.capped"
    assert reasons["benefit"] == "status.outside_undeclared"
    texts = {one["number"]: one for one in amo["processNote"]}
    own = [texts[number] for number in amo["item"][0]["noteNumber"]]
    assert {one["language"]["coding"][0]["code"] for one in own} == {"fr", "en"}
    assert any("médecin traitant" in one["text"] for one in own)
    known = face.get("CodeSystem/case").json()
    assert set(reasons.values()) <= {one["code"] for one in known["concept"]}


def test_what_a_rule_notices_is_a_note_of_the_line(face):
    pregnant = claim(specialty="gynecologie_obstetrique", facts=(*REFERRED, ("purpose", "grossesse")))
    amo = eobs(sent(face, pregnant).json())[0]
    assert any("compulsory examination of the pregnancy" in one["text"] for one in amo["processNote"])


def test_other_readings_are_said_for_people_and_for_programs(face):
    outside = claim(sector="secteur_1", facts=(("medecin_traitant", False), ("role", "autre"), ("referral", "none")))
    (amo,) = eobs(sent(face, outside).json())
    readings = {one["extension"][0]["valueCoding"]["code"]: one for one in amo["extension"]}
    assert "plafond_majoration.fiche" in readings
    parts = {one["url"]: one for one in readings["plafond_majoration.fiche"]["extension"]}
    sums = [parts[name]["valueMoney"]["value"] for name in ("benefit", "priorpayerpaid", "memberliability")]
    assert round(sum(sums), 2) == 80.00
    chosen = copy.deepcopy(outside)
    chosen["supportingInfo"].append({
        "sequence": 9, "category": {"coding": [{"code": "reading"}]},
        "code": {"coding": [{"code": "plafond_majoration.fiche"}]},
    })  # fmt: skip
    (other,) = eobs(sent(face, chosen).json())
    assert amounts(other["total"])["benefit"] == round(sums[0] * 100)


def test_several_items_are_one_bill(face):
    visit = claim(
        item(1, "VG", 30.00, "2026-03-10"), item(2, "MD", 10.00, "2026-03-10"), specialty="generaliste",
        sector="secteur_1", facts=(("TOP_MT", True), ("role", "autre"), ("referral", "none")),
        total={"value": 40.00, "currency": "EUR"},
    )  # fmt: skip
    (amo,) = eobs(sent(face, visit).json())
    bill = settle_bill({
        "birth_date": "1981-05-04", "specialty": "generaliste", "convention": "secteur_1", "medecin_traitant": True,
        "role": "autre", "referral": "none", "care_date": "2026-03-10",
        "lines": [{"code": "VG", "fee": "30.00"}, {"code": "MD", "fee": "10.00"}],
    })  # fmt: skip
    assert amounts(amo["total"])["benefit"] == bill.totals["amo"]
    assert [amounts(one["adjudication"])["submitted"] for one in amo["item"]] == [30_00, 10_00]


def test_a_stay_in_hospital_has_the_charges_that_the_law_adds(face):
    stay = claim(
        item(1, "GHS", 1800.00, "2026-03-02"), specialty="generaliste", facts=(("daily_tariff", "1200.00"),),
        billablePeriod={"start": "2026-03-02", "end": "2026-03-05"},
    )  # fmt: skip
    stay["type"] = {"coding": [{"code": "institutional"}]}
    answer = sent(face, stay)
    assert answer.status_code == 200, answer.text
    assert check(jsonio.loads(answer.text)) == []
    (amo,) = eobs(answer.json())
    bill = settle_bill({
        "birth_date": "1981-05-04", "specialty": "generaliste", "convention": "secteur_2", "lines": [],
        "stay": {"entry": "2026-03-02", "exit": "2026-03-05", "ghs": "1800.00", "daily_tariff": "1200.00"},
    })  # fmt: skip
    said = amounts(amo["total"])
    assert (said["benefit"], said["memberliability"]) == (bill.totals["amo"], bill.totals["patient"])
    parts = [one["adjudication"] for one in (*amo["item"], *amo.get("addItem", ()))]
    assert sum(amounts(one)["submitted"] for one in parts) == said["submitted"] == bill.totals["fee"]
    assert len(parts) == len(bill.lines) > 1
    stay["billablePeriod"]["end"] = "2026-03-01"
    assert sent(face, stay).json()["issue"][0]["expression"] == ["Claim.billablePeriod"]


def test_the_provenance_is_the_receipt_of_the_same_bill(face):
    bodies = [sent(face, REFERRED_CLAIM).json() for _ in range(2)]
    hashes = [
        {one["what"]["display"]: one["what"]["identifier"]["value"] for one in body["entry"][-1]["resource"]["entity"]}
        for body in bodies
    ]
    assert hashes[0] == hashes[1]
    assert set(hashes[0]) == {"receipt", "rules", "law", "bills"}
    targets = {one["reference"] for one in bodies[0]["entry"][-1]["resource"]["target"]}
    assert targets == {one["fullUrl"] for one in bodies[0]["entry"][:-1]}


def test_a_claim_may_come_in_parameters_or_in_a_bundle(face):
    alone = amounts(eobs(sent(face, REFERRED_CLAIM).json())[0]["total"])
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": REFERRED_CLAIM}]}
    assert amounts(eobs(sent(face, wrapped).json())[0]["total"]) == alone
    apart = copy.deepcopy(REFERRED_CLAIM)
    contained = apart.pop("contained")
    text = json.dumps(apart).replace('"#', '"urn:uuid:')
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in contained]
    entries = json.loads(json.dumps(entries).replace('"#', '"urn:uuid:'))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": json.loads(text)}, *entries]}
    assert amounts(eobs(sent(face, bundle).json())[0]["total"]) == alone


def test_a_prior_agreement_waits_and_says_the_silence_rule(face):
    answer = sent(face, REFERRED_CLAIM | {"use": "preauthorization"}).json()
    (response,) = [one["resource"] for one in answer["entry"]]
    assert (response["resourceType"], response["outcome"]) == ("ClaimResponse", "queued")
    assert "quinze jours" in response["disposition"]


# --- what is refused -------------------------------------------------------------------------------------------------


def broken(change):
    body = copy.deepcopy(REFERRED_CLAIM)
    change(body)
    return body


def at(body, path, value):
    *path, last = path
    for one in path:
        body = body[one]
    body[last] = value


FAULTS = {
    "unknown element": (lambda b: at(b, ["foo"], 1), 400, "structure", "Claim.foo"),
    "missing element": (lambda b: b.pop("provider"), 422, "required", "Claim.provider"),
    "text where a number goes": (
        lambda b: at(b, ["item", 0, "net", "value"], "80"), 422, "value", "Claim.item[0].net.value"),
    "bad day": (lambda b: at(b, ["created"], "2026-02-30"), 422, "value", "Claim.created"),
    "unknown code": (lambda b: at(b, ["status"], "maybe"), 422, "code-invalid", "Claim.status"),
    "wrong target": (
        lambda b: at(b, ["provider", "reference"], "Patient/1"), 422, "value", "Claim.provider.reference"),
    "unknown act": (
        lambda b: at(b, ["item", 0, "productOrService", "coding", 0, "code"], "ZZZZ"), 422, "value",
        "Claim.item[0].productOrService"),
    "unknown specialty": (
        lambda b: at(b, ["contained", 1, "specialty", 0, "coding", 0, "code"], "zoo"), 422, "value",
        "Claim.provider.resolve().specialty"),
    "unknown information": (
        lambda b: at(b, ["supportingInfo", 0, "category", "coding", 0, "code"], "colour"), 422, "code-invalid",
        "Claim.supportingInfo[0].category"),
    "contradictory facts": (
        lambda b: b["supportingInfo"].append(
            {"sequence": 4, "category": {"coding": [{"code": "referral"}]}, "valueString": "none"}),
        422, "conflict", "Claim.supportingInfo[3]"),
    "a total that is no sum": (
        lambda b: at(b, ["total"], {"value": 79, "currency": "EUR"}), 422, "invariant", "Claim.total.value"),
    "another currency": (lambda b: at(b, ["item", 0, "net", "currency"], "USD"), 422, "value", "Claim.item[0].net"),
    "dangling reference": (
        lambda b: at(b, ["patient", "reference"], "#nobody"), 422, "not-found", "Claim.patient.reference"),
    "no age": (lambda b: b["contained"][0].pop("birthDate") and b["contained"][0].update(active=True), 422,
               "required", "Claim"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_where_in_both_languages(face, name):
    change, status, code, expression = FAULTS[name]
    answer = sent(face, broken(change))
    assert answer.status_code == status, answer.text
    issue = answer.json()["issue"][0]
    assert (issue["code"], issue["expression"]) == (code, [expression]), issue
    french, english = issue["details"]["text"], issue["details"]["_text"]["extension"][0]["extension"][1]["valueString"]
    assert french != english
    assert check(answer.json(), "OperationOutcome") == []
    swapped = face.post("Claim/$submit", json=broken(change), headers={"Accept-Language": "en"})
    assert swapped.json()["issue"][0]["details"]["text"] == english


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"{", "application/fhir+json", 400),
        (b"[1]", "application/fhir+json", 400),
        (b'{"resourceType": "Claim", "id": "\\ud800"}', "application/json", 400),
        (b'{"resourceType": "Observation"}', "application/fhir+json", 422),
        (b'{"resourceType": "Bundle", "entry": [{}]}', "application/fhir+json", 422),
        (b"<Claim/>", "application/fhir+xml", 415),
        (b"x" * 11_000_000, "application/fhir+json", 413),
        (b"[" * 100_000, "application/fhir+json", 400),
    ],
)
def test_what_cannot_be_read_is_an_operation_outcome(face, body, media, status):
    answer = face.post("Claim/$submit", content=body, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_real_claim_needs_somebody(face):
    answer = sent(face, REFERRED_CLAIM | {"use": "claim"})
    assert answer.status_code == 401
    assert answer.json()["issue"][0]["code"] == "login"
    assert answer.headers["www-authenticate"].startswith("Bearer")


# --- sums ------------------------------------------------------------------------------------------------------------

FACTS = st.fixed_dictionaries({
    "medecin_traitant": st.booleans(), "role": st.sampled_from(["autre", "medecin_traitant", "remplacant"]),
    "referral": st.sampled_from(["none", "avis_ponctuel", "soins_iteratifs"]), "urgent": st.booleans(),
    "c2s": st.booleans(), "exemption": st.sampled_from(["none", "ald", "maternite", "invalidite"]),
    "tiers_payant": st.sampled_from(["none", "partial", "full"]),
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    facts=FACTS, fees=st.lists(st.integers(1, 500_00), min_size=1, max_size=3),
    specialty=st.sampled_from(["generaliste", "cardiologie", "psychiatrie", "ophtalmologie"]),
    sector=st.sampled_from(["secteur_1", "secteur_2"]),
    born=st.sampled_from(["1940-01-01", "1985-06-01", "2020-02-02"]),
    contract=st.sampled_from([None, "responsable_100", "responsable_220"]),
)  # fmt: skip
def test_the_parts_make_the_whole_in_every_explanation(facts, fees, specialty, sector, born, contract):
    lines = [{"code": "consultation", "fee": plain_euros(fee)} for fee in fees]
    bill = {**facts, "birth_date": born, "specialty": specialty, "convention": sector, "care_date": "2026-03-01"}
    said = claim(
        *(item(at, "consultation", Decimal(fee).scaleb(-2), "2026-03-01") for at, fee in enumerate(fees, start=1)),
        born=born, specialty=specialty, sector=sector, facts=facts.items(), contract=contract,
    )  # fmt: skip
    body = jsonio.loads(jsonio.dumps(said))
    try:
        totals = settle_bill({**bill, "lines": lines, **({"contract": contract} if contract else {})}).totals
    except FactError:
        return
    answer = predetermine(body, Site(BASE))
    assert check(jsonio.loads(jsonio.dumps(answer))) == []
    for eob in eobs(answer):
        for part in [eob["total"], *(one["adjudication"] for one in eob["item"])]:
            found = amounts(part)
            assert found["benefit"] + found["priorpayerpaid"] + found["memberliability"] == found["submitted"]
        found = amounts(eob["total"])
        assert found["submitted"] == sum(fees)
        assert found["memberliability"] == totals["patient"]
    assert amounts(eobs(answer)[0]["total"])["benefit"] == totals["amo"]


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_the_same(tmp_path, face):
    source, out = tmp_path / "claim.json", tmp_path / "out.json"
    source.write_text(json.dumps(REFERRED_CLAIM), "utf-8")
    run = CliRunner().invoke(app, ["fhir", "estimate", str(source), "-o", str(out), "--base", BASE])
    assert run.exit_code == 0, run.output
    said, served = json.loads(out.read_text("utf-8")), sent(face, REFERRED_CLAIM).json()
    assert [amounts(one["total"]) for one in eobs(said)] == [amounts(one["total"]) for one in eobs(served)]


def test_a_file_of_claims_is_answered_line_by_line(tmp_path):
    source, out = tmp_path / "claims.ndjson", tmp_path / "out.ndjson"
    source.write_text(f"{json.dumps(REFERRED_CLAIM)}\n{{\n{json.dumps(REFERRED_CLAIM | {'use': 'x'})}\n", "utf-8")
    run = CliRunner().invoke(app, ["fhir", "estimate", str(source), "-o", str(out)])
    assert run.exit_code == 3
    kinds = [json.loads(line)["resourceType"] for line in out.read_text("utf-8").splitlines()]
    assert kinds == ["Bundle", "OperationOutcome", "OperationOutcome"]


def test_a_file_is_answered_alike_by_several_processes_and_in_brief(tmp_path):
    source, fees = tmp_path / "claims.ndjson", [20 + number for number in range(450)]
    lines = [claim(item(1, "consultation", fee, "2026-03-01"), facts=REFERRED) for fee in fees]
    source.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    found = []
    for workers in ("1", "2"):
        out = tmp_path / f"{workers}.ndjson"
        arguments = ["fhir", "estimate", str(source), "-o", str(out), "--brief", "--workers", workers]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        found.append([json.loads(line) for line in out.read_text("utf-8").splitlines()])
    totals = [[amounts(one["total"]) for body in bodies for one in eobs(body)] for bodies in found]
    assert totals[0] == totals[1]
    assert [one["submitted"] for one in totals[0]] == [fee * 100 for fee in fees]
    assert all(check(one) == [] for one in map(jsonio.loads, map(jsonio.dumps, found[0][:3])))
    whole = predetermine(jsonio.loads(json.dumps(lines[7])), Site(BASE))
    assert amounts(eobs(whole)[0]["total"]) == totals[0][7]
