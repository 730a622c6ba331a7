"""Write a referral with its letter, use it for a visit, report back.

The four flows: an opinion (one visit), iterative care under a plan, a sequence of several doctors, the GP
correspondent; around them the ALD protocol, the nurse in advanced practice, and a doctor who is not the
médecin traitant.
"""

import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.declarations.timeline import speaks_as_medecin_traitant
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import Refused
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.referrals import problems, states
from parcours.registry.referrals.checks import (
    check_addressee,
    check_author,
    check_plan,
    check_validity,
    refuse_oneself,
    sequence_step,
)
from parcours.registry.referrals.covering import single, use_of, uses_of, why_not
from parcours.registry.referrals.letters import Letter, NewReferral, ReportDetails
from parcours.registry.referrals.models import Flow, Referral, ReferralState, ReferralUse, Report, Urgency
from parcours.registry.referrals.validity import last_day
from parcours.registry.store.clock import now_utc, paris_date, paris_today
from parcours.registry.store.columns import Unreadable
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.store.keyring import unreadable
from parcours.registry.vocabulary import check_choice


def write_referral(session: Session, new: NewReferral, *, at: datetime | None = None) -> Referral:
    """Write a referral.

    Raises `Refused`: the flow does not fit the author (only the médecin traitant uses the four flows).
    Raises `Invalid`: addressee, plan, sequence or validity missing or not fitting.
    """
    at = at or now_utc()
    issued_on = new.issued_on or paris_date(at)
    flow = check_choice("referral", new.flow, Flow)
    check_choice("urgency", new.letter.urgency, Urgency)
    insured = get_insured(session, new.insured_id, lock=True)
    author = get_professional(session, new.author_id)
    as_medecin_traitant = speaks_as_medecin_traitant(session, insured.id, author, issued_on)
    require_active(author, issued_on, "author_id")
    check_author(flow, author, as_medecin_traitant)
    addressee = check_addressee(session, flow, new, issued_on)
    plan = check_plan(session, flow, new, insured.id)
    steps = [sequence_step(session, rank, one, issued_on) for rank, one in enumerate(new.providers, start=1)]
    if new.withheld:
        _check_minor(session, insured.id, issued_on)
    refuse_oneself(author, [new.addressee_id, *(one.professional_id for one in new.providers)])
    referral = Referral(
        insured_id=insured.id,
        author_id=author.id,
        addressee_id=addressee.id if addressee else None,
        specialty=new.specialty,
        flow=flow,
        plan_id=plan.id if plan else None,
        issued_on=issued_on,
        valid_until=check_validity(issued_on, new.valid_until),
        letter=new.letter.as_text(),
        withheld=new.withheld,
        authored_by_medecin_traitant=as_medecin_traitant,
        recorded_at=at,
    )
    session.add(referral)
    session.flush()
    for step in steps:
        step.referral_id = referral.id
    session.add_all(steps)
    session.flush()
    states.step(session, referral, ReferralState.SENT, at=at, by=author.id)
    return referral


