"""Conciliation: the fund helps who finds no médecin traitant."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf
from parcours.registry.access.model import Kind, Record, Role
from parcours.registry.access.rules import OWN_FUND, rule
from parcours.registry.conciliation.models import Case, CaseState, Contact, Reminder
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of

CASE = Kind("case")


class Action(model.Action):
    """What one does with a file of conciliation."""

    READ_CASE = "read_case"
    LIST_CASES = "list_cases"
    OPEN_CASE = "open_case"
    WORK_CASE = "work_case"
    WITHDRAW_CASE = "withdraw_case"


class Scope(model.Scope):
    """What a program may ask of files of conciliation."""

    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"


class Tag(model.Tag):
    """What happens to a file of conciliation."""

    CASE_OPEN = "cases:case:open"
    CASE_READ = "cases:case:read"
    CASE_CHANGE = "cases:case:change"
    CASE_CLOSE = "cases:case:close"


def of_case(case: Case) -> Record:
    """A file of conciliation, for the policy."""
    return Record(CASE, case.id, insured_id=case.insured_id)


OFFICER_CASES = rule(
    "officer_cases", Role.OFFICER, OWN_FUND,
    "Un agent voit les dossiers de conciliation de sa caisse.", "An officer sees the cases of their fund.",
)  # fmt: skip
CLIENT_CASES = rule(
    "client_cases_read_list", Role.API_CLIENT, OWN_FUND,
    "Le jeton porte le droit cases:read, pour les dossiers de sa caisse.",
    "The token has the scope cases:read, for the cases of its fund.", Scope.CASES_READ,
)  # fmt: skip


def _disputed(session: Session, insured_id: str, _on: date) -> bool:
    query = select(Case.id).where(Case.insured_id == insured_id, Case.state == CaseState.OPEN)
    return session.scalar(query.limit(1)) is not None


_ONES_OWN = (Action.READ_CASE, Action.OPEN_CASE, Action.WITHDRAW_CASE)

CONTEXT = Context(
    name="conciliation",
    tables={
        Case: Personal(),
        Contact: Personal(through="case_id"),
        Reminder: Personal(through="case_id"),
    },
    kinds=(RecordOf(CASE, Action.READ_CASE, Case, lambda _session, row: of_case(row)),),
    actions=Action,
    rules=(
        PATIENT_SELF.gives(*_ONES_OWN),
        PATIENT_CHILD.gives(*_ONES_OWN),
        OFFICER_FUND.gives(Action.READ_CASE, Action.OPEN_CASE, Action.WORK_CASE),
        OFFICER_CASES.gives(Action.LIST_CASES),
        client_of(Scope.CASES_READ).gives(Action.READ_CASE),
        client_of(Scope.CASES_WRITE).gives(Action.OPEN_CASE, Action.WORK_CASE),
        CLIENT_CASES.gives(Action.LIST_CASES),
    ),
    scopes=Scope,
    tags=Tag,
    disputed=_disputed,
)
