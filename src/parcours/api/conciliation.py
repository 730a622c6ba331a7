"""Conciliation: a patient without médecin traitant asks the fund, which looks for a doctor.

The addresses of before (`/cases…`) answer the same until 1.0; they are no longer in the OpenAPI document.
"""

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from fastapi.routing import APIRoute
from pydantic import Field

from parcours.api.common import (
    CHANGING,
    CREATING,
    EXAMPLE_DOCTOR,
    EXAMPLE_ID,
    LISTING,
    READING,
    ROOT,
    Day,
    Id,
    In,
    Out,
    api_router,
    text,
)
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import changed, check_version
from parcours.registry.access.model import Role
from parcours.registry.conciliation import service as cases
from parcours.registry.conciliation.context import CASE, Action, Tag, of_case
from parcours.registry.conciliation.models import Case, CaseState, Contact, ContactOutcome, Outcome, ReminderKind
from parcours.registry.people.context import PATIENT, of_fund
from parcours.registry.store.ids import get

router = api_router(tag="conciliation")


class ContactOut(Out):
    """A doctor who was asked, and the answer."""

    id: str
    professional_id: str
    contacted_on: date
    outcome: ContactOutcome
    answered_on: date | None


class CaseOut(Out):
    """A case of conciliation."""

    id: str
    patient_id: str
    fund: str
    state: CaseState
    opened_on: date
    first_contact_due_on: date
    due_on: date
    reason: str | None
    outcome: Outcome | None
    closed_on: date | None
    declaration_id: str | None
    contacts: list[ContactOut]


def _case(unit: Unit, row: Case) -> CaseOut:
    return CaseOut(
        id=row.id, patient_id=row.insured_id, fund=row.fund_code, state=row.state, opened_on=row.opened_on,
        first_contact_due_on=row.first_contact_due_on, due_on=row.due_on, reason=row.reason, outcome=row.outcome,
        closed_on=row.closed_on, declaration_id=row.declaration_id,
        contacts=[ContactOut.model_validate(one) for one in cases.contacts_of(unit.session, row.id)],
    )  # fmt: skip


class CaseIn(In):
    """A request for help to find a médecin traitant."""

    patient_id: str = text(64, EXAMPLE_ID)
    reason: str | None = Field(None, max_length=2000, pattern=r"^[^\x00]*$", examples=["Trois cabinets ont refusé"])


@router.post("/conciliation", status_code=201, response_model=CaseOut, responses=problems(*CREATING))
def open_case(body: CaseIn, once: OnceDep) -> Response:
    """Open a case at the patient's fund."""
    unit = once.unit
    record = unit.find(PATIENT, body.patient_id, Action.OPEN_CASE)

    def make() -> tuple[CaseOut, dict[str, str]]:
        row = cases.open_case(unit.session, record.insured_id or "", reason=body.reason)
        unit.note(Tag.CASE_OPEN, of_case(row))
        return _case(unit, row), {"ETag": row.etag, "Location": f"/api/v1/conciliation/{row.id}"}

    return once.reply(make)


