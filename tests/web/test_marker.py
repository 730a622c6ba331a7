"""A marker planted in every clinical field: no face of a fund, an insurer or an administrator, no message, no trail,
no log and no error shows it, nor does the database in the clear.
"""

import base64
import hashlib
import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from parcours.registry.ald import decisions
from parcours.registry.ald import service as ald
from parcours.registry.audit.models import AuditEvent
from parcours.registry.care_plans.service import Actor, PlanContent, write_plan
from parcours.registry.messages.models import Message
from parcours.registry.messages.service import body_of
from parcours.registry.prevention import service as prevention
from parcours.registry.record import documents, projects, sharing
from parcours.registry.record import service as record
from parcours.registry.referrals import drafts, states
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Letter, NewReferral, ReportDetails
from parcours.registry.referrals.models import ReferralState
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Base
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.roles.test_pages import DESKS, OF
from tests.web.test_fund import PAGES, change
from tests.web.test_me import database_kind, people, token  # noqa: F401

MARK = "MARQUEURCLINIQUE"
OUTSIDE = ("officer", "officer_zoe", "insurer", "administrator")
CONTENT = b"%PDF- " + MARK.encode()


def plant(country):
    """The marker in every clinical field of Alice; the ids of what bears it."""

    def work(session):
        person, author, other, today = country.alice, country.amar, country.sand, paris_today()
        record.state(session, person, author, record.NewStatement("problems", text=MARK))
        new = documents.NewDocument(
            "1.2.3", "60591-5", "application/pdf", MARK, base64.b64encode(CONTENT).decode(),
            hashlib.sha1(CONTENT).hexdigest(), len(CONTENT),
        )  # fmt: skip
        document = documents.deposit(session, person, author, new)
        action = projects.NewAction(MARK, today, MARK, every=1)
        project = projects.plan(
            session, person, author, projects.NewProject(MARK, today + timedelta(days=9), (action,))
        )
        (planned,) = projects.actions_of(session, project.id)
        emergency = sharing.open_emergency(session, person, country.zola, None, "other", MARK)
        said = prevention.NewStatement("excluded", "col_uterus", today, "professional", reason="personal_history")
        prevention.state(session, person, said)
        letter = Letter(*[MARK] * 2, "urgent", *[MARK] * 5, needs=MARK, copy_to=MARK, extract=((MARK, MARK),))
        new_referral = NewReferral(person, author, "avis_ponctuel", letter, addressee_id=other)
        referral = referrals.write_referral(session, new_referral)
        referrals.use(session, referral.id, other, care_date=today)
        details = ReportDetails(MARK, "answered", (MARK,), *[MARK] * 4)
        referrals.report_back(session, referral.id, other, written_on=today, text=MARK, details=details)
        draft = drafts.prepare(session, person, author, {"reason": MARK, "question": MARK, "specialty": "3"})
        declined = referrals.write_referral(session, new_referral)
        states.step(session, declined, ReferralState.DECLINED, by=other, reason=MARK)
        actors = (Actor(MARK, specialty=3),)
        plan = write_plan(session, person, author, PlanContent("protocole_ald", MARK, today, None, 24, actors))
        protocol = ald.prepare(session, person, author, ald.NewProtocol("24", MARK, actors))
        ald.propose(session, protocol.id, other, MARK)
        ald.sign(session, protocol.id)
        ald.send(session, protocol.id)
        decisions.observe(session, protocol.id, MARK)
        refused = ald.prepare(session, person, author, ald.NewProtocol("30", MARK, actors))
        ald.sign(session, refused.id)
        ald.send(session, refused.id)
        decisions.opine(session, refused.id, "unfavourable")
        decisions.refuse(session, refused.id, MARK)
        return {
            "patient_id": person, "document_id": document.id, "action_id": planned.id,
            "access_id": emergency.id, "referral_id": referral.id,
            "draft_id": draft.id, "plan_id": plan.id, "protocol_id": protocol.id, "kind": "xml",
            "professional_id": author,
            "case_id": country.case, "claim_id": country.claim, "declaration_id": country.declaration,
        }  # fmt: skip

    return work


@pytest.fixture
def planted(country, database_url):
    return change(database_url, plant(country))


def test_the_marker_is_there_for_whom_it_concerns(people, planted):  # noqa: F811
    for path in ("record", "record/synthesis.xml", "record/documents", "record/project", "record/export"):
        assert MARK in people("alice").get(f"/api/v1/people/{planted['patient_id']}/{path}").text, path
    for path in ("letter", "letter.xml", "report.json"):
        assert MARK in people("alice").get(f"/api/v1/referrals/{planted['referral_id']}/{path}").text, path
    assert MARK in people("amar").get(f"/api/v1/ald-protocols/{planted['protocol_id']}/content").text


