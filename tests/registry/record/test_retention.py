"""How long a record is kept: the longest time applies, a dispute freezes it, the trail outlives the text."""

from datetime import UTC, date, datetime

import pytest

from parcours.registry.access.model import Who
from parcours.registry.care_plans.models import CarePlan, PlanKind
from parcours.registry.claims.models import Claim, ClaimState, Objection, ObjectionState, SheetKind
from parcours.registry.conciliation.models import Case
from parcours.registry.contexts import CONTEXTS
from parcours.registry.prevention import service as prevention
from parcours.registry.record import projects, retention, service
from parcours.registry.record.context import Tag
from parcours.registry.record.service import NewStatement
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.models import Report
from parcours.registry.referrals.service import letter_of, write_referral
from parcours.registry.store.ids import new_id

BEFORE = datetime(2006, 3, 1, 12, tzinfo=UTC)
WHO = Who("system", role="record purge")


@pytest.fixture
def written(session, world):
    def write(born=date(1950, 1, 1), died=None):
        person = world.person(born=born, at=datetime(2006, 1, 1, tzinfo=UTC))
        line = service.state(session, person.id, world.doctor(since=date(2000, 1, 1)).id,
                             NewStatement("problems", text="asthme"), at=BEFORE)  # fmt: skip
        service.state(session, person.id, line.author_id, NewStatement("problems", "refuted", "x", corrects=line.id),
                      at=BEFORE)  # fmt: skip
        person.died_on = died
        session.flush()
        return person

    return write


@pytest.mark.parametrize(("born", "died", "until"), [
    (date(1950, 1, 1), None, date(2026, 3, 1)),  # twenty years after the last contact
    (date(2005, 5, 4), None, date(2033, 5, 4)),  # the 28th birthday
    (date(2004, 2, 29), None, date(2032, 2, 29)),
    (date(1950, 1, 1), date(2010, 1, 1), date(2026, 3, 1)),
    (date(1950, 1, 1), date(2020, 1, 1), date(2030, 1, 1)),  # ten years after death
])  # fmt: skip
def test_the_longest_time_applies(session, written, born, died, until):
    person = written(born, died)
    assert retention.kept_until(session, person.id, date(2026, 11, 26), CONTEXTS).until == until


def test_a_purge_destroys_the_text_on_its_day_and_keeps_the_trail(session, written, world):
    person = written()
    assert retention.purge(session, WHO, date(2026, 2, 28), CONTEXTS) == []
    assert [one.insured_id for one in retention.purge(session, WHO, date(2026, 3, 1), CONTEXTS)] == [person.id]
    assert service.history_of(session, person.id) == []
    assert retention.kept_until(session, person.id, date(2026, 3, 1), CONTEXTS) is None
    assert retention.purge(session, WHO, date(2026, 3, 1), CONTEXTS) == []
    (event,) = (one for one in session.info["parcours.audit.pending"] if one.tag is Tag.RECORD_PURGE)
    assert event.insured_id == person.id
    assert "asthme" not in str(event.details)


def test_a_dispute_freezes_it(session, written):
    person = written()
    session.add(Case(insured_id=person.id, fund_code="01C991", opened_on=date(2026, 1, 1),
                     first_contact_due_on=date(2026, 1, 2), due_on=date(2026, 1, 3)))  # fmt: skip
    session.flush()
    assert retention.kept_until(session, person.id, date(2026, 3, 1), CONTEXTS).frozen
    assert retention.due_for_purge(session, date(2026, 3, 1), CONTEXTS) == []


def test_what_was_noted_since_is_a_contact(session, written):
    person = written()
    author = service.history_of(session, person.id)[0].author_id
    projects.plan(session, person.id, author, projects.NewProject("x", date(2027, 1, 1)),
                  at=datetime(2026, 1, 1, 12, tzinfo=UTC))  # fmt: skip
    assert retention.kept_until(session, person.id, date(2026, 11, 26), CONTEXTS).until == date(2046, 1, 1)


def claim_of(person, author, day):
    return Claim(
        insured_id=person.id, payee_id=person.id, professional_id=author, fund_code="01C991", kind=SheetKind.ELECTRONIC,
        sheet_key=new_id(), fingerprint="x", sheet_number=1, care_date=day, fee=3000, content="{}",
        state=ClaimState.PAID,
    )  # fmt: skip


def letter_to(session, world, person, author, day):
    sent = NewReferral(person.id, author, "autre_medecin", Letter("MARQUE", "MARQUE"),
                       addressee_id=world.doctor(since=date(2000, 1, 1)).id, issued_on=day)  # fmt: skip
    return write_referral(session, sent, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def test_care_that_was_billed_and_a_report_are_contacts(session, written, world):
    billed, answered = written(), written()
    author = service.history_of(session, billed.id)[0].author_id
    session.add(claim_of(billed, author, date(2020, 6, 1)))
    referral = letter_to(session, world, answered, author, date(2012, 5, 2))
    session.flush()
    ends = [retention.kept_until(session, one.id, date(2026, 11, 26), CONTEXTS).until for one in (billed, answered)]
    assert ends == [date(2040, 6, 1), date(2032, 5, 2)]
    session.add(Report(referral_id=referral.id, author_id=author, written_on=date(2012, 9, 3), text="MARQUE"))
    session.flush()
    assert retention.kept_until(session, answered.id, date(2026, 11, 26), CONTEXTS).until == date(2032, 9, 3)


@pytest.mark.parametrize(("state", "court_by", "frozen"), [
    ("open", None, True), ("rejected", date(2026, 3, 1), True), ("rejected", date(2026, 2, 28), False),
    ("accepted", None, False),
])  # fmt: skip
def test_an_objection_freezes_it_until_the_court_is_closed(session, written, state, court_by, frozen):
    person, day = written(), date(2026, 1, 5)
    session.add(Objection(insured_id=person.id, state=ObjectionState(state), notified_on=day, file_by=day,
                          filed_on=day, answer_by=day, court_by=court_by))  # fmt: skip
    session.flush()
    assert retention.kept_until(session, person.id, date(2026, 3, 1), CONTEXTS).frozen is frozen
    assert bool(retention.due_for_purge(session, date(2026, 3, 1), CONTEXTS)) is not frozen


def test_letters_reports_plans_and_prevention_end_with_the_record(session, written, world):
    person, day = written(), date(2006, 2, 1)
    author = service.history_of(session, person.id)[0].author_id
    referral = letter_to(session, world, person, author, day)
    report = Report(referral_id=referral.id, author_id=author, written_on=day, text="MARQUE", details='{"watch": "x"}')
    plan = CarePlan(insured_id=person.id, author_id=author, kind=PlanKind.SOINS_ITERATIFS, content="MARQUE",
                    starts_on=day)  # fmt: skip
    session.add_all([report, plan])
    session.flush()
    prevention.state(session, person.id, prevention.NewStatement("done", "colorectal", day, "professional"),
                     at=BEFORE)  # fmt: skip
    assert [one.insured_id for one in retention.purge(session, WHO, date(2026, 3, 1), CONTEXTS)] == [person.id]
    assert (letter_of(referral).reason, report.text, report.details, plan.content) == ("", "", None, "")
    assert {referral.destroyed_on, plan.destroyed_on} == {date(2026, 3, 1)}
    assert prevention.statements_of(session, person.id) == []
    assert referral.issued_on == day, "who sent whom, and when, stays"
    assert retention.purge(session, WHO, date(2026, 3, 2), CONTEXTS) == [], "once"
    (event,) = (one for one in session.info["parcours.audit.pending"] if one.tag is Tag.RECORD_PURGE)
    assert event.details["referrals"] == 1
