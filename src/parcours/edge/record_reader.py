"""What a reader of a record may be kept from, asked of the policy row by row: a document, a letter, a plan."""

from collections.abc import Callable

from parcours.edge.unit import Unit
from parcours.registry.care_plans.context import Action as PlanAction
from parcours.registry.care_plans.context import of_plan
from parcours.registry.care_plans.models import CarePlan
from parcours.registry.record.context import Action, of_document
from parcours.registry.record.handover import Shown
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import of_referral
from parcours.registry.referrals.models import Referral


def shown_to(unit: Unit) -> Callable[[Shown], bool]:
    """May who asks read this row?"""

    def shown(row: Shown) -> bool:
        if isinstance(row, Referral):
            return unit.may(ReferralAction.READ_LETTER, of_referral(unit.session, row))
        if isinstance(row, CarePlan):
            return unit.may(PlanAction.READ_PLAN_CONTENT, of_plan(unit.session, row))
        return unit.may(Action.READ_DOCUMENT, of_document(unit.session, row))

    return shown
