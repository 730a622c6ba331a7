"""The reminders of a day: each once, nothing of health in them, an e-mail that says only that there is a message."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from parcours.edge.daily import run
from parcours.edge.services import Services
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import record_paper
from parcours.registry.messages.models import Message
from parcours.registry.messages.service import body_of
from parcours.registry.prevention.service import set_profile
from parcours.registry.record import projects, sharing
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals import states
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.models import ReferralState
from parcours.registry.store.clock import paris_today, stopped_at
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import (
    _keys,  # noqa: F401
    settings_for_tests,
)

TODAY = paris_today()
MORNING = datetime.combine(TODAY, time(9), tzinfo=UTC)
SECRET = "MARQUEURCLINIQUE"


@pytest.fixture
def services(database, tmp_path):
    return Services(settings_for_tests(outbox=tmp_path / "outbox", public_url="https://parcours.example"), database)


@pytest.fixture
def sent(services, database):
    """Run the day, and say what it sent: subjects by reader, e-mails."""

    def go(at=MORNING):
        with database.reading() as session:
            before = set(session.scalars(select(Message.id)))
        mails = set(services.settings.outbox.glob("*.eml")) if services.settings.outbox.exists() else set()
        with stopped_at(at):
            run(services, at)
        with database.reading() as session:
            rows = [one for one in session.scalars(select(Message)) if one.id not in before]
            assert SECRET not in str([body_of(one) for one in rows])
            found = {(one.subject, one.recipient) for one in rows}
            assert len({(one.subject, one.recipient, one.insured_id, one.hash) for one in rows}) == len(rows)
        new = set(services.settings.outbox.glob("*.eml")) - mails if services.settings.outbox.exists() else set()
        return found, [one.read_text("utf-8") for one in new]

    return go


def test_a_day_is_told_once_and_an_email_says_nothing(country, database, sent):
    with database.writing() as session:
        sharing.open_emergency(session, country.alice, country.zola, None, "vital", at=MORNING - timedelta(days=4))
        projects.plan(session, country.alice, country.amar, projects.NewProject(SECRET, TODAY - timedelta(days=6), (
            projects.NewAction(SECRET, TODAY - timedelta(days=20)),), TODAY - timedelta(days=300)))  # fmt: skip
    found, mails = sent()
    assert {("follow_up", country.alice), ("project_review", country.amar), ("emergency_review", country.amar)} <= found
    assert any(subject == "prevention" for subject, _ in found)
    assert mails
    assert all(SECRET not in one and "message" in one for one in mails)
    assert sent() == (set(), [])


def test_a_report_that_never_came_is_told_to_its_author_and_an_end_to_the_patient(country, database, sent):
    with database.writing() as session:
        new = NewReferral(
            country.alice, country.amar, "avis_ponctuel", Letter(SECRET, SECRET), addressee_id=country.sand
        )
        waits, seen = referrals.write_referral(session, new), referrals.write_referral(session, new)
        states.step(session, seen, ReferralState.SEEN, by=country.sand)
        end, ids = waits.valid_until, {waits.id, seen.id}
    found, _ = sent(MORNING + timedelta(days=16))
    assert ("referral_alert", country.amar) in found
    with database.reading() as session:
        query = select(Message).where(Message.subject == "referral_alert")
        told = {body_of(one)["referral"]: body_of(one)["what"] for one in session.scalars(query)}
    assert {told[one] for one in ids} == {"not_received", "no_report"}
    found, _ = sent(datetime(end.year, end.month, end.day, 8, tzinfo=UTC) - timedelta(days=15))
    assert ("referral_expires", country.alice) not in found
    found, _ = sent(datetime(end.year, end.month, end.day, 8, tzinfo=UTC) - timedelta(days=14))
    assert ("referral_expires", country.alice) in found


def test_who_opted_out_or_died_is_told_nothing_of_health(country, database, sent):
    with database.writing() as session:
        for person in (country.alice, country.yann):
            project = projects.NewProject(
                "x", TODAY + timedelta(days=300), (projects.NewAction("y", TODAY - timedelta(days=20)),)
            )
            projects.plan(session, person, country.amar, project)
        set_profile(session, country.alice, {}, opted_out=True)
        from parcours.registry.people.models import Insured

        session.get_one(Insured, country.yann).died_on = TODAY - timedelta(days=3)
    found, _ = sent()
    assert not {("follow_up", country.alice), ("follow_up", country.yann), ("prevention", country.yann)} & found


def test_a_doctor_who_reviews_is_not_who_opened(country, database, sent):
    with database.writing() as session:
        signed = TODAY
        record_paper(session, PaperForm(country.alice, country.zola, signed_on=signed, received_on=signed,
                                        signed_by_insured=True, signed_by_doctor=True))  # fmt: skip
        sharing.open_emergency(session, country.alice, country.zola, None, "vital", at=MORNING - timedelta(days=4))
    found, _ = sent()
    assert ("emergency_review", country.zola) not in found
    assert ("emergency_review", country.alice) in found


def test_one_row_that_cannot_be_counted_silences_nobody(country, database, services, sent):
    from parcours.registry.record.models import RecordAction

    with database.writing() as session:
        for person in (country.alice, country.yann):
            action = projects.NewAction(SECRET, TODAY - timedelta(days=20))
            project = projects.NewProject(SECRET, TODAY + timedelta(days=300), (action,))
            projects.plan(session, person, country.amar, project)
        broken = session.scalars(select(RecordAction).where(RecordAction.insured_id == country.yann)).one()
        broken.before_days = 10_000_000
    found, mails = sent()
    assert ("follow_up", country.alice) in found
    assert ("follow_up", country.yann) not in found
    assert any(subject == "prevention" for subject, _ in found)
    assert mails
    with stopped_at(MORNING):
        assert run(services, MORNING).failed == 0, "what cannot be counted is due on no day, and fails nothing"
