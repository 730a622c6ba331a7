"""The ledger: balanced by the database, append-only, written once under its key."""

from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from parcours.registry.contexts import CONTEXTS
from parcours.registry.errors import Conflict, Invalid
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause, LedgerLeft
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.store import invariants
from parcours.registry.store.ids import new_id
from tests.registry.world import instant

BOOK, ANA, MT, CLAIM = "amo:01C991", new_id(), new_id(), new_id()
DIRECT = (
    Line(Account.PRESTATIONS, ANA, 2100, CLAIM),
    Line(Account.A_PAYER_INSURED, ANA, -1900, CLAIM),
    Line(Account.PF, ANA, -200, CLAIM, 2026),
)


def entry(key="k", lines=DIRECT, day=date(2026, 3, 4), **changes):
    known = instant(day.year, day.month, day.day)
    return Entry(**{
        "book": BOOK, "kind": "decision", "key": key, "cause": Cause.DECISION, "cause_id": CLAIM, "at": day,
        "known_at": known, "lines": lines, "claim_id": CLAIM, **changes,
    })  # fmt: skip


def broken(session):
    (ours,) = (one for one in CONTEXTS if one.name == "ledger")
    checked = [invariants.check(session, one) for one in ours.invariants]
    return [one.invariant.name for one in checked if one.count]


def test_an_entry_moves_balances_and_is_written_once(session):
    first = ledger.post(session, entry())
    assert ledger.post(session, entry()) == first
    assert ledger.balances(session) == {
        (BOOK, Account.PRESTATIONS, ANA): 2100,
        (BOOK, Account.A_PAYER_INSURED, ANA): -1900,
        (BOOK, Account.PF, ANA): -200,
    }
    assert broken(session) == []


def test_what_is_left_of_a_claim_is_a_row_until_nothing_is(session):
    for key, cents in (("a", 700), ("b", -300), ("c", -400)):
        ledger.post(session, entry(key, (Line(Account.DIFFERE_TMT, ANA, cents, CLAIM),
                                         Line(Account.PRESTATIONS, ANA, -cents, CLAIM))))  # fmt: skip
        left = session.execute(select(LedgerLeft.account, LedgerLeft.party, LedgerLeft.claim_id, LedgerLeft.cents))
        assert left.all() == {"a": [(Account.DIFFERE_TMT, ANA, CLAIM, 700)],
                              "b": [(Account.DIFFERE_TMT, ANA, CLAIM, 400)], "c": []}[key]  # fmt: skip


def test_a_key_with_another_content_is_refused(session):
    ledger.post(session, entry())
    with pytest.raises(Conflict, match="this key was used"):
        ledger.post(session, entry(day=date(2026, 3, 5)))


def test_an_entry_that_does_not_balance_is_refused(session):
    with pytest.raises(Invalid, match="a sum of 200 cents"):
        ledger.post(session, entry(lines=DIRECT[:2]))
    assert ledger.balances(session) == {}


def test_what_moves_nothing_is_not_written(session):
    assert ledger.post(session, entry(lines=(Line(Account.PF, ANA, 0),))) == ""
    assert ledger.post(session, entry(key="again")) != ""


def test_two_times(session):
    ledger.post(session, entry())
    ledger.post(session, entry("late", day=date(2026, 3, 4), known_at=instant(2026, 5, 1)))
    account = (BOOK, Account.PF, ANA)
    assert ledger.balances(session, as_of=date(2026, 3, 3)) == {}
    assert ledger.balances(session, as_of=date(2026, 3, 4), known_on=instant(2026, 4, 1))[account] == -200
    assert ledger.balances(session, as_of=date(2026, 3, 4), known_on=instant(2026, 6, 1))[account] == -400


def test_what_takes_from_a_balance_is_never_known_before_it(session):
    """A writer reads the clock, then waits for another one who posts first."""
    ledger.post(session, entry(known_at=instant(2026, 3, 4, 10)))
    paid = (Line(Account.A_PAYER_INSURED, ANA, 1900, CLAIM), Line(Account.VIREMENTS, ANA, -1900))
    ledger.post(session, entry("order", paid, kind="order", known_at=instant(2026, 3, 4, 9)))
    assert broken(session) == []
    assert ledger.balances(session, known_on=instant(2026, 3, 4, 9)) == {}


def test_a_reversal_is_the_exact_negation_and_happens_once(session):
    first = ledger.post(session, entry())
    back = ledger.reverse(session, first, key="r", cause_id=new_id(), at=date(2026, 3, 9), known_at=instant(2026, 3, 9))
    assert ledger.balances(session) == {}
    with pytest.raises(Conflict, match="already reversed"):
        ledger.reverse(session, first, key="s", cause_id=CLAIM, at=date(2026, 3, 9), known_at=instant(2026, 3, 9))
    with pytest.raises(Conflict, match="a reversal is not reversed"):
        ledger.reverse(session, back, key="t", cause_id=CLAIM, at=date(2026, 3, 9), known_at=instant(2026, 3, 9))


def test_an_account_never_goes_to_its_wrong_side(session):
    lines = (Line(Account.A_PAYER_INSURED, ANA, 1, CLAIM), Line(Account.VIREMENTS, ANA, -1, CLAIM))
    with pytest.raises(Conflict, match=r"a_payer:insured.*a balance of 1 cents"), session.begin_nested():
        ledger.post(session, entry(lines=lines))
    lines = (Line(Account.INDU_INSURED, ANA, -1, CLAIM), Line(Account.VIREMENTS, ANA, 1, CLAIM))
    with pytest.raises(Conflict, match="indu:insured"):
        ledger.post(session, entry(lines=lines))


