"""The record on its pages: the patient reads, answers, copies; the médecin traitant writes; nobody else opens it."""

import json

import pytest

from parcours.registry.store.clock import paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.web.test_me import database_kind, people, send  # noqa: F401


def test_the_doctor_writes_and_the_patient_reads_answers_and_copies(people, country):  # noqa: F811
    amar, alice = people("amar"), people("alice")
    path = f"/practice/record?of={country.alice}"
    assert send(amar, path, "state", section="problems", text="asthme <b>").status_code == 200
    send(amar, path, "state", section="allergies", text="", nothing="1")
    page = send(amar, path, "plan", aims="courir", review_on="2999-01-01", what="bilan du pied", every="1",
                rhythm="year", first_on=paris_today().isoformat())  # fmt: skip
    assert "bilan du pied" in page.text
    mine = alice.get("/me/record", params={"lang": "fr"}).text
    for said in (
        "asthme &lt;b&gt;",
        "rien de connu",
        "as encore demandé",
        "courir",
        "bilan du pied",
        "à faire",
        "chaque année",
    ):
        assert said in mine, said
    action = mine.split('name="action_id" value="')[1].split('"')[0]
    answered = send(alice, "/me/record?lang=fr", "action_done", action_id=action).text
    assert "fait" in answered
    assert "prochaine fois à partir du" in answered
    assert alice.get("/me/record.pdf").content.startswith(b"%PDF-")
    assert json.loads(alice.get("/me/record.json").content)["statements"]


def test_the_patient_accepts_in_the_team_whom_a_letter_names_and_whom_the_directory_shows(people, country):  # noqa: F811
    alice, zola = people("alice"), people("zola")
    patient = f"/practice/record?of={country.alice}"
    assert zola.get(patient).status_code in (403, 404)
    page = alice.get(f"/me/record?lang=fr&with={country.zola}").text
    assert "Accepter cette personne" in page
    taken = send(alice, "/me/record?lang=fr", "change", what="accept", professional_id=country.zola).text
    assert "Plus maintenant" in taken
    assert zola.get(patient).status_code == 200, "the team reads the synthesis"
    assert "Accepter cette personne" not in alice.get(f"/me/record?lang=fr&with={country.zola}").text
    send(alice, "/me/record", "change", what="leave", professional_id=country.zola)
    assert zola.get(patient).status_code in (403, 404)
    assert f"/me/record?with={country.zola}" in alice.get(f"/directory/professionals/{country.zola}").text
    unknown = send(alice, "/me/record", "change", what="accept", professional_id="nobody")
    assert unknown.status_code == 404


@pytest.mark.parametrize("name", ["officer", "administrator", "zola", "delegate"])
def test_nobody_else_opens_a_record(people, country, name):  # noqa: F811
    for path in (f"/practice/record?of={country.alice}", f"/me/record?of={country.alice}"):
        assert people(name).get(path).status_code in (403, 404), path


def test_a_form_that_says_too_little_is_shown_again(people, country):  # noqa: F811
    path = f"/practice/record?of={country.alice}"
    assert send(people("amar"), path, "state", section="allergies", text="").status_code == 422
    for fields in ({"aims": "", "review_on": "2999-01-01"}, {"aims": "x", "review_on": "never"},
                   {"aims": "x", "review_on": "2999-01-01", "every": "often"},
                   {"aims": "x", "review_on": "2001-01-01"}):  # fmt: skip
        assert send(people("amar"), path, "plan", **fields).status_code == 422, fields
