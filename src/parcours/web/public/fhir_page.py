"""`/fhir`: for people who open the FHIR face in a browser: what it serves, examples, how to get a token."""

from starlette.requests import Request
from starlette.responses import Response

from parcours.web.pages import Page, public

READS = (
    "/fhir/metadata", "/fhir/CodeSystem?_elements=title", "/fhir/CodeSystem/adjudication-fr",
    "/fhir/ValueSet/ips/$expand", "/fhir/OperationDefinition?_summary=true", "/fhir/.well-known/smart-configuration",
)  # fmt: skip
"""What anybody reads, as examples."""
COMMANDS = {
    "estimate": (
        "curl -O {site}/fhir.json",
        "curl -H 'Content-Type: application/fhir+json' -d @fhir.json '{site}/fhir/Claim/$submit'",
        "parcours fhir estimate fhir.json",
    ),
    "token": (
        'parcours admin create-client --name "…" --scope people:read --scope claims:read --fund 01C751',
        "curl -H 'Authorization: Bearer …' '{site}/fhir/ExplanationOfBenefit?patient=…'",
    ),
}
ESTIMATE = """{"resourceType": "Claim", "status": "active", "use": "predetermination", "created": "2026-03-01",
 "type": {"coding": [{"code": "professional"}]}, "priority": {"coding": [{"code": "normal"}]},
 "contained": [
  {"resourceType": "Patient", "id": "who", "birthDate": "1981-05-04"},
  {"resourceType": "PractitionerRole", "id": "by", "specialty": [{"coding": [{"code": "generaliste"}]}]}],
 "patient": {"reference": "#who"}, "provider": {"reference": "#by"},
 "insurance": [{"sequence": 1, "focal": true, "coverage": {"display": "AMO"}}],
 "supportingInfo": [
  {"sequence": 1, "category": {"coding": [{"code": "convention"}]}, "valueString": "secteur_1"},
  {"sequence": 2, "category": {"coding": [{"code": "IPS"}]}, "code": {"coding": [{"code": "T"}]}}],
 "item": [{"sequence": 1, "productOrService": {"coding": [{"code": "consultation"}]},
  "servicedDate": "2026-03-01", "net": {"value": 30.00, "currency": "EUR"}}]}
"""


async def fhir_page(request: Request) -> Response:
    """The page."""
    site = f"{request.url.scheme}://{request.url.netloc}"
    commands = {name: [one.replace("{site}", site) for one in lines] for name, lines in COMMANDS.items()}
    return public(Page.of(request), "fhir.html", reads=READS, commands=commands)


async def fhir_example(_: Request) -> Response:
    """A Claim to try, as a file."""
    return Response(ESTIMATE, media_type="application/fhir+json")
