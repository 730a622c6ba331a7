"""What was answered about visits, and when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime
from parcours.registry.store.db import Base


class AnsweredVisit(Base):
    """What was answered about a visit, and when: later knowledge is compared with it and never rewrites it."""

    __tablename__ = "declarations_answered_visits"
    __table_args__ = (Index("ix_declarations_answered_visits_insured_id", "insured_id", "care_date"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    organisation_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_organisations.id"))
    care_date: Mapped[date]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    facts: Mapped[str] = mapped_column(EncryptedText("declarations_answered_visits.facts"))
    """JSON of the derived facts, as answered."""
    answer: Mapped[str | None] = mapped_column(EncryptedText("declarations_answered_visits.answer"))
    """JSON of the settlement given, when there was one."""
