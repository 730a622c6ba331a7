"""Samples of the French guides: read, checked, written again unchanged; a visit's Claim is settled as it says."""

import json
from pathlib import Path

import pytest
from fhirclient.models.fhirelementfactory import FHIRElementFactory

from parcours.engine.facts import jsonio
from parcours.fhir.capability import KINDS
from parcours.fhir.r4 import definitions
from tests.fhir.claims import amounts, eobs

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.json"))
VISIT = json.loads(Path(__file__).with_name("samples").joinpath("Bundle-visit.json").read_text("utf-8"))
EVERY = [(path.stem, json.loads(path.read_text("utf-8"))) for path in SAMPLES]
EVERY += [(f"visit-{one['resource']['resourceType']}", one["resource"]) for one in VISIT["entry"]]


def without_siblings(value):
    """Without extensions of plain values (`_line`), which fhirclient does not keep."""
    if isinstance(value, dict):
        return {name: without_siblings(one) for name, one in value.items() if not name.startswith("_")}
    return [without_siblings(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "sample"), EVERY, ids=lambda one: one if isinstance(one, str) else "")
def test_a_sample_is_read_and_written_unchanged(face, name, sample):
    type_ = sample["resourceType"]
    assert type_ == "Bundle" or type_ in KINDS
    assert type_ in definitions()
    text = json.dumps(sample)
    assert json.loads(jsonio.dumps(jsonio.loads(text))) == sample
    assert FHIRElementFactory.instantiate(type_, json.loads(text)).as_json() == without_siblings(sample)
    answer = face.post(f"{type_}/$validate", content=text, headers={"Content-Type": "application/fhir+json"})
    assert [one["severity"] for one in answer.json()["issue"]] == ["information"], answer.text


def test_the_claim_of_the_visit_is_settled_as_its_statement_says(face):
    text = json.dumps(VISIT).replace('"use": "claim"', '"use": "predetermination"')
    answer = face.post("Claim/$submit", content=text, headers={"Content-Type": "application/fhir+json"})
    assert answer.status_code == 200, answer.text
    sample = next(
        one["resource"] for one in VISIT["entry"] if one["resource"]["resourceType"] == "ExplanationOfBenefit"
    )
    wanted = amounts(sample["item"][0]["adjudication"])
    found = amounts(eobs(answer.json())[0]["item"][0]["adjudication"])
    assert {name: found[name] for name in wanted} == wanted
    assert (wanted["majoration-hors-parcours"], wanted["benefit"]) == (10_60, 8_40)
