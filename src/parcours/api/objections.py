"""Objections: an insured person disputes a decision, a practice the rejection of its sheet (all simulated)."""

from __future__ import annotations

from datetime import date

from fastapi import Response
from pydantic import Field

from parcours.api.common import CREATING, READING, Id, In, Out, api_router
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.registry.claims import objections
from parcours.registry.claims.adjudicate import current_decision, get_claim
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim, Ground, Objection
from parcours.registry.claims.notices import told_on
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get

router = api_router(tag="payments")


class ObjectionIn(In):
    """A decision that one disputes, before the commission of the fund."""

    claim_id: str = Field(max_length=64)
    ground: Ground | None = Field(None, description="What is disputed: a word of a list, nothing about one's health.")


class ObjectionOut(Out):
    """An objection, and the days that the law counts."""

    id: str
    simulated: bool = True
    claim_id: str | None
    ground: Ground | None
    state: str = Field(examples=["open"])
    notified_on: date
    file_by: date
    filed_on: date
    answer_by: date
    court_by: date | None
    ended_on: date | None

    @classmethod
    def of(cls, one: Objection) -> ObjectionOut:
        return cls(
            id=one.id, claim_id=one.claim_id, ground=one.ground, state=one.state.value, notified_on=one.notified_on,
            file_by=one.file_by, filed_on=one.filed_on, answer_by=one.answer_by, court_by=one.court_by,
            ended_on=one.ended_on,
        )  # fmt: skip


@router.post(
    "/people/{patient_id}/objections", status_code=201, response_model=ObjectionOut, responses=problems(*CREATING)
)
def object_to_decision(patient_id: Id, body: ObjectionIn, once: OnceDep) -> Response:
    """Go to the commission of the fund, within two months of the decision; its silence of two months means no."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.OBJECT_TO_CLAIM)

    def make() -> tuple[ObjectionOut, dict[str, str]]:
        claim = get_claim(unit.session, body.claim_id, record.insured_id or "")
        day = paris_date(unit.incoming.at)
        notified = told_on(unit.session, claim, current_decision(unit.session, claim.id)) or day
        row = objections.object_to(unit.session, day=day, notified_on=notified, claim=claim, ground=body.ground)
        unit.note(Tag.CLAIM_OBJECT, record, claim=claim.id)
        return ObjectionOut.of(row), {}

    return once.reply(make)


@router.get("/people/{patient_id}/objections", responses=problems(*READING))
def list_objections(patient_id: Id, unit: ReadUnit) -> list[ObjectionOut]:
    """What a person disputes, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.CLAIM_READ)
    return [ObjectionOut.of(one) for one in objections.objections_of(unit.session, record.insured_id or "")]


class ContestIn(In):
    """A rejection that a practice disputes."""

    claim_id: str = Field(max_length=64)
    ground: Ground = Field(description="What is disputed.")


@router.post("/my/objections", status_code=201, response_model=ObjectionOut, responses=problems(*CREATING))
def contest_rejection(body: ContestIn, once: OnceDep) -> Response:
    """Dispute the rejection of a sheet of one's own practice, within two months; a silence of two months means no."""
    unit = once.unit
    record = unit.allow(Action.CONTEST_REJECTION, of_practice(unit.actor.professional_id))

    def make() -> tuple[ObjectionOut, dict[str, str]]:
        claim = get(unit.session, Claim, body.claim_id, "claim_id", professional_id=record.professional_id)
        row = objections.contest(unit.session, claim, day=paris_date(unit.incoming.at), ground=body.ground)
        unit.note(Tag.CLAIM_CONTEST, record, claim=claim.id)
        return ObjectionOut.of(row), {}

    return once.reply(make)
