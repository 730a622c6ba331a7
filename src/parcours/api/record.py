"""The coordination record: synthesis, documents, who shares it, access in an emergency."""

from datetime import date, datetime

from fastapi import Response
from pydantic import Field
from sqlalchemy.orm import Session

from parcours.api.common import CHANGING, CREATING, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, OwnDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import writing
from parcours.registry.accounts import passwords
from parcours.registry.people.context import PATIENT
from parcours.registry.record import documents, service, sharing
from parcours.registry.record.context import DOCUMENT, EMERGENCY, Action, Tag, of_document
from parcours.registry.record.models import (
    DocumentState,
    EmergencyAccess,
    How,
    Origin,
    Reason,
    RecordDocument,
    RecordStatement,
    Section,
    Status,
    Verdict,
    Visibility,
)
from parcours.registry.record.sharing import recent_letters
from parcours.registry.referrals import service as referrals
from parcours.registry.store.clock import paris_today

router = api_router(tag="record")


class LineOut(Out):
    """A statement: who says it, when, from where, what it is worth."""

    id: str
    status: Status
    text: str
    origin: Origin
    author_id: str
    stated_on: date
    stale: bool = Field(description="Nobody confirmed it for two years.")
    corrects_id: str | None


class SectionOut(Out):
    """A section: `filled`, `nothing_known` (asked, and there is none) or `not_asked`."""

    section: Section
    state: str
    since: date | None
    lines: list[LineOut]


def _line(row: RecordStatement) -> LineOut:
    return LineOut(
        id=row.id, status=row.status, text=row.text, origin=row.origin, author_id=row.author_id,
        stated_on=row.stated_on, stale=service.is_stale(row), corrects_id=row.corrects_id,
    )  # fmt: skip


def _sections(found: list[service.SectionState]) -> list[SectionOut]:
    return [
        SectionOut(section=one.section, state=one.state, since=one.since, lines=[_line(row) for row in one.lines])
        for one in found
    ]


