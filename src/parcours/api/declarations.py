"""Declarations of the médecin traitant: propose, sign, refuse, withdraw, register a form, end."""

from datetime import date, datetime

from fastapi import Response
from pydantic import Field

from parcours.api.common import (
    CHANGING,
    CREATING,
    EXAMPLE_DOCTOR,
    EXAMPLE_ID,
    READING,
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
from parcours.edge.versions import check_version
from parcours.registry.access.model import Record, Role
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import DECLARATION, Action, Tag, of_declaration, of_practice
from parcours.registry.declarations.models import Declaration, Party, Route, State
from parcours.registry.declarations.proposing import proposing
from parcours.registry.directory import service as directory
from parcours.registry.errors import not_found
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, of_patient
from parcours.registry.store.clock import paris_today

router = api_router(tag="declarations")

SIGNING = {
    Party.INSURED: Action.SIGN_AS_PATIENT,
    Party.PARENT: Action.SIGN_AS_PARENT,
    Party.DOCTOR: Action.SIGN_AS_DOCTOR,
}
WAITING = (State.PREPARED, State.PROPOSED)
"""For signatures."""


class DeclarationOut(Out):
    """A declaration and where it stands."""

    id: str
    patient_id: str
    professional_id: str
    organisation_id: str
    route: Route
    state: State
    proposed_by: Party
    proposed_at: datetime
    insured_agreed_at: datetime | None
    parent_agreed_at: datetime | None
    doctor_agreed_at: datetime | None
    missing: list[Party] = Field(description="Whose agreement is still awaited.")
    signed_on: date | None
    received_on: date | None
    joint_ids: list[str] = Field(description="Doctors designated together with the first.")


def _declaration(unit: Unit, row: Declaration) -> DeclarationOut:
    insured = people.get_insured(unit.session, row.insured_id)
    missing = checks.parties_missing(row, insured, paris_today()) if row.state in WAITING else ()
    return DeclarationOut(
        id=row.id, patient_id=row.insured_id, professional_id=row.professional_id, organisation_id=row.organisation_id,
        route=row.route, state=row.state, proposed_by=row.proposed_by, proposed_at=row.proposed_at,
        insured_agreed_at=row.insured_agreed_at, parent_agreed_at=row.parent_agreed_at,
        doctor_agreed_at=row.doctor_agreed_at, missing=list(missing), signed_on=row.signed_on,
        received_on=row.received_on, joint_ids=timeline.joint_doctors(unit.session, row.id),
    )  # fmt: skip


def _answer(unit: Unit, response: Response, row: Declaration) -> DeclarationOut:
    unit.session.flush()
    response.headers["ETag"] = row.etag
    return _declaration(unit, row)


# --- propose ---------------------------------------------------------------------------------------------------------


class ProposalIn(In):
    """Who is to be whose médecin traitant. A doctor names the patient by national number and birth date."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    patient_id: str | None = Field(None, max_length=64, examples=[EXAMPLE_ID], description="For a patient or a parent.")
    nir: str | None = Field(None, max_length=24, pattern=r"^[0-9AB ]*$", description="For a doctor, from the card.")
    birth_date: Day | None = Field(None, description="For a doctor, with the number.")
    route: Route = Route.ELECTRONIC
    organisation_id: str | None = Field(None, max_length=64)
    joint_ids: list[str] = Field(default_factory=list, max_length=20)


@router.post("/declarations", status_code=201, response_model=DeclarationOut, responses=problems(*CREATING))
def propose(body: ProposalIn, once: OnceDep) -> Response:
    """Propose a declaration; who proposes agrees by that, and it is in force once everybody needed has agreed.

    A delegate prepares it: the doctor's agreement proposes it.
    """
    unit = once.unit
    insured_id, by = _whose(unit, body)
    way = proposing(unit.actor.role)

    def make() -> tuple[DeclarationOut, dict[str, str]]:
        proposal = declarations.Proposal(
            insured_id=insured_id, professional_id=body.professional_id, by=by.value,
            parent_id=unit.actor.insured_id if by is Party.PARENT else None, route=body.route.value,
            organisation_id=body.organisation_id, joint_ids=tuple(body.joint_ids),
        )  # fmt: skip
        row = way.make(unit.session, proposal)
        unit.note(way.tag, of_declaration(row), by=by.value)
        return _declaration(unit, row), {"ETag": row.etag, "Location": f"/api/v1/declarations/{row.id}"}

    return once.reply(make)


def _whose(unit: Unit, body: ProposalIn) -> tuple[str, Party]:
    """The patient, and in which quality the actor proposes."""
    if unit.actor.role in (Role.DOCTOR, Role.DELEGATE):
        return _presented(unit, body), Party.DOCTOR
    record = unit.find(PATIENT, body.patient_id or "", Action.PROPOSE_DECLARATION)
    return record.insured_id or "", Party.INSURED if record.insured_id == unit.actor.insured_id else Party.PARENT


def _presented(unit: Unit, body: ProposalIn) -> str:
    """The patient whose card the doctor holds: number and birth date must agree; else as if there were nobody."""
    doctor = directory.get_professional(unit.session, body.professional_id)
    action = proposing(unit.actor.role).for_patient
    unit.allow(action, of_practice(doctor.id))
    insured = people.find_by_nir(unit.session, body.nir) if body.nir else None
    if insured is None or insured.birth_date != body.birth_date:
        found = of_patient(insured) if insured else Record(PATIENT)
        unit.note_refusal(action, found, "not_found")
        raise not_found("nir")
    return insured.id


# --- read ------------------------------------------------------------------------------------------------------------


@router.get("/declarations/{declaration_id}", responses=problems(*READING))
def read_declaration(declaration_id: Id, unit: ReadUnit, response: Response) -> DeclarationOut:
    """One declaration."""
    unit.find(DECLARATION, declaration_id, Action.READ_DECLARATION, Tag.DECLARATION_READ)
    row = timeline.get_declaration(unit.session, declaration_id)
    response.headers["ETag"] = row.etag
    return _declaration(unit, row)


@router.get("/people/{patient_id}/declarations", responses=problems(*READING))
def list_declarations(patient_id: Id, unit: ReadUnit) -> list[DeclarationOut]:
    """Every declaration of a person, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_DECLARATION, Tag.DECLARATION_READ)
    return [_declaration(unit, row) for row in timeline.declarations_of(unit.session, record.insured_id or "")]


