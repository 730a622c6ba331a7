"""The tools of an assistant, by the client of the official SDK: in memory, by pipes, over HTTP."""

import os
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager, contextmanager

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from parcours import explain, settle
from parcours.agents.server import create_server
from parcours.edge.caller import cookie_name
from parcours.edge.services import Services
from tests.api.fixtures import credentials, settings_for_tests, trail
from tests.support.server import country_folder, free_port

FACTS = {
    "care_date": "2026-06-01", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30,
    "medecin_traitant": True, "role": "autre", "referral": "none", "contract": "responsable_100",
}  # fmt: skip
TOOLS = [
    "settle_visit", "explain", "why_not", "advise", "law_on", "next_question", "compare_contracts", "find_doctor",
    "due_prevention",
]  # fmt: skip
CALLS = {
    "settle_visit": {"facts": FACTS},
    "explain": {"facts": FACTS},
    "why_not": {"facts": FACTS},
    "advise": {"facts": FACTS, "acts_per_year": 6},
    "law_on": {"day": "2026-06-01", "words": "majoration"},
    "next_question": {"facts": {"care_date": "2026-06-01"}},
    "compare_contracts": {"contracts": ["responsable_100=30", "responsable_150=45"], "year": "glasses", "on": 2026},
    "due_prevention": {"person": {"birth_date": "1971-03-02", "sex": "female"}, "on": "2026-06-01"},
}
UNCITED = ("next_question",)
"""A question states no law."""


def asked(server, *calls, **options):
    """The answers of one session."""

    async def session():
        async with Client(server, **options) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(session)


@pytest.fixture(scope="module")
def bare():
    """A server for the tools that need no registry."""
    return create_server(Services(settings_for_tests()))


def test_nine_tools_with_typed_arguments_and_answers(bare):
    async def listed():
        async with Client(bare) as client:
            return (await client.list_tools()).tools

    tools = {one.name: one for one in anyio.run(listed)}
    assert list(tools) == TOOLS
    facts = tools["settle_visit"].input_schema["properties"]["facts"]
    assert facts["properties"]["convention"]["enum"]
    assert facts["additionalProperties"] is False
    result = tools["settle_visit"].output_schema["properties"]["result"]
    assert result["properties"]["amo"]["description"].startswith("euros")
    for one in tools.values():
        assert one.annotations.read_only_hint
        assert {"sentence", "sources", "law"} <= set(one.output_schema["properties"])
        assert one.input_schema["properties"]["lang"]["enum"] == ["fr", "en"]


@pytest.mark.parametrize("name", CALLS)
def test_each_answer_is_the_same_twice_cited_and_in_both_languages(bare, name):
    french, again, english = (
        one.structured_content
        for one in asked(bare, (name, CALLS[name]), (name, CALLS[name]), (name, {**CALLS[name], "lang": "en"}))
    )
    assert french == again
    assert french["sentence"]
    assert french["sentence"] != english["sentence"]
    if name not in UNCITED:
        assert french["sources"]
        assert {one["id"] for one in french["sources"]} == {one["id"] for one in english["sources"]} or name == (
            "due_prevention"
        )


def test_the_amounts_are_those_of_the_library(bare):
    (found,) = asked(bare, ("settle_visit", {"facts": FACTS, "lang": "en"}))
    answer = settle(FACTS)
    told = found.structured_content
    assert told["result"]["amo"] == float(answer.to_dict()["amo"]) == 8.4
    assert told["sentence"] == explain(answer, "en").headline
    assert "CSS-R160-6" in {one["id"] for one in told["sources"]}


def test_the_law_of_a_day_is_that_of_the_day(bare):
    def rate(day):
        (found,) = asked(bare, ("law_on", {"day": day, "words": "majoration.taux"}))
        return [one["value"] for one in found.structured_content["values"] if one["id"] == "majoration.taux"]

    assert rate("2026-06-01") == [40]
    assert rate("2008-06-01") != [40]


@pytest.mark.parametrize(
    ("name", "given", "field", "code"),
    [
        ("settle_visit", {"facts": {**FACTS, "convention": "secteur_9"}}, "convention", "wrong_fact"),
        ("explain", {"facts": {**FACTS, "care_date": "1950-01-01"}}, "care_date", None),
        ("law_on", {"day": "yesterday"}, "day", None),
        ("compare_contracts", {"contracts": [], "year": "nosuch"}, "year", "not_accepted"),
        ("due_prevention", {}, "person_id", "person_or_facts"),
    ],
)
def test_a_refusal_names_the_field_in_the_language(bare, name, given, field, code):
    french, english = asked(bare, (name, given), (name, {**given, "lang": "en"}))
    for one in (french, english):
        assert one.is_error
        assert one.structured_content["field"] == field
        assert code in {None, one.structured_content["code"]}
        assert one.content[0].text == one.structured_content["message"]
    assert french.content[0].text != english.content[0].text


