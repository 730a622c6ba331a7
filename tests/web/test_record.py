"""The record on its pages: the patient reads, answers, copies; the médecin traitant writes; nobody else opens it."""

import json

import pytest

from parcours.registry.store.clock import paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, _keys  # noqa: F401
from tests.web.test_fund import number_of
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


def test_an_emergency_is_opened_with_a_password_shown_everywhere_and_reviewed(people, country, database_url):  # noqa: F811
    amar, alice, zola = people("amar"), people("alice"), people("zola")
    send(amar, f"/practice/record?of={country.alice}", "state", section="allergies", text="pénicilline")
    send(amar, f"/practice/record?of={country.alice}", "state", section="lifestyle", text="RYTHMEDEVIE")
    read = f"/practice/emergency/record?of={country.alice}"
    number, born = number_of(database_url, country.alice)
    assert zola.get(read).status_code == 404
    given = {"number": number, "birth_date": born, "reason": "other", "explanation": "malaise au cabinet",
             "password": PASSWORD}  # fmt: skip
    for fields, status in (
        ({"password": "wrong"}, 401), ({"explanation": "vite"}, 422), ({"reason": ""}, 422), ({"number": "1"}, 422),
        ({"birth_date": "1901-01-01"}, 422),
    ):  # fmt: skip
        answer = send(zola, "/practice/emergency", "open", **{**given, **fields})
        assert answer.status_code == status, fields
        assert zola.get(read).status_code == 404
    assert 'name="password"' not in people("delegate").get("/practice/emergency").text
    page = send(zola, "/practice/emergency", "open", **given)
    assert "pénicilline" in page.text
    assert "RYTHMEDEVIE" not in page.text
    assert "reading only" in zola.get("/practice/line").text, "every page of the desk says that a record is open"
    assert zola.get(f"/practice/emergency/record?of={country.yann}").status_code == 404
    assert zola.get(f"/practice/record?of={country.alice}").status_code == 404
    assert "Emergency access to review" in amar.get("/practice").text
    assert "Emergency access to review" not in zola.get("/practice").text
    assert "opened in an emergency" in alice.get("/me/messages").text
    assert "the record, in an emergency" in alice.get("/me/privacy").text
    mine = alice.get("/me/record").text
    assert "malaise au cabinet" in mine
    access = mine.split('name="access_id" value="')[1].split('"')[0]
    send(amar, f"/practice/record?of={country.alice}", "review", access_id=access, verdict="not_justified")
    assert "not justified" in alice.get("/me/record").text
    assert "was not justified" in alice.get("/me/messages").text
    assert zola.get(read).status_code == 404, "not justified: it ends"
    assert "reading only" not in zola.get("/practice/line").text
    assert "reading only" in send(zola, "/practice/emergency", "open", **given).text
    again = send(zola, "/practice/emergency", "open", **given).text
    banner = again.split('role="status"')[1].split("</p>")[0]
    assert (again.count("reading only"), banner.count("until")) == (1, 1), "one banner, each person once"
    send(alice, "/me/record", "change", what="emergency")
    assert zola.get(read).status_code == 404, "opposed while it is open: it ends"
    assert "reading only" not in zola.get("/practice/line").text
    refused = send(zola, "/practice/emergency", "open", **given)
    assert refused.status_code == 422
    assert "in advance" in refused.text
    assert "in advance" in alice.get("/me/privacy").text, "the attempt is shown to the person"


def test_a_consent_of_the_moment_opens_what_it_says_and_what_was_told_is_shown(people, country, database_url):  # noqa: F811
    alice, zola, amar = people("alice"), people("zola"), people("amar")
    patient = f"/practice/record?of={country.alice}"
    assert "silence is no agreement" in alice.get("/me/record").text
    consent = {"what": "consent", "professional_id": country.zola, "hours": "1"}
    assert send(alice, "/me/record", "change", **consent, scope="documents").status_code == 200
    assert zola.get(patient).status_code == 404, "to the documents alone"
    offered = alice.get(f"/me/record?with={country.zola}").text
    assert 'value="synthesis"' in offered
    assert 'value="documents"' not in offered, "no page shows them"
    page = send(alice, "/me/record", "change", **consent, scope="synthesis").text
    assert "The synthesis alone" in page
    assert "Read in the account" in page
    assert zola.get(patient).status_code == 200
    number, born = number_of(database_url, country.alice)
    assert "Read the record" in send(zola, "/practice", "read", number=number, birth_date=born).text
    assert send(alice, "/me/record", "change", **{**consent, "hours": "25"}, scope="all").status_code == 422
    send(amar, patient, "inform")
    assert "Told by" in alice.get("/me/record").text
    send(alice, "/me/record", "change", what="leave", professional_id=country.zola)
    assert zola.get(patient).status_code in (403, 404)
