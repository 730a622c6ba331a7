"""`POST /api/v1/bill`: the same cents as the engine, the field that is wrong, nothing that is not a bill."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from parcours.api import create_app
from parcours.api.bill import EXAMPLE_BILL
from parcours.edge.services import Services
from parcours.engine.facts import jsonio
from tests.api.fixtures import settings_for_tests

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
        ({"lines": [{"code": "ZZZ", "fee": 3}]}, "lines[1].code"),
        ({"lines": [{"code": "VG", "fee": -3}]}, "lines[1].fee"),
        ({"lines": []}, "lines"),
        ({"lines": [{"code": "VG", "fee": 1}] * 101}, "lines"),
        ({"contract": "inconnu"}, "contract"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_wrong_is_named(client, changes, field):
    response = client.post(URL, json={"bill": {**EXAMPLE_BILL, **changes}})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert response.json()["field"] == field


@pytest.mark.parametrize("body", [b"", b"[]", b'{"bill": []}', b'{"bill": {}, "more": 1}', b'{"bill": {"lines": NaN}}'])
def test_what_is_not_a_bill_is_refused(client, body):
    assert client.post(URL, content=body).status_code == 422
