"""The record over HTTP: access that ends, an emergency with its password, a secret of a minor everywhere."""

import base64
import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select

from parcours.registry.cards import service as cards
from parcours.registry.cards.models import Shown
from parcours.registry.cards.relations import SHOWN_FOR
from parcours.registry.messages.models import Message
from parcours.registry.store.clock import now_utc
from tests.api.fixtures import PASSWORD, trail

V1 = "/api/v1"
CONTENT = b"%PDF-SECRET"


def document(**more):
    values = {"unique_id": "1.2.250.9.1", "type_code": "60591-5", "mime": "application/pdf", "title": "SECRET titre",
              "content": base64.b64encode(CONTENT).decode(), "sha1": hashlib.sha1(CONTENT).hexdigest(),
              "size": len(CONTENT)}  # fmt: skip
    return {**values, **more}


def record(person):
    return f"{V1}/people/{person}/record"


def test_a_synthesis_says_filled_nothing_known_and_not_asked(as_user, country):
    doctor = as_user("amar")
    for body in ({"section": "problems", "text": "asthme"}, {"section": "allergies", "status": "nothing_known"}):
        assert doctor.post(f"{record(country.alice)}/statements", json=body).status_code == 201
    found = {one["section"]: one["state"] for one in as_user("alice").get(record(country.alice)).json()}
    assert (found["problems"], found["allergies"], found["devices"]) == ("filled", "nothing_known", "not_asked")


def test_the_doctor_before_reads_own_writings_only(as_user, country, database):
    before, patient, after = as_user("amar"), as_user("alice"), as_user("zola")
    before.post(f"{record(country.alice)}/statements", json={"section": "problems", "text": "SECRET"})
    sent = patient.post(f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.alice})
    signed = after.post(
        f"{sent.headers['Location']}/agreement", json={"party": "doctor"}, headers={"If-Match": sent.headers["ETag"]}
    )
    assert signed.status_code == 200
    for path in ("", "/history", "/documents", "/emergency"):
        refused = before.get(record(country.alice) + path)
        assert refused.status_code == 404
        assert "SECRET" not in refused.text
    assert [one["text"] for one in before.get(f"{record(country.alice)}/mine").json()] == ["SECRET"]
    assert after.get(record(country.alice)).status_code == 200
    seen = patient.get(f"{V1}/people/{country.alice}/accesses").text
    assert "access:refuse" in seen or any(one.why == "not_found" for one in trail(database))


def test_an_emergency_asks_the_password_ends_and_is_reviewed(as_user, country, database):
    doctor = as_user("zola")
    path = f"{record(country.alice)}/emergency"
    assert doctor.get(path).status_code == 404
    assert doctor.post(path, json={"reason": "vital", "password": "wrong"}).status_code == 401
    assert doctor.post(path, json={"password": PASSWORD}).status_code == 422
    opened = doctor.post(path, json={"reason": "vital", "password": PASSWORD})
    assert opened.status_code == 201, opened.text
    assert doctor.get(path).status_code == 200
    assert doctor.get(record(country.alice)).status_code == 404
    assert doctor.get(f"{record(country.yann)}/emergency").status_code == 404
    for who in ("delegate", "officer", "administrator", "alice"):
        assert as_user(who).post(path, json={"reason": "vital", "password": PASSWORD}).status_code in (403, 404)
    (waiting,) = as_user("amar").get(f"{record(country.alice)}/emergencies").json()
    assert (
        doctor.post(f"{V1}/record/emergencies/{waiting['id']}/review", json={"verdict": "justified"}).status_code == 404
    )
    review = as_user("amar").post(f"{V1}/record/emergencies/{waiting['id']}/review", json={"verdict": "justified"})
    assert review.json()["verdict"] == "justified"
    assert "emergency" in as_user("alice").get(f"{V1}/people/{country.alice}/accesses").text


def test_opposition_in_advance_beats_the_emergency(as_user, country, database):
    as_user("alice").post(f"{record(country.alice)}/sharing", json={"oppose_emergency": True})
    refused = as_user("zola").post(f"{record(country.alice)}/emergency", json={"reason": "vital", "password": PASSWORD})
    assert refused.status_code in {422, 409}, refused.text
    assert "in advance" in refused.json()["detail"]
    assert any(one.why == "opposed_to_emergency" and one.insured_id == country.alice for one in trail(database))
    assert "access:record:refuse" in as_user("alice").get(f"{V1}/people/{country.alice}/accesses").text


def test_a_consent_is_noted_by_whom_the_card_was_shown_and_both_sides_read_it(as_user, country, database):
    doctor, patient, path = as_user("zola"), as_user("alice"), record(country.alice)
    assert doctor.post(f"{path}/consents", json={}).status_code == 404, "the card was not shown"
    with database.writing() as session:
        cards.show(session, country.alice, country.zola, Shown.CARD, at=now_utc())
    assert as_user("delegate").post(f"{path}/consents", json={}).status_code in (403, 404)
    assert doctor.post(f"{path}/information", json={"how": "paper"}).status_code == 201
    noted = doctor.post(f"{path}/consents", json={"scope": "synthesis", "hours": 2})
    assert noted.status_code == 201, noted.text
    assert doctor.get(path).status_code == 200
    assert doctor.get(f"{path}/documents").status_code in (403, 404)
    said = patient.get(f"{path}/sharing").json()
    assert [(one["scope"], one["how"], one["recorded_by"]) for one in said["consents"]] == [
        ("synthesis", "oral_noted", country.zola)
    ]
    assert (said["standing"], said["information"][0]["professional_id"]) == ("informed_not_opposed", country.zola)
    assert "record:consent:note" in patient.get(f"{V1}/people/{country.alice}/accesses").text
    assert patient.post(f"{path}/sharing", json={"leave_professional_id": country.zola}).json()["consents"] == []
    assert doctor.get(path).status_code in (403, 404)


