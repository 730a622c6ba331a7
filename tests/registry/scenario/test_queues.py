"""A page of a queue is cut by the database, and stands where the whole queue, sorted, has it."""

from datetime import date, timedelta
from operator import attrgetter
from random import Random

import pytest
from sqlalchemy import inspect, select, text

from parcours.registry.claims import lifecycle
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision, SheetKind
from parcours.registry.ledger.models import Account, LedgerLeft
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.payments.notices import TO_PAY
from parcours.registry.payments.queues import QUEUES, guarantee, queue, queue_size
from parcours.registry.people.models import Insured
from parcours.registry.scenario.stage import FUND, Stage, noon
from parcours.registry.scenario.words import happen
from parcours.registry.store import schema
from parcours.registry.store.ids import new_id
from tests.registry.scenario.files import loaded

STORY, UNTIL = "S17", 1
STATES = (ClaimState.ACKNOWLEDGED, ClaimState.RECEIVED, ClaimState.HELD, ClaimState.WAITING_FOR_PROOF,
          ClaimState.ADJUDICATED, ClaimState.ORDERED)  # fmt: skip


KEPT = ("to_adjudicate", "held", "proof_missing", "reversals")
"""Queues of sheets by the day on which they came to their state, which the database keeps."""


def last_day(session, claim_id):
    """The last day on which a sheet came to the state that it is in, by its events."""
    claim = session.get_one(Claim, claim_id)
    return lifecycle.last_day(session, claim.id, claim.state)


def copied(row, **changed):
    values = {name: getattr(row, name) for name in map(attrgetter("key"), inspect(type(row)).column_attrs)}
    return type(row)(**values | {"id": new_id()} | changed)


def sheets(session, model, today):
    """Copies of a sheet in every state, on days around two public holidays and their weekends."""
    random, decision = Random(16), session.scalars(select(Decision).where(Decision.claim_id == model.id)).one()
    for number in range(90):
        day = today - timedelta(days=random.randrange(25))
        kind = random.choice((SheetKind.PAPER, SheetKind.ELECTRONIC))
        claim = copied(model, sheet_key=f"copy {number}", state=random.choice(STATES), received_on=day, kind=kind)
        session.add(claim)
        session.flush()
        came = day + timedelta(days=random.randrange(3))
        for at, state, on in ((1, ClaimState.RECEIVED, day), (2, claim.state, came)):
            session.add(ClaimEvent(claim_id=claim.id, number=at, state=state, day=on, known_at=noon(on), why=""))
        session.add(copied(decision, claim_id=claim.id))
    session.flush()


def told_to_pay(session, model, today):
    """Two people told twice to pay, of whom one owes, for two claims; the other owes another fund."""
    other = copied(session.get_one(Insured, model.insured_id))
    session.add(other)
    session.flush()
    for person, book in ((model.insured_id, f"amo:{FUND}"), (other.id, "amo:01C992")):
        for days in (400, 3):
            day = today - timedelta(days=days)
            send(session, MessageKind.AVIS, TO_PAY, person, {}, at=noon(day), day=day, insured_id=person)
            session.add(LedgerLeft(book=book, account=Account.DIFFERE_PF, party=person, claim_id=new_id(), cents=200))
    session.flush()


def played(database):
    """The first events of a story; the sheet that they wrote."""
    stage = Stage(database, loaded()[STORY])
    for event in loaded()[STORY].events[:UNTIL]:
        stage.today = event["day"]
        assert happen(stage, event) is None
    return next(iter(stage.claims.values()))


def test_pages_one_after_another_are_the_queue_in_order(stage_database):
    written = played(stage_database)
    with stage_database.writing() as session:
        model = session.get_one(Claim, written)
        today = model.received_on.replace(month=5, day=20)
        sheets(session, model, today)
        told_to_pay(session, model, today)
        for name in QUEUES:
            whole, read, after = queue(session, FUND, name, today), [], ""
            assert whole == sorted(whole, key=attrgetter("place"))
            while page := queue(session, FUND, name, today, after, 4):
                read += page
                after = page[-1].place
            assert read == whole, name
            assert len(whole) == queue_size(session, FUND, name, today)
            assert name != "notices" or [one.since for one in whole] == [today - timedelta(days=3)]
            if name in KEPT:
                assert [one.since for one in whole] == [last_day(session, one.id) for one in whole], name
            assert queue(session, FUND, name, today, "what is no place", 4) == whole[:4]
            if name in ("to_adjudicate", "held", "proof_missing", "late_tiers_payant"):
                assert len({one.deadline for one in whole}) >= 1 + 4 * (name != "held"), "days enough to be told apart"
        session.rollback()


def test_the_migration_fills_in_since_when_what_waits_waits(stage_database):
    waiting = select(Claim.id, Claim.waits_since).where(Claim.state.in_(STATES[:4])).order_by(Claim.id)
    written = played(stage_database)
    with stage_database.writing() as session:
        model = session.get_one(Claim, written)
        sheets(session, model, model.received_on.replace(month=5, day=20))
        kept = session.execute(waiting).all()
    schema.downgrade(stage_database.engine, "0040")
    schema.upgrade(stage_database.engine)
    with stage_database.reading() as session:
        assert session.execute(waiting).all() == kept
    assert len({day for _, day in kept}) > len(kept) // 10


PLANS = {
    "sqlite": ("EXPLAIN QUERY PLAN", "TEMP B-TREE"),
    "postgresql": ("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; EXPLAIN", "Sort"),
}
"""How a database tells its plan, were there many rows, and its word for sorting."""


@pytest.mark.parametrize("name", ["to_adjudicate", "held", "proof_missing"])
def test_a_page_is_read_from_an_index_in_its_order(stage_database, name):
    tell, sorts = PLANS[stage_database.engine.dialect.name]
    *settings, explain = tell.split("; ")
    with stage_database.reading() as session:
        for setting in settings:
            session.execute(text(setting))
        for strand in QUEUES[name](FUND, date(2026, 6, 1)):
            page = strand.query.order_by(*strand.columns).limit(4)
            said = str(page.compile(stage_database.engine, compile_kwargs={"literal_binds": True}))
            plan = str(session.execute(text(f"{explain} {said}")).all())
            assert "waits_since" in plan
            assert sorts not in plan, "the database would read and sort all that waits"


def test_a_guarantee_never_ends_before_that_of_a_sheet_received_earlier():
    """What lets the database sort by the day of reception: a law that shortened the delay would need a strand more."""
    days = [guarantee(date(2018, 1, 1) + timedelta(days=number)) for number in range(4000)]
    assert days == sorted(days)
