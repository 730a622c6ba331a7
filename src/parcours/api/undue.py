"""Sums to be given back: what somebody or a practice owes, what they answer, what the fund does (all simulated)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from fastapi import Response
from pydantic import Field, StrictInt

from parcours.api.common import CREATING, LISTING, READING, Id, In, Out, api_router
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.registry.access.model import Record
from parcours.registry.claims import later, summons
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Undue
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get
from parcours.text import plain_euros

router = api_router(tag="payments")
OF_PERSON = "/people/{patient_id}/undue-sums"
OF_PRACTICE = "/my/undue-sums"


class UndueOut(Out):
    """A sum to be given back, and the days that the law counts."""

    id: str
    simulated: bool = True
    claim_id: str | None
    cause: str = Field(examples=["rights_closed"])
    euros: str
    left: str = Field(description="Neither paid nor set off yet, its surcharge among it.")
    surcharge: str
    notified_on: date
    received_on: date | None
    answer_by: date | None
    set_off_from: date | None
    limit_on: date | None
    observed_on: date | None
    contested_on: date | None
    summoned_on: date | None
    pay_by: date | None


def told(unit: Unit, one: Undue) -> UndueOut:
    """A sum as it is today."""
    book = later.book_of(unit.session, one)
    return UndueOut(
        id=one.id, claim_id=one.claim_id, cause=one.cause, euros=plain_euros(one.cents),
        left=plain_euros(summons.left_of(unit.session, book, one)), surcharge=plain_euros(one.surcharge),
        notified_on=one.notified_on, received_on=one.received_on, answer_by=one.answer_by,
        set_off_from=one.set_off_from, limit_on=one.limit_on, observed_on=one.observed_on,
        contested_on=one.contested_on, summoned_on=one.summoned_on, pay_by=one.pay_by,
    )  # fmt: skip


@router.get(OF_PERSON, responses=problems(*READING))
def list_undue(patient_id: Id, unit: ReadUnit) -> list[UndueOut]:
    """What a person is asked to give back, the oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.CLAIM_READ)
    return [told(unit, one) for one in later.undue_of(unit.session, insured_id=record.insured_id)]


@router.get(OF_PRACTICE, responses=problems(*LISTING))
def list_my_undue(unit: ReadUnit) -> list[UndueOut]:
    """What the practice of who asks is asked to give back, the oldest first."""
    record = unit.allow(Action.READ_SHEETS, of_practice(unit.actor.professional_id), Tag.SHEETS_READ)
    return [told(unit, one) for one in later.undue_of(unit.session, professional_id=record.professional_id)]


def act(
    once: Any, record: Record, tag: Tag, find: Callable[[], Undue], do: Callable[[Undue, date], object]
) -> Response:
    """What somebody does about a sum, once; how it stands then is the answer."""
    unit = once.unit

    def make() -> tuple[UndueOut, dict[str, str]]:
        undue = find()
        do(undue, paris_date(unit.incoming.at))
        unit.session.flush()
        unit.note(tag, record, claim=undue.claim_id)
        return told(unit, undue), {}

    reply: Response = once.reply(make)
    return reply


class AnswerIn(In):
    """What an insured person answers to a notice."""

    answer: Literal["correction", "instalments"] = Field(
        description="Ask to correct the sum (a silence of a month means no), or accept to pay it by instalments."
    )


@router.post(
    f"{OF_PERSON}/{{undue_id}}/answer", status_code=201, response_model=UndueOut, responses=problems(*CREATING)
)
def answer_undue(patient_id: Id, undue_id: Id, body: AnswerIn, once: OnceDep) -> Response:
    """Answer a notice, as the insured and within its twenty days."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.OBJECT_TO_CLAIM)

    def find() -> Undue:
        return get(unit.session, Undue, undue_id, "undue_id", insured_id=record.insured_id)

    def answer(undue: Undue, day: date) -> None:
        (later.ask_correction if body.answer == "correction" else later.accept_instalments)(undue, day=day)

    return act(once, record, Tag.CLAIM_OBJECT, find, answer)


@router.post(
    f"{OF_PRACTICE}/{{undue_id}}/observations", status_code=201, response_model=UndueOut, responses=problems(*CREATING)
)
def observe_undue(undue_id: Id, once: OnceDep) -> Response:
    """Say, within the two months of the notice, that the practice disputes a sum: nothing is set off any more."""
    unit = once.unit
    record = unit.allow(Action.CONTEST_REJECTION, of_practice(unit.actor.professional_id))

    def find() -> Undue:
        return get(unit.session, Undue, undue_id, "undue_id", professional_id=record.professional_id)

    return act(once, record, Tag.CLAIM_CONTEST, find, lambda undue, day: later.observe(undue, day=day))


class StepIn(In):
    """What the fund does about a sum."""

    step: Literal["received", "refused", "instalments", "summons"] = Field(
        description="The notice was received; a correction is refused; instalments are agreed; a summons is sent."
    )
    months: StrictInt | None = Field(None, description="Of the instalments.")


@router.post(f"{OF_PERSON}/{{undue_id}}/step", status_code=201, response_model=UndueOut, responses=problems(*CREATING))
def step_undue(patient_id: Id, undue_id: Id, body: StepIn, once: OnceDep) -> Response:
    """As an officer, note what happened to a sum that comes from a claim of a person, whoever owes it."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.DECIDE_CLAIM)

    def step(undue: Undue, day: date) -> None:
        if body.step == "received":
            later.notice_received(unit.session, undue, day=day)
        elif body.step == "refused":
            later.refuse_correction(undue, day=day)
        elif body.step == "instalments":
            later.agree_instalments(undue, body.months or 0, day=day)
        else:
            summons.summon(unit.session, later.book_of(unit.session, undue), undue, day=day, at=unit.incoming.at)

    return act(
        once, record, Tag.CLAIM_DECIDE, lambda: later.undue_about(unit.session, undue_id, record.insured_id), step
    )
