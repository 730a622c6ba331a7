"""Visits: their facts from the registry, settled and kept with a receipt; what later knowledge would change."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fastapi import Response
from pydantic import Field, StrictBool, StrictInt

from parcours.api.bodies import refused
from parcours.api.common import (
    CREATING,
    EXAMPLE_DOCTOR,
    READING,
    Cursor,
    Day,
    Id,
    In,
    Instant,
    Limit,
    Out,
    Page,
    api_router,
    page,
    text,
)
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import cursor_id
from parcours.engine.errors import FactError
from parcours.registry.people.context import PATIENT
from parcours.registry.visits import service as visits
from parcours.registry.visits.context import Action, Tag
from parcours.registry.visits.facts import DerivedFact, visit_facts
from parcours.registry.visits.models import AnsweredVisit
from parcours.text import preferred

router = api_router(tag="people")


class FactOut(Out):
    """One fact: its value, why, and the record it comes from."""

    name: str = Field(examples=["role"])
    value: Any = Field(examples=["medecin_traitant"])
    reason: dict[str, str]
    record_kind: str | None
    record_id: str | None


class FactsOut(Out):
    """Facts of a visit, for the engine; `questions` are what the registry cannot know."""

    patient_id: str
    professional_id: str
    care_date: date
    facts: list[FactOut]
    questions: dict[str, list[str]]
    notes: list[str]


class VisitIn(In):
    """A visit: to whom, when, and what only who asks can know."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    care_date: Day = Field(examples=["2026-11-20"])
    organisation_id: str | None = Field(None, max_length=64)
    known_at: Instant | None = Field(None, description="As the registry knew at that instant.")
    related_to: str | None = Field(
        None,
        pattern="^(ald|suivi_post_ald|at_mp|none)$",
        description="Is the care related to a right that exempts some acts only?",
    )


def _fact(fact: DerivedFact) -> FactOut:
    return FactOut(
        name=fact.name, value=fact.value, reason=dict(fact.reason),
        record_kind=fact.source.kind if fact.source else None,
        record_id=fact.source.id if fact.source else None,
    )  # fmt: skip


@router.post("/people/{patient_id}/facts", responses=problems(*READING))
def read_facts(patient_id: Id, body: VisitIn, unit: ReadUnit) -> FactsOut:
    """The facts of a visit, derived from the registry, each with the record it comes from."""
    return _facts(unit, patient_id, body)


def _facts(unit: Unit, patient_id: str, body: VisitIn) -> FactsOut:
    record = unit.find(PATIENT, patient_id, Action.READ_FACTS)
    found = visit_facts(
        unit.session, record.insured_id or "", body.professional_id, body.care_date,
        organisation_id=body.organisation_id, known_at=body.known_at, related_to=body.related_to,
    )  # fmt: skip
    unit.allow(Action.READ_FACTS, record, Tag.FACTS_READ)
    return FactsOut(
        patient_id=found.patient_id, professional_id=found.professional_id, care_date=found.care_date,
        facts=[_fact(one) for one in found.facts.values()],
        questions={name: list(values) for name, values in found.questions.items()},
        notes=found.notes,
    )  # fmt: skip


# --- answered visits -------------------------------------------------------------------------------------------------

EXAMPLE_GIVEN = {"act": "consultation", "fee": "30.00", "urgent": False}
EXAMPLE_RESULT = {"status": "T", "pathway": "inside", "base": "30.00", "amo": "19.00", "patient": "2.00"}