@router.get("/people/{patient_id}/record", responses=problems(*READING))
def read_synthesis(patient_id: Id, unit: ReadUnit) -> list[SectionOut]:
    """The synthesis of the day, every section with its state."""
    record = unit.find(PATIENT, patient_id, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    return _sections(service.synthesis(unit.session, record.insured_id or ""))


@router.get("/people/{patient_id}/record/history", responses=problems(*READING))
def read_history(patient_id: Id, unit: ReadUnit) -> list[LineOut]:
    """Everything that was ever stated, oldest first, corrected lines too."""
    record = unit.find(PATIENT, patient_id, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    return [_line(row) for row in service.history_of(unit.session, record.insured_id or "")]


@router.get("/people/{patient_id}/record/mine", responses=problems(*READING))
def read_own_writings(patient_id: Id, unit: ReadUnit) -> list[LineOut]:
    """What the caller wrote in a record, read only, even once the relation has ended."""
    record = unit.find(PATIENT, patient_id, Action.READ_OWN_WRITINGS, Tag.RECORD_WRITINGS_READ)
    return [
        _line(row)
        for row in service.written_by(unit.session, record.insured_id or "", unit.actor.professional_id or "")
    ]


class RecordStatementIn(In):
    """What is stated; `nothing_known` has no text."""

    section: Section
    status: Status = Status.ACTIVE
    text: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
    origin: Origin = Origin.ENTERED
    stated_on: Day | None = None
    corrects: str | None = Field(None, max_length=64)


@router.post(
    "/people/{patient_id}/record/statements", status_code=201, response_model=LineOut, responses=problems(*CREATING)
)
def add_statement(patient_id: Id, body: RecordStatementIn, once: OnceDep) -> Response:
    """Add a statement, or the correction of one."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.WRITE_RECORD)

    def make() -> tuple[LineOut, dict[str, str]]:
        new = service.NewStatement(
            body.section.value, body.status.value, body.text, body.origin.value, body.stated_on, body.corrects
        )
        row = service.state(unit.session, record.insured_id or "", unit.actor.professional_id or "", new)
        unit.note(Tag.RECORD_STATEMENT_CREATE, record)
        return _line(row), {}

    return once.reply(make)


# --- documents ------------------------------------------------------------------------------------------------------


class RecordDocumentIn(In):
    """A document with the metadata of the shared record (simulated)."""

    unique_id: str = Field(min_length=3, max_length=128, pattern=r"^[0-9A-Za-z.^_-]+$", examples=["1.2.250.1.999.1"])
    type_code: str = Field(min_length=2, max_length=20, pattern=r"^[0-9A-Za-z_-]+$", examples=["60591-5"])
    mime: str = text(40, "application/pdf")
    title: str = text(200, "Synthèse")
    content: str = Field(min_length=1, max_length=14_000_000, description="Base 64.")
    sha1: str = Field(pattern=r"^[0-9a-fA-F]{40}$")
    size: int = Field(ge=1, le=10_485_760)
    visibility: Visibility = Visibility.NORMAL
    hidden_until: Day | None = None
    replaces: str | None = Field(None, max_length=64)


class RecordDocumentOut(Out):
    """A document without its content."""

    id: str
    unique_id: str
    type_code: str
    mime: str
    title: str
    size: int
    sha1: str
    author_id: str
    state: DocumentState
    visibility: Visibility
    replaces_id: str | None
    recorded_at: datetime


class RecordContentOut(RecordDocumentOut):
    """A document."""

    content: str


@router.get("/people/{patient_id}/record/documents", responses=problems(*READING))
def list_documents(patient_id: Id, unit: ReadUnit) -> list[RecordDocumentOut]:
    """The documents that the caller may read; of the others, not even that they are there."""
    record = unit.find(PATIENT, patient_id, Action.LIST_DOCUMENTS, Tag.RECORD_DOCUMENT_LIST)
    rows = documents.documents_of(unit.session, record.insured_id or "")
    shown = [row for row in rows if unit.may(Action.READ_DOCUMENT, of_document(unit.session, row))]
    return [RecordDocumentOut.model_validate(row) for row in shown]


@router.post(
    "/people/{patient_id}/record/documents", status_code=201, response_model=RecordDocumentOut,
    responses=problems(*CREATING),
)  # fmt: skip
def add_document(patient_id: Id, body: RecordDocumentIn, once: OnceDep) -> Response:
    """Deposit a document, or the version that replaces one."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.WRITE_RECORD)

    def make() -> tuple[RecordDocumentOut, dict[str, str]]:
        new = documents.NewDocument(**{**body.model_dump(), "visibility": body.visibility.value})
        row = documents.deposit(unit.session, record.insured_id or "", unit.actor.professional_id or "", new)
        unit.note(Tag.RECORD_DOCUMENT_CREATE, of_document(unit.session, row))
        return RecordDocumentOut.model_validate(row), {"Location": f"/api/v1/record/documents/{row.id}"}

    return once.reply(make)


@router.get("/record/documents/{document_id}", responses=problems(*READING))
def read_document(document_id: Id, unit: ReadUnit) -> RecordContentOut:
    """One document with its content."""
    record = unit.find(DOCUMENT, document_id, Action.READ_DOCUMENT, Tag.RECORD_DOCUMENT_READ)
    row: RecordDocument = documents.get_document(unit.session, record.id or "")
    return RecordContentOut.model_validate(row)


# --- who shares it --------------------------------------------------------------------------------------------------


class SharingIn(In):
    """What a person wants of the sharing of a record; what is not said stays."""

    oppose_professional_id: str | None = Field(None, max_length=64)
    oppose_everybody: bool = Field(False, description="Everybody but the médecin traitant.")
    oppose_emergency: bool = Field(False, description="Nobody, even in an emergency.")
    withdraw_oppositions: bool = False
    accept_professional_id: str | None = Field(None, max_length=64, description="In the care team.")
    leave_professional_id: str | None = Field(None, max_length=64, description="Out of the team; consent ends too.")
    consent_professional_id: str | None = Field(None, max_length=64, description="For the moment: a day at most.")
    how: How = How.ELECTRONIC


class OppositionOut(Out):
    """An opposition in force."""

    professional_id: str | None
    emergency: bool
    made_at: datetime


class SharingOut(Out):
    """Oppositions in force, and the care team."""

    oppositions: list[OppositionOut]
    team: list[str]


@router.get("/people/{patient_id}/record/sharing", responses=problems(*READING))
def read_sharing(patient_id: Id, unit: ReadUnit) -> SharingOut:
    """Who shares a record."""
    record = unit.find(PATIENT, patient_id, Action.MANAGE_SHARING, Tag.RECORD_SHARING_READ)
    return _sharing(unit.session, record.insured_id or "")


def _sharing(session: Session, person: str) -> SharingOut:
    return SharingOut(
        oppositions=[OppositionOut.model_validate(one) for one in sharing.oppositions_of(session, person)],
        team=[one.professional_id for one in sharing.team_of(session, person)],
    )


@router.post("/people/{patient_id}/record/sharing", responses=problems(*CHANGING))
def change_sharing(patient_id: Id, body: SharingIn, unit: WriteUnit) -> SharingOut:
    """Oppose, accept in the care team, consent for the moment; or take any of it back."""
    record = unit.find(PATIENT, patient_id, Action.MANAGE_SHARING, Tag.RECORD_SHARING_CHANGE)
    session, person = unit.session, record.insured_id or ""
    if body.withdraw_oppositions:
        sharing.withdraw_oppositions(session, person)
    if body.oppose_emergency:
        sharing.oppose(session, person, emergency=True)
    if body.oppose_everybody or body.oppose_professional_id:
        sharing.oppose(session, person, professional_id=body.oppose_professional_id)
    if body.accept_professional_id:
        sharing.accept(session, person, body.accept_professional_id)
    if body.leave_professional_id:
        sharing.leave(session, person, body.leave_professional_id)
    if body.consent_professional_id:
        sharing.consent(session, person, body.consent_professional_id, body.how.value)
    return _sharing(session, person)


# --- in an emergency ------------------------------------------------------------------------------------------------


class EmergencyIn(In):
    """Why, and the password again."""

    reason: Reason
    explanation: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)


class EmergencyOut(Out):
    """An emergency access: until when, and when it is to be reviewed."""

    id: str
    opened_at: datetime
    until: datetime
    review_due_at: datetime
    reason: Reason
    verdict: Verdict | None


def _emergency(row: EmergencyAccess) -> EmergencyOut:
    return EmergencyOut.model_validate(row)


@router.post("/people/{patient_id}/record/emergency", status_code=201, responses=problems(*CREATING))
def open_emergency(patient_id: Id, body: EmergencyIn, own: OwnDep) -> EmergencyOut:
    """Open one record for four hours, as a doctor without relation: the person is told, somebody else reviews it."""
    account = own.check_password(body.password)
    with writing(own.services, own.incoming, own.caller) as unit:
        record = unit.find(PATIENT, patient_id, Action.OPEN_EMERGENCY, Tag.RECORD_EMERGENCY_OPEN)
        row = sharing.open_emergency(
            unit.session, record.insured_id or "", unit.actor.professional_id or "", account, body.reason.value,
            body.explanation,
        )  # fmt: skip
        return _emergency(row)


@router.get("/people/{patient_id}/record/emergency", responses=problems(*READING))
def read_in_emergency(patient_id: Id, unit: ReadUnit) -> list[SectionOut]:
    """What helps in an emergency: problems, allergies, points of vigilance, treatment, devices, directives."""
    record = unit.find(PATIENT, patient_id, Action.READ_EMERGENCY, Tag.RECORD_EMERGENCY_READ)
    return _sections(service.synthesis(unit.session, record.insured_id or "", service.IN_EMERGENCY))


class EmergencyLetterOut(Out):
    """A letter of the last twelve months, with what was answered."""

    issued_on: date
    author_id: str
    reason: str
    question: str
    history: str
    current_treatment: str
    examinations_done: str
    allergies: str
    reports: list[str]


@router.get("/people/{patient_id}/record/emergency/letters", responses=problems(*READING))
def read_letters_in_emergency(patient_id: Id, unit: ReadUnit) -> list[EmergencyLetterOut]:
    """The letters and reports of the last twelve months, newest first; no document, and nothing older."""
    record = unit.find(PATIENT, patient_id, Action.READ_EMERGENCY, Tag.RECORD_EMERGENCY_READ)
    rows = recent_letters(unit.session, record.insured_id or "", paris_today())
    return [
        EmergencyLetterOut(
            issued_on=row.issued_on, author_id=row.author_id,
            reports=[one.text for one in referrals.reports_of(unit.session, row.id)],
            **{name: getattr(letter, name) for name in EmergencyLetterOut.model_fields if hasattr(letter, name)},
        )
        for row, letter in ((one, referrals.letter_of(one)) for one in rows)
    ]  # fmt: skip


@router.get("/people/{patient_id}/record/emergencies", responses=problems(*READING))
def list_emergencies(patient_id: Id, unit: ReadUnit) -> list[EmergencyOut]:
    """Every access to a record in an emergency, newest first, and what the review found."""
    record = unit.find(PATIENT, patient_id, Action.LIST_EMERGENCIES, Tag.RECORD_EMERGENCY_LIST)
    return [_emergency(row) for row in sharing.accesses_to(unit.session, record.insured_id or "")]


class ReviewIn(In):
    """What the review finds."""

    verdict: Verdict


@router.post("/record/emergencies/{access_id}/review", responses=problems(*CHANGING))
def review_emergency(access_id: Id, body: ReviewIn, unit: WriteUnit) -> EmergencyOut:
    """Say, as the médecin traitant or the person, whether an emergency access was justified; never of one's own."""
    record = unit.find(EMERGENCY, access_id, Action.REVIEW_EMERGENCY, Tag.RECORD_EMERGENCY_REVIEW)
    return _emergency(sharing.review(unit.session, record.id or "", body.verdict.value, unit.actor.account_id or ""))
