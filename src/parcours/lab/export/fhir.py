"""A small extract in FHIR R4: people, their covers, the visits of doctors as Claims, and what each payer decided.

The decisions are those of the year: the caps of the person count. `parcours fhir estimate Claim.ndjson` answers each
Claim as if it were alone.
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
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
PAYERS = {"amo": "Assurance maladie (synthétique)", "amc": "Complémentaire (synthétique)"}
OWN = ("majoration", "participation_forfaitaire", "franchise", "depassement", "deferred")
"""Amounts that no other country has: under the engine's names, as the facts of a Claim."""


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
        for part, payor in PAYERS.items():
            if part == "amo" or row["cover"] in ("collective", "individual", "c2s"):
                yield {
                    "resourceType": "Coverage",
                    "id": f"{row['patient_id']}-{part}",
                    "meta": SYNTHETIC,
                    "status": "active",
                    "beneficiary": {"reference": f"Patient/{row['patient_id']}"},
                    "payor": [{"display": payor}],
                }


def visits(acts: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each visit of a doctor, with the id of its Claim."""
    seen = acts.filter((pl.col("act") == "consultation") & pl.col("specialty").is_not_null())
    for number, row in enumerate(seen.iter_rows(named=True)):
        yield f"{row['patient_id']}-{number}", row


def claims(acts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """A Claim for each visit of a doctor: its facts are supporting information."""
    for name, row in visits(acts):
        said = [(name, row[name]) for name in FACTS if row[name] is not None]
        contract = [("contract", row["contract"])] if row["contract"] else []
        yield {
            "resourceType": "Claim",
            "id": name,
            "meta": SYNTHETIC,
            "status": "active",
            "use": "predetermination",
            "created": row["care_date"].isoformat(),
            "type": {"coding": [{"system": CLAIM_TYPE, "code": "professional"}]},
            "priority": {"coding": [{"code": "normal"}]},
            "contained": [
                {"resourceType": "Patient", "id": "who", "birthDate": row["birth_date"].isoformat()},
                performer(row),
            ],
            "patient": {"reference": "#who"},
            "provider": {"reference": "#by"},
            "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "AMO"}}],
            "supportingInfo": [info(place, *pair) for place, pair in enumerate(said + contract, 1)],
            "item": [{**item(row), "net": euros(row["fee"])}],
            "total": euros(row["fee"]),
        }


def explanations(acts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """What each payer decided of each visit, as the engine settled the year of the person."""
    for name, row in visits(acts):
        for payer, insurer in PAYERS.items():
            if payer == "amc" and not (row["contract"] or row["c2s"]):
                continue
            amounts = list(adjudications(row, payer))
            yield {
                "resourceType": "ExplanationOfBenefit",
                "id": f"{name}-{payer}",
                "meta": SYNTHETIC,
                "contained": [performer(row)],
                "status": "active",
                "type": {"coding": [{"system": CLAIM_TYPE, "code": "professional"}]},
                "use": "claim",
                "patient": {"reference": f"Patient/{row['patient_id']}"},
                "created": row["reimbursement_date"].isoformat(),
                "insurer": {"display": insurer},
                "provider": {"reference": "#by"},
                "claim": {"reference": f"Claim/{name}"},
                "outcome": "complete",
                "insurance": [{"focal": True, "coverage": {"reference": f"Coverage/{row['patient_id']}-{payer}"}}],
                "item": [{**item(row), "adjudication": amounts}],
                "total": [one for one in amounts if "amount" in one],
            }


def adjudications(row: dict[str, Any], payer: str) -> Iterator[dict[str, Any]]:
    """The amounts of an explanation: benefit + priorpayerpaid + memberliability = submitted."""
    other = "amc" if payer == "amo" else "amo"
    for system, code, name in (
        (ADJUDICATION, "submitted", "fee"), (ADJUDICATION, "eligible", "base"), (ADJUDICATION, "benefit", payer),
        (CARIN, "priorpayerpaid", other), (CARIN, "memberliability", "patient_paid"),
    ):  # fmt: skip
        yield {"category": {"coding": [{"system": system, "code": code}]}, "amount": euros(row[name])}
    rate = {"coding": [{"system": ADJUDICATION, "code": "eligpercent"}]}
    yield {"category": rate, "value": Decimal(row["rate"]).scaleb(-2)}
    for name in OWN:
        if row[name]:
            yield {"category": {"coding": [{"code": name}]}, "amount": euros(row[name])}


def performer(row: dict[str, Any]) -> dict[str, Any]:
    """The doctor of a visit."""
    return {"resourceType": "PractitionerRole", "id": "by", "specialty": [{"coding": [{"code": row["specialty"]}]}]}


def item(row: dict[str, Any]) -> dict[str, Any]:
    """The visit as the line of a Claim."""
    return {
        "sequence": 1,
        "productOrService": {"coding": [{"code": row["act"]}]},
        "servicedDate": row["care_date"].isoformat(),
    }


def euros(cents: int) -> dict[str, Any]:
    """An amount."""
    return {"value": Decimal(cents).scaleb(-2), "currency": "EUR"}


def info(sequence: int, name: str, value: Any) -> dict[str, Any]:
    """A fact as supporting information."""
    kind = "valueBoolean" if isinstance(value, bool) else "valueString"
    return {"sequence": sequence, "category": {"coding": [{"code": name}]}, kind: value}


def lines(resources: Iterator[dict[str, Any]]) -> str:
    """One resource a line."""
    return "".join(dumps(one, indent=None) + "\n" for one in resources)
