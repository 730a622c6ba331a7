"""A statement is read from its lines, which the database writes as it posts: nothing else is looked up."""

from datetime import date

from sqlalchemy import event, text

from parcours.registry.contexts import verify
from parcours.registry.payments.account import account_lines
from parcours.registry.scenario.language import Person, Scenario, caregiver_of
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.words import happen

CAST = {"people": {"ana": Person(date(1981, 5, 4), "mt"), "chloe": Person(date(2009, 4, 20), "", payee="ana")},
        "professionals": {"mt": caregiver_of("GP sector 1"), "gp2": caregiver_of("GP sector 1")},
        "defaults": {"of": "ana", "by": "mt", "fee": "30.00"}}  # fmt: skip
EVENTS = (
    {"day": date(2026, 3, 16), "do": "claim", "id": "F1", "of": "chloe", "by": "gp2", "care": date(2026, 3, 12),
     "tp": "partial"},
    {"day": date(2026, 3, 18), "do": "pay", "who": "gp2"},
    {"day": date(2026, 4, 6), "do": "claim", "id": "F2", "care": date(2026, 4, 2)},
    {"day": date(2026, 4, 8), "do": "pay", "who": "ana"},
)  # fmt: skip


def played(database):
    stage = Stage(database, Scenario("X", "", EVENTS, {}, **CAST))
    for one in EVENTS:
        stage.today = one["day"]
        assert happen(stage, one) is None
    return stage


def test_a_parent_reads_what_was_taken_for_a_child_and_the_child_too(database):
    stage = played(database)
    with database.reading() as session:
        of_the_parent = account_lines(session, stage.ids["ana"])
        of_the_child = account_lines(session, stage.ids["chloe"])
        assert not [one.invariant.name for one in verify(session) if one.count]
    assert [(one.kind, one.cents) for one in of_the_parent] == [
        ("refund", 1900),
        ("deduction", 1060),
        ("transfer", 840),
    ]
    assert [(one.kind, one.cents) for one in of_the_child] == [("to_professional", 2100), ("deduction", 1060)]
    assert {one.care_date for one in of_the_child} == {None, date(2026, 3, 12)}


def test_two_statements_whatever_the_length_and_a_line_that_lies_is_named(database):
    stage, seen = played(database), []
    event.listen(database.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    with database.reading() as session:
        seen.clear()
        account_lines(session, stage.ids["ana"], first=date(2026, 1, 1), last=date(2026, 12, 31))
        assert len([one for one in seen if one != "BEGIN"]) == 2
        assert not any("ledger_" in one for one in seen)
    with database.writing() as session:
        session.execute(text("UPDATE payments_lines SET cents = cents + 1 WHERE account = 'virements'"))
    with database.reading() as session:
        assert [one.invariant.name for one in verify(session) if one.count] == ["statements"]
