"""A year of life of the invented town: ordinary visits, contracts and cards, then what fills each queue.

Everything goes through the services that a fund and a practice use: sheets are written, adjudicated and paid; the
stories are those of `town.yaml`, played by the verbs of the scenarios.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.cards import service as cards
from parcours.registry.claims import objections, regularising
from parcours.registry.claims.models import Claim, ClaimState, Ground
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.complementary import requests
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.models import Link
from parcours.registry.declarations.models import Tenure
from parcours.registry.demo.country import FUNDS
from parcours.registry.demo.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.directory.service import get_professional
from parcours.registry.identity.service import find_insured_id
from parcours.registry.ledger.models import Account
from parcours.registry.payments import service as payments
from parcours.registry.payments.fund import FundDay, Work, notices_due, parties_due
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.people.models import Affiliation, Insured, RightKind
from parcours.registry.people.service import rights_on
from parcours.registry.scenario import words
from parcours.registry.scenario.language import Scenario, read
from parcours.registry.scenario.stage import Stage
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database
from parcours.registry.store.periods import known

FILE = Path(__file__).with_name("town.yaml")
FUND = FUNDS["99"]
INSURERS = ("mutuelle_exemple", "mutuelle_essai", "mutuelle_fictive")
"""Three insurers that do not exist."""
FIRST, LAST = date(2025, 12, 1), date(2026, 11, 20)
VISITS = 180
WEEK = timedelta(days=7)
PAY_EVERY = 4 * WEEK
RECEIVED = ClaimState.RECEIVED
WAITING = 2
"""Corrections that one officer proposed and that wait for another."""
PROPOSER = str(UUID(int=0))
"""Who proposed them: nobody who logs in."""
FIRST_NUMBER = 1000
"""Sheets of the ordinary visits are numbered from here: the stories have their own."""


@dataclass(frozen=True)
class Visit:
    """An ordinary visit to one's own doctor."""

    day: date
    insured_id: str
    professional_id: str
    tiers_payant: str


def live(database: Database, *, seed: int, visits: int = VISITS) -> None:
    """The whole year or, when it is interrupted, nothing of it; a town that has lived it already is left as it is."""
    with database.reading() as session:
        if session.scalar(select(Claim.id).limit(1)) is not None:
            return
    rng = Random(seed)  # noqa: S311 - invented people need no cryptography
    with database.as_one() as year:
        with year.writing() as session:
            people = of_the_fund(session)
            settle_in(session, people, rng, cards_of_stories(session))
        spend(year, sorted(plan(people, rng, visits), key=lambda one: one.day))
        tell(year)
        finish(year)