def test_a_consent_is_noted_with_the_card_itself_told_and_over_with_its_reading(as_user, country, database):
    doctor, patient, path = as_user("zola"), as_user("alice"), record(country.alice)

    def show(how, at):
        with database.writing() as session:
            cards.show(session, country.alice, country.zola, how, at=at)

    show(Shown.NUMBER, now_utc())
    assert doctor.post(f"{path}/consents", json={}).status_code == 403, "a number is typed without the patient"
    read_at = now_utc() - SHOWN_FOR + timedelta(hours=1)
    show(Shown.CARD, read_at)
    noted = doctor.post(f"{path}/consents", json={})
    assert datetime.fromisoformat(noted.json()["until"]) == read_at + SHOWN_FOR
    with database.reading() as session:
        told = session.scalars(select(Message.recipient).where(Message.subject == "consent_noted"))
        assert list(told) == [country.alice]
    patient.post(f"{path}/sharing", json={"leave_professional_id": country.zola})
    assert "ended a consent" in doctor.post(f"{path}/consents", json={}).json()["detail"]
    show(Shown.CARD, now_utc())
    assert doctor.post(f"{path}/consents", json={"hours": 1}).status_code == 201


def test_what_a_consent_names_is_text_that_a_database_keeps(as_user, country):
    consent = {"consent_professional_id": country.zola, "scope": "type"}
    for named in ("\x00", "no such type"):
        said = as_user("alice").post(f"{record(country.alice)}/sharing", json={**consent, "named": named})
        assert said.status_code == 422, named
    left = as_user("alice").post(f"{record(country.alice)}/sharing", json={"leave_professional_id": "nobody"})
    assert left.status_code == 404


def test_a_minors_document_shows_nowhere_to_a_parent(as_user, country, database):
    from parcours.registry.directory.models import Professional
    from parcours.registry.people.models import Insured
    from tests.api.test_secrecy import declare_minor

    with database.writing() as session:
        declare_minor(
            session, session.get(Insured, country.nora), session.get(Professional, country.amar), country.alice
        )
    body = document(visibility="hidden_from_legal_representatives")
    made = as_user("amar").post(f"{record(country.nora)}/documents", json=body)
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    as_user("nora").get(f"{V1}/record/documents/{id_}")
    paths = (f"{record(country.nora)}/documents", f"{V1}/people/{country.nora}/export",
             f"{V1}/people/{country.nora}/accesses", f"{V1}/record/documents/{id_}")  # fmt: skip
    for path in paths:
        answer = as_user("alice").get(path)
        assert id_ not in answer.text or answer.status_code == 404
        assert "SECRET" not in answer.text
    assert id_ in as_user("nora").get(paths[0]).text
    assert "SECRET titre" in as_user("nora").get(paths[1]).text


def test_a_document_to_be_told_of_first_is_in_no_copy_before_its_day(as_user, country):
    made = as_user("amar").post(f"{record(country.alice)}/documents", json=document(hidden_until="2999-01-01"))
    patient = as_user("alice")
    assert patient.get(f"{V1}/record/documents/{made.json()['id']}").status_code == 404
    assert "SECRET titre" not in patient.get(f"{V1}/people/{country.alice}/export").text
    assert patient.get(f"{record(country.alice)}/documents").json() == []


def test_a_calendar_is_read_and_written(as_user, country):
    patient = as_user("alice")
    base = f"{V1}/people/{country.alice}/prevention"
    assert patient.put(f"{base}/profile", json={"facts": {"has_cervix": True}}).status_code == 200
    made = patient.post(f"{base}/statements", json={"kind": "refused", "programme": "zona"})
    assert made.status_code == 201, made.text
    items = {one["programme"]: one["state"] for one in patient.get(base).json()["items"]}
    assert items["col_uterus"] in ("due", "upcoming")
    assert patient.get(f"{base}.ics").text.startswith("BEGIN:VCALENDAR")
    listed = as_user("amar").get(f"{V1}/my/prevention").json()["items"]
    assert [one["id"] for one in listed] == [country.alice]
    seen = [as_user(name).get(f"{V1}/my/prevention") for name in ("amar", "delegate")]
    assert ["col_uterus" in answer.text for answer in seen] == [items["col_uterus"] == "due", False]
    undone = patient.post(f"{base}/statements/{made.json()['id']}/cancellation")
    assert undone.json()["cancelled"] is True
    assert [one["cancelled"] for one in patient.get(f"{base}/statements").json()] == [True]
    assert all(set(one) == {"programme", "state", "done_on"} for one in as_user("officer").get(f"{base}/dates").json())
