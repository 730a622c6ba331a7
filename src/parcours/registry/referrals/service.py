"""Write a referral with its letter, use it for a visit, report back; say which one covers a visit.

The four flows: an opinion (one visit), iterative care under a plan, a sequence of several doctors, the GP
correspondent; around them the ALD protocol, the nurse in advanced practice, and a doctor who is not the
médecin traitant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.registry.care_plans.models import CarePlan
from parcours.registry.care_plans.service import covers, get_plan
from parcours.registry.declarations.service import a_year_after, speaks_as_medecin_traitant
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import Conflict, Invalid, Refused, not_found
from parcours.registry.people.service import get_insured
from parcours.registry.referrals.models import Flow, Referral, ReferralUse, Report, SequenceProvider, Urgency
from parcours.registry.store.db import now_utc, paris_date, parse_id
from parcours.registry.store.periods import KNOWN_AT, ON, asked
from parcours.registry.vocabulary import check_choice

ARTICLE = "CSS L162-5-3, D162-1-6"
GENERALISTES = (1, 22, 23)
"""National codes of general medicine."""

_ONE_VISIT = frozenset({Flow.AVIS_PONCTUEL, Flow.AUTRE_MEDECIN})
_NEEDS_PLAN = {Flow.SOINS_ITERATIFS: "soins_iteratifs", Flow.PROTOCOLE_ALD: "protocole_ald"}


@dataclass(frozen=True)
class Letter:
    """Content of a lettre d'adressage; clinical text, encrypted at rest."""

    reason: str
    question: str
    urgency: str = "ordinary"
    history: str = ""
    current_treatment: str = ""
    examinations_done: str = ""
    allergies: str = ""
    expectations: str = ""

    def as_text(self) -> str:
        """JSON, as stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class Provider:
    """A step of a sequence: a named doctor or any of a specialty."""

    professional_id: str | None = None
    specialty: int | None = None


@dataclass(frozen=True)
class NewReferral:
    """Who sends whom to whom, in which flow, with what letter, until when."""

    insured_id: str
    author_id: str
    flow: str
    letter: Letter
    addressee_id: str | None = None
    specialty: int | None = None
    plan_id: str | None = None
    providers: tuple[Provider, ...] = ()
    """The doctors of a sequence, in order."""
    issued_on: date | None = None
    valid_until: date | None = None
    """Last day of use; a year after the issue when not given (a habit of this house: the law sets none)."""


def write_referral(session: Session, new: NewReferral, *, at: datetime | None = None) -> Referral:
    """Write a referral.

    :raises Refused: the flow does not fit the author (only the médecin traitant uses the four flows).
    :raises Invalid: addressee, plan, sequence or validity missing or not fitting.
    """
    at = at or now_utc()
    issued_on = new.issued_on or paris_date(at)
    flow: Flow = check_choice("referral", new.flow, Flow)
    check_choice("urgency", new.letter.urgency, Urgency)
    insured = get_insured(session, new.insured_id, lock=True)
    author = get_professional(session, new.author_id)
    as_medecin_traitant = speaks_as_medecin_traitant(session, insured.id, author, issued_on)
    require_active(author, issued_on, "author_id")
    _check_author(flow, author, as_medecin_traitant)
    addressee = _check_addressee(session, flow, new, issued_on)
    plan = _check_plan(session, flow, new, insured.id)
    steps = [_step(session, rank, one, issued_on) for rank, one in enumerate(new.providers, start=1)]
    _refuse_oneself(author, [new.addressee_id, *(one.professional_id for one in new.providers)])
    referral = Referral(
        insured_id=insured.id,
        author_id=author.id,
        addressee_id=addressee.id if addressee else None,
        specialty=new.specialty,
        flow=flow,
        plan_id=plan.id if plan else None,
        issued_on=issued_on,
        valid_until=_check_validity(issued_on, new.valid_until),
        letter=new.letter.as_text(),
        authored_by_medecin_traitant=as_medecin_traitant,
        recorded_at=at,
    )
    session.add(referral)
    session.flush()
    for step in steps:
        step.referral_id = referral.id
    session.add_all(steps)
    session.flush()
    return referral


def use(
    session: Session, referral_id: str, professional_id: str, *, care_date: date, at: datetime | None = None
) -> ReferralUse:
    """Record a visit made with a referral. The same visit recorded again is the same record.

    :raises Refused: the referral does not cover that visit (the reason is in `given`).
    """
    referral = get_referral(session, referral_id)
    get_insured(session, referral.insured_id, lock=True)
    doctor = get_professional(session, professional_id)
    require_active(doctor, care_date, "professional_id")
    if (known_use := _use_of(session, referral, doctor, care_date)) is not None:
        return known_use
    why = why_not(session, referral, doctor, care_date)
    if why is not None:
        raise _not_covering(why)
    row = ReferralUse(
        referral_id=referral.id,
        professional_id=doctor.id,
        care_date=care_date,
        single=_single(referral),
        recorded_at=at or now_utc(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise _not_covering("already_used") from error
    return row


def cancel_use(session: Session, use_id: str, *, at: datetime | None = None) -> ReferralUse:
    """The visit did not take place."""
    key = parse_id(use_id)
    row = session.get(ReferralUse, key) if key else None
    if row is None:
        raise not_found("use_id")
    row.cancelled_at = at or now_utc()
    session.flush()
    return row


def cancel(session: Session, referral_id: str, *, at: datetime | None = None) -> Referral:
    """The author takes a referral back; visits already made keep it."""
    referral = get_referral(session, referral_id)
    if referral.cancelled_at is not None:
        raise Conflict(
            "already_cancelled", field="referral_id", fr="déjà annulé", en="already cancelled",
        )  # fmt: skip
    referral.cancelled_at = at or now_utc()
    session.flush()
    return referral


def report_back(
    session: Session, referral_id: str, author_id: str, *, written_on: date, text: str, at: datetime | None = None
) -> Report:
    """The addressee reports to the médecin traitant; only a doctor who saw the patient with this referral may."""
    referral = get_referral(session, referral_id)
    author = get_professional(session, author_id)
    if not any(one.professional_id == author.id for one in uses_of(session, referral.id)):
        raise Refused(
            "no_visit_to_report", field="author_id", allowed="a doctor who saw the patient with this referral",
            fr="aucune consultation de ce médecin avec cet adressage",
            en="no visit to this doctor with this referral",
        )  # fmt: skip
    row = Report(
        referral_id=referral.id, author_id=author.id, written_on=written_on, text=text, recorded_at=at or now_utc()
    )
    session.add(row)
    session.flush()
    return row


# --- reading ---------------------------------------------------------------------------------------------------------


def get_referral(session: Session, referral_id: str) -> Referral:
    """A referral by public id."""
    key = parse_id(referral_id)
    row = session.get(Referral, key) if key else None
    if row is None:
        raise not_found("referral_id")
    return row


def referrals_of(session: Session, insured_id: str) -> list[Referral]:
    """Referrals of a person, newest first."""
    return list(
        session.scalars(
            select(Referral)
            .where(Referral.insured_id == insured_id)
            .order_by(Referral.issued_on.desc(), Referral.id.desc())
        )
    )


def letter_of(referral: Referral) -> Letter:
    """The letter's sections. Clinical text: for the patient and the doctors concerned only."""
    return Letter(**json.loads(referral.letter))


