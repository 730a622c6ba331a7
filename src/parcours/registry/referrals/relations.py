"""Who one is by a referral: the doctor to whom the patient was sent, a doctor of the specialty it is open to."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record, Role
from parcours.registry.access.rules import OWN_PRACTICE, Relation, rule
from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.declarations.relations import in_charge
from parcours.registry.directory.models import Professional
from parcours.registry.referrals import problems
from parcours.registry.referrals.models import Referral, ReferralUse, Report, SequenceProvider
from parcours.registry.referrals.validity import first_issue
from parcours.registry.store.clock import paris_today


def _referred(session: Session, actor: Actor, record: Record) -> bool:
    """A doctor to whom another sent the patient, while the referral is valid; or who takes part in another's plan.

    A referral ends with what gave it: one that was not written as médecin traitant opens the record while its author
    has it by one that was, so that two specialists never renew each other's access.
    """
    if actor.professional_id is None or record.insured_id is None:
        return False
    doctor, person = actor.professional_id, record.insured_id
    if _in_plan(session, person, doctor):
        return True
    sent = _sent(session, person, doctor)
    if any(as_medecin_traitant for _, as_medecin_traitant in sent):
        return True
    return any(_by_medecin_traitant(session, person, author) for author, _ in sent)


def _by_medecin_traitant(session: Session, person: str, doctor: str) -> bool:
    """Has this doctor the record by the médecin traitant: is, was sent by, or takes part in a plan of?"""
    if session.scalar(in_charge(person).where(Professional.id == doctor).limit(1)) is not None:
        return True
    return _in_plan(session, person, doctor) or any(given for _, given in _sent(session, person, doctor))


def _sent(session: Session, person: str, doctor: str) -> list[tuple[str, bool]]:
    """Authors of the referrals by which a doctor sees a person today, and whether as médecin traitant."""
    today = paris_today()
    in_sequence = select(SequenceProvider.referral_id).where(SequenceProvider.professional_id == doctor)
    used = select(ReferralUse.referral_id).where(
        ReferralUse.professional_id == doctor, ReferralUse.cancelled_at.is_(None)
    )
    rows = session.execute(
        select(Referral.author_id, Referral.authored_by_medecin_traitant).where(
            Referral.insured_id == person,
            Referral.author_id != doctor,
            Referral.cancelled_at.is_(None),
            Referral.issued_on <= today,
            Referral.issued_on >= first_issue(today),
            Referral.valid_until >= today,
            or_(Referral.addressee_id == doctor, Referral.id.in_(in_sequence), Referral.id.in_(used)),
        )
    )
    return [(author, as_medecin_traitant) for author, as_medecin_traitant in rows]


def _in_plan(session: Session, person: str, doctor: str) -> bool:
    """A plan that the patient agreed to, of another doctor who is still in charge of the patient."""
    today = paris_today()
    actors = select(PlanActor.plan_id).where(PlanActor.professional_id == doctor)
    plan = select(CarePlan.id).where(
        CarePlan.insured_id == person,
        CarePlan.author_id != doctor,
        CarePlan.author_id.in_(in_charge(person)),
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


def _answered(session: Session, actor: Actor, record: Record) -> bool:
    """Wrote a report on this very referral."""
    if actor.professional_id is None or record.id is None:
        return False
    query = select(Report.id).where(Report.referral_id == record.id, Report.author_id == actor.professional_id)
    return session.scalar(query.limit(1)) is not None


def _author_or_patient(session: Session, actor: Actor, record: Record) -> bool:
    """Who wrote it, or the side of the patient, who ends any tie."""
    return actor.role is Role.INSURED or OWN_PRACTICE.holds(session, actor, record)


def _other_side(session: Session, actor: Actor, record: Record) -> bool:
    """Not who wrote it: a letter is received, booked, declined at the other end."""
    return not OWN_PRACTICE.holds(session, actor, record)


OTHER_SIDE = Relation("other_side", _other_side, refusal=problems.other_side)
REFERRED = Relation("referred", _referred, to_person=True)
SPECIALTY = Relation("specialty", _specialty)
ANSWERED = Relation("answered", _answered)

AUTHOR_OR_PATIENT = Relation("author_or_patient", _author_or_patient, refusal=problems.other_author)

DOCTOR_REFERRED = rule(
    "doctor_referred", PRACTICE, REFERRED,
    "Le médecin à qui le patient est adressé accède au dossier tant que l'adressage ou le plan est valable.",
    "A doctor to whom the patient is sent has access while the referral or the plan is valid.",
)  # fmt: skip
DOCTOR_SPECIALTY = rule(
    "doctor_specialty", PRACTICE, SPECIALTY,
    "Un adressage à une spécialité peut être utilisé par tout médecin de cette spécialité.",
    "A referral to a specialty may be used by any doctor of that specialty.",
)  # fmt: skip
REPORT_AUTHOR = rule(
    "report_author", PRACTICE, ANSWERED,
    "L'auteur d'un compte rendu le relit, même quand l'adressage est clos.",
    "The author of a report reads it again, even once the referral is closed.",
)  # fmt: skip
