"""Bulk exports: what a client gets, that it gets no more, and that a stopped export on the server goes on."""

import json
import tracemalloc

import pytest
from typer.testing import CliRunner

import parcours.fhir.bulk
from parcours.cli.main import app
from parcours.edge.app_tokens import caller_of
from parcours.edge.caller import Incoming
from parcours.edge.services import Services
from parcours.engine.facts import jsonio
from parcours.fhir import bulk
from parcours.fhir.r4 import check
from parcours.fhir.site import Site
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.intake import submit
from parcours.registry.store.clock import now_utc, paris_today
from tests.fhir.claims import BASE
from tests.fhir.test_records import PERSONAL, refunded, sheet  # noqa: F401
from tests.registry.world import World

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


def started(client, address="Patient/$export", **parameters):
    answer = client.get(address, params=parameters, headers=ASYNC)
    assert answer.status_code == 202, answer.text
    return answer.headers["content-location"]


def downloaded(client, manifest):
    found = {}
    for one in manifest["output"]:
        answer = client.get(one["url"], headers={"Accept": "application/fhir+ndjson"})
        assert answer.headers["content-type"] == "application/fhir+ndjson"
        found.setdefault(one["type"], []).extend(jsonio.loads(line) for line in answer.text.splitlines())
    return found


def test_a_program_exports_what_its_fund_may_read_and_no_more(refunded, as_client, monkeypatch):  # noqa: F811
    monkeypatch.setattr(parcours.fhir.bulk, "PART", 2)
    monkeypatch.setattr(parcours.fhir.bulk, "TOGETHER", 2)
    client = as_client("client")
    manifest = client.get(started(client)).json()
    assert manifest["requiresAccessToken"] is True
    assert len({one["url"] for one in manifest["output"]}) == len(manifest["output"]) > len(PERSONAL), "several parts"
    assert set(PERSONAL) - {one["type"] for one in manifest["output"]} == {"Communication", "RelatedPerson"}
    found = downloaded(client, manifest)
    assert {len(found["ExplanationOfBenefit"]), len(found["ClaimResponse"])} == {10, 6}
    people = {one["id"] for one in found["Patient"]}
    assert {refunded.alice, refunded.bob, refunded.nora} <= people
    assert refunded.zoe not in people
    assert refunded.zoe not in json.dumps(found, default=str)
    assert [check(one) for lines in found.values() for one in lines if check(one)] == []
    ids = [one["id"] for one in found["Patient"]]
    assert len(ids) == len(set(ids))
    url = next(one["url"] for one in manifest["output"] if one["type"] == "Patient")
    plain, squeezed = (client.get(url, headers={"Accept-Encoding": one}) for one in ("identity", "gzip"))
    assert ("content-encoding" in plain.headers, squeezed.headers["content-encoding"]) == (False, "gzip")
    assert squeezed.content == plain.content


def test_a_file_is_for_who_asked(refunded, as_client):  # noqa: F811
    client, other = as_client("client"), as_client("client_bare")
    place = started(client, _type="ExplanationOfBenefit")
    (file,) = client.get(place).json()["output"]
    assert other.get(place).status_code == 404
    assert other.get(file["url"]).status_code == 404
    assert as_client("anonymous").get(file["url"]).status_code == 401
    assert client.get(file["url"].replace("ExplanationOfBenefit", "Patient")).status_code == 404
    assert client.get(f"{BASE}/bulk/invented").status_code == 404
    assert client.get(file["url"]).status_code == 200
    assert (other.delete(place).status_code, client.get(place).status_code) == (404, 200)
    assert client.delete(place).status_code == 202
    assert {client.get(one).status_code for one in (place, file["url"])} == {client.delete(place).status_code} == {404}
    assert client.get(started(client, _type="ExplanationOfBenefit")).status_code == 200, "another one is another"
    assert downloaded(other, other.get(started(other)).json()).get("Patient", []) == [], "a scope that reads nothing"