def of_the_fund(session: Session) -> list[tuple[str, str]]:
    """(Person, médecin traitant) of the insured of the fund of the town."""
    query = (
        select(Tenure.insured_id, Tenure.professional_id)
        .join(Affiliation, Affiliation.insured_id == Tenure.insured_id)
        .where(known(Tenure), Tenure.ends_on.is_(None), known(Affiliation), Affiliation.fund_code == FUND)
        .order_by(Tenure.insured_id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


CARDS_OF_STORIES = {"p0": False, "p1": True, "p2": False}
"""Who of the cast of `town.yaml` has a card before the stories begin: one loses it, two ask for theirs."""


def cards_of_stories(session: Session) -> dict[str, bool]:
    """The same by id, for those who live in this country."""
    found = {find_insured_id(session, fictitious_nir(int(name[1:]))): has for name, has in CARDS_OF_STORIES.items()}
    return {insured_id: has for insured_id, has in found.items() if insured_id}


def settle_in(session: Session, people: list[tuple[str, str]], rng: Random, has_card: Mapping[str, bool]) -> None:
    """Most have a contract, and a card that works."""
    for number, (insured_id, _) in enumerate(people):
        if number % 5:
            complementary.register(
                session,
                insured_id,
                rng.choice(INSURERS),
                contract="responsable_100",
                starts_on=FIRST,
                at=noon(FIRST),
                day=FIRST,
            )
        if has_card.get(insured_id, number % 4 == 0):
            card = cards.request(session, insured_id, day=FIRST)
            cards.accept_documents(session, card, day=FIRST)
            cards.deliver(session, card, day=FIRST, at=noon(FIRST))


def plan(people: list[tuple[str, str]], rng: Random, visits: int) -> Iterator[Visit]:
    """Who goes to their doctor, and when."""
    for _ in range(visits):
        insured_id, professional_id = rng.choice(people)
        day = FIRST + timedelta(days=rng.randrange((LAST - FIRST).days))
        yield Visit(day, insured_id, professional_id, "partial" if rng.random() < 0.3 else "none")


def spend(database: Database, planned: list[Visit]) -> None:
    """Each visit is a sheet; the fund decides what came at the end of each week, and pays every four weeks."""
    due: set[tuple[str, bool]] = set()
    waiting = iter([*planned, None])
    visit, number, opened = next(waiting), FIRST_NUMBER, FIRST
    while opened < LAST:
        opened = min(opened + WEEK, LAST)
        came: list[tuple[str, str]] = []
        with database.writing() as session:
            while visit is not None and visit.day < opened:
                claim = write(session, sheet_of(visit, number), day=visit.day, at=noon(visit.day), state=RECEIVED)
                came.append((claim.id, claim.insured_id))
                direct = visit.tiers_payant == "none"
                due.add((visit.insured_id if direct else visit.professional_id, not direct))
                visit, number = next(waiting), number + 1
        Work(opened, noon(opened), {}, compiled=False).through(database, came)
        if (opened - FIRST) % PAY_EVERY == timedelta(0) or opened == LAST:
            with database.writing() as session:
                pay(session, due, opened)
                if opened < LAST < opened + PAY_EVERY:
                    pay_insurers(session, opened)


def sheet_of(visit: Visit, number: int) -> Sheet:
    """The sheet of a visit to a general practitioner."""
    return Sheet(
        insured_id=visit.insured_id,
        professional_id=visit.professional_id,
        fund_code=FUND,
        care_date=visit.day,
        number=number,
        lines=(3000,),
        acts=({"code": "G"},),
        tiers_payant=visit.tiers_payant,
    )


def pay(session: Session, due: set[tuple[str, bool]], day: date) -> None:
    """Everybody to whom something is due."""
    for party, professional in sorted(due):
        payments.run(session, f"amo:{FUND}", party, professional=professional, day=day, at=noon(day))
    due.clear()


def pay_insurers(session: Session, day: date) -> None:
    """What the insurers owe, whom the product plays: once in the year, for it takes time; the last lines wait."""
    for book, account, party in parties_due(session, FUND):
        if book.startswith("amc:"):
            professional = account is Account.A_PAYER_PROFESSIONAL
            payments.run(session, book, party, professional=professional, day=day, at=noon(day))


# --- the stories -----------------------------------------------------------------------------------------------------


def tell(database: Database) -> None:
    """Play `town.yaml` with the people of the country."""
    content = yaml.safe_load(FILE.read_text("utf-8"))
    numbers = 0
    for scenario in read(content):
        words.check(scenario)
        stage = Stage(database, scenario, ids=ids_of(database, scenario), numbers=numbers)
        for event in scenario.events:
            stage.today = event["day"]
            refused = words.happen(stage, event)
            if refused is not None:
                raise refused
        numbers = stage.numbers


def ids_of(database: Database, scenario: Scenario) -> dict[str, str]:
    """Ids of the cast: pN is the person of rank N, dN the professional."""
    with database.reading() as session:
        people = {name: find_insured_id(session, fictitious_nir(int(name[1:]))) for name in scenario.people}
        doctors = {
            name: get_professional(session, fictitious_rpps(int(name[1:]))).id for name in scenario.professionals
        }
    return {name: found for name, found in people.items() if found} | doctors


def finish(database: Database) -> None:
    """What only a day of the fund does: a notice after a year, a transfer that came back, an objection."""
    day = LAST + timedelta(days=3)
    notices_due(database, FUND, day, noon(day), FundDay(day))
    with database.writing() as session:
        order = session.scalar(
            select(Order).where(Order.state == OrderState.SETTLED).order_by(Order.id.desc()).limit(1)
        )
        if order is not None:
            payments.give_back(session, order, day=day, at=noon(day))
        doctor = get_professional(session, fictitious_rpps(2))
        query = select(Claim).where(Claim.state == ClaimState.PAID, Claim.professional_id == doctor.id)
        disputed = session.scalar(query.order_by(Claim.id).limit(1))
        if disputed is not None:
            told, filed = date(2026, 9, 1), date(2026, 10, 20)
            objections.object_to(session, day=filed, notified_on=told, claim=disputed, ground=Ground.PATHWAY)
        ask_link(session, day)
        for one in regularising.found(session, FUND, at=now_utc())[:WAITING]:
            regularising.propose(session, one.claim, by=PROPOSER, at=now_utc())


def ask_link(session: Session, day: date) -> None:
    """Somebody without a mutuelle asks the first insurer to link theirs."""
    alone = select(Insured.id).where(~select(Link.id).where(Link.insured_id == Insured.id).exists())
    for person in session.scalars(alone.order_by(Insured.id)):
        if all(one.kind is not RightKind.C2S for one in rights_on(session, person, day)):
            requests.ask(session, person, INSURERS[0], "MX-20417", FIRST, insurers=INSURERS, day=day)
            return


def noon(day: date) -> datetime:
    """The instant at which what happens on a day is known."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