def test_an_argument_of_another_type_is_refused_without_a_trace(bare):
    (refused,) = asked(bare, ("settle_visit", {"facts": "thirty euros"}))
    assert refused.is_error
    assert "Traceback" not in refused.content[0].text


# --- the registry ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server(database, settings):
    return create_server(Services(settings, database))


def test_doctors_are_found_without_their_contacts(server, country):
    wanted = {"place": "99001", "specialty": "generaliste", "limit": 3}
    found, refused = asked(
        server, ("find_doctor", wanted), ("find_doctor", {**wanted, "sector": "secteur_9", "lang": "en"})
    )
    professionals = found.structured_content["professionals"]
    assert len(professionals) == 3
    assert set(professionals[0]) == {"id", "name", "specialties", "sector", "accepts", "places"}
    assert refused.structured_content["field"] == "sector"


def test_by_pipes_a_person_needs_a_token(server, country, database, monkeypatch):
    call = ("due_prevention", {"person_id": country.alice})
    (nobody,) = asked(server, call)
    assert nobody.structured_content["code"] == "unauthenticated"
    monkeypatch.setenv("PARCOURS_MCP_TOKEN", country.clients["client"])
    (dates,) = asked(server, call)
    items = dates.structured_content["calendar"]["items"]
    assert items
    assert set(items[0]) == {"programme", "state", "done_on"}
    monkeypatch.setenv("PARCOURS_MCP_TOKEN", country.clients["client_bare"])
    (refused,) = asked(server, call)
    assert refused.structured_content["code"] in {"forbidden", "not_found"}
    noted = [one.tag for one in trail(database) if country.alice in {one.record_id, one.insured_id}]
    assert "prevention:dates:read" in noted
    assert "access:record:refuse" in noted


# --- the two transports, by the command -------------------------------------------------------------------------------


def environment(folder, installed):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARCOURS_")}
    return {**inherited, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_COOKIE_SECURE": "false", **installed}


COMMAND = (sys.executable, "-m", "parcours", "mcp")


def test_by_pipes(tmp_path, sqlite_country):
    installed = country_folder(tmp_path / "data", sqlite_country)
    program = StdioServerParameters(
        command=COMMAND[0], args=list(COMMAND[1:]), env=environment(tmp_path / "data", installed)
    )
    settled, found = asked(program, ("settle_visit", {"facts": FACTS}), ("find_doctor", {"place": "99001", "limit": 1}))
    assert settled.structured_content["result"]["patient"] == 12.6
    assert len(found.structured_content["professionals"]) == 1


@contextmanager
def served(folder, installed):
    port = free_port()
    log = (folder / "mcp.log").open("wb")
    process = subprocess.Popen(
        [*COMMAND, "--http", "--port", str(port)], env=environment(folder, installed), stdout=log, stderr=log
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def with_headers(url, headers):
    @asynccontextmanager
    async def transport():
        async with httpx2.AsyncClient(headers=headers) as web, streamable_http_client(url, http_client=web) as streams:
            yield streams

    return transport()


def test_over_http_each_caller_is_who_their_request_says(tmp_path, sqlite_country, database, country):
    folder = tmp_path / "data"
    installed = country_folder(folder, sqlite_country)
    installed["PARCOURS_DATABASE_URL"] = str(database.engine.url)
    alice = credentials(country, database, "alice", settings_for_tests(cookie_secure=False))
    cookie = {"Cookie": alice["Cookie"]}
    assert cookie["Cookie"].startswith(cookie_name(settings_for_tests(cookie_secure=False)))
    call = ("due_prevention", {"person_id": country.alice})
    with served(folder, installed) as url:
        settled, nobody = asked(url, ("settle_visit", {"facts": FACTS}), call)
        assert settled.structured_content["result"]["amo"] == 8.4
        assert nobody.structured_content["code"] == "unauthenticated"
        (own,) = asked(with_headers(url, cookie), call)
        assert own.structured_content["calendar"]["items"][0]["state"]
        (other,) = asked(with_headers(url, cookie), ("due_prevention", {"person_id": country.zoe}))
        assert other.structured_content["code"] == "not_found"
        elsewhere = httpx2.post(url, json={}, headers={"Host": "evil.example"})
        assert elsewhere.status_code == 421
