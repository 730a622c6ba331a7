"""Contracts with insurers as the fund knows them: two at once wait for a choice (simulated)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from fastapi import Response
from pydantic import Field

from parcours.api.bodies import refused
from parcours.api.claims import SheetIn, may_submit, said_of
from parcours.api.common import (
    CREATING,
    EXAMPLE_DOCTOR,
    LISTING,
    READING,
    Cursor,
    Day,
    Id,
    In,
    Limit,
    Out,
    Page,
    api_router,
    page,
    text,
)
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.edge.versions import cursor_id
from parcours.engine.errors import FactError
from parcours.registry.accounts.service import insurers_here
from parcours.registry.claims.context import Action as ClaimAction
from parcours.registry.claims.context import of_insurer
from parcours.registry.claims.intake import read_sheet
from parcours.registry.claims.quoting import quote
from parcours.registry.complementary import engaging, requests
from parcours.registry.complementary import service as complementary
from parcours.registry.complementary.context import LINK_REQUEST, Action, Tag
from parcours.registry.complementary.models import Link, LinkRequest
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get
from parcours.text import plain_euros, preferred

router = api_router(tag="complementary")


class LinkOut(Out):
    """A contract, and whether the fund tells its insurer what it refunds."""

    id: str
    simulated: bool = True
    insurer: str = Field(examples=["mutuelle_exemple"])
    state: str = Field(examples=["active"])
    starts_on: date
    ends_on: date | None

    @classmethod
    def of(cls, link: Link) -> LinkOut:
        return cls(id=link.id, insurer=link.insurer, state=link.state.value, starts_on=link.starts_on,
                   ends_on=link.ends_on)  # fmt: skip


@router.get("/people/{patient_id}/complementary", responses=problems(*READING))
def list_links(patient_id: Id, unit: ReadUnit) -> list[LinkOut]:
    """Every contract of a person, oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_LINKS, Tag.LINK_READ)
    return [LinkOut.of(one) for one in complementary.links_of(unit.session, record.insured_id or "")]


class ChoiceIn(In):
    """Which of the contracts that overlap is kept."""

    insurer: str = text(40, "mutuelle_exemple")


@router.post(
    "/people/{patient_id}/complementary/choice", status_code=201, response_model=LinkOut, responses=problems(*CREATING)
)
def choose_link(patient_id: Id, body: ChoiceIn, once: OnceDep) -> Response:
    """Choose one of the contracts that overlap; the others end, and what waited goes out once."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.CHOOSE_LINK, Tag.LINK_CHOOSE)

    def make() -> tuple[LinkOut, dict[str, str]]:
        link = complementary.choose(unit.session, record.insured_id or "", body.insurer,
                                    day=paris_date(unit.incoming.at))  # fmt: skip
        return LinkOut.of(link), {}

    return once.reply(make)


class RequestIn(In):
    """The contract that one asks an insurer to link."""

    insurer: str = text(40, "mutuelle_exemple")
    number: str = text(40, "MX-0001")
    starts_on: Day = Field(examples=["2026-01-01"])


class RequestOut(Out):
    """A link that somebody asked an insurer for."""

    id: str
    simulated: bool = True
    insurer: str = Field(examples=["mutuelle_exemple"])
    number: str = Field(examples=["MX-0001"])
    state: str = Field(examples=["asked"])
    starts_on: date
    asked_on: date
    ended_on: date | None

    @classmethod
    def of(cls, row: LinkRequest) -> RequestOut:
        return cls(id=row.id, insurer=row.insurer, number=row.number, state=row.state.value, starts_on=row.starts_on,
                   asked_on=row.asked_on, ended_on=row.ended_on)  # fmt: skip


@router.get("/people/{patient_id}/complementary/requests", responses=problems(*READING))
def list_requests(patient_id: Id, unit: ReadUnit) -> list[RequestOut]:
    """What a person asked of insurers, the oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_LINKS, Tag.LINK_READ)
    return [RequestOut.of(one) for one in requests.requests_of(unit.session, record.insured_id or "")]


