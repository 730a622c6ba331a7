"""Visits: the facts that the registry knows of one, the answers given, what changed since."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal
from parcours.registry.declarations.relations import DOCTOR_DECLARED
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.referrals.relations import DOCTOR_REFERRED
from parcours.registry.visits.models import AnsweredVisit


class Action(model.Action):
    """What one asks of a visit."""

    READ_FACTS = "read_facts"
    ANSWER_VISIT = "answer_visit"


class Scope(model.Scope):
    """What a program may ask of visits."""

    FACTS_READ = "facts:read"
    FACTS_WRITE = "facts:write"


class Tag(model.Tag):
    """What happens to a visit."""

    FACTS_READ = "facts:visit:read"
    FACTS_ANSWER = "facts:visit:answer"


def _last_visit(session: Session, insured_id: str) -> date | None:
    return session.scalar(select(func.max(AnsweredVisit.care_date)).where(AnsweredVisit.insured_id == insured_id))


CONTEXT = Context(
    name="visits",
    tables={AnsweredVisit: Personal()},
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_FACTS, Action.ANSWER_VISIT),
        PATIENT_CHILD.gives(Action.READ_FACTS, Action.ANSWER_VISIT),
        DOCTOR_DECLARED.gives(Action.READ_FACTS, Action.ANSWER_VISIT),
        DOCTOR_REFERRED.gives(Action.READ_FACTS, Action.ANSWER_VISIT),
        OFFICER_FUND.gives(Action.READ_FACTS, Action.ANSWER_VISIT),
        client_of(Scope.FACTS_READ).gives(Action.READ_FACTS),
        client_of(Scope.FACTS_WRITE).gives(Action.ANSWER_VISIT),
    ),
    scopes=Scope,
    tags=Tag,
    contact=_last_visit,
)
