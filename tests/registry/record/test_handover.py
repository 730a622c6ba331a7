"""A record handed over and taken in: nothing is lost, nothing is doubled, nobody else's is taken."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime

import pytest

from parcours.documents.care_papers import synthesis
from parcours.documents.clinical import cda, fhir_document
from parcours.documents.clinical_in import read_cda, read_fhir
from parcours.registry.care_plans.models import CarePlan, PlanKind
from parcours.registry.errors import Invalid
from parcours.registry.record import documents, handover, projects, service
from parcours.registry.record.models import Section
from parcours.registry.record.service import NewStatement
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.service import cancel, write_referral

ON = date(2026, 11, 26)
PDF = b"%PDF-1.7 x"


@pytest.fixture
def kept(session, world):
    """A person with one line in each section but two, and a corrected one."""
    person, doctor = world.person(), world.doctor()
    for section in Section:
        if section is Section.ALLERGIES:
            service.state(session, person.id, doctor.id, NewStatement(section.value, "nothing_known"))
        elif section is not Section.DEVICES:
            service.state(session, person.id, doctor.id, NewStatement(section.value, text=f"dit de {section} <&>"))
    wrong = service.state(session, person.id, doctor.id, NewStatement("problems", text="faux"))
    service.state(session, person.id, doctor.id, NewStatement("problems", "refuted", "faux", corrects=wrong.id))
    return person, doctor


def twin(world, person):
    return world.person(born=person.birth_date, family_name=person.family_name, first_name=person.first_name)


def said(session, person):
    return {one.section: (one.state, [row.text for row in one.lines]) for one in service.synthesis(session, person.id)}


def package(session, person):
    found = handover.package_of(session, person.id, ON, lambda _: True)
    return json.loads(json.dumps(found, default=lambda value: value.isoformat()))


@pytest.mark.parametrize("form", ["package", "fhir", "cda"])
def test_what_is_handed_over_is_what_was_said(session, world, kept, form):
    person, doctor = kept
    paper = synthesis(session, person.id, doctor.id, ON)
    read = {
        "package": lambda: handover.read_package(package(session, person)),
        "fhir": lambda: read_fhir(json.loads(json.dumps(fhir_document(paper)))),
        "cda": lambda: read_cda(cda(paper).decode()),
    }[form]()
    other = twin(world, person)
    first = handover.take_in(session, other.id, doctor.id, read)
    assert said(session, other) == said(session, person)
    assert {row.origin.value for row in service.history_of(session, other.id)} == {"imported"}
    again = handover.take_in(session, other.id, doctor.id, read)
    assert (again.statements, again.known) == (0, first.statements)


def test_documents_and_the_project_come_along_once(session, world, kept):
    person, doctor = kept
    new = documents.NewDocument(
        "1.2.3", "60591-5", "application/pdf", "t", base64.b64encode(PDF).decode(),
        hashlib.sha1(PDF).hexdigest(), len(PDF), "masked",
    )  # fmt: skip
    row = documents.deposit(session, person.id, doctor.id, new)
    action = projects.NewAction("x", ON, every=1, rhythm="week")
    projects.plan(session, person.id, doctor.id, projects.NewProject("y", date(2027, 1, 1), (action,)))
    made = package(session, person)
    session.delete(row)
    session.flush()
    other = twin(world, person)
    done = handover.take_in(session, other.id, doctor.id, handover.read_package(made))
    assert (done.documents, done.projects) == (1, 1)
    assert documents.documents_of(session, other.id)[0].visibility.value == "masked"
    assert projects.calendar(session, other.id, ON)[0].action.what == "x"
    done = handover.take_in(session, other.id, doctor.id, handover.read_package(made))
    assert (done.documents, done.projects) == (0, 0)


def test_what_was_done_of_a_project_comes_along(session, world, kept):
    person, doctor = kept
    action = projects.NewAction("x", date(2026, 1, 5), every=1, rhythm="year")
    projects.plan(session, person.id, doctor.id, projects.NewProject("y", date(2027, 1, 1), (action,)))
    (standing,) = projects.calendar(session, person.id, ON)
    projects.note(session, standing.action.id, "done", date(2026, 3, 2), doctor.id)
    before = projects.calendar(session, person.id, ON)[0]
    other = twin(world, person)
    handover.take_in(session, other.id, doctor.id, handover.read_package(package(session, person)))
    after = projects.calendar(session, other.id, ON)[0]
    assert (after.state, after.done, after.following) == (before.state, before.done, before.following)
    assert after.done == date(2026, 3, 2)


def test_open_referrals_and_plans_are_handed_over_and_kept_as_documents(session, world, kept):
    person, doctor = kept
    sent = [
        write_referral(session, NewReferral(person.id, doctor.id, "autre_medecin", Letter(f"MOTIF {day}", "?"),
                                            addressee_id=world.doctor().id, issued_on=day),
                       at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        for day in (date(2026, 11, 1), date(2026, 11, 2), date(2024, 1, 2))
    ]  # fmt: skip
    cancel(session, sent[1].id, by=doctor.id)
    session.add(CarePlan(insured_id=person.id, author_id=doctor.id, kind=PlanKind.PROTOCOLE_ALD, content="PROTOCOLE",
                         ald_number="8", starts_on=date(2026, 1, 1), ends_on=date(2036, 1, 1)))  # fmt: skip
    session.flush()
    made = package(session, person)
    assert [one["letter"]["reason"] for one in made["referrals"]] == ["MOTIF 2026-11-01"], "neither closed nor expired"
    assert [(one["content"], one["ald_number"]) for one in made["plans"]] == [("PROTOCOLE", "8")]
    other = twin(world, person)
    assert handover.take_in(session, other.id, doctor.id, handover.read_package(made)).documents == 2
    texts = {one.type_code: base64.b64decode(one.content).decode() for one in documents.documents_of(session, other.id)}
    assert "letter.reason: MOTIF 2026-11-01" in texts["96349-6"]
    assert "content: PROTOCOLE" in texts["PROT_ALD"]
    assert handover.take_in(session, other.id, doctor.id, handover.read_package(made)).documents == 0
    hidden = handover.package_of(session, person.id, ON, lambda _: False)
    assert (hidden["referrals"], hidden["plans"]) == ([], [])


def test_what_its_reader_may_not_read_is_not_in_a_package(session, kept):
    person, doctor = kept
    new = documents.NewDocument(
        "1.2.4", "60591-5", "application/pdf", "SECRET", base64.b64encode(PDF).decode(),
        hashlib.sha1(PDF).hexdigest(), len(PDF),
    )  # fmt: skip
    documents.deposit(session, person.id, doctor.id, new)
    assert handover.package_of(session, person.id, ON, lambda _: False)["documents"] == []


@pytest.mark.parametrize("content", [
    {}, {"format": "other"}, {"format": "parcours-record-1"}, {"format": "parcours-record-1", "statements": [3]},
    {"format": "parcours-record-1", "statements": [{"section": "lune", "status": "active"}]},
    {"format": "parcours-record-1", "statements": [], "documents": [{}]},
    {"format": "parcours-record-1", "statements": [], "referrals": [3]},
    {"format": "parcours-record-1", "statements": [], "plans": [{"content": "x"}]},
    {"format": "parcours-record-1", "statements": [], "projects": [{"ended_on": None}]},
])  # fmt: skip
def test_another_package_is_refused(content):
    with pytest.raises(Invalid):
        handover.read_package(content)


@pytest.mark.parametrize("content", [{"resourceType": "Bundle"}, {"entry": [3]}, {"entry": [{"resource": {}}]}])
def test_another_bundle_is_refused(content):
    with pytest.raises(Invalid):
        read_fhir(content)


NESTED = "<ClinicalDocument xmlns='urn:hl7-org:v3'>" + "<section>" * 90 + "</section>" * 90 + "</ClinicalDocument>"
"""Deeper than any record: each section would be gone through again for every other."""


@pytest.mark.parametrize("content", ["", "<a", "<a/>", NESTED, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_another_cda_is_refused_and_no_entity_is_read(content):
    with pytest.raises(Invalid):
        read_cda(content)


def test_somebody_elses_record_is_refused_and_nothing_is_kept(session, world, kept):
    person, doctor = kept
    other = world.person(born=date(1999, 9, 9))
    with pytest.raises(Invalid):
        handover.take_in(session, other.id, doctor.id, handover.read_package(package(session, person)))
    assert service.history_of(session, other.id) == []


@pytest.mark.parametrize("form", ["package", "fhir", "cda"])
@pytest.mark.parametrize("changes", [{"family_name": "AUTRE"}, {"first_name": "Autre"}])
def test_a_birth_date_alone_does_not_make_it_the_same_person(session, world, kept, form, changes):
    person, doctor = kept
    paper = synthesis(session, person.id, doctor.id, ON)
    read = {
        "package": lambda: handover.read_package(package(session, person)),
        "fhir": lambda: read_fhir(json.loads(json.dumps(fhir_document(paper)))),
        "cda": lambda: read_cda(cda(paper).decode()),
    }[form]()
    other = world.person(born=person.birth_date, **changes)
    with pytest.raises(Invalid):
        handover.take_in(session, other.id, doctor.id, read)
    assert service.history_of(session, other.id) == []


@pytest.mark.parametrize("said", [{}, {"family_name": "X"}, {"birth_date": ""}])
def test_a_record_that_does_not_say_whose_it_is_is_refused(session, world, kept, said):
    person, doctor = kept
    read = handover.read_package({**package(session, person), "person": said})
    with pytest.raises(Invalid) as refused:
        handover.take_in(session, person.id, doctor.id, read)
    assert refused.value.code == "of_nobody"
