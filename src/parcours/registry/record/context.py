"""The coordination record: rings of access, each a rule of the one table; opposition is asked of every reading."""

from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import ClinicalText, Context, Personal, RecordOf
from parcours.registry.access.model import PRACTICE, Kind, Record
from parcours.registry.access.rules import OWN_PRACTICE, rule
from parcours.registry.declarations.relations import DOCTOR_DECLARED
from parcours.registry.people.relations import PATIENT_CHILD, PATIENT_SELF
from parcours.registry.record.documents import postponed_ids, withheld_ids
from parcours.registry.record.keeping import destroy, last_contact, people
from parcours.registry.record.models import (
    EmergencyAccess,
    RecordAction,
    RecordActionNote,
    RecordConsent,
    RecordDocument,
    RecordInformation,
    RecordOpposition,
    RecordProject,
    RecordStatement,
    RecordTeamMember,
    Visibility,
)
from parcours.registry.record.relations import (
    ANOTHER,
    ANY_DOCTOR,
    AS_WRITER,
    BY_CONSENT,
    BY_CONSENT_TO_DOCUMENTS,
    BY_EMERGENCY,
    NOT_OPPOSED,
    NOT_OPPOSED_IN_EMERGENCY,
    NOT_OPPOSED_OR_AUTHOR,
    ONESELF_SHOWN,
    PARENT_SHOWN,
    TEAM,
)
from parcours.registry.store.clock import paris_today

DOCUMENT = Kind("record_document")
EMERGENCY = Kind("record_emergency")
FOLLOW_UP = Kind("record_action")


class Action(model.Action):
    """What one does with a record."""

    READ_RECORD = "read_record"
    WRITE_RECORD = "write_record"
    READ_OWN_WRITINGS = "read_own_writings"
    LIST_DOCUMENTS = "list_record_documents"
    READ_DOCUMENT = "read_record_document"
    MANAGE_SHARING = "manage_record_sharing"
    NOTE_CONSENT = "note_record_consent"
    NOTE_INFORMATION = "note_record_information"
    OPEN_EMERGENCY = "open_record_emergency"
    READ_EMERGENCY = "read_record_emergency"
    LIST_EMERGENCIES = "list_record_emergencies"
    REVIEW_EMERGENCY = "review_record_emergency"
    READ_PROJECT = "read_record_project"
    NOTE_FOLLOW_UP = "note_record_follow_up"
    EXPORT_RECORD = "export_record"
    IMPORT_RECORD = "import_record"


class Tag(model.Tag):
    """What happens to a record."""

    RECORD_SYNTHESIS_READ = "record:synthesis:read"
    RECORD_STATEMENT_CREATE = "record:statement:create"
    RECORD_WRITINGS_READ = "record:writings:read"
    RECORD_DOCUMENT_CREATE = "record:document:create"
    RECORD_DOCUMENT_READ = "record:document:read"
    RECORD_DOCUMENT_LIST = "record:document:list"
    RECORD_SHARING_READ = "record:sharing:read"
    RECORD_SHARING_CHANGE = "record:sharing:change"
    RECORD_CONSENT_NOTE = "record:consent:note"
    RECORD_INFORMATION_NOTE = "record:information:note"
    RECORD_EMERGENCY_OPEN = "record:emergency:open"
    RECORD_EMERGENCY_READ = "record:emergency:read"
    RECORD_EMERGENCY_LIST = "record:emergency:list"
    RECORD_EMERGENCY_REVIEW = "record:emergency:review"
    RECORD_PROJECT_READ = "record:project:read"
    RECORD_PROJECT_CREATE = "record:project:create"
    RECORD_FOLLOW_UP_NOTE = "record:follow_up:note"
    RECORD_EXPORT = "record:record:export"
    RECORD_IMPORT = "record:record:import"
    RECORD_PURGE = "record:record:purge"


def of_document(_session: Session, row: RecordDocument) -> Record:
    """A document, for the policy: withheld from who acts for a minor; masked, for its
    author, the médecin traitant and the person alone; pending until its day.
    """
    return Record(
        DOCUMENT, row.id, insured_id=row.insured_id, professional_id=row.author_id,
        withheld=row.visibility is not Visibility.NORMAL,
        live=row.visibility is not Visibility.MASKED,
        pending=row.hidden_until is not None and row.hidden_until > paris_today(),
    )  # fmt: skip


def of_emergency(_session: Session, row: EmergencyAccess) -> Record:
    """An emergency access, for the policy."""
    return Record(
        EMERGENCY, row.id, insured_id=row.insured_id, professional_id=row.professional_id, account_id=row.account_id,
    )  # fmt: skip


def of_action(_session: Session, row: RecordAction) -> Record:
    """An action of a therapeutic project, for the policy."""
    return Record(FOLLOW_UP, row.id, insured_id=row.insured_id)