_USES = (
    select(ReferralUse)
    .where(ReferralUse.referral_id == bindparam("referral_id"), ReferralUse.cancelled_at.is_(None))
    .order_by(ReferralUse.care_date, ReferralUse.id)
)


def uses_of(session: Session, referral_id: str) -> list[ReferralUse]:
    """Visits made with a referral, oldest first, cancelled ones left out."""
    return list(session.scalars(_USES, {"referral_id": referral_id}))


def reports_of(session: Session, referral_id: str) -> list[Report]:
    """Reports written back, oldest first."""
    return list(
        session.scalars(select(Report).where(Report.referral_id == referral_id).order_by(Report.written_on, Report.id))
    )


def sequence_of(session: Session, referral_id: str) -> list[SequenceProvider]:
    """The doctors of a sequence, in order."""
    return list(
        session.scalars(
            select(SequenceProvider).where(SequenceProvider.referral_id == referral_id).order_by(SequenceProvider.rank)
        )
    )


# --- does a referral cover a visit? ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Covering:
    """The referral that covers a visit, or the nearest one and why it does not (a stable code)."""

    referral: Referral | None
    passed_over: tuple[tuple[Referral, str], ...] = ()


_REFERRALS_TO = (
    select(Referral)
    .where(Referral.insured_id == bindparam("insured_id"), Referral.issued_on <= ON, Referral.recorded_at <= KNOWN_AT)
    .where(
        or_(
            Referral.addressee_id == bindparam("professional_id"),
            Referral.specialty == bindparam("specialty"),
            Referral.flow == Flow.SEQUENCE,
        )
    )
    .order_by(Referral.issued_on.desc(), Referral.id.desc())
    .limit(200)
)


