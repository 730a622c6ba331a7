"""Programs of others, as they are, against the server that people run: one story each; and their validator."""

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from fhirclient import client as fhirclient
from fhirclient.models.explanationofbenefit import ExplanationOfBenefit
from fhirclient.models.fhirelementfactory import FHIRElementFactory
from fhirclient.models.patient import Patient
from fhirpy import SyncFHIRClient
from joserfc.jwk import ECKey

from parcours.engine.facts import jsonio
from parcours.fhir.bulk import chunks, exported
from parcours.fhir.capability import KINDS as SERVED
from parcours.fhir.public import PUBLIC
from parcours.fhir.site import Site
from parcours.registry.access.model import Who
from parcours.registry.accounts import apps
from parcours.registry.accounts.clients import find_client
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.intake import submit
from parcours.registry.payments.service import run as pay
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import PASSWORD
from tests.fhir.claims import amounts, claim, eobs, item
from tests.support.server import UNLIMITED, country_folder, running
from tests.support.templates import opened

NODE = Path(__file__).with_name("node")
PROFILES = Path(__file__).with_name("profiles")
ESTIMATE = claim(item(1, "consultation", 30.00, "2026-03-01"), specialty="generaliste", sector="secteur_1", facts=(
    ("TOP_MT", True), ("role", "medecin_traitant"), ("referral", "none")))  # fmt: skip
KINDS = ["ClaimResponse", "ExplanationOfBenefit", "Provenance"]


@pytest.fixture(scope="module")
def served(tmp_path_factory, sqlite_country):
    """The server with the country and five refunds of Alice; the ids in it."""
    folder = tmp_path_factory.mktemp("fhir")
    environment, ids = country_folder(folder, sqlite_country), sqlite_country[1]
    with opened(environment["PARCOURS_DATABASE_URL"]) as database, database.writing() as session:
        for number in range(2, 7):
            said = {"patient": ids.alice, "professional": ids.amar, "care_date": str(paris_today()), "number": number,
                    "fee": f"{20 + number}.00"}  # fmt: skip
            row = submit(session, said, day=paris_today(), at=now_utc())
            adjudicate(session, row, day=paris_today(), at=now_utc())
        scopes = ["launch/patient", "patient/*.rs", "offline_access"]
        app, _ = apps.create_app(session, Who("system"), name="Carnet", redirects=[BACK], scopes=scopes)
        pay(session, f"amo:{row.fund_code}", ids.alice, day=paris_today(), at=now_utc(), professional=False)
        key = ECKey.generate_key("P-384", {"kid": "tests", "alg": "ES384"})
        program = find_client(session, ids.clients["client"]).id
        mine = key.as_dict(private=True) | {"key_ops": ["sign"]}
        ids = SimpleNamespace(
            **vars(ids), app=app.id, program=program, key=mine, database=environment["PARCOURS_DATABASE_URL"]
        )  # fmt: skip
    (folder / "keys.json").write_text(json.dumps({program: {"keys": [key.as_dict(private=False)]}}), "utf-8")
    environment["PARCOURS_SMART_KEYS"] = str(folder / "keys.json")
    with running(folder, **environment, **UNLIMITED) as server:
        yield f"{server.address}/fhir", ids


def test_fhirpy(served):
    base, ids = served
    client = SyncFHIRClient(base, authorization=f"Bearer {ids.clients['client']}")
    answer = client.execute("Claim/$submit", method="post", data=ESTIMATE)
    (eob,) = eobs(json.loads(json.dumps(answer)))
    assert amounts(eob["total"])["benefit"] == 19_00
    search = client.resources("ExplanationOfBenefit").search(patient=f"Patient/{ids.alice}")
    assert search.count() == 10
    found = search.limit(3).fetch_all()
    assert len({one["id"] for one in found}) == 10
    assert search.first()["resourceType"] == "ExplanationOfBenefit"
    with_provider = client.resources("ExplanationOfBenefit").search(patient=ids.alice).include(
        "ExplanationOfBenefit", "provider").fetch_raw()  # fmt: skip
    assert {one["resource"]["resourceType"] for one in with_provider["entry"]} == {
        "ExplanationOfBenefit",
        "Practitioner",
    }
    sent = client.resource("Claim", **{name: value for name, value in ESTIMATE.items() if name != "contained"} | {
        "use": "claim", "patient": {"reference": f"Patient/{ids.alice}"}, "supportingInfo": ESTIMATE["supportingInfo"],
        "provider": {"reference": f"Practitioner/{ids.amar}"}, "identifier": [{"value": "77"}],
    })  # fmt: skip
    sent.create()
    assert (
        client.resources("ClaimResponse").search(patient=ids.alice, request=f"Claim/{sent.id}").get()["outcome"]
        == "queued"
    )


