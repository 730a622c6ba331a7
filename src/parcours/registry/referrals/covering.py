"""Does a referral cover a visit? Which one does, and why the others do not."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.care_plans.service import covers, get_plan
from parcours.registry.directory.models import Professional
from parcours.registry.referrals.models import Flow, Referral, ReferralUse, SequenceProvider
from parcours.registry.store.periods import KNOWN_AT, ON, asked

_ONE_VISIT = frozenset({Flow.AVIS_PONCTUEL, Flow.AUTRE_MEDECIN})

_USES = (
    select(ReferralUse)
    .where(ReferralUse.referral_id == bindparam("referral_id"), ReferralUse.cancelled_at.is_(None))
    .order_by(ReferralUse.care_date, ReferralUse.id)
)


def uses_of(session: Session, referral_id: str) -> list[ReferralUse]:
    """Visits made with a referral, oldest first, cancelled ones left out."""
    return list(session.scalars(_USES, {"referral_id": referral_id}))


def sequence_of(session: Session, referral_id: str) -> list[SequenceProvider]:
    """The doctors of a sequence, in order."""
    return list(
        session.scalars(
            select(SequenceProvider).where(SequenceProvider.referral_id == referral_id).order_by(SequenceProvider.rank)
        )
    )


@dataclass(frozen=True)
class Covering:
    """The referral that covers a visit, or the nearest one and why it does not (a stable code)."""

    referral: Referral | None
    passed_over: tuple[tuple[Referral, str], ...] = ()


_REFERRALS_TO = (
    select(Referral)
    .where(Referral.insured_id == bindparam("insured_id"), Referral.issued_on <= ON, Referral.recorded_at <= KNOWN_AT)
    .where(or_(Referral.addressee_id == bindparam("professional_id"), Referral.addressee_id.is_(None)))
    .order_by(Referral.issued_on.desc(), Referral.id.desc())
    .limit(200)
)
"""Which specialty those without an addressee are for is encrypted: it is read, not looked up."""


def covering(
    session: Session, insured_id: str, professional: Professional, on: date, known_at: datetime | None = None
) -> Covering:
    """The newest referral that covers a visit to a doctor on a day, as known now or at an instant."""
    who = {"insured_id": insured_id, "professional_id": professional.id}
    passed_over: list[tuple[Referral, str]] = []
    for referral in session.scalars(_REFERRALS_TO, asked(on, known_at, **who)):
        why = why_not(session, referral, professional, on, known_at)
        if why is None:
            return Covering(referral, tuple(passed_over))
        if why != "another_doctor":
            passed_over.append((referral, why))
    return Covering(None, tuple(passed_over))


def why_not(
    session: Session, referral: Referral, professional: Professional, on: date, known_at: datetime | None = None
) -> str | None:
    """Why a referral does not cover a visit, as a stable code; None when it does."""
    if not _addressed_to(session, referral, professional):
        return "another_doctor"
    if _cancelled(referral, known_at):
        return "cancelled"
    if not referral.issued_on <= on <= referral.valid_until:
        return "out_of_validity"
    if single(referral) and _used_otherwise(session, referral, professional, on, known_at):
        return "already_used"
    if referral.plan_id is not None and use_of(session, referral, professional, on) is None:
        plan = get_plan(session, referral.plan_id)
        coverage = covers(session, plan, professional, on, partial(visits_made, session, plan, on, known_at), known_at)
        return None if coverage.covered else coverage.why
    return None


def _addressed_to(session: Session, referral: Referral, professional: Professional) -> bool:
    if referral.addressee_id is not None and referral.addressee_id == professional.id:
        return True
    if referral.specialty is not None and referral.specialty == professional.specialty:
        return True
    if referral.flow is not Flow.SEQUENCE:
        return False
    return any(
        step.professional_id == professional.id
        or (step.professional_id is None and step.specialty == professional.specialty)
        for step in sequence_of(session, referral.id)
    )


def _cancelled(referral: Referral, known_at: datetime | None) -> bool:
    if referral.cancelled_at is None:
        return False
    return known_at is None or referral.cancelled_at <= known_at


def single(referral: Referral) -> bool:
    """Does it serve for one visit only?  A GP correspondent without a plan gives one opinion too."""
    return referral.flow in _ONE_VISIT or (referral.flow is Flow.CORRESPONDANT_GENERALISTE and referral.plan_id is None)


def _used_otherwise(
    session: Session, referral: Referral, professional: Professional, on: date, known_at: datetime | None
) -> bool:
    return any(
        (one.professional_id, one.care_date) != (professional.id, on)
        for one in uses_of(session, referral.id)
        if known_at is None or one.recorded_at <= known_at
    )


def use_of(session: Session, referral: Referral, professional: Professional, on: date) -> ReferralUse | None:
    """The visit already recorded of this doctor on that day."""
    for one in uses_of(session, referral.id):
        if (one.professional_id, one.care_date) == (professional.id, on):
            return one
    return None


def visits_made(
    session: Session, plan: CarePlan, before: date, known_at: datetime | None, actor: PlanActor, after: date
) -> int:
    """Visits to this line of a plan between two days, neither of them counted, with referrals under the plan."""
    query = (
        select(func.count(ReferralUse.id))
        .join(Referral, Referral.id == ReferralUse.referral_id)
        .join(Professional, Professional.id == ReferralUse.professional_id)
        .where(
            Referral.plan_id == plan.id,
            ReferralUse.cancelled_at.is_(None),
            ReferralUse.care_date < before,
            ReferralUse.care_date > after,
        )
    )
    if actor.professional_id is not None:
        query = query.where(ReferralUse.professional_id == actor.professional_id)
    else:
        query = query.where(Professional.specialty == actor.specialty)
    if known_at is not None:
        query = query.where(ReferralUse.recorded_at <= known_at)
    return session.scalar(query) or 0
