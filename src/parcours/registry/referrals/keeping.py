"""For how long letters and reports are kept: what counts as a contact, and their end."""

from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from parcours.registry.referrals.letters import Letter
from parcours.registry.referrals.models import Draft, Referral, ReferralStep, ReferralUse, Report


def last_contact(session: Session, insured_id: str) -> date | None:
    """The last day on which a referral of somebody was written, used or answered."""
    found = [session.scalar(select(func.max(Referral.issued_on)).where(Referral.insured_id == insured_id))]
    for table, day in ((Report, Report.written_on), (ReferralUse, ReferralUse.care_date)):
        query = select(func.max(day)).join(Referral, Referral.id == table.referral_id)
        found.append(session.scalar(query.where(Referral.insured_id == insured_id)))
    return max((one for one in found if one), default=None)


def people(session: Session) -> list[str]:
    """Everybody of whom a letter is kept."""
    return list(session.scalars(select(Referral.insured_id).where(Referral.destroyed_on.is_(None)).distinct()))


def destroy(session: Session, insured_id: str, on: date) -> dict[str, int]:
    """Empty every letter and report of a person; who sent whom to whom, and when, stays."""
    query = select(Referral).where(Referral.insured_id == insured_id, Referral.destroyed_on.is_(None))
    letters = list(session.scalars(query))
    ids = [one.id for one in letters]
    reports = list(session.scalars(select(Report).where(Report.referral_id.in_(ids))))
    for letter in letters:
        letter.letter, letter.destroyed_on = Letter("", "").as_text(), on
    for report in reports:
        report.text, report.details = "", None
    for step in session.scalars(select(ReferralStep).where(ReferralStep.referral_id.in_(ids))):
        step.reason = None
    session.execute(delete(Draft).where(Draft.insured_id == insured_id))
    session.flush()
    return {Referral.__tablename__: len(letters), Report.__tablename__: len(reports)}
