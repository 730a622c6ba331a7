"""The engine over HTTP: same cents as the library, errors with the field, streams of any length."""

import json
from decimal import Decimal

import pytest

from parcours.api import create_app
from parcours.api.bodies import EXAMPLE_FACTS
from parcours.edge.services import Services
from parcours.engine.case import settle
from parcours.engine.facts import jsonio
from parcours.engine.memory import settle_many
from tests.api.fixtures import settings_for_tests
from tests.support.client import TestClient

V1 = "/api/v1"


@pytest.fixture(scope="module")
def client():
    app = create_app(Services(settings_for_tests(batch_line_max_bytes=2000, batch_max_bytes=1_000_000)))
    with TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en"}) as client:
        yield client


def case(**facts):
    return {"facts": {**EXAMPLE_FACTS, **facts}}


def test_a_visit_outside_the_pathway_costs_what_the_rule_says(client):
    response = client.post(f"{V1}/settle", json=case())
    assert response.status_code == 200, response.text
    answer = jsonio.loads(response.text)
    assert (answer["amo"], answer["patient"], answer["status"]) == (Decimal("8.40"), Decimal("21.60"), "P")
    assert '"amo": 8.40' in response.text, "two decimals, not a float"


def test_the_api_answers_what_the_library_answers(client):
    for fee in ("25", "30.5", 60):
        expected = jsonio.loads(jsonio.dumps(settle({**EXAMPLE_FACTS, "fee": fee}).to_dict()))
        assert jsonio.loads(client.post(f"{V1}/settle", json=case(fee=fee)).text) == expected


def test_no_mutuelle_and_care_later_than_the_law_checked_are_said(client):
    answer = client.post(f"{V1}/settle", json=case(care_date="2050-01-03")).json()
    assert answer["defaults"]["contract"] == "none"
    assert "a rule may have changed since" in answer["later_than_checked"]
    assert (
        "a rule may have changed since"
        in batch(client, [{**EXAMPLE_FACTS, "care_date": "2050-01-03"}])[0]["later_than_checked"]
    )
    said = client.post(f"{V1}/settle", json=case(contract="none")).json()
    assert "contract" not in said["defaults"]
    assert "later_than_checked" not in said


def test_a_reading_changes_the_answer(client):
    body = case() | {"readings": {"plafond_majoration": "fiche"}}
    assert jsonio.loads(client.post(f"{V1}/settle", json=body).text)["amo"] == Decimal("7.00")


@pytest.mark.parametrize(
    ("facts", "field", "code"),
    [
        ({"fee": "beaucoup"}, "fee", "wrong_fact"),
        ({"fee": "1e999990"}, "fee", "wrong_fact"),
        ({"fee": "1e999999999"}, "fee", "wrong_fact"),
        ({"care_date": "2025-02-30"}, "care_date", "wrong_fact"),
        ({"specialty": "dermatolog"}, "specialty", "wrong_fact"),
        ({"specialite": "x"}, "specialite", "wrong_fact"),
        ({"role": None}, "role", "missing_fact"),
    ],
)
def test_a_wrong_fact_is_named_with_what_is_allowed(client, facts, field, code):
    response = client.post(f"{V1}/settle", json=case(**facts))
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    problem = response.json()
    assert (problem["code"], problem["field"]) == (code, field)
    assert problem["errors"][0]["allowed"]


NOT_CASES = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff",
    b'{"facts": NaN}',
    b'{"facts": {}, "more": 1}',
    b'{"facts": []}',
    b"[" * 100_000,
    b'{"facts": {}, "readings": {"a": 1}}',
    '{"facts": {"act": "\u20631\u2063"}}'.encode(),
    rb'{"facts": {"act": "\u20631\u2063"}}',
]


