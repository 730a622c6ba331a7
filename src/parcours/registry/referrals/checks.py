"""What a referral must satisfy: its author, its addressee, its plan, its validity."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.care_plans.models import CarePlan
from parcours.registry.care_plans.service import get_plan
from parcours.registry.declarations.timeline import a_year_after
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import not_found
from parcours.registry.referrals import problems
from parcours.registry.referrals.letters import NewReferral, Provider
from parcours.registry.referrals.models import Flow, SequenceProvider
from parcours.registry.referrals.validity import last_day
from parcours.registry.referrals.words import PLANS

ARTICLE = "CSS L162-5-3, D162-1-6"
"""National codes of general medicine."""
_NEEDS_PLAN = {Flow.SOINS_ITERATIFS: "soins_iteratifs", Flow.PROTOCOLE_ALD: "protocole_ald"}


def check_author(flow: Flow, author: Professional, as_medecin_traitant: bool) -> None:
    """Refuse a flow that this author may not write."""
    if author.profession == "infirmier_pratique_avancee":
        allowed = [Flow.IPA]
    elif author.profession != "medecin":
        raise problems.author_profession(author.profession)
    elif as_medecin_traitant:
        allowed = [one for one in Flow if one not in {Flow.IPA, Flow.AUTRE_MEDECIN}]
    else:
        allowed = [Flow.AUTRE_MEDECIN]
    if flow not in allowed:
        raise problems.flow_of_author(flow.value, choices=[one.value for one in allowed])


def check_addressee(session: Session, flow: Flow, new: NewReferral, issued_on: date) -> Professional | None:
    """The doctor a referral names; None for a specialty or a sequence."""
    named, by_specialty, sequence = new.addressee_id is not None, new.specialty is not None, bool(new.providers)
    if flow is Flow.SEQUENCE and sequence and not named and not by_specialty:
        return None
    if sequence or named == by_specialty:
        raise problems.addressee()
    addressee = addressed_doctor(session, new.addressee_id, issued_on, "addressee_id") if new.addressee_id else None
    specialty = addressee.specialty if addressee else new.specialty
    general = thresholds.general_practice()
    if flow is Flow.CORRESPONDANT_GENERALISTE and specialty not in general:
        raise problems.correspondent_specialty(specialty, codes=sorted(general))
    return addressee


def addressed_doctor(session: Session, professional_id: str, on: date, field: str) -> Professional:
    """Somebody to whom a patient is sent: a doctor, in activity on that day."""
    doctor = get_professional(session, professional_id)
    if doctor.profession != "medecin":
        raise problems.addressee_profession(doctor.profession, field=field)
    require_active(doctor, on, field)
    return doctor


def check_plan(session: Session, flow: Flow, new: NewReferral, insured_id: str) -> CarePlan | None:
    """The plan that this flow needs, of the same person."""
    if new.plan_id is None:
        if flow in _NEEDS_PLAN:
            raise problems.plan_missing(kind=PLANS[_NEEDS_PLAN[flow]])
        return None
    plan = get_plan(session, new.plan_id)
    if plan.insured_id != insured_id:
        raise not_found("plan_id")
    wanted = _NEEDS_PLAN.get(flow)
    if flow in {Flow.AVIS_PONCTUEL, Flow.AUTRE_MEDECIN, Flow.IPA} or (wanted and plan.kind.value != wanted):
        raise problems.plan_kind(PLANS[plan.kind.value], wanted=PLANS[wanted] if wanted else problems.no_plan)
    return plan


def check_validity(issued_on: date, valid_until: date | None) -> date:
    """The last day of use."""
    last = valid_until or a_year_after(issued_on)
    if last < issued_on:
        raise problems.validity(last, issued_on=issued_on)
    if last > (longest := last_day(issued_on)):
        raise problems.validity_too_long(last, last=longest)
    return last


def refuse_oneself(author: Professional, sent_to: Sequence[str | None]) -> None:
    """Nobody refers a patient to themselves: it would renew their own access to the record without end."""
    if author.id in sent_to:
        raise problems.referral_to_oneself()


def sequence_step(session: Session, rank: int, provider: Provider, issued_on: date) -> SequenceProvider:
    """A step of a sequence, not yet attached to its referral."""
    if (provider.professional_id is None) == (provider.specialty is None):
        raise problems.sequence_provider(rank=rank)
    doctor = (
        addressed_doctor(session, provider.professional_id, issued_on, "providers")
        if provider.professional_id
        else None
    )
    return SequenceProvider(rank=rank, professional_id=doctor.id if doctor else None, specialty=provider.specialty)
