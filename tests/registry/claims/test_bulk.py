"""A block of claims gives, row for row, what its claims give one by one: decisions, books, events, messages, states."""

import itertools
from datetime import date
from random import Random

import pytest
from sqlalchemy import inspect, select

from parcours.registry.claims.bulk import Block, receive_together
from parcours.registry.claims.intake import read_sheet, submit
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision, DecisionLine, Lot
from parcours.registry.claims.sheets import acknowledge_lot, issue
from parcours.registry.complementary import service as complementary
from parcours.registry.contexts import verify
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import record_paper
from parcours.registry.demo.fictitious import fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.ledger.models import LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import Message
from parcours.registry.payments.fund import FundDay, one_claim
from parcours.registry.people import service as people
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.referrals.service import use, write_referral
from tests.registry.world import instant

RECEIVED, DECIDED = date(2026, 3, 9), date(2026, 3, 10)
AT = instant(2026, 3, 10)
OWN = {"id", "transaction_id", "decision_id", "hash", "fingerprint", "recorded_at"}
"""Columns that differ by chance: ids, and hashes of what names them."""
KINDS = ("none", "partial", "full")


class Town:
    """People and professionals of every kind that the facts tell apart, and their sheets."""

    def __init__(self, world):
        self.session, self.world, self.numbers = world.session, world, itertools.count(1)
        shared = world.place(kind="maison_de_sante")
        self.gp, self.second, self.near = world.doctor(), world.doctor(), world.doctor(place=shared)
        self.own = world.doctor(place=shared)
        world.deficit_zone("98001")
        self.young = world.doctor(place=world.place(commune="98001"), since=date(2025, 6, 1))
        self.skin, self.heart = world.doctor(specialty=15), world.doctor(specialty=3)
        self.others = [self.other_trade(one) for one in ("infirmier", "pharmacie", "transporteur", "laboratoire")]
        self.people = [self.person(rank) for rank in range(12)]

    def other_trade(self, profession):
        rpps = fictitious_rpps(next(self.world.ranks))
        return directory.register_professional(
            self.session, rpps=rpps, family_name="Modèle", first_name="Dominique", profession=profession
        )

    def person(self, rank):
        person = self.world.person(born=date(1950 + 6 * rank, 1 + rank % 12, 3))
        day, at = date(2020, 1, 1), instant(2020, 1, 1)
        if rank % 3 and rank < 9:
            form = PaperForm(person.id, (self.own if rank % 2 else self.gp).id, date(2019, 5, 6), date(2019, 5, 7),
                             signed_by_insured=True, signed_by_doctor=True)  # fmt: skip
            record_paper(self.session, form, at=instant(2019, 5, 8))
        if rank % 4 == 1:
            people.open_right(self.session, person.id, "ald", starts_on=day, at=at)
        if rank == 5:
            people.open_right(self.session, person.id, "c2s", starts_on=day, at=at)
        elif rank % 2:
            complementary.register(self.session, person.id, "amc_a", contract="responsable_100", starts_on=day, at=at,
                                   day=day)  # fmt: skip
        if rank in (2, 8):
            letter = Letter("Essai", "Essai ?")
            new = NewReferral(person.id, self.gp.id, "avis_ponctuel", letter, addressee_id=self.heart.id)
            sent = write_referral(self.session, new, at=instant(2026, 2, 20))
            if rank == 8:
                use(self.session, sent.id, self.heart.id, care_date=date(2026, 3, 1), at=instant(2026, 3, 1))
        if rank == 7:
            complementary.register(self.session, person.id, "amc_b", contract=None, starts_on=day, at=at, day=day)
        return person

    def sheet(self, person, professional, fee="30.00", care=date(2026, 3, 5), **more):
        return {"patient": person.id, "professional": professional.id, "care_date": care.isoformat(), "fee": fee,
                "number": next(self.numbers), **more}  # fmt: skip

    def received(self, sheet):
        return submit(self.session, sheet, day=RECEIVED, at=instant(2026, 3, 9)).id

    def sheets(self):
        """Sheets of every kind, several a person, some of which are refused or held."""
        rng, nurse, boxes, taxi, labo = Random(14), *self.others
        for person in self.people:
            for doctor in rng.sample([self.gp, self.second, self.near, self.own, self.young, self.skin, self.heart], 4):
                yield self.sheet(person, doctor, tiers_payant=rng.choice(KINDS), ips=rng.choice(["", "T", "S"]))
            yield self.sheet(person, boxes, "40.00", tiers_payant="full",
                             facts={"base": "40.00", "quantity": 7, "drug_class": "majeur"})  # fmt: skip
            yield self.sheet(person, taxi, "60.00", facts={"base": "60.00", "quantity": 3}, tiers_payant="partial")
            yield self.sheet(person, labo, "80.00", facts={"base": "80.00", "quantity": rng.randint(1, 9)})
            yield self.sheet(person, nurse, "20.00", facts={"base": "20.00", "quantity": rng.randint(1, 9)})
        held, barred, shown = self.people[:3]
        yield self.sheet(held, self.gp, care=date(2026, 3, 3))
        yield self.sheet(held, self.gp, care=date(2026, 3, 3))
        yield self.sheet(barred, self.gp, care=date(2022, 3, 3), fee="25.00")
        yield self.sheet(shown, self.gp, care=date(2026, 2, 3), claims_right="c2s")
        yield self.sheet(self.people[3], self.skin, care=date(2026, 2, 3), facts={"referral": "avis_ponctuel"})
        several = self.sheet(self.people[4], nurse, care=date(2026, 2, 4), tiers_payant="partial")
        del several["fee"]
        yield several | {"lines": [{"fee": "9.45", "code": "AMI", "coefficient": "3"}, {"fee": "2.75", "code": "IFD"}]}
        for rank in (2, 8):
            yield self.sheet(self.people[rank], self.heart, care=date(2026, 3, 4), fee="50.00")
        for care in (date(2026, 2, 2), date(2025, 12, 30)):
            yield self.sheet(self.people[6], self.gp, care=care)


