"""`POST /api/v1/bill`: the same cents as the engine, the field that is wrong, nothing that is not a bill."""

from decimal import Decimal

import pytest

from parcours.api import create_app
from parcours.api.bill import EXAMPLE_BILL
from parcours.edge.services import Services
from parcours.engine.facts import jsonio
from parcours.law.library.importing import import_library
from tests.api.fixtures import settings_for_tests
from tests.support import official
from tests.support.client import TestClient

URL = "/api/v1/bill"


@pytest.fixture(scope="module")
def client():
    return TestClient(create_app(Services(settings_for_tests())), base_url="https://testserver")


def test_a_bill_is_settled_line_by_line_to_the_cent(client):
    answer = jsonio.loads(client.post(URL, json={"bill": EXAMPLE_BILL}).text)
    assert [line["amo"] for line in answer["lines"]] == [Decimal("8.40"), Decimal("7.00")]
    assert answer["total"]["patient"] == Decimal("12.60")
    assert answer["readings"][0]["name"] == "majoration_seance"


def test_a_reading_can_be_chosen(client):
    body = {"bill": EXAMPLE_BILL, "readings": {"majoration_seance": "par_ligne"}}
    assert jsonio.loads(client.post(URL, json=body).text)["total"]["amo"] == Decimal("11.40")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [{"code": "ZZZ", "fee": 3}]}, "lines[0].code"),
        ({"lines": [{"code": "VG", "fee": -3}]}, "lines[0].fee"),
        ({"lines": []}, "lines"),
        ({"lines": [{"code": "VG", "fee": 1}] * 101}, "lines"),
        ({"contract": "inconnu"}, "contract"),
        ({"unknown": 1}, "unknown"),
        ({"care_date": "2005-01-01", "lines": [{"code": "AMI 2", "fee": 6}]}, "lines[0].care_date"),
    ],
)
def test_what_is_wrong_is_named(client, changes, field):
    response = client.post(URL, json={"bill": {**EXAMPLE_BILL, **changes}})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert response.json()["field"] == field


@pytest.mark.parametrize("body", [b"", b"[]", b'{"bill": []}', b'{"bill": {}, "more": 1}', b'{"bill": {"lines": NaN}}'])
def test_what_is_not_a_bill_is_refused(client, body):
    assert client.post(URL, content=body).status_code == 422


def test_the_faces_of_a_bill_answer_in_the_language_asked(client):
    body, french = {"bill": EXAMPLE_BILL}, {"Accept-Language": "fr"}
    explained = client.post(f"{URL}/explain", json=body, headers=french).json()
    assert "il vous reste" in explained["explanation"]["headline"]
    assert [line["number"] for line in explained["explanation"]["lines"]] == [1, 2]
    assert explained["result"]["total"]["patient"] == 12.6
    advice = client.post(f"{URL}/advise", json=body, headers=french).json()
    assert advice["singles"][0]["saved"] == 10.6
    asked = client.post(f"{URL}/questions", json={"bill": {**EXAMPLE_BILL, "role": None}}, headers=french).json()
    assert asked["question"]["fact"] == "role"
    assert asked["low"] <= 12.6 <= asked["high"]


def test_a_receipt_of_a_bill_replays_and_a_wrong_one_is_refused(client):
    receipt = client.post(f"{URL}/receipts", json={"bill": EXAMPLE_BILL})
    again = client.post("/api/v1/receipts/replay", content=receipt.content)
    assert again.json()["same"] is True
    broken = {**receipt.json(), "lines": 3}
    assert client.post("/api/v1/receipts/replay", json=broken).json()["same"] is False
    assert client.post("/api/v1/receipts/replay", json={**broken, "more": 1}).status_code == 422


@pytest.mark.parametrize("face", ["explain", "advise", "questions", "receipts"])
def test_what_is_wrong_in_a_bill_is_named_by_every_face(client, face):
    response = client.post(f"{URL}/{face}", json={"bill": {**EXAMPLE_BILL, "lines": [{"code": "ZZZ", "fee": 3}]}})
    assert (response.status_code, response.json()["field"]) == (422, "lines[0].code")


def test_a_code_of_an_imported_list_is_settled_and_its_list_named(client, tmp_path, monkeypatch):
    bill = {"care_date": "2026-11-25", "age": 40, "lines": [{"code": "1104", "fee": 5.75}]}
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path / "library"))
    refused = client.post(URL, json={"bill": bill})
    assert refused.status_code == 422
    assert "parcours law import nabm" in refused.text
    import_library("nabm", [official.write_tables(tmp_path / "files", official.nabm_tables())])
    answer = jsonio.loads(client.post(URL, json={"bill": bill}).text)
    assert answer["total"]["base"] == Decimal("5.75")
    assert list(answer["libraries"]) == ["nabm"]


def test_a_damaged_library_is_told_not_an_internal_error(client, monkeypatch, tmp_path):
    (tmp_path / "ccam.sqlite").write_bytes(b"not a library")
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(tmp_path))
    response = client.post(URL, json={"bill": {**EXAMPLE_BILL, "lines": [{"code": "ABCD001", "fee": 30}]}})
    assert response.status_code == 503
    assert response.json()["code"] == "library_unusable"
    assert "ccam" in response.json()["detail"]
    assert str(tmp_path) not in response.text
