"""From the letter to the answer: steps, what waits, what never came, the mailbox; the papers of each."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import Field

from parcours.api.common import CHANGING, LISTING, READING, Day, Id, In, Limit, Out, api_router
from parcours.documents import render
from parcours.documents.care_papers import letter, report, synthesis
from parcours.documents.clinical import Paper, as_record, cda, fhir_document
from parcours.edge.depends import ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.registry.declarations.context import of_practice
from parcours.registry.errors import not_found
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import body_of, newest_to
from parcours.registry.people.context import PATIENT
from parcours.registry.record.context import Action as RecordAction
from parcours.registry.record.context import Tag as RecordTag
from parcours.registry.record.service import last_author
from parcours.registry.referrals import states
from parcours.registry.referrals.context import REFERRAL, Action, Tag, of_referral
from parcours.registry.referrals.models import Referral, ReferralState
from parcours.registry.referrals.service import get_referral, reports_of
from parcours.registry.store.clock import paris_today

router = api_router(tag="referrals")

Format = Annotated[str, Path(pattern="^(pdf|xml|json)$", description="PDF, CDA R2, FHIR document.")]
MADE: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "pdf": ("application/pdf", lambda paper: render("record", as_record(paper, "fr"), "fr")),
    "xml": ("application/xml", cda),
    "json": ("application/fhir+json", lambda paper: json.dumps(fhir_document(paper), ensure_ascii=False).encode()),
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {name: {} for name, _ in MADE.values()}, "description": "The paper, simulated."}
}


def _file(paper: Paper, kind: str) -> Response:
    media, make = MADE[kind]
    return Response(make(paper), media_type=media, headers={"Cache-Control": "no-store"})


class ReferralStepOut(Out):
    """A step; its reason is clinical, for the doctors and the patient."""

    state: ReferralState
    day: date
    by_id: str | None
    booked_for: date | None
    reason: str | None


def _steps(unit: Unit, row: Referral) -> list[ReferralStepOut]:
    clinical = unit.may(Action.READ_LETTER, of_referral(unit.session, row))
    found = [ReferralStepOut.model_validate(one) for one in states.steps_of(unit.session, row.id)]
    return found if clinical else [one.model_copy(update={"reason": None}) for one in found]


@router.get("/referrals/{referral_id}/steps", responses=problems(*READING))
def list_steps(referral_id: Id, unit: ReadUnit) -> list[ReferralStepOut]:
    """Every step of a referral, in order."""
    record = unit.find(REFERRAL, referral_id, Action.READ_REFERRAL, Tag.REFERRAL_READ)
    return _steps(unit, get_referral(unit.session, record.id or ""))


class ReferralStepIn(In):
    """What the addressee does: `received`, `booked` for a day, `declined` with a reason, `patient_did_not_come`."""

    step: str = Field(pattern="^(received|booked|declined|patient_did_not_come)$")
    booked_for: Day | None = None
    reason: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")


@router.post("/referrals/{referral_id}/steps", responses=problems(*CHANGING))
def make_step(referral_id: Id, body: ReferralStepIn, unit: WriteUnit) -> list[ReferralStepOut]:
    """Say, as a doctor to whom the patient is sent, what becomes of it."""
    record = unit.find(REFERRAL, referral_id, Action.MOVE_REFERRAL, Tag.REFERRAL_MOVE)
    row = get_referral(unit.session, record.id or "")
    states.step(
        unit.session, row, ReferralState(body.step), by=unit.actor.professional_id, booked_for=body.booked_for,
        reason=body.reason,
    )  # fmt: skip
    return _steps(unit, row)


@router.post("/referrals/{referral_id}/acknowledgement", responses=problems(*CHANGING))
def acknowledge(referral_id: Id, unit: WriteUnit) -> list[ReferralStepOut]:
    """Say, as the author, that the report was read."""
    record = unit.find(REFERRAL, referral_id, Action.ACKNOWLEDGE_REPORT, Tag.REFERRAL_MOVE)
    row = get_referral(unit.session, record.id or "")
    states.step(unit.session, row, ReferralState.ACKNOWLEDGED, by=unit.actor.professional_id)
    return _steps(unit, row)


class WaitingOut(Out):
    """A referral that waits for something."""

    id: str
    patient_id: str
    author_id: str
    addressee_id: str | None
    issued_on: date
    valid_until: date
    state: ReferralState


class AlertOut(Out):
    """What the author should look at: `not_received`, `not_booked`, `no_report`, `report_unread`."""

    referral_id: str
    patient_id: str
    what: str
    since: date


def _doctor(unit: Unit, tag: Tag) -> str:
    practice = of_practice(unit.actor.professional_id)
    return unit.allow(Action.LIST_REFERRALS, practice, tag).professional_id or ""


def _seen(unit: Unit, row: Referral) -> bool:
    """A list shows what its doctor may read today, each noted."""
    record = of_referral(unit.session, row)
    if not unit.may(Action.READ_REFERRAL, record):
        return False
    unit.allow(Action.READ_REFERRAL, record, Tag.REFERRAL_READ)
    return True


@router.get("/my/referrals", responses=problems(*LISTING))
def list_waiting(unit: ReadUnit) -> list[WaitingOut]:
    """The referrals that wait for something, written by the doctor who asks or sent to them."""
    doctor = _doctor(unit, Tag.REFERRAL_LIST)
    return [
        WaitingOut(
            id=row.id, patient_id=row.insured_id, author_id=row.author_id, addressee_id=row.addressee_id,
            issued_on=row.issued_on, valid_until=row.valid_until, state=state,
        )
        for row, state in states.waiting(unit.session, doctor, paris_today())
        if _seen(unit, row)
    ]  # fmt: skip


@router.get("/my/referrals/alerts", responses=problems(*LISTING))
def list_alerts(unit: ReadUnit) -> list[AlertOut]:
    """Letters that nobody received, appointments not made, reports that never came or that nobody read."""
    doctor = _doctor(unit, Tag.REFERRAL_LIST)
    return [
        AlertOut(referral_id=one.referral.id, patient_id=one.referral.insured_id, what=one.what, since=one.since)
        for one in states.alerts(unit.session, doctor, paris_today())
        if _seen(unit, one.referral)
    ]


class MailOut(Out):
    """A secure mail (simulated): which referral, at which step; the papers are read at the referral."""

    id: str
    subject: str
    returned: bool
    sent_at: datetime
    referral_id: str
    state: ReferralState


@router.get("/my/mailbox", responses=problems(*LISTING))
def read_mailbox(unit: ReadUnit, limit: Limit = 50) -> list[MailOut]:
    """The secure mailbox of the doctor who asks (simulated), newest first; a mail without a box came back."""
    doctor = _doctor(unit, Tag.REFERRAL_MAILBOX)
    found = []
    for mail in newest_to(unit.session, doctor, MessageKind.SECURE, limit=limit):
        body = body_of(mail)
        found.append(
            MailOut(
                id=mail.id, subject=body["subject"], returned=mail.subject == "mail_returned", sent_at=mail.sent_at,
                referral_id=body["referral"], state=ReferralState(body["state"]),
            )
        )  # fmt: skip
    return found


@router.get("/referrals/{referral_id}/letter.{kind}", response_class=Response, responses={**FILE, **problems(*READING)})
def letter_paper(referral_id: Id, kind: Format, unit: ReadUnit) -> Response:
    """The letter as a PDF, as CDA R2 or as a FHIR document: the same content."""
    record = unit.find(REFERRAL, referral_id, Action.READ_LETTER, Tag.REFERRAL_READ_LETTER)
    return _file(letter(unit.session, get_referral(unit.session, record.id or "")), kind)


@router.get("/referrals/{referral_id}/report.{kind}", response_class=Response, responses={**FILE, **problems(*READING)})
def report_paper(referral_id: Id, kind: Format, unit: ReadUnit) -> Response:
    """The last report as a PDF, as CDA R2 or as a FHIR document; who answered reads their own once it is closed."""
    record = unit.find(REFERRAL, referral_id, Action.READ_REFERRAL)
    reads_all = unit.may(Action.READ_LETTER, record) or not unit.may(Action.READ_OWN_REPORT, record)
    unit.allow(Action.READ_LETTER if reads_all else Action.READ_OWN_REPORT, record, Tag.REFERRAL_READ_LETTER)
    row = get_referral(unit.session, record.id or "")
    mine = unit.actor.professional_id
    reports = [one for one in reports_of(unit.session, row.id) if reads_all or one.author_id == mine]
    if not reports:
        raise not_found("referral_id")
    return _file(report(unit.session, row, reports[-1]), kind)


@router.get("/people/{patient_id}/record/synthesis.{kind}", response_class=Response,
            responses={**FILE, **problems(*READING)})  # fmt: skip
def synthesis_paper(patient_id: Id, kind: Format, unit: ReadUnit) -> Response:
    """The synthesis of the day as a PDF, as CDA R2 or as a FHIR document."""
    record = unit.find(PATIENT, patient_id, RecordAction.READ_RECORD, RecordTag.RECORD_SYNTHESIS_READ)
    person = record.insured_id or ""
    author = unit.actor.professional_id or last_author(unit.session, person)
    if author is None:
        raise not_found("patient_id")
    return _file(synthesis(unit.session, person, author, paris_today()), kind)
