"""Claims, payments and corrections in any order: after each step every invariant of the ledger holds, in SQL.

I1–I7, I9–I12 by `parcours ledger verify`; I8 (a replay gives the same cents) at the end of each run.
"""

import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from parcours.registry.claims import later
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.bulk import Block
from parcours.registry.claims.intake import submit
from parcours.registry.claims.models import DECIDED, ClaimState, Undue
from parcours.registry.claims.replay import differing
from parcours.registry.complementary import service as complementary
from parcours.registry.contexts import verify
from parcours.registry.errors import Conflict, Refused
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import LedgerTransaction
from parcours.registry.payments import service as payments
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.people import service as people
from parcours.registry.store.ids import new_id
from tests.registry.world import World, instant

FUND = "01C991"
EXAMPLES = int(os.environ.get("PARCOURS_LEDGER_EXAMPLES", "5"))
"""Runs of some steps each: more for a release."""
FIRST = date(2026, 1, 5)
CHANGES = (
    {"medecin_traitant": True, "role": "medecin_traitant"}, {"medecin_traitant": False, "role": "autre"},
    {"exemption": "ald"}, {"urgent": True},
)  # fmt: skip
CAUSES = ("rights_closed", "rule_broken", "act_not_done", "cancelled")
SHEETS = ({"fee": "30.00"}, {"fee": "50.00"}, {"fee": "150.00", "facts": {"base": "150.00", "act": "acte_technique"}})


class Fund(RuleBasedStateMachine):
    """A fund and an insurer, three people, two doctors."""

    def __init__(self, database):
        super().__init__()
        self.open = database.writing()
        self.session = self.open.__enter__()
        self.day, self.claims, self.numbers = FIRST, [], 0

    @initialize()
    def settle_in(self):
        world = World(self.session)
        self.people = [world.person(born=date(year, 3, 1)) for year in (1950, 1981, 2015)]
        people.open_right(self.session, self.people[0].id, "ald", starts_on=date(2020, 1, 1), at=instant(2020, 1, 1))
        complementary.register(self.session, self.people[1].id, "amc_a", contract="responsable_100",
                               starts_on=date(2020, 1, 1), at=instant(2020, 1, 1), day=date(2020, 1, 1))  # fmt: skip
        self.professionals = [world.doctor(), world.doctor(specialty=15)]

    @property
    def at(self):
        return instant(self.day.year, self.day.month, self.day.day)

    def received(self, person, professional, sheet, tiers_payant):
        self.numbers += 1
        who = {"patient": self.people[person].id, "professional": self.professionals[professional].id}
        said = {**who, "care_date": self.day.isoformat(), "number": self.numbers, "tiers_payant": tiers_payant, **sheet}
        claim = submit(self.session, said, day=self.day, at=self.at)
        assert submit(self.session, said, day=self.day, at=self.at) is claim
        self.claims.append(claim)
        return claim

    @rule(days=st.integers(1, 40))
    def days_pass(self, days):
        self.day += timedelta(days=days)

    @rule(person=st.integers(0, 2), professional=st.integers(0, 1), sheet=st.sampled_from(SHEETS),
          tiers_payant=st.sampled_from(("none", "partial", "full")))  # fmt: skip
    def a_sheet_is_decided(self, person, professional, sheet, tiers_payant):
        claim = self.received(person, professional, sheet, tiers_payant)
        first = adjudicate(self.session, claim, day=self.day, at=self.at)
        if first is None:
            assert claim.state is ClaimState.HELD  # two sheets alike: an officer looks
        else:
            assert adjudicate(self.session, claim, day=self.day, at=self.at) is first

    @rule(asked=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.sampled_from(SHEETS),
                                   st.sampled_from(("none", "partial", "full"))), min_size=1, max_size=4))  # fmt: skip
    def sheets_are_decided_together(self, asked):
        ids = [self.received(*one).id for one in asked]
        self.day += timedelta(days=1)
        self.session.flush()
        Block(self.session, ids, day=self.day, at=self.at, readings={}).run()
        self.session.expire_all()

    @rule(who=st.integers(0, 4), book=st.sampled_from((f"amo:{FUND}", "amc:amc_a")))
    def a_payment_is_run(self, who, book):
        parties = [(one.id, False) for one in self.people] + [(one.id, True) for one in self.professionals]
        party, professional = parties[who]
        payments.run(self.session, book, party, professional=professional, day=self.day, at=self.at)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), change=st.sampled_from(CHANGES))
    def a_claim_is_regularised(self, data, change):
        claim = data.draw(st.sampled_from(self.claims))
        if claim.state in DECIDED:
            later.regularise(self.session, claim, change, day=self.day, at=self.at)
            assert later.regularise(self.session, claim, change, day=self.day, at=self.at) is None

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), cause=st.sampled_from(CAUSES))
    def a_claim_is_reversed(self, data, cause):
        claim = data.draw(st.sampled_from(self.claims))
        if claim.state in DECIDED:
            later.reverse(self.session, claim, cause, day=self.day, at=self.at)
        with pytest.raises(Conflict):
            later.reverse(self.session, claim, cause, day=self.day, at=self.at)

    @rule()
    def a_reversal_is_not_reversed(self):
        query = select(LedgerTransaction).where(LedgerTransaction.reverses_id.is_not(None)).limit(1)
        entry = self.session.scalar(query)
        if entry is not None:
            with pytest.raises((Conflict, Refused)):
                ledger.reverse(self.session, entry.id, key=new_id(), cause_id=new_id(), at=self.day, known_at=self.at)

    @rule()
    def notices_are_received(self):
        for one in self.session.scalars(select(Undue).where(Undue.received_on.is_(None))).all():
            later.notice_received(self.session, one, day=self.day)

    @rule(who=st.integers(0, 2), cents=st.integers(1, 5000))
    def somebody_pays_what_they_owe(self, who, cents):
        left = payments.pays_back(self.session, f"amo:{FUND}", self.people[who].id, cents, day=self.day, at=self.at)
        assert 0 <= left <= cents

    @rule()
    def the_bank_gives_a_transfer_back(self):
        order = self.session.scalar(select(Order).where(Order.state == OrderState.SETTLED).order_by(Order.id).limit(1))
        if order is not None:
            payments.give_back(self.session, order, day=self.day, at=self.at)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def what_is_left_is_written_off(self, data):
        claim = data.draw(st.sampled_from(self.claims))
        if claim.state is not ClaimState.RECEIVED:
            payments.write_off(self.session, claim, -1, day=self.day, at=self.at)

    @invariant()
    def every_promise_holds(self):
        self.session.flush()
        assert not [(one.invariant.name, one.examples) for one in verify(self.session) if one.count]

    def teardown(self):
        try:
            assert list(differing(self.session)) == []
        finally:
            self.session.rollback()
            self.open.__exit__(None, None, None)


def test_whatever_happens_the_books_hold(shared):
    run_state_machine_as_test(
        lambda: Fund(shared),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=12, deadline=None, database=None,
                          phases=[Phase.generate], suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