def test_no_face_of_who_treats_nobody_shows_it(people, planted, caplog):  # noqa: F811
    from parcours.api.app import create_app

    caplog.set_level(logging.DEBUG)
    routes = create_app().openapi()["paths"]
    for name in OUTSIDE:
        client = people(name)
        pages = [path for path in PAGES if name == "officer"]
        pages += [f"/fund/people/{planted['patient_id']}", f"/fund/claims/{planted['claim_id']}", "/insurer", "/my"]
        for path in pages:
            assert MARK not in client.get(path).text, (name, path)
        asked = [path for path, operations in routes.items() if "get" in operations]
        assert len(asked) > 80
        for path in asked:
            filled = re.sub(r"\{(\w+)\}", lambda one: planted.get(one[1], planted["patient_id"]), path)
            assert MARK not in client.get(filled).text, (name, path)
    assert MARK not in caplog.text


def test_no_message_no_trail_and_no_cell_shows_it(people, planted, database_url):  # noqa: F811
    assert people("alice").get(f"/api/v1/people/{planted['patient_id']}/record").status_code == 200

    def search(session):
        mails = session.scalars(select(Message)).all()
        assert mails
        assert not [one.subject for one in mails if MARK in str(body_of(one)) or MARK in one.subject]
        for event in session.scalars(select(AuditEvent)):
            assert MARK not in str({column.name: getattr(event, column.key, "") for column in event.__table__.columns})
        for table in Base.metadata.sorted_tables:
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table.name}"):
                raw = [bytes(one) if isinstance(one, memoryview) else one for one in row]
                assert MARK not in str(raw), table.name
                assert base64.b64encode(CONTENT).decode() not in str(raw), table.name

    change(database_url, search)


def test_an_error_about_a_clinical_field_does_not_repeat_it(people, planted):  # noqa: F811
    client = people("officer")
    headers = {"X-CSRF-Token": token(client.get("/fund/people"))}
    for path, body in (
        (f"people/{planted['patient_id']}/record/statements", {"section": "problems", "text": MARK}),
        (f"people/{planted['patient_id']}/record/project", {"aims": MARK, "review_on": "2999-01-01"}),
        (f"people/{planted['patient_id']}/record/import", {"package": {"format": MARK}}),
        (f"people/{planted['patient_id']}/ald-protocols", {"condition": "24", "content": MARK, "actors": []}),
        (f"ald-protocols/{planted['protocol_id']}/proposals", {"text": MARK}),
        (f"ald-protocols/{planted['protocol_id']}/decision", {"granted": False, "grounds": MARK}),
        (f"referrals/{planted['referral_id']}/steps", {"step": "declined", "reason": MARK}),
        (f"referrals/{planted['referral_id']}/reports", {"text": MARK}),
    ):
        answer = client.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code in (403, 404, 409, 422), path
        assert "csrf" not in answer.text.lower(), answer.text
        assert MARK not in answer.text


def types_of(client):
    """Every type of resource that the face of FHIR says it serves."""
    return [one["type"] for one in client.get("/fhir/metadata").json()["rest"][0]["resource"]]


def test_no_page_of_a_desk_and_no_resource_shows_it_to_who_treats_nobody(people, planted, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    person = planted["patient_id"]
    types = types_of(people("officer"))
    assert len(types) > 15
    resources = [f"/fhir/{name}?{key}={person}" for name in types for key in ("patient", "_id")]
    resources += [f"/fhir/{name}/{planted[key]}" for name in types for key in ("referral_id", "plan_id", "document_id")]
    resources += [f"/fhir/Patient/{person}/$everything", "/fhir/$export", "/fhir/Patient/$export"]
    pages = [
        f"{path}?of={person}" if named == OF else path.replace("{id}", planted.get(f"{named}_id", person))
        for path, named in DESKS.items()
    ]
    for name in OUTSIDE:
        client = people(name)
        for path in (*resources, *pages):
            assert MARK not in client.get(path).text, (name, path)
    assert MARK in people("amar").get(f"/practice/record?of={person}").text
    assert MARK not in caplog.text


def test_what_a_doctor_wrote_wrongly_is_repeated_in_no_error_and_no_log(people, planted, caplog):  # noqa: F811
    """The author may read it; whoever reads the errors of the service may not."""
    caplog.set_level(logging.DEBUG)
    client = people("amar")
    headers = {"X-CSRF-Token": token(client.get("/practice"))}
    for path, body in (
        ("record/statements", {"section": MARK, "text": "x"}),
        ("record/statements", {"section": "problems", "text": MARK * 300}),
        ("record/documents", {"title": MARK, "content": MARK}),
        ("record/project", {"aims": MARK, "review_on": MARK}),
        ("record/import", {"package": {"format": "parcours-record-1", "statements": MARK}}),
        ("record/import", {"cda": f"<{MARK}"}),
        ("drafts", {"reason": MARK, "question": 1}),
        ("ald-protocols", {"condition": MARK, "content": MARK}),
    ):
        answer = client.post(f"/api/v1/people/{planted['patient_id']}/{path}", json=body, headers=headers)
        assert answer.status_code in (400, 404, 409, 422), (path, answer.status_code)
        assert "csrf" not in answer.text.lower(), answer.text
        assert MARK not in answer.text, path
    for body in ({"resourceType": "Bundle", "type": MARK}, {"resourceType": "Claim", "identifier": MARK}):
        answer = client.post("/fhir/Claim", json=body, headers=headers)
        assert answer.status_code >= 400
        assert MARK not in answer.text
    assert MARK not in caplog.text