def test_fhirclient_in_its_strict_models(served):
    base, ids = served
    smart = fhirclient.FHIRClient(settings={"app_id": "parcours-tests", "api_base": base})
    smart.server.session.headers["Authorization"] = f"Bearer {ids.clients['client']}"
    assert Patient.read(ids.alice, smart.server).birthDate is not None
    search = ExplanationOfBenefit.where({"patient": ids.alice, "_count": "4"})
    found = list(search.perform_resources_iter(smart.server))
    assert len({one.id for one in found}) == 10
    assert {one.outcome for one in found} == {"complete"}


BACK = "http://127.0.0.1:1/back"


def test_fhirclient_is_let_in_by_a_person(served):
    """Its own SMART flow: the address where the person goes, the one they come back to, tokens, reads."""
    base, ids = served
    smart = fhirclient.FHIRClient(settings={"app_id": ids.app, "api_base": base, "redirect_uri": BACK,
                                            "scope": "launch/patient patient/*.rs offline_access"})  # fmt: skip
    with httpx2.Client(headers={"Accept-Language": "fr"}) as browser:
        login = browser.get(smart.authorize_url)
        assert login.status_code == 303
        entered = browser.post(
            f"{base.removesuffix('/fhir')}{login.headers['location']}",
            data={"login": "alice@example.org", "password": PASSWORD},
        )
        place = f"{base.removesuffix('/fhir')}{entered.headers['location']}"
        page = browser.get(place).text
        assert "Ouvrir l’accès" in page
        form = {"do": "allow", "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1]}
        back = browser.post(place, data=form).headers["location"]
    smart.handle_callback(back)
    assert smart.patient_id == ids.alice
    assert smart.ready
    assert Patient.read(ids.alice, smart.server).birthDate is not None
    assert len(list(ExplanationOfBenefit.where({}).perform_resources_iter(smart.server))) == 10
    assert smart.reauthorize()
    assert Patient.read(ids.alice, smart.server).id == ids.alice


def test_every_resource_goes_through_strict_models_and_back(served):
    """Read by fhirclient and written again, nothing is lost nor changed."""
    base, ids = served
    client = SyncFHIRClient(base, authorization=f"Bearer {ids.clients['client']}")
    bundle = client.execute(f"Patient/{ids.alice}/$everything", method="get")
    resources = [json.loads(json.dumps(one["resource"])) for one in bundle["entry"]]
    resources += [
        json.loads(json.dumps(client.execute(name, method="get"))) for name in ("Practitioner", "Organization")
    ]
    resources.append(json.loads(json.dumps(client.execute("Claim/$submit", method="post", data=ESTIMATE))))
    for one in resources:
        assert FHIRElementFactory.instantiate(one["resourceType"], one).as_json() == one
    assert len({one["resourceType"] for one in resources}) >= 11


@pytest.mark.parametrize("by", ["token", "key"])
def test_smart_fetch_exports(served, tmp_path, by):
    base, ids = served
    proof = tmp_path / "proof.jwks"
    proof.write_text(ids.clients["client"] if by == "token" else json.dumps({"keys": [ids.key]}), "utf-8")
    shown = {"token": ["--bearer-token"], "key": ["--smart-client-id", ids.program, "--smart-key"]}[by]
    command = [str(Path(sys.executable).with_name("smart-fetch")), "bulk", str(tmp_path / "out"), "--fhir-url", base,
               *shown, str(proof), "--type", "Patient,ServiceRequest", "--no-compression"]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    lines = [json.loads(line) for path in (tmp_path / "out").glob("*.ndjson") for line in path.read_text().splitlines()]
    found = {(one["resourceType"], one["id"]) for one in lines if "resourceType" in one}  # the rest is its own log
    assert {("Patient", ids.alice), ("ServiceRequest", ids.referral)} <= found


@pytest.mark.node
def test_two_clients_of_node(served):
    base, ids = served
    command = ["node", "clients.mjs", base, ids.clients["client"], ids.alice]
    run = subprocess.run(command, cwd=NODE, input=json.dumps(ESTIMATE), capture_output=True, text=True, check=False,
                         timeout=300)  # fmt: skip
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout.splitlines()[-1])
    for name in ("fhirKit", "medplum"):
        assert seen[name]["patient"] == ids.alice
        assert len(set(seen[name]["ids"])) == len(seen[name]["ids"]) == 10
        assert seen[name]["estimate"] == KINDS
    assert seen["fhirKit"]["version"] == "4.0.1"
    assert seen["fhirKit"]["refused"] == "OperationOutcome"
    assert seen["fhirKit"]["token"] == f"{base}/auth/token"


