"""From the letter to the answer over HTTP: one machine of states, its papers, its mailbox."""

from xml.etree import ElementTree as ET

V1 = "/api/v1"


def write(as_user, country, **letter):
    sent = as_user("amar").post(
        f"{V1}/referrals",
        json={"patient_id": country.alice, "flow": "avis_ponctuel", "addressee_id": country.sand,
              "letter": {"reason": "SECRET motif", "question": "?", **letter}},
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    return sent.json()["id"]


def states(client, key):
    return [one["state"] for one in client.get(f"{V1}/referrals/{key}/steps").json()]


def test_a_referral_goes_from_the_letter_to_the_answer(as_user, country):
    author, addressee, patient = as_user("amar"), as_user("sand"), as_user("alice")
    key = write(as_user, country, target_date="2026-12-20", extract=[["allergies", "SECRET pénicilline"]])
    for body in ({"step": "received"}, {"step": "booked", "booked_for": "2026-12-10"}):
        assert addressee.post(f"{V1}/referrals/{key}/steps", json=body).status_code == 200
    assert addressee.post(f"{V1}/referrals/{key}/steps", json={"step": "booked"}).status_code == 422
    assert author.post(f"{V1}/referrals/{key}/acknowledgement").status_code == 409
    assert addressee.post(f"{V1}/referrals/{key}/uses", json={}).status_code == 201
    report = {"text": "SECRET bénin", "details": {"answer": "answered", "treatment_changes": ["SECRET stop"]}}
    assert addressee.post(f"{V1}/referrals/{key}/reports", json=report).status_code == 201
    assert author.post(f"{V1}/referrals/{key}/acknowledgement").status_code == 200
    assert states(patient, key) == ["sent", "received", "booked", "seen", "reported", "acknowledged"]
    mails = author.get(f"{V1}/my/mailbox").json()
    assert [one["state"] for one in mails if one["referral_id"] == key] == ["reported", "seen", "booked", "received"]
    assert {one["subject"] for one in mails} == {"XDM/1.0/DDM"}
    for kind in ("letter", "report"):
        root = ET.fromstring(patient.get(f"{V1}/referrals/{key}/{kind}.xml").content)
        assert "SECRET" in ET.tostring(root, encoding="unicode")
        assert patient.get(f"{V1}/referrals/{key}/{kind}.pdf").content.startswith(b"%PDF-")
    assert as_user("officer").get(f"{V1}/referrals/{key}/letter.xml").status_code == 403


def test_a_fund_sees_the_steps_and_never_a_reason(as_user, country):
    key = write(as_user, country)
    declined = as_user("sand").post(f"{V1}/referrals/{key}/steps", json={"step": "declined", "reason": "SECRET"})
    assert declined.status_code == 200
    seen = as_user("officer").get(f"{V1}/referrals/{key}/steps")
    assert [one["state"] for one in seen.json()] == ["sent", "declined"]
    assert "SECRET" not in seen.text


def test_a_cancelled_referral_is_told_and_is_no_more_used(as_user, country):
    key = write(as_user, country)
    tag = as_user("amar").get(f"{V1}/referrals/{key}").headers["ETag"]
    gone = as_user("amar").post(f"{V1}/referrals/{key}/cancellation", headers={"If-Match": tag})
    assert gone.status_code == 200, gone.text
    assert states(as_user("sand"), key)[-1] == "cancelled"
    assert as_user("sand").post(f"{V1}/referrals/{key}/uses", json={}).status_code in (404, 409, 422)
    assert key not in {one["id"] for one in as_user("amar").get(f"{V1}/my/referrals").json()}


def test_the_synthesis_is_a_paper_for_whom_it_concerns(as_user, country):
    said = {"section": "allergies", "status": "nothing_known"}
    assert as_user("amar").post(f"{V1}/people/{country.alice}/record/statements", json=said).status_code == 201
    path = f"{V1}/people/{country.alice}/record/synthesis"
    document = as_user("alice").get(f"{path}.json").json()
    reasons = {
        one["title"]: one["emptyReason"]["coding"][0]["code"]
        for one in document["entry"][0]["resource"]["section"] if "emptyReason" in one
    }  # fmt: skip
    assert (reasons["Allergies et intolérances"], reasons["Mode de vie"]) == ("nilknown", "notasked")
    assert as_user("alice").get(f"{path}.pdf").headers["Cache-Control"] == "no-store"
    assert as_user("officer").get(f"{path}.xml").status_code == 403
    assert as_user("alice").get(f"{path}.doc").status_code == 422


def test_a_target_is_a_day(as_user, country):
    wrong = as_user("amar").post(
        f"{V1}/referrals",
        json={"patient_id": country.alice, "flow": "avis_ponctuel", "addressee_id": country.sand,
              "letter": {"reason": "x", "question": "?", "target_date": "2026-02-30"}},
    )  # fmt: skip
    assert wrong.status_code == 422