DOCUMENT_AUTHOR = rule(
    "document_author", PRACTICE, OWN_PRACTICE,
    "L'auteur d'un document le relit.", "The author of a document reads it again.",
)  # fmt: skip

_CLINICAL = frozenset(
    {
        Action.READ_RECORD,
        Action.WRITE_RECORD,
        Action.READ_OWN_WRITINGS,
        Action.LIST_DOCUMENTS,
        Action.READ_DOCUMENT,
        Action.READ_EMERGENCY,
        Action.READ_PROJECT,
        Action.NOTE_FOLLOW_UP,
        Action.EXPORT_RECORD,
        Action.IMPORT_RECORD,
    }
)
_ALL = (
    Action.READ_RECORD, Action.LIST_DOCUMENTS, Action.LIST_EMERGENCIES, Action.READ_PROJECT, Action.NOTE_FOLLOW_UP,
    Action.EXPORT_RECORD,
)  # fmt: skip
_DOCTOR = (
    *_ALL, Action.IMPORT_RECORD, Action.WRITE_RECORD, Action.READ_DOCUMENT, Action.REVIEW_EMERGENCY,
    Action.NOTE_INFORMATION,
)  # fmt: skip

CONTEXT = Context(
    name="record",
    tables={
        RecordStatement: Personal(),
        RecordDocument: Personal(),
        RecordOpposition: Personal(),
        RecordConsent: Personal(),
        RecordInformation: Personal(),
        RecordTeamMember: Personal(),
        RecordProject: Personal(),
        RecordAction: Personal(),
        RecordActionNote: Personal(),
        EmergencyAccess: Personal(hides=("account_id", "reviewed_by")),
    },
    kinds=(
        RecordOf(DOCUMENT, Action.READ_DOCUMENT, RecordDocument, of_document),
        RecordOf(FOLLOW_UP, Action.READ_PROJECT, RecordAction, of_action),
        RecordOf(EMERGENCY, Action.LIST_EMERGENCIES, EmergencyAccess, of_emergency),
    ),
    actions=Action,
    in_person=_CLINICAL,
    clinical=_CLINICAL,
    signatures=frozenset(
        {
            Action.WRITE_RECORD,
            Action.IMPORT_RECORD,
            Action.NOTE_CONSENT,
            Action.NOTE_INFORMATION,
            Action.OPEN_EMERGENCY,
            Action.READ_EMERGENCY,
            Action.REVIEW_EMERGENCY,
        }
    ),
    rules=(
        PATIENT_SELF.gives(*_ALL, Action.MANAGE_SHARING, Action.REVIEW_EMERGENCY),
        PATIENT_CHILD.gives(*_ALL, Action.MANAGE_SHARING, Action.REVIEW_EMERGENCY),
        ONESELF_SHOWN.gives(Action.READ_DOCUMENT),
        PARENT_SHOWN.gives(Action.READ_DOCUMENT),
        DOCTOR_DECLARED.gives(*_DOCTOR),
        TEAM.gives(
            Action.READ_RECORD,
            Action.LIST_DOCUMENTS,
            Action.READ_DOCUMENT,
            Action.READ_PROJECT,
            Action.NOTE_FOLLOW_UP,
            Action.NOTE_INFORMATION,
        ),
        BY_CONSENT.gives(Action.READ_RECORD),
        BY_CONSENT_TO_DOCUMENTS.gives(Action.LIST_DOCUMENTS, Action.READ_DOCUMENT),
        BY_EMERGENCY.gives(Action.READ_EMERGENCY),
        ANY_DOCTOR.gives(Action.OPEN_EMERGENCY),
        AS_WRITER.gives(Action.READ_OWN_WRITINGS),
        DOCUMENT_AUTHOR.gives(Action.READ_DOCUMENT),
    ),
    asks={
        Action.READ_RECORD: NOT_OPPOSED,
        Action.WRITE_RECORD: NOT_OPPOSED,
        Action.LIST_DOCUMENTS: NOT_OPPOSED,
        Action.READ_PROJECT: NOT_OPPOSED,
        Action.NOTE_FOLLOW_UP: NOT_OPPOSED,
        Action.EXPORT_RECORD: NOT_OPPOSED,
        Action.IMPORT_RECORD: NOT_OPPOSED,
        Action.READ_DOCUMENT: NOT_OPPOSED_OR_AUTHOR,
        Action.READ_EMERGENCY: NOT_OPPOSED_IN_EMERGENCY,
        Action.REVIEW_EMERGENCY: ANOTHER,
    },
    tags=Tag,
    withholds=withheld_ids,
    postpones=postponed_ids,
    contact=last_contact,
    text=ClinicalText(people=people, destroy=destroy),
)
