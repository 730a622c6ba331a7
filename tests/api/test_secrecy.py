"""A minor may keep a referral, its letter and its reports from those who act for them (CSP L1111-5)."""

import pytest

from tests.api.fixtures import trail

LETTER = {"reason": "Contraception SECRÈTE", "question": "Avis ?"}


@pytest.fixture
def kept(as_user, country, database):
    """Nora, sixteen, asks her doctor to keep it from her mother Alice, who holds parental authority over her."""
    from parcours.registry.directory.models import Professional
    from parcours.registry.people.models import Insured

    with database.writing() as session:
        nora, amar = session.get(Insured, country.nora), session.get(Professional, country.amar)
        row = declare_minor(session, nora, amar, country.alice)
        assert row.state.value == "in_force"
    body = {"patient_id": country.nora, "flow": "avis_ponctuel", "addressee_id": country.sand, "letter": LETTER,
            "withheld": True}  # fmt: skip
    answer = as_user("amar").post("/api/v1/referrals", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def declare_minor(session, insured, doctor, parent_id):
    from parcours.registry.declarations import service as declarations

    row = declarations.propose(session, declarations.Proposal(insured_id=insured.id, professional_id=doctor.id))
    declarations.agree(session, row.id, party="parent", parent_id=parent_id)
    return declarations.agree(session, row.id, party="doctor")


def seen_by(client, person, referral):
    """Every way a person's record shows a referral."""
    return {
        path
        for path in (f"/people/{person}/referrals", f"/people/{person}/export", f"/people/{person}/accesses",
                     f"/referrals/{referral}", f"/referrals/{referral}/letter")
        if referral in str(client.get(f"/api/v1{path}").json()) or "SECR" in client.get(f"/api/v1{path}").text
    }  # fmt: skip


def test_a_parent_neither_reads_it_nor_knows_that_it_is_there(as_user, country, kept, database):
    assert as_user("alice").get(f"/api/v1/people/{country.nora}").status_code == 200
    assert seen_by(as_user("alice"), country.nora, kept) == set()
    for path in (f"/referrals/{kept}", f"/referrals/{kept}/letter"):
        assert as_user("alice").get(f"/api/v1{path}").status_code == 404
    assert as_user("alice").post(f"/api/v1/referrals/{kept}/cancellation").status_code == 404
    assert as_user("alice").post(f"/api/v1/referrals/{kept}/secrecy", json={"withheld": False}).status_code == 404


def test_the_minor_and_the_doctors_read_it(as_user, country, kept):
    assert len(seen_by(as_user("nora"), country.nora, kept)) == 5
    for doctor in ("amar", "sand"):
        assert as_user(doctor).get(f"/api/v1/referrals/{kept}/letter").status_code == 200


def test_the_minor_shows_it_and_keeps_it_again(as_user, country, kept, database):
    path = f"/api/v1/referrals/{kept}/secrecy"
    assert as_user("nora").post(path, json={"withheld": False}).json()["withheld"] is False
    assert as_user("alice").get(f"/api/v1/referrals/{kept}/letter").status_code == 200
    assert as_user("nora").post(path, json={"withheld": True}).json()["withheld"] is True
    assert as_user("alice").get(f"/api/v1/referrals/{kept}/letter").status_code == 404
    assert len(trail(database, tag="referrals:referral:withhold")) == 2


def test_an_adult_has_nobody_to_keep_it_from(as_user, country):
    body = {"patient_id": country.alice, "flow": "avis_ponctuel", "addressee_id": country.sand, "letter": LETTER}
    refused = as_user("amar").post("/api/v1/referrals", json=body | {"withheld": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "withheld_of_adult")
    own = as_user("alice").post(f"/api/v1/referrals/{country.referral}/secrecy", json={"withheld": True})
    assert own.status_code == 422
