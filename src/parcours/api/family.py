"""Who acts for a person: recorded with its proof by one officer, confirmed by another, ended by a decision."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import Response
from pydantic import Field

from parcours.api.common import CHANGING, CREATING, EXAMPLE_ID, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.versions import changed, check_version
from parcours.registry.people import family
from parcours.registry.people import service as people
from parcours.registry.people.context import HOLDER_LINK, PATIENT, Action, Tag, of_link, of_patient
from parcours.registry.people.models import Kinship, KinshipKind
from parcours.registry.store.ids import parse_id

router = api_router(tag="people")

_PROOF = "Acte de naissance ; jugement du tribunal judiciaire de Modèle, 2026-03-02"


class HolderIn(In):
    """An adult who holds parental authority, or a guardian."""

    holder_id: str = text(64, EXAMPLE_ID)
    kind: KinshipKind = KinshipKind.PARENT
    dependant: bool = True
    starts_on: Day | None = None
    proof: str = text(300, _PROOF)


class HolderOut(Out):
    """An authority over a person."""

    id: str
    patient_id: str
    holder_id: str
    kind: KinshipKind
    starts_on: date
    ends_on: date | None = Field(description="First day without it.")
    confirmed_at: datetime | None = Field(description="None: it waits for a second person, and opens nothing.")

    @classmethod
    def of(cls, row: Kinship) -> HolderOut:
        return cls(
            id=row.id, patient_id=row.child_id, holder_id=row.holder_id, kind=row.kind, starts_on=row.starts_on,
            ends_on=row.ends_on, confirmed_at=row.confirmed_at,
        )  # fmt: skip


@router.get("/people/{patient_id}/holders", responses=problems(*READING))
def list_holders(patient_id: Id, unit: ReadUnit) -> list[HolderOut]:
    """Who holds authority over a person, who held it, and what waits for a second person."""
    record = unit.find(PATIENT, patient_id, Action.READ_HOLDERS, Tag.HOLDER_READ)
    return [HolderOut.of(one) for one in family.links_of(unit.session, record.insured_id or "")]


@router.post("/people/{patient_id}/holders", status_code=201, response_model=HolderOut, responses=problems(*CREATING))
def add_holder(patient_id: Id, body: HolderIn, once: OnceDep) -> Response:
    """Record who holds authority, and its proof; it opens nothing before a second officer has confirmed it."""
    unit = once.unit
    child = unit.find(PATIENT, patient_id, Action.CHANGE_PATIENT, Tag.PERSON_CHANGE)
    holder = unit.find(PATIENT, body.holder_id, Action.CHANGE_PATIENT, Tag.PERSON_CHANGE)

    def make() -> tuple[HolderOut, dict[str, str]]:
        row = family.propose_holder(
            unit.session, child_id=child.insured_id or "", holder_id=holder.insured_id or "", kind=body.kind.value,
            dependant=body.dependant, starts_on=body.starts_on, proof=body.proof, by=unit.actor.id or None,
        )  # fmt: skip
        unit.note(Tag.HOLDER_PROPOSE, of_link(row))
        etag = changed(unit.session, people.get_insured(unit.session, row.child_id))
        return HolderOut.of(row), {"ETag": etag}

    return once.reply(make)


@router.post("/people/{patient_id}/holders/{link_id}/confirmation", responses=problems(*CHANGING))
def confirm_holder(
    patient_id: Id, link_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> HolderOut:
    """Confirm, as another officer than who recorded it. `If-Match` and `ETag` are the person's."""
    unit.find(PATIENT, patient_id, Action.READ_PATIENT)
    unit.find(HOLDER_LINK, link_id, Action.CONFIRM_HOLDER, Tag.HOLDER_CONFIRM)
    insured = people.get_insured(unit.session, patient_id, lock=True)
    link = family.get_link(unit.session, link_id, of=parse_id(patient_id))
    check_version(if_match, insured)
    row = family.confirm_holder(unit.session, link, by=unit.actor.account_id)
    response.headers["ETag"] = changed(unit.session, insured)
    return HolderOut.of(row)


class HolderEnd(In):
    """The end of an authority."""

    ends_on: Day = Field(description="First day without it.", examples=["2026-12-31"])
    proof: str = text(300, "Jugement de mainlevée du 2026-12-15")


@router.post("/people/{patient_id}/holders/{link_id}/end", responses=problems(*CHANGING))
def end_holder(
    patient_id: Id, link_id: Id, body: HolderEnd, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> HolderOut:
    """End an authority on a day, with the decision that says so. `If-Match` and `ETag` are the person's."""
    unit.find(PATIENT, patient_id, Action.CHANGE_PATIENT)
    unit.find(HOLDER_LINK, link_id, Action.CHANGE_PATIENT, Tag.HOLDER_END)
    insured = people.get_insured(unit.session, patient_id, lock=True)
    link = family.get_link(unit.session, link_id, of=parse_id(patient_id))
    check_version(if_match, insured)
    row = family.end_holder(unit.session, link, ends_on=body.ends_on, proof=body.proof)
    response.headers["ETag"] = changed(unit.session, insured)
    return HolderOut.of(row)


class ChildOut(Out):
    """A child one may act for."""

    id: str
    first_name: str
    family_name: str
    birth_date: date


@router.get("/people/{patient_id}/children", responses=problems(*READING))
def list_children(patient_id: Id, unit: ReadUnit) -> list[ChildOut]:
    """The minors (and people under guardianship) a person may act for."""
    unit.find(PATIENT, patient_id, Action.READ_PATIENT, Tag.PERSON_READ)
    children = family.children_of(unit.session, parse_id(patient_id) or "")
    visible = [one for one in children if unit.may(Action.READ_PATIENT, of_patient(one))]
    for one in visible:
        unit.allow(Action.READ_PATIENT, of_patient(one), Tag.PERSON_READ)
    return [
        ChildOut(id=one.id, first_name=one.first_name, family_name=one.family_name, birth_date=one.birth_date)
        for one in visible
    ]