def covering(
    session: Session, insured_id: str, professional: Professional, on: date, known_at: datetime | None = None
) -> Covering:
    """The newest referral that covers a visit to a doctor on a day, as known now or at an instant."""
    who = {"insured_id": insured_id, "professional_id": professional.id, "specialty": professional.specialty}
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
    if _single(referral) and _used_otherwise(session, referral, professional, on, known_at):
        return "already_used"
    if referral.plan_id is not None and _use_of(session, referral, professional, on) is None:
        coverage = covers(session, get_plan(session, referral.plan_id), professional, on, known_at)
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


def _single(referral: Referral) -> bool:
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


def _use_of(session: Session, referral: Referral, professional: Professional, on: date) -> ReferralUse | None:
    for one in uses_of(session, referral.id):
        if (one.professional_id, one.care_date) == (professional.id, on):
            return one
    return None


# --- checks ----------------------------------------------------------------------------------------------------------


def _check_author(flow: Flow, author: Professional, as_medecin_traitant: bool) -> None:
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


def _check_addressee(session: Session, flow: Flow, new: NewReferral, issued_on: date) -> Professional | None:
    named, by_specialty, sequence = new.addressee_id is not None, new.specialty is not None, bool(new.providers)
    if flow is Flow.SEQUENCE and sequence and not named and not by_specialty:
        return None
    if sequence or named == by_specialty:
        raise Invalid(
            "addressee", field="addressee_id", given="none or several",
            allowed="a doctor or a specialty; the list `providers` for a sequence, and for it only",
            fr="le destinataire est un médecin ou une spécialité", en="the addressee is a doctor or a specialty",
        )  # fmt: skip
    addressee = _doctor(session, new.addressee_id, issued_on, "addressee_id") if new.addressee_id else None
    specialty = addressee.specialty if addressee else new.specialty
    if (flow is Flow.CORRESPONDANT_GENERALISTE) and specialty not in GENERALISTES:
        raise Invalid(
            "correspondent_specialty", field="specialty", given=specialty, allowed="1, 22, 23 (general medicine)",
            fr="le correspondant est un généraliste", en="the correspondent is a GP",
        )  # fmt: skip
    return addressee


def _doctor(session: Session, professional_id: str, on: date, field: str) -> Professional:
    """Somebody to whom a patient is sent: a doctor, in activity on that day."""
    doctor = get_professional(session, professional_id)
    if doctor.profession != "medecin":
        raise Invalid(
            "addressee_profession", field=field, given=doctor.profession, allowed="medecin",
            fr="le destinataire est un médecin", en="the addressee is a doctor",
        )  # fmt: skip
    require_active(doctor, on, field)
    return doctor


def _check_plan(session: Session, flow: Flow, new: NewReferral, insured_id: str) -> CarePlan | None:
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


def _check_validity(issued_on: date, valid_until: date | None) -> date:
    last = valid_until or a_year_after(issued_on)
    if last < issued_on:
        raise Invalid(
            "validity", field="valid_until", given=last, allowed=f"{issued_on} or later",
            fr="la validité finit avant l'émission", en="the validity ends before the issue",
        )  # fmt: skip
    return last


def _refuse_oneself(author: Professional, sent_to: Sequence[str | None]) -> None:
    """Nobody refers a patient to themselves: it would renew their own access to the record without end."""
    if author.id in sent_to:
        raise Invalid(
            "referral_to_oneself", field="addressee_id", given="the author", allowed="another doctor",
            fr="on n'adresse pas un patient à soi-même", en="a doctor does not refer a patient to themselves",
        )  # fmt: skip


def _step(session: Session, rank: int, provider: Provider, issued_on: date) -> SequenceProvider:
    """A step of a sequence, not yet attached to its referral."""
    if (provider.professional_id is None) == (provider.specialty is None):
        raise Invalid(
            "sequence_provider", field="providers", given=f"step {rank}", allowed="a doctor or a specialty",
            fr="chaque étape est un médecin ou une spécialité", en="each step is a doctor or a specialty",
        )  # fmt: skip
    doctor = _doctor(session, provider.professional_id, issued_on, "providers") if provider.professional_id else None
    return SequenceProvider(rank=rank, professional_id=doctor.id if doctor else None, specialty=provider.specialty)


def _not_covering(why: str) -> Refused:
    return Refused(
        "referral_does_not_cover", field="referral_id", given=why,
        allowed="the doctor addressed, within validity, and for an opinion a first visit",
        fr="cet adressage ne couvre pas cette consultation", en="this referral does not cover this visit",
    )  # fmt: skip
