"""A block of claims adjudicated together: what the registry knows is read for all of them, the rules settle one round
after the other (the first claim of each person, then the second…), and what follows is written at once.

The same decisions, entries, events and messages as one by one. Whoever has a claim that is refused, that looks like
another or that the law does not know is left to be looked at one by one, with all their claims of the block.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from parcours.engine.case import Answer, checked, law_on
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.engine.facts.readings import encode_readings
from parcours.errors import ParcoursError
from parcours.law.cache import flat_law
from parcours.registry.claims.adjudicate import decision_of, lines_of, signals_of, told
from parcours.registry.claims.control import first_refusal
from parcours.registry.claims.lifecycle import EVENT
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision, DecisionLine
from parcours.registry.claims.money import first_entries
from parcours.registry.claims.prepared import Prepared, numbers_of
from parcours.registry.claims.settling import (
    Asked,
    Settled,
    as_the_fund_reads,
    asked_of,
    of_one_act,
    own_readings,
    settle_facts,
)
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.service import Entry
from parcours.registry.messages import feed
from parcours.registry.messages.models import Message
from parcours.registry.people.models import Insured
from parcours.registry.store.bulk import among, insert_all, insert_values, unwatched
from parcours.registry.store.ids import new_id
from parcours.rules.settlement import settle as settle_act
from parcours.rules.types import Settlement

NEW = partial(unwatched, Decision)
"""A decision that is written with many others."""
Event = tuple[str, str, int, ClaimState, date, datetime, str]


@dataclass
class Written:
    """What a block writes."""

    decisions: list[Decision] = field(default_factory=list)
    lines: list[DecisionLine] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


class Block:
    """Claims received before a day, in the order in which they are adjudicated."""

    def __init__(
        self, session: Session, ids: Sequence[str], *, day: date, at: datetime, readings: Mapping[str, str],
        compiled: bool = False,
    ) -> None:  # fmt: skip
        self.session, self.day, self.at, self.compiled = session, day, at, compiled
        self.own, self.readings = own_readings(readings)
        self.of_one_act = of_one_act(self.readings)
        self.claims = locked(session, ids)
        feed.begin(session)
        self.written = Written()
        self.left: list[str] = []
        """Ids of the claims that are not done here, in their order."""

    def run(self) -> "Block":
        """Adjudicate what is plain, write it, and name what is left."""
        ready = [one for one in self.claims if self.is_ready(one)]
        waiting = set(self.claims).difference(ready)
        left = {one.insured_id for one in waiting}
        if ready:
            looks = Prepared(self.session, ready, year=self.day.year, at=self.at)
            left |= looks.unusual()
            queues = defaultdict(list)
            for claim in ready:
                queues[claim.insured_id].append(claim)
            left |= {who for who, queue in queues.items() if any(first_refusal(looks, one, self.at) for one in queue)}
            self.settle_rounds(looks, {who: queue for who, queue in queues.items() if who not in left}, left)
            self.write()
        done = {one.claim_id for one in self.written.decisions}
        self.left = [one.id for one in self.claims if one.id not in done]
        return self

    def is_ready(self, claim: Claim) -> bool:
        """Was a claim received before this day, and is nothing decided yet?"""
        return claim.state is ClaimState.RECEIVED and (claim.received_on or self.day) < self.day

    def settle_rounds(self, looks: Prepared, queues: dict[str, list[Claim]], left: set[str]) -> None:
        """Settle the first claim of each person, then the second, each after what the one before has borne."""
        rank = 0
        while queues:
            claims = [queue[rank] for queue in queues.values()]
            for claim, settled in zip(claims, self.settle(looks, claims), strict=True):
                if settled is None:
                    del queues[claim.insured_id]
                else:
                    self.decide(looks, claim, settled)
            rank += 1
            queues = {who: queue for who, queue in queues.items() if len(queue) > rank}

    def settle(self, looks: Prepared, claims: Sequence[Claim]) -> list[Settled | None]:
        """Settle claims of different people; None for one that the engine refuses: it is looked at by itself."""
        found: list[Settled | None] = [None] * len(claims)
        together: list[tuple[int, Asked, EncodedAct]] = []
        for place, claim in enumerate(claims):
            try:
                asked = asked_of(looks, claim, day=self.day, at=self.at, stated={})
                if "lines" in asked.facts:
                    found[place] = settle_facts(
                        asked.facts, asked.sources, asked.insurer, asked.counters, self.readings
                    )
                else:
                    together.append((place, asked, encode(asked.facts, flat_law())))
            except ParcoursError:
                continue
        for place, settled in self.answers(together):
            found[place] = settled
        return [one and as_the_fund_reads(one, self.own, self.readings) for one in found]

    def answers(self, asked: Sequence[tuple[int, Asked, EncodedAct]]) -> list[tuple[int, Settled]]:
        """Acts settled together, those that the engine refuses left out."""
        flat, kept, found = flat_law(), [], []
        for place, one, encoded in asked:
            try:
                kept.append((place, one, encoded, law_on(encoded.act.care_date, flat, self.of_one_act)))
            except ParcoursError:
                continue
        for (place, one, encoded, law), settlement in zip(kept, self.settlements(kept), strict=True):
            answer = Answer(encoded, law, flat, self.of_one_act, one.counters, settlement)
            try:
                found.append((place, Settled(checked(answer), one.facts, one.sources, one.counters, one.insurer)))
            except ParcoursError:
                continue
        return found

    def settlements(self, kept: Sequence[tuple[int, Asked, EncodedAct, Any]]) -> list[Settlement]:
        """By the rules: compiled, or as they are."""
        if self.compiled:
            from parcours.engine.batch.acts import settle_acts

            acts, contracts = [one[2].act for one in kept], [one[2].contract for one in kept]
            return settle_acts(acts, contracts, [one[1].counters for one in kept], self.of_one_act)
        readings = encode_readings(self.of_one_act)
        return [settle_act(one.act, one.contract, asked.counters, law, readings) for _, asked, one, law in kept]

    def decide(self, looks: Prepared, claim: Claim, settled: Settled) -> None:
        """What follows from a settlement, to be written with the others."""
        signals = signals_of(claim, settled)
        decision = decision_of(claim, settled, 1, signals, day=self.day, at=self.at, make=NEW)
        lines = lines_of(decision, settled)
        link = looks.link(claim.insured_id, claim.care_date)
        self.written.decisions.append(decision)
        self.written.lines += lines
        self.written.events.append(event_of(claim, looks.events, ClaimState.ADJUDICATED, day=self.day, at=self.at))
        self.written.entries += first_entries(claim, decision, at=self.at)
        self.written.messages += told(claim, decision, settled, signals, link, lines, day=self.day, at=self.at)
        looks.add(decision)

    def write(self) -> None:
        """Everything that the block decided."""
        written = self.written
        insert_all(self.session, written.decisions)
        insert_all(self.session, written.lines)
        insert_values(self.session, ClaimEvent, EVENT, written.events)
        ledger.post_new(self.session, written.entries)
        insert_all(self.session, written.messages)
        done = [one.claim_id for one in written.decisions]
        changed = update(Claim).where(among(self.session, Claim.id, done)).execution_options(synchronize_session=False)
        self.session.execute(changed.values(state=ClaimState.ADJUDICATED, version=Claim.version + 1))


def locked(session: Session, ids: Sequence[str]) -> list[Claim]:
    """Claims in the order of their ids given, theirs and the people's rows locked: people first, as one by one."""
    people = select(Claim.insured_id).where(among(session, Claim.id, ids))
    session.execute(select(Insured.id).where(Insured.id.in_(people)).order_by(Insured.id).with_for_update())
    query = select(Claim).where(among(session, Claim.id, ids)).order_by(Claim.id).with_for_update()
    rows = {one.id: one for one in session.scalars(query.execution_options(populate_existing=True))}
    return [rows[one] for one in ids if one in rows]


def receive_together(session: Session, ids: Sequence[str], *, day: date, at: datetime) -> int:
    """The fund takes in the sheets that it has acknowledged: the day of reception counts. How many."""
    claims = [one for one in locked(session, ids) if one.state is ClaimState.ACKNOWLEDGED]
    numbers = numbers_of(session, claims)
    events = [event_of(one, numbers, ClaimState.RECEIVED, day=day, at=at) for one in claims]
    insert_values(session, ClaimEvent, EVENT, events)
    done = [one.id for one in claims]
    changed = update(Claim).where(among(session, Claim.id, done)).execution_options(synchronize_session=False)
    received = func.coalesce(Claim.received_on, day)
    session.execute(changed.values(state=ClaimState.RECEIVED, received_on=received, version=Claim.version + 1))
    return len(done)


def event_of(claim: Claim, numbers: Mapping[str, int], state: ClaimState, *, day: date, at: datetime) -> Event:
    """A change of a claim, after those that it has, as a row."""
    return new_id(), claim.id, numbers.get(claim.id, 0) + 1, state, day, at, ""
