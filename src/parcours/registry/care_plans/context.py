"""Care plans and ALD protocols: their content is clinical text."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import ClinicalText, Context, Personal, RecordOf
from parcours.registry.access.model import PRACTICE, Kind, Record
from parcours.registry.access.rules import DOCTOR_PARTY, OWN_PRACTICE, rule
from parcours.registry.care_plans.keeping import destroy, last_contact, people
from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.declarations.relations import DOCTOR_DECLARED
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF, client_of
from parcours.registry.store.clock import paris_today

CARE_PLAN = Kind("care_plan")


class Action(model.Action):
    """What one does with a plan."""

    READ_PLAN = "read_plan"
    READ_PLAN_CONTENT = "read_plan_content"
    WRITE_PLAN = "write_plan"
    AGREE_PLAN_AS_PATIENT = "agree_plan_as_patient"
    AGREE_PLAN_AS_DOCTOR = "agree_plan_as_doctor"
    STOP_PLAN = "stop_plan"
    APPROVE_PLAN = "approve_plan"


class Scope(model.Scope):
    """What a program may ask of plans."""

    CARE_PLANS_READ = "care_plans:read"


class Tag(model.Tag):
    """What happens to a plan."""

    CARE_PLAN_CREATE = "care_plans:plan:create"
    CARE_PLAN_READ = "care_plans:plan:read"
    CARE_PLAN_READ_CONTENT = "care_plans:content:read"
    CARE_PLAN_AGREE = "care_plans:plan:agree"
    CARE_PLAN_APPROVE = "care_plans:plan:approve"
    CARE_PLAN_STOP = "care_plans:plan:stop"


def of_plan(session: Session, plan: CarePlan) -> Record:
    """A plan, for the policy."""
    actors = session.scalars(
        select(PlanActor.professional_id).where(PlanActor.plan_id == plan.id, PlanActor.professional_id.is_not(None))
    )
    return Record(
        CARE_PLAN, plan.id, insured_id=plan.insured_id, professional_id=plan.author_id,
        parties=frozenset(one for one in actors if one),
        live=plan.stopped_at is None and (plan.ends_on is None or plan.ends_on > paris_today()),
    )  # fmt: skip


PLAN_AUTHOR = rule(
    "plan_author", PRACTICE, OWN_PRACTICE,
    "L'auteur d'un plan de soins y met fin.", "The author of a care plan may end it.",
)  # fmt: skip

_READ = (Action.READ_PLAN, Action.READ_PLAN_CONTENT)

CONTEXT = Context(
    name="care_plans",
    tables={CarePlan: Personal(), PlanActor: Personal(through="plan_id")},
    kinds=(RecordOf(CARE_PLAN, Action.READ_PLAN, CarePlan, of_plan),),
    actions=Action,
    clinical=frozenset({Action.READ_PLAN_CONTENT}),
    in_person=frozenset({Action.READ_PLAN_CONTENT}),
    signatures=frozenset({Action.WRITE_PLAN, Action.STOP_PLAN, Action.AGREE_PLAN_AS_DOCTOR}),
    rules=(
        PATIENT_SELF.gives(*_READ, Action.AGREE_PLAN_AS_PATIENT, Action.STOP_PLAN),
        PATIENT_CHILD.gives(*_READ, Action.AGREE_PLAN_AS_PATIENT, Action.STOP_PLAN),
        DOCTOR_DECLARED.gives(*_READ, Action.WRITE_PLAN, Action.STOP_PLAN, Action.AGREE_PLAN_AS_DOCTOR),
        DOCTOR_PARTY.gives(*_READ, Action.AGREE_PLAN_AS_DOCTOR),
        PLAN_AUTHOR.gives(Action.STOP_PLAN),
        OFFICER_FUND.gives(Action.READ_PLAN, Action.APPROVE_PLAN),
        client_of(Scope.CARE_PLANS_READ).gives(Action.READ_PLAN),
    ),
    scopes=Scope,
    tags=Tag,
    contact=last_contact,
    text=ClinicalText(people=people, destroy=destroy),
)
