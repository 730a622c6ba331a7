"""A small extract in FHIR R4: people, their covers, and the visits of doctors as Claims to be estimated.

`parcours fhir estimate Claim.ndjson` answers them with the ExplanationOfBenefit of each payer.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from parcours.engine.facts.jsonio import dumps

FIRST = 200
"""People of the extract: those numbered below."""
SYNTHETIC = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
"""Test health data: what HL7 has for data that describe nobody."""
FACTS = (
    "convention", "medecin_traitant", "role", "referral", "urgent", "away", "purpose", "special_setting",
    "tiers_payant", "exemption", "c2s", "ame", "scheme", "professional_id", "patient_id",
)  # fmt: skip
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"


def patients(people: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Patient resources."""
    for row in people.iter_rows(named=True):
        yield {
            "resourceType": "Patient",
            "id": row["patient_id"],
            "meta": SYNTHETIC,
            "gender": "male" if row["sex"] == "man" else "female",
            "birthDate": row["birth_date"].isoformat(),
            "address": [{"district": row["department"], "country": "FR"}],
        }


def coverages(people: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The compulsory cover of each, and the complementary one of those who have one."""
    for row in people.iter_rows(named=True):
        for part, payor in (("amo", "Assurance maladie (synthétique)"), ("amc", "Complémentaire (synthétique)")):
            if part == "amo" or row["cover"] in ("collective", "individual", "c2s"):
                yield {
                    "resourceType": "Coverage",
                    "id": f"{row['patient_id']}-{part}",
                    "meta": SYNTHETIC,
                    "status": "active",
                    "beneficiary": {"reference": f"Patient/{row['patient_id']}"},
                    "payor": [{"display": payor}],
                }


def claims(acts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """A Claim for each visit of a doctor: its facts are supporting information."""
    visits = acts.filter((pl.col("act") == "consultation") & pl.col("specialty").is_not_null())
    for number, row in enumerate(visits.iter_rows(named=True)):
        said = [(name, row[name]) for name in FACTS if row[name] is not None]
        contract = [("contract", row["contract"])] if row["contract"] else []
        amount = {"value": Decimal(row["fee"]).scaleb(-2), "currency": "EUR"}
        yield {
            "resourceType": "Claim",
            "id": f"{row['patient_id']}-{number}",
            "meta": SYNTHETIC,
            "status": "active",
            "use": "predetermination",
            "created": row["care_date"].isoformat(),
            "type": {"coding": [{"system": CLAIM_TYPE, "code": "professional"}]},
            "priority": {"coding": [{"code": "normal"}]},
            "contained": [
                {"resourceType": "Patient", "id": "who", "birthDate": row["birth_date"].isoformat()},
                {
                    "resourceType": "PractitionerRole",
                    "id": "by",
                    "specialty": [{"coding": [{"code": row["specialty"]}]}],
                },
            ],
            "patient": {"reference": "#who"},
            "provider": {"reference": "#by"},
            "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "AMO"}}],
            "supportingInfo": [info(place, *pair) for place, pair in enumerate(said + contract, 1)],
            "item": [
                {
                    "sequence": 1,
                    "productOrService": {"coding": [{"code": row["act"]}]},
                    "servicedDate": row["care_date"].isoformat(),
                    "net": amount,
                }
            ],
            "total": amount,
        }


def info(sequence: int, name: str, value: Any) -> dict[str, Any]:
    """A fact as supporting information."""
    kind = "valueBoolean" if isinstance(value, bool) else "valueString"
    return {"sequence": sequence, "category": {"coding": [{"code": name}]}, kind: value}


def lines(resources: Iterator[dict[str, Any]]) -> str:
    """One resource a line."""
    return "".join(dumps(one, indent=None) + "\n" for one in resources)
