"""The API from login to the end of a declaration, as people use it."""

import hashlib
import json

import pytest

from parcours.edge.caller import CSRF_HEADER
from parcours.edge.services import Services
from parcours.registry.accounts import clients
from parcours.registry.audit.context import Tag
from parcours.registry.conciliation.context import Tag as CaseTag
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.demo.fictitious import fictitious_nir
from parcours.registry.people.context import Scope
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.replies.models import IdempotentReply
from parcours.registry.store.clock import paris_today
from tests.api.fixtures import PASSWORD, TEST, trail
from tests.support.client import TestClient

V1 = "/api/v1"


def problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["status"] == status
    return body


def test_a_patient_changes_doctor(as_user, country):
    patient, doctor = as_user("alice"), as_user("zola")
    sent = patient.post(f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.alice})
    assert sent.status_code == 201, sent.text
    proposal = sent.json()
    assert (proposal["state"], proposal["missing"]) == ("proposed", ["doctor"])
    url = sent.headers["Location"]
    assert doctor.get(url).json()["patient_id"] == country.alice
    signed = doctor.post(f"{url}/agreement", json={"party": "doctor"}, headers={"If-Match": sent.headers["ETag"]})
    assert signed.status_code == 200, signed.text
    assert signed.json()["state"] == "in_force"
    now = patient.get(f"{V1}/people/{country.alice}/medecin-traitant").json()
    assert now["contract"]["professional_id"] == country.zola
    history = patient.get(f"{V1}/people/{country.alice}/medecin-traitant/history").json()
    assert [one["end_code"] for one in history] == ["FIS", None]
    assert as_user("amar").get(f"{V1}/people/{country.alice}").status_code == 404, "the doctor before sees nothing now"
    assert doctor.get(f"{V1}/people/{country.alice}").status_code == 200


def test_at_sixteen_the_young_person_chooses_and_a_parent_cosigns(as_user, country):
    parent, young, doctor = as_user("alice"), as_user("nora"), as_user("free" if False else "zola")
    refused = parent.post(f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.nora})
    problem(refused, 403, "forbidden")
    sent = young.post(f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.nora})
    url = sent.headers["Location"]
    assert sent.json()["missing"] == ["parent", "doctor"]
    cosigned = parent.post(f"{url}/agreement", json={"party": "parent"}, headers={"If-Match": sent.headers["ETag"]})
    assert cosigned.json()["missing"] == ["doctor"]
    done = doctor.post(f"{url}/agreement", json={"party": "doctor"}, headers={"If-Match": cosigned.headers["ETag"]})
    assert done.json()["state"] == "in_force"


def test_below_sixteen_a_parent_chooses(as_user, country):
    sent = as_user("alice").post(
        f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.bob}
    )
    assert (sent.json()["proposed_by"], sent.json()["missing"]) == ("parent", ["doctor"])


def test_a_doctor_proposes_with_the_card_only(as_user, country, database):
    from parcours.registry.identity.service import current_identifier
    from parcours.registry.people.service import get_insured

    with database.reading() as session:
        zoe = get_insured(session, country.zoe)
        nir = current_identifier(session, zoe.id, paris_today())
        number, born = nir.value, zoe.birth_date.isoformat()
    doctor = as_user("amar")
    body = {"professional_id": country.amar, "nir": number, "birth_date": born}
    wrong = doctor.post(f"{V1}/declarations", json=body | {"birth_date": "1950-01-01"})
    problem(wrong, 404, "not_found")
    prepared = as_user("delegate").post(f"{V1}/declarations", json=body)
    assert (prepared.status_code, prepared.json()["state"]) == (201, "prepared"), "nobody has signed"
    other = doctor.post(f"{V1}/declarations", json=body | {"professional_id": country.zola})
    problem(other, 403, "other_doctor")
    sent = doctor.post(f"{V1}/declarations", json=body)
    assert (sent.status_code, sent.json()["missing"]) == (201, ["insured"])
    assert number not in sent.text


def test_a_referral_opens_the_record_to_its_addressee_and_is_used_once(as_user, country):
    specialist = as_user("sand")
    url = f"{V1}/referrals/{country.referral}"
    assert specialist.get(f"{url}/letter").json()["letter"]["reason"] == "Lésion SECRÈTE"
    assert specialist.get(f"{V1}/people/{country.alice}").status_code == 200
    assert specialist.post(f"{url}/uses", json={}).status_code == 201
    assert specialist.post(f"{url}/reports", json={"text": "Rien de grave."}).status_code == 201
    assert as_user("amar").get(f"{url}/letter").json()["reports"][0]["text"] == "Rien de grave."


