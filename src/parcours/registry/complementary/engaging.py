"""Asked before care: does an insurer know somebody, until when, and under which number does it promise to pay.

The questions are like those of the field (IDB, then CLC for an amount), never their format; the product plays the
insurer.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import WAITING, link_on
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send


@dataclass(frozen=True)
class Known:
    """What an insurer says of somebody on a day of care; a contract that nobody told of is unknown, not refused."""

    insurer: str | None = None
    until: date | None = None
    """Last day covered; None while no end is known."""
    engagement: str | None = None

    @property
    def known(self) -> bool:
        """Does it promise to pay?"""
        return self.engagement is not None


def engagement(link: Link, professional_id: str, care: date) -> str:
    """The number under which an insurer promises to pay (simulated): of one contract, one practice and one day."""
    said = f"{link.id}|{professional_id}|{care.isoformat()}"
    return f"SIM{hashlib.sha256(said.encode()).hexdigest()[:12].upper()}"


def known_on(session: Session, professional_id: str, insured_id: str, care: date) -> Known:
    """What the insurer of a day of care would say; it promises nothing while two contracts overlap."""
    link = link_on(session, insured_id, care)
    if link is None or link.state in WAITING:
        return Known(link.insurer if link else None)
    until = link.ends_on and link.ends_on - timedelta(days=1)
    return Known(link.insurer, until, engagement(link, professional_id, care))


def ask(session: Session, professional_id: str, insured_id: str, care: date, *, day: date, at: datetime) -> Known:
    """A practice asks the insurer of a day of care whether it knows somebody; question and answer are kept.

    Without a contract that anybody knows there is nobody to ask: nothing is sent.
    """
    found = known_on(session, professional_id, insured_id, care)
    if found.insurer is None:
        return found
    about = {"care_date": care.isoformat()}
    asked = send(session, MessageKind.IDB, "asked", found.insurer, about, at=at, day=day, insured_id=insured_id)
    body = {**about, "insurer": found.insurer, "known": found.known, "engagement": found.engagement,
            "until": str(found.until) if found.until else None}  # fmt: skip
    send(session, MessageKind.IDB, "known" if found.known else "unknown", professional_id, body, at=at, day=day,
         insured_id=insured_id, reply_to=asked.id)  # fmt: skip
    return found