@router.post(
    "/people/{patient_id}/complementary/requests", status_code=201, response_model=RequestOut,
    responses=problems(*CREATING),
)  # fmt: skip
def ask_link(patient_id: Id, body: RequestIn, once: OnceDep) -> Response:
    """Ask an insurer that has a desk here to link a contract."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_LINK, Tag.LINK_ASK)

    def make() -> tuple[RequestOut, dict[str, str]]:
        row = requests.ask(
            unit.session, record.insured_id or "", body.insurer, body.number, body.starts_on,
            insurers=insurers_here(unit.session), day=paris_date(unit.incoming.at),
        )  # fmt: skip
        return RequestOut.of(row), {}

    return once.reply(make)


@router.get("/insurer/link-requests", responses=problems(*LISTING))
def list_waiting(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[RequestOut]:
    """Who waits for an answer of the insurer of who asks, the oldest first."""
    record = unit.allow(ClaimAction.READ_INSURER_LINES, of_insurer(unit.actor.insurer), Tag.LINK_READ)
    rows = requests.waiting(unit.session, record.insurer or "", after=cursor_id(cursor), limit=limit + 1)
    shown = page(rows, limit, lambda one: one.id)
    return Page[RequestOut](items=[RequestOut.of(one) for one in shown["items"]], next=shown["next"])


class AnswerIn(In):
    """Whether the insurer knows the contract."""

    answer: Literal["confirmed", "refused"]


@router.post(
    "/insurer/link-requests/{request_id}/answer", status_code=201, response_model=RequestOut,
    responses=problems(*CREATING),
)  # fmt: skip
def answer_request(request_id: Id, body: AnswerIn, once: OnceDep) -> Response:
    """Link the contract, or answer that there is none; the person is told."""
    unit = once.unit
    record = unit.find(LINK_REQUEST, request_id, Action.ANSWER_LINK_REQUEST, Tag.LINK_ANSWER)

    def make() -> tuple[RequestOut, dict[str, str]]:
        row = get(unit.session, LinkRequest, record.id or "", "request_id")
        confirmed = body.answer == "confirmed"
        requests.answer(unit.session, row, confirmed=confirmed, day=paris_date(unit.incoming.at), at=unit.incoming.at)
        return RequestOut.of(row), {}

    return once.reply(make)


class KnownIn(In):
    """Who gives the care, and when."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    care_date: Day = Field(examples=["2026-11-20"])


class KnownOut(Out):
    """What the insurer of a day of care answers; its number is a promise to pay (simulated)."""

    simulated: bool = True
    known: bool
    insurer: str | None = Field(examples=["mutuelle_exemple"])
    until: date | None = Field(description="Last day covered; nothing while no end is known.")
    engagement: str | None = Field(examples=["SIM0123456789AB"])


class QuoteOut(KnownOut):
    """The same, and how much it will pay."""

    amount: str | None = Field(examples=["9.00"], description="Euros; nothing when the fund knows no guarantee.")
    rule: str | None = Field(examples=["responsable_100"])


def known_out(known: engaging.Known) -> dict[str, Any]:
    """An answer as JSON."""
    return {"known": known.known, "insurer": known.insurer, "until": known.until, "engagement": known.engagement}


@router.post(
    "/people/{patient_id}/complementary/known", status_code=201, response_model=KnownOut, responses=problems(*CREATING)
)
def ask_insurer(patient_id: Id, body: KnownIn, once: OnceDep) -> Response:
    """Before care: does an insurer know this person, until when, under which number does it promise to pay."""
    unit = once.unit
    record = may_submit(unit, patient_id, body.professional_id)

    def make() -> tuple[KnownOut, dict[str, str]]:
        unit.note(Tag.LINK_READ, record)
        found = engaging.ask(
            unit.session, record.professional_id or "", record.insured_id or "", body.care_date,
            day=paris_date(unit.incoming.at), at=unit.incoming.at,
        )  # fmt: skip
        return KnownOut(**known_out(found)), {}

    return once.reply(make)


@router.post(
    "/people/{patient_id}/complementary/amount", status_code=201, response_model=QuoteOut, responses=problems(*CREATING)
)
def ask_amount(patient_id: Id, body: SheetIn, once: OnceDep) -> Response:
    """Before care: how much an insurer will pay of a sheet that is not sent. Nothing is decided, no counter moves."""
    unit = once.unit
    record = may_submit(unit, patient_id, body.professional_id)
    who = {"patient": record.insured_id, "professional": record.professional_id}

    def make() -> tuple[QuoteOut, dict[str, str]]:
        unit.note(Tag.LINK_READ, record)
        try:
            sheet = read_sheet(unit.session, said_of(body) | who)
            found = quote(unit.session, sheet, day=paris_date(unit.incoming.at), at=unit.incoming.at)
        except FactError as error:
            raise refused(error, preferred(unit.incoming.headers.get("accept-language", ""))) from error
        amount = None if found.amount is None else plain_euros(found.amount)
        return QuoteOut(**known_out(found.known), amount=amount, rule=found.rule), {}

    return once.reply(make)
