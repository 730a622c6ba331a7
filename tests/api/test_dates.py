"""A day of long ago or far ahead is refused or answered, never an internal error."""

import re

import pytest

from parcours.api.common import EARLIEST, LATEST, In
from tests.roles.test_roles import ROWS, filled, ids_of

V1 = "/api/v1"
OUTSIDE = ("0001-01-01", "9999-12-31")
INSIDE = (EARLIEST.isoformat(), LATEST.isoformat())
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z")
DATED = [row for row in ROWS if any(re.search("(_on|_date|^on|_until)$", name) for name in row.body or {})]


def models(of=In):
    for one in of.__subclasses__():
        yield one
        yield from models(one)


@pytest.mark.parametrize("model", sorted(set(models()), key=lambda one: one.__qualname__), ids=lambda one: one.__name__)
def test_every_day_that_is_sent_has_bounds(model):
    for name, schema in model.model_json_schema()["properties"].items():
        for kind in (schema, *schema.get("anyOf", ())):
            if kind.get("format") in {"date", "date-time"}:
                assert bounded(model.model_fields[name]), f"{model.__name__}.{name}: a Day or an Instant"


def bounded(field):
    return "Ge" in repr(field) and "Le" in repr(field)


@pytest.mark.parametrize("day", OUTSIDE + INSIDE)
@pytest.mark.parametrize("row", DATED, ids=ids_of)
def test_a_day_sent_at_the_ends_of_time(as_user, country, row, day):
    ids = {name: value for name, value in vars(country).items() if isinstance(value, str)} | {"place": "x"}
    body = {key: filled(value, ids) for key, value in row.body.items()}
    dates = {name: day for name in body if re.search("(_on|_date|^on|_until)$", name)}
    name = next(one for one in ("officer", "amar", "administrator", "alice") if one in row.allowed)
    answer = as_user(name).request(row.method, V1 + filled(row.path, ids), json=body | dates)
    assert answer.status_code < 500, answer.text
    if day in OUTSIDE:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_at_the_ends_of_time(as_user, country, instant):
    patient = as_user("alice")
    asked = patient.get(f"{V1}/people/{country.alice}/medecin-traitant", params={"known_at": instant})
    assert asked.status_code == 422, asked.text
    body = {"professional_id": country.amar, "care_date": "2026-01-05", "known_at": instant}
    assert patient.post(f"{V1}/people/{country.alice}/facts", json=body).status_code == 422


@pytest.mark.parametrize("path", ["medecin-traitant", "care-plans"])
def test_a_day_in_an_address(as_user, country, path):
    patient = as_user("alice")
    for day in OUTSIDE:
        assert patient.get(f"{V1}/people/{country.alice}/{path}", params={"on": day}).status_code == 422
    for day in INSIDE:
        assert patient.get(f"{V1}/people/{country.alice}/{path}", params={"on": day}).status_code == 200


def test_a_form_of_before_the_law_is_refused_by_its_field(as_user, country):
    form = {"patient_id": country.alice, "professional_id": country.zola, "signed_on": "2004-01-01",
            "received_on": "2004-02-01", "signed_by_insured": True, "signed_by_doctor": True}  # fmt: skip
    refused = as_user("officer").post(f"{V1}/declarations/forms", json=form)
    assert (refused.status_code, refused.json()["code"]) == (422, "signed_before_the_law")
