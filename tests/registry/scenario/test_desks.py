"""What waits at each desk, after stories: who it waits for, since when, until when."""

from datetime import date

import pytest
from sqlalchemy import select

from parcours.errors import ParcoursError
from parcours.registry.claims.models import ClaimState
from parcours.registry.contexts import verify
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account
from parcours.registry.messages.service import body_of
from parcours.registry.payments import desk, fund, queues
from parcours.registry.payments import service as payments
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.practice import practice_view, reconcile
from parcours.registry.scenario import told
from parcours.registry.scenario.stage import FUND, Stage, noon
from parcours.registry.scenario.words import happen
from tests.registry.scenario.files import loaded

STORIES = loaded()


@pytest.fixture
def played(stage_database):
    def play_story(name, until=None):
        stage = Stage(stage_database, STORIES[name])
        for event in STORIES[name].events[:until]:
            stage.today = event["day"]
            assert happen(stage, event) is None
        return stage

    return play_story


def own(stage, session, name, day):
    ids = set(stage.ids.values()) | set(stage.claims.values())
    return [one for one in queues.queue(session, FUND, name, day)
            if {one.claim_id, one.insured_id, one.professional_id} & ids]  # fmt: skip


WAITS = [
    ("S11", 2, "held", date(2026, 3, 5), "fund", None, "SIM-SUSPECT-DUPLICATE"),
    ("S13", 2, "proof_missing", date(2026, 3, 4), "practice", date(2026, 3, 13), ""),
    ("S17", 1, "late_tiers_payant", date(2026, 3, 17), "fund", date(2026, 3, 25), "day 1"),
    ("S33", 4, "undue", date(2026, 3, 20), "insured", date(2026, 4, 7), "rights_closed"),
    ("S33", 3, "reversals", date(2026, 3, 20), "fund", None, "rights_closed"),
    ("S36", 2, "objections", date(2026, 7, 8), "fund", date(2026, 9, 6), ""),
    ("S38", 1, "overlaps", date(2026, 3, 3), "insured", None, "suspended"),
    ("S38", 3, "overlaps", date(2026, 3, 11), "fund", date(2026, 3, 17), "chosen"),
]


@pytest.mark.parametrize("waits", WAITS, ids=lambda one: f"{one[0]} {one[2]}")
def test_a_queue_says_who_it_waits_for_and_until_when(played, stage_database, waits):
    story, until, queue, day, owner, deadline, reason = waits
    stage = played(story, until)
    with stage_database.reading() as session:
        found = own(stage, session, queue, day) or queues.queue(session, FUND, queue, day)[-1:]
        one = found[-1]
        assert (one.queue, one.owner, one.deadline, one.reason) == (queue, owner, deadline, reason)
        assert one.age(day) >= 0
        assert one.left(day) == (None if deadline is None else (deadline - day).days)
        assert queues.queue_sizes(session, FUND, day)[queue] >= 1


def test_what_a_reversal_recovers_is_the_sum_that_is_asked_back(played, stage_database):
    stage, day = played("S33", 4), date(2026, 3, 20)
    with stage_database.reading() as session:
        asked = {one.claim_id: one.cents for one in own(stage, session, "undue", day)}
        found = {one.claim_id: one.cents for one in own(stage, session, "reversals", day)}
        assert found
        assert found == {claim: asked[claim] for claim in found}


def test_a_practice_sees_its_sheets_and_lots(played, stage_database):
    stage = played("S08", 2)
    with stage_database.reading() as session:
        (claim,) = desk.claims_of_practice(session, stage.ids["mt"])
        assert (claim.state, claim.reason) == (ClaimState.REFUSED, "arl negative: altered")
        (lot,) = desk.lots_of_practice(session, stage.ids["mt"])
        assert (lot.number, lot.sheets, lot.total, lot.state.value) == ("L2", 1, 3000, "refused")
        assert [one.id for one in desk.lot_claims(session, lot.id)] == [claim.id]
        assert desk.claims_of_practice(session, stage.ids["mt"], states=[ClaimState.PAID]) == []
        assert desk.claims_of_practice(session, stage.ids["mt"], after=claim.id) == []


def test_an_insurer_sees_the_lines_of_its_own_contracts(played, stage_database):
    stage = played("S07")
    with stage_database.reading() as session:
        lines = [one for one in desk.insurer_lines(session, "amc_a", limit=500)
                 if one.insured_id == stage.ids["ana"]]  # fmt: skip
        assert [(one.amc, one.care_date) for one in lines] == [(900, date(2026, 3, 2))]
        assert desk.insurer_lines(session, "nobody") == []
        assert desk.insurer_lines(session, "amc_a", first=date(2030, 1, 1)) == []


