"""What is kept of prevention, the calendar that follows, and reminders that are never stale and never double."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from parcours.engine.prevention.say import Said
from parcours.law.prevention.codes import DueState
from parcours.registry.errors import Conflict, Invalid
from parcours.registry.messages.models import Message
from parcours.registry.prevention import service
from parcours.registry.prevention.ics import ics
from parcours.registry.prevention.models import PreventionReminder
from parcours.registry.prevention.reminders import remind
from parcours.registry.prevention.service import NewStatement

ON = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def states(found: list[Said]) -> dict[str, DueState]:
    return {one.item.programme.id: one.item.state for one in found}


def done(programme, on, **more):
    return NewStatement("done", programme, on, "patient_says", **more)


def test_what_was_said_makes_the_calendar(session, world):
    person = world.person(born=date(1971, 3, 2))
    assert states(service.calendar_of(session, person.id, ON))["sein"] is DueState.UNKNOWN
    service.set_profile(session, person.id, {"has_breast_tissue": True, "has_cervix": "prefer_not_to_say"})
    service.state(session, person.id, done("sein", date(2026, 5, 1)))
    service.state(session, person.id, NewStatement("refused", "colorectal", ON, "patient_says"))
    service.state(session, person.id, NewStatement("excluded", "zona", ON, "professional", reason="contraindication"))
    found = states(service.calendar_of(session, person.id, ON))
    assert (found["sein"], found["colorectal"], found["zona"]) == (DueState.DONE, DueState.REFUSED, DueState.EXCLUDED)


def test_a_statement_is_cancelled_once_and_stays_in_the_history(session, world):
    person = world.person(born=date(1971, 3, 2))
    row = service.state(session, person.id, done("colorectal", date(2026, 5, 1)))
    service.cancel(session, row.id)
    assert states(service.calendar_of(session, person.id, ON))["colorectal"] is DueState.DUE
    assert [one.id for one in service.statements_of(session, person.id)] == [row.id]
    with pytest.raises(Conflict):
        service.cancel(session, row.id)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (done("sain", ON), "done.programme sain"),
        (done("sein", date(2199, 1, 1)), "done.on"),
        (NewStatement("excluded", "sein", ON, "patient_says"), "excluded.reason"),
        (NewStatement("nosuch", "sein", ON, "patient_says"), "kind"),
    ],
)
def test_a_wrong_statement_names_its_field(session, world, new, field):
    with pytest.raises(Invalid) as refused:
        service.state(session, world.person().id, new)
    assert refused.value.field == field


def test_a_wrong_profile_names_its_field(session, world):
    person = world.person()
    for facts, field in (({"nom": 1}, "nom"), ({"has_cervix": "maybe"}, "has_cervix")):
        with pytest.raises(Invalid) as refused:
            service.set_profile(session, person.id, facts)
        assert refused.value.field == field


def test_a_parent_sees_nothing_of_what_is_the_minors_own(session, world):
    girl = world.person(born=date(2011, 3, 1))
    service.set_profile(session, girl.id, {"has_cervix": True, "pregnancy": {"started_on": "2026-07-01"}})
    own, parent = (service.calendar_of(session, girl.id, ON, by_parent=by) for by in (False, True))
    assert "grossesse.entretien_prenatal" in states(own)
    assert not [name for name in states(parent) if name.startswith("grossesse") or name == "col_uterus"]
    service.set_profile(session, girl.id, {"has_cervix": None}, kept=("pregnancy",))
    assert "grossesse.entretien_prenatal" in states(service.calendar_of(session, girl.id, ON))


def test_a_loss_closes_everything_at_once(session, world):
    person = world.person(born=date(1996, 1, 1))
    service.set_profile(session, person.id, {"pregnancy": {"started_on": "2026-07-01"}})
    assert "grossesse.anesthesie" in states(service.calendar_of(session, person.id, ON))
    service.set_profile(session, person.id, {"pregnancy": {"started_on": "2026-07-01", "lost": True}})
    found = states(service.calendar_of(session, person.id, ON))
    assert not [name for name in found if name.startswith(("grossesse", "naissance"))]


def test_a_fund_sees_dates_of_its_programmes_and_no_reason(session, world):
    person = world.person(born=date(1971, 3, 2))
    service.set_profile(session, person.id, {"has_breast_tissue": True, "has_cervix": True})
    service.state(session, person.id, done("sein", date(2026, 5, 1)))
    service.state(session, person.id, NewStatement("excluded", "colorectal", ON, "professional", reason="high_risk"))
    found = service.official_dates(session, person.id, ON)
    assert found == [("sein", "done", date(2026, 5, 1)), ("colorectal", "not_done", None)]


def sent(session, person):
    return session.scalar(select(func.count(Message.id)).where(Message.insured_id == person.id))


def test_one_digest_and_no_stale_no_double_reminder(session, world):
    person = world.person(born=date(1971, 3, 2))
    first = remind(session, person.id, NOON)
    assert first.sent > 0
    assert sent(session, person) == 1
    assert remind(session, person.id, NOON).why == "one_a_month", "the same call again, after a crash or a retry"
    december = datetime(2026, 12, 10, 12, tzinfo=UTC)
    assert remind(session, person.id, december).why == "nothing_due", "each programme, cycle and step once"
    rows = session.scalar(select(func.count(PreventionReminder.id)).where(PreventionReminder.insured_id == person.id))
    assert rows == first.sent
    message = session.scalars(select(Message).where(Message.insured_id == person.id)).one()
    assert "colorectal" not in message.body
    assert "dépistage" not in message.body.lower()


def test_what_was_done_meanwhile_is_not_reminded(session, world):
    person = world.person(born=date(1976, 12, 9))
    for name in ("dtp_adulte", "ror", "mon_bilan_prevention"):
        service.state(session, person.id, NewStatement("refused", name, ON, "patient_says"))
    assert remind(session, person.id, datetime(2026, 11, 20, 12, tzinfo=UTC)).why == "nothing_due"
    service.state(session, person.id, done("colorectal", date(2026, 11, 12)))
    assert remind(session, person.id, datetime(2026, 12, 20, 12, tzinfo=UTC)).why == "nothing_due"


def test_only_the_present_step_is_sent_after_a_long_silence(session, world):
    person = world.person(born=date(1976, 2, 1))
    late = remind(session, person.id, datetime(2028, 3, 1, 12, tzinfo=UTC))
    again = remind(session, person.id, datetime(2028, 4, 3, 12, tzinfo=UTC))
    assert late.sent
    assert again.why == "nothing_due", "the steps that were missed are dropped, not sent in a row"


@pytest.mark.parametrize(("department", "at", "why"), [
    ("974", datetime(2026, 11, 26, 21, 30, tzinfo=UTC), "quiet_hours"),  # 01:30 of the 27th there
    ("974", datetime(2026, 11, 27, 4, 30, tzinfo=UTC), ""),  # 08:30
    ("972", datetime(2026, 11, 26, 21, 30, tzinfo=UTC), "nothing_due"),  # 17:30 of the 26th: 50 tomorrow
])  # fmt: skip
def test_the_day_is_the_one_where_the_person_lives(session, world, department, at, why):
    from parcours.registry.directory.models import Commune

    person = world.person(born=date(1976, 11, 27))
    for name in ("dtp_adulte",):
        service.state(session, person.id, NewStatement("refused", name, ON, "patient_says"))
    service.set_profile(session, person.id, {"has_breast_tissue": False, "has_cervix": False})
    service.state(session, person.id, NewStatement("refused", "mon_bilan_prevention", ON, "patient_says"))
    service.state(session, person.id, NewStatement("refused", "ror", ON, "patient_says"))
    session.execute(Commune.__table__.update().where(Commune.code == person.commune_code).values(department=department))
    assert remind(session, person.id, at).why == why


def test_reminders_of_a_child_go_to_those_who_act_for_it(session, world):
    child = world.person(born=date(2024, 5, 1))
    parents = {world.parent_of(child).id, world.parent_of(child).id}
    assert remind(session, child.id, NOON).sent
    recipients = session.scalars(select(Message.recipient).where(Message.insured_id == child.id))
    assert set(recipients) == parents


def test_opting_out_and_death_stop_everything(session, world):
    person = world.person(born=date(1971, 3, 2))
    service.set_profile(session, person.id, {}, opted_out=True)
    assert remind(session, person.id, NOON).why == "opted_out"
    service.set_profile(session, person.id, {})
    person.died_on = date(2026, 11, 1)
    session.flush()
    assert remind(session, person.id, NOON).why == "nothing_due"
    assert service.calendar_of(session, person.id, ON) == []


def test_a_calendar_file_has_neutral_titles_unless_names_are_wanted(session, world):
    person = world.person(born=date(1971, 3, 2))
    found = service.calendar_of(session, person.id, ON)
    neutral, named = (ics(found, ON, "fr", named=by) for by in (False, True))
    assert neutral.startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:Rendez-vous de prévention" in neutral
    assert "colorectal" not in neutral
    assert "colorectal" in named
    assert all(len(line) <= 75 for line in named.split("\r\n"))
