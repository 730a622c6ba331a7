"""Insured persons: who they are, their rights, their family."""

from datetime import date

from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf
from parcours.registry.access.model import SYSTEM, Kind, Record, Who
from parcours.registry.access.rules import OWN_FUND, Relation, office_of, second_person
from parcours.registry.audit.context import Action as AuditAction
from parcours.registry.audit.context import Scope as AuditScope
from parcours.registry.audit.service import record
from parcours.registry.people import problems
from parcours.registry.people.family import end_at_majority
from parcours.registry.people.models import Affiliation, Insured, Kinship, Right
from parcours.registry.people.relations import OFFICER_FUND, OFFICER_OFFICE, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.people.service import NAME_CONTEXT, name_key
from parcours.registry.store.rotation import KeyedIndex

PATIENT = Kind("patient")
"""A person and all that hangs on the person: rights, facts of a visit, who looked."""


HOLDER_LINK = Kind("holder_link")
"""Who acts for a person."""


class Action(model.Action):
    """What one does with a person."""

    READ_PATIENT = "read_patient"
    SEARCH_PATIENT = "search_patient"
    CREATE_PATIENT = "create_patient"
    CHANGE_PATIENT = "change_patient"
    EXPORT_PATIENT = "export_patient"
    READ_HOLDERS = "read_holders"
    CONFIRM_HOLDER = "confirm_holder"
    PROVE_IDENTITY = "prove_identity"


class Scope(model.Scope):
    """What a program may ask of people."""

    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PEOPLE_REGISTER = "people:register"
    """Registering tells whether a number is somebody's already, in any fund: a right of its own."""


class Tag(model.Tag):
    """What happens to a person's data."""

    PERSON_CREATE = "people:person:create"
    PERSON_READ = "people:person:read"
    PERSON_EXPORT = "people:person:export"
    EXPORT_END = "people:export:end"
    """A bulk export is deleted by who asked for it."""
    PERSON_SEARCH = "people:person:search"
    PERSON_CHANGE = "people:person:change"
    HOLDER_READ = "people:holder:read"
    HOLDER_PROPOSE = "people:holder:propose"
    HOLDER_CONFIRM = "people:holder:confirm"
    HOLDER_END = "people:holder:end"


def of_fund(fund_code: str | None) -> Record:
    """What belongs to a fund as a whole: the insured it registers, the list of its files."""
    return Record(SYSTEM.kind, fund_code=fund_code)


def of_patient(insured: Insured) -> Record:
    """A person, for the policy."""
    return Record(PATIENT, insured.id, insured_id=insured.id)


OWN_FUND_CREATE = Relation("own_fund_create", OWN_FUND.holds, refusal=problems.other_fund)

SECOND_PERSON = Relation("second_person", second_person, refusal=problems.second_person)


def of_link(link: Kinship) -> Record:
    """An authority over a person, for the policy."""
    return Record(HOLDER_LINK, link.id, insured_id=link.child_id, proposed_by=link.proposed_by)


def _expire(session: Session, who: Who) -> int:
    ended = end_at_majority(session)
    for link in ended:
        record(session, Tag.HOLDER_END, who, insured_id=link.child_id, record=(HOLDER_LINK, link.id), why="majority")
    return len(ended)


_ONES_OWN = (Action.READ_HOLDERS, Action.READ_PATIENT, Action.EXPORT_PATIENT, AuditAction.READ_TRAIL)

CONTEXT = Context(
    name="people",
    tables={
        Insured: Personal(by=("id",)),
        Affiliation: Personal(),
        Right: Personal(),
        Kinship: Personal(by=("child_id", "holder_id"), hides=("proposed_by", "confirmed_by")),
    },
    kinds=(
        RecordOf(PATIENT, Action.READ_PATIENT, Insured, lambda _session, row: of_patient(row)),
        RecordOf(HOLDER_LINK, Action.READ_PATIENT, Kinship, lambda _session, row: of_link(row)),
    ),
    actions=Action,
    clinical=frozenset({Action.EXPORT_PATIENT}),
    rules=(
        PATIENT_SELF.gives(*_ONES_OWN),
        PATIENT_CHILD.gives(*_ONES_OWN),
        OFFICER_FUND.gives(
            Action.READ_PATIENT,
            Action.CHANGE_PATIENT,
            Action.READ_HOLDERS,
            Action.CONFIRM_HOLDER,
            Action.PROVE_IDENTITY,
        ),
        OFFICER_OFFICE.gives(Action.SEARCH_PATIENT, Action.CREATE_PATIENT),
        client_of(Scope.PEOPLE_READ).gives(Action.READ_PATIENT),
        client_of(Scope.PEOPLE_WRITE).gives(Action.CHANGE_PATIENT),
        client_of(AuditScope.AUDIT_READ).gives(AuditAction.READ_TRAIL),
        office_of(Scope.PEOPLE_READ).gives(Action.SEARCH_PATIENT),
        office_of(Scope.PEOPLE_REGISTER).gives(Action.CREATE_PATIENT),
    ),
    asks={Action.CREATE_PATIENT: OWN_FUND_CREATE, Action.CONFIRM_HOLDER: SECOND_PERSON},
    expire=_expire,
    scopes=Scope,
    tags=Tag,
    keyed=(
        KeyedIndex(
            Insured.__tablename__,
            "name_index",
            lambda row: (name_key(row["family_name"], date.fromisoformat(row["birth_date"])), NAME_CONTEXT),
        ),
    ),
)
