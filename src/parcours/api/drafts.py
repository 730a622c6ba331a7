"""What somebody of a practice prepares and the doctor signs: a letter, a report, a plan, a protocol."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import Field

from parcours.api.ald import ProtocolIn
from parcours.api.care_plans import PlanBody
from parcours.api.common import CHANGING, CREATING, LISTING, READING, Id, In, Out, api_router, text
from parcours.edge import drafts as signing
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import check_version
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.context import PATIENT
from parcours.registry.referrals import drafts
from parcours.registry.referrals.context import REFERRAL, Action, Tag, of_draft
from parcours.registry.referrals.models import Draft, DraftKind, Flow
from parcours.registry.referrals.problems import other_kind

router = api_router(tag="drafts")


class LetterDraftIn(In):
    """A letter to be signed: for a doctor, or for a specialty."""

    draft: Literal[DraftKind.LETTER]
    reason: str = text(4000, "Lésion pigmentée évolutive")
    question: str = text(4000, "Avis et conduite à tenir ?")
    history: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    current_treatment: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    examinations_done: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    allergies: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    expectations: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    flow: Flow = Flow.AVIS_PONCTUEL
    addressee_id: str | None = Field(None, max_length=64)
    specialty: int | None = Field(None, ge=1, le=98)


class PlanDraftIn(PlanBody):
    """A care plan to be signed."""

    draft: Literal[DraftKind.PLAN]


class ProtocolDraftIn(ProtocolIn):
    """A protocol to be signed."""

    draft: Literal[DraftKind.PROTOCOL]


class ReportDraftIn(In):
    """A report to be signed."""

    text: str = text(8000, "Nævus bénin, contrôle dans un an.")


AnyDraft = Annotated[LetterDraftIn | PlanDraftIn | ProtocolDraftIn, Field(discriminator="draft")]


class DraftOut(Out):
    """A draft without what it says: nothing of it has left the practice."""

    id: str
    draft: DraftKind
    patient_id: str
    referral_id: str | None
    prepared_at: datetime


class DraftContentOut(DraftOut):
    """A draft."""

    content: dict[str, Any]


class SignedOut(Out):
    """What was written from a draft."""

    draft: DraftKind
    id: str = Field(description="Of the referral, the report, the plan or the protocol.")


def _out(row: Draft) -> DraftOut:
    return DraftOut(
        id=row.id, draft=row.kind, patient_id=row.insured_id, referral_id=row.referral_id, prepared_at=row.prepared_at
    )


def _whole(row: Draft) -> DraftContentOut:
    return DraftContentOut(**_out(row).model_dump(), content=drafts.said_in(row))


def _said(body: In) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude={"draft"})


def _headers(row: Draft) -> dict[str, str]:
    return {"Location": f"/api/v1/drafts/{row.id}", "ETag": row.etag}


def _kept(unit: Unit, body: In, kind: DraftKind, patient: str, referral: str | None = None) -> Draft:
    row = drafts.prepare(
        unit.session, patient, unit.actor.professional_id or "", _said(body), kind=kind, referral_id=referral,
        prepared_by=unit.actor.account_id,
    )  # fmt: skip
    unit.note(Tag.DRAFT_PREPARE, of_draft(unit.session, row))
    return row


@router.post("/people/{patient_id}/drafts", status_code=201, response_model=DraftOut, responses=problems(*CREATING))
def prepare(patient_id: Id, body: AnyDraft, once: OnceDep) -> Response:
    """Leave a letter, a plan or a protocol to be signed by the doctor of the practice."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.PREPARE_LETTER)

    def make() -> tuple[DraftOut, dict[str, str]]:
        row = _kept(unit, body, body.draft, record.insured_id or "")
        return _out(row), _headers(row)

    return once.reply(make)


@router.post("/referrals/{referral_id}/drafts", status_code=201, response_model=DraftOut,
             responses=problems(*CREATING))  # fmt: skip
def prepare_report(referral_id: Id, body: ReportDraftIn, once: OnceDep) -> Response:
    """Leave the report on a referral to be signed; a second one takes the place of the first."""
    unit = once.unit
    record = unit.find(REFERRAL, referral_id, Action.PREPARE_REPORT)

    def make() -> tuple[DraftOut, dict[str, str]]:
        row = _kept(unit, body, DraftKind.REPORT, record.insured_id or "", record.id)
        return _out(row), _headers(row)

    return once.reply(make)


@router.get("/my/drafts", responses=problems(*LISTING))
def list_drafts(unit: ReadUnit) -> list[DraftOut]:
    """What waits for the signature of the doctor of the practice, oldest first."""
    doctor = unit.actor.professional_id
    unit.allow(Action.LIST_REFERRALS, of_practice(doctor), Tag.REFERRAL_LIST)
    return [_out(row) for row in drafts.to_sign(unit.session, doctor or "")]


@router.get("/drafts/{draft_id}", responses=problems(*READING))
def read(draft_id: Id, unit: ReadUnit, response: Response) -> DraftContentOut:
    """One draft, for the practice that prepares it."""
    row = signing.found(unit, draft_id)
    response.headers["ETag"] = row.etag
    return _whole(row)


@router.put("/drafts/{draft_id}", responses=problems(*CHANGING))
def rewrite(
    draft_id: Id, body: AnyDraft, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> DraftContentOut:
    """Write over a letter, a plan or a protocol that waits."""
    row = signing.found(unit, draft_id)
    check_version(if_match, row)
    if row.kind is not body.draft:
        raise other_kind(body.draft.value, kind=row.kind.value)
    drafts.write(row, _said(body), prepared_by=unit.actor.account_id)
    unit.session.flush()
    unit.note(Tag.DRAFT_PREPARE, of_draft(unit.session, row))
    response.headers["ETag"] = row.etag
    return _whole(row)


@router.delete("/drafts/{draft_id}", status_code=204, responses=problems(*READING))
def drop(draft_id: Id, unit: WriteUnit) -> None:
    """Throw a draft away."""
    signing.end(unit, signing.found(unit, draft_id))


@router.post("/drafts/{draft_id}/signature", status_code=201, responses=problems(*CREATING))
def sign(draft_id: Id, unit: WriteUnit) -> SignedOut:
    """Sign, as the doctor: it is written, and the draft ends. Never as a delegate."""
    row = signing.found(unit, draft_id)
    kind = row.kind
    return SignedOut(draft=kind, id=signing.sign(unit, row))
