"""`/fhir`: for people who open the FHIR face in a browser: what it serves, examples, how to get a token."""

from starlette.requests import Request
from starlette.responses import Response

from parcours.registry.accounts import smart
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
    "app": (
        'parcours admin create-app --name "…" --redirect https://…/back --scope launch/patient --scope "patient/*.rs"',
        (
            "GET {site}/authorize?response_type=code&client_id=…&redirect_uri=…&scope=…&state=…&aud={site}/fhir"
            "&code_challenge=…&code_challenge_method=S256"
        ),
        (
            "curl -d grant_type=authorization_code -d client_id=… -d code=… -d redirect_uri=… -d code_verifier=… "
            "'{site}/fhir/auth/token'"
        ),
    ),
    "token": (
        'parcours admin create-client --name "…" --scope people:read --scope claims:read --fund 01C751',
        (
            "curl -d grant_type=client_credentials -d client_secret=… -d 'scope=system/ExplanationOfBenefit.rs' "
            "'{site}/fhir/auth/token'"
        ),
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
    page = Page.of(request)
    types = [(name, said[page.lang]) for name, said in smart.TYPES.items()]
    return public(page, "fhir.html", reads=READS, commands=commands, types=types)


async def fhir_example(_: Request) -> Response:
    """A Claim to try, as a file."""
    return Response(ESTIMATE, media_type="application/fhir+json")