def test_a_referral_to_a_specialty_may_be_used_by_any_doctor_of_it(as_user, country):
    url = f"{V1}/referrals/{country.referral_zoe}"
    assert as_user("amar").post(f"{url}/uses", json={}).status_code == 404
    specialist = as_user("sand")
    assert specialist.get(url).status_code == 404, "nobody knows yet that the patient came to this doctor"
    assert specialist.post(f"{url}/uses", json={}).status_code == 201
    assert specialist.get(f"{url}/letter").status_code == 200


def test_an_officer_sees_the_referral_and_never_its_letter(as_user, country):
    officer = as_user("officer")
    seen = officer.get(f"{V1}/referrals/{country.referral}")
    assert seen.status_code == 200
    assert "SECR" not in seen.text
    refused = officer.get(f"{V1}/referrals/{country.referral}/letter")
    problem(refused, 403, "forbidden")
    assert "SECR" not in refused.text


def test_a_case_of_conciliation_from_opening_to_a_doctor(as_user, country):
    officer, parent = as_user("officer"), as_user("alice")
    opened = parent.post(f"{V1}/conciliation", json={"patient_id": country.bob, "reason": "Personne ne prend"})
    assert opened.status_code == 201, opened.text
    url = opened.headers["Location"]
    assert {one["id"] for one in officer.get(f"{V1}/conciliation").json()} == {opened.json()["id"], country.case}
    near = officer.get(f"{url}/candidates").json()
    assert country.free in {one["professional_id"] for one in near}
    asked = officer.post(f"{url}/contacts", json={"professional_id": country.free})
    answered = officer.put(
        f"{url}/contacts/{asked.json()['id']}", json={"outcome": "refused"},
        headers={"If-Match": asked.headers["ETag"]},
    )  # fmt: skip
    assert answered.json()["outcome"] == "refused"
    read = officer.get(url)
    closed = officer.post(
        f"{url}/closing", json={"outcome": "no_doctor_found"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert closed.json()["state"] == "closed"


def test_a_care_plan_is_written_agreed_and_read_apart_from_its_content(as_user, country):
    doctor, patient = as_user("amar"), as_user("alice")
    sent = doctor.post(
        f"{V1}/care-plans",
        json={
            "patient_id": country.alice, "kind": "soins_iteratifs", "content": "Suivi CONFIDENTIEL",
            "starts_on": paris_today().isoformat(),
            "actors": [{"acts": "consultation", "professional_id": country.sand, "visits": 4, "unit": "year"}],
        },
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    url = sent.headers["Location"]
    agreed = patient.post(f"{url}/agreement", headers={"If-Match": sent.headers["ETag"]})
    assert agreed.json()["insured_agreed_on"] == paris_today().isoformat()
    specialist = as_user("sand")
    assert specialist.get(f"{url}/content").json()["content"] == "Suivi CONFIDENTIEL"
    officer = as_user("officer")
    assert "CONFIDENTIEL" not in officer.get(url).text
    problem(officer.get(f"{url}/content"), 403, "forbidden")


def test_the_facts_of_a_visit_say_where_they_come_from(as_user, country):
    body = {"professional_id": country.amar, "care_date": paris_today().isoformat()}
    found = as_user("alice").post(f"{V1}/people/{country.alice}/facts", json=body)
    assert found.status_code == 200, found.text
    facts = {one["name"]: one for one in found.json()["facts"]}
    assert facts["role"]["value"] == "medecin_traitant"
    assert facts["role"]["record_id"] == country.declaration


def test_a_form_registered_late_shows_which_answers_it_contradicts(as_user, country, database):
    from datetime import timedelta

    from parcours.registry.visits.facts import visit_facts
    from parcours.registry.visits.service import answer_visit

    today = paris_today()
    visited = today - timedelta(days=10)
    with database.writing() as session:
        answer_visit(session, visit_facts(session, country.bob, country.zola, visited))
    patient, officer = as_user("alice"), as_user("officer")
    assert patient.get(f"{V1}/people/{country.bob}/visits/changes").json() == []
    form = {
        "patient_id": country.bob, "professional_id": country.zola, "parent_id": country.alice,
        "signed_on": (today - timedelta(days=20)).isoformat(), "received_on": today.isoformat(),
        "signed_by_insured": False, "signed_by_doctor": True,
    }  # fmt: skip
    assert officer.post(f"{V1}/declarations/forms", json=form).status_code == 201
    (change,) = patient.get(f"{V1}/people/{country.bob}/visits/changes").json()
    facts = {one["name"]: (one["then"], one["now"]) for one in change["facts"]}
    assert facts["medecin_traitant"] == (False, True)
    assert facts["role"] == ("autre", "medecin_traitant")


def test_the_patient_sees_who_looked(as_user, country):
    as_user("amar").get(f"{V1}/people/{country.alice}")
    as_user("officer").get(f"{V1}/people/{country.alice}")
    as_user("zola").get(f"{V1}/people/{country.alice}")
    seen = as_user("alice").get(f"{V1}/people/{country.alice}/accesses").json()["items"]
    events = [(one["event"], one["role"], one["why"]) for one in seen]
    assert (PeopleTag.PERSON_READ, "doctor", "doctor_declared") in events
    assert (PeopleTag.PERSON_READ, "officer", "officer_fund") in events
    assert (Tag.ACCESS_REFUSE, "doctor", "not_found") in events
    by = {one["role"]: one["by"] for one in seen}
    assert by["officer"] == "Caisse d'Exempleville", "never the officer's name"
    assert by["doctor"].startswith("Dominique Modèle")


def test_an_event_of_somebody_else_is_no_place_in_ones_own_trail(as_user, country, database):
    as_user("zoe").get(f"{V1}/people/{country.zoe}")
    (event,) = trail(database, tag=PeopleTag.PERSON_READ, insured_id=country.zoe)
    url = f"{V1}/people/{country.alice}/accesses"
    problem(as_user("alice").get(url, params={"cursor": event.id}), 422, "bad_cursor")


def test_a_search_shows_only_the_people_of_the_fund_and_traces_the_others(as_user, country, database):
    from parcours.registry.people.service import get_insured

    with database.reading() as session:
        zoe = get_insured(session, country.zoe)
        body = {"family_name": zoe.family_name, "birth_date": zoe.birth_date.isoformat()}
    found = {one["id"] for one in as_user("officer_zoe").post(f"{V1}/people/search", json=body).json()["items"]}
    assert country.zoe in found
    other = {one["id"] for one in as_user("officer").post(f"{V1}/people/search", json=body).json()["items"]}
    assert country.zoe not in other
    refused = trail(database, tag=Tag.ACCESS_REFUSE, insured_id=country.zoe)
    assert [event.acting_for for event in refused] == ["01C991"]


def test_an_id_of_somebody_else_inside_a_request_is_traced(as_user, country, database):
    officer = as_user("officer")
    url = f"{V1}/conciliation/{country.case}"
    etag = officer.get(url).headers["ETag"]
    body = {"outcome": "declaration", "declaration_id": country.declaration_zoe}
    problem(officer.post(f"{url}/closing", json=body, headers={"If-Match": etag}), 404, "not_found")
    (event,) = trail(database, tag=Tag.ACCESS_REFUSE)
    assert "declaration_id" in event.details
    assert country.declaration_zoe not in str([getattr(event, column.key) for column in event.__table__.columns])


def test_conciliation_answers_the_same_at_its_old_addresses(as_user, country, app):
    officer, paths = as_user("officer"), set(app.openapi()["paths"])
    for address in ("conciliation", f"conciliation/{country.case}", f"conciliation/{country.case}/candidates",
                    f"people/{country.nora}/conciliation"):  # fmt: skip
        now, before = (officer.get(f"{V1}/{one}") for one in (address, address.replace("conciliation", "cases")))
        assert (now.status_code, now.json()) == (before.status_code, before.json()) == (200, now.json())
        assert now.headers.get("ETag") == before.headers.get("ETag")
    body, url = {"professional_id": country.sand}, f"{V1}/cases/{country.case}"
    assert officer.post(f"{url}/contacts", json=body).status_code == 201
    assert as_user("zoe").get(url).status_code == 404
    assert as_user("nora").post(f"{url}/closing", json={"outcome": "withdrawn"}, headers={"If-Match": "*"}).is_success
    opened = as_user("alice").post(f"{V1}/cases", json={"patient_id": country.bob})
    assert opened.headers["Location"] == f"{V1}/conciliation/{opened.json()['id']}"
    assert not [path for path in paths if "/cases" in path]
    assert f"{V1}/conciliation/{{case_id}}/contacts/{{contact_id}}" in paths


def test_reading_the_reminders_is_traced_for_each_patient(as_user, country, database):
    today = paris_today()
    later = today.replace(year=today.year + 1).isoformat()
    due = as_user("officer").get(f"{V1}/reminders", params={"on": later}).json()
    assert {one["case_id"] for one in due} == {country.case}
    events = trail(database, tag=CaseTag.CASE_READ)
    assert {(event.insured_id, event.record_id) for event in events} == {(None, None), (country.nora, country.case)}
    problem(as_user("administrator").get(f"{V1}/reminders"), 403, "forbidden")
    assert [event.role for event in trail(database, tag=Tag.ACCESS_REFUSE)] == ["administrator"]


def test_pages_of_the_trail_follow_each_other(as_user, country):
    patient = as_user("alice")
    for _ in range(5):
        patient.get(f"{V1}/people/{country.alice}")
    url = f"{V1}/people/{country.alice}/accesses"
    seen, times, cursor = [], [], None
    while True:
        page = patient.get(url, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["id"] for one in page["items"]]
        times += [one["occurred_at"] for one in page["items"]]
        cursor = page.get("next")
        if cursor is None or len(seen) > 40:
            break
    assert len(seen) == len(set(seen)) >= 5
    assert times == sorted(times, reverse=True)


# --- optimistic locking, idempotency ---------------------------------------------------------------------------------


def test_a_change_needs_the_version_it_is_based_on(as_user, country):
    officer = as_user("officer")
    url = f"{V1}/people/{country.alice}"
    move = {"commune": "99002", "address": "1 rue Neuve"}
    problem(officer.patch(url, json=move), 428, "version_needed")
    etag = officer.get(url).headers["ETag"]
    moved = officer.patch(url, json=move, headers={"If-Match": etag})
    assert (moved.status_code, moved.json()["commune"]) == (200, "99002")
    assert moved.headers["ETag"] != etag
    problem(officer.patch(url, json=move, headers={"If-Match": etag}), 412, "stale_version")


def test_a_repeated_request_is_done_once(as_user, country, database):
    patient = as_user("alice")
    body = {"professional_id": country.zola, "patient_id": country.alice}
    headers = {"Idempotency-Key": "again-1"}
    first = patient.post(f"{V1}/declarations", json=body, headers=headers)
    second = patient.post(f"{V1}/declarations", json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["ETag"] == first.headers["ETag"]
    other = patient.post(f"{V1}/declarations", json=body | {"professional_id": country.free}, headers=headers)
    problem(other, 422, "idempotency_key_reused")
    assert len(trail(database, tag=DeclarationTag.DECLARATION_PROPOSE)) == 1


SECTEUR_2 = {"convention": "secteur_2", "starts_on": "2026-01-01"}


@pytest.mark.parametrize(
    ("name", "method", "url", "change", "body"),
    [
        ("officer", "POST", "/people/{alice}", "/rights/{right}/end", {"ends_on": "2099-01-01"}),
        ("officer", "PUT", "/conciliation/{case}", "/contacts/{contact}", {"outcome": "refused"}),
        ("administrator", "PUT", "/professionals/{amar}", "/convention", SECTEUR_2),
        ("administrator", "POST", "/professionals/{free}", "/departure", {"reason": "retired", "on": "2099-01-01"}),
    ],
)
def test_what_hangs_on_a_record_changes_with_its_version(as_user, country, name, method, url, change, body):
    client, url = as_user(name), V1 + url.format(**vars(country))
    change = url + change.format(**vars(country))
    etag = client.get(url).headers["ETag"]
    problem(client.request(method, change, json=body), 428, "version_needed")
    problem(client.request(method, change, json=body, headers={"If-Match": '"0"'}), 412, "stale_version")
    done = client.request(method, change, json=body, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    assert done.headers["ETag"] == client.get(url).headers["ETag"] != etag
    problem(client.request(method, change, json=body, headers={"If-Match": etag}), 412, "stale_version")


def test_what_is_added_to_a_record_gives_it_a_new_version(as_user, country):
    officer, url = as_user("officer"), f"{V1}/people/{country.alice}"
    etag = officer.get(url).headers["ETag"]
    opened = officer.post(f"{url}/rights", json={"right": "maternite", "starts_on": "2026-01-01"})
    assert opened.headers["ETag"] == officer.get(url).headers["ETag"] != etag


def test_of_two_answers_at_once_one_is_recorded(as_user, country, database):
    from concurrent.futures import ThreadPoolExecutor

    clients = [as_user("officer") for _ in range(4)]
    etag = clients[0].get(f"{V1}/conciliation/{country.case}").headers["ETag"]

    def answer(client):
        url = f"{V1}/conciliation/{country.case}/contacts/{country.contact}"
        return client.put(url, json={"outcome": "refused"}, headers={"If-Match": etag}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(answer, clients)) == [200, 412, 412, 412]


@pytest.mark.parametrize("name", ["patient", "person"])
def test_an_answer_given_again_is_traced_as_read_again(as_user, country, database, name):
    url, body = {
        "patient": (f"{V1}/declarations", {"professional_id": country.zola, "patient_id": country.alice}),
        "person": (f"{V1}/people", {
            "nir": fictitious_nir(900), "family_name": "Nouveau", "first_name": "Dominique",
            "birth_date": "1985-05-01", "commune": "99001", "fund": "01C991"}),
    }[name]  # fmt: skip
    client, headers = as_user({"patient": "alice", "person": "officer"}[name]), {"Idempotency-Key": "again"}
    first = client.post(url, json=body, headers=headers).json()
    assert trail(database, tag=Tag.ACCESS_REPEAT) == []
    assert client.post(url, json=body, headers=headers).json() == first
    (event,) = trail(database, tag=Tag.ACCESS_REPEAT)
    assert event.record_id == first["id"]
    assert event.insured_id == first.get("patient_id", first["id"])


def test_the_same_request_at_the_same_time_is_done_once(as_user, country, database):
    from concurrent.futures import ThreadPoolExecutor

    body = {"professional_id": country.zola, "patient_id": country.alice}
    clients = [as_user("alice") for _ in range(5)]

    def send(client):
        return client.post(f"{V1}/declarations", json=body, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, clients))
    assert [one.status_code for one in answers] == [201] * 5
    assert len({one.json()["id"] for one in answers}) == 1
    assert len(trail(database, tag=DeclarationTag.DECLARATION_PROPOSE)) == 1


def test_a_failed_request_leaves_its_key_free(as_user, country):
    patient, headers = as_user("alice"), {"Idempotency-Key": "free-again"}
    wrong = {"professional_id": country.amar, "patient_id": country.alice}
    problem(patient.post(f"{V1}/declarations", json=wrong, headers=headers), 409, "already_medecin_traitant")
    right = wrong | {"professional_id": country.zola}
    assert patient.post(f"{V1}/declarations", json=right, headers=headers).status_code == 201


def test_a_key_of_somebody_else_is_another_key(as_user, country):
    headers = {"Idempotency-Key": "same"}
    for name in ("alice", "zoe"):
        body = {"professional_id": country.free, "patient_id": getattr(country, name)}
        sent = as_user(name).post(f"{V1}/declarations", json=body, headers=headers)
        assert (sent.status_code, sent.json()["patient_id"]) == (201, getattr(country, name))


def test_nothing_personal_is_kept_in_clear_by_a_key(as_user, country, database):
    from sqlalchemy import text

    body = {"login": "secret.name@example.org", "display_name": "SECRET"}
    sent = as_user("administrator").post(f"{V1}/accounts", json=body, headers={"Idempotency-Key": "k"})
    assert sent.status_code == 201
    with database.reading() as session:
        row = session.execute(text("SELECT * FROM idempotent_replies")).mappings().one()
    assert b"SECRET" not in b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row.values()
    )


def test_what_is_kept_of_a_request_cannot_be_guessed_back(as_user, country, database):
    """A body may hold a password: its plain digest would let one try guesses at full speed."""
    body = json.dumps({"login": "new@example.org", "password": PASSWORD}).encode()
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert as_user("administrator").post(f"{V1}/accounts", content=body, headers=headers).status_code == 201
    with database.reading() as session:
        kept = session.query(IdempotentReply).one().request_hash
    assert kept != hashlib.sha256(b"\0".join([b"POST", f"{V1}/accounts".encode(), body])).hexdigest()


def test_a_program_of_no_fund_registers_nobody(anonymous, country, database):
    with database.writing() as session:
        scopes = {Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_REGISTER}
        _, token = clients.create_client(session, TEST, name="no fund", scopes=scopes)
    body = {
        "nir": fictitious_nir(900), "family_name": "Nouveau", "first_name": "Dominique",
        "birth_date": "1985-05-01", "commune": "99001", "fund": "01C991",
    }  # fmt: skip
    sent = anonymous.post(f"{V1}/people", json=body, headers={"Authorization": f"Bearer {token}"})
    problem(sent, 403, "other_fund")


# --- session ---------------------------------------------------------------------------------------------------------


def log_in(client, login="alice@example.org", password=PASSWORD, **more):
    return client.post(f"{V1}/session", json={"login": login, "password": password, **more})


def test_log_in_and_out(anonymous, country):
    response = log_in(anonymous)
    assert response.status_code == 201, response.text
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-parcours_session=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    session = response.json()
    assert session["roles"][0]["patient_id"] == country.alice
    assert anonymous.get(f"{V1}/people/{country.alice}").status_code == 200
    problem(anonymous.delete(f"{V1}/session"), 403, "csrf")
    left = anonymous.delete(f"{V1}/session", headers={CSRF_HEADER: session["csrf_token"]})
    assert (left.status_code, left.json()) == (200, {"continue_at": None})
    problem(anonymous.get(f"{V1}/people/{country.alice}"), 401, "unauthenticated")


def test_the_cookie_of_a_closed_session_is_worth_nothing(app, country):
    with TestClient(app, base_url="https://testserver") as one:
        session = log_in(one).json()
        stolen = dict(one.cookies)
        one.delete(f"{V1}/session", headers={CSRF_HEADER: session["csrf_token"]})
    with TestClient(app, base_url="https://testserver", cookies=stolen) as other:
        assert other.get(f"{V1}/session").status_code == 401


@pytest.mark.parametrize("body", [{"login": "nobody@example.org"}, {"password": "wrong-password-here"}])
def test_a_wrong_login_and_a_wrong_password_answer_the_same(anonymous, country, body):
    refused = log_in(anonymous, **body)
    problem(refused, 401, "login_refused")
    assert "set-cookie" not in refused.headers


def test_a_change_by_cookie_needs_the_token_of_the_session(anonymous, country):
    token = log_in(anonymous).json()["csrf_token"]
    body = {"patient_id": country.alice, "professional_id": country.zola}
    problem(anonymous.post(f"{V1}/declarations", json=body), 403, "csrf")
    problem(anonymous.post(f"{V1}/declarations", json=body, headers={CSRF_HEADER: token[::-1]}), 403, "csrf")
    cross = {CSRF_HEADER: token, "Sec-Fetch-Site": "cross-site"}
    problem(anonymous.post(f"{V1}/declarations", json=body, headers=cross), 403, "csrf")
    assert anonymous.post(f"{V1}/declarations", json=body, headers={CSRF_HEADER: token}).status_code == 201


def test_another_site_cannot_log_somebody_in(anonymous, country):
    response = anonymous.post(
        f"{V1}/session", json={"login": "alice@example.org", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    problem(response, 403, "csrf")


def test_a_doctor_who_is_also_insured_acts_in_one_role_at_a_time(anonymous, country, database):
    from parcours.registry.access.model import Role
    from parcours.registry.accounts import find
    from parcours.registry.accounts import service as accounts
    from tests.api.fixtures import TEST

    with database.writing() as session:
        account = find.get_account(session, country.accounts["amar"])
        accounts.grant_role(session, TEST, account, Role.INSURED, insured_id=country.zoe)
    first = log_in(anonymous, login="amar@example.org").json()
    assert anonymous.get(f"{V1}/people/{country.zoe}").status_code == 404
    before = dict(anonymous.cookies)
    other = next(one for one in first["roles"] if not one["current"])
    switched = anonymous.patch(
        f"{V1}/session", json={"grant_id": other["grant_id"]}, headers={CSRF_HEADER: first["csrf_token"]}
    )
    assert switched.status_code == 200, switched.text
    assert dict(anonymous.cookies) != before, "the cookie changes with the rights"
    assert switched.json()["csrf_token"] != first["csrf_token"]
    assert anonymous.get(f"{V1}/people/{country.zoe}").status_code == 200
    assert anonymous.get(f"{V1}/people/{country.alice}").status_code == 404


def test_a_new_password_ends_every_other_session(app, country):
    with TestClient(app, base_url="https://testserver") as one, TestClient(app, base_url="https://testserver") as two:
        token = log_in(one).json()["csrf_token"]
        log_in(two)
        changed = one.put(
            f"{V1}/account/password",
            json={"current_password": PASSWORD, "password": "nouvelle-phrase-difficile"},
            headers={CSRF_HEADER: token},
        )
        assert changed.status_code == 200, changed.text
        assert one.get(f"{V1}/session").status_code == 200
        assert two.get(f"{V1}/session").status_code == 401
        assert log_in(two).status_code == 401
        assert log_in(two, password="nouvelle-phrase-difficile").status_code == 201


def test_a_forgotten_password_is_reset_by_a_link_used_once(database, country, tmp_path):
    import email
    from email.policy import default

    from parcours.api import create_app
    from tests.api.fixtures import settings_for_tests

    app = create_app(
        Services(settings_for_tests(outbox=tmp_path / "out", public_url="https://parcours.example"), database)
    )
    with TestClient(app, base_url="https://testserver") as client:
        unknown = client.post(f"{V1}/password-resets", json={"login": "nobody@example.org"})
        known = client.post(f"{V1}/password-resets", json={"login": "alice@example.org"})
        assert (unknown.status_code, unknown.json()) == (known.status_code, known.json())
        (file,) = (tmp_path / "out").iterdir()
        assert file.stat().st_mode & 0o077 == 0
        message = email.message_from_bytes(file.read_bytes(), policy=default)
        assert message["To"] == "alice@example.org"
        token = message.get_content().split("#token=")[1].split()[0]
        weak = client.put(f"{V1}/password-resets", json={"token": token, "password": "passwordpassword"})
        problem(weak, 422, "weak_password")
        body = {"token": token, "password": "nouvelle-phrase-difficile"}
        assert client.put(f"{V1}/password-resets", json=body).status_code == 204
        problem(client.put(f"{V1}/password-resets", json=body), 401, "bad_reset_token")
        assert log_in(client, password="nouvelle-phrase-difficile").status_code == 201


def test_a_second_factor_is_asked_once_it_is_confirmed(anonymous, country):
    import pyotp

    headers = {CSRF_HEADER: log_in(anonymous).json()["csrf_token"]}
    problem(anonymous.post(f"{V1}/account/totp", json={"password": "wrong"}, headers=headers), 401, "login_refused")
    started = anonymous.post(f"{V1}/account/totp", json={"password": PASSWORD}, headers=headers)
    assert started.status_code == 201, started.text
    assert log_in(anonymous).status_code == 201, "not asked before it is confirmed"
    headers = {CSRF_HEADER: anonymous.get(f"{V1}/session").json()["csrf_token"]}
    code = pyotp.TOTP(started.json()["secret"]).now()
    confirmed = anonymous.put(f"{V1}/account/totp", json={"totp": code}, headers=headers)
    assert (confirmed.status_code, confirmed.json()["totp"]) == (200, True)
    problem(log_in(anonymous), 401, "totp_required")
    problem(log_in(anonymous, totp=code), 401, "login_refused")  # a code works once


def with_second_factor(client):
    """Alice logs in and sets up a second factor: its secret, and the answer to its confirmation."""
    import pyotp

    headers = {CSRF_HEADER: log_in(client).json()["csrf_token"]}
    secret = client.post(f"{V1}/account/totp", json={"password": PASSWORD}, headers=headers).json()["secret"]
    confirmed = client.put(f"{V1}/account/totp", json={"totp": pyotp.TOTP(secret).now()}, headers=headers)
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()


def test_a_second_factor_is_not_removed_by_the_password_alone(anonymous, country):
    import time

    import pyotp

    secret, confirmed = with_second_factor(anonymous)
    headers = {CSRF_HEADER: confirmed["csrf_token"]}
    url = f"{V1}/account/totp/removal"
    problem(anonymous.post(url, json={"password": PASSWORD}, headers=headers), 401, "totp_required")
    wrong = {"password": PASSWORD, "totp": "000000"}
    problem(anonymous.post(url, json=wrong, headers=headers), 401, "login_refused")
    assert anonymous.get(f"{V1}/session").json()["totp"] is True
    code = pyotp.TOTP(secret).at(time.time() + 30)
    removed = anonymous.post(url, json={"password": PASSWORD, "totp": code}, headers=headers)
    assert (removed.status_code, removed.json()["totp"]) == (200, False)
    assert log_in(anonymous).status_code == 201


def test_an_administrator_removes_the_second_factor_of_others_only(as_user, country):
    administrator = as_user("administrator")
    own, other = (f"{V1}/accounts/{country.accounts[name]}/totp" for name in ("administrator", "alice"))
    problem(administrator.delete(own), 403, "own_second_factor")
    assert administrator.delete(other).status_code == 204


def test_wrong_codes_at_the_removal_lock_the_account(anonymous, country):
    _, confirmed = with_second_factor(anonymous)
    headers = {CSRF_HEADER: confirmed["csrf_token"]}
    for _ in range(5):
        body = {"password": PASSWORD, "totp": "000000"}
        problem(anonymous.post(f"{V1}/account/totp/removal", json=body, headers=headers), 401, "login_refused")
    right = {"password": PASSWORD, "totp": confirmed["recovery_codes"][0]}
    refused = anonymous.post(f"{V1}/account/totp/removal", json=right, headers=headers)
    problem(refused, 401, "login_refused")


def test_a_lost_application_is_replaced_with_recovery_codes(anonymous, country):
    _, confirmed = with_second_factor(anonymous)
    codes = confirmed["recovery_codes"]
    assert len(codes) == 10
    back = log_in(anonymous, totp=codes[0])
    assert (back.status_code, back.json()["method"]) == (201, "password+recovery")
    headers = {CSRF_HEADER: back.json()["csrf_token"]}
    url, again = f"{V1}/account/recovery-codes", {"password": PASSWORD, "totp": codes[0]}
    problem(anonymous.post(url, json=again, headers=headers), 401, "login_refused")
    renewed = anonymous.post(url, json=again | {"totp": codes[1]}, headers=headers)
    assert renewed.status_code == 201, renewed.text
    problem(log_in(anonymous, totp=codes[2]), 401, "login_refused")
    assert log_in(anonymous, totp=renewed.json()["recovery_codes"][0]).status_code == 201


def test_an_administrator_makes_accounts_roles_and_tokens(as_user, country):
    administrator = as_user("administrator")
    made = administrator.post(f"{V1}/accounts", json={"login": "new@example.org", "password": "phrase-assez-longue-7"})
    assert made.status_code == 201, made.text
    url = made.headers["Location"]
    role = administrator.post(f"{url}/roles", json={"role": "insured", "patient_id": country.zoe})
    assert role.status_code == 201, role.text
    unfit = administrator.post(f"{url}/roles", json={"role": "officer", "patient_id": country.zoe})
    problem(unfit, 422, "bad_subject")
    client = administrator.post(
        f"{V1}/clients", json={"name": "essai", "scopes": ["people:read"], "fund": "01C991"}
    ).json()
    token = {"Authorization": f"Bearer {client['token']}"}
    program = as_user("anonymous")
    assert program.get(f"{V1}/people/{country.alice}", headers=token).status_code == 200
    assert program.get(f"{V1}/people/{country.zoe}", headers=token).status_code == 404
    assert administrator.delete(f"{V1}/clients/{client['id']}").status_code == 204
    assert program.get(f"{V1}/people/{country.alice}", headers=token).status_code == 401
    disabled = administrator.patch(
        url, json={"disabled": True}, headers={"If-Match": administrator.get(url).headers["ETag"]}
    )
    assert disabled.json()["disabled"] is True
    problem(log_in(program, "new@example.org", "phrase-assez-longue-7"), 401, "login_refused")


def test_a_login_ends_the_session_that_the_browser_had(anonymous, app, country):
    log_in(anonymous)
    before = dict(anonymous.cookies)
    log_in(anonymous, login="zoe@example.org")
    with TestClient(app, base_url="https://testserver", cookies=before) as other:
        assert other.get(f"{V1}/session").status_code == 401


def test_nothing_is_shown_when_it_cannot_be_traced(as_user, country, database):
    from sqlalchemy import text

    patient = as_user("alice")
    with database.writing() as session:
        session.execute(text("ALTER TABLE audit_heads RENAME TO audit_heads_gone"))
    refused = patient.get(f"{V1}/people/{country.alice}")
    problem(refused, 503, "database_unavailable")
    assert "Témoin" not in refused.text
    lost = patient.post(f"{V1}/declarations", json={"professional_id": country.zola, "patient_id": country.alice})
    problem(lost, 503, "database_unavailable")
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM declarations WHERE state = 'proposed'")).scalar() == 0


def test_errors_speak_both_languages(as_user, country):
    for language, title in (("fr-FR,fr;q=0.9,en;q=0.5", "Introuvable"), ("en;q=0.9,fr;q=0.1", "Not found")):
        response = as_user("alice").get(f"{V1}/people/{country.zoe}", headers={"Accept-Language": language})
        assert response.json()["title"] == title
        assert response.headers["content-language"] == ("fr" if title == "Introuvable" else "en")


def test_a_refused_field_is_named_and_its_value_not_repeated(as_user, country):
    body = {"nir": "2 55 08 2B 123 456 00", "family_name": "Martin", "first_name": "C", "birth_date": "1985-06-15",
            "commune": "99001", "fund": "01C991"}  # fmt: skip
    wrong_key = as_user("officer").post(f"{V1}/people", json=body)
    answer = problem(wrong_key, 422, wrong_key.json()["code"])
    assert answer["errors"][0]["field"] == "nir"
    assert "123" not in wrong_key.text
    wrong_date = as_user("officer").post(f"{V1}/people", json=body | {"birth_date": "SECRET"})
    assert "SECRET" not in wrong_date.text
    assert problem(wrong_date, 422, "invalid_request")["errors"][0]["field"] == "birth_date"