@pytest.mark.parametrize("body", NOT_CASES, ids=range(len(NOT_CASES)))
@pytest.mark.parametrize("endpoint", ["settle", "explain", "advise", "questions", "receipts", "receipts/replay"])
def test_what_is_not_a_case_is_refused(client, endpoint, body):
    response = client.post(f"{V1}/{endpoint}", content=body)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("settle", {"fee": 30}, "fee is a fact: put it in `facts`"),
        ("settle", [{"fee": 30}], "an object is expected, with the facts of one act in `facts`"),
        ("bill", {"lines": []}, "put the bill in `bill`"),
    ],
)
def test_facts_without_their_wrapping_are_told_where_to_go(client, path, body, said):
    response = client.post(f"{V1}/{path}", json=body)
    assert response.status_code == 422
    assert said in response.json()["detail"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_parameter_that_an_endpoint_does_not_know_is_refused_by_name(client, lang):
    response = client.get(f"{V1}/tables?on=2025-01-01&sector=1", headers={"Accept-Language": lang})
    assert response.status_code == 422
    problem = response.json()
    assert problem["field"] == "sector"
    assert problem["errors"] == [
        {
            "field": "sector", "code": "unknown_parameter", "allowed": "on",
            "message": {"fr": "ce paramètre n'existe pas ici", "en": "there is no such parameter here"}[lang],
        }
    ]  # fmt: skip
    assert client.post(f"{V1}/settle?x=1", json=case(), headers={"Accept-Language": lang}).status_code == 422


def test_the_default_language_is_french_and_documented(client):
    said = client.post(f"{V1}/explain", json=case(), headers={"Accept-Language": ""})
    assert "Hors du parcours" in said.text
    described = client.get("/api/openapi.json").json()["info"]["description"]
    assert "French where a request has no such header" in " ".join(described.split())


def test_explain_follows_the_language(client):
    for language, word in (("fr", "Hors du parcours"), ("en", "Outside")):
        response = client.post(f"{V1}/explain", json=case(), headers={"Accept-Language": language})
        assert word in response.json()["explanation"]["headline"]


def test_advise_is_in_euros(client):
    advice = jsonio.loads(client.post(f"{V1}/advise", json=case()).text)
    assert advice["patient"] == Decimal("21.60")
    assert advice["singles"][0]["saved"] > 0
    assert client.post(f"{V1}/advise?acts_per_year=0", json=case()).status_code == 422


def test_questions_narrow_the_range(client):
    first = jsonio.loads(client.post(f"{V1}/questions", json={"facts": {}}).text)
    assert first["question"]["fact"]
    last = jsonio.loads(client.post(f"{V1}/questions", json=case()).text)
    assert last["range"]["high"] == Decimal("21.60")
    assert first["range"]["high"] is None or first["range"]["high"] > Decimal("21.60")


def test_a_receipt_is_replayed_and_a_changed_one_found(client):
    receipt = client.post(f"{V1}/receipts", json=case())
    assert client.post(f"{V1}/receipts/replay", content=receipt.content).json()["same"] is True
    forged = receipt.content.replace(b'"amo": 840', b'"amo": 940')
    assert forged != receipt.content
    assert client.post(f"{V1}/receipts/replay", content=forged).json()["same"] is False


@pytest.mark.parametrize(
    "change", [{"facts": 3}, {"counters": {"x": 1}}, {"law": []}, {"contract": {"present": "x"}}, {"hash": 3}]
)
def test_a_malformed_receipt_is_refused(client, change):
    from parcours.engine.say.receipt import digest

    receipt = json.loads(client.post(f"{V1}/receipts", json=case()).text) | change
    body = {name: value for name, value in receipt.items() if name != "hash"}
    receipt["hash"] = digest(body) if change.get("hash") is None else 3
    response = client.post(f"{V1}/receipts/replay", json=receipt)
    assert response.status_code in (200, 422), response.text
    if response.status_code == 200:
        assert response.json()["same"] is False


def test_a_receipt_with_a_field_of_its_own_is_refused(client):
    receipt = json.loads(client.post(f"{V1}/receipts", json=case()).text) | {"role": "administrator"}
    response = client.post(f"{V1}/receipts/replay", json=receipt)
    assert response.status_code == 422
    assert "role" in response.text


# --- batches ---------------------------------------------------------------------------------------------------------


def batch(client, rows):
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    response = client.post(
        f"{V1}/settle/batch", content=text.encode(), headers={"Content-Type": "application/x-ndjson"}
    )
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [jsonio.loads(line) for line in response.text.splitlines()]


def test_a_batch_runs_the_caps_like_the_library(client):
    rows = [
        {**EXAMPLE_FACTS, "patient_id": f"P{patient}", "professional_id": "D", "care_date": f"2025-{month:02}-10"}
        for patient in range(3)
        for month in range(1, 13)
        for _ in range(3)
    ]
    answered = batch(client, rows)
    expected = [jsonio.loads(jsonio.dumps(one.to_dict())) for one in settle_many(rows)]
    for line, answer in zip(answered, expected, strict=True):
        assert (line["amo"], line["participation_forfaitaire"]) == (answer["amo"], answer["participation_forfaitaire"])
    per_patient = sum(line["participation_forfaitaire"] for line in answered[:36])
    assert per_patient == Decimal("50.00"), "the cap of a year binds"


@pytest.mark.parametrize("line", ['{"fee": 1e99999999999999999999}', '{"id": "\\ud800"}', '{"patient_id": "\\udfff"}'])
def test_a_line_that_cannot_be_held_or_sent_back_does_not_break_the_batch(client, line):
    refused, settled = batch(client, [line, EXAMPLE_FACTS])
    assert refused["error"]["field"] == "line"
    assert "error" not in settled
    problem = client.post(f"{V1}/settle", content=f'{{"facts": {line}}}')
    assert (problem.status_code, problem.json()["code"]) == (422, "json_invalid")


def test_errors_of_a_batch_stand_in_their_place(client):
    good = {**EXAMPLE_FACTS, "id": "x"}
    answered = batch(client, [good, "{", "[]", {**good, "fee": "?"}, "x" * 3000, {**good, "nosuch": 1}, good])
    assert [line["row"] for line in answered] == list(range(1, 8))
    assert ["error" in line for line in answered] == [False, True, True, True, True, True, False]
    assert [line["error"]["field"] for line in answered[1:6]] == ["line", "line", "fee", "line", "nosuch"]
    assert answered[6]["id"] == "x"


def test_lines_of_a_patient_must_be_together_and_in_order(client):
    def row(patient, day):
        return {**EXAMPLE_FACTS, "patient_id": patient, "care_date": day}

    answered = batch(
        client, [row("a", "2025-03-01"), row("a", "2025-02-01"), row("b", "2025-01-01"), row("a", "2025-04-01")]
    )
    assert [line.get("error", {}).get("field") for line in answered] == [None, "reimbursement_date", None, "patient_id"]


def test_lines_are_found_however_the_stream_is_cut(client):
    text = "\n".join(json.dumps({**EXAMPLE_FACTS, "id": number}) for number in range(20)) + "\n\n"
    data = text.encode()
    chunks = (data[start : start + 7] for start in range(0, len(data), 7))
    response = client.post(f"{V1}/settle/batch", content=chunks)
    assert [json.loads(line)["id"] for line in response.text.splitlines()] == list(range(20))


def test_a_stream_larger_than_allowed_ends_with_an_error(client):
    line = json.dumps(EXAMPLE_FACTS).encode() + b"\n"
    response = client.post(f"{V1}/settle/batch", content=(line for _ in range(8000)))
    lines = response.text.splitlines()
    assert json.loads(lines[-1])["error"]["field"] == "body"
    assert len(lines) < 8000


# --- the law ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [
        "law/parameters", "law/parameters/majoration.taux", "law/readings", "law/gaps", "law/ald?on=2026-11-26",
        "tables?on=2025-06-01",
    ],
)  # fmt: skip
def test_law_data_has_an_etag(client, path):
    first = client.get(f"{V1}/{path}")
    assert first.status_code == 200, first.text
    again = client.get(f"{V1}/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{V1}/{path}", headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"})
    assert other.status_code == 200
    assert "no-store" not in first.headers["Cache-Control"]


def test_parameters_have_the_value_of_the_day(client):
    def surcharge(day):
        found = client.get(f"{V1}/law/parameters", params={"on": day}).json()
        return next(one for one in found if one["id"] == "participation_forfaitaire.montant")["value"]

    assert (surcharge("2020-01-01"), surcharge("2025-01-01")) == (1, 2)
    assert client.get(f"{V1}/law/parameters/nosuch").status_code == 404


def test_a_long_term_condition_has_the_duration_of_the_day(client):
    def years(day):
        found = client.get(f"{V1}/law/ald", params={"on": day}).json()
        return next(one["years"] for one in found if one["id"] == "24")

    assert (years("2024-07-09"), years("2024-07-10")) == (3, 5)


def test_tables_are_in_euros(client):
    blocks = jsonio.loads(client.get(f"{V1}/tables?on=2025-06-01").text)
    own = next(one for one in blocks if one["situation"] == "medecin_traitant")
    assert own["rows"][0]["amo"] == Decimal("19.00")
    assert client.get(f"{V1}/tables").status_code == 422
    assert client.get(f"{V1}/tables?on=1901-01-01").status_code in (200, 422)
