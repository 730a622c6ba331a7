"""Declarations of the médecin traitant, and the tenures they start."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf, Shared
from parcours.registry.access.model import SYSTEM, Kind, Record, Role
from parcours.registry.access.rules import OWN_FUND, rule
from parcours.registry.declarations.models import Declaration, Departure, JointDoctor, Party, State, Tenure
from parcours.registry.declarations.relations import (
    DECLARED_DOCTOR,
    DOCTOR_DECLARED,
    DOCTOR_LIST,
    DOCTOR_NAMED,
    DOCTOR_PROPOSES,
    FOR_ONESELF,
    PRACTICE_PREPARES,
    PROPOSER,
)
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.relations import (
    OFFICER_FUND,
    PATIENT_CHILD,
    PATIENT_CHILD_CHOICE,
    PATIENT_SELF,
    client_of,
)

DECLARATION = Kind("declaration")
DEPARTURE = Kind("departure")


class Action(model.Action):
    """What one does with a declaration."""

    READ_DECLARATION = "read_declaration"
    PROPOSE_DECLARATION = "propose_declaration"
    PROPOSE_AS_DOCTOR = "propose_as_doctor"
    PREPARE_DECLARATION = "prepare_declaration"
    """What a delegate prepares, the doctor signs."""
    SIGN_AS_PATIENT = "sign_as_patient"
    SIGN_AS_PARENT = "sign_as_parent"
    SIGN_AS_DOCTOR = "sign_as_doctor"
    REFUSE_DECLARATION = "refuse_declaration"
    WITHDRAW_DECLARATION = "withdraw_declaration"
    END_AS_PATIENT = "end_as_patient"
    END_AS_DOCTOR = "end_as_doctor"
    REGISTER_DECLARATION = "register_declaration"
    LIST_PATIENTS = "list_patients"
    DECIDE_DEPARTURE = "decide_departure"


class Scope(model.Scope):
    """What a program may ask of declarations."""

    DECLARATIONS_READ = "declarations:read"
    DECLARATIONS_WRITE = "declarations:write"


class Tag(model.Tag):
    """What happens to a declaration."""

    DECLARATION_PROPOSE = "declarations:declaration:propose"
    DECLARATION_PREPARE = "declarations:declaration:prepare"
    DECLARATION_READ = "declarations:declaration:read"
    DECLARATION_SIGN = "declarations:declaration:sign"
    DECLARATION_REFUSE = "declarations:declaration:refuse"
    DECLARATION_WITHDRAW = "declarations:declaration:withdraw"
    DECLARATION_END = "declarations:declaration:end"
    DECLARATION_REGISTER = "declarations:declaration:register"
    DEPARTURE_PROPOSE = "declarations:departure:propose"
    DEPARTURE_READ = "declarations:departure:read"
    DEPARTURE_DECIDE = "declarations:departure:decide"
    DECLARATION_RESUME = "declarations:declaration:resume"
    DECLARATION_ANNUL = "declarations:declaration:annul"


def of_declaration(declaration: Declaration) -> Record:
    """A declaration, for the policy."""
    return Record(
        DECLARATION, declaration.id, insured_id=declaration.insured_id,
        professional_id=declaration.professional_id, live=False,
        pending=declaration.state in (State.PREPARED, State.PROPOSED, State.SIGNED),
        by_doctor=declaration.proposed_by is Party.DOCTOR,
    )  # fmt: skip


def of_departure(departure: Departure) -> Record:
    """A departure as proposed to a fund, for the policy."""
    return Record(DEPARTURE, departure.id, fund_code=departure.fund_code)


def departures_of_fund(fund_code: str | None) -> Record:
    """What was proposed to a fund, as a whole."""
    return Record(SYSTEM.kind, fund_code=fund_code)


OFFICER_DEPARTURES = rule(
    "officer_departures", Role.OFFICER, OWN_FUND,
    "Un agent de la caisse concernée décide si le départ d'un médecin met fin aux déclarations de ses assurés.",
    "An officer of the fund concerned decides whether a doctor's departure ends the declarations of its insured.",
)  # fmt: skip


def of_practice(professional_id: str | None) -> Record:
    """What belongs to a doctor as a whole: the list of patients, a proposal to come."""
    return Record(SYSTEM.kind, professional_id=professional_id)


_CHOICE = (Action.PROPOSE_DECLARATION, Action.WITHDRAW_DECLARATION, Action.END_AS_PATIENT)

CONTEXT = Context(
    name="declarations",
    tables={
        Declaration: Personal(),
        JointDoctor: Personal(through="declaration_id"),
        Tenure: Personal(),
        Departure: Shared("the departure of a doctor as proposed to a fund: it names no patient"),
    },
    kinds=(
        RecordOf(DECLARATION, Action.READ_DECLARATION, Declaration, lambda _session, row: of_declaration(row)),
        RecordOf(DEPARTURE, Action.DECIDE_DEPARTURE, Departure, lambda _session, row: of_departure(row)),
    ),
    actions=Action,
    signatures=frozenset({Action.PROPOSE_AS_DOCTOR, Action.SIGN_AS_DOCTOR, Action.END_AS_DOCTOR}),
    rules=(
        PATIENT_SELF.gives(
            Action.READ_DECLARATION, Action.REFUSE_DECLARATION, Action.SIGN_AS_PATIENT, *_CHOICE
        ),
        PATIENT_CHILD.gives(Action.READ_DECLARATION, Action.REFUSE_DECLARATION, Action.SIGN_AS_PARENT),
        PATIENT_CHILD_CHOICE.gives(*_CHOICE),
        DOCTOR_DECLARED.gives(PeopleAction.READ_PATIENT, Action.READ_DECLARATION, Action.END_AS_DOCTOR),
        DOCTOR_NAMED.gives(
            Action.READ_DECLARATION, Action.SIGN_AS_DOCTOR, Action.REFUSE_DECLARATION, Action.WITHDRAW_DECLARATION
        ),
        DOCTOR_PROPOSES.gives(Action.PROPOSE_AS_DOCTOR),
        PRACTICE_PREPARES.gives(Action.PREPARE_DECLARATION),
        DOCTOR_LIST.gives(Action.LIST_PATIENTS),
        OFFICER_DEPARTURES.gives(Action.DECIDE_DEPARTURE),
        OFFICER_FUND.gives(Action.READ_DECLARATION, Action.REGISTER_DECLARATION),
        client_of(Scope.DECLARATIONS_READ).gives(Action.READ_DECLARATION),
        client_of(Scope.DECLARATIONS_WRITE).gives(Action.REGISTER_DECLARATION),
    ),
    asks={
        Action.PROPOSE_AS_DOCTOR: FOR_ONESELF,
        Action.WITHDRAW_DECLARATION: PROPOSER,
        Action.END_AS_DOCTOR: DECLARED_DOCTOR,
    },
    scopes=Scope,
    tags=Tag,
)  # fmt: skip