def use(
    session: Session, referral_id: str, professional_id: str, *, care_date: date, at: datetime | None = None
) -> ReferralUse:
    """Record a visit made with a referral. The same visit recorded again is the same record.

    Raises `Refused`: the referral does not cover that visit (the reason is in `given`).
    """
    referral = get_referral(session, referral_id)
    get_insured(session, referral.insured_id, lock=True)
    doctor = get_professional(session, professional_id)
    require_active(doctor, care_date, "professional_id")
    if (known_use := use_of(session, referral, doctor, care_date)) is not None:
        return known_use
    why = why_not(session, referral, doctor, care_date)
    if why is not None:
        raise _not_covering(why)
    row = ReferralUse(
        referral_id=referral.id,
        professional_id=doctor.id,
        care_date=care_date,
        single=single(referral),
        recorded_at=at or now_utc(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise _not_covering("already_used") from error
    states.step(session, referral, ReferralState.SEEN, at=row.recorded_at, by=doctor.id)
    return row


def cancel_use(session: Session, use_id: str, *, at: datetime | None = None) -> ReferralUse:
    """The visit did not take place."""
    row = get(session, ReferralUse, use_id, "use_id")
    row.cancelled_at = at or now_utc()
    session.flush()
    return row


def cancel(session: Session, referral_id: str, *, by: str | None = None, at: datetime | None = None) -> Referral:
    """The author takes a referral back; visits already made keep it."""
    referral = get_referral(session, referral_id)
    if referral.cancelled_at is not None:
        raise problems.already_cancelled()
    referral.cancelled_at = at or now_utc()
    states.step(session, referral, ReferralState.CANCELLED, at=referral.cancelled_at, by=by)
    return referral


def report_back(
    session: Session, referral_id: str, author_id: str, *, written_on: date, text: str, at: datetime | None = None,
    details: ReportDetails | None = None,
) -> Report:  # fmt: skip
    """The addressee reports to the médecin traitant; only a doctor who saw the patient with this referral may."""
    referral = get_referral(session, referral_id)
    author = get_professional(session, author_id)
    if not any(one.professional_id == author.id for one in uses_of(session, referral.id)):
        raise problems.no_visit_to_report()
    row = Report(
        referral_id=referral.id, author_id=author.id, written_on=written_on, text=text, recorded_at=at or now_utc(),
        details=details.as_text() if details else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    states.step(session, referral, ReferralState.REPORTED, at=row.recorded_at, by=author.id)
    return row


def shorten_overlong(session: Session) -> list[Referral]:
    """Give the longest allowed end to the referrals that say a later one."""
    in_use = Referral.cancelled_at.is_(None), Referral.valid_until > paris_today()
    rows = session.scalars(select(Referral).where(*in_use).with_for_update()).all()
    overlong = [row for row in rows if row.valid_until > last_day(row.issued_on)]
    for row in overlong:
        row.valid_until = last_day(row.issued_on)
    session.flush()
    return overlong


# --- reading ---------------------------------------------------------------------------------------------------------


def get_referral(session: Session, referral_id: str) -> Referral:
    """A referral by public id."""
    return get(session, Referral, referral_id, "referral_id")


def referrals_of(session: Session, insured_id: str) -> list[Referral]:
    """Referrals of a person, newest first."""
    query = select(Referral).where(Referral.insured_id == insured_id)
    return listed(session, query.order_by(Referral.issued_on.desc(), Referral.id.desc()))


def withhold(session: Session, referral: Referral, *, withheld: bool) -> Referral:
    """A minor keeps a referral from those who act for them, or shows it again. Raises `Refused`: of age."""
    if withheld:
        _check_minor(session, referral.insured_id, paris_today())
    referral.withheld = withheld
    session.flush()
    return referral


def withheld_ids(session: Session, insured_id: str) -> frozenset[str]:
    """The referrals that a minor keeps from those who act for them."""
    query = select(Referral.id).where(Referral.insured_id == insured_id, Referral.withheld)
    return frozenset(session.scalars(query))


def _check_minor(session: Session, insured_id: str, on: date) -> None:
    if age_on(get_insured(session, insured_id).birth_date, on) >= thresholds.majority(on):
        raise problems.withheld_of_adult()


def letter_of(referral: Referral) -> Letter:
    """The letter's sections. Clinical text: for the patient and the doctors concerned only."""
    if isinstance(referral.letter, Unreadable):
        raise unreadable("referrals.letter")
    kept = json.loads(referral.letter)
    return Letter(**{**kept, "extract": tuple((section, line) for section, line in kept.get("extract", ()))})


def details_of(report: Report) -> ReportDetails:
    """What a report says besides its conclusion."""
    kept = json.loads(report.details) if report.details else {}
    return ReportDetails(**{**kept, "treatment_changes": tuple(kept.get("treatment_changes", ()))})


def reports_of(session: Session, referral_id: str) -> list[Report]:
    """Reports written back, oldest first."""
    return listed(
        session, select(Report).where(Report.referral_id == referral_id).order_by(Report.written_on, Report.id)
    )


def _not_covering(why: str) -> Refused:
    return problems.referral_does_not_cover(why)
