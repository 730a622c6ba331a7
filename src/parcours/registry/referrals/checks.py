"""What a referral must satisfy: its author, its addressee, its plan, its validity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from parcours.registry.care_plans.models import CarePlan
from parcours.registry.care_plans.service import get_plan
from parcours.registry.declarations.timeline import a_year_after
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import Invalid, Refused, not_found
from parcours.registry.referrals.letters import NewReferral, Provider
from parcours.registry.referrals.models import Flow, SequenceProvider

ARTICLE = "CSS L162-5-3, D162-1-6"
GENERALISTES = (1, 22, 23)
"""National codes of general medicine."""
_NEEDS_PLAN = {Flow.SOINS_ITERATIFS: "soins_iteratifs", Flow.PROTOCOLE_ALD: "protocole_ald"}


def check_author(flow: Flow, author: Professional, as_medecin_traitant: bool) -> None:
    """Refuse a flow that this author may not write."""
    if author.profession == "infirmier_pratique_avancee":
        allowed = [Flow.IPA]
    elif author.profession != "medecin":
        raise Refused(
            "author_profession", field="author_id", given=author.profession,
            allowed="medecin, infirmier_pratique_avancee", article=ARTICLE,
            fr="seul un médecin ou un IPA adresse un patient",
            en="only a doctor or a nurse in advanced practice refers a patient",
        )  # fmt: skip
    elif as_medecin_traitant:
        allowed = [one for one in Flow if one not in {Flow.IPA, Flow.AUTRE_MEDECIN}]
    else:
        allowed = [Flow.AUTRE_MEDECIN]
    if flow not in allowed:
        raise Refused(
            "flow_of_author", field="referral", given=flow.value, allowed=[one.value for one in allowed],
            article=ARTICLE, fr="ce type d'adressage ne convient pas à l'auteur",
            en="this kind of referral does not fit its author",
        )  # fmt: skip


def check_addressee(session: Session, flow: Flow, new: NewReferral, issued_on: date) -> Professional | None:
    """The doctor a referral names; None for a specialty or a sequence."""
    named, by_specialty, sequence = new.addressee_id is not None, new.specialty is not None, bool(new.providers)
    if flow is Flow.SEQUENCE and sequence and not named and not by_specialty:
        return None
    if sequence or named == by_specialty:
        raise Invalid(
            "addressee", field="addressee_id", given="none or several",
            allowed="a doctor or a specialty; the list `providers` for a sequence, and for it only",
            fr="le destinataire est un médecin ou une spécialité", en="the addressee is a doctor or a specialty",
        )  # fmt: skip
    addressee = addressed_doctor(session, new.addressee_id, issued_on, "addressee_id") if new.addressee_id else None
    specialty = addressee.specialty if addressee else new.specialty
    if (flow is Flow.CORRESPONDANT_GENERALISTE) and specialty not in GENERALISTES:
        raise Invalid(
            "correspondent_specialty", field="specialty", given=specialty, allowed="1, 22, 23 (general medicine)",
            fr="le correspondant est un généraliste", en="the correspondent is a GP",
        )  # fmt: skip
    return addressee


def addressed_doctor(session: Session, professional_id: str, on: date, field: str) -> Professional:
    """Somebody to whom a patient is sent: a doctor, in activity on that day."""
    doctor = get_professional(session, professional_id)
    if doctor.profession != "medecin":
        raise Invalid(
            "addressee_profession", field=field, given=doctor.profession, allowed="medecin",
            fr="le destinataire est un médecin", en="the addressee is a doctor",
        )  # fmt: skip
    require_active(doctor, on, field)
    return doctor


def check_plan(session: Session, flow: Flow, new: NewReferral, insured_id: str) -> CarePlan | None:
    """The plan that this flow needs, of the same person."""
    if new.plan_id is None:
        if flow in _NEEDS_PLAN:
            raise Invalid(
                "plan_missing", field="plan_id", allowed=f"a plan of kind {_NEEDS_PLAN[flow]}", article=ARTICLE,
                fr="ce type d'adressage suppose un plan", en="this kind of referral needs a plan",
            )  # fmt: skip
        return None
    plan = get_plan(session, new.plan_id)
    if plan.insured_id != insured_id:
        raise not_found("plan_id")
    wanted = _NEEDS_PLAN.get(flow)
    if flow in {Flow.AVIS_PONCTUEL, Flow.AUTRE_MEDECIN, Flow.IPA} or (wanted and plan.kind.value != wanted):
        raise Invalid(
            "plan_kind", field="plan_id", given=plan.kind.value, allowed=wanted or "no plan for this kind of referral",
            fr="le plan ne convient pas à cet adressage", en="the plan does not fit this referral",
        )  # fmt: skip
    return plan


def check_validity(issued_on: date, valid_until: date | None) -> date:
    """The last day of use."""
    last = valid_until or a_year_after(issued_on)
    if last < issued_on:
        raise Invalid(
            "validity", field="valid_until", given=last, allowed=f"{issued_on} or later",
            fr="la validité finit avant l'émission", en="the validity ends before the issue",
        )  # fmt: skip
    return last


def refuse_oneself(author: Professional, sent_to: Sequence[str | None]) -> None:
    """Nobody refers a patient to themselves: it would renew their own access to the record without end."""
    if author.id in sent_to:
        raise Invalid(
            "referral_to_oneself", field="addressee_id", given="the author", allowed="another doctor",
            fr="on n'adresse pas un patient à soi-même", en="a doctor does not refer a patient to themselves",
        )  # fmt: skip


def sequence_step(session: Session, rank: int, provider: Provider, issued_on: date) -> SequenceProvider:
    """A step of a sequence, not yet attached to its referral."""
    if (provider.professional_id is None) == (provider.specialty is None):
        raise Invalid(
            "sequence_provider", field="providers", given=f"step {rank}", allowed="a doctor or a specialty",
            fr="chaque étape est un médecin ou une spécialité", en="each step is a doctor or a specialty",
        )  # fmt: skip
    doctor = (
        addressed_doctor(session, provider.professional_id, issued_on, "providers")
        if provider.professional_id
        else None
    )
    return SequenceProvider(rank=rank, professional_id=doctor.id if doctor else None, specialty=provider.specialty)