class NewVisit(In):
    """A visit to settle: to whom, when, and the facts that the registry does not hold."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    care_date: Day = Field(examples=["2026-11-20"])
    organisation_id: str | None = Field(None, max_length=64)
    related_to: str | None = Field(
        None,
        pattern="^(ald|suivi_post_ald|at_mp|none)$",
        description="Is the care related to a right that exempts some acts only?",
    )
    given: dict[str, StrictBool | StrictInt | Decimal | str] = Field(
        default_factory=dict, max_length=40, examples=[EXAMPLE_GIVEN],
        description="Fee, act, purpose …, in the names of `/api/v1/settle`; never what the registry derives.",
    )  # fmt: skip


class VisitOut(Out):
    """What was answered about a visit, and on which facts."""

    id: str
    patient_id: str
    professional_id: str
    organisation_id: str | None
    care_date: date
    answered_at: datetime
    given: dict[str, Any] = Field(examples=[EXAMPLE_GIVEN])
    facts: list[FactOut] = Field(description="As derived then, each with the record it came from.")
    result: dict[str, Any] | None = Field(
        description="Status, cases, and amounts in euros as text, when the act was settled.", examples=[EXAMPLE_RESULT]
    )
    receipt: dict[str, Any] | None = Field(description="To settle again years later: see `/api/v1/receipts/replay`.")

    @classmethod
    def of(cls, visit: AnsweredVisit) -> VisitOut:
        kept = visits.answered(visit)
        return cls(
            id=visit.id, patient_id=visit.insured_id, professional_id=visit.professional_id,
            organisation_id=visit.organisation_id, care_date=visit.care_date, answered_at=visit.answered_at,
            given=dict(kept.given), facts=[_fact(one) for one in kept.facts],
            result=None if kept.settlement is None else dict(kept.settlement),
            receipt=None if kept.receipt is None else dict(kept.receipt),
        )  # fmt: skip


@router.post("/people/{patient_id}/visits", status_code=201, response_model=VisitOut, responses=problems(*CREATING))
def settle_visit(patient_id: Id, body: NewVisit, once: OnceDep) -> Response:
    """Settle a visit with the facts of the registry, keep the answer, and give its receipt."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ANSWER_VISIT)

    def make() -> tuple[VisitOut, dict[str, str]]:
        facts = visit_facts(
            unit.session, record.insured_id or "", body.professional_id, body.care_date,
            organisation_id=body.organisation_id, related_to=body.related_to,
        )  # fmt: skip
        try:
            visit = visits.settle_visit(unit.session, facts, body.given)
        except FactError as error:
            raise refused(error, preferred(unit.incoming.headers.get("accept-language", ""))) from error
        unit.note(Tag.FACTS_ANSWER, record, visit=visit.id)
        return VisitOut.of(visit), {"Location": f"/api/v1/people/{visit.insured_id}/visits/{visit.id}"}

    return once.reply(make)


@router.get("/people/{patient_id}/visits", responses=problems(*READING))
def list_visits(patient_id: Id, unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[VisitOut]:
    """Answered visits of a person, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_FACTS, Tag.FACTS_READ)
    rows = visits.visits_of(unit.session, record.insured_id or "", after=cursor_id(cursor), limit=limit + 1)
    shown = page(rows, limit, lambda one: one.id)
    return Page[VisitOut](items=[VisitOut.of(one) for one in shown["items"]], next=shown["next"])


class Difference(Out):
    """A value as answered, and as known now."""

    name: str
    then: Any
    now: Any


class VisitChangeOut(Out):
    """An answered visit that would be answered otherwise today; it is not rewritten."""

    visit_id: str
    professional_id: str
    care_date: date
    answered_at: datetime
    facts: list[Difference]
    settlement: list[Difference]


@router.get("/people/{patient_id}/visits/changes", responses=problems(*READING))
def list_visit_changes(patient_id: Id, unit: ReadUnit) -> list[VisitChangeOut]:
    """Answered visits that later knowledge (a declaration registered late) contradicts, oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_FACTS, Tag.FACTS_READ)
    changes = visits.visits_that_would_change(unit.session, record.insured_id or "")
    return [
        VisitChangeOut(
            visit_id=one.visit.id, professional_id=one.visit.professional_id, care_date=one.visit.care_date,
            answered_at=one.visit.answered_at, facts=_differences(one.facts), settlement=_differences(one.settlement),
        )
        for one in changes
    ]  # fmt: skip


def _differences(values: dict[str, tuple[Any, Any]]) -> list[Difference]:
    return [Difference(name=name, then=then, now=now) for name, (then, now) in values.items()]


@router.get("/people/{patient_id}/visits/{visit_id}", responses=problems(*READING))
def read_visit(patient_id: Id, visit_id: Id, unit: ReadUnit) -> VisitOut:
    """One answered visit: its facts, its result, its receipt."""
    record = unit.find(PATIENT, patient_id, Action.READ_FACTS, Tag.FACTS_READ)
    return VisitOut.of(visits.get_visit(unit.session, visit_id, record.insured_id or ""))
