"""Insured persons: register, find, rights, family, médecin traitant over time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field

from parcours.api.common import (
    CHANGING,
    CREATING,
    LISTING,
    READING,
    Day,
    Id,
    In,
    Instant,
    Out,
    api_router,
    text,
)
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import changed, check_version
from parcours.registry import contexts
from parcours.registry.access.export import without
from parcours.registry.access.model import SYSTEM, Record
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.declarations.models import Tenure
from parcours.registry.errors import Conflict
from parcours.registry.people import service as people
from parcours.registry.people.context import PATIENT, Action, Tag, of_fund, of_patient
from parcours.registry.people.models import Insured, Right, RightKind
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import get, new_id

router = api_router(tag="people")


class PersonIn(In):
    """A person to register."""

    nir: str = Field(
        max_length=24,
        pattern=r"^[0-9AB ]*$",
        description="NIR or NIA with its key; never shown again.",
        examples=["2 55 08 2B 123 456 73"],
    )
    family_name: str = text(100, "Martin")
    first_name: str = text(100, "Camille")
    birth_date: Day = Field(examples=["1985-06-15"])
    commune: str = Field(pattern=r"^[0-9AB]{5}$", description="INSEE code.", examples=["75111"])
    fund: str = Field(pattern=r"^[0-9A-Z]{1,20}$", examples=["01C751"])
    scheme: str = text(40, "general", "general")
    address: str | None = Field(None, max_length=300, pattern=r"^[^\x00]*$")
    affiliated_on: Day | None = None


class RightOut(Out):
    """A right open on a day."""

    id: str
    right: RightKind
    starts_on: date
    ends_on: date | None
    detail: str | None = Field(None, description="Only for the patient and the doctors who follow them.")


class PersonOut(Out):
    """A person, without any national number."""

    id: str
    family_name: str
    first_name: str
    birth_date: date | None = Field(description="Null in a list: it cannot be read.")
    address: str | None
    commune: str
    died_on: date | None
    fund: str | None
    scheme: str | None
    rights: list[RightOut]


def _person(unit: Unit, insured: Insured) -> PersonOut:
    today = paris_today()
    affiliation, rights = people.standing_on(unit.session, insured.id, today)
    clinical = unit.may(PlanAction.READ_PLAN_CONTENT, of_patient(insured))
    return PersonOut(
        id=insured.id, family_name=insured.family_name, first_name=insured.first_name, birth_date=insured.birth_date,
        address=insured.address, commune=insured.commune_code, died_on=insured.died_on,
        fund=affiliation.fund_code if affiliation else None, scheme=affiliation.scheme if affiliation else None,
        rights=[_right(one, clinical=clinical) for one in rights],
    )  # fmt: skip


def _right(right: Right, *, clinical: bool) -> RightOut:
    return RightOut(
        id=right.id, right=right.kind, starts_on=right.starts_on, ends_on=right.ends_on,
        detail=right.detail if clinical else None,
    )  # fmt: skip


# --- register and find -----------------------------------------------------------------------------------------------


@router.post("/people", status_code=201, response_model=PersonOut, responses=problems(*CREATING))
def register_person(body: PersonIn, once: OnceDep) -> Response:
    """Register a person of the actor's own fund. A number that is somebody's is refused, and traced on that person."""
    unit = once.unit
    unit.allow(Action.CREATE_PATIENT, of_fund(body.fund))

    def make() -> tuple[PersonOut, dict[str, str]]:
        insured = _registered(unit, body)
        unit.note(Tag.PERSON_CREATE, of_patient(insured))
        return _person(unit, insured), {"ETag": insured.etag, "Location": f"/api/v1/people/{insured.id}"}

    return once.reply(make)


def _registered(unit: Unit, body: PersonIn) -> Insured:
    try:
        return people.register_insured(
            unit.session, nir=body.nir, family_name=body.family_name, first_name=body.first_name,
            birth_date=body.birth_date, commune_code=body.commune, fund_code=body.fund, scheme=body.scheme,
            address=body.address, affiliated_on=body.affiliated_on,
        )  # fmt: skip
    except Conflict as error:
        taken = people.find_by_nir(unit.session, body.nir)
        if taken is not None:
            unit.note_refusal(Action.CREATE_PATIENT, of_patient(taken), error.code)
        raise


class SearchIn(In):
    """A national number, or a family name with a birth date. In the body: never in an address."""

    nir: str | None = Field(None, max_length=24, pattern=r"^[0-9AB ]*$")
    family_name: str | None = Field(None, max_length=100, pattern=r"^[^\x00]*$", examples=["Martin"])
    birth_date: Day | None = Field(None, examples=["1985-06-15"])


class Found(Out):
    """People that fit and that the actor may see."""

    items: list[PersonOut]


@router.post("/people/search", responses=problems(*LISTING))
def search_people(body: SearchIn, unit: ReadUnit) -> Found:
    """Find people by number, or by name and birth date; only those of the actor's fund are shown."""
    unit.allow(Action.SEARCH_PATIENT, SYSTEM, Tag.PERSON_SEARCH)
    found: list[Insured] = []
    if body.nir:
        one = people.find_by_nir(unit.session, body.nir)
        found = [one] if one else []
    elif body.family_name and body.birth_date:
        found = people.find_by_name(unit.session, body.family_name, body.birth_date)
    shown = [one for one in found if unit.may(Action.READ_PATIENT, of_patient(one))]
    if not found:  # as much work, and as much trace, as for somebody who may not be shown
        unit.may(Action.READ_PATIENT, Record(PATIENT, insured_id=unit.actor.id))
        unit.note_refusal(Action.READ_PATIENT, Record(PATIENT, insured_id=new_id()), "not_found")
    for one in found:
        if one in shown:
            unit.allow(Action.READ_PATIENT, of_patient(one), Tag.PERSON_READ)
        else:
            unit.note_refusal(Action.READ_PATIENT, of_patient(one), "not_found")
    return Found(items=[_person(unit, one) for one in shown])


