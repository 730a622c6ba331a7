"""Prevention: who may read and write what a person is due. What is said of a programme is health data."""

from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import ClinicalText, Context, Personal, RecordOf
from parcours.registry.access.model import Kind, Record
from parcours.registry.declarations.relations import DOCTOR_DECLARED, DOCTOR_LIST
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.prevention.keeping import destroy, last_contact, people
from parcours.registry.prevention.models import PreventionProfile, PreventionReminder, PreventionStatement
from parcours.registry.prevention.service import withheld_ids
from parcours.registry.store.rotation import KeyedIndex

STATEMENT = Kind("prevention_statement")


class Action(model.Action):
    """What one does with a calendar."""

    READ_CALENDAR = "read_prevention_calendar"
    WRITE_CALENDAR = "write_prevention_calendar"
    READ_PREVENTION_DATES = "read_prevention_dates"
    LIST_DUE_PATIENTS = "list_due_patients"


class Scope(model.Scope):
    """What a program may ask of prevention: dates of the programmes to which the fund invites."""

    PREVENTION_READ = "prevention:read"


class Tag(model.Tag):
    """What happens to a calendar."""

    PREVENTION_CALENDAR_READ = "prevention:calendar:read"
    PREVENTION_PROFILE_CHANGE = "prevention:profile:change"
    PREVENTION_STATEMENT_CREATE = "prevention:statement:create"
    PREVENTION_STATEMENT_CANCEL = "prevention:statement:cancel"
    PREVENTION_DATES_READ = "prevention:dates:read"
    PREVENTION_LIST_READ = "prevention:list:read"


def of_statement(_session: Session, row: PreventionStatement) -> Record:
    """A statement, for the policy."""
    return Record(STATEMENT, row.id, insured_id=row.insured_id, professional_id=row.author_id)


_OWN = (Action.READ_CALENDAR, Action.WRITE_CALENDAR, Action.READ_PREVENTION_DATES)

CONTEXT = Context(
    name="prevention",
    tables={PreventionProfile: Personal(), PreventionStatement: Personal(), PreventionReminder: Personal()},
    kinds=(RecordOf(STATEMENT, Action.READ_CALENDAR, PreventionStatement, of_statement),),
    actions=Action,
    clinical=frozenset({Action.READ_CALENDAR, Action.WRITE_CALENDAR}),
    rules=(
        PATIENT_SELF.gives(*_OWN),
        PATIENT_CHILD.gives(*_OWN),
        DOCTOR_DECLARED.gives(*_OWN),
        DOCTOR_LIST.gives(Action.LIST_DUE_PATIENTS),
        OFFICER_FUND.gives(Action.READ_PREVENTION_DATES),
        client_of(Scope.PREVENTION_READ).gives(Action.READ_PREVENTION_DATES),
    ),
    scopes=Scope,
    tags=Tag,
    withholds=withheld_ids,
    contact=last_contact,
    text=ClinicalText(people=people, destroy=destroy),
    keyed=(KeyedIndex(PreventionReminder.__tablename__, "key", None),),
)
