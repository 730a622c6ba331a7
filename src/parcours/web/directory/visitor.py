"""Who looks at the directory: anybody, with what they touched; or an insured person, by their own facts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request

from parcours.edge import unit as units
from parcours.edge.requests import incoming_of, services_of
from parcours.edge.services import Services
from parcours.registry.access.model import Actor
from parcours.registry.directory import problems
from parcours.registry.directory.cards import Card
from parcours.registry.directory.context import DIRECTORY, Action
from parcours.registry.directory.models import Professional
from parcours.registry.directory.prices import ADULT, CHIPS, Price, fee_said, prices, visitor
from parcours.registry.directory.where import holds
from parcours.registry.errors import Misconfigured
from parcours.registry.people.context import PATIENT
from parcours.registry.store.db import database_url
from parcours.registry.visits.context import Action as VisitAction
from parcours.registry.visits.context import Tag as VisitTag
from parcours.registry.visits.prices import own_prices
from parcours.web.account.pages import identify_or_none

OWN = ("age", "lang", *CHIPS)
"""What the pages know besides the filters."""


@dataclass(frozen=True)
class Deal:
    """The prices of a card, and from which facts."""

    ways: tuple[Price, ...]
    today: str = ""
    """How a visit today would count, of somebody the registry knows."""
    facts: Mapping[str, object] | None = None
    """Their own facts; None: of anybody."""
    none_declared: bool = False
    """They have no médecin traitant: what they would pay with this one is for later."""


@dataclass(frozen=True)
class Visitor:
    """Who looks, while the page is made."""

    session: Session
    actor: Actor | None
    age: int
    chips: tuple[str, ...]

    @property
    def insured_id(self) -> str | None:
        """Of an insured person who is logged in."""
        return self.actor.insured_id if self.actor else None

    def deal(self, card: Card, on: date) -> Deal:
        """What a visit would cost."""
        if self.insured_id is not None:
            related = "ald" if "ald" in self.chips else None
            own = own_prices(self.session, self.insured_id, card, on, related_to=related)
            return Deal(own.ways, own.today, own.facts, not own.facts.get("medecin_traitant"))
        person = visitor(self.age, self.chips)
        ways = prices(card.trades[0], card.sector, on, person, fee_said(card.places[0].said))
        return Deal(ways, none_declared=not person["medecin_traitant"])


def age_of(given: Mapping[str, str]) -> int:
    """For whom the prices are: a child where one is said."""
    age = given.get("age", "")
    return int(age) if age.isascii() and age.isdigit() and int(age) < 120 else ADULT


def chips_of(given: Mapping[str, str]) -> tuple[str, ...]:
    """What was touched."""
    return tuple(name for name in CHIPS if given.get(name) == "true")


def check_database(services: Services) -> None:
    """Raises `Misconfigured` where no database was made: looking makes none."""
    url = make_url(services.settings.database_url or database_url())
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise problems.no_directory()


def is_loaded(request: Request) -> bool:
    """Is there anybody to find?  Said before a form is filled for nothing."""
    services = services_of(request)
    try:
        check_database(services)
        with services.database.reading() as session:
            return holds(session, Professional.id)
    except (Misconfigured, SQLAlchemyError):
        return False


@contextmanager
def looking(request: Request, given: Mapping[str, str]) -> Iterator[Visitor]:
    """Read for whoever looks; own facts leave a trace. Raises `Misconfigured` where no database was made."""
    services, incoming = services_of(request), incoming_of(request)
    check_database(services)
    age, chips = age_of(given), chips_of(given)
    try:
        own = identify_or_none(services, incoming)
        caller = own.caller if own is not None and not own.caller.lacks_factor else None
        if caller is not None and caller.actor.insured_id is not None:
            with units.reading(services, incoming, caller) as unit:
                unit.allow(Action.READ_DIRECTORY, DIRECTORY)
                unit.find(PATIENT, caller.actor.insured_id, VisitAction.READ_FACTS, VisitTag.FACTS_READ)
                yield Visitor(unit.session, caller.actor, age, chips)
            return
        with services.database.reading() as session:
            yield Visitor(session, caller.actor if caller else None, age, chips)
    except SQLAlchemyError:
        raise problems.no_directory() from None