@router.get("/people/{patient_id}", responses=problems(*READING))
def read_person(patient_id: Id, unit: ReadUnit, response: Response) -> PersonOut:
    """One person, with the rights open today."""
    unit.find(PATIENT, patient_id, Action.READ_PATIENT, Tag.PERSON_READ)
    insured = people.get_insured(unit.session, patient_id)
    response.headers["ETag"] = insured.etag
    return _person(unit, insured)


@router.get("/people/{patient_id}/export", responses=problems(*READING))
def export_person(patient_id: Id, unit: ReadUnit) -> dict[str, Any]:
    """Everything held about a person, by table, for that person (GDPR, art. 15 and 20), and who looked."""
    record = unit.find(PATIENT, patient_id, Action.EXPORT_PATIENT, Tag.PERSON_EXPORT)
    content = contexts.export_person(unit.session, patient_id)
    if unit.actor.insured_id == record.insured_id:
        return content
    return without(content, contexts.withheld(unit.session, record.insured_id or ""))


class Move(In):
    """A new address."""

    commune: str = Field(pattern=r"^[0-9AB]{5}$", examples=["75112"])
    address: str | None = Field(None, max_length=300, pattern=r"^[^\x00]*$")


@router.patch("/people/{patient_id}", responses=problems(*CHANGING))
def move_person(patient_id: Id, body: Move, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> PersonOut:
    """Record a new address."""
    unit.find(PATIENT, patient_id, Action.CHANGE_PATIENT, Tag.PERSON_CHANGE)
    check_version(if_match, people.get_insured(unit.session, patient_id, lock=True))
    insured = people.move_insured(unit.session, patient_id, commune_code=body.commune, address=body.address)
    response.headers["ETag"] = insured.etag
    return _person(unit, insured)


# --- rights -----------------------------------------------------------------------------------------------


class RightIn(In):
    """A right to open."""

    right: RightKind
    starts_on: Day = Field(examples=["2026-01-01"])
    ends_on: Day | None = Field(None, description="First day without the right.")
    detail: str | None = Field(None, max_length=200, pattern=r"^[^\x00]*$", description="ALD number, contract …")


@router.post("/people/{patient_id}/rights", status_code=201, response_model=RightOut, responses=problems(*CREATING))
def open_right(patient_id: Id, body: RightIn, once: OnceDep) -> Response:
    """Open a right: ALD, maternity, C2S, AME, contract … The `ETag` is the person's, whose rights changed."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.CHANGE_PATIENT, Tag.PERSON_CHANGE)

    def make() -> tuple[RightOut, dict[str, str]]:
        right = people.open_right(
            unit.session, record.insured_id or "", body.right.value, starts_on=body.starts_on, ends_on=body.ends_on,
            detail=body.detail,
        )  # fmt: skip
        etag = changed(unit.session, people.get_insured(unit.session, right.insured_id))
        return _right(right, clinical=False), {"ETag": etag}

    return once.reply(make)


class RightEnd(In):
    """The end of a right."""

    ends_on: Day = Field(description="First day without the right.", examples=["2026-12-31"])


@router.post("/people/{patient_id}/rights/{right_id}/end", responses=problems(*CHANGING))
def close_right(
    patient_id: Id, right_id: Id, body: RightEnd, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> RightOut:
    """End a right on a day. `If-Match` and `ETag` are the person's, whose answer shows the rights."""
    record = unit.find(PATIENT, patient_id, Action.CHANGE_PATIENT, Tag.PERSON_CHANGE)
    insured = people.get_insured(unit.session, patient_id, lock=True)
    check_version(if_match, insured)
    right = get(unit.session, Right, right_id, "right_id", insured_id=record.insured_id)
    ended = people.close_right(unit.session, right.id, ends_on=body.ends_on)
    response.headers["ETag"] = changed(unit.session, insured)
    return _right(ended, clinical=False)


# --- the médecin traitant over time ----------------------------------------------------------------------------------


class ContractOut(Out):
    """Who was (or is) the médecin traitant, from when to when, and when that was recorded."""

    declaration_id: str
    professional_id: str
    starts_on: date
    ends_on: date | None = Field(description="First day it no longer holds.")
    end_code: str | None = Field(description="National code: FIB, FIP or FIS.")
    end_reason: str | None
    recorded_at: datetime
    superseded_at: datetime | None

    @classmethod
    def of(cls, contract: Tenure) -> ContractOut:
        return cls.model_validate(contract)


class MedecinTraitantOut(Out):
    """The médecin traitant on a day (null: none), and the grace year after a departure."""

    on: date
    known_at: datetime | None
    contract: ContractOut | None
    grace_until: date | None = Field(description="First day after the year without majoration (L162-5-3, 5°).")


@router.get("/people/{patient_id}/medecin-traitant", responses=problems(*READING))
def read_medecin_traitant(
    patient_id: Id,
    unit: ReadUnit,
    on: Annotated[Day | None, Query(description="Today when not given.")] = None,
    known_at: Annotated[Instant | None, Query(description="As was known at that instant.")] = None,
) -> MedecinTraitantOut:
    """Who is the médecin traitant on a day, as known now or at an instant."""
    record = unit.find(PATIENT, patient_id, DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
    day, insured_id = on or paris_today(), record.insured_id or ""
    contract = timeline.as_known_on(unit.session, insured_id, day, known_at)
    grace = timeline.grace_on(unit.session, insured_id, day, known_at)
    return MedecinTraitantOut(
        on=day, known_at=known_at, contract=ContractOut.of(contract) if contract else None,
        grace_until=grace.until if grace else None,
    )  # fmt: skip


@router.get("/people/{patient_id}/medecin-traitant/history", responses=problems(*READING))
def read_history(
    patient_id: Id,
    unit: ReadUnit,
    revisions: Annotated[bool, Query(description="Every row ever recorded, superseded ones included.")] = False,
) -> list[ContractOut]:
    """Every contract, as known now; or everything that was ever recorded."""
    record = unit.find(PATIENT, patient_id, DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
    read = timeline.revisions if revisions else timeline.history
    return [ContractOut.of(one) for one in read(unit.session, record.insured_id or "")]
