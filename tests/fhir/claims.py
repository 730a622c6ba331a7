"""Claims to send, and how to read what comes back."""

from decimal import Decimal

BASE = "http://testserver/fhir"
R282 = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-practitionerrole-contracted"
HL7 = "http://terminology.hl7.org/CodeSystem/"
SECTORS = {"secteur_1": "c1", "secteur_2": "c3"}


def concept(code, system=""):
    return {"coding": [{"code": code} | ({"system": system} if system else {})]}


def info(*facts):
    """Supporting information, one a fact."""
    said = []
    for number, (name, value) in enumerate(facts, start=1):
        one = {"sequence": number, "category": concept(name, f"{BASE}/CodeSystem/claim-info")}
        said.append(one | ({"valueBoolean": value} if isinstance(value, bool) else {"code": concept(value)}))
    return said


def item(number, code, euros, day, **more):
    amount = {"value": euros, "currency": "EUR"}
    return {"sequence": number, "productOrService": concept(code), "servicedDate": day, "net": amount, **more}


def claim(*items, born="1981-05-04", specialty="cardiologie", sector="secteur_2", facts=(), contract=None, **more):
    """A Claim before care: who, by whom, insured how, and what is known."""
    coverages = [{"sequence": 1, "focal": True, "coverage": {"display": "AMO"}}]
    contained = [
        {"resourceType": "Patient", "id": "p", "birthDate": born},
        {
            "resourceType": "PractitionerRole", "id": "d", "specialty": [concept(specialty)],
            "extension": [{"url": R282, "valueCodeableConcept": concept(SECTORS[sector])}],
        },
    ]  # fmt: skip
    if contract:
        coverages.append({"sequence": 2, "focal": False, "coverage": {"reference": "#m"}})
        contained.append({
            "resourceType": "Coverage", "id": "m", "status": "active", "beneficiary": {"reference": "#p"},
            "payor": [{"display": "Mutuelle"}], "class": [{"type": concept("plan"), "value": contract}],
        })  # fmt: skip
    said = {
        "resourceType": "Claim", "status": "active", "type": concept("professional", f"{HL7}claim-type"),
        "use": "predetermination", "contained": contained, "patient": {"reference": "#p"}, "created": "2026-03-01",
        "provider": {"reference": "#d"}, "priority": concept("normal", f"{HL7}processpriority"),
        "insurance": coverages, "item": list(items) or [item(1, "consultation", 80.00, "2026-03-01")],
        **more,
    }  # fmt: skip
    return said | ({"supportingInfo": info(*facts)} if facts else {})


REFERRED = (("TOP_MT", True), ("role", "autre"), ("referral", "avis_ponctuel"))


def eobs(bundle):
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "ExplanationOfBenefit"]


def amounts(lines):
    """Category -> cents, the first coding of each."""
    return {
        one["category"]["coding"][0]["code"]: int((Decimal(str(one["amount"]["value"])) * 100).to_integral_value())
        for one in lines if "amount" in one
    }  # fmt: skip
