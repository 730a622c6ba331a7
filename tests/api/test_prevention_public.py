"""What a person is due over HTTP, without an account: the same as the command, and nothing kept."""

from collections.abc import Iterator

import pytest

from parcours.api.app import create_app
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from tests.support.client import TestClient

PERSON = {"birth_date": "1971-03-02", "sex": "female", "on": "2026-11-26"}


@pytest.fixture(scope="module")
def anybody() -> Iterator[TestClient]:
    with TestClient(create_app(Services(Settings())), base_url="https://parcours.test") as client:
        yield client


def items(answer: object) -> dict[str, dict[str, object]]:
    return {item["programme"]: item for item in answer["items"]}  # type: ignore[index]


def test_an_age_and_a_body_are_enough(anybody: TestClient) -> None:
    answer = anybody.get("/api/v1/prevention", params={"age": 55, "sex": "female"}, headers={"accept-language": "fr"})
    assert answer.status_code == 200
    found = items(answer.json())
    assert found["sein"]["state"] == "due"
    assert found["sein"]["price"]["free"] is True  # type: ignore[index]
    assert found["sein"]["label"] == "Dépistage du cancer du sein"


def test_an_age_in_an_address_is_a_number_and_a_birth_date_is_not_there(anybody: TestClient) -> None:
    baby = items(anybody.get("/api/v1/prevention", params={"months": 8, "on": "2026-11-26"}).json())
    assert baby["child.m9"]["by"] == "2026-12-25"
    for wrong in ({"age": 900}, {"sex": "female"}, {"age": 40, "on": "x"}):
        assert anybody.get("/api/v1/prevention", params=wrong).status_code == 422


def test_more_is_said_in_a_body(anybody: TestClient) -> None:
    said = {**PERSON, "done": [{"programme": "sein", "on": "2025-06-01"}], "refused": [{"programme": "colorectal"}]}
    found = items(anybody.post("/api/v1/prevention", json=said).json())
    assert (found["sein"]["state"], found["sein"]["next_on"]) == ("done", "2027-06-01")
    assert found["colorectal"]["state"] == "refused"


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "birth_date"), ({"birth_date": 3}, "birth_date"), ({**PERSON, "on": "x"}, "on"),
     ({**PERSON, "nom": "x"}, "nom"),
     ({**PERSON, "on": 20261126}, "on"), ({**PERSON, "sex": ["x"]}, "sex")],
)  # fmt: skip
def test_what_is_wrong_is_named(anybody: TestClient, said: dict[str, object], field: str) -> None:
    answer = anybody.post("/api/v1/prevention", json=said)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_readings_are_texts(anybody: TestClient) -> None:
    assert anybody.post("/api/v1/prevention", json={**PERSON, "readings": 3}).status_code == 422
    wide = {"birth_date": "2017-06-01", "on": "2026-11-26", "readings": {"between_ages": "wide"}}
    assert items(anybody.post("/api/v1/prevention", json=wide).json())["child.a8"]["state"] == "due"
