"""Find a professional, see what is known of them; a professional keeps their own line."""

from datetime import date
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from parcours.api.common import CHANGING, LISTING, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import IfMatch, ReadUnit, WriteUnit
from parcours.edge.directory import visible_professional
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import changed, check_version
from parcours.engine.results import euros
from parcours.registry.access.model import Role
from parcours.registry.directory import service as directory
from parcours.registry.directory.ask import FILTERS, answer, read
from parcours.registry.directory.cards import Card, Place, card_of, cards
from parcours.registry.directory.claims import CONTACTS, FACETS, FLAGS, SHOWN_FLAGS, TEXTS, Said, report_wrong, state
from parcours.registry.directory.context import DIRECTORY, LINE, Action, Tag
from parcours.registry.directory.models import ClaimSource, OppositionScope
from parcours.registry.directory.oppositions import oppose, withdraw
from parcours.registry.directory.prices import Price, fee_said, prices, visitor
from parcours.registry.directory.trades import name_of
from parcours.registry.errors import not_found
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_today
from parcours.registry.visits.context import Action as VisitAction
from parcours.registry.visits.context import Tag as VisitTag
from parcours.registry.visits.prices import own_prices
from parcours.text import Lang, preferred

router = api_router(prefix="/directory", tag="directory")

PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "schema": {"type": "string", "maxLength": 200},
            "description": f"Filter `{name}`; an unknown name is refused.",
        }
        for name in FILTERS
    ]
}


class SaidOut(Out):
    """A value, who said it and when."""

    attribute: str
    value: str
    source: ClaimSource
    observed_on: date
    expires_on: date | None


class PlaceOut(Out):
    """A place where a professional is found."""

    organisation_id: str
    name: str
    address: str | None
    postcode: str | None
    commune: str
    commune_name: str
    functions: list[str]
    distance_km: float | None = Field(description="Absent in the very commune that was searched.")
    about: bool = Field(description="The position is the centre of a commune.")
    precision: str
    said: list[SaidOut]


class PriceOut(Out):
    """What a visit costs, in euros: an insured person who is logged in by their own facts, anybody else an adult."""

    way: str
    fee: str
    refund: str
    covered: str = Field(description="By the complementary insurance, where it is known.")
    left: str
    at_least: bool = Field(description="The fee is free: it may be higher.")


class FoundOut(Out):
    """A professional who was found; the place that was found first comes first."""

    id: str
    family_name: str
    first_name: str
    specialties: list[str]
    sector: str | None
    accepts: str
    places: list[PlaceOut]
    prices: list[PriceOut]
    why: dict[str, str | int | None]


class ResultsOut(Out):
    """A page of results."""

    items: list[FoundOut]
    next: str | None
    centre: str | None = Field(description="What was searched around.")
    communes: list[str]
    unknown: int = Field(description="Set aside: nobody knows whether they accept.")
    corrected: str | None = Field(description="A word of a name that was searched in place of one nobody bears.")


def _said(said: Said) -> SaidOut:
    return SaidOut.model_validate(said)


def _place(place: Place, *, contacts: bool) -> PlaceOut:
    said = [_said(one) for name, values in place.said.items() for one in values if contacts or name not in CONTACTS]
    return PlaceOut(
        organisation_id=place.organisation.id, name=place.organisation.name, address=place.organisation.address,
        postcode=place.organisation.postcode, commune=place.commune.code, commune_name=place.commune.name,
        functions=list(place.functions), distance_km=place.km, about=place.about,
        precision="commune" if place.about else (place.organisation.precision or "house"), said=said,
    )  # fmt: skip


def _prices(unit: Unit, card: Card, on: date) -> tuple[Price, ...]:
    """By the facts of the insured person who asks; else those of an adult."""
    if unit.actor.insured_id is not None:
        return own_prices(unit.session, unit.actor.insured_id, card, on).ways
    return prices(card.trades[0], card.sector, on, visitor(), fee_said(card.places[0].said))


def _allow_own_facts(unit: Unit) -> None:
    """Prices are told from the facts of who asks: that is a reading of them."""
    if unit.actor.insured_id is not None:
        unit.find(PATIENT, unit.actor.insured_id, VisitAction.READ_FACTS, VisitTag.FACTS_READ)


def _found(unit: Unit, card: Card, lang: Lang, on: date, *, contacts: bool = False) -> FoundOut:
    """A card; its contacts only when one professional alone is asked for: the directory is not to be copied."""
    settled = _prices(unit, card, on)
    return FoundOut(
        id=card.professional.id, family_name=card.professional.family_name, first_name=card.professional.first_name,
        specialties=[name_of(one)[lang] for one in card.trades], sector=card.sector, accepts=card.accepts,
        places=[_place(one, contacts=contacts) for one in card.places], why=card.why,
        prices=[
            PriceOut(
                way=one.way, fee=str(euros(one.fee)), refund=str(euros(one.refund)), covered=str(euros(one.covered)),
                left=str(euros(one.left)), at_least=one.at_least,
            )
            for one in settled
        ],
    )  # fmt: skip


