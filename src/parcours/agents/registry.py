"""Tools that ask the registry: the public directory for anybody, a person's calendar for who may read it."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from http.cookies import SimpleCookie
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from parcours.agents import problems
from parcours.agents.answers import Lang, Object, Source, Told, digest, plain
from parcours.edge import unit as units
from parcours.edge.caller import Incoming, require_caller
from parcours.edge.services import Services
from parcours.engine.prevention.facts import A_DAY, day_of, read_person
from parcours.engine.prevention.say import Said, arranged, calendar_dict, name_of, tell
from parcours.registry.directory.ask import answer, read
from parcours.registry.directory.cards import Card, cards
from parcours.registry.directory.importing.latest import snapshot_day
from parcours.registry.directory.trades import name_of as trade_name
from parcours.registry.people.context import PATIENT
from parcours.registry.prevention import service
from parcours.registry.prevention.context import Action, Tag
from parcours.registry.store.clock import paris_today
from parcours.text import Text

TOKEN = "PARCOURS_MCP_TOKEN"
"""Where a caller without HTTP headers (stdio) gives the token of an API client."""
MOST = 20
DUE = Text("À faire maintenant : {names}.", "Due now: {names}.")
DATES = Text("Dates des programmes organisés.", "Dates of the organised programmes.")
NOTHING_DUE = Text("Rien à faire ce jour.", "Nothing is due that day.")
FOUND = Text("{count} professionnels.", "{count} professionals.")
DIRECTORY = Text("Annuaire public (Annuaire santé, FINESS), état du {day}", "Public directory, as of {day}")


class Doctors(Told):
    """Professionals of the public directory."""

    professionals: list[Object]
    unknown: int = Field(description="Set aside: nobody knows whether they accept.")


class Due(Told):
    """What a person is due on a day: state, days, price and place of each programme, with its sources."""

    calendar: Object


def shown(card: Card, lang: str) -> dict[str, Any]:
    """A professional, without contacts: the directory is not to be copied."""
    return {
        "id": card.professional.id,
        "name": f"{card.professional.first_name} {card.professional.family_name}",
        "specialties": [trade_name(one)[lang] for one in card.trades],
        "sector": card.sector,
        "accepts": card.accepts,
        "places": [
            {"name": place.organisation.name, "address": place.organisation.address, "commune": place.commune.name,
             "distance_km": place.km}
            for place in card.places
        ],
    }  # fmt: skip


class RegistryTools:
    """The tools, with the services they ask."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def find_doctor(
        self,
        place: Annotated[str, Field(max_length=100, description="A commune, its postcode or its code.")] = "",
        name: Annotated[str, Field(max_length=100, description="Words of a name.")] = "",
        specialty: Annotated[str, Field(max_length=100)] = "",
        sector: Annotated[str, Field(description="secteur_1, secteur_2_optam, secteur_2, non_conventionne")] = "",
        accepts: Annotated[str, Field(description="adults or children: takes new patients")] = "",
        limit: Annotated[int, Field(ge=1, le=MOST)] = 10,
        lang: Lang = "fr",
    ) -> Doctors:
        """Professionals of the public directory around a place or by name: specialty, sector, who takes new patients.

        Public data only; those who oppose it are not shown.
        """
        said = {"place": place, "q": name, "specialty": specialty, "sector": sector, "accepts": accepts}
        given: Mapping[str, str] = {key: value for key, value in said.items() if value} | {"limit": str(limit)}
        with self.services.database.reading() as session:
            asked = read(session, given)
            found = answer(session, asked)
            made = [shown(one, lang) for one in cards(session, found.items, asked.query.where, asked.query.day)]
            day = snapshot_day(session)
        source = Source(id="directory", title=DIRECTORY[lang].format(day=day.isoformat() if day else "—"))
        sentence = FOUND[lang].format(count=len(made))
        return Doctors(
            sentence=sentence, sources=[source], law=digest(), professionals=plain(made), unknown=found.unknown
        )

    def due_prevention(
        self,
        context: Context,
        person: Annotated[
            Object | None,
            Field(
                description="birth_date, sex, done, excluded, refused, pregnancy…: what somebody says of themselves."
            ),
        ] = None,
        person_id: Annotated[
            str, Field(max_length=64, description="A person of the registry: needs the caller's own token.")
        ] = "",
        on: Annotated[str | None, Field(description="YYYY-MM-DD; today unless said.")] = None,
        lang: Lang = "fr",
    ) -> Due:
        """Examinations, screenings and vaccines that a person is due, when, where, at what price. A reminder only."""
        if bool(person_id) == (person is not None):
            raise problems.person_or_facts()
        day = paris_today() if on is None else day_of("on", on, A_DAY)
        if person_id:
            return self._of_the_registry(context, person_id, day, lang)
        return due(tell(read_person(person or {}, day), day, {}), day, lang)

    def _of_the_registry(self, context: Context, person_id: str, day: date, lang: Lang) -> Due:
        """As the caller, if the policy allows, and noted in the trail; a fund's program gets dates, and no more."""
        incoming = incoming_of(context, "due_prevention")
        caller = require_caller(self.services, incoming, None)
        with units.reading(self.services, incoming, caller) as unit:
            if caller.session_id is None:
                record = unit.find(PATIENT, person_id, Action.READ_PREVENTION_DATES, Tag.PREVENTION_DATES_READ)
                return dates(service.official_dates(unit.session, record.insured_id or "", day), day, lang)
            record = unit.find(PATIENT, person_id, Action.READ_CALENDAR, Tag.PREVENTION_CALENDAR_READ)
            insured = record.insured_id or ""
            parent = unit.actor.insured_id is not None and unit.actor.insured_id != insured
            return due(service.calendar_of(unit.session, insured, day, by_parent=parent), day, lang)


def due(told: list[Said], day: date, lang: Lang) -> Due:
    """A calendar, and what is due now in a sentence."""
    names = ", ".join(name_of(one.item, lang) for one in arranged(told, day).now)
    calendar = plain(calendar_dict(told, day, lang))
    titles = dict.fromkeys(title for item in calendar["items"] for title in item.get("sources", ()))
    return Due(
        sentence=DUE[lang].format(names=names) if names else NOTHING_DUE[lang],
        sources=[Source(id=title, title=title) for title in titles], law=digest(), calendar=calendar,
    )  # fmt: skip


def dates(found: Iterable[tuple[str, str, date | None]], day: date, lang: Lang) -> Due:
    """The dates of the organised programmes: what a fund that invites to them may know."""
    items = [{"programme": name, "state": state, "done_on": done} for name, state, done in found]
    calendar = plain({"on": day.isoformat(), "items": items})
    return Due(sentence=DATES[lang], sources=[], law=digest(), calendar=calendar)


def incoming_of(context: Context, tool: str) -> Incoming:
    """Who asks: the token of the HTTP request, or that of the environment of a program that speaks by pipes."""
    token = os.environ.get(TOKEN, "")
    headers: Mapping[str, str] = context.headers if context.headers is not None else {}
    if context.headers is None and token:
        headers = {"authorization": f"Bearer {token}"}
    cookies = {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
    said = {"authorization": headers.get("authorization", "")}
    return Incoming("GET", "/mcp", said, cookies, route=f"/mcp#{tool}")
