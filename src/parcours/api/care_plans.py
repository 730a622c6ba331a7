"""Care plans and ALD protocols: write, agree, approve, stop. Their content is clinical text, read apart."""

from datetime import date, datetime

from fastapi import Response
from pydantic import Field

from parcours.api.common import CHANGING, CREATING, EXAMPLE_ID, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import check_version
from parcours.registry.care_plans import service as care_plans
from parcours.registry.care_plans.context import CARE_PLAN, Action, Tag, of_plan
from parcours.registry.care_plans.models import CarePlan, PlanKind, RhythmUnit
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_today

router = api_router(tag="care plans")


class PlanActorIn(In):
    """Who takes part, for which acts, at most how often."""

    acts: str = text(500, "consultation de cardiologie")
    professional_id: str | None = Field(None, max_length=64)
    specialty: int | None = Field(None, ge=1, le=98, examples=[3])
    visits: int | None = Field(None, ge=1, le=365, examples=[4])
    unit: RhythmUnit | None = Field(None, examples=["year"])


class PlanBody(In):
    """What a care plan says."""

    kind: PlanKind
    content: str = text(20_000, "Suivi d'une insuffisance cardiaque : quatre consultations par an.")
    starts_on: Day = Field(examples=["2026-11-22"])
    ends_on: Day | None = None
    ald_number: int | None = Field(None, ge=1, le=99)
    actors: list[PlanActorIn] = Field(min_length=1, max_length=30)


class PlanIn(PlanBody):
    """A care plan."""

    patient_id: str = text(64, EXAMPLE_ID)


class PlanActorOut(Out):
    """Who takes part, and since when they agree."""

    professional_id: str | None
    specialty: int | None
    visits: int | None
    unit: RhythmUnit | None
    agreed_on: date | None


class PlanOut(Out):
    """A care plan, without its content."""

    id: str
    patient_id: str
    author_id: str
    kind: PlanKind | None = Field(description="Null in a list: it cannot be read.")
    starts_on: date
    ends_on: date | None
    insured_agreed_on: date | None
    approved_on: date | None
    stopped_at: datetime | None
    actors: list[PlanActorOut]


def _plan(unit: Unit, row: CarePlan) -> PlanOut:
    return PlanOut(
        id=row.id, patient_id=row.insured_id, author_id=row.author_id, kind=row.kind, starts_on=row.starts_on,
        ends_on=row.ends_on, insured_agreed_on=row.insured_agreed_on, approved_on=row.approved_on,
        stopped_at=row.stopped_at,
        actors=[PlanActorOut.model_validate(one) for one in care_plans.actors_of(unit.session, row.id)],
    )  # fmt: skip


def _answer(unit: Unit, response: Response, row: CarePlan) -> PlanOut:
    unit.session.flush()
    response.headers["ETag"] = row.etag
    return _plan(unit, row)


@router.post("/care-plans", status_code=201, response_model=PlanOut, responses=problems(*CREATING))
def write_plan(body: PlanIn, once: OnceDep) -> Response:
    """Write a plan, as the médecin traitant; it counts once everybody needed has agreed."""
    unit = once.unit
    record = unit.find(PATIENT, body.patient_id, Action.WRITE_PLAN)

    def make() -> tuple[PlanOut, dict[str, str]]:
        actors = tuple(care_plans.Actor(**one.model_dump(mode="json")) for one in body.actors)
        content = care_plans.PlanContent(
            body.kind.value, body.content, body.starts_on, body.ends_on, body.ald_number, actors
        )
        row = care_plans.write_plan(unit.session, record.insured_id or "", unit.actor.professional_id or "", content)
        unit.note(Tag.CARE_PLAN_CREATE, of_plan(unit.session, row))
        return _plan(unit, row), {"ETag": row.etag, "Location": f"/api/v1/care-plans/{row.id}"}

    return once.reply(make)


@router.get("/care-plans/{plan_id}", responses=problems(*READING))
def read_plan(plan_id: Id, unit: ReadUnit, response: Response) -> PlanOut:
    """One plan, without its content."""
    unit.find(CARE_PLAN, plan_id, Action.READ_PLAN, Tag.CARE_PLAN_READ)
    row = care_plans.get_plan(unit.session, plan_id)
    response.headers["ETag"] = row.etag
    return _plan(unit, row)


@router.get("/people/{patient_id}/care-plans", responses=problems(*READING))
def list_plans(patient_id: Id, unit: ReadUnit, on: Day | None = None) -> list[PlanOut]:
    """Plans of a person, newest first, without their content."""
    record = unit.find(PATIENT, patient_id, Action.READ_PLAN, Tag.CARE_PLAN_READ)
    return [_plan(unit, row) for row in care_plans.plans_of(unit.session, record.insured_id or "", on=on)]


class PlanActsOut(Out):
    """The acts of one actor."""

    professional_id: str | None
    specialty: int | None
    acts: str


class PlanContentOut(Out):
    """The clinical content of a plan."""

    content: str
    ald_number: str | None
    actors: list[PlanActsOut]


@router.get("/care-plans/{plan_id}/content", responses=problems(*READING))
def read_plan_content(plan_id: Id, unit: ReadUnit) -> PlanContentOut:
    """The content of a plan: for the patient and the doctors concerned only."""
    unit.find(CARE_PLAN, plan_id, Action.READ_PLAN_CONTENT, Tag.CARE_PLAN_READ_CONTENT)
    row = care_plans.get_plan(unit.session, plan_id)
    actors = [PlanActsOut.model_validate(one) for one in care_plans.actors_of(unit.session, row.id)]
    return PlanContentOut(content=row.content, ald_number=row.ald_number, actors=actors)


@router.post("/care-plans/{plan_id}/agreement", responses=problems(*CHANGING))
def agree_plan(plan_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> PlanOut:
    """Agree with a plan: as the patient (or a parent), or as the correspondent it names."""
    doctor = unit.actor.professional_id
    action = Action.AGREE_PLAN_AS_DOCTOR if doctor else Action.AGREE_PLAN_AS_PATIENT
    record = unit.find(CARE_PLAN, plan_id, action, Tag.CARE_PLAN_AGREE)
    check_version(if_match, care_plans.get_plan(unit.session, plan_id))
    row = care_plans.agree(unit.session, record.id or "", on=paris_today(), professional_id=doctor)
    return _answer(unit, response, row)


@router.post("/care-plans/{plan_id}/approval", responses=problems(*CHANGING))
def approve_plan(plan_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> PlanOut:
    """Record that the fund's medical adviser approves an ALD protocol."""
    record = unit.find(CARE_PLAN, plan_id, Action.APPROVE_PLAN, Tag.CARE_PLAN_APPROVE)
    check_version(if_match, care_plans.get_plan(unit.session, plan_id))
    return _answer(unit, response, care_plans.approve(unit.session, record.id or "", on=paris_today()))


class StopIn(In):
    """When the plan ends."""

    on: Day | None = Field(None, description="First day without it; today when not given.")


@router.post("/care-plans/{plan_id}/end", responses=problems(*CHANGING))
def stop_plan(plan_id: Id, body: StopIn, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> PlanOut:
    """End a plan, as the patient (or a parent), its author or the médecin traitant."""
    record = unit.find(CARE_PLAN, plan_id, Action.STOP_PLAN, Tag.CARE_PLAN_STOP)
    check_version(if_match, care_plans.get_plan(unit.session, plan_id))
    return _answer(unit, response, care_plans.stop(unit.session, record.id or "", on=body.on or paris_today()))