@pytest.mark.node
def test_every_resource_is_valid_for_medplum_and_its_profiles(served):
    """R4 to the letter; FR Core and the care circle where a profile is said: a whole export, and every other answer."""
    base, ids = served
    client = SyncFHIRClient(base, authorization=f"Bearer {ids.clients['client']}")
    get = partial(client.execute, method="get")
    everything = get(f"Patient/{ids.alice}/$everything")
    eob = next(one["resource"] for one in everything["entry"] if "/ExplanationOfBenefit/" in one["fullUrl"])
    rights = {"resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"],
              "patient": eob["patient"], "created": str(paris_today()), "insurer": {"display": "AMO"}}  # fmt: skip
    bundles = [
        everything, get("metadata"), client.execute("Claim/$submit", method="post", data=ESTIMATE),
        client.execute("CoverageEligibilityRequest/$submit", method="post", data=rights),
        client.execute("Patient/$validate", method="post", data={"resourceType": "Patient"}),
        get(f"ExplanationOfBenefit/{eob['id']}/$explain"), get("ValueSet/ips/$expand"),
        *(get(name, params={"_count": "200"}) for name in ("Group", *sorted(one.name for one in PUBLIC))),
    ]  # fmt: skip
    resources = [json.loads(json.dumps(one["resource"])) for bundle in bundles for one in bundle.get("entry", ())]
    with opened(ids.database) as database:
        for _, said in chunks(database.reading, Site(base), [one.name for one in exported()], ""):
            resources += [json.loads(line) for lines in said.values() for line in lines]
    paper = next(one for one in resources if one["resourceType"] == "DocumentReference"
                 and one["subject"]["reference"] == eob["patient"]["reference"])  # fmt: skip
    bundles.append(get(f"Binary/{paper['id']}"))
    text = "\n".join(json.dumps(one) for one in [*bundles, *resources])
    run = subprocess.run(["node", "validate.mjs", str(PROFILES)], cwd=NODE, input=text, capture_output=True, text=True,
                         check=False, timeout=300)  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout.splitlines()[-1])
    assert said["wrong"] == []
    assert said["count"] == len(bundles) + len(resources)
    assert {one["resourceType"] for one in [*bundles, *resources]} >= {*SERVED, "CapabilityStatement", "Parameters"}
    assert {url.rpartition("/")[2] for url in said["checked"]} == {
        path.stem.removeprefix("StructureDefinition-") for path in PROFILES.iterdir()
    }
    assert jsonio.loads(text.splitlines()[0])


GUIDE = (Path(__file__).parents[2] / "docs/guides/fhir.md").read_text("utf-8")
BLOCKS = re.compile(r"^```(py|js)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHIM = "globalThis.WebSocket ??= class {};\n"


def test_the_lines_of_the_guide_run_in_python(served, capsys):
    base, ids = served
    blocks = [block for language, block in BLOCKS.findall(GUIDE) if language == "py"]
    assert len(blocks) == 2
    for block in blocks:
        names = {"base": base, "token": ids.clients["client"], "patient": ids.alice, "claim": ESTIMATE}
        exec(compile(block, "fhir.md", "exec"), names)
        assert capsys.readouterr().out.count("complete") == 10


@pytest.mark.node
def test_the_lines_of_the_guide_run_in_node(served):
    base, ids = served
    blocks = [block for language, block in BLOCKS.findall(GUIDE) if language == "js"]
    assert len(blocks) == 2
    names = {"base": base, "token": ids.clients["client"], "patient": ids.alice, "claim": ESTIMATE}
    said = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in names.items())
    for block in blocks:
        script = re.sub(r"import \{ (\w+) \} from ('[^']+')", r"const { \1 } = await import(\2)", block)
        command = ["node", "--input-type=module", "-e", f"{SHIM}{said}{script}\nprocess.exit(0);"]
        run = subprocess.run(command, cwd=NODE, capture_output=True, text=True, check=False, timeout=300)
        assert run.returncode == 0, run.stderr
        assert "10" in run.stdout
