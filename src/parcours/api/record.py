"""The coordination record: synthesis and documents."""

from datetime import date, datetime

from fastapi import Response
from pydantic import Field

from parcours.api.common import CREATING, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.registry.people.context import PATIENT
from parcours.registry.record import documents, service
from parcours.registry.record.context import DOCUMENT, Action, Tag, of_document
from parcours.registry.record.models import (
    DocumentState,
    Origin,
    RecordDocument,
    RecordStatement,
    Section,
    Status,
    Visibility,
)

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


def sections_out(found: list[service.SectionState]) -> list[SectionOut]:
    """Sections as an answer."""
    return [
        SectionOut(section=one.section, state=one.state, since=one.since, lines=[_line(row) for row in one.lines])
        for one in found
    ]


@router.get("/people/{patient_id}/record", responses=problems(*READING))
def read_synthesis(patient_id: Id, unit: ReadUnit) -> list[SectionOut]:
    """The synthesis of the day, every section with its state."""
    record = unit.find(PATIENT, patient_id, Action.READ_RECORD, Tag.RECORD_SYNTHESIS_READ)
    return sections_out(service.synthesis(unit.session, record.insured_id or ""))


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
