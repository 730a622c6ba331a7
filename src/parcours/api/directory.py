"""The directory of professionals and places, and a doctor's own patients."""

from datetime import date
from typing import Annotated

from fastapi import BackgroundTasks, Query, Response
from pydantic import Field
from sqlalchemy import select

from parcours.api.common import (
    CHANGING,
    CREATING,
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
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.directory import visible_professional
from parcours.edge.mail import send
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import changed, check_version, cursor_id
from parcours.registry.access.model import Record
from parcours.registry.accounts.find import officers_of, told_of_doctor
from parcours.registry.accounts.messages import departure_message
from parcours.registry.declarations import departures, timeline
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.declarations.context import of_practice
from parcours.registry.declarations.departures import Leaving
from parcours.registry.directory import service as directory
from parcours.registry.directory.context import DIRECTORY, Action, Tag
from parcours.registry.directory.models import OrganisationKind, PracticeMode, Professional
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.context import Tag as PeopleTag
from parcours.registry.people.context import of_patient
from parcours.registry.people.models import Insured
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import listed

router = api_router(tag="directory")


class PracticeOut(Out):
    """Where a professional works."""

    organisation_id: str
    mode: PracticeMode
    main: bool
    starts_on: date
    ends_on: date | None
    accepts_new_patients: bool | None


class ProfessionalOut(Out):
    """A professional of the public directory."""

    id: str
    rpps: str
    family_name: str
    first_name: str
    profession: str
    specialty: int
    installed_on: date | None
    ceased_on: date | None
    convention: str | None
    practices: list[PracticeOut]


def _professional(unit: Unit, row: Professional) -> ProfessionalOut:
    today = paris_today()
    convention = directory.convention_on(unit.session, row.id, today)
    practices = directory.practices_on(unit.session, row.id, today)
    return ProfessionalOut(
        id=row.id, rpps=row.rpps, family_name=row.family_name, first_name=row.first_name, profession=row.profession,
        specialty=row.specialty, installed_on=row.installed_on, ceased_on=row.ceased_on,
        convention=convention.convention if convention else None,
        practices=[PracticeOut.model_validate(one) for one in practices],
    )  # fmt: skip


@router.get("/professionals", responses=problems(*LISTING))
def search_professionals(
    unit: ReadUnit,
    family_name: Annotated[
        str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="Beginning of the name.")
    ] = None,
    specialty: Annotated[int | None, Query(ge=1, le=98, description="National code.")] = None,
    department: Annotated[str | None, Query(pattern=r"^[0-9AB]{2,3}$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProfessionalOut]:
    """Search the directory."""
    unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    rows = directory.search_professionals(
        unit.session, family_name=family_name, specialties=(specialty,) if specialty else (), department=department,
        limit=limit + 1, after=cursor_id(cursor),
    )  # fmt: skip
    items = [_professional(unit, row) for row in rows]
    return Page[ProfessionalOut](**page(items, limit, lambda one: one.id))


@router.get("/professionals/{professional_id}", responses=problems(*READING))
def read_professional(professional_id: Id, unit: ReadUnit, response: Response) -> ProfessionalOut:
    """One professional, by public id or RPPS number; who opposes being shown is not found."""
    unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    row = visible_professional(unit.session, unit.actor, professional_id, paris_today())
    response.headers["ETag"] = row.etag
    return _professional(unit, row)


class ProfessionalIn(In):
    """A professional to enter."""

    rpps: str = Field(pattern=r"^\d{11}$", examples=["99700218896"])
    family_name: str = text(100, "Durand")
    first_name: str = text(100, "Claude")
    profession: str = text(40, "medecin", "medecin")
    specialty: int = Field(0, ge=0, le=98, description="National code; 0 for anyone who is not a doctor.", examples=[1])
    installed_on: Day | None = None


@router.post("/professionals", status_code=201, response_model=ProfessionalOut, responses=problems(*CREATING))
def register_professional(body: ProfessionalIn, once: OnceDep) -> Response:
    """Enter a professional in the directory."""
    unit = once.unit
    unit.allow(Action.WRITE_DIRECTORY, DIRECTORY)

    def make() -> tuple[ProfessionalOut, dict[str, str]]:
        row = directory.register_professional(
            unit.session, rpps=body.rpps, family_name=body.family_name, first_name=body.first_name,
            profession=body.profession, specialty=body.specialty, installed_on=body.installed_on,
        )  # fmt: skip
        unit.note(Tag.PROFESSIONAL_CREATE, Record(DIRECTORY.kind, row.id))
        return _professional(unit, row), {"ETag": row.etag, "Location": f"/api/v1/professionals/{row.id}"}

    return once.reply(make)


class ConventionIn(In):
    """A position towards the convention."""

    convention: str = text(40, "secteur_1")
    starts_on: Day = Field(examples=["2026-01-01"])


@router.put("/professionals/{professional_id}/convention", responses=problems(*CHANGING))
def set_convention(
    professional_id: Id, body: ConventionIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> ProfessionalOut:
    """Set the position towards the convention from a day; the one before ends that day."""
    unit.allow(Action.WRITE_DIRECTORY, DIRECTORY)
    row = directory.get_professional(unit.session, professional_id)
    check_version(if_match, row)
    response.headers["ETag"] = changed(unit.session, row)
    directory.set_convention(unit.session, row.id, body.convention, starts_on=body.starts_on)
    unit.note(Tag.PROFESSIONAL_CHANGE, Record(DIRECTORY.kind, row.id))
    return _professional(unit, row)


class PracticeIn(In):
    """A place where a professional starts to work."""

    organisation_id: str = text(64, "0199f0a4-7c3e-7c11-8b2f-6d4e9a7c1f50")
    starts_on: Day = Field(examples=["2026-01-01"])
    mode: PracticeMode = PracticeMode.TITULAIRE
    main: bool = True
    replaced_id: str | None = Field(None, max_length=64, description="Of a locum: the doctor replaced.")
    ends_on: Day | None = None
    accepts_new_patients: bool | None = Field(None, description="Absent: not said.")


@router.post(
    "/professionals/{professional_id}/practices", status_code=201, response_model=PracticeOut,
    responses=problems(*CREATING),
)  # fmt: skip
def start_practice(professional_id: Id, body: PracticeIn, once: OnceDep) -> Response:
    """A professional starts to work at a place. The `ETag` is the professional's, whose places changed."""
    unit = once.unit
    unit.allow(Action.WRITE_DIRECTORY, DIRECTORY)

    def make() -> tuple[PracticeOut, dict[str, str]]:
        doctor = directory.get_professional(unit.session, professional_id)
        place = directory.get_organisation(unit.session, body.organisation_id)
        replaced = directory.get_professional(unit.session, body.replaced_id).id if body.replaced_id else None
        row = directory.start_practice(
            unit.session, doctor.id, place.id, starts_on=body.starts_on, mode=body.mode.value, main=body.main,
            replaced_id=replaced, ends_on=body.ends_on, accepts_new_patients=body.accepts_new_patients,
        )  # fmt: skip
        unit.note(Tag.PROFESSIONAL_CHANGE, Record(DIRECTORY.kind, doctor.id))
        return PracticeOut.model_validate(row), {"ETag": changed(unit.session, doctor)}

    return once.reply(make)


class DepartureIn(In):
    """A doctor retires, dies or moves."""

    reason: str = Field(pattern="^(retired|deceased|moved)$", examples=["retired"])
    on: Day = Field(examples=["2026-12-31"])
    new_organisation_id: str | None = Field(None, max_length=64, description="Of a move: the new place.")


class ProposalOut(Out):
    """The departure as proposed to one fund."""

    id: str
    fund: str
    declarations: int = Field(description="How many people of the fund it would leave.")


class DepartureOut(Out):
    """A departure that ends declarations is proposed to the funds concerned; it ends none by itself."""

    declarations_ended: int = Field(description="Always 0: a fund decides.")
    proposed_to: list[ProposalOut]


@router.post("/professionals/{professional_id}/departure", responses=problems(*CHANGING))
def depart(
    professional_id: Id,
    body: DepartureIn,
    unit: WriteUnit,
    response: Response,
    later: BackgroundTasks,
    if_match: IfMatch = None,
) -> DepartureOut:
    """A doctor leaves. Done at once when it ends no declaration; else proposed to the funds of those it would leave."""
    unit.allow(Action.WRITE_DIRECTORY, DIRECTORY)
    doctor = directory.get_professional(unit.session, professional_id)
    check_version(if_match, doctor)
    changed(unit.session, doctor)
    leaving = Leaving(doctor.id, body.reason, body.on, body.new_organisation_id)
    proposed = departures.announce(unit.session, leaving, by=unit.actor.id)
    tag = DeclarationTag.DEPARTURE_PROPOSE if proposed else Tag.PROFESSIONAL_CHANGE
    unit.note(tag, Record(DIRECTORY.kind, doctor.id), reason=body.reason)
    told = [*told_of_doctor(unit.session, doctor.id)]
    for one in proposed:
        told += officers_of(unit.session, one.fund_code)
    for account in told:
        later.add_task(send, unit.services, account.login, departure_message(account.language, "proposed"))
    response.headers["ETag"] = doctor.etag
    shown = [ProposalOut(id=one.id, fund=one.fund_code, declarations=one.declarations) for one in proposed]
    return DepartureOut(declarations_ended=0, proposed_to=shown)


# --- places ----------------------------------------------------------------------------------------------------------


class OrganisationIn(In):
    """A place of care."""

    kind: OrganisationKind
    name: str = text(200, "Maison de santé des Lilas")
    commune: str = Field(pattern=r"^[0-9AB]{5}$", examples=["75111"])
    finess: str | None = Field(None, max_length=20, pattern=r"^[0-9AB]*$")
    special_setting: str = text(60, "none", "none")


class OrganisationOut(Out):
    """A place of care."""

    id: str
    kind: OrganisationKind
    name: str
    finess: str | None
    commune_code: str
    special_setting: str


@router.post("/organisations", status_code=201, response_model=OrganisationOut, responses=problems(*CREATING))
def register_organisation(body: OrganisationIn, once: OnceDep) -> Response:
    """Enter a place."""
    unit = once.unit
    unit.allow(Action.WRITE_DIRECTORY, DIRECTORY)

    def make() -> tuple[OrganisationOut, dict[str, str]]:
        row = directory.register_organisation(
            unit.session, kind=body.kind.value, name=body.name, commune_code=body.commune, finess=body.finess,
            special_setting=body.special_setting,
        )  # fmt: skip
        unit.note(Tag.PROFESSIONAL_CREATE, Record(DIRECTORY.kind, row.id), kind=body.kind.value)
        return OrganisationOut.model_validate(row), {"Location": f"/api/v1/organisations/{row.id}"}

    return once.reply(make)


@router.get("/organisations/{organisation_id}", responses=problems(*READING))
def read_organisation(organisation_id: Id, unit: ReadUnit) -> OrganisationOut:
    """One place."""
    unit.allow(Action.READ_DIRECTORY, DIRECTORY)
    return OrganisationOut.model_validate(directory.get_organisation(unit.session, organisation_id))


# --- a doctor's patients ---------------------------------------------------------------------------------------------


class MyPatientOut(Out):
    """A patient who declared the doctor."""

    id: str
    family_name: str
    first_name: str
    birth_date: date | None = Field(description="Null: it cannot be read.")
    since: date


@router.get("/my/patients", responses=problems(*LISTING))
def list_my_patients(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[MyPatientOut]:
    """The patients whose médecin traitant is the doctor who asks (or for whom the delegate asks)."""
    practice = of_practice(unit.actor.professional_id)
    doctor = unit.allow(DeclarationAction.LIST_PATIENTS, practice, PeopleTag.PERSON_SEARCH).professional_id or ""
    after = cursor_id(cursor) or ""
    contracts = [one for one in timeline.patients_of(unit.session, doctor) if one.insured_id > after][: limit + 1]
    shown = page(contracts, limit, lambda one: one.insured_id)
    items = []
    ids = [one.insured_id for one in shown["items"]]
    people = {one.id: one for one in listed(unit.session, select(Insured).where(Insured.id.in_(ids)))}
    unit.foresee(PeopleAction.READ_PATIENT, [of_patient(one) for one in people.values()])
    for contract in shown["items"]:
        insured = people[contract.insured_id]
        if not unit.may(PeopleAction.READ_PATIENT, of_patient(insured)):
            continue
        unit.allow(PeopleAction.READ_PATIENT, of_patient(insured), PeopleTag.PERSON_READ)
        items.append(
            MyPatientOut(
                id=insured.id, family_name=insured.family_name, first_name=insured.first_name,
                birth_date=insured.birth_date, since=contract.starts_on,
            )
        )  # fmt: skip
    return Page[MyPatientOut](items=items, next=shown["next"])
