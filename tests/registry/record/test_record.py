"""The coordination record: three states of a section, corrections that add, documents and hashes, who shares it."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from parcours.registry.access.model import Actor, Role
from parcours.registry.contexts import POLICY
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import record_paper
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
from parcours.registry.messages.models import Message
from parcours.registry.people.context import of_patient
from parcours.registry.record import documents, service, sharing
from parcours.registry.record.context import Action, of_document, of_emergency
from parcours.registry.record.models import DocumentState, Section
from parcours.registry.record.service import NewStatement
from parcours.registry.store.clock import now_utc, paris_today

PDF = b"%PDF-1.7 content"


def document(unique="1.2.3", content=PDF, **more):
    values = {
        "unique_id": unique, "type_code": "60591-5", "mime": "application/pdf", "title": "Synthèse",
        "content": base64.b64encode(content).decode(), "sha1": hashlib.sha1(content).hexdigest(), "size": len(content),
    }  # fmt: skip
    return documents.NewDocument(**{**values, **more})


def states(session, person):
    return {one.section: one.state for one in service.synthesis(session, person.id)}


def declare(session, person, doctor):
    signed = paris_today() - timedelta(days=10)
    record_paper(session, PaperForm(person.id, doctor.id, signed_on=signed, received_on=signed, signed_by_insured=True,
                                    signed_by_doctor=True))  # fmt: skip


def as_doctor(doctor, account="0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d11"):
    return Actor(Role.DOCTOR, account_id=account, professional_id=doctor.id)


def may(session, actor, action, record):
    return POLICY.decide(session, actor, action, record).allowed


def test_nothing_known_is_not_nothing_asked(session, world):
    first, second, doctor = world.person(), world.person(), world.doctor()
    service.state(session, first.id, doctor.id, NewStatement("allergies", "nothing_known"))
    assert states(session, first)[Section.ALLERGIES] == "nothing_known"
    assert states(session, second)[Section.ALLERGIES] == "not_asked"
    service.state(session, first.id, doctor.id, NewStatement("allergies", text="pénicilline"))
    assert states(session, first)[Section.ALLERGIES] == "filled"


def test_a_correction_adds_and_the_history_keeps_what_was_said(session, world):
    person, doctor = world.person(), world.doctor()
    line = service.state(session, person.id, doctor.id, NewStatement("problems", text="asthme"))
    service.state(session, person.id, doctor.id, NewStatement("problems", "refuted", "asthme", corrects=line.id))
    assert states(session, person)[Section.PROBLEMS] == "not_asked"
    assert [row.status.value for row in service.history_of(session, person.id)] == ["active", "refuted"]
    with pytest.raises(Conflict):
        service.state(session, person.id, doctor.id, NewStatement("problems", text="BPCO", corrects=line.id))
    other = service.state(session, person.id, doctor.id, NewStatement("history", text="x"))
    with pytest.raises(Invalid):
        service.state(session, person.id, doctor.id, NewStatement("problems", text="y", corrects=other.id))
    with pytest.raises(NotFound):
        service.state(session, world.person().id, doctor.id, NewStatement("history", text="y", corrects=other.id))


def test_a_line_says_something_and_nothing_known_says_no_more(session, world):
    person, doctor = world.person(), world.doctor()
    for wrong in (NewStatement("problems"), NewStatement("allergies", "nothing_known", "x")):
        with pytest.raises(Invalid):
            service.state(session, person.id, doctor.id, wrong)


def test_a_line_that_nobody_confirmed_is_stale(session, world):
    row = service.state(session, world.person().id, world.doctor().id,
                        NewStatement("problems", text="x", stated_on=date(2024, 2, 29)))  # fmt: skip
    assert not service.is_stale(row, date(2026, 2, 27))
    assert service.is_stale(row, date(2026, 2, 28))


def test_the_record_of_somebody_who_died_is_read_only(session, world):
    person, doctor = world.person(), world.doctor()
    person.died_on = date(2026, 1, 1)
    session.flush()
    with pytest.raises(Refused):
        service.state(session, person.id, doctor.id, NewStatement("problems", text="x"))
    with pytest.raises(Refused):
        documents.deposit(session, person.id, doctor.id, document())


def test_a_document_has_one_identifier_and_its_hash(session, world):
    person, place = world.person(), world.place()
    author, colleague, stranger = world.doctor(place), world.doctor(place), world.doctor()
    first = documents.deposit(session, person.id, author.id, document())
    with pytest.raises(Conflict):
        documents.deposit(session, person.id, author.id, document())
    for wrong in (document("2", sha1="0" * 40), document("2", size=3), document("2", content=b"GIF89a"),
                  document("2", mime="text/html")):  # fmt: skip
        with pytest.raises(Invalid):
            documents.deposit(session, person.id, author.id, wrong)
    with pytest.raises(Refused):
        documents.deposit(session, person.id, stranger.id, document("3", replaces=first.id))
    second = documents.deposit(session, person.id, colleague.id, document("4", replaces=first.id))
    assert (first.state, second.state) == (DocumentState.DEPRECATED, DocumentState.APPROVED)
    with pytest.raises(Conflict):
        documents.deposit(session, person.id, author.id, document("5", replaces=first.id))
    declare(session, person, stranger)
    third = documents.deposit(session, person.id, stranger.id, document("6", replaces=second.id))
    assert next(row.id for row in documents.documents_of(session, person.id)) == third.id


def test_access_ends_with_the_relation_but_for_ones_own_writings(session, world):
    person, doctor, other = world.person(), world.doctor(), world.doctor()
    record = of_patient(person)
    assert not may(session, as_doctor(doctor), Action.READ_RECORD, record)
    declare(session, person, doctor)
    service.state(session, person.id, doctor.id, NewStatement("problems", text="x"))
    assert may(session, as_doctor(doctor), Action.READ_RECORD, record)
    declare(session, person, other)
    assert not may(session, as_doctor(doctor), Action.READ_RECORD, record)
    assert may(session, as_doctor(doctor), Action.READ_OWN_WRITINGS, record)
    assert may(session, as_doctor(other), Action.READ_RECORD, record)
    assert not may(session, as_doctor(other), Action.READ_OWN_WRITINGS, record)


def test_the_care_team_and_a_consent_of_the_moment(session, world):
    person, nurse, passing = world.person(), world.doctor(), world.doctor()
    record = of_patient(person)
    sharing.accept(session, person.id, nurse.id)
    sharing.accept(session, person.id, nurse.id)
    assert len(sharing.team_of(session, person.id)) == 1
    sharing.consent(session, person.id, passing.id, "oral_noted")
    for doctor in (nurse, passing):
        assert may(session, as_doctor(doctor), Action.READ_RECORD, record)
        assert not may(session, as_doctor(doctor), Action.WRITE_RECORD, record)
        assert sharing.leave(session, person.id, doctor.id) == 1
        assert not may(session, as_doctor(doctor), Action.READ_RECORD, record)


def test_a_consent_is_over_after_a_day(session, world):
    person, doctor = world.person(), world.doctor()
    row = sharing.consent(session, person.id, doctor.id, "electronic")
    row.until = now_utc() - timedelta(seconds=1)
    session.flush()
    assert not may(session, as_doctor(doctor), Action.READ_RECORD, of_patient(person))


@pytest.mark.parametrize(
    ("scope", "named", "reads"),
    [("all", None, "synthesis first second"), ("synthesis", None, "synthesis"), ("documents", None, "first second"),
     ("type", "60591-5", "first"), ("document", "second", "second")],
)  # fmt: skip
def test_a_consent_opens_what_its_scope_says_and_no_more(session, world, scope, named, reads):
    person, author, doctor = world.person(), world.doctor(), world.doctor()
    first = documents.deposit(session, person.id, author.id, document())
    second = documents.deposit(session, person.id, author.id, document("1.2.4", type_code="11490-0"))
    named = second.id.upper() if named == "second" else named
    row = sharing.consent(session, person.id, doctor.id, "electronic", sharing.Opens(scope, named, 1))
    assert row.until == row.given_at + timedelta(hours=1)
    asked = {"synthesis": (Action.READ_RECORD, of_patient(person)),
             "first": (Action.READ_DOCUMENT, of_document(session, first)),
             "second": (Action.READ_DOCUMENT, of_document(session, second))}  # fmt: skip
    actor = as_doctor(doctor)
    assert [name for name, (action, record) in asked.items() if may(session, actor, action, record)] == reads.split()
    assert may(session, actor, Action.LIST_DOCUMENTS, of_patient(person)) == (scope != "synthesis")
    sharing.oppose(session, person.id, professional_id=doctor.id)
    assert not any(may(session, actor, action, record) for action, record in asked.values())


def test_a_scope_says_of_what_and_of_whom_and_no_consent_lasts_longer_than_a_day(session, world):
    person, other, doctor = world.person(), world.person(), world.doctor()
    theirs = documents.deposit(session, other.id, doctor.id, document())
    for opens in (sharing.Opens("type"), sharing.Opens("all", "60591-5"), sharing.Opens(hours=0),
                  sharing.Opens("type", "no such type"),
                  sharing.Opens(hours=25), sharing.Opens("whole")):  # fmt: skip
        with pytest.raises(Invalid):
            sharing.consent(session, person.id, doctor.id, "paper", opens)
    with pytest.raises(NotFound):
        sharing.consent(session, person.id, doctor.id, "paper", sharing.Opens("document", theirs.id))


def test_silence_is_worth_what_somebody_told(session, world):
    person, doctor = world.person(), world.doctor()
    assert sharing.standing(session, person.id) == "not_informed"
    for day in (paris_today() + timedelta(days=1), person.birth_date - timedelta(days=1)):
        with pytest.raises(Invalid):
            sharing.inform(session, person.id, "paper", by=doctor.id, on=day)
    for _ in range(2):
        sharing.inform(session, person.id, "oral_noted", by=doctor.id)
    assert sharing.standing(session, person.id) == "informed_not_opposed"
    sharing.oppose(session, person.id)
    assert sharing.standing(session, person.id) == "opposed"
    (told,) = sharing.information_of(session, person.id)
    assert (told.professional_id, told.informed_on, told.how) == (doctor.id, paris_today(), "oral_noted")


def test_opposed_while_a_record_is_open_in_an_emergency_ends_it(session, world):
    person, doctor = world.person(), world.doctor()
    actor = as_doctor(doctor)
    sharing.open_emergency(session, person.id, doctor.id, actor.account_id, "vital")
    assert may(session, actor, Action.READ_EMERGENCY, of_patient(person))
    sharing.oppose(session, person.id, professional_id=doctor.id)
    assert not may(session, actor, Action.READ_EMERGENCY, of_patient(person))


def test_opposition_beats_every_default(session, world):
    person, treating, team = world.person(), world.doctor(), world.doctor()
    declare(session, person, treating)
    sharing.accept(session, person.id, team.id)
    record = of_patient(person)
    sharing.oppose(session, person.id)
    assert not may(session, as_doctor(team), Action.READ_RECORD, record)
    assert may(session, as_doctor(treating), Action.READ_RECORD, record)
    sharing.oppose(session, person.id, professional_id=treating.id)
    refused = POLICY.decide(session, as_doctor(treating), Action.READ_RECORD, record)
    assert not refused.allowed
    assert "oppose" in refused.reason["fr"]
    assert sharing.withdraw_oppositions(session, person.id) == 2
    assert may(session, as_doctor(team), Action.READ_RECORD, record)


def test_an_emergency_access_is_narrow_and_ends(session, world):
    person, other, doctor, treating = world.person(), world.person(), world.doctor(), world.doctor()
    declare(session, person, treating)
    actor = as_doctor(doctor)
    row = sharing.open_emergency(session, person.id, doctor.id, actor.account_id, "vital")
    assert row.until - row.opened_at == timedelta(hours=4)
    assert row.review_due_at - row.opened_at == timedelta(hours=72)
    assert may(session, actor, Action.READ_EMERGENCY, of_patient(person))
    for action in (Action.READ_RECORD, Action.WRITE_RECORD, Action.LIST_DOCUMENTS):
        assert not may(session, actor, action, of_patient(person))
    assert not may(session, actor, Action.READ_EMERGENCY, of_patient(other))
    assert not may(session, as_doctor(doctor, "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d12"), Action.READ_EMERGENCY,
                   of_patient(person))  # fmt: skip
    told = set(session.scalars(select(Message.recipient).where(Message.subject == "emergency_access")))
    assert told == {person.id, treating.id}
    row.until = now_utc() - timedelta(seconds=1)
    session.flush()
    assert not may(session, actor, Action.READ_EMERGENCY, of_patient(person))


def test_nobody_reviews_their_own_access_with_another_account(session, world):
    person, treating = world.person(), world.doctor()
    declare(session, person, treating)
    own, other = (as_doctor(treating, f"0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d1{end}") for end in "45")
    row = sharing.open_emergency(session, person.id, treating.id, own.account_id, "vital")
    for actor in (own, other):
        assert not may(session, actor, Action.REVIEW_EMERGENCY, of_emergency(session, row))


def test_no_delegate_and_no_program_opens_in_an_emergency(session, world):
    person, doctor = world.person(), world.doctor()
    for role in (Role.DELEGATE, Role.API_CLIENT, Role.OFFICER, Role.ADMINISTRATOR):
        actor = Actor(role, account_id="a", professional_id=doctor.id, scopes=frozenset({"people:read"}))
        assert not may(session, actor, Action.OPEN_EMERGENCY, of_patient(person))


def test_opposition_in_advance_beats_the_emergency(session, world):
    person, doctor = world.person(), world.doctor()
    sharing.oppose(session, person.id, emergency=True)
    with pytest.raises(Refused) as refused:
        sharing.open_emergency(session, person.id, doctor.id, None, "vital")
    assert "d'avance" in refused.value.message["fr"]


def test_another_reason_is_said_and_a_review_is_made_once(session, world):
    person, doctor = world.person(), world.doctor()
    with pytest.raises(Invalid):
        sharing.open_emergency(session, person.id, doctor.id, None, "other", "court")
    row = sharing.open_emergency(session, person.id, doctor.id, None, "other", "appel de la régulation")
    assert [one.id for one in sharing.accesses_to_review(session, [person.id])] == [row.id]
    sharing.review(session, row.id, "not_justified", "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d13")
    assert row.until == row.reviewed_at, "it is over"
    assert not sharing.accesses_to_review(session, [person.id])
    told = session.scalars(select(Message.recipient).where(Message.subject == "emergency_unjustified"))
    assert set(told) == {person.id, doctor.id}, "an incident is told"
    with pytest.raises(Conflict):
        sharing.review(session, row.id, "justified", "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d13")


def test_a_minors_secret_a_masked_document_and_one_to_be_told_first(session, world):
    girl = world.person(born=date(2012, 3, 1))
    mother, treating, team = world.parent_of(girl), world.doctor(), world.doctor()
    sharing.accept(session, girl.id, team.id)
    hidden = documents.deposit(session, girl.id, treating.id,
                               document("h", visibility="hidden_from_legal_representatives"))  # fmt: skip
    masked = documents.deposit(session, girl.id, treating.id, document("m", visibility="masked"))
    told = documents.deposit(session, girl.id, treating.id, document("t", hidden_until=date(2999, 1, 1)))
    parent, child = Actor(Role.INSURED, insured_id=mother.id), Actor(Role.INSURED, insured_id=girl.id)

    def reads(actor):
        return [one.id for one in (hidden, masked, told)
                if may(session, actor, Action.READ_DOCUMENT, of_document(session, one))]  # fmt: skip

    assert reads(parent) == []
    assert reads(child) == [hidden.id, masked.id]
    assert reads(as_doctor(team)) == [hidden.id, told.id]
    assert reads(as_doctor(treating)) == [hidden.id, masked.id, told.id], "the author"


def test_the_clock_of_a_statement_is_the_day_in_france(session, world):
    row = service.state(session, world.person().id, world.doctor().id, NewStatement("problems", text="x"),
                        at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))  # fmt: skip
    assert row.stated_on == date(2026, 7, 1)