COLUMNS = "(id, transaction_id, account, party, cents)"
TRANSACTION = (
    "INSERT INTO ledger_transactions (id, book, kind, cause, cause_id, key, fingerprint, at, known_at)"
    " VALUES (:id, 'amo:x', 'decision', 'decision', :id, 'raw', 'f', '2026-03-04', '2026-03-04')"
)


def raw(session, statement, **values):
    plain = {name: one.replace("-", "") if len(one) == 36 else one for name, one in values.items()}
    session.execute(text(statement), plain)


def test_the_database_itself_refuses_what_does_not_balance(session):
    number = new_id()
    raw(session, f"INSERT INTO ledger_postings {COLUMNS} VALUES (:id, :t, 'pf', :p, 5)", id=new_id(), t=number, p=ANA)
    with pytest.raises(DBAPIError, match="balances"), session.begin_nested():
        raw(session, TRANSACTION, id=number)


def test_the_database_itself_refuses_an_empty_entry(session):
    with pytest.raises(DBAPIError, match="balances"), session.begin_nested():
        raw(session, TRANSACTION, id=new_id())


def test_the_database_itself_refuses_to_add_to_a_closed_entry(session):
    number = ledger.post(session, entry())
    with pytest.raises(DBAPIError, match="closed"), session.begin_nested():
        raw(
            session,
            f"INSERT INTO ledger_postings {COLUMNS} VALUES (:id, :t, 'pf', :p, 5)",
            id=new_id(),
            t=number,
            p=ANA,
        )


def test_a_posting_without_its_entry_is_not_kept(database):
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), database.writing() as session:
        raw(session, f"INSERT INTO ledger_postings {COLUMNS} VALUES (:id, :t, 'pf', :p, 5)",
            id=new_id(), t=new_id(), p=ANA)  # fmt: skip


@pytest.mark.parametrize("table", ["ledger_postings", "ledger_transactions"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_is_changed_or_removed(session, table, statement):
    ledger.post(session, entry())
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement.format(table)))


# --- any story leaves the invariants true ---

CENTS = st.integers(1, 5000)


def machine(session):  # noqa: C901 - the rules of one machine
    """Random decisions, set-offs, payments and reversals, good and bad, beside a plain account of what is owed."""

    class Ledger(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.point = session.begin_nested()
            self.number, self.payable, self.owed, self.kept = 0, 0, 0, []

        def teardown(self):
            self.point.rollback()

        def post(self, *lines, **changes):
            self.number += 1
            with session.begin_nested():
                return ledger.post(session, entry(f"{self.point!r}{self.number}", lines, **changes))

        @rule(cents=CENTS)
        def refund(self, cents):
            self.kept.append((self.post(
                Line(Account.PRESTATIONS, ANA, cents), Line(Account.A_PAYER_INSURED, ANA, -cents)), cents))  # fmt: skip
            self.payable += cents

        @rule(cents=CENTS)
        def third_party(self, cents):
            self.post(Line(Account.DIFFERE_PF, ANA, cents), Line(Account.PF, ANA, -cents, year=2026))
            self.owed += cents

        @rule(cents=CENTS)
        def set_off(self, cents):
            lines = (Line(Account.A_PAYER_INSURED, ANA, cents), Line(Account.DIFFERE_PF, ANA, -cents))
            if cents > min(self.payable, self.owed):
                with pytest.raises(Conflict):
                    self.post(*lines)
                return
            self.post(*lines)
            self.payable, self.owed = self.payable - cents, self.owed - cents

        @rule(cents=CENTS)
        def pay(self, cents):
            lines = (Line(Account.A_PAYER_INSURED, ANA, cents), Line(Account.VIREMENTS, ANA, -cents))
            if cents > self.payable:
                with pytest.raises(Conflict):
                    self.post(*lines)
                return
            self.post(*lines)
            self.payable -= cents

        @rule(data=st.data())
        def take_a_refund_back(self, data):
            if not self.kept:
                return
            number, cents = data.draw(st.sampled_from(self.kept))
            key = f"{self.point!r}reversal{number}{cents}"

            def back():
                with session.begin_nested():
                    ledger.reverse(session, number, key=key, cause_id=CLAIM, at=date(2026, 4, 1),
                                   known_at=instant(2026, 4, 1))  # fmt: skip

            if cents > self.payable:
                with pytest.raises(Conflict):
                    back()
                return
            back()
            self.payable -= cents
            self.kept.remove((number, cents))

        @invariant()
        def balances_are_what_was_told(self):
            assert -ledger.balance(session, BOOK, Account.A_PAYER_INSURED, ANA) == self.payable
            assert ledger.balance(session, BOOK, Account.DIFFERE_PF, ANA) == self.owed
            assert sum(ledger.balances(session).values()) == 0

        @invariant()
        def nothing_is_broken(self):
            assert broken(session) == []

    return Ledger


def test_any_story_leaves_the_ledger_true(session):
    from hypothesis.stateful import run_state_machine_as_test

    kept = settings(max_examples=6, stateful_step_count=15, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine(session), settings=kept)
