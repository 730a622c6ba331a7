"""A page of a queue is cut by the database, and stands where the whole queue, sorted, has it."""

from datetime import date, timedelta
from operator import attrgetter
from random import Random

from sqlalchemy import inspect, select

from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision, SheetKind
from parcours.registry.payments.queues import QUEUES, guarantee, queue, queue_size
from parcours.registry.scenario.stage import FUND, Stage, noon
from parcours.registry.scenario.words import happen
from parcours.registry.store.ids import new_id
from tests.registry.scenario.files import loaded

STORY, UNTIL = "S17", 1
STATES = (ClaimState.ACKNOWLEDGED, ClaimState.RECEIVED, ClaimState.HELD, ClaimState.WAITING_FOR_PROOF,
          ClaimState.ADJUDICATED, ClaimState.ORDERED)  # fmt: skip


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
        session.add(ClaimEvent(claim_id=claim.id, number=1, state=claim.state, day=came, known_at=noon(came), why=""))
        session.add(copied(decision, claim_id=claim.id))
    session.flush()


def test_pages_one_after_another_are_the_queue_in_order(stage_database):
    stage = Stage(stage_database, loaded()[STORY])
    for event in loaded()[STORY].events[:UNTIL]:
        stage.today = event["day"]
        assert happen(stage, event) is None
    with stage_database.writing() as session:
        model = session.get_one(Claim, next(iter(stage.claims.values())))
        today = model.received_on.replace(month=5, day=20)
        sheets(session, model, today)
        for name in QUEUES:
            whole, read, after = queue(session, FUND, name, today), [], ""
            assert whole == sorted(whole, key=attrgetter("place"))
            while page := queue(session, FUND, name, today, after, 4):
                read += page
                after = page[-1].place
            assert read == whole, name
            assert len(whole) == queue_size(session, FUND, name, today)
            assert queue(session, FUND, name, today, "what is no place", 4) == whole[:4]
            if name in ("to_adjudicate", "held", "proof_missing", "late_tiers_payant"):
                assert len({one.deadline for one in whole}) >= 1 + 4 * (name != "held"), "days enough to be told apart"
        session.rollback()


def test_a_guarantee_never_ends_before_that_of_a_sheet_received_earlier():
    """What lets the database sort by the day of reception: a law that shortened the delay would need a strand more."""
    days = [guarantee(date(2018, 1, 1) + timedelta(days=number)) for number in range(4000)]
    assert days == sorted(days)