def test_a_transfer_that_the_bank_gives_back_is_due_again_and_paid_once(played, stage_database):
    stage = played("S07", 4)
    ana, day = stage.ids["ana"], date(2026, 3, 12)
    with stage.writing() as session:
        (order,) = session.scalars(select(Order).where(Order.party == ana)).all()
        payments.give_back(session, order, day=day, at=noon(day))
        with pytest.raises(ParcoursError):
            payments.give_back(session, order, day=day, at=noon(day))
        assert stage.claim(session, "F1").state is ClaimState.ADJUDICATED
        assert order.id in {one.id for one in queues.queue(session, FUND, "returned_payments", day)}
    with stage.writing() as session:
        again = payments.run(session, f"amo:{FUND}", ana, professional=False, day=day, at=noon(day))
        assert (again.order.cents, again.order.state) == (1900, OrderState.SETTLED)
        assert [one.invariant.name for one in verify(session) if one.count] == []


def test_a_transfer_that_came_back_is_late_from_its_return_and_bears_no_penalty(played, stage_database):
    stage, book = played("S15"), f"amo:{FUND}"
    doctor, back, again = stage.ids["mt"], date(2026, 6, 1), date(2026, 6, 22)
    with stage.writing() as session:
        for order in session.scalars(select(Order).where(Order.party == doctor, Order.book == book)).all():
            payments.give_back(session, order, day=back, at=noon(back))
        for late in (own(stage, session, "late_tiers_payant", again), desk.late_for_practice(session, doctor, again)):
            assert {(one.since, one.deadline, one.reason) for one in late} == {(back, date(2026, 6, 10), "back 15")}
        paid = payments.run(session, book, doctor, professional=True, day=again, at=noon(again))
        assert paid.order.cents == sum(one.cents for one in late)
        assert ledger.balance(session, book, Account.PENALITE_DUE, doctor) == 0
        assert own(stage, session, "late_tiers_payant", again) == []


def test_a_penalty_is_received_beside_the_acts_and_leaves_what_is_to_come(played, stage_database):
    stage, book = played("S17", 1), f"amo:{FUND}"
    doctor, late, after = stage.ids["gp2"], date(2026, 4, 20), date(2026, 7, 1)

    def seen(day):
        with stage_database.reading() as session:
            return practice_view(session, doctor, day=day, at=noon(day))

    def pay(day):
        with stage.writing() as session:
            payments.run(session, book, doctor, professional=True, day=day, at=noon(day))

    before = seen(late)
    assert [cents for _, cents in before.waiting] == [before.expected] == [before.open]
    pay(late)
    noted = seen(late)
    assert (noted.received, noted.open, noted.penalties) == (before.expected, 0, 0)
    assert noted.penalties_due == before.expected // 10 > 0
    fund.penalties_due(stage_database, FUND, after, noon(after), fund.FundDay(after))
    pay(after)
    paid = seen(after)
    assert (paid.received, paid.open, paid.penalties, paid.penalties_due) == (
        before.expected,
        0,
        noted.penalties_due,
        0,
    )


def test_a_practice_reconciles_its_own_returns_once(played, stage_database):
    stage = played("S15")
    day = date(2026, 3, 9)
    with stage.writing() as session:
        ids = list(stage.claims.values())
        assert reconcile(session, stage.ids["ana"], ids, day=day, at=noon(day)) == 0
        assert reconcile(session, stage.ids["mt"], ids, day=day, at=noon(day)) == 2
        assert reconcile(session, stage.ids["mt"], ids, day=day, at=noon(day)) == 0
        assert stage.claim(session, "F1").state is ClaimState.RECONCILED


def test_who_owes_and_has_no_refund_for_a_year_is_told_once(database):
    stage = Stage(database, STORIES["S18"])
    for event in STORIES["S18"].events:
        stage.today = event["day"]
        assert happen(stage, event) is None
    first, again, next_year = date(2027, 3, 19), date(2027, 3, 22), date(2028, 3, 20)
    counts = [fund.run_day(database, FUND, one).counts.get("notices", 0) for one in (first, again, next_year)]
    with database.reading() as session:
        mine = [one for one in told.messages(stage, session) if one.subject == "avis_a_payer"]
        assert [one.day for one in mine] == [first, next_year]
        assert body_of(mine[0])["lines"][0]["line"] == "PFT 1952"
        assert own(stage, session, "notices", next_year)[0].cents == 200
    assert counts == [1, 0, 1]