@router.get("/search", responses=problems(*LISTING), openapi_extra=PARAMETERS)
def search_directory(request: Request, unit: ReadUnit) -> ResultsOut:
    """Find professionals around a place (`place`, `at`), by their name (`q`), or both."""
    unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    _allow_own_facts(unit)
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    asked = read(unit.session, {name: values[0] if len(values) == 1 else values for name, values in given.items()})
    results = answer(unit.session, asked)
    lang, where = preferred(request.headers.get("accept-language", "")), asked.query.where
    shown = cards(unit.session, results.items, where, asked.query.day)
    return ResultsOut(
        items=[_found(unit, one, lang, asked.query.day) for one in shown],
        next=asked.cursor(results.items[-1]) if results.more and results.items else None,
        centre=None if where is None else f"{where.here[0] / 1e5:.2f},{where.here[1] / 1e5:.2f}",
        communes=[one.name for one in where.communes] if where else [],
        unknown=results.unknown, corrected=results.corrected or None,
    )  # fmt: skip


@router.get("/professionals/{professional_id}", responses=problems(*READING))
def read_card(professional_id: Id, request: Request, unit: ReadUnit, response: Response) -> FoundOut:
    """What is known of one professional, contacts included."""
    unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    _allow_own_facts(unit)
    today = paris_today()
    row = visible_professional(unit.session, unit.actor, professional_id, today)
    card = card_of(unit.session, row, today, opposed=True)
    if card is None:
        raise not_found("professional_id")
    response.headers["ETag"] = row.etag
    return _found(unit, card, preferred(request.headers.get("accept-language", "")), today, contacts=True)


ATTRIBUTES = ", ".join((*FLAGS, *SHOWN_FLAGS, *TEXTS))


class LineIn(In):
    """What a professional says of themselves."""

    values: dict[str, str | list[str]] = Field(
        max_length=40,
        description=f"By attribute: {ATTRIBUTES}, fee_1 … fee_5, accessible_{FACETS[0]} …",
        examples=[{"accepts_adults": "yes", "language": ["en", "pt"]}],
    )
    organisation_id: str | None = Field(None, max_length=64, description="At one place only.")
    until: Day | None = Field(None, description="The last day on which it counts, where it is earlier than usual.")


@router.put("/professionals/{professional_id}/line", responses=problems(*CHANGING))
def keep_line(
    professional_id: Id, body: LineIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> list[SaidOut]:
    """A professional keeps their own line, or who works for them does."""
    unit.find(LINE, professional_id, Action.KEEP_LINE, Tag.PROFESSIONAL_CHANGE)
    row = directory.get_professional(unit.session, professional_id)
    check_version(if_match, row)
    response.headers["ETag"] = changed(unit.session, row)
    source = ClaimSource.DELEGATE if unit.actor.role is Role.DELEGATE else ClaimSource.PROFESSIONAL
    place = directory.get_organisation(unit.session, body.organisation_id).id if body.organisation_id else None
    today = paris_today()
    state(unit.session, row.id, body.values, source, organisation_id=place, on=today, until=body.until)
    card = card_of(unit.session, row, today, opposed=True)
    return [_said(one) for place in (card.places if card else ()) for values in place.said.values() for one in values]


class OppositionIn(In):
    """What a professional opposes; nothing any more when `scope` is absent."""

    scope: OppositionScope | None = None


@router.put("/professionals/{professional_id}/opposition", status_code=204, responses=problems(*CHANGING))
def set_opposition(
    professional_id: Id, body: OppositionIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> None:
    """A professional opposes being shown, or their contacts being shown; at once, and at every later import."""
    unit.find(LINE, professional_id, Action.OPPOSE, Tag.PROFESSIONAL_OPPOSE)
    row = directory.get_professional(unit.session, professional_id)
    check_version(if_match, row)
    response.headers["ETag"] = changed(unit.session, row)
    if body.scope is None:
        withdraw(unit.session, row)
    else:
        oppose(unit.session, row, body.scope)


class ReportIn(In):
    """Something that is wrong."""

    attribute: str = text(40, "phone")
    note: str = text(500, "This number belongs to somebody else.")


@router.post("/professionals/{professional_id}/reports", status_code=204, responses=problems(*READING))
def report(professional_id: Id, body: ReportIn, unit: WriteUnit) -> None:
    """Say that something is wrong: it opens a check and changes nothing that is shown."""
    unit.find(LINE, professional_id, Action.READ_DIRECTORY, Tag.PROFESSIONAL_REPORT)
    row = visible_professional(unit.session, unit.actor, professional_id, paris_today())
    report_wrong(unit.session, row, body.attribute, body.note)
