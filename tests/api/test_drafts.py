"""Drafts by REST: whoever of the practice prepares, the doctor alone signs, and nobody else sees it before."""

from datetime import timedelta

from parcours.registry.store.clock import paris_today
from tests.api.fixtures import PASSWORD

V1 = "/api/v1"
ACTORS = [{"acts": "consultation de cardiologie", "specialty": 3, "visits": 2, "unit": "year"}]
LETTER = {"draft": "letter", "reason": "MARQUE", "question": "Avis ?", "specialty": 3}
PLAN = {"draft": "plan", "kind": "soins_iteratifs", "content": "MARQUE", "starts_on": "2026-01-05", "actors": ACTORS}
PROTOCOL = {"draft": "protocol", "condition": "24", "content": "MARQUE", "actors": ACTORS}


def test_a_delegate_prepares_and_the_doctor_signs(as_user, country):
    delegate, doctor, patient = as_user("delegate"), as_user("amar"), as_user("alice")
    for body, written in ((LETTER, "referrals"), (PLAN, "care-plans"), (PROTOCOL, "ald-protocols")):
        made = delegate.post(f"{V1}/people/{country.alice}/drafts", json=body)
        assert made.status_code == 201, made.text
        path = made.headers["Location"]
        assert "MARQUE" not in made.text
        assert [one["id"] for one in doctor.get(f"{V1}/my/drafts").json()] == [made.json()["id"]]
        assert "MARQUE" in doctor.get(path).text
        for other in ("alice", "sand", "officer"):
            assert as_user(other).get(path).status_code == 404, other
        assert made.json()["id"] not in patient.get(f"{V1}/people/{country.alice}/export").text, "a note, until signed"
        assert delegate.post(f"{path}/signature").status_code == 403
        signed = doctor.post(f"{path}/signature")
        assert signed.status_code == 201, signed.text
        assert patient.get(f"{V1}/{written}/{signed.json()['id']}").status_code == 200
        assert doctor.get(path).status_code == 404
    assert doctor.get(f"{V1}/my/drafts").json() == []


def test_what_was_prepared_is_written_over_or_thrown_away(as_user, country):
    delegate = as_user("delegate")
    path = delegate.post(f"{V1}/people/{country.alice}/drafts", json=LETTER).headers["Location"]
    version = {"If-Match": delegate.get(path).headers["ETag"]}
    again = delegate.put(path, json={**LETTER, "reason": "Autre motif"}, headers=version)
    assert again.json()["content"]["reason"] == "Autre motif"
    assert delegate.put(path, json=LETTER, headers=version).status_code == 412, "somebody wrote in between"
    other = delegate.put(path, json=PLAN, headers={"If-Match": again.headers["ETag"]})
    assert (other.status_code, other.json()["code"]) == (422, "other_kind")
    assert delegate.put(path, json={**LETTER, "reason": ""}).status_code == 422
    assert delegate.delete(path).status_code == 204
    wrong = {**PLAN, "actors": [{"acts": "consultation", "specialty": 3}]}
    stays = delegate.post(f"{V1}/people/{country.alice}/drafts", json=wrong).headers["Location"]
    assert as_user("amar").post(f"{stays}/signature").status_code == 422, "no rhythm"
    assert delegate.get(stays).status_code == 200, "what cannot be signed stays a draft"
    assert delegate.get(path).status_code == 404


def test_a_report_is_prepared_and_signed_after_the_visit(as_user, country):
    doctor = as_user("sand")
    path = f"{V1}/referrals/{country.referral}"
    first = doctor.post(f"{path}/drafts", json={"text": "brouillon"})
    again = doctor.post(f"{path}/drafts", json={"text": "relu"})
    assert first.json()["id"] == again.json()["id"], "one report is prepared for a referral"
    assert doctor.post(f"{again.headers['Location']}/signature").status_code in (409, 422), "nobody came yet"
    doctor.post(f"{path}/uses", json={})
    assert doctor.post(f"{again.headers['Location']}/signature").status_code == 201
    assert [one["text"] for one in doctor.get(f"{path}/letter").json()["reports"]] == ["relu"]


def test_a_closed_referral_leaves_each_their_own_writings(as_user, country, database_url):
    """Past its last day the author reads the letter, who answered reads that report, and nothing of the rest."""
    from parcours.registry.referrals.models import Referral
    from parcours.registry.store.db import Database

    author, addressee = as_user("amar"), as_user("sand")
    path = f"{V1}/referrals/{country.referral}"
    addressee.post(f"{path}/uses", json={})
    addressee.post(f"{path}/reports", json={"text": "réponse"})
    database = Database.open(database_url)
    with database.writing() as session:
        row = session.get_one(Referral, country.referral)
        row.issued_on, row.valid_until = row.issued_on - timedelta(400), paris_today() - timedelta(1)
    database.close()
    assert author.get(f"{path}/letter").status_code == 200
    assert addressee.get(f"{path}/letter").status_code in (403, 404)
    assert addressee.get(f"{path}/report.json").status_code == 200
    assert as_user("zola").get(f"{path}/report.json").status_code == 404


def test_a_correspondent_reads_the_extract_and_neither_the_synthesis_nor_other_letters(as_user, country):
    author, addressee = as_user("amar"), as_user("sand")
    author.post(f"{V1}/people/{country.alice}/record/statements", json={"section": "problems", "text": "MARQUE"})
    other = author.post(
        f"{V1}/referrals",
        json={"patient_id": country.alice, "flow": "avis_ponctuel", "addressee_id": country.zola,
              "letter": {"reason": "MARQUE", "question": "?", "extract": [["problems", "MARQUE"]]}},
    )  # fmt: skip
    assert other.status_code == 201, other.text
    for path in ("record", "record/history", "record/synthesis.json", "record/documents", "record/project"):
        assert addressee.get(f"{V1}/people/{country.alice}/{path}").status_code in (403, 404), path
    assert addressee.get(f"{V1}/referrals/{other.json()['id']}/letter").status_code in (403, 404)
    extract = as_user("zola").get(f"{V1}/referrals/{other.json()['id']}/letter").json()["letter"]["extract"]
    assert extract == [["problems", "MARQUE"]]


def test_an_emergency_shows_the_letters_of_twelve_months(as_user, country, database_url):
    from parcours.registry.referrals.models import Referral
    from parcours.registry.store.db import Database

    doctor = as_user("zola")
    path = f"{V1}/people/{country.alice}/record/emergency"
    assert doctor.get(f"{path}/letters").status_code == 404
    assert doctor.post(path, json={"reason": "vital", "password": PASSWORD}).status_code == 201
    assert len(doctor.get(f"{path}/letters").json()) == 1
    assert doctor.get(f"{V1}/referrals/{country.referral}/letter").status_code in (403, 404), "by no other way"
    database = Database.open(database_url)
    with database.writing() as session:
        row = session.get_one(Referral, country.referral)
        row.issued_on = paris_today() - timedelta(367)
    database.close()
    assert doctor.get(f"{path}/letters").json() == []
