"""Who one is by a referral: the doctor to whom the patient was sent, a doctor of the specialty it is open to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record
from parcours.registry.access.rules import OWN_PRACTICE, Relation, rule
from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.directory.models import Professional
from parcours.registry.referrals import problems
from parcours.registry.referrals.models import Referral, ReferralUse, SequenceProvider
from parcours.registry.store.clock import paris_today


def _referred(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor to whom another sent the patient, while the referral is valid; or who takes part in another's plan.

    A plan opens nothing before the patient has agreed to it; nobody opens a record by naming themselves.
    """
    if actor.professional_id is None or record.insured_id is None:
        return False
    doctor, today = actor.professional_id, paris_today()
    in_sequence = select(SequenceProvider.referral_id).where(SequenceProvider.professional_id == doctor)
    used = select(ReferralUse.referral_id).where(
        ReferralUse.professional_id == doctor, ReferralUse.cancelled_at.is_(None)
    )
    referral = select(Referral.id).where(
        Referral.insured_id == record.insured_id,
        Referral.author_id != doctor,
        Referral.cancelled_at.is_(None),
        Referral.issued_on <= today,
        Referral.valid_until >= today,
        or_(Referral.addressee_id == doctor, Referral.id.in_(in_sequence), Referral.id.in_(used)),
    )
    if session.scalar(referral.limit(1)) is not None:
        return True
    actors = select(PlanActor.plan_id).where(PlanActor.professional_id == doctor)
    plan = select(CarePlan.id).where(
        CarePlan.insured_id == record.insured_id,
        CarePlan.author_id != doctor,
        CarePlan.insured_agreed_on <= today,
        CarePlan.stopped_at.is_(None),
        CarePlan.starts_on <= today,
        or_(CarePlan.ends_on.is_(None), CarePlan.ends_on > today),
        CarePlan.id.in_(actors),
    )
    return session.scalar(plan.limit(1)) is not None


def _specialty(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor of the specialty that a referral is addressed to, while it is valid."""
    if actor.professional_id is None or record.open_to_specialty is None or not record.live:
        return False
    doctor = session.get(Professional, actor.professional_id)
    return doctor is not None and doctor.specialty == record.open_to_specialty


REFERRED: Final = Relation("referred", _referred, to_person=True)
SPECIALTY: Final = Relation("specialty", _specialty)

AUTHOR: Final = Relation("author", OWN_PRACTICE.holds, refusal=problems.other_author)

DOCTOR_REFERRED: Final = rule(
    "doctor_referred", PRACTICE, REFERRED,
    "Le médecin à qui le patient est adressé accède au dossier tant que l'adressage ou le plan est valable.",
    "A doctor to whom the patient is sent has access while the referral or the plan is valid.",
)  # fmt: skip
DOCTOR_SPECIALTY: Final = rule(
    "doctor_specialty", PRACTICE, SPECIALTY,
    "Un adressage à une spécialité peut être utilisé par tout médecin de cette spécialité.",
    "A referral to a specialty may be used by any doctor of that specialty.",
)  # fmt: skip