def test_the_insured_exports_their_own_and_a_group_is_a_fund(refunded, as_client):  # noqa: F811
    found = downloaded(as_client("alice"), as_client("alice").get(started(as_client("alice"))).json())
    assert {one["id"] for one in found["Patient"]} == {refunded.alice, refunded.bob, refunded.nora}
    assert set(found) >= {"AuditEvent", "DocumentReference", "Communication"}, "types that a program may not read"
    officer = as_client("officer")
    assert officer.get(started(officer, "Group/01C991/$export")).json()["output"]
    assert officer.get("Group/01C992/$export", headers=ASYNC).status_code == 404
    assert officer.get(started(officer, "$export", _since="2199-01-01")).json()["output"]


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [({}, {}), ({"_type": "Observation"}, ASYNC), ({"_since": "then"}, ASYNC), ({"_outputFormat": "csv"}, ASYNC)],
)
def test_what_an_export_refuses(country, as_client, parameters, headers):
    answer = as_client("client").get("$export", params=parameters, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_an_export_on_the_server_stops_and_goes_on(refunded, database_url, tmp_path, monkeypatch):  # noqa: F811
    def run(folder):
        arguments = ["fhir", "export", str(folder), "--type", "Patient", "--type", "ExplanationOfBenefit"]
        return CliRunner().invoke(app, [*arguments, "--database", database_url])

    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert run(whole).exit_code == 0
    monkeypatch.setattr(bulk, "TOGETHER", 2)
    said = bulk.chunks

    def cut(*arguments):
        for number, one in enumerate(said(*arguments)):
            if number == 2:
                raise OSError(28, "full")
            yield one

    monkeypatch.setattr(bulk, "chunks", cut)
    assert run(stopped).exit_code == 2
    assert not (stopped / "Patient.ndjson").exists()
    monkeypatch.setattr(bulk, "chunks", said)
    assert run(stopped).exit_code == 0
    for name in ("Patient", "ExplanationOfBenefit"):
        lines = (whole / f"{name}.ndjson").read_text("utf-8").splitlines()
        assert lines == (stopped / f"{name}.ndjson").read_text("utf-8").splitlines()
        assert lines


def test_an_export_is_asked_for_by_a_body_and_by_repeated_names(country, as_client):
    client = as_client("client")
    body = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueString": "Patient"},
                                                        {"name": "_type", "valueString": "Coverage"}]}  # fmt: skip
    for answer in (
        client.post("$export", json=body, headers=ASYNC),
        client.get("$export?_type=Patient&_type=Coverage", headers=ASYNC),
        client.get("$export?_type=Patient,Coverage", headers=ASYNC),
    ):
        assert answer.status_code == 202, answer.text
        found = client.get(answer.headers["content-location"]).json()["output"]
        assert {one["type"] for one in found} == {"Patient", "Coverage"}
    assert client.post("$export", content="{", headers=ASYNC).status_code == 400


def test_the_memory_of_a_file_does_not_grow_with_it(country, database, settings, monkeypatch):
    """Twice as many people, each with a refund: the same peak, when four are read together."""
    monkeypatch.setattr(bulk, "TOGETHER", 4)
    services = Services(settings, database)
    incoming = Incoming("GET", "/fhir/bulk", {"authorization": f"Bearer {country.clients['client']}"})
    caller = caller_of(services, incoming, None)
    job = bulk.asked(caller.actor, {"_type": "ExplanationOfBenefit"}, "")

    def more(ranks):
        with database.writing() as session:
            world = World.__new__(World)
            world.session, world.ranks = session, iter(ranks)
            for number in ranks:
                said = {"patient": world.person().id, "professional": country.amar, "care_date": str(paris_today()),
                        "number": number, "fee": "30.00"}  # fmt: skip
                adjudicate(session, submit(session, said, day=paris_today(), at=now_utc()),
                           day=paris_today(), at=now_utc())  # fmt: skip

    def peak():
        tracemalloc.start()
        count = sum(
            part.count(b"\n")
            for part in bulk.lines(services, incoming, caller, Site(BASE), job, "ExplanationOfBenefit", "")
        )  # fmt: skip
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return count, most

    more(range(1000, 1012))
    peak()  # what is read once and kept
    few, less = peak()
    more(range(1012, 1036))
    many, most = peak()
    assert many == few + 24
    assert most < 1.25 * less, f"{less} bytes for {few} explanations, {most} for {many}"