# --- transitions -----------------------------------------------------------------------------------------------------


class SignIn(In):
    """In which quality one signs."""

    party: Party


@router.post("/declarations/{declaration_id}/agreement", responses=problems(*CHANGING))
def agree(
    declaration_id: Id, body: SignIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> DeclarationOut:
    """Sign: as the patient, as a parent (co-signature at 16 and 17, choice below 16), or as the doctor."""
    record = unit.find(DECLARATION, declaration_id, SIGNING[body.party], Tag.DECLARATION_SIGN)
    check_version(if_match, timeline.get_declaration(unit.session, declaration_id))
    parent_id = unit.actor.insured_id if body.party is Party.PARENT else None
    row = declarations.agree(unit.session, record.id or "", party=body.party.value, parent_id=parent_id)
    return _answer(unit, response, row)


class RefusalIn(In):
    """A refusal, with or without a reason."""

    reason: str | None = Field(None, max_length=1000, pattern=r"^[^\x00]*$")


@router.post("/declarations/{declaration_id}/refusal", responses=problems(*CHANGING))
def refuse(
    declaration_id: Id, body: RefusalIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> DeclarationOut:
    """Decline a proposed declaration."""
    record = unit.find(DECLARATION, declaration_id, Action.REFUSE_DECLARATION, Tag.DECLARATION_REFUSE)
    check_version(if_match, timeline.get_declaration(unit.session, declaration_id))
    party = _quality(unit, record)
    row = declarations.refuse(unit.session, record.id or "", party=party.value, reason=body.reason)
    return _answer(unit, response, row)


@router.post("/declarations/{declaration_id}/withdrawal", responses=problems(*CHANGING))
def withdraw(declaration_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> DeclarationOut:
    """Take back one's proposal before it is in force."""
    record = unit.find(DECLARATION, declaration_id, Action.WITHDRAW_DECLARATION, Tag.DECLARATION_WITHDRAW)
    row = timeline.get_declaration(unit.session, declaration_id)
    check_version(if_match, row)
    return _answer(unit, response, declarations.withdraw(unit.session, record.id or ""))


class EndIn(In):
    """The end of a declaration."""

    on: Day | None = Field(None, description="First day it no longer holds; today when not given.")


@router.post("/declarations/{declaration_id}/end", responses=problems(*CHANGING))
def end(
    declaration_id: Id, body: EndIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> DeclarationOut:
    """End a declaration in force, as the patient (or a parent) or as the doctor."""
    by_doctor = unit.actor.role in (Role.DOCTOR, Role.DELEGATE)
    action = Action.END_AS_DOCTOR if by_doctor else Action.END_AS_PATIENT
    record = unit.find(DECLARATION, declaration_id, action, Tag.DECLARATION_END)
    row = timeline.get_declaration(unit.session, declaration_id)
    check_version(if_match, row)
    declarations.end(unit.session, record.id or "", reason="doctor" if by_doctor else "patient", on=body.on)
    return _answer(unit, response, row)


def _quality(unit: Unit, record: Record) -> Party:
    """In which quality the actor acts on this declaration."""
    if unit.actor.professional_id is not None:
        return Party.DOCTOR
    return Party.INSURED if unit.actor.insured_id == record.insured_id else Party.PARENT


# --- the fund --------------------------------------------------------------------------------------------------------


class FormIn(In):
    """What the fund reads on a paper form (S3704)."""

    patient_id: str = text(64, EXAMPLE_ID)
    professional_id: str = text(64, EXAMPLE_DOCTOR)
    signed_on: Day = Field(examples=["2026-11-02"])
    received_on: Day = Field(examples=["2026-11-06"])
    signed_by_insured: bool
    signed_by_doctor: bool
    parent_id: str | None = Field(None, max_length=64, description="The holder of parental authority who signed.")
    organisation_id: str | None = Field(None, max_length=64)
    joint_ids: list[str] = Field(default_factory=list, max_length=20)


@router.post("/declarations/forms", status_code=201, response_model=DeclarationOut, responses=problems(*CREATING))
def record_form(body: FormIn, once: OnceDep) -> Response:
    """Record a signed paper form, maybe long after: it counts from its signature."""
    unit = once.unit
    record = unit.find(PATIENT, body.patient_id, Action.REGISTER_DECLARATION)

    def make() -> tuple[DeclarationOut, dict[str, str]]:
        content = body.model_dump() | {"joint_ids": tuple(body.joint_ids), "insured_id": record.insured_id or ""}
        content.pop("patient_id")
        row = declarations.record_paper(unit.session, checks.PaperForm(**content))
        unit.note(Tag.DECLARATION_REGISTER, of_declaration(row), "form")
        return _declaration(unit, row), {"ETag": row.etag, "Location": f"/api/v1/declarations/{row.id}"}

    return once.reply(make)


class RegistrationIn(In):
    """When the fund received the form."""

    received_on: Day = Field(examples=["2026-11-06"])


@router.post("/declarations/{declaration_id}/registration", responses=problems(*CHANGING))
def register(
    declaration_id: Id, body: RegistrationIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> DeclarationOut:
    """Record a paper declaration that was signed in the registry."""
    record = unit.find(DECLARATION, declaration_id, Action.REGISTER_DECLARATION, Tag.DECLARATION_REGISTER)
    check_version(if_match, timeline.get_declaration(unit.session, declaration_id))
    row = declarations.register_paper(unit.session, record.id or "", received_on=body.received_on)
    return _answer(unit, response, row)


@router.post("/declarations/{declaration_id}/annulment", responses=problems(*CHANGING))
def annul(declaration_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> DeclarationOut:
    """Annul a declaration recorded by mistake: it never was; the one it replaced is in force again."""
    record = unit.find(DECLARATION, declaration_id, Action.REGISTER_DECLARATION, Tag.DECLARATION_ANNUL)
    check_version(if_match, timeline.get_declaration(unit.session, declaration_id))
    return _answer(unit, response, declarations.annul(unit.session, record.id or ""))