@router.get("/conciliation", responses=problems(*LISTING))
def list_cases(
    unit: ReadUnit, state: CaseState = CaseState.OPEN, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> list[CaseOut]:
    """The cases of the actor's fund, the most pressing first."""
    fund = unit.allow(Action.LIST_CASES, of_fund(unit.actor.fund_code), Tag.CASE_READ).fund_code or ""
    rows = cases.cases_of_fund(unit.session, fund, state=state.value, limit=limit)
    return [_case(unit, row) for row in rows if _shown(unit, row)]


def _shown(unit: Unit, row: Case) -> bool:
    """May the actor still read this case (its patient may have left the fund)? The reading is traced."""
    record = of_case(row)
    if not unit.may(Action.READ_CASE, record):
        return False
    unit.allow(Action.READ_CASE, record, Tag.CASE_READ)
    return True


@router.get("/conciliation/{case_id}", responses=problems(*READING))
def read_case(case_id: Id, unit: ReadUnit, response: Response) -> CaseOut:
    """One case."""
    unit.find(CASE, case_id, Action.READ_CASE, Tag.CASE_READ)
    row = cases.get_case(unit.session, case_id)
    response.headers["ETag"] = row.etag
    return _case(unit, row)


@router.get("/people/{patient_id}/conciliation", responses=problems(*READING))
def list_cases_of_person(patient_id: Id, unit: ReadUnit) -> list[CaseOut]:
    """Cases of a person, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CASE, Tag.CASE_READ)
    return [_case(unit, row) for row in cases.cases_of(unit.session, record.insured_id or "")]


class CandidateOut(Out):
    """A doctor near who accepts new patients."""

    professional_id: str
    family_name: str
    first_name: str
    organisation_id: str
    organisation: str
    commune: str
    distance_km: float


@router.get("/conciliation/{case_id}/candidates", responses=problems(*READING))
def list_candidates(
    case_id: Id,
    unit: ReadUnit,
    radius_km: Annotated[float, Query(gt=0, le=200)] = 30,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[CandidateOut]:
    """General practitioners near the patient who accept new patients, nearest first."""
    unit.find(CASE, case_id, Action.WORK_CASE, Tag.CASE_READ)
    return [
        CandidateOut(
            professional_id=one.professional.id, family_name=one.professional.family_name,
            first_name=one.professional.first_name, organisation_id=one.organisation.id,
            organisation=one.organisation.name, commune=one.commune.name, distance_km=one.distance_km,
        )
        for one in cases.candidates(unit.session, case_id, radius_km=radius_km, limit=limit)
    ]  # fmt: skip


class ContactIn(In):
    """A doctor the officer asks."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)


@router.post(
    "/conciliation/{case_id}/contacts", status_code=201, response_model=ContactOut, responses=problems(*CREATING)
)
def contact_doctor(case_id: Id, body: ContactIn, once: OnceDep) -> Response:
    """Record that a doctor was asked. The `ETag` is the case's, whose contacts changed."""
    unit = once.unit
    record = unit.find(CASE, case_id, Action.WORK_CASE, Tag.CASE_CHANGE)

    def make() -> tuple[ContactOut, dict[str, str]]:
        row = cases.contact(unit.session, record.id or "", body.professional_id)
        etag = changed(unit.session, cases.get_case(unit.session, case_id))
        return ContactOut.model_validate(row), {"ETag": etag}

    return once.reply(make)


class AnswerIn(In):
    """What the doctor answered."""

    outcome: ContactOutcome
    reason: str | None = Field(None, max_length=1000, pattern=r"^[^\x00]*$")


@router.put("/conciliation/{case_id}/contacts/{contact_id}", responses=problems(*CHANGING))
def record_answer(
    case_id: Id, contact_id: Id, body: AnswerIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> ContactOut:
    """Record a doctor's answer. `If-Match` and `ETag` are the case's, whose answer shows the contacts."""
    record = unit.find(CASE, case_id, Action.WORK_CASE, Tag.CASE_CHANGE)
    case = cases.get_case(unit.session, case_id)
    check_version(if_match, case)
    row = get(unit.session, Contact, contact_id, "contact_id", case_id=record.id)
    response.headers["ETag"] = changed(unit.session, case)
    return ContactOut.model_validate(cases.answer(unit.session, row.id, body.outcome.value, reason=body.reason))


class CloseIn(In):
    """How the case ends."""

    outcome: Outcome
    declaration_id: str | None = Field(None, max_length=64, description="Of the outcome `declaration`.")


@router.post("/conciliation/{case_id}/closing", responses=problems(*CHANGING))
def close_case(case_id: Id, body: CloseIn, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> CaseOut:
    """Close a case; the patient may only withdraw it."""
    withdrawal = body.outcome is Outcome.WITHDRAWN and unit.actor.role is Role.INSURED
    action = Action.WITHDRAW_CASE if withdrawal else Action.WORK_CASE
    record = unit.find(CASE, case_id, action, Tag.CASE_CLOSE)
    check_version(if_match, cases.get_case(unit.session, case_id))
    row = cases.close(unit.session, record.id or "", body.outcome.value, declaration_id=body.declaration_id)
    response.headers["ETag"] = row.etag
    return _case(unit, row)


class ReminderOut(Out):
    """Something the fund must do."""

    case_id: str
    contact_id: str | None
    kind: ReminderKind
    due_on: date


@router.get("/reminders", responses=problems(*LISTING))
def list_reminders(unit: ReadUnit, on: Day | None = None) -> list[ReminderOut]:
    """What the actor's fund must do by a day (today when not given)."""
    fund = unit.allow(Action.LIST_CASES, of_fund(unit.actor.fund_code), Tag.CASE_READ).fund_code or ""
    due = cases.reminders_due(unit.session, on, fund_code=fund)
    shown = {
        case_id
        for case_id in dict.fromkeys(one.case_id for one in due)
        if _shown(unit, cases.get_case(unit.session, case_id))
    }
    return [ReminderOut.model_validate(one) for one in due if one.case_id in shown]


def _answer_at_old_addresses() -> None:
    for route in [one for one in router.routes if isinstance(one, APIRoute) and "/conciliation" in one.path]:
        router.add_api_route(
            route.path.removeprefix(ROOT).replace("/conciliation", "/cases"), route.endpoint,
            methods=list(route.methods or ()), status_code=route.status_code, response_model=route.response_model,
            deprecated=True, include_in_schema=False,
        )  # fmt: skip


_answer_at_old_addresses()