def given(world):
    town = Town(world)
    return [town.received(one) for one in town.sheets()]


def dump(session):
    """Every row that adjudication writes, without what differs by chance, in an order of its own."""
    session.flush()
    session.expire_all()
    names = {one.id: one.claim_id for one in session.scalars(select(Decision))}
    entries = {one.id: (one.book, one.claim_id) for one in session.scalars(select(LedgerTransaction))}
    found = {}
    for model in (Decision, DecisionLine, ClaimEvent, LedgerPosting, LedgerTransaction, Message, Claim):
        columns = [one.key for one in inspect(model).column_attrs if one.key not in OWN]
        rows = []
        for row in session.scalars(select(model)):
            values = {name: getattr(row, name) for name in columns}
            if model is DecisionLine:
                values["decision"] = names[row.decision_id]
            if model is LedgerPosting:
                values["entry"] = entries[row.transaction_id]
            if model is LedgerTransaction:
                values |= {"cause_id": names[row.cause_id], "key": row.key.replace(row.cause_id, "")}
            rows.append(repr(sorted(values.items())))
        found[model.__name__] = sorted(rows)
    return found


def one_by_one(session, ids, readings):
    counts = FundDay(DECIDED)
    for claim_id in ids:
        one_claim(session, claim_id, DECIDED, AT, counts, readings)


OTHER_READINGS = {"tiers_payant_hors_parcours": "text", "plafond_majoration": "fiche"}


@pytest.mark.parametrize(("readings", "compiled"), [({}, False), (OTHER_READINGS, True)])
def test_a_block_is_its_claims_one_by_one(session, world, readings, compiled):
    ids = given(world)
    with session.begin_nested() as alone:
        one_by_one(session, ids, readings)
        expected = dump(session)
        alone.rollback()
    session.expire_all()
    block = Block(session, ids, day=DECIDED, at=AT, readings=readings, compiled=compiled).run()
    assert 0 < len(block.left) < len(ids) / 2
    one_by_one(session, block.left, readings)
    assert dump(session) == expected
    assert not [one.invariant.name for one in verify(session) if one.count]
    states = {one.value for one in session.scalars(select(Claim.state))}
    assert states == {"adjudicated", "held", "time_barred", "rejected"}


def test_what_was_acknowledged_is_received_together(session, world):
    town = Town(world)
    sheets = [read_sheet(session, one) for one in list(town.sheets())[:6]]
    claims = [issue(session, one, "L1", day=RECEIVED, at=AT) for one in sheets]
    for lot in session.scalars(select(Lot)):
        acknowledge_lot(session, lot, day=RECEIVED, at=AT)
    ids = [one.id for one in claims]
    assert receive_together(session, ids, day=DECIDED, at=AT) == len(ids)
    assert receive_together(session, ids, day=DECIDED, at=AT) == 0
    session.expire_all()
    for claim in claims:
        last = session.scalars(select(ClaimEvent).where(ClaimEvent.claim_id == claim.id)
                               .order_by(ClaimEvent.number.desc())).first()  # fmt: skip
        assert (claim.state, claim.received_on, last.state) == (ClaimState.RECEIVED, DECIDED, ClaimState.RECEIVED)
    assert not [one.invariant.name for one in verify(session) if one.count]
