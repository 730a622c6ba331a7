"""Who shares a record: oppositions, consents of the moment, the care team, access in an emergency and its review."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.law.workdays import months_after
from parcours.registry.care_plans.models import CarePlan, PlanActor
from parcours.registry.declarations.relations import in_charge
from parcours.registry.directory.service import get_professional
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.service import get_insured
from parcours.registry.record import problems
from parcours.registry.record.models import (
    ConsentScope,
    EmergencyAccess,
    How,
    Reason,
    RecordConsent,
    RecordDocument,
    RecordInformation,
    RecordOpposition,
    RecordTeamMember,
    Verdict,
)
from parcours.registry.referrals.models import Referral, ReferralUse
from parcours.registry.store.clock import now_utc, paris_date, paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice

MOST_HOURS = 24
"""How long a consent of the moment lasts at most."""
NAMED = (ConsentScope.TYPE, ConsentScope.DOCUMENT)
"""Scopes that say of what."""
TYPE_CODE = re.compile(r"[0-9A-Za-z_-]{2,20}")
"""How the code of a type is written."""
EMERGENCY = timedelta(hours=4)
REVIEW = timedelta(hours=72)
LEAST_EXPLANATION = 15
LETTERS_MONTHS = 12
"""How far back letters are read in an emergency."""


class Standing(StrEnum):
    """What a person who was asked nothing stands for."""

    OPPOSED = "opposed"
    NOT_OPPOSED = "informed_not_opposed"
    NOT_INFORMED = "not_informed"


def oppose(
    session: Session, insured_id: str, *, emergency: bool = False, professional_id: str | None = None
) -> RecordOpposition:
    """A person opposes one professional, everybody but the médecin traitant, or access in an emergency."""
    insured = get_insured(session, insured_id, lock=True)
    doctor = None if professional_id is None else get_professional(session, professional_id).id
    row = RecordOpposition(insured_id=insured.id, emergency=emergency, professional_id=doctor, made_at=now_utc())
    session.add(row)
    session.flush()
    return row


def withdraw_oppositions(session: Session, insured_id: str) -> int:
    """The person opposes nothing any more; what was stays written."""
    rows = oppositions_of(session, insured_id)
    for row in rows:
        row.withdrawn_at = now_utc()
    session.flush()
    return len(rows)


def oppositions_of(session: Session, insured_id: str) -> list[RecordOpposition]:
    """The oppositions in force."""
    query = select(RecordOpposition).where(
        RecordOpposition.insured_id == insured_id, RecordOpposition.withdrawn_at.is_(None)
    )
    return listed(session, query.order_by(RecordOpposition.made_at, RecordOpposition.id))


@dataclass(frozen=True)
class Opens:
    """What a consent of the moment opens, and for how long."""

    scope: str = "all"
    named: str | None = None
    """The type of the documents, or the id of the one document."""
    hours: int = MOST_HOURS


WHOLE = Opens()


@dataclass(frozen=True)
class Noted:
    """Who notes a consent that was given in front of them, since when the card is there, and until when it counts."""

    by: str
    since: datetime
    until: datetime


def consent(
    session: Session, insured_id: str, professional_id: str, how: str, opens: Opens = WHOLE,
    *, noted: Noted | None = None,
) -> RecordConsent:  # fmt: skip
    """A consent of the moment: it ends by itself, after a day at most. The person is told of one that was `noted`.

    Raises `Invalid`: more than a day, or a scope that does not say of what. Raises `Refused`: one was ended since.
    """
    at, scope = now_utc(), check_choice("scope", opens.scope, ConsentScope)
    if not 1 <= opens.hours <= MOST_HOURS:
        raise problems.no_such_time(opens.hours, most=MOST_HOURS)
    person, doctor = get_insured(session, insured_id, lock=True).id, get_professional(session, professional_id).id
    if noted is not None and ended_since(session, person, doctor, noted.since):
        raise problems.consent_ended()
    until = at + timedelta(hours=opens.hours)
    row = RecordConsent(
        insured_id=person, professional_id=doctor, how=check_choice("how", how, How), scope=scope,
        named=named_by(session, person, scope, opens.named), recorded_by=noted.by if noted else None,
        given_at=at, until=min(until, noted.until) if noted else until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if noted is not None:
        send(
            session, MessageKind.NOTIFICATION, "consent_noted", person, {"consent": row.id}, at=at, day=paris_date(at),
            insured_id=person,
        )  # fmt: skip
    return row


def ended_since(session: Session, insured_id: str, professional_id: str, since: datetime) -> bool:
    """Did the person end a consent to this professional since an instant?"""
    query = select(RecordConsent.id).where(
        RecordConsent.insured_id == insured_id, RecordConsent.professional_id == professional_id,
        RecordConsent.withdrawn_at >= since,
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def named_by(session: Session, insured_id: str, scope: ConsentScope, named: str | None) -> str | None:
    """What a scope is of: nothing, a type, or the id of a document of this person. Raises `Invalid`, `NotFound`."""
    if (scope in NAMED) != bool(named):
        raise problems.scope_of_what()
    if scope is ConsentScope.DOCUMENT:
        return get(session, RecordDocument, named or "", "named", insured_id=insured_id).id
    if named is not None and not TYPE_CODE.fullmatch(named):
        raise problems.scope_of_what(named)
    return named


def consents_of(session: Session, insured_id: str) -> list[RecordConsent]:
    """The consents of the moment that run."""
    query = select(RecordConsent).where(
        RecordConsent.insured_id == insured_id, RecordConsent.withdrawn_at.is_(None), RecordConsent.until > now_utc()
    )
    return listed(session, query.order_by(RecordConsent.given_at, RecordConsent.id))


def inform(
    session: Session, insured_id: str, how: str, *, by: str | None = None, on: date | None = None
) -> RecordInformation:
    """A person was told of the sharing and of the right to oppose it: by a professional, or in their account.

    Said twice of one day by the same, it is the same. Raises `Invalid`: a day to come, or before birth.
    """
    insured, today = get_insured(session, insured_id, lock=True), paris_today()
    day = on or today
    if not insured.birth_date <= day <= today:
        raise problems.not_told_then(day.isoformat(), born=insured.birth_date.isoformat(), today=today.isoformat())
    way = check_choice("how", how, How)
    told = information_of(session, insured.id)
    row = next((one for one in told if (one.professional_id, one.informed_on) == (by, day)), None)
    if row is None:
        row = RecordInformation(
            insured_id=insured.id, professional_id=by, how=way, informed_on=day, recorded_at=now_utc()
        )
        session.add(row)
        session.flush()
    return row


def information_of(session: Session, insured_id: str) -> list[RecordInformation]:
    """Who told a person of the sharing, the latest first."""
    query = select(RecordInformation).where(RecordInformation.insured_id == insured_id)
    return listed(session, query.order_by(RecordInformation.informed_on.desc(), RecordInformation.id.desc()))


def standing(session: Session, insured_id: str) -> Standing:
    """Silence is no consent: who opposes nothing is *informed, not opposed* only if somebody told them."""
    if oppositions_of(session, insured_id):
        return Standing.OPPOSED
    return Standing.NOT_OPPOSED if information_of(session, insured_id) else Standing.NOT_INFORMED


def accept(session: Session, insured_id: str, professional_id: str) -> RecordTeamMember:
    """The patient accepts a professional in the care team; asked twice, it is the same."""
    person, doctor = get_insured(session, insured_id, lock=True).id, get_professional(session, professional_id).id
    row = next((one for one in team_of(session, person) if one.professional_id == doctor), None)
    if row is None:
        row = RecordTeamMember(insured_id=person, professional_id=doctor, accepted_on=paris_today())
        session.add(row)
        session.flush()
    return row


def leave(session: Session, insured_id: str, professional_id: str) -> int:
    """A professional is no more of the team, from today on; a consent of the moment ends too."""
    doctor = get_professional(session, professional_id).id
    rows = [one for one in team_of(session, insured_id) if one.professional_id == doctor]
    for row in rows:
        row.ended_on = paris_today()
    consents = session.scalars(
        select(RecordConsent).where(
            RecordConsent.insured_id == insured_id, RecordConsent.professional_id == doctor,
            RecordConsent.withdrawn_at.is_(None),
        )
    ).all()  # fmt: skip
    for one in consents:
        one.withdrawn_at = now_utc()
    session.flush()
    return len(rows) + len(consents)


def team_of(session: Session, insured_id: str) -> list[RecordTeamMember]:
    """The care team today."""
    query = select(RecordTeamMember).where(
        RecordTeamMember.insured_id == insured_id,
        or_(RecordTeamMember.ended_on.is_(None), RecordTeamMember.ended_on > paris_today()),
    )
    return listed(session, query.order_by(RecordTeamMember.accepted_on, RecordTeamMember.id))


def who_treats(session: Session, insured_id: str) -> list[str]:
    """Professionals whom the referrals and plans of a person name, the latest first, and whom the team lacks."""
    letters = session.scalars(
        select(Referral).where(Referral.insured_id == insured_id, Referral.cancelled_at.is_(None))
        .order_by(Referral.issued_on.desc(), Referral.id)
    ).all()  # fmt: skip
    uses = select(ReferralUse.professional_id).where(
        ReferralUse.referral_id.in_([one.id for one in letters]), ReferralUse.cancelled_at.is_(None)
    )
    plans = select(PlanActor.professional_id).join(CarePlan, CarePlan.id == PlanActor.plan_id)
    planned = plans.where(CarePlan.insured_id == insured_id, CarePlan.stopped_at.is_(None))
    named = [*(one.addressee_id for one in letters), *(one.author_id for one in letters)]
    found = [*named, *session.scalars(uses), *session.scalars(planned)]
    there = {one.professional_id for one in team_of(session, insured_id)} | set(session.scalars(in_charge(insured_id)))
    return [one for one in dict.fromkeys(found) if one and one not in there]


# --- in an emergency ------------------------------------------------------------------------------------------------


def open_emergency(
    session: Session, insured_id: str, professional_id: str, account_id: str | None, reason: str, explanation: str = "",
    *, at: datetime | None = None,
) -> EmergencyAccess:  # fmt: skip
    """Open one record for four hours; the person and the médecin traitant are told, somebody else reviews it.

    Raises `Refused`: the person opposed it in advance. Raises `Invalid`: no reason that says enough.
    """
    at = at or now_utc()
    insured = get_insured(session, insured_id, lock=True)
    why = check_choice("reason", reason, Reason)
    if why is Reason.OTHER and len(explanation.strip()) < LEAST_EXPLANATION:
        raise problems.no_explanation(len(explanation.strip()))
    if any(one.emergency or one.professional_id == professional_id for one in oppositions_of(session, insured.id)):
        raise problems.opposed_to_emergency()
    row = EmergencyAccess(
        insured_id=insured.id, professional_id=get_professional(session, professional_id).id, account_id=account_id,
        reason=why, explanation=explanation, opened_at=at, until=at + EMERGENCY, review_due_at=at + REVIEW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for recipient in (insured.id, *session.scalars(in_charge(insured.id))):
        send(
            session, MessageKind.NOTIFICATION, "emergency_access", recipient, {"reason": why.value}, at=at,
            day=paris_date(at), insured_id=insured.id,
        )  # fmt: skip
    return row


def recent_letters(session: Session, insured_id: str, on: date) -> list[Referral]:
    """The letters of the last twelve months, newest first: what an emergency needs, and no more."""
    first = months_after(on, -LETTERS_MONTHS)
    query = select(Referral).where(
        Referral.insured_id == insured_id, Referral.issued_on >= first, Referral.issued_on <= on,
        Referral.destroyed_on.is_(None),
    )  # fmt: skip
    return listed(session, query.order_by(Referral.issued_on.desc(), Referral.id))


def accesses_to_review(session: Session, people: Collection[str]) -> list[EmergencyAccess]:
    """Emergency accesses to these records that nobody reviewed yet, the most urgent first."""
    query = select(EmergencyAccess).where(EmergencyAccess.verdict.is_(None), EmergencyAccess.insured_id.in_(people))
    return listed(session, query.order_by(EmergencyAccess.review_due_at, EmergencyAccess.id))


def accesses_open(session: Session, account_id: str | None) -> list[EmergencyAccess]:
    """The records that somebody has open in an emergency."""
    query = select(EmergencyAccess).where(
        EmergencyAccess.account_id == account_id, EmergencyAccess.account_id.is_not(None),
        EmergencyAccess.until > now_utc(),
    )  # fmt: skip
    return listed(session, query.order_by(EmergencyAccess.until, EmergencyAccess.id))


def accesses_to(session: Session, insured_id: str) -> list[EmergencyAccess]:
    """Every emergency access to one record, newest first."""
    query = select(EmergencyAccess).where(EmergencyAccess.insured_id == insured_id)
    return listed(session, query.order_by(EmergencyAccess.opened_at.desc(), EmergencyAccess.id.desc()))


def review(session: Session, access_id: str, verdict: str, by: str, *, at: datetime | None = None) -> EmergencyAccess:
    """Somebody else says whether an access was justified; one that was not is over. Raises `Conflict`: said already."""
    row = get(session, EmergencyAccess, access_id, "access_id")
    if row.verdict is not None:
        raise problems.already_reviewed()
    row.verdict, row.reviewed_by, row.reviewed_at = check_choice("verdict", verdict, Verdict), by, at or now_utc()
    if row.verdict is Verdict.NOT_JUSTIFIED:
        row.until = min(row.until, row.reviewed_at)
        tell_unjustified(session, row, row.reviewed_at)
    session.flush()
    return row


def tell_unjustified(session: Session, row: EmergencyAccess, at: datetime) -> None:
    """An access that was not justified is an incident: who opened the record, the person and their doctors are told."""
    for recipient in dict.fromkeys((row.professional_id, row.insured_id, *session.scalars(in_charge(row.insured_id)))):
        send(
            session, MessageKind.NOTIFICATION, "emergency_unjustified", recipient, {"access": row.id}, at=at,
            day=paris_date(at), insured_id=row.insured_id,
        )  # fmt: skip
