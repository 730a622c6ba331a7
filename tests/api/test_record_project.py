"""The project and its calendar over HTTP; a record exported by one doctor is imported by the next."""

from parcours.registry.store.clock import paris_today
from tests.api.fixtures import trail

V1 = "/api/v1"


def record(person):
    return f"{V1}/people/{person}/record"


def test_a_project_has_a_calendar_that_the_patient_answers(as_user, country, database):
    doctor, patient = as_user("amar"), as_user("alice")
    body = {"aims": "SECRET", "review_on": "2999-01-01",
            "actions": [{"what": "SECRET fond d'œil", "first_on": paris_today().isoformat(), "every": 1,
                         "rhythm": "year"}]}  # fmt: skip
    assert doctor.post(f"{record(country.alice)}/project", json=body).status_code == 201
    (action,) = patient.get(f"{record(country.alice)}/project").json()["actions"]
    assert action["state"] == "due"
    done = patient.post(f"{V1}/record/actions/{action['id']}/notes", json={"outcome": "done"})
    assert [one["state"] for one in done.json()["actions"]] == ["done"]
    wrong = doctor.post(f"{record(country.alice)}/project", json={**body, "review_on": "2001-01-01"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "review_on")
    for name in ("officer", "administrator", "delegate", "zola"):
        answer = as_user(name).get(f"{record(country.alice)}/project")
        assert answer.status_code in (403, 404)
        assert "SECRET" not in answer.text
    assert any(one.tag == "record:follow_up:note" for one in trail(database))


def test_what_one_exports_another_imports_once(as_user, country, database):
    doctor = as_user("amar")
    doctor.post(f"{record(country.alice)}/statements", json={"section": "problems", "text": "SECRET"})
    package = as_user("alice").get(f"{record(country.alice)}/export").json()
    assert package["format"] == "parcours-record-1"
    again = doctor.post(f"{record(country.alice)}/import", json={"package": package})
    assert again.json() == {"statements": 0, "documents": 0, "projects": 0, "known": 3}, "a line, a letter, a plan"
    package["statements"][0]["text"] = "SECRET venu d'ailleurs"
    added = doctor.post(f"{record(country.alice)}/import", json={"package": package})
    assert added.json()["statements"] == 1
    for kind, name in (("json", "package"), ("xml", "cda")):
        paper = doctor.get(f"{record(country.alice)}/synthesis.{kind}")
        content = paper.json() if kind == "json" else paper.text
        taken = doctor.post(f"{record(country.alice)}/import", json={name: content})
        assert (taken.json()["statements"], taken.json()["known"]) == (0, 2), kind
    assert not [one for one in trail(database) if "SECRET" in str(one.details)]


def test_what_is_no_record_is_refused_and_its_text_not_repeated(as_user, country):
    doctor = as_user("amar")
    for body in ({}, {"package": {"format": "SECRET"}}, {"cda": "<SECRET"}, {"package": {}, "cda": "<a/>"}):
        answer = doctor.post(f"{record(country.alice)}/import", json=body)
        assert answer.status_code == 422
        assert "SECRET" not in answer.text
