"""The stage of a story: its people and professionals, made when first named, and what happened to its claims."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.errors import ParcoursError
from parcours.registry.claims.models import Claim
from parcours.registry.complementary import service as complementary
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import record_paper
from parcours.registry.demo.fictitious import fictitious_am_number, fictitious_nia, fictitious_nir, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Commune, Fund
from parcours.registry.people import family
from parcours.registry.people import service as people
from parcours.registry.scenario import problems
from parcours.registry.scenario.language import Person, Scenario, specialties
from parcours.registry.store.db import Database
from parcours.registry.store.ids import get, new_id

COMMUNE = "99001"
FUND = "01C991"
OPENING = date(2005, 1, 1)
DECLARED = date(2018, 1, 8)
RANKS = 1_900_000
RPPS_RANKS = 10**8
AM_RANKS = 10**5
"""How many numbers each fictitious range holds."""


def noon(day: date) -> datetime:
    """The instant at which what happens on a day of a story is known."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@dataclass
class Stage:
    """Where a story is played."""

    database: Database
    scenario: Scenario
    ids: dict[str, str] = field(default_factory=dict)
    """Name in the cast → public id."""
    claims: dict[str, str] = field(default_factory=dict)
    """Name in the story → public id of the claim, in order."""
    sheets: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    """What the verbs of the story bring to light beside the database: deadlines, replies."""
    numbers: int = 0
    today: date = OPENING

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction of the story; who was made in one that is refused was not made."""
        before = dict(self.ids)
        try:
            with self.database.writing() as session:
                yield session
        except ParcoursError:
            self.ids = before
            raise

    @property
    def at(self) -> datetime:
        """The instant of today."""
        return noon(self.today)

    def name_of(self, public_id: str) -> str:
        """The name in the story of a person, a professional or a claim."""
        for names in (self.ids, self.claims):
            for name, known in names.items():
                if known == public_id:
                    return name
        return public_id

    def claim(self, session: Session, name: str) -> Claim:
        """A claim of the story."""
        if name not in self.claims:
            raise problems.unknown_name(name, field="id", names=sorted(self.claims))
        return get(session, Claim, self.claims[name], "id")

    # --- the cast -----------------------------------------------------------------------------------------------------

    def person(self, session: Session, name: str) -> str:
        """Public id of somebody of the cast."""
        if name not in self.ids:
            said = self.scenario.people.get(name)
            if said is None:
                raise problems.unknown_name(name, field="who", names=sorted(self.scenario.people))
            self.register(session, name, said)
        return self.ids[name]

    def register(self, session: Session, name: str, said: Person, *, from_day: date | None = None) -> None:
        """Enter somebody in the registry, with doctor, rights and insurer; a newcomer with a provisional number."""
        prepare(session)
        at = noon(from_day or max(said.born, OPENING))
        row = people.register_insured(
            session, nir=free_number(session, fictitious_nia if from_day else fictitious_nir),
            family_name=f"Exemple-{name}", first_name="Camille",
            birth_date=said.born, commune_code=COMMUNE, fund_code=FUND, affiliated_on=from_day, at=at,
        )  # fmt: skip
        self.ids[name] = row.id
        first = max(said.born, DECLARED)
        if said.doctor and from_day is None and said.born < DECLARED:
            self.declare(session, row.id, said.doctor, first)
        for right in said.rights:
            people.open_right(session, row.id, right, starts_on=first, at=noon(first))
        if said.insurer:
            complementary.register(
                session, row.id, said.insurer, contract=None, starts_on=first, at=noon(first), day=first
            )

    def declare(self, session: Session, insured_id: str, doctor: str, day: date, parent: str | None = None) -> None:
        """A signed form is recorded; a parent signs for a child."""
        form = PaperForm(
            insured_id, self.professional(session, doctor), day, day, signed_by_insured=parent is None,
            signed_by_doctor=True, parent_id=parent,
        )  # fmt: skip
        record_paper(session, form, at=noon(day))

    def child(self, session: Session, name: str, holders: list[str]) -> None:
        """A birth: the child is on the rights of the holders."""
        self.register(session, name, self.scenario.people[name])
        for holder in holders:
            if holder not in self.scenario.people and holder not in self.ids:
                self.register(session, holder, Person(date(1980, 5, 17)))
            family.add_holder(session, child_id=self.ids[name], holder_id=self.person(session, holder), at=self.at)
        said = self.scenario.people[name]
        if said.doctor:
            self.declare(session, self.ids[name], said.doctor, self.today, self.ids[holders[0]])

    def professional(self, session: Session, name: str) -> str:
        """Public id of a professional of the cast."""
        if name in self.ids:
            return self.ids[name]
        said = self.scenario.professionals.get(name)
        if said is None:
            raise problems.unknown_name(name, field="by", names=sorted(self.scenario.professionals))
        prepare(session)
        doctor = directory.register_professional(
            session, rpps=fictitious_rpps(secrets.randbelow(RPPS_RANKS)), family_name=f"Modèle-{name}",
            first_name="Dominique", profession=said.profession,
            specialty=specialties().get(said.specialty, 0), installed_on=OPENING,
        )  # fmt: skip
        if said.convention:
            directory.set_convention(session, doctor.id, said.convention, starts_on=OPENING, at=noon(OPENING))
        place = directory.register_organisation(session, kind="cabinet", name=f"Cabinet {name}", commune_code=COMMUNE)
        directory.start_practice(
            session, doctor.id, place.id, starts_on=OPENING,
            am_number=fictitious_am_number(secrets.randbelow(AM_RANKS)), at=noon(OPENING),
        )  # fmt: skip
        self.ids[name] = doctor.id
        return doctor.id

    def is_professional(self, name: str) -> bool:
        """Is this a professional of the cast?"""
        return name in self.scenario.professionals


def free_number(session: Session, number: Callable[[int], str]) -> str:
    """A number of the fictitious range that nobody has: two stories of one database have other people."""
    while people.find_by_nir(session, found := number(secrets.randbelow(RANKS))) is not None:
        pass
    return found


def prepare(session: Session) -> None:
    """The fictitious commune and fund, once a database."""
    if session.scalar(select(Commune.id).where(Commune.code == COMMUNE)) is None:
        session.add(Commune(id=new_id(), code=COMMUNE, name="Exempleville", department="99", latitude_e5=4_880_000,
                            longitude_e5=230_000))  # fmt: skip
    if session.scalar(select(Fund.id).where(Fund.code == FUND)) is None:
        session.add(Fund(code=FUND, name="Caisse d'Exempleville", department="99"))
    session.flush()
